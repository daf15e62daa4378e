# What the tests of live sockets share, besides what those of the command line do.
load ../cli/common

# with SCRIPT WORD...: runs a shell script in namespaces of its own in which programs.py has opened
# connections as the words say. What the script starts is ended with it.
with() {
	local script=$1
	shift
	KA_SOCKETS=$BATS_TEST_DIRNAME unshare --net --mount --pid --fork --kill-child --mount-proc \
		bash -euo pipefail -c '
		mount -t tmpfs none /var/lib
		ip link set lo up
		ip address add 10.9.0.1/24 dev lo
		ip address add 10.9.0.2/24 dev lo
		kaadvise() { "$KAADVISE" "$@" --no-config; }
		set_values() {
			echo "$1" >/proc/sys/net/ipv4/tcp_keepalive_time
			echo "$2" >/proc/sys/net/ipv4/tcp_keepalive_intvl
			echo "$3" >/proc/sys/net/ipv4/tcp_keepalive_probes
		}
		values() { paste -d/ /proc/sys/net/ipv4/tcp_keepalive_{time,intvl,probes}; }
		# fields KEY...: of each line of JSON, its values.
		fields() { jq -r --args "[\$ARGS.positional[] as \$key | .[\$key] | tostring] | join(\" \")" "$@"; }
		script=$1
		shift
		[ -z "${KA_VALUES:-}" ] || set_values $KA_VALUES
		coproc programs { exec "$KA_SOCKETS/programs.py" "$@"; }
		read -r line <&"${programs[0]}"
		[ "$line" = ready ]
		eval "$script"' - "$script" "$@"
}

setup() {
	needs_namespaces
}
