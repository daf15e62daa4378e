# What must stay secret stays so, and what downloads may do nothing else.
load common

# nowhere SECRET: neither in what the last run said nor in what was kept.
nowhere() {
	[[ $output$stderr != *"$1"* ]] || fail "shown: $output$stderr"
	[ ! -d "$CACHE" ] || ! grep -r -- "$1" "$CACHE" || fail "kept in $CACHE"
}

status_of() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' ' | sed 's/ *$//'
}

@test "kaadvise itself has nothing of libcurl, TLS or libsodium" {
	local tool
	for tool in "readelf -d" ldd; do
		run -0 $tool "$KAADVISE"
		# The release build is static and names no library at all.
		[[ $output =~ libc\.so|FLAGS_1|statically ]] || fail "$output"
		[[ ! $output =~ libcurl|libssl|libcrypto|libsodium|libgnutls ]] || fail "$output"
	done
	run -0 readelf -d "$(dirname "$KAADVISE")/kaadvise-fetch"
	assert_regex "$output" libcurl
}

@test "the running helper has no privileges" {
	[ "$EUID" = 0 ] || skip "not root: it has none from the beginning"
	hold -p "$ODD/hold"
	assert_equal "$(basename "$(readlink "/proc/$child/exe")")" kaadvise-fetch
	assert_equal "$(status_of "$child" Uid)" "65534 65534 65534 65534"
	assert_equal "$(status_of "$child" Gid)" "65534 65534 65534 65534"
	assert_equal "$(status_of "$child" Groups)" ""
	assert_equal "$(status_of "$child" NoNewPrivs)" 1
	local set
	for set in Inh Prm Eff Bnd Amb; do
		assert_equal "$set $(status_of "$child" "Cap$set")" "$set 0000000000000000"
	done
	assert_equal "$(readlink "/proc/$child/cwd")" /
	release
}

