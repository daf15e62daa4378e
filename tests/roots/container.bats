# As in an unprivileged container: root without CAP_SYS_ADMIN and CAP_NET_ADMIN, and a read-only
# /proc/sys. The program is $KAADVISE.

bats_require_minimum_version 1.5.0
load /usr/lib/bats/bats-support/load.bash
load /usr/lib/bats/bats-assert/load.bash

# contained COMMAND...: in a network namespace of its own, so the values are the kernel's.
contained() {
	unshare --mount --net sh -euc '
		mount -t tmpfs container /var/lib
		mount --bind /proc/sys /proc/sys
		mount -o remount,bind,ro /proc/sys
		exec setpriv --bounding-set -sys_admin,-net_admin "$@"' contained "$@"
}

setup() {
	unshare --mount --net true 2>/dev/null || skip "building the container needs CAP_SYS_ADMIN"
}

@test "the container is one: no namespaces, no writing to /proc/sys" {
	run contained unshare --net true
	assert_failure
	run contained sh -c 'echo 300 >/proc/sys/net/ipv4/tcp_keepalive_time'
	assert_failure
	assert_output --partial "Read-only file system"
}

@test "check does its job" {
	run --separate-stderr -1 contained "$KAADVISE" check -p aws-nlb --no-config
	assert_output --partial KA201
	assert_output --partial 270
	assert_equal "$stderr" ""
}

@test "apply is refused with exit code 4 and changes nothing" {
	run --separate-stderr -4 contained sh -c '"$1" apply -p aws-nlb --no-config
		status=$?
		cat /proc/sys/net/ipv4/tcp_keepalive_time
		exit $status' sh "$KAADVISE"
	assert_equal "${lines[-1]}" 7200
	assert_regex "$stderr" 'error: .*\[KA-'
}

@test "lab scenarios are skipped with the reason" {
	local scenario
	for scenario in default_values lost_probes; do
		run -77 contained "$BATS_TEST_DIRNAME/../lab/$scenario" "$KAADVISE"
		assert_line --regexp '^skipped: network namespaces need CAP_SYS_ADMIN'
	done
}
