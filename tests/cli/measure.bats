# measure: its words, what it prints and saves, and what cannot be measured.
load common
load measuring

@test "nothing ends the connections" {
	serve keep
	measured 0 --max 2s
	assert_equal "$(jq -c '[.found, .on_expiry, .lifetime.at_most_ms, .idle_timeout_s]' <<<"$output")" \
		'[true,null,null,null]'
	between .lifetime.above_ms 2000 2100
	run --separate-stderr -0 "$KAADVISE" measure "$there" --min 1s --max 2s --no-config
	assert_line --regexp "^No idle timeout found: connections live for 2(\.[0-9]+)? s$"
}

@test "a server that speaks first" {
	serve greeting 1.5
	measured 0 --read
	assert_equal "$(jq -c '[.found, .on_expiry]' <<<"$output")" '[true,"reset-on-next"]'
	between .lifetime.above_ms 1290 1500
}

@test "HTTP: the server's keepalive" {
	serve http 2.5
	measured 0 --http
	assert_equal "$(jq -c '[.on_expiry, .server_keepalive_s]' <<<"$output")" '["close",2]'
	run --separate-stderr -0 "$KAADVISE" measure "$there" --http --min 1s --max 4s --no-config
	assert_line --regexp "^The server's end closes idle connections after: above [0-9.]+ s, at most 2\.[0-9]+ s$"
	assert_line "  kaadvise check --http-server 2s"
}

@test "what comes while a connection is idle takes its survival's worth" {
	local mode
	for mode in chatty probing; do
		serve $mode
		measured 1 --max 2s
		assert_equal "$(jq -c '[.found, .evidence.survived < 5, .evidence.disturbed > 10]' <<<"$output")" \
			'[false,true,true]'
		kill "$server"
		wait "$server" 2>/dev/null || true
	done
}

@test "servers that cannot be measured, each with its reason" {
	serve once
	refused 4 KA-S014 measure "$there" --http --no-config
	says "ends a connection right after its use by a HEAD request"
	kill "$server"; wait "$server" 2>/dev/null || true
	serve deaf
	refused 4 KA-S014 measure "$there" --http --no-config
	says "does not answer to a HEAD request"
	kill "$server"; wait "$server" 2>/dev/null || true
	refused 4 KA-S014 measure "$there" --no-config
	says "cannot connect to 127.0.0.1:$port: Connection refused"
	refused 3 KA-F002 measure nosuch.invalid:80 --no-config
}

@test "words that say no place, and words that exclude each other" {
	local word
	for word in foo :80 127.0.0.1: 127.0.0.1:0 127.0.0.1:65536 [::1:80 ::1:80 "[]:80" "a b:80" -:80 \
		"[::g]:80" 127.0.0.1:080; do
		refused 2 KA-U011 measure --no-config -- "$word"
	done
	refused 2 KA-U005 measure --no-config
	refused 2 KA-U004 measure 127.0.0.1:80 --http --read --no-config
	refused 2 KA-U004 measure 127.0.0.1:80 --http --send x --no-config
	refused 2 KA-U004 measure 127.0.0.1:80 --min 10s --max 10s --no-config
	refused 2 KA-U004 measure 127.0.0.1:80 --parallel 5 --no-config
	refused 2 KA-U004 measure 127.0.0.1:80 --force --no-config
	refused 2 KA-U004 measure 127.0.0.1:80 --max 1m --precision 2m --no-config
	refused 2 KA-U004 measure --listen 7000 127.0.0.1:80 --no-config
	refused 2 KA-U004 measure --listen 7000 --http --no-config
	refused 2 KA-U011 measure --listen 65536 --no-config
	refused 2 KA-U002 measure 127.0.0.1:80 --precision 49ms --no-config
	refused 2 KA-U002 measure 127.0.0.1:80 --precision 1.5s --no-config
	refused 2 KA-U002 measure 127.0.0.1:80 --connections 0 --no-config
	refused 2 KA-U002 measure 127.0.0.1:80 --parallel 201 --no-config
	refused 2 KA-U002 measure 127.0.0.1:80 --send "" --no-config
	refused 2 KA-U002 measure 127.0.0.1:80 --save "A b" --no-config
	refused 4 KA-S007 measure 127.0.0.1:80 --save /nonexistent/a.yaml --no-config
}

@test "--save writes a profile that check takes at once, and replaces none unasked" {
	local file=$BATS_TEST_TMPDIR/site-lb.yaml
	serve refuse 2.5
	measured 0 --save "$file"
	assert_equal "$(jq -c '[.profile, .idle_timeout_s]' <<<"$output")" "[\"$file\",2]"
	run -0 "$KAADVISE" profiles validate "$file"
	assert_equal "$(grep -c 'confirmed: experiment' "$file")" 1
	report 1 check --settings 7200,75,9 -p "$file" --no-config
	assert_equal "$(jq -c '.path.hops[0] | [.name, .idle_timeout_s, .ok]' <<<"$output")" '["measured",2,null]'
	refused 4 KA-S007 measure "$there" --save "$file" --no-config
	says "is there already: --force replaces it"
	assert_equal "$(ls -A "$BATS_TEST_TMPDIR" | grep -c new)" 0
}

@test "an interrupted measurement says what it knows by then" {
	serve refuse 1.5
	env --default-signal=INT "$KAADVISE" measure "$there" --max 1h --no-config -f json \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" &
	local pid=$!
	until grep -q "round 1" "$BATS_TEST_TMPDIR/err"; do sleep 0.05; done
	kill -INT $pid
	local code=0
	wait $pid || code=$?
	assert_equal "$code" 1
	output=$(cat "$BATS_TEST_TMPDIR/out")
	keep_output
	assert_equal "$(jq -c '[.found, .interrupted, .connections > 20]' <<<"$output")" '[false,true,true]'
}

@test "--listen is the other end of a measurement" {
	nohup env --default-signal=INT "$KAADVISE" measure --listen 0 --no-config 2>"$BATS_TEST_TMPDIR/err" &
	server=$!
	until grep -q "listening on" "$BATS_TEST_TMPDIR/err"; do sleep 0.05; done
	there=$(sed -n 's/.*listening on \(127.0.0.1:[0-9]*\);.*/\1/p' "$BATS_TEST_TMPDIR/err")
	# nohup's word counts.
	kill -HUP "$server"
	measured 0 --max 2s
	assert_equal "$(jq -c '[.found, .on_expiry]' <<<"$output")" '[true,null]'
	# More than it takes are closed at once, and it lives on.
	/usr/bin/python3 -c '
import socket, sys
host, port = sys.argv[1].split(":")
held = [socket.create_connection((host, int(port))) for _ in range(1000)]
for one in held:
    one.sendall(b"x")
    assert one.recv(1) == b"x"
more = socket.create_connection((host, int(port)))
assert more.recv(1) == b""' "$there"
	kill -INT "$server"
	wait "$server"
	run -0 tail -n 1 "$BATS_TEST_TMPDIR/err"
	assert_output --regexp "^kaadvise: [0-9]+ connections, .* 1 refused$"
}

@test "progress goes to standard error, a line for each round" {
	serve refuse 1.5
	run --separate-stderr -0 "$KAADVISE" measure "$there" --min 1s --max 4s --precision 200ms --connections 5 \
		--no-config
	says "of up to 20 connections"
	says "may stay behind on the server"
	says "round 1: 20 connections, idle for up to 4 s"
	no_control_characters
	assert_line --regexp "^Idle timeout: above 1\.[0-9]+ s, at most 1\.[0-9]+ s$"
}

@test "all JSON is as its schema says" {
	all_valid
}
