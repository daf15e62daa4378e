# When the server is asked, when it is not, and when the helper is needed at all.
load common

# asked_times N: how often nginx was asked for the profile itself.
asked_times() {
	until_true log_has " /site.yaml "
	assert_equal "$(grep -c ' /site.yaml ' "$DIRECTORY/access.log")" "$1"
}

# alone WORD...: kaadvise where no helper is.
alone() {
	local code=$1
	shift
	[ -e kaadvise ] || cp "$KAADVISE" kaadvise
	run --separate-stderr "-$code" ./kaadvise "$@"
	[[ $stderr != *"cannot be started"* ]] || fail "$stderr"
}

@test "a URL is asked once per run" {
	expect 0 profiles validate "$GOOD/site.yaml" "$GOOD/site.yaml" "$GOOD/site.yaml"
	assert_equal "${#lines[@]}" 3
	asked_times 1
	forget_log
	expect 0 check --settings 270,10,7 -p "$GOOD/site.yaml" -p "$GOOD/site.yaml"
	asked_times 1
}

@test "profiles fetch asks the server about a pinned copy, too" {
	local pinned
	pinned=$GOOD/site.yaml#sha256=$(sha256_of "$WWW/site.yaml")
	judged 0 "$pinned"
	forget_log
	expect 0 profiles fetch "$pinned"
	assert_equal "$output" "$pinned"
	seen "^$GOOD_PORT 304 /site.yaml "
	forget_log
	expect 0 profiles fetch "$pinned" --offline
	not_seen
	rm "$WWW/site.yaml"
	refused 3 KA-F006 profiles fetch "$pinned"
	judged 0 "$pinned"
}

@test "a copy that is not what is pinned does not stand in for its server" {
	judged 0 "$GOOD/site.yaml"
	publish 9999s
	local pinned
	pinned=$GOOD/site.yaml#sha256=$(sha256_of "$WWW/site.yaml")
	stop_nginx
	not_taken KA-F003 connect "$pinned"
	start_nginx
	judged 0 "$pinned"
	seen "^$GOOD_PORT 200 /site.yaml none=- since=- "
}

@test "what is pinned and kept needs no helper" {
	[ ! -e /usr/local/libexec/kaadvise/kaadvise-fetch ] || skip "kaadvise-fetch is installed here"
	local pinned
	pinned=$GOOD/site.yaml#sha256=$(sha256_of "$WWW/site.yaml")
	alone 3 profiles fetch "$pinned"
	assert_regex "$stderr" "^kaadvise: error: no kaadvise-fetch found, neither $PWD/kaadvise-fetch nor /.* \\[KA-F001\\]\$"
	judged 0 "$pinned"
	alone 0 profiles show "$pinned"
	alone 0 profiles show "$GOOD/site.yaml" --offline
	alone 3 profiles show "$GOOD/site.yaml"
	says "[KA-F001]"
}

@test "commands without findings say that a copy stands in for its server" {
	judged 0 "$GOOD/site.yaml"
	age "$GOOD/site.yaml" 7200
	local words
	for words in "profiles show" "profiles validate" explain; do
		expect 0 $words "$GOOD/site.yaml" --offline
		assert_regex "$stderr" "^kaadvise: $GOOD/site.yaml: this is a kept copy that its server last confirmed 2h([0-9]+s)? ago\$"
	done
	expect 0 profiles show "$GOOD/site.yaml"
	assert_equal "$stderr" ""
}

@test "authorities may have a relative name" {
	cp "$DIRECTORY/ca.pem" site-ca.pem
	CURL_CA_BUNDLE=site-ca.pem judged 0 "$GOOD/site.yaml"
}

@test "a refused URL is named, as far as it may be shown" {
	refused 3 KA-P016 check -p "ftp://127.0.0.1/site.yaml?token=SECRET"
	assert_regex "$stderr" "^ftp://127.0.0.1/site.yaml\\?\\.\\.\\.: error: ftp: is not allowed"
	refused 3 KA-P016 check -p "$GOOD/site.yaml#top"
	assert_regex "$stderr" "^$GOOD/site.yaml: error: behind # "
	refused 3 KA-P016 check -p "user:SECRET@https://127.0.0.1/site.yaml"
	assert_equal "$stderr" "kaadvise: error: in front of :// stands no scheme, expected https: [KA-P016]"
	not_seen
}

@test "a header file holds printable ASCII, and no header of the request itself" {
	local bytes
	for bytes in 'X-Token: SECRET\0SECRET' 'X-Token: SECRET\303\244' 'X-Token: SE\tCRET' \
		'Range: bytes=0-1' 'if-none-match: SECRET' 'X-Token: ' 'X-Token:'; do
		printf "X-Fine: yes\n$bytes\n" >headers
		refused 3 KA-F012 check -p "$GOOD/site.yaml" --header-file headers
		[[ $stderr == "headers:2: error: --header-file: "* ]] || fail "$stderr"
		[[ $stderr != *SECRET* ]] || fail "$stderr"
	done
	mkfifo pipe
	refused 3 KA-F012 check -p "$GOOD/site.yaml" --header-file pipe
	says "pipe: error: --header-file: not a regular file [KA-F012]"
	not_seen
	printf 'Authorization: Bearer SECRET' >headers
	judged 0 "$GOOD/private/site.yaml" --header-file headers
	seen "authorization=Bearer SECRET "
}

@test "all JSON is what the schema says" {
	all_valid
}
