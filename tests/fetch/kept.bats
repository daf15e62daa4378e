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
