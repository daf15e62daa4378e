# Reading the host: its own values, hidden and broken /proc/sys, other namespaces.
load common

setup() {
	needs_namespaces
	NAMES=()
}

teardown() {
	local name
	for name in "${NAMES[@]}"; do
		ip netns delete "$name"
	done
}

# namespace NAME: a named network namespace with this test run's mark, and 300/20/5 in it.
namespace() {
	name=ka-$$-$BATS_TEST_NUMBER-$1
	ip netns add "$name"
	NAMES+=("$name")
	ip netns exec "$name" sysctl -qw net.ipv4.tcp_keepalive_time=300 \
		net.ipv4.tcp_keepalive_intvl=20 net.ipv4.tcp_keepalive_probes=5
}

# Some build directories are root's alone.
another_user() {
	setpriv --reuid 65534 --clear-groups "$KAADVISE" --version >/dev/null 2>&1 ||
		skip "another user may not run the program where it was built"
}

values() {
	field '[report["settings"][key] for key in ("time_s", "intvl_s", "probes")]'
}

# inside CODE SCRIPT: the script in a new namespace, with the kernel's values.
inside() {
	run --separate-stderr "-$1" in_namespace plain "$2"
}

@test "a fresh namespace has the kernel's values" {
	inside 1 'kaadvise check -p aws-nlb -f json'
	keep_output
	assert_equal "$(values)" "[7200, 75, 9]"
	assert_equal "$(field 'report["subject"]["kind"]')" host
	assert_equal "$(field 'report["subject"]["name"]')" "$(uname -n)"
	assert_equal "$(findings)" KA201
	inside 0 'kaadvise check'
	assert_output --partial "Known middleboxes with these values"
	inside 1 'kaadvise check -p aws-nlb'
	assert_line "Recommended: 270/10/7"
	assert_line "    kaadvise apply -p aws-nlb"
}

@test "the namespace's own values are read" {
	inside 0 'echo 270 >/proc/sys/net/ipv4/tcp_keepalive_time
		echo 10 >/proc/sys/net/ipv4/tcp_keepalive_intvl
		echo 7 >/proc/sys/net/ipv4/tcp_keepalive_probes
		kaadvise check -p aws-nlb -f json'
	keep_output
	assert_equal "$(values)" "[270, 10, 7]"
	assert_equal "$(field 'report["recommendation"]["change"]')" false
}

@test "the tick rate is this kernel's" {
	inside 0 'kaadvise check -f json'
	assert_equal "$(field 'report["hz"]')" \
		"$(/usr/bin/python3 -c 'import time; print(round(1 / time.clock_getres(6)))')"
}

@test "an absent /proc/sys: a socket tells the values" {
	inside 1 'echo 600 >/proc/sys/net/ipv4/tcp_keepalive_time
		mkdir /var/lib/empty
		mount --bind /var/lib/empty /proc/sys
		kaadvise check -p aws-nlb -f json'
	assert_equal "$stderr" ""
	keep_output
	assert_equal "$(values)" "[600, 75, 9]"
}

@test "a /proc that shows processes only" {
	inside 0 'echo 600 >/proc/sys/net/ipv4/tcp_keepalive_time
		mount -t proc -o subset=pid proc /proc
		[ ! -e /proc/sys ]
		kaadvise check -f json'
	keep_output
	assert_equal "$(values)" "[600, 75, 9]"
}

@test "a read-only /proc/sys is good enough for check" {
	inside 1 'mount --bind /proc/sys /proc/sys
		mount -o remount,bind,ro /proc/sys
		kaadvise check -p aws-nlb -f json'
	keep_output
}

@test "what is no number is refused: KA-S003" {
	local junk
	for junk in junk "" "7200 75" 0x10 99999999999999999999 $'7200\n7200'; do
		inside 4 "printf '%s' '$junk' >/var/lib/junk
			mount --bind /var/lib/junk /proc/sys/net/ipv4/tcp_keepalive_time
			kaadvise check"
		assert_equal "$output" ""
		assert_regex "$stderr" '/proc/sys/net/ipv4/tcp_keepalive_time.*\[KA-S003\]$'
	done
	inside 4 'printf "\033[31m" >/var/lib/junk
		mount --bind /var/lib/junk /proc/sys/net/ipv4/tcp_keepalive_time
		kaadvise check'
	no_control_characters
}

@test "a value that may not be read: a socket tells" {
	another_user
	inside 0 'echo 1 >/var/lib/secret
		chmod 0 /var/lib/secret
		mount --bind /var/lib/secret /proc/sys/net/ipv4/tcp_keepalive_time
		exec setpriv --reuid 65534 --clear-groups "$KAADVISE" check -f json'
	keep_output
	assert_equal "$(values)" "[7200, 75, 9]"
}

@test "an ordinary user may read" {
	another_user
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups "$KAADVISE" check
	assert_line --regexp '^TCP keepalive of '
}

@test "values that kill are errors without any path" {
	inside 1 'echo 0 >/proc/sys/net/ipv4/tcp_keepalive_probes; kaadvise check -f json'
	keep_output
	assert_equal "$(findings)" KA101
}

@test "--netns by name, process id and path" {
	local name subject pid
	namespace a
	report 1 check --netns "$name" -p aws-nlb --detect-within 5m
	assert_equal "$(values)" "[300, 20, 5]"
	assert_equal "$(field 'report["subject"]["kind"]')" netns
	assert_equal "$(field 'report["subject"]["name"]')" "$name"
	report 1 check --netns "/run/netns/$name" -p aws-nlb --detect-within 5m
	assert_equal "$(values)" "[300, 20, 5]"
	ip netns exec "$name" sleep 600 3>&- &
	pid=$!
	until [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do
		kill -0 "$pid"
	done
	for subject in "$pid" "/proc/$pid/ns/net"; do
		report 1 check --netns "$subject" -p aws-nlb --detect-within 5m
		assert_equal "$(values)" "[300, 20, 5]"
	done
	kill "$pid"
}

@test "--netns in text: the command to apply names it" {
	local name
	namespace b
	expect 1 check --netns "$name" -p azure-lb
	assert_line --partial "TCP keepalive in network namespace $name"
	assert_output --regexp "kaadvise apply --netns $name( \\\\)?"
}

@test "--netns without privilege: exit code 4" {
	local name
	namespace c
	another_user
	run --separate-stderr -4 setpriv --reuid 65534 --clear-groups "$KAADVISE" check --netns "$name"
	assert_equal "$output" ""
	# A program that measures coverage complains below, since it may not write here.
	assert_regex "${stderr_lines[0]}" '\[KA-S005\]$'
}

@test "every JSON document validates" {
	all_valid
}
