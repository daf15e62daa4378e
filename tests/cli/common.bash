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

# expect CODE WORD...: runs the program, which must end with CODE. $output and $stderr.
expect() {
	local code=$1
	shift
	run --separate-stderr "-$code" "$KAADVISE" "$@"
}

# refused CODE ID WORD...: one line on standard error with the id, nothing on standard output.
refused() {
	local code=$1 id=$2
	shift 2
	expect "$code" "$@"
	assert_equal "$output" ""
	assert_equal "${#stderr_lines[@]}" 1
	assert_regex "$stderr" "error: .* \\[$id\\]\$"
}

# says TEXT: standard error holds it.
says() {
	[[ $stderr == *"$1"* ]] || fail "'$stderr' does not say '$1'"
}

# Nothing on either stream that could act on a terminal.
no_control_characters() {
	local both=$output$stderr
	if printf '%s' "$both" | LC_ALL=C grep -q $'[^[:print:][:space:]\x80-\xff]\|[\r\t\v\f]\|\xc2[\x80-\x9f]'; then
		printf '%s' "$both" | cat -v | fail
	fi
}

# report CODE WORD...: expect with -f json; the documents are kept for all_valid.
report() {
	expect "$@" -f json
	keep_output
}

# Keeps JSON that came another way: the output of the last run, or files.
keep_output() {
	printf '%s\n' "$output" >>"$BATS_FILE_TMPDIR/documents"
}

keep() {
	cat "$@" >>"$BATS_FILE_TMPDIR/documents"
}

# field EXPRESSION: a part of the last report, by a Python expression over `report`.
field() {
	printf '%s' "$output" | /usr/bin/python3 -c '
import json, sys
report = json.load(sys.stdin)
value = eval(sys.argv[1])
print(value if isinstance(value, str) else json.dumps(value))' "$1"
}

# findings: the rules that the last report names, in order.
findings() {
	field '" ".join(finding["rule"] for finding in report["findings"])'
}

# The last test of each suite that makes JSON: all of it is what the published schemas say.
all_valid() {
	run -0 env PYTHONDONTWRITEBYTECODE=1 \
		"$BATS_TEST_DIRNAME/../golden/validate" "$BATS_FILE_TMPDIR/documents"
	echo "# $output" >&3
}
