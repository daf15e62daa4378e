# What servers and URLs are refused for, and in what words; nothing of it is judged or kept.
load common

@test "a status that is no success is told" {
	not_taken KA-F006 status "$GOOD/missing.yaml"
	says "status: 404 Not Found [KA-F006]"
	seen "^$GOOD_PORT 404 /missing.yaml "
	not_taken KA-F006 status "$GOOD/unwell"
	says "status: 500 Internal Server Error [KA-F006]"
	not_taken KA-F006 status "$GOOD/wants-a-name"
	says "status: 401 Unauthorized [KA-F006]"
	nothing_kept
}

@test "a server that is not there, and a name that nobody knows" {
	not_taken KA-F003 connect "$CLOSED/site.yaml"
	says "Connection refused"
	not_taken KA-F002 resolve "https://no-such-host.invalid/site.yaml"
	says "no address is known for no-such-host.invalid"
	nothing_kept
}

@test "redirections are followed, at most 5" {
	judged 0 "$GOOD/home"
	judged 0 "$GOOD/chain4"
	assert_equal "$(idle)" 350
	assert_equal "$(kept | wc -l)" 2
	forget_log
	not_taken KA-F005 redirect "$GOOD/chain5"
	says "more than 5 redirections"
	seen "^$GOOD_PORT 302 /chain0 "
	! log_has " /site.yaml " || fail "$(cat "$DIRECTORY/access.log")"
	assert_equal "$(kept | wc -l)" 2
}

@test "redirections to anything but https are refused by name" {
	not_taken KA-F005 redirect "$GOOD/down"
	says "http:"
	not_taken KA-F005 redirect "$GOOD/down" --insecure-http
	not_taken KA-F005 redirect "$GOOD/file"
	says "file: is not allowed, only https:"
	not_taken KA-F002 resolve "$GOOD/nowhere"
	says "redirected to no-such-host.invalid: "
	[[ $stderr != *SECRET* ]] || fail "$stderr"
	! log_has "^$PLAIN_PORT " || fail "$(cat "$DIRECTORY/access.log")"
	nothing_kept
}

@test "a redirection to another origin gets no header of ours" {
	printf 'Authorization: Bearer SECRET\nX-Token: SECRET\n' >headers
	judged 0 "$GOOD/away" --header-file headers
	seen "^$GOOD_PORT 302 /away .*authorization=Bearer SECRET token=SECRET\$"
	seen "^$AWAY_PORT 200 /site.yaml none=- since=- authorization=- token=-\$"
}

@test "other schemes are refused by name, and nobody is asked" {
	local url
	for url in file:///etc/passwd ftp://127.0.0.1/x gopher://h/x data://x; do
		refused 3 KA-P016 check -p "$url"
		says "${url%%:*}: is not allowed, only https:"
	done
	refused 3 KA-P016 check -p "$PLAIN/site.yaml"
	says "http: is not encrypted and not allowed"
	refused 3 KA-P016 check -p file:///etc/passwd --insecure-http
	not_seen
	nothing_kept
}

@test "--insecure-http is for loopback addresses alone" {
	judged 0 "$PLAIN/site.yaml" --insecure-http
	judged 0 "http://localhost:$PLAIN_PORT/site.yaml" --insecure-http
	rm -r "$CACHE"
	forget_log
	not_taken KA-P016 request "http://198.51.100.7:$PLAIN_PORT/site.yaml" --insecure-http
	says "a loopback address only"
	not_taken KA-P016 request "http://loopback.invalid/site.yaml" --insecure-http
	not_seen
	nothing_kept
}

@test "a user name or password is refused, and not repeated" {
	local url
	for url in user:SECRET SECRET :SECRET; do
		refused 3 KA-P016 check -p "https://$url@127.0.0.1:$GOOD_PORT/site.yaml"
		says "a URL with a user name or password is refused"
		[[ $stderr != *SECRET* ]] || fail "$stderr"
	done
	# A password with a delimiter in it is no password to a parser.
	for url in 'user:SECRET#1' 'user:SECRET?1' 'user:SECRET/1' 'user:SEC?RET#1'; do
		refused 3 KA-P016 check -p "https://$url@127.0.0.1:$GOOD_PORT/site.yaml"
		[[ $stderr != *SEC* ]] || fail "$stderr"
	done
	not_seen
}

@test "what is no URL of a profile" {
	refused 3 KA-P016 check -p "https://"
	refused 3 KA-P016 check -p "$GOOD/site.yaml#top"
	refused 3 KA-P016 check -p "$GOOD/site.yaml#sha256=12"
	refused 3 KA-P016 check -p "$GOOD/a b"
	refused 3 KA-P016 check -p "https://h/$(head -c 3000 /dev/zero | tr '\0' x)"
	not_seen
}

@test "errors in a profile have the URL, line and column" {
	printf 'kaadvise: 1\nid: site\ntitle: T\nhops:\n  - {name: x, idle_timeout: 350, keepalive: refreshes}\n' \
		>"$WWW/site.yaml"
	expect 3 check -p "$GOOD/site.yaml?token=SECRET"
	assert_regex "$stderr" "^$GOOD/site.yaml\\?\\.\\.\\.:5:[0-9]+: error: .* \\[KA-P[0-9]+\\]\$"
	assert_equal "$output" ""
	printf 'id: [\n' >"$WWW/site.yaml"
	refused 3 KA-P004 profiles fetch "$GOOD/site.yaml"
	assert_regex "$stderr" "^$GOOD/site.yaml:[0-9]+:[0-9]+: error: "
	expect 3 check -p "$ODD/empty"
	assert_regex "$stderr" "^$ODD/empty:"
	nothing_kept
}

@test "what is no profile does not replace a good copy" {
	judged 0 "$GOOD/site.yaml"
	echo '<html>Welcome to the hotel</html>' >"$WWW/site.yaml"
	expect 3 check -p "$GOOD/site.yaml"
	assert_regex "$stderr" "^$GOOD/site.yaml:1:"
	judged 0 "$GOOD/site.yaml" --offline
	assert_equal "$(idle)" 350
}

@test "all JSON is what the schema says" {
	all_valid
}
