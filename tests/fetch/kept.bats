# What is downloaded, kept, confirmed and used without its server.
load common

@test "a profile from a URL judges, and the report has its origin and digest" {
	judged 0 "$GOOD/site.yaml"
	assert_equal "$stderr" ""
	assert_equal "$(idle)" 350
	assert_equal "$(field 'report["path"]["profiles"]')" \
		"[{\"id\": \"site\", \"origin\": \"$GOOD/site.yaml\", \"sha256\": \"$(sha256_of "$WWW/site.yaml")\"}]"
	seen "^$GOOD_PORT 200 /site.yaml none=- since=- "
	publish 200s
	judged 1 "$GOOD/site.yaml"
	assert_equal "$(findings)" KA201
}

@test "what was fetched is kept, for this user alone" {
	judged 0 "$GOOD/site.yaml"
	assert_equal "$(kept)" "$(basename "$(copy_of "$GOOD/site.yaml")")"
	assert_equal "$(stat -c '%a %u' "$(copy_of "$GOOD/site.yaml")")" "600 $EUID"
	assert_equal "$(stat -c %u "$CACHE")" "$EUID"
}

@test "a kept copy is confirmed by the server, not fetched again" {
	judged 0 "$GOOD/site.yaml"
	age "$GOOD/site.yaml" 3600
	local before
	before=$(confirmed "$GOOD/site.yaml")
	judged 0 "$GOOD/site.yaml"
	assert_equal "$(idle) $(findings)" "350 "
	seen "^$GOOD_PORT 304 /site.yaml none=.x22[^ ]+x22 since=[A-Z]"
	(($(confirmed "$GOOD/site.yaml") >= before + 3600)) || fail "the date is not renewed"
}

@test "a date or a tag alone is enough to confirm a copy" {
	judged 0 "$GOOD/date-only/site.yaml"
	judged 0 "$GOOD/date-only/site.yaml"
	seen "^$GOOD_PORT 304 /date-only/site.yaml none=- since=[A-Z]"
	judged 0 "$ODD/etag-only"
	judged 0 "$ODD/etag-only"
	grep -q '"if-none-match": "\\"only\\""' "$DIRECTORY/asked"
	assert_equal "$(idle)" 350
}

@test "what changed on the server replaces the copy" {
	judged 0 "$GOOD/site.yaml"
	publish 7777s
	judged 0 "$GOOD/site.yaml"
	assert_equal "$(idle)" 7777
	judged 0 "$GOOD/site.yaml" --offline
	assert_equal "$(idle)" 7777
	assert_equal "$(kept | wc -l)" 1
}

@test "--offline uses the copy, says so, and asks nobody" {
	judged 0 "$GOOD/site.yaml"
	forget_log
	judged 0 "$GOOD/site.yaml" --offline
	assert_equal "$(findings)" KA704
	assert_equal "$(field 'report["findings"][0]["severity"]')" note
	assert_equal "$(field 'report["findings"][0]["data"]["url"]')" "$GOOD/site.yaml"
	stop_nginx
	judged 0 "$GOOD/site.yaml" --offline
	assert_equal "$(findings)" KA704
	not_seen
}

@test "--offline without a copy is an error" {
	refused 3 KA-F011 check -p "$GOOD/site.yaml" --offline
	assert_equal "$stderr" "$GOOD/site.yaml: error: --offline: no copy is kept [KA-F011]"
	not_seen
	nothing_kept
}

@test "a server that is down is replaced by the copy, with its age" {
	judged 0 "$GOOD/site.yaml"
	age "$GOOD/site.yaml" $((2 * 86400 + 3600))
	stop_nginx
	judged 0 "$GOOD/site.yaml"
	assert_equal "$(findings)" KA704
	assert_regex "$(field 'report["findings"][0]["message"]')" \
		"^Profile site is a copy of $GOOD/site.yaml that its server last confirmed 2d1h([0-9]+s)? ago.$"
	(($(field 'report["findings"][0]["data"]["age_s"]') >= 2 * 86400 + 3600)) || fail "$output"
	report 1 check --settings 270,10,7 -p "$GOOD/site.yaml" --fail-on note
	expect 0 check --settings 270,10,7 -p "$GOOD/site.yaml" --max-stale 3d
	assert_regex "$output" "note KA704: Profile site is a copy of"
}

@test "a server that is unwell is replaced by the copy, one that says no is not" {
	judged 0 "$GOOD/site.yaml"
	local copy path
	copy=$(copy_of "$GOOD/site.yaml")
	for path in unwell busy many; do
		cat "$copy" >"$(copy_of "$GOOD/$path")"
		chmod 600 "$(copy_of "$GOOD/$path")"
		judged 0 "$GOOD/$path"
		assert_equal "$(findings)" KA704
	done
	rm "$WWW/site.yaml"
	not_taken KA-F006 status "$GOOD/site.yaml"
	says "status: 404 Not Found"
}

