# measure, against servers that end idle connections in their own ways.
load common
load measuring

@test "a server that closes idle connections is told apart from a hop that forgets" {
	serve close 1.5
	measured 0
	assert_equal "$(jq -c '[.found, .on_expiry, .idle_timeout_s, .server_keepalive_s, .probes]' <<<"$output")" \
		'[true,"close",null,1,null]'
	between .lifetime.above_ms 1290 1500
	between .lifetime.at_most_ms 1500 1700
	assert_equal "$(jq '.evidence | .reset_on_next + .silent + .reset' <<<"$output")" 0
}

@test "resets that come while connections are idle" {
	serve reset 1.5
	measured 0
	assert_equal "$(jq -c '[.found, .on_expiry, .idle_timeout_s, .evidence.reset > 1]' <<<"$output")" \
		'[true,"reset-both",1,true]'
	between .lifetime.above_ms 1290 1500
	between .lifetime.at_most_ms 1500 1700
	# Probes do not keep it: it is the program that ends the connections.
	assert_equal "$(jq -c '[.probes.effect, .probes.kept]' <<<"$output")" '["ignored",0]'
}

@test "resets that answer the next use" {
	serve refuse 1.5
	measured 0
	assert_equal "$(jq -c '[.found, .on_expiry, .evidence.reset_on_next > 1, .evidence.closed]' <<<"$output")" \
		'[true,"reset-on-next",true,0]'
	between .lifetime.above_ms 1290 1500
	between .lifetime.at_most_ms 1500 1700
}

@test "an acknowledgement is no answer where the server answers otherwise" {
	serve mute 1.5
	measured 0 --connections 2 --parallel 8
	assert_equal "$(jq -c '[.found, .on_expiry, .evidence.silent > 1]' <<<"$output")" '[true,"drop",true]'
	between .lifetime.above_ms 1290 1500
}

@test "a server that restarts once ends connections, and proves nothing" {
	serve restart 2.5
	measured 0 --max 3s
	assert_equal "$(jq -c '[.found, .lifetime.at_most_ms, .evidence.closed > 1]' <<<"$output")" '[true,null,true]'
}

# begins ROUND WORD...: a measurement in the background, which is in this round when this returns.
begins() {
	local round=$1
	shift
	"$KAADVISE" measure "$there" --min 1s --max 4s --precision 200ms --no-config -f json "$@" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" &
	measuring=$!
	until grep -q "round $round" "$BATS_TEST_TMPDIR/err"; do sleep 0.05; done
}

# fails ERROR: the measurement ends so, and nevertheless tells what it knows, on $output.
fails() {
	local code=0
	wait "$measuring" || code=$?
	assert_equal "$code" 4
	grep -qF "$1" "$BATS_TEST_TMPDIR/err" || fail "$(cat "$BATS_TEST_TMPDIR/err")"
	output=$(cat "$BATS_TEST_TMPDIR/out")
	keep_output
}

@test "a server that goes away: what was known by then" {
	serve close 1.5
	begins 3
	kill "$server"
	wait "$server" 2>/dev/null || true
	fails "[KA-S014]"
	assert_equal "$(jq -c '[.found, .interrupted, .on_expiry, .profile]' <<<"$output")" '[false,false,"close",null]'
	between .evidence.survived 6 100
}

@test "a result that cannot be saved is told all the same" {
	serve close 1.5
	mkdir "$BATS_TEST_TMPDIR/place"
	begins 1 --save "$BATS_TEST_TMPDIR/place/site.yaml"
	rmdir "$BATS_TEST_TMPDIR/place"
	fails "cannot save $BATS_TEST_TMPDIR/place/site.yaml: No such file or directory [KA-S007]"
	assert_equal "$(jq -c '[.found, .server_keepalive_s, .profile]' <<<"$output")" '[true,1,null]'
}

@test "all JSON is as its schema says" {
	all_valid
}
