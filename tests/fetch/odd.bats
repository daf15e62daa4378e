# Servers that misbehave. Nothing of what they send is judged or kept.
load common

@test "64 KiB is enough, one byte more is too much" {
	judged 0 "$ODD/exact"
	assert_equal "$(idle)" 350
	judged 0 "$ODD/exact-chunked"
	rm -r "$CACHE"
	not_taken KA-F007 size "$ODD/over"
	not_taken KA-F007 size "$ODD/over-chunked"
	not_taken KA-F007 size "$ODD/endless"
	nothing_kept
}

@test "content that is cut short, compressed or no HTTP" {
	not_taken KA-F013 content "$ODD/short"
	says "cut short"
	not_taken KA-F013 content "$ODD/compressed"
	not_taken KA-F013 content "$ODD/no-http"
	nothing_kept
}

@test "headers that do not end, or are huge" {
	expect 3 check -p "$ODD/headers"
	assert_regex "$stderr" "^$ODD/headers: error: (content|size): .* \\[KA-F0(13|07)\\]\$"
	not_taken KA-F013 content "$ODD/long-header"
	nothing_kept
}

@test "nobody waits for a connection to close" {
	local began=$EPOCHSECONDS
	judged 0 "$ODD/open"
	((EPOCHSECONDS - began < 8)) || fail "took $((EPOCHSECONDS - began)) s"
}

@test "a server with TLS 1.0 at best, or with none, is refused" {
	not_taken KA-F004 TLS "$OLD/site.yaml"
	says "no TLS connection: "
	not_taken KA-F004 TLS "https://127.0.0.1:$PLAIN_PORT/site.yaml"
	says "wrong version number"
	! log_has " 200 " || fail "$(cat "$DIRECTORY/access.log")"
	nothing_kept
}

@test "a server that hangs up is an outage" {
	local url
	judged 0 "$ODD/exact"
	for url in "$ODD/nothing" "$RESET/site.yaml" "$ENDED/site.yaml"; do
		not_taken KA-F003 connect "$url"
		cp "$(copy_of "$ODD/exact")" "$(copy_of "$url")"
		chmod 600 "$(copy_of "$url")"
		judged 0 "$url"
		assert_equal "$(findings)" KA704
	done
}

@test "all JSON is what the schema says" {
	all_valid
}
