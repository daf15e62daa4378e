# apply, rollback and history, on values and files of a namespace of our own, and on images.
# What applies sysctl.d at boot is named where it matters: it depends on what is installed.
load common

setup() {
	needs_namespaces
}

teardown() {
	[ -z "${name:-}" ] || ip netns del "$name" 2>/dev/null || :
}

@test "in a fresh namespace: apply, again, check, rollback" {
	run -0 in_namespace plain '
		kaadvise check -p aws-nlb >/dev/null && exit 9
		kaadvise apply -p aws-nlb; values
		kaadvise apply -p aws-nlb; values
		kaadvise check -p aws-nlb >/dev/null; echo "check passes"
		kaadvise rollback; values
		kaadvise rollback; kaadvise history'
	assert_line --partial "7200 -> 270"
	assert_output --partial "only the running values"
	assert_output --partial "--sysctl net.ipv4.tcp_keepalive_time=270"
	assert_output --partial "Nothing to change"
	assert_line "check passes"
	assert_line "7200/75/9"
	assert_output --partial "Nothing to undo"
	assert_equal "$(grep -c '^270/10/7$' <<<"$output")" 2
}

@test "a dry run shows the difference and changes nothing" {
	run -0 in_namespace boot '
		kaadvise apply --loader systemd -p aws-nlb --dry-run; values; ls /etc/sysctl.d /var/lib'
	assert_line "+net.ipv4.tcp_keepalive_time = 270"
	assert_line "-net.ipv4.tcp_keepalive_time = 7200"
	assert_line "+++ /etc/sysctl.d/90-kaadvise.conf"
	assert_line "7200/75/9"
	refute_line "90-kaadvise.conf"
	refute_line "kaadvise"
}

@test "on a machine: running values and the drop-in, and back" {
	run -0 in_namespace boot '
		kaadvise apply --loader systemd -p aws-nlb >/dev/null; values
		stat -c %a /etc/sysctl.d/90-kaadvise.conf; cat /etc/sysctl.d/90-kaadvise.conf
		kaadvise rollback >/dev/null; values; ls /etc/sysctl.d | wc -l'
	assert_line "270/10/7"
	assert_line 644
	assert_line "net.ipv4.tcp_keepalive_time = 270"
	assert_line --regexp '^# .*kaadvise rollback'
	assert_line "7200/75/9"
	assert_line 0
}

@test "--live-only writes no file, --persist-only changes no value" {
	run -0 in_namespace boot '
		kaadvise apply --loader systemd --set 300,20,5 --live-only >/dev/null; values; ls /etc/sysctl.d | wc -l
		kaadvise apply --loader systemd --set 400,20,5 --persist-only --drop-in 95-x.conf >/dev/null; values
		grep -h = /etc/sysctl.d/95-x.conf | head -n 1'
	assert_output - <<-'END'
		300/20/5
		0
		300/20/5
		net.ipv4.tcp_keepalive_time = 400
	END
}

@test "--persist-only is impossible in a namespace" {
	run -2 in_namespace plain 'kaadvise apply --set 300,20,5 --persist-only'
	assert_output --partial "[KA-U009]"
}

@test "a line that would win refuses to persist: file, line, and the name that wins" {
	for line in 'net.ipv4.tcp_keepalive_time = 999' '-net/ipv4/tcp_keepalive_intvl=5' \
		'net.ipv4.tcp_keepalive_probes = 7x'; do
		run -4 in_namespace boot "
			printf '# ours\n%s\n' '$line' >/etc/sysctl.d/99-site.conf
			kaadvise apply --loader systemd -p aws-nlb"
		assert_output --partial "/etc/sysctl.d/99-site.conf:2: error"
		assert_output --partial "--drop-in 99-zz-kaadvise.conf"
		assert_output --partial "[KA-A007]"
	done
	run -0 in_namespace boot "
		echo 'net.ipv4.tcp_keepalive_time = 999' >/etc/sysctl.d/99-site.conf
		kaadvise apply --loader systemd -p aws-nlb >/dev/null 2>&1 || values
		kaadvise apply --loader systemd -p aws-nlb --live-only >/dev/null; values
		kaadvise rollback >/dev/null
		kaadvise apply --loader systemd -p aws-nlb --drop-in 99-zz-kaadvise.conf >/dev/null; values
		ls /etc/sysctl.d"
	assert_output $'7200/75/9\n270/10/7\n270/10/7\n99-site.conf\n99-zz-kaadvise.conf'
}

