# Which servers are trusted: certificates, authorities, proxies.
load common

@test "certificates that prove nothing are refused, without a request" {
	not_taken KA-F004 TLS "https://127.0.0.1:$EXPIRED_PORT/site.yaml"
	says "the certificate of 127.0.0.1 has expired [KA-F004]"
	not_taken KA-F004 TLS "https://127.0.0.1:$SELFSIGNED_PORT/site.yaml"
	says "is self-signed, and not trusted here"
	not_taken KA-F004 TLS "https://127.0.0.1:$ELSEWHERE_PORT/site.yaml"
	says "is for another name"
	not_taken KA-F004 TLS "https://localhost:$ELSEWHERE_PORT/site.yaml"
	CURL_CA_BUNDLE=$DIRECTORY/other.pem not_taken KA-F004 TLS "$GOOD/site.yaml"
	says "comes from an authority that this machine does not trust"
	CURL_CA_BUNDLE='' not_taken KA-F004 TLS "$GOOD/site.yaml"
	says "comes from an authority that this machine does not trust"
	! log_has " /site.yaml " || fail "$(cat "$DIRECTORY/access.log")"
	nothing_kept
}

@test "authorities come from CURL_CA_BUNDLE or SSL_CERT_FILE" {
	judged 0 "https://localhost:$GOOD_PORT/site.yaml"
	CURL_CA_BUNDLE='' SSL_CERT_FILE=$DIRECTORY/ca.pem judged 0 "$GOOD/site.yaml"
	CURL_CA_BUNDLE=$DIRECTORY/ca.pem SSL_CERT_FILE=/nowhere judged 0 "$GOOD/site.yaml"
	CURL_CA_BUNDLE=/nowhere not_taken KA-F004 TLS "$GOOD/site.yaml"
	says "CURL_CA_BUNDLE: /nowhere: No such file or directory"
}

@test "authorities may be readable by root alone" {
	[ "$EUID" = 0 ] || skip "not root: there is nobody else to hide them from"
	install -m 600 "$DIRECTORY/ca.pem" own.pem
	CURL_CA_BUNDLE=$PWD/own.pem judged 0 "$GOOD/site.yaml"
	CURL_CA_BUNDLE='' SSL_CERT_FILE=$PWD/own.pem judged 0 "$GOOD/site.yaml"
	seen "^$GOOD_PORT 304 /site.yaml "
}

@test "a proxy is used, learns the host alone, and no_proxy goes around it" {
	printf 'X-Token: SECRET\n' >headers
	https_proxy=$PROXY judged 0 "$GOOD/site.yaml?token=SECRET" --header-file headers
	assert_equal "$(grep -c CONNECT "$DIRECTORY/asked")" 1
	grep -q "\"proxy\": \"127.0.0.1:$GOOD_PORT\"" "$DIRECTORY/asked"
	! grep -qi secret "$DIRECTORY/asked" || fail "$(cat "$DIRECTORY/asked")"
	seen "^$GOOD_PORT 200 /site.yaml\\?token=SECRET .* token=SECRET\$"
	: >"$DIRECTORY/asked"
	https_proxy=$PROXY no_proxy=127.0.0.1 judged 0 "$GOOD/site.yaml"
	assert_equal "$(cat "$DIRECTORY/asked")" ""
}

@test "a proxy that is not there is an outage" {
	https_proxy=http://127.0.0.1:${CLOSED##*:} not_taken KA-F003 connect "$GOOD/site.yaml"
	https_proxy=http://no-such-proxy.invalid:1 not_taken KA-F002 resolve "$GOOD/site.yaml"
	says "for the proxy"
	nothing_kept
	judged 0 "$GOOD/site.yaml"
	https_proxy=http://127.0.0.1:${CLOSED##*:} judged 0 "$GOOD/site.yaml"
	assert_equal "$(findings)" KA704
}

@test "a proxy's password goes to the proxy alone" {
	local secret proxy
	secret=$(printf me:SECRET | base64)
	https_proxy=http://me:SECRET@${PROXY#*//} judged 0 "$GOOD/site.yaml"
	grep -qi "\"proxy-authorization\": \"basic $secret\"" "$DIRECTORY/asked"
	[[ $output$stderr != *SECRET* ]] || fail "$output$stderr"
	! grep -r SECRET "$CACHE" || fail "kept"
	rm -r "$CACHE"
	for proxy in "http://me:SECRET@${CLOSED#*//}" http://me:SECRET@no-such-proxy.invalid:1 \
		"https://me:SECRET@${ENDED#*//}" http://me:SECRET@127.0.0.1:port socks5h://me:SECRET@127.0.0.1:1; do
		https_proxy=$proxy expect 3 check -p "$GOOD/site.yaml"
		assert_regex "$stderr" "^$GOOD/site.yaml: error: (connect|resolve|request): .* \\[KA-"
		[[ $stderr != *SECRET* ]] || fail "$stderr"
	done
	nothing_kept
}

@test "all JSON is what the schema says" {
	all_valid
}
