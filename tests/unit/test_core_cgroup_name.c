#include "core/cgroup_name.h"

#include "ka_test.h"

#define ID "3f4a9c0d1e2b3f4a9c0d1e2b3f4a9c0d1e2b3f4a9c0d1e2b3f4a9c0d1e2b3f4a"

static void paths_say_unit_and_container(void **state)
{
	static const struct {
		const char *text, *unit, *container;
	} rows[] = {
		{"0::/system.slice/nginx.service\n", "nginx.service", ""},
		{"0::/system.slice/nginx.service", "nginx.service", ""},
		{"0::/\n", "", ""},
		{"", "", ""},
		{"0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", ""},
		{"0::/user.slice/user-0.slice/user@0.service/app.slice/foo.service\n",
		 "foo.service", ""},
		{"0::/system.slice/ssh.service/child\n", "ssh.service", ""},
		{"0::/system.slice/docker-" ID ".scope\n", "", "docker:3f4a9c0d1e2b"},
		{"0::/docker/" ID "\n", "", "docker:3f4a9c0d1e2b"},
		{"0::/docker/short\n", "", ""},
		{"0::/machine.slice/libpod-" ID ".scope/container\n", "", "podman:3f4a9c0d1e2b"},
		{"0::/machine.slice/libpod-conmon-" ID ".scope\n", "libpod-conmon-" ID ".scope",
		 ""},
		{"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/"
		 "cri-containerd-" ID ".scope\n",
		 "", "kubernetes:3f4a9c0d1e2b"},
		{"0::/kubepods/besteffort/pod1-2/" ID "\n", "", "kubernetes:3f4a9c0d1e2b"},
		{"0::/system.slice/cri-containerd-" ID ".scope\n", "", "containerd:3f4a9c0d1e2b"},
		{"0::/system.slice/crio-" ID ".scope\n", "", "crio:3f4a9c0d1e2b"},
		{"0::/lxc/web\n", "", "lxc:web"},
		{"0::/lxc.payload.web/init.scope\n", "init.scope", "lxc:web"},
		{"0::/machine.slice/systemd-nspawn@deb\\x2d12.service/payload\n", "",
		 "nspawn:deb-12"},
		{"0::/machine.slice/machine-a\\x2db\\x00\\xzz.scope\n", "", "nspawn:a-b\\xzz"},
		{"0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope\n",
		 "machine-qemu\\x2d1\\x2dvm.scope", ""},
		/* The unified hierarchy, or else that of systemd. */
		{"12:cpu:/a/b.service\n1:name=systemd:/c.service\n0::/\n", "c.service", ""},
		{"1:name=systemd:/c.service\n0::/d.service\n", "d.service", ""},
		{"12:cpu:/a/b.service\n", "", ""},
		{"10::/e.service\n", "", ""},
		{"nonsense\n0:\n0::/f.service\n", "f.service", ""},
		{"0::/..//g.service\n", "g.service", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ka_cgroup_names names;
		char unit[KA_CGROUP_NAME];

		snprintf(unit, sizeof(unit), "%s", rows[i].unit);
		ka_cgroup_names_read(rows[i].text, strlen(rows[i].text), &names);
		assert_string_equal(names.unit, unit);
		assert_string_equal(names.container, rows[i].container);
	}
}

static void long_names_are_cut(void **state)
{
	char text[400];
	struct ka_cgroup_names names;

	(void)state;
	snprintf(text, sizeof(text), "0::/%0300d.service\n", 7);
	ka_cgroup_names_read(text, strlen(text), &names);
	assert_int_equal(strlen(names.unit), KA_CGROUP_NAME - 1);
	snprintf(text, sizeof(text), "0::/machine-%0300d.scope\n", 7);
	ka_cgroup_names_read(text, strlen(text), &names);
	assert_int_equal(strlen(names.container), KA_CGROUP_NAME - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_say_unit_and_container),
		cmocka_unit_test(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
