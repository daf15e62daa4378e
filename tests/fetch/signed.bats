# Pins and signatures: what is not exactly what was asked for is never used.
load common

# sign KEY [FILE]: as a site does it.
sign() {
	local file=${2:-$WWW/site.yaml}
	minisign -S -W -s "$BATS_FILE_TMPDIR/$1.key" -m "$file" </dev/null >/dev/null
}

setup_keys() {
	[ -n "$(type -P minisign)" ] || skip "minisign is not installed"
	local name
	for name in main next; do
		[ -e "$BATS_FILE_TMPDIR/$name.pub" ] || minisign -G -W -f -p "$BATS_FILE_TMPDIR/$name.pub" \
			-s "$BATS_FILE_TMPDIR/$name.key" </dev/null >/dev/null
	done
	KEY=$BATS_FILE_TMPDIR/main.pub
	rm -f "$WWW/site.yaml.minisig"
	sign main
}

# ---- Pins

@test "what is pinned judges, in either case of the digits" {
	local pin
	pin=$(sha256_of "$WWW/site.yaml")
	judged 0 "$GOOD/site.yaml#sha256=$pin"
	judged 0 "$GOOD/site.yaml#sha256=${pin^^}"
	assert_equal "$(field 'report["path"]["profiles"][0]["sha256"]')" "$pin"
}

@test "what is pinned to another digest is refused" {
	local pin
	pin=$(sha256_of "$WWW/site.yaml")
	not_taken KA-F009 digest "$GOOD/site.yaml#sha256=${pin:1}0"
	says "digest: found $pin, pinned ${pin:1}0"
	refused 3 KA-F009 profiles fetch "$GOOD/site.yaml#sha256=${pin:1}0"
	nothing_kept
}

@test "a digest is compared before anything is parsed" {
	echo 'no: [profile' >"$WWW/site.yaml"
	not_taken KA-F009 digest "$GOOD/site.yaml#sha256=$(sha256_of "$DIRECTORY/profile")"
	nothing_kept
}

@test "what is pinned and kept needs no network" {
	local pinned
	pinned=$GOOD/site.yaml#sha256=$(sha256_of "$WWW/site.yaml")
	judged 0 "$pinned"
	age "$pinned" $((400 * 86400))
	forget_log
	judged 0 "$pinned"
	assert_equal "$(findings)" ""
	judged 0 "$pinned" --offline
	assert_equal "$(findings)" ""
	not_seen
	stop_nginx
	judged 0 "$pinned"
}

@test "a kept copy that is not what is pinned is refused, and replaced by what is" {
	judged 0 "$GOOD/site.yaml"
	not_taken KA-F009 digest "$GOOD/site.yaml#sha256=$(printf x | sha256sum | cut -d' ' -f1)"
	refused 3 KA-F009 check -p "$GOOD/site.yaml#sha256=$(printf x | sha256sum | cut -d' ' -f1)" --offline
	publish 9999s
	judged 0 "$GOOD/site.yaml#sha256=$(sha256_of "$WWW/site.yaml")"
	assert_equal "$(idle)" 9999
}

# ---- Signatures

@test "what the key signed judges, and fetch names the key" {
	setup_keys
	judged 0 "$GOOD/site.yaml" --verify-key "$KEY"
	seen "^$GOOD_PORT 200 /site.yaml.minisig "
	expect 0 profiles fetch "$GOOD/site.yaml" --verify-key "$KEY" -f json
	keep_output
	# minisign leaves leading zeros out.
	[[ $(head -n 1 "$KEY") == *" $(printf '%X' "0x$(field 'report["signer"]')")" ]] || fail "$output"
	assert_regex "$(field 'report["signer"]')" '^[0-9A-F]{16}$'
	says ", signed by $(field 'report["signer"]')"
}

@test "what another key signed is refused" {
	setup_keys
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$BATS_FILE_TMPDIR/next.pub"
	nothing_kept
}

@test "a signature of other bytes is refused, before they are parsed" {
	setup_keys
	echo '# one more line' >>"$WWW/site.yaml"
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$KEY"
	echo 'no: [profile' >"$WWW/site.yaml"
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$KEY"
	nothing_kept
}

@test "a signature that is missing or garbled is refused" {
	setup_keys
	rm "$WWW/site.yaml.minisig"
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$KEY"
	says "signature: .minisig: 404 Not Found"
	echo "not a signature" >"$WWW/site.yaml.minisig"
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$KEY"
	: >"$WWW/site.yaml.minisig"
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$KEY"
	nothing_kept
}

@test "a key that cannot be used is an error of its own" {
	setup_keys
	echo "not a key" >bad.pub
	not_taken KA-F012 key "$GOOD/site.yaml" --verify-key bad.pub
	refused 3 KA-F012 check -p "$GOOD/site.yaml" --verify-key missing.pub
	says "missing.pub: error: --verify-key: cannot be read"
	nothing_kept
}

@test "a kept copy is verified again, without the server too" {
	setup_keys
	judged 0 "$GOOD/site.yaml" --verify-key "$KEY"
	judged 0 "$GOOD/site.yaml" --verify-key "$KEY" --offline
	assert_equal "$(findings)" KA704
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$BATS_FILE_TMPDIR/next.pub" --offline
	stop_nginx
	judged 0 "$GOOD/site.yaml" --verify-key "$KEY"
	assert_equal "$(findings)" KA704
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$BATS_FILE_TMPDIR/next.pub"
}

@test "a copy without a signature is not used where one is asked for" {
	setup_keys
	judged 0 "$GOOD/site.yaml"
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$KEY" --offline
	forget_log
	judged 0 "$GOOD/site.yaml" --verify-key "$KEY"
	seen "^$GOOD_PORT 200 /site.yaml none=- since=- "
	rm -r "$CACHE"
	judged 0 "$GOOD/site.yaml"
	stop_nginx
	not_taken KA-F003 connect "$GOOD/site.yaml" --verify-key "$KEY"
}

@test "what was signed anew by another key is fetched again, though it is unchanged" {
	setup_keys
	judged 0 "$GOOD/site.yaml" --verify-key "$KEY"
	sign next
	forget_log
	judged 0 "$GOOD/site.yaml" --verify-key "$BATS_FILE_TMPDIR/next.pub"
	assert_equal "$(findings)" ""
	seen "^$GOOD_PORT 304 /site.yaml "
	seen "^$GOOD_PORT 200 /site.yaml none=- since=- "
	not_taken KA-F010 signature "$GOOD/site.yaml" --verify-key "$KEY"
	judged 0 "$GOOD/site.yaml" --verify-key "$BATS_FILE_TMPDIR/next.pub" --offline
}

@test "pinned and signed: both must hold, and the copy needs no network" {
	setup_keys
	local pinned
	pinned=$GOOD/site.yaml#sha256=$(sha256_of "$WWW/site.yaml")
	judged 0 "$pinned" --verify-key "$KEY"
	forget_log
	judged 0 "$pinned" --verify-key "$KEY"
	not_seen
	not_taken KA-F010 signature "$pinned" --verify-key "$BATS_FILE_TMPDIR/next.pub"
}

@test "all JSON is what the schema says" {
	all_valid
}
