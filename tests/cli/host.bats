# Reading a host: this one, another namespace, and hosts that hide what is asked for.
load common

setup() {
	needs_namespaces
}

@test "a fresh namespace behind an NLB fails, with the recommendation" {
	run -1 in_namespace plain 'kaadvise check -p aws-nlb'
	assert_output --partial "KA201"
	assert_output --partial "Recommended: 270/10/7"
	assert_output --partial "Proof"
	assert_output --partial "kaadvise apply -p aws-nlb"
}

@test "without a path the defaults pass, with facts and a survey" {
	run -0 in_namespace plain 'kaadvise check'
	assert_output --partial "7875 s"
	assert_output --partial "aws-nlb"
	refute_output --partial "Recommended"
}

@test "another namespace by name, process and path" {
	name=ka-cli-$$
	ip netns add "$name"
	ip netns exec "$name" sysctl -qw net.ipv4.tcp_keepalive_time=333
	ip netns exec "$name" sleep 60 &
	pid=$!
	until [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
	for word in "$name" "$pid" "/run/netns/$name" "/proc/$pid/ns/net"; do
		run -0 kaadvise check --netns "$word" -f json
		assert_output --partial '"time_s":333'
		assert_output --partial '"kind":"netns"'
	done
	kill $pid
	ip netns del "$name"
}

@test "a namespace that is not there, or is none" {
	run -4 kaadvise check --netns nosuch-$$
	assert_output --partial "[KA-S004]"
	run -4 kaadvise check --netns /etc/passwd
	assert_output --partial "not a network namespace"
	run -4 kaadvise check --netns 999999999
	assert_output --partial "[KA-S004]"
}

@test "an ordinary user may read, but not enter" {
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups "$KAADVISE" check
	name=ka-cli-user-$$
	ip netns add "$name"
	run -4 setpriv --reuid 65534 --regid 65534 --clear-groups "$KAADVISE" check --netns "$name"
	ip netns del "$name"
	assert_output --partial "[KA-S005]"
}

@test "without /proc/sys the values come from a socket" {
	run -0 in_namespace plain '
		sysctl -qw net.ipv4.tcp_keepalive_time=444
		mount -t tmpfs none /proc/sys
		kaadvise check -f json'
	assert_output --partial '"time_s":444'
}

@test "junk in /proc/sys is an error with its place" {
	run -4 in_namespace plain '
		echo "72 00" >/var/lib/junk
		mount --bind /var/lib/junk /proc/sys/net/ipv4/tcp_keepalive_time
		kaadvise check'
	assert_output --partial "/proc/sys/net/ipv4/tcp_keepalive_time"
	assert_output --partial "[KA-S003]"
}

@test "connection tracking of the namespace is a hop too" {
	run -0 in_namespace plain '
		nft add table t && nft add chain t c "{ type filter hook output priority 0; }"
		nft add rule t c ct state new accept
		sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=600
		kaadvise check'
	assert_output --partial "note KA209"
	run -1 in_namespace plain '
		sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=600
		sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
		kaadvise check'
	assert_output --partial "warning KA209"
}

@test "values that kill are errors without any path" {
	run -1 in_namespace plain 'sysctl -qw net.ipv4.tcp_keepalive_probes=0; kaadvise check'
	assert_output --partial "error KA101"
}
