# Where results go, and what happens when they cannot.
load common

@test "a full disk: exit code 4" {
	local words
	for words in "check --settings 7200,75,9" "check --settings 7200,75,9 -f json" rules \
		"rules -f json" "explain KA201" "profiles show aws-nlb" "profiles list" --help \
		--version "recommend -p aws-nlb -f sysctl"; do
		# shellcheck disable=SC2086
		run -4 --separate-stderr sh -c 'exec "$@" >/dev/full' sh "$KAADVISE" $words
		assert_regex "$stderr" '\[KA-S007\]$'
	done
}

@test "a full disk behind -f json:FILE" {
	refused 4 KA-S007 check --settings 7200,75,9 -f json:/dev/full
	says "/dev/full"
	refused 4 KA-S007 check --settings 7200,75,9 -f json:/no/such/directory/x.json
	says "cannot create"
	refused 4 KA-S007 check --settings 7200,75,9 -f "json:$BATS_TEST_TMPDIR"
}

@test "a closed standard output" {
	local words
	for words in "check --settings 7200,75,9" rules --help --version; do
		# shellcheck disable=SC2086
		run -4 --separate-stderr sh -c 'exec "$@" >&-' sh "$KAADVISE" $words
		assert_regex "$stderr" '\[KA-S007\]$'
	done
}

@test "files named by -f do not take the place of a closed stream" {
	run -0 sh -c 'exec "$@" >&- 2>&-' sh "$KAADVISE" check --settings 7200,75,9 \
		-f "json:$BATS_TEST_TMPDIR/x.json"
	keep "$BATS_TEST_TMPDIR/x.json"
}

@test "an error message does not end in a result's file" {
	run -4 sh -c 'exec "$@" >&- 2>&-' sh "$KAADVISE" check --settings 7200,75,9 \
		-f "json:$BATS_TEST_TMPDIR/x.json" -f json:/dev/full
	assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/x.json")" 1
	keep "$BATS_TEST_TMPDIR/x.json"
}

@test "a closed standard error changes no exit code" {
	run -3 sh -c 'exec "$@" 2>&-' sh "$KAADVISE" check -p zebra
	assert_output ""
	run -2 sh -c 'exec "$@" 2>/dev/full' sh "$KAADVISE" zebra
}

# gone RESTORE: runs rules into a pipe whose reading end is closed, and prints how it ended.
gone() {
	run --separate-stderr /usr/bin/python3 -c '
import os, signal, subprocess, sys
reading, writing = os.pipe()
os.close(reading)
is_ignored = sys.argv[1] == "ignored"
signal.signal(signal.SIGPIPE, signal.SIG_IGN if is_ignored else signal.SIG_DFL)
print(subprocess.run(sys.argv[2:], stdout=writing, restore_signals=not is_ignored).returncode)
' "$1" "$KAADVISE" rules
}

@test "a reader that goes away ends it quietly, by SIGPIPE" {
	gone default
	assert_output -- -13
	assert_equal "$stderr" ""
}

@test "with SIGPIPE ignored it says so" {
	gone ignored
	assert_output 4
	assert_regex "$stderr" '\[KA-S007\]$'
}

@test "many outputs at once" {
	cd "$BATS_TEST_TMPDIR"
	expect 0 check --settings 7200,75,9 -f json:1 -f json:2 -f json:3 -f text:4 -f json:5 \
		-f json:6 -f json:7 -f json
	keep_output
	keep 1 2 3 5 6 7
	assert_equal "$(head -n 1 4)" "TCP keepalive with 7200,75,9 (tick rate unknown)"
}

@test "every JSON document validates" {
	all_valid
}