@test "a copy that is too old is not used" {
	judged 0 "$GOOD/site.yaml"
	stop_nginx
	age "$GOOD/site.yaml" $((8 * 86400))
	not_taken KA-F003 connect "$GOOD/site.yaml"
	refused 3 KA-F011 check -p "$GOOD/site.yaml" --offline
	says "$GOOD/site.yaml: error: --offline: the kept copy is 8d"
	says "old, --max-stale allows 7d [KA-F011]"
	judged 0 "$GOOD/site.yaml" --max-stale 9d --offline
	start_nginx
	judged 0 "$GOOD/site.yaml" --max-stale 1s
	assert_equal "$(findings)" ""
	stop_nginx
	until_true too_old
	says "$GOOD/site.yaml: error: connect: "
}

too_old() {
	run --separate-stderr "$KAADVISE" check --settings 270,10,7 -p "$GOOD/site.yaml" --max-stale 1s
	[ "$status" = 3 ]
}

@test "a certificate that has become bad is no outage" {
	judged 0 "$GOOD/site.yaml"
	CURL_CA_BUNDLE=$DIRECTORY/other.pem not_taken KA-F004 TLS "$GOOD/site.yaml"
}

@test "without a place to keep it a profile still judges" {
	[ "$EUID" != 0 ] || skip "root's cache has a fixed place"
	unset XDG_CACHE_HOME HOME
	judged 0 "$GOOD/site.yaml"
}

@test "profiles fetch keeps the profile and prints its pin" {
	local pinned
	pinned=$GOOD/site.yaml#sha256=$(sha256_of "$WWW/site.yaml")
	expect 0 profiles fetch "$GOOD/site.yaml"
	assert_equal "$output" "$pinned"
	assert_equal "$stderr" "kaadvise: $GOOD/site.yaml: profile site, $(stat -c %s "$WWW/site.yaml") bytes, kept as $(copy_of "$GOOD/site.yaml")"
	expect 0 profiles fetch "$GOOD/site.yaml" -f json
	keep_output
	assert_equal "$(field '[report["url"], report["id"], report["cached"], report["signer"], report["age_s"]]')" \
		"[\"$pinned\", \"site\", \"$(copy_of "$GOOD/site.yaml")\", null, 0]"
	stop_nginx
	judged 0 "$pinned"
	assert_equal "$(findings)" ""
}

@test "a profile that extends a built-in one" {
	printf 'kaadvise: 1\nid: ours\ntitle: Ours\nextends: aws-nlb\nhttp: {server_keepalive: 7s}\n' >"$WWW/ours.yaml"
	judged 0 "$GOOD/ours.yaml"
	assert_equal "$(idle)" 350
	assert_equal "$(field 'report["path"]["profiles"][0]["id"]')" ours
}

@test "several runs at once do not disturb each other" {
	local pids=() pid i
	for i in 1 2 3 4; do
		"$KAADVISE" check --settings 270,10,7 -p "$GOOD/site.yaml" >"out.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "ended with $?: $(cat out.*)"
	done
	cmp out.1 out.2 && cmp out.3 out.4
	assert_equal "$(kept)" "$(basename "$(copy_of "$GOOD/site.yaml")")"
	judged 0 "$GOOD/site.yaml" --offline
}

@test "an unprivileged user keeps copies in XDG_CACHE_HOME or HOME" {
	[ "$EUID" = 0 ] || skip "not root: all tests here run so"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$KAADVISE" --version >/dev/null 2>&1 ||
		skip "another user cannot reach $KAADVISE"
	local home=/var/cache/home.$$
	install -d -o 65534 "$home"
	cp "$DIRECTORY/ca.pem" "$home/ca.pem"
	cd /
	for variable in XDG_CACHE_HOME="$home/xdg" HOME="$home"; do
		run -0 --separate-stderr env -u XDG_CACHE_HOME -u HOME "$variable" CURL_CA_BUNDLE="$home/ca.pem" \
			setpriv --reuid 65534 --regid 65534 --clear-groups \
			"$KAADVISE" check --settings 270,10,7 -p "$GOOD/site.yaml" -f json
		keep_output
		# A build that counts coverage cannot write its counts.
		assert_equal "$(grep -v '^profiling:' <<<"$stderr")" ""
		assert_equal "$(idle)" 350
	done
	local copy
	copy=$(basename "$(copy_of "$GOOD/site.yaml")")
	assert_equal "$(cd "$home" && find . -mindepth 1 ! -name ca.pem -printf '%P %m %U\n' | sort)" \
		".cache 700 65534
.cache/kaadvise 700 65534
.cache/kaadvise/$copy 600 65534
xdg 700 65534
xdg/kaadvise 700 65534
xdg/kaadvise/$copy 600 65534"
	nothing_kept
	rm -r "$home"
}

@test "all JSON is what the schema says" {
	all_valid
}
