# Counts that do not depend on how busy the machine is; sourced by counts and start.

export LC_ALL=C
sysctl_command=(sysctl -n net.ipv4.tcp_keepalive_{time,intvl,probes})

# In a network namespace of its own, where that is allowed: the values are then the kernel's
# defaults, which have the most to say and a recommendation to compute.
in_fresh_namespace() {
	[ -n "${KA_BENCH_INSIDE:-}" ] && return 0
	if unshare --net true 2>/dev/null; then
		KA_BENCH_INSIDE=1 exec unshare --net "$0" "$@"
	fi
	# A machine's own namespace has a next boot too, which costs as much as its files.
	echo "skipped: a network namespace needs CAP_SYS_ADMIN"
	exit 77
}

instructions_of() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
		sed -n 's/.*Collected *: *\([0-9]*\).*/\1/p'
}

# Prints the number of system calls and of shared objects mapped, the loader included.
syscalls_and_objects_of() {
	strace -f -qq -e signal=none "$@" 2>&1 >/dev/null | awk '
		/^(\[pid +[0-9]+\] )?[a-z0-9_]+\(/ { calls++ }
		/^openat\(.*\.so(\.[0-9.]*)?", .* = [0-9]+$/ { objects++ }
		END { print calls, objects ? objects + 1 : 0 }'
}

# peak_kib_of SIDEBYSIDE COMMAND...
peak_kib_of() {
	local sidebyside=$1
	shift
	"$sidebyside" 3 "$@" -- "$@" | sed -n '1s/.*peak_kib \([0-9]*\) .*/\1/p'
}
