# What the command line's tests share. KAADVISE names the program.
bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1795305600 # 2026-11-22
unset NO_COLOR

kaadvise() {
	"$KAADVISE" "$@"
}

# Runs a shell script in a network and mount namespace of its own, with an empty /var/lib, and
# with "boot" in WHERE also an empty sysctl.d and the mark of the initial namespace.
in_namespace() {
	local where=$1 script=$2
	unshare -n -m bash -euc '
		mount -t tmpfs none /var/lib
		if [ "$1" = boot ]; then
			for directory in /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d; do
				[ ! -d "$directory" ] || mount -t tmpfs none "$directory"
			done
			: >/tmp/empty.$$ && mount --bind /tmp/empty.$$ /etc/sysctl.conf 2>/dev/null || true
			rm -f /tmp/empty.$$ || true
			mkdir -p /etc/sysctl.d
			mount -t tmpfs none /proc/sys/net/core
			: >/proc/sys/net/core/netdev_budget
		fi
		values() { paste -d/ /proc/sys/net/ipv4/tcp_keepalive_time \
			/proc/sys/net/ipv4/tcp_keepalive_intvl /proc/sys/net/ipv4/tcp_keepalive_probes; }
		kaadvise() { "$KAADVISE" "$@"; }
		eval "$2"' - "$where" "$script"
}

needs_namespaces() {
	unshare -n -m true 2>/dev/null ||
		skip "no privilege to make network namespaces (CAP_SYS_ADMIN)"
}