@test "the running helper has no descriptor of who started it" {
	[ "$EUID" = 0 ] || skip "not root: nobody else may look at its descriptors"
	hold -p "$ODD/hold"
	local fd
	[ -e "/proc/$caller/fd/9" ] || fail "no descriptor 9 to begin with"
	for fd in "/proc/$child/fd"/*; do
		[[ $(readlink "$fd") =~ ^(socket:|pipe:|anon_inode:|/dev/null$|.*\.gcda$) ]] ||
			fail "$fd is $(readlink "$fd")"
	done
	[ "$(readlink "/proc/$child/fd/2")" = /dev/null ] || fail "it may write to standard error"
	release
}

@test "a token of --header-file reaches the server and is nowhere else" {
	printf 'Authorization: Bearer SECRET\r\n\nX-Token: SECRET\n' >headers
	not_taken KA-F006 status "$GOOD/private/site.yaml"
	judged 0 "$GOOD/private/site.yaml" --header-file headers
	seen "^$GOOD_PORT 200 /private/site.yaml .*authorization=Bearer SECRET token=SECRET\$"
	nowhere SECRET
	expect 0 profiles fetch "$GOOD/private/site.yaml" --header-file headers
	nowhere SECRET
	hold -p "$ODD/hold" --header-file headers
	grep -q '"x-token": "secret"' "$DIRECTORY/asked"
	local pid
	for pid in "$caller" "$child"; do
		! cat "/proc/$pid/cmdline" "/proc/$pid/environ" | grep -qa SECRET || fail "seen in /proc/$pid"
	done
	! grep -qa "XDG_CACHE_HOME\|PATH=" "/proc/$child/environ" || fail "it was told more than it needs"
	assert_equal "$(tr '\0' ' ' <"/proc/$child/cmdline")" "$(dirname "$KAADVISE")/kaadvise-fetch "
	release
}

@test "what is wrong with a header file is told without its content" {
	local line
	for line in SECRET "SECRET SECRET: x" "Host: SECRET" $'X-Token: SECRET\x01' ": SECRET"; do
		printf 'X-Fine: yes\n%s\n' "$line" >headers
		refused 3 KA-F012 check -p "$GOOD/site.yaml" --header-file headers
		[[ $stderr == "headers:2: error: --header-file: "* ]] || fail "$stderr"
		nowhere SECRET
	done
	refused 3 KA-F012 check -p "$GOOD/site.yaml" --header-file missing
	for line in {1..17}; do echo "X-$line: x"; done >headers
	refused 3 KA-F012 check -p "$GOOD/site.yaml" --header-file headers
	says "headers:17: error: --header-file: more than 16"
	not_seen
}

@test "the query of a URL is in no error" {
	not_taken KA-F006 status "$GOOD/query?token=WRONG"
	nowhere WRONG
	not_taken KA-F003 connect "$CLOSED/site.yaml?token=SECRET"
	nowhere SECRET
	not_taken KA-F002 resolve "https://no-such-host.invalid/site.yaml?token=SECRET"
	nowhere SECRET
	not_taken KA-F009 digest "$GOOD/query?token=SECRET#sha256=$(printf x | sha256sum | cut -d' ' -f1)"
	nowhere SECRET
	refused 3 KA-F011 check -p "$GOOD/site.yaml?token=SECRET" --offline
	nowhere SECRET
	refused 3 KA-P016 check -p "ftp://127.0.0.1/site.yaml?token=SECRET"
	nowhere SECRET
	refused 3 KA-P016 check -p "$GOOD/site.yaml?token=SECRET#SECRET"
	nowhere SECRET
}

@test "the query of a URL is in no report" {
	local format url=$GOOD/query?token=SECRET
	for format in text json sarif junit github; do
		expect 1 check --settings 7200,75,9 -p "$url" -f "$format"
		nowhere SECRET
		[[ $format != json ]] || keep_output
	done
	judged 0 "$url" --offline
	nowhere SECRET
	for format in text json sysctl; do
		expect 0 recommend -p "$url" -f "$format"
		[[ $output != *SECRET* ]] || fail "$format: $output"
	done
	expect 0 check --settings 7200,75,9 -p "$url" --write-baseline base.json
	nowhere SECRET
	! grep SECRET base.json || fail "in the baseline"
}

@test "the query of a URL is not in the journal" {
	needs_namespaces
	export URL=$GOOD/query?token=SECRET
	expect 0 profiles fetch "$URL"
	run -0 in_namespace plain '
		kaadvise apply -p "$URL" --offline --dry-run
		kaadvise apply -p "$URL" --offline
		kaadvise apply -p "$URL" --offline
		kaadvise history
		kaadvise check -p "$URL" --offline
		grep -rs SECRET /var/lib/kaadvise && exit 8
		grep -rs purpose /var/lib/kaadvise'
	assert_output --partial "7200 -> 270"
	nowhere SECRET
	assert_output --partial "\"purpose\": \"-p '$GOOD/query?...' --offline\""
}

@test "the query of a URL is not in a drop-in" {
	mkdir -p image/etc/sysctl.d image/usr/lib/sysctl.d image/usr/lib/systemd/system
	: >image/usr/lib/systemd/libsystemd-shared-252.so
	: >image/usr/lib/systemd/system/systemd-sysctl.service
	printf 'ID=debian\nVERSION_ID="12"\n' >image/usr/lib/os-release
	expect 0 apply -p "$GOOD/query?token=SECRET" --root image
	nowhere SECRET
	! grep -r SECRET image || fail "in the image"
	grep -F "$GOOD/query?..." image/etc/sysctl.d/90-kaadvise.conf
}

@test "the query of a URL in the configuration is in no report" {
	printf 'kaadvise: 1\npath: ["%s"]\n' "$GOOD/query?token=SECRET" >site.yaml
	expect 1 check --settings 7200,75,9 --config site.yaml
	nowhere SECRET
	expect 1 check --settings 7200,75,9 --config site.yaml -f json
	nowhere SECRET
	expect 0 config show --config site.yaml
	nowhere SECRET
}

@test "without the helper nothing is fetched" {
	cp "$KAADVISE" kaadvise
	KAADVISE=$PWD/kaadvise
	[ ! -e "$(strings kaadvise | grep '^/.*libexec.*kaadvise$' | head -n 1)/kaadvise-fetch" ] || skip "kaadvise is installed here"
	refused 3 KA-F001 check -p "$GOOD/site.yaml"
	says "no kaadvise-fetch found, neither $PWD/kaadvise-fetch nor "
	says "[KA-F001]"
	not_seen
}

@test "a helper that somebody else put there is not run" {
	[ "$EUID" = 0 ] || skip "only root can give files away"
	cp "$KAADVISE" kaadvise
	KAADVISE=$PWD/kaadvise
	printf '#!/bin/sh\n: >%s/ran\n' "$PWD" >kaadvise-fetch
	chmod 755 kaadvise-fetch
	refused 3 KA-F001 check -p "$GOOD/site.yaml"
	says "kaadvise-fetch ended without an answer"
	rm ran
	chown 65534 kaadvise-fetch
	run --separate-stderr "$KAADVISE" check -p "$GOOD/site.yaml"
	says "$PWD/kaadvise-fetch is not used: it is another user's than kaadvise"
	[ ! -e ran ] || fail "it ran"
	# Whoever runs a program of that user trusts its helper too.
	chown 65534 kaadvise
	refused 3 KA-F001 check -p "$GOOD/site.yaml"
	[ -e ran ] || fail "it did not run"
}

@test "all JSON is what the schema says" {
	all_valid
}