@test "a line that would lose is no reason to refuse" {
	run -0 in_namespace boot "
		echo 'net.ipv4.tcp_keepalive_time = 999' >/etc/sysctl.d/50-site.conf
		echo 'net.ipv4.tcp_keepalive_* = 7' >/etc/sysctl.d/99-site.conf
		kaadvise apply --loader systemd -p aws-nlb >/dev/null; values
		cat /etc/sysctl.d/50-site.conf"
	assert_output $'270/10/7\nnet.ipv4.tcp_keepalive_time = 999'
}

@test "where the other loader would decide otherwise, it is said" {
	run -0 in_namespace boot '
		echo "net.ipv4.tcp_keepalive_time = 999" >/tmp/conf.$$
		[ -e /etc/sysctl.conf ] || exit 0
		umount /etc/sysctl.conf
		mount --bind /tmp/conf.$$ /etc/sysctl.conf
		rm /tmp/conf.$$
		kaadvise apply --loader procps -p aws-nlb || echo "procps $?"
		kaadvise apply --loader systemd -p aws-nlb; values'
	if [ -n "$output" ]; then
		assert_line --partial "/etc/sysctl.conf:1: error"
		assert_line --partial "no name of a drop-in would win"
		assert_line "procps 4"
		assert_line --regexp '^`sysctl --system` of procps-.* would set 999/10/7'
		assert_line "270/10/7"
	fi
}

@test "a file of ours that is not ours is left alone" {
	run -4 in_namespace boot '
		echo "vm.swappiness = 1" >/etc/sysctl.d/90-kaadvise.conf
		kaadvise apply --loader systemd -p aws-nlb'
	assert_output --partial "[KA-A009]"
}

@test "rollback refuses when somebody changed the values, unless forced" {
	run -0 in_namespace plain '
		kaadvise apply --set 300,20,5 >/dev/null
		sysctl -qw net.ipv4.tcp_keepalive_time=301
		kaadvise rollback || echo "refused $?"; values
		kaadvise rollback --force >/dev/null; values'
	assert_line --partial "[KA-A010]"
	assert_line "refused 4"
	assert_line "301/20/5"
	assert_line "7200/75/9"
}

@test "transactions by number, and those of other namespaces" {
	run -0 in_namespace plain '
		kaadvise apply --set 300,20,5 >/dev/null
		kaadvise apply --set 200,20,5 >/dev/null
		kaadvise rollback 7 || echo "none $?"
		unshare -n "$KAADVISE" rollback 1 || echo "elsewhere $?"
		kaadvise rollback 2 >/dev/null; values
		kaadvise rollback 1 >/dev/null; values
		kaadvise history -f json'
	assert_line "none 4"
	assert_line "elsewhere 4"
	assert_line "300/20/5"
	assert_line "7200/75/9"
	grep '^{' <<<"$output" >"$BATS_TEST_TMPDIR/history"
	keep "$BATS_TEST_TMPDIR/history"
	assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/history")" 4
	assert_equal "$(sed 's/.*"state":"\([a-z]*\)".*/\1/' "$BATS_TEST_TMPDIR/history" | xargs)" \
		"undone undone done done"
}

@test "a path that no values satisfy changes nothing" {
	run -1 in_namespace plain '
		kaadvise apply --hop idle=350s --detect-within 30s --survive-outage 60s && exit 9
		status=$?; values; ls /var/lib; exit $status'
	assert_line "7200/75/9"
	assert_output --partial "cannot hold together"
	refute_line "kaadvise"
}

@test "a path that leaves nothing to do is success" {
	run -0 in_namespace plain 'kaadvise apply -p aws-alb; values'
	assert_line "7200/75/9"
	assert_output --partial "nothing for TCP keepalive to do"
}

@test "a read-only /proc/sys: refused, unless the values are there already" {
	run -4 in_namespace plain '
		mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys
		kaadvise apply -p aws-nlb'
	assert_output --partial "[KA-A002]"
	assert_output --partial "--sysctl net.ipv4.tcp_keepalive_time=270"
	run -0 in_namespace plain '
		sysctl -qw net.ipv4.tcp_keepalive_time=270 net.ipv4.tcp_keepalive_intvl=10
		sysctl -qw net.ipv4.tcp_keepalive_probes=7
		mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys
		kaadvise apply -p aws-nlb'
	assert_output --partial "Nothing to change"
}

