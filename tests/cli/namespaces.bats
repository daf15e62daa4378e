# --netns all: names, odd namespaces, what an ordinary user may see, what surrounds a container.
load common

setup() {
	needs_namespaces
}

# machine CODE SCRIPT: a machine of our own, with namespaces and processes that nobody else sees.
# make NAME TIME: a namespace of ip netns; all WORD...: the check of all of them.
machine() {
	run --separate-stderr "-$1" unshare --net --mount --pid --fork --kill-child --mount-proc \
		bash -euo pipefail -c '
		mount -t tmpfs none /var/lib
		mount -t tmpfs none /run
		mkdir /run/netns
		make() {
			ip netns add "$1"
			ip netns exec "$1" sh -c "echo $2 >/proc/sys/net/ipv4/tcp_keepalive_time"
		}
		# A process with a namespace of its own, in $process.
		begin() {
			unshare --net --mount "$@" &
			process=$!
			until [ "$(readlink /proc/$process/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do
				sleep 0.02
			done
		}
		waits() { until "$@"; do sleep 0.02; done; }
		kaadvise() { "$KAADVISE" "$@" --no-config; }
		all() { kaadvise check --netns all "$@"; }
		names() { jq -r .subject.name; }
		eval "$1"' - "$2"
}

# Whether the program may be run by somebody else, from where it was built.
another_user() {
	setpriv --reuid 65534 --clear-groups "$KAADVISE" --version >/dev/null 2>&1 ||
		skip "another user may not run the program where it was built"
}

@test "the own one comes first, as this host; then the others by name" {
	machine 0 'make zebra 7200; make ape 7200; all -f json'
	keep_output
	assert_equal "$(jq -r '"\(.subject.kind) \(.subject.name)"' <<<"$output")" "host $(uname -n)
netns ape
netns zebra"
	machine 0 'make ape 300; all'
	assert_line --index 0 --regexp "^$(uname -n): pass: 7200,75,9 \(running; a dead peer is noticed within [0-9.]+ s\)$"
	assert_line --index 1 --partial "note: 1 other network namespace has 300/75/9"
	assert_line --index 2 --regexp "^ape: pass: 300,75,9 "
	assert_equal "${#lines[@]}" 3
}

@test "KA501 is said once for each triple, by this host alone" {
	machine 0 'for i in 1 2 3 4 5; do make same$i 300; done; make other 60; make alike 7200; all -f json'
	keep_output
	assert_equal "$(jq -r '.subject.name as $name | .findings[] | select(.rule == "KA501")
		| "\($name == "'"$(uname -n)"'") \(.data.namespaces) \(.data.time) \(.data.names)"' <<<"$output")" \
		"true 1 60 other
true 5 300 same1, same2, same3"
}

@test "every format tells all of them" {
	machine 1 'make one 7200; make two 300
		all -p aws-nlb -f json:/var/lib/json -f sarif:/var/lib/sarif -f junit:/var/lib/junit -f github || code=$?
		jq -e ".runs[0].results | map(.ruleId) | sort == [\"KA201\",\"KA201\",\"KA202\",\"KA501\"]" /var/lib/sarif >&2
		grep -c "<testsuite " /var/lib/junit
		wc -l </var/lib/json
		exit "$code"'
	assert_equal "$stderr" true
	assert_line 3
	assert_equal "$(grep -c '^::error' <<<"$output")" 2
}

@test "two that are called the same have their numbers too" {
	machine 0 'begin sleep 100; waits test "$(cat /proc/$process/comm)" = sleep
		begin sleep 100; waits test "$(cat /proc/$process/comm)" = sleep
		all -f json | names | tail -n +2'
	assert_line --index 0 --regexp '^sleep net:\[[0-9]+\]$'
	assert_line --index 1 --regexp '^sleep net:\[[0-9]+\]$'
	[ "${lines[0]}" != "${lines[1]}" ]
}

@test "names that would act on a terminal, or are no text" {
	machine 0 'make $'"'\\e[31mred\\t\\xff'"' 300
		cp /bin/sleep $'"'/var/lib/\\e[2J\\xc2\\x9b'"'
		begin $'"'/var/lib/\\e[2J\\xc2\\x9b'"' 100
		waits grep -q J /proc/$process/comm
		all -f json:/var/lib/json
		all
		kaadvise apply --netns all --set 200,20,5 --dry-run
		jq -r .subject.name /var/lib/json | wc -l >&2'
	no_control_characters
	assert_output --partial '\x1b[31mred\x09\xff'
	assert_equal "$stderr" 3
}

@test "an ordinary user's own, and a word on what may not be seen" {
	another_user
	machine 4 'make blue 300
		setpriv --reuid 65534 --clear-groups "$KAADVISE" check --netns all --no-config -f json'
	keep_output
	assert_equal "$(field 'report["settings"]["time_s"]')" 7200
	# A build that counts lines cannot write its counts there, and says so.
	assert_equal "$(grep -cv '^profiling:' <<<"$stderr")" 2
	says "1 process may not be looked at"
	says "network namespace blue: cannot enter the network namespace: Operation not permitted [KA-S005]"
	machine 0 'setpriv --reuid 65534 --clear-groups "$KAADVISE" check --netns all --no-config'
	assert_equal "${#lines[@]}" 1
}

@test "in a user namespace of one's own, all is one's own" {
	unshare --user true 2>/dev/null || skip "no user namespaces here"
	another_user
	run --separate-stderr -0 setpriv --reuid 65534 --clear-groups unshare --user --map-root-user --net --pid \
		--fork --mount-proc bash -euc '
		echo 270 >/proc/sys/net/ipv4/tcp_keepalive_time
		unshare --net sh -c "echo 60 >/proc/sys/net/ipv4/tcp_keepalive_time; read -r _" < <(exec sleep 100) &
		process=$!
		until grep -q 60 <("$KAADVISE" check --netns all --no-config); do sleep 0.05; done
		"$KAADVISE" check --netns all --no-config -f json
		kill $process'
	keep_output
	assert_equal "$(jq -r '.settings.time_s' <<<"$output")" "270
60"
}

@test "names that are links, left over, or no namespaces" {
	machine 0 'begin sleep 100; waits test "$(cat /proc/$process/comm)" = sleep
		ln -s /proc/$process/ns/net /run/netns/linked
		: >/run/netns/left-over
		mkdir /run/netns/directory
		mkfifo /run/netns/fifo
		ln -s nowhere /run/netns/dangling
		all -f json | names | tail -n +2'
	assert_output linked
}

@test "mounts elsewhere, by names with blanks" {
	machine 0 'make gone 300
		: >"/run/a b\\c"
		mount --bind /run/netns/gone "/run/a b\\c"
		ip netns delete gone
		all -f json | names | tail -n +2'
	assert_output '/run/a b\c'
}

@test "mounts of others: with --deep, and never more than a namespace is opened" {
	machine 0 'make held 300; make hidden 60
		begin sh -c "mkdir /var/lib/held /var/lib/hidden
			: >/var/lib/held/x; : >/var/lib/hidden/x
			mount --bind /run/netns/held /var/lib/held/x
			mount --bind /run/netns/hidden /var/lib/hidden/x
			mount -t tmpfs none /var/lib/hidden
			mkfifo /var/lib/hidden/x
			: >/var/lib/ready
			exec sleep 100"
		waits test -e /proc/$process/root/var/lib/ready
		ip netns delete held; ip netns delete hidden
		all -f json >/var/lib/plain
		timeout 10 "$KAADVISE" check --netns all --deep --no-config -f json >/var/lib/deep || echo "code $?"
		for file in plain deep; do names </var/lib/$file | tail -n +2; echo; done'
	assert_line --index 0 "code 4"
	assert_line --index 1 sleep
	assert_line --index 2 --regexp '^/proc/[0-9]+/root/var/lib/held/x$'
	assert_line --index 3 sleep
	says "is something else by now [KA-S004]"
}

@test "each namespace by what it has: tcp_retries2, and connection tracking in use" {
	machine 0 'make one 7200
		ip netns exec one sh -c "echo 8 >/proc/sys/net/ipv4/tcp_retries2"
		all --detect-within 10m --fail-on never -f json'
	keep_output
	assert_equal "$(jq -c '[.findings[] | select(.rule == "KA208") | .data.tcp_retries2]' <<<"$output")" "[15]
[]"
	command -v nft >/dev/null || skip "nft is not installed"
	machine 0 '[ -e /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established ] || exit 0
		make one 7200
		ip -n one link set lo up
		ip netns exec one nft "table inet t { chain c { type filter hook output priority 0; ct state new accept; }; }"
		ip netns exec one sh -c "echo 600 >/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established"
		ip netns exec one /usr/bin/python3 -c "
import socket, time
server = socket.create_server((\"127.0.0.1\", 0))
client = socket.create_connection(server.getsockname())
print(flush=True)
time.sleep(100)" >/var/lib/ready &
		waits test -s /var/lib/ready
		all -f json'
	keep_output
	assert_equal "$(jq -r '.findings[] | select(.rule == "KA209") | .message' <<<"$output" | sed 's/ and the.*//')" \
		"Connection tracking in this namespace forgets an idle connection after 600 s,"
}

@test "a container is called by its id, and passes the host's connection tracking" {
	machine 0 '[ -e /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established ] || { echo none; exit 0; }
		echo 700 >/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established
		echo 270 >/proc/sys/net/ipv4/tcp_keepalive_time
		begin sleep 100
		id=$(printf "%064d" 7)
		echo "0::/system.slice/docker-$id.scope" >/var/lib/cgroup
		mount --bind /var/lib/cgroup /proc/$process/cgroup
		all -f json'
	[ "$output" != none ] || skip "this kernel has no connection tracking"
	keep_output
	assert_equal "$(jq -r 'select(.subject.kind == "netns") | .subject.name' <<<"$output")" docker:000000000000
	assert_equal "$(jq -r '.findings[] | select(.rule == "KA209") | .message' <<<"$output")" \
		"Connection tracking of the host forgets an idle connection after 700 s, and this container may be silent for 7408.120 s."
}

@test "apply: one that refuses does not stop the others; the snippet is told once" {
	machine 4 'make blue 7200; make red 60
		chmod 0 /run/netns
		mount --bind /run/netns/blue /run/netns/blue
		: >/run/netns/zero
		begin sleep 100
		setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$KAADVISE" apply --netns all --set 200,20,5 --no-config || code=$?
		cat /proc/sys/net/ipv4/tcp_keepalive_time
		exit "${code:-0}"'
	assert_line 200
	says "network namespace blue: "
	says "network namespace red: "
	machine 0 'make blue 7200; make red 60; kaadvise apply --netns all --set 200,20,5
		for name in blue red; do ip netns exec $name cat /proc/sys/net/ipv4/tcp_keepalive_time; done'
	assert_equal "$(grep -c 'docker run' <<<"$output")" 1
	assert_equal "$(grep -cx 200 <<<"$output")" 2
	assert_equal "$(grep -c '^Network namespace' <<<"$output")" 3
	assert_line --regexp '^Network namespace .* \(this one\)$'
}

@test "an output that cannot be written ends it" {
	machine 4 'make blue 7200; all -f json >/dev/full'
	assert_equal "${#stderr_lines[@]}" 1
	says "[KA-S007]"
}

@test "all JSON is as its schema says" {
	all_valid
}
