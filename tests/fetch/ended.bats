# Runs that end before their time, or have nobody to speak to.
load common

# ends SIGNAL CODE: a run that is held ends so; nothing and nobody is left of it.
ends() {
	local code=0
	kill "-$1" "$caller"
	wait "$caller" || code=$?
	assert_equal "$1 $code" "$1 $2"
	until_true is_gone "$child"
	until_true grep -q gone "$DIRECTORY/asked"
	assert_equal "$(cat out err)" ""
	nothing_kept
	: >"$DIRECTORY/asked"
}

@test "an interrupted run leaves no helper and nothing half kept" {
	hold -p "$ODD/hold"
	ends INT 130
	hold -p "$ODD/hold-body"
	ends INT 130
}

@test "a run that was told to end, or killed, leaves no helper" {
	hold -p "$ODD/hold-body"
	ends TERM 143
	hold -p "$ODD/hold-body"
	ends KILL 137
}

@test "a run whose helper was killed says so" {
	hold -p "$ODD/hold-body"
	kill -KILL "$child"
	local code=0
	wait "$caller" || code=$?
	assert_equal "$code" 3
	assert_equal "$(cat out)" ""
	assert_equal "$(cat err)" "kaadvise: error: kaadvise-fetch was killed by signal 9 [KA-F001]"
	nothing_kept
}

# with REDIRECTION CODE: judges with descriptors that are closed, of which nobody makes use.
with() {
	rm -rf "$CACHE"
	run --separate-stderr "-$2" bash -c '"$KAADVISE" check --settings 270,10,7 -p "$GOOD/site.yaml" '"$1"
	[ "$(kept | wc -l)" = 1 ] || fail "kept: $(kept)"
	grep -q '^kaadvise-cache-1 ' "$(copy_of "$GOOD/site.yaml")"
	judged 0 "$GOOD/site.yaml" --offline
	assert_equal "$(findings)" KA704
}

@test "closed descriptors are not taken for others" {
	with '<&-' 0
	with '2>&-' 0
	with '>&-' 4
	with '<&- >&-' 4
	with '>&- 2>&-' 4
	with '<&- >&- 2>&-' 4
	with '>/dev/full' 4
	expect 0 check --settings 270,10,7 -p "$GOOD/site.yaml"
	run --separate-stderr -0 bash -c '"$KAADVISE" check --settings 270,10,7 -p "$GOOD/site.yaml" <&- 2>&-'
	assert_output --partial "safe, survives"
}

@test "all JSON is what the schema says" {
	all_valid
}