@test "an ordinary user is refused and nothing is left behind" {
	run -4 in_namespace plain '
		setpriv --reuid 65534 --regid 65534 --clear-groups "$KAADVISE" apply -p aws-nlb && exit 9
		status=$?; values; ls /var/lib | wc -l; exit $status'
	assert_line "7200/75/9"
	assert_line 0
}

@test "apply in another namespace" {
	name=ka-apply-$$
	ip netns add "$name"
	run -0 in_namespace plain "
		kaadvise apply --netns $name -p aws-nlb >/dev/null; values
		ip netns exec $name sysctl -n net.ipv4.tcp_keepalive_time
		kaadvise rollback --netns $name >/dev/null
		ip netns exec $name sysctl -n net.ipv4.tcp_keepalive_time"
	ip netns del "$name"
	assert_output $'7200/75/9\n270\n7200'
}

# image NAME: an empty Debian 12 root, as far as the boot's sysctls go.
image() {
	mkdir -p "$1"/{etc/sysctl.d,usr/lib/systemd/system,var/lib}
	: >"$1/usr/lib/systemd/libsystemd-shared-252.so"
	: >"$1/usr/lib/systemd/system/systemd-sysctl.service"
	printf 'ID=debian\nVERSION_ID="12"\n' >"$1/usr/lib/os-release"
}

@test "--root: an image with defaults fails, is changed, and passes" {
	cd "$BATS_TEST_TMPDIR"
	image root
	cp -a root before
	expect 1 check -p aws-nlb --root root
	expect 0 apply -p aws-nlb --root root --dry-run
	assert_line "+net.ipv4.tcp_keepalive_time = 270"
	diff -r before root
	expect 0 apply -p aws-nlb --root root
	assert_line "Setting in the image root for -p aws-nlb:"
	assert_line "Done. To undo it: remove /etc/sysctl.d/90-kaadvise.conf from the image."
	expect 0 check -p aws-nlb --root root
	run -1 diff -r before root
	assert_output "Only in root/etc/sysctl.d: 90-kaadvise.conf"
	cp -a root after
	expect 0 apply -p aws-nlb --root root
	assert_line --partial "Nothing to change"
	diff -r after root
}

@test "--root: the line that would win, and the name that does" {
	cd "$BATS_TEST_TMPDIR"
	image root
	echo "net.ipv4.tcp_keepalive_time = 300" >root/etc/sysctl.d/octavia.conf
	cp -a root before
	expect 4 apply -p aws-nlb --root root
	says "root/etc/sysctl.d/octavia.conf:1: error"
	says "--drop-in zz-kaadvise.conf"
	says "[KA-A007]"
	diff -r before root
	expect 0 apply -p aws-nlb --root root --drop-in zz-kaadvise.conf
	expect 0 check -p aws-nlb --root root
}

@test "--root: an image that no loader serves" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p root/etc
	refused 4 KA-A013 apply -p aws-nlb --root root
	expect 0 apply -p aws-nlb --root root --loader systemd
	run -0 find root -name '*kaadvise*'
	assert_output "root/etc/sysctl.d/90-kaadvise.conf"
}

@test "--root: links cannot lead outside" {
	cd "$BATS_TEST_TMPDIR"
	for link in etc etc/sysctl.d var var/lib etc/sysctl.d/90-kaadvise.conf; do
		rm -rf root outside
		image root
		mkdir -p outside/{sysctl.d,lib}
		[ ! -d "root/$link" ] || rm -r "root/$link"
		ln -s "$PWD/outside" "root/$link"
		run "$KAADVISE" apply -p aws-nlb --root root
		[ "$status" = 4 ] || [ "$status" = 0 ]
		assert_equal "$(find outside | sort | xargs)" "outside outside/lib outside/sysctl.d"
	done
}

@test "check after apply finds nothing to change, for every built-in profile" {
	run -0 in_namespace plain '
		for id in $("$KAADVISE" profiles list -f json | sed "s/^{\"id\":\"\([^\"]*\)\".*/\1/" | uniq); do
			sysctl -qw net.ipv4.tcp_keepalive_time=7200 net.ipv4.tcp_keepalive_intvl=75
			sysctl -qw net.ipv4.tcp_keepalive_probes=9
			kaadvise apply -p "$id" >/dev/null
			kaadvise check -p "$id" -f json --fail-on never
		done'
	keep_output
	assert_equal "$(grep -c '"schema":"kaadvise.report/1"' <<<"$output")" \
		"$(kaadvise profiles list -f json | wc -l)"
	refute_output --regexp '"rule":"KA(1[0-9]*|201|202|203|206|207|210)"'
}

@test "every JSON document validates" {
	all_valid
}
