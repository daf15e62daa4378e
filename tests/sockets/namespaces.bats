# --netns all: every network namespace of the machine, here of a process namespace of our own.
load common

# machine SCRIPT: in it are the namespaces one and two, made by ip netns, with a program each.
machine() {
	unshare --net --mount --pid --fork --kill-child --mount-proc bash -euo pipefail -c '
		mount -t tmpfs none /var/lib
		mount -t tmpfs none /run
		export KA_SOCKETS
		kaadvise() { "$KAADVISE" "$@" --no-config; }
		for name in one two; do
			ip netns add $name
			ip -n $name link set lo up
			ip -n $name address add 10.9.0.1/24 dev lo
			ip -n $name address add 10.9.0.2/24 dev lo
		done
		ip netns exec two sh -c "echo 60 >/proc/sys/net/ipv4/tcp_keepalive_time"
		eval "$1"' - "$1"
}

@test "check judges each namespace by its own values, and names those that differ" {
	KA_SOCKETS=$BATS_TEST_DIRNAME run -0 machine '
		kaadvise check --hop idle=350s --netns all || [ $? -eq 1 ]
		kaadvise check --hop idle=350s --netns all -f json >/var/lib/lines || [ $? -eq 1 ]
		jq -r "\"\(.subject.kind) \(.subject.name) \(.settings.time_s) \(.verdict)\"" /var/lib/lines | tail -n +2
		jq -r ".findings[] | select(.rule == \"KA501\") | .message" /var/lib/lines
		cp /var/lib/lines '"$BATS_FILE_TMPDIR/documents"
	assert_line --partial "one: fail: 7200,75,9 (running;"
	assert_line --partial "two: pass: 60,75,9 (running;"
	assert_line "netns one 7200 fail"
	assert_line "netns two 60 pass"
	assert_line "1 other network namespace has 60/75/9, not 7200/75/9 (time/intvl/probes): two."
	all_valid
}

@test "sockets shows those of all, and mends them" {
	KA_SOCKETS=$BATS_TEST_DIRNAME run -0 machine '
		coproc programs { exec ip netns exec two "$KA_SOCKETS/programs.py" bare; }
		read -r line <&"${programs[0]}"
		kaadvise sockets --netns all -f json --hop idle=350s | jq -r "\"\(.netns) \(.verdict) \(.command)\"" | sort || true
		kaadvise sockets --netns all --hop idle=350s | grep -A1 namespace || true
		kaadvise sockets --netns all --hop idle=350s --enable | tail -n 1
		ip netns exec two ss -Htno state established | grep -c "timer:(keepalive"'
	assert_line "two bare programs.py"
	assert_line "Network namespace two"
	refute_output --partial "Network namespace one"
	assert_line "2 of 2 mended, 0 gone, 0 in no need, 0 refused"
	assert_line 2
}

@test "apply sets each, says where, and rollback takes it back" {
	KA_SOCKETS=$BATS_TEST_DIRNAME run -0 machine '
		kaadvise apply --netns all --set 200,20,5 --dry-run >/var/lib/dry
		grep -c "^-net.ipv4.tcp_keepalive_time" /var/lib/dry
		ip netns exec one cat /proc/sys/net/ipv4/tcp_keepalive_time
		kaadvise apply --netns all --set 200,20,5 | grep -E "^Network|tcp_keepalive_time +[0-9]|Done"
		for name in one two; do ip netns exec $name cat /proc/sys/net/ipv4/tcp_keepalive_time; done
		kaadvise rollback --netns two >/dev/null
		ip netns exec two cat /proc/sys/net/ipv4/tcp_keepalive_time'
	assert_line 3
	assert_line 7200
	assert_line "Network namespace one"
	assert_line --regexp "Done: transaction 3. To undo it: kaadvise rollback --netns two"
	assert_equal "$(grep -cx 200 <<<"$output")" 2
	assert_line 60
}

@test "namespaces of processes, and with --deep those that only a descriptor holds" {
	KA_SOCKETS=$BATS_TEST_DIRNAME run -0 machine '
		unshare --net sh -c "echo 77 >/proc/sys/net/ipv4/tcp_keepalive_time; exec sleep 100" & sleeper=$!
		until [ "$(cat /proc/$sleeper/comm)" = sleep ]; do sleep 0.05; done
		ip netns add held
		ip netns exec held sh -c "echo 88 >/proc/sys/net/ipv4/tcp_keepalive_time"
		exec 9</run/netns/held
		ip netns del held
		names() { kaadvise check --netns all -f json --no-sockets "$@" | jq -r "\"\(.subject.name) \(.settings.time_s)\""; }
		names | tail -n +2; echo ---; names --deep | tail -n +2
		kill $sleeper'
	assert_output --regexp "one 7200
sleep 77
two 60
---
/proc/[0-9]+/fd/9 88
one 7200
sleep 77
two 60"
}

@test "a namespace that may not be entered is said, and others go on" {
	KA_SOCKETS=$BATS_TEST_DIRNAME run -0 machine '
		set +e
		setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$KAADVISE" check --no-config --netns all --fail-on never 2>/var/lib/errors
		echo "exit $?"
		cat /var/lib/errors'
	assert_line --partial "7200,75,9 (running;"
	assert_line "exit 4"
	assert_output --partial "network namespace one:"
	assert_output --partial "[KA-S005]"
}

@test "options that make no sense together" {
	refused 2 KA-U004 apply --netns all --persist-only --set 300,10,9
	refused 2 KA-U004 check --netns all --settings 300,10,9
	refused 2 KA-U004 rollback --netns all
}
