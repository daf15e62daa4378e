# Servers to be measured, sourced by the tests of measure.

teardown() {
	[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
}

# serve MODE [SECONDS]: starts a server; $there is where it listens.
serve() {
	coproc SERVER { exec /usr/bin/python3 "$BATS_TEST_DIRNAME/measured_server.py" "$@"; }
	server=$SERVER_PID
	read -r port <&"${SERVER[0]}"
	there=127.0.0.1:$port
}

# measured CODE WORD...: quick, with the report on $output.
measured() {
	local code=$1
	shift
	report "$code" measure "$there" --min 1s --max 4s --precision 200ms --no-config "$@"
}

# between KEY LEAST MOST
between() {
	local value
	value=$(jq "$1" <<<"$output")
	((value >= $2 && value <= $3)) || fail "$1 is $value: $output"
}
