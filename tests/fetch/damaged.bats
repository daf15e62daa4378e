# Copies that somebody changed, or may have changed.
load common

# damages COMMAND...: after it the copy counts as not there, and that is said.
damages() {
	judged 0 "$GOOD/site.yaml"
	"$@"
	forget_log
	expect 3 check --settings 270,10,7 -p "$GOOD/site.yaml" --offline
	assert_equal "$output" ""
	says "$GOOD/site.yaml: the copy kept in $CACHE is damaged"
	says "error: --offline: no copy is kept [KA-F011]"
	not_seen
	judged 0 "$GOOD/site.yaml"
	assert_equal "$(idle)" 350
	seen "^$GOOD_PORT 200 /site.yaml none=- since=- "
}

overwrite() {
	printf '%s' "$2" | dd of="$(copy_of "$GOOD/site.yaml")" bs=1 seek="$1" conv=notrunc status=none
}

change_timeout() {
	sed -i 's/350s/999s/' "$(copy_of "$GOOD/site.yaml")"
}

cut_off() {
	truncate -s -1 "$(copy_of "$GOOD/site.yaml")"
}

add_to() {
	echo '# more' >>"$(copy_of "$GOOD/site.yaml")"
}

replace_by_garbage() {
	head -c 100000 /dev/urandom >"$(copy_of "$GOOD/site.yaml")"
}

make_empty() {
	: >"$(copy_of "$GOOD/site.yaml")"
}

link_elsewhere() {
	local copy
	copy=$(copy_of "$GOOD/site.yaml")
	mv "$copy" "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$copy"
}

make_a_pipe() {
	rm "$(copy_of "$GOOD/site.yaml")"
	mkfifo -m 600 "$(copy_of "$GOOD/site.yaml")"
}

let_others_write() {
	chmod g+w "$(copy_of "$GOOD/site.yaml")"
}

@test "a copy that was changed is never used" {
	damages change_timeout
	damages overwrite 17 0000
	damages cut_off
	damages add_to
	damages replace_by_garbage
	damages make_empty
}

@test "a copy that others can have written is never used" {
	damages link_elsewhere
	damages let_others_write
	damages make_a_pipe
	[ "$EUID" = 0 ] || return 0
	damages give_away
}

give_away() {
	chown 65534 "$(copy_of "$GOOD/site.yaml")"
}

@test "a cache that others may write to is never used, nor written" {
	local before
	judged 0 "$GOOD/site.yaml"
	before=$(sha256_of "$(copy_of "$GOOD/site.yaml")")
	for change in "chmod 770" "chmod 707" "chown 65534"; do
		[[ $EUID = 0 || $change != chown* ]] || continue
		chmod 700 "$CACHE"
		$change "$CACHE"
		refuses_the_cache
		assert_equal "$(sha256_of "$(copy_of "$GOOD/site.yaml")")" "$before"
	done
}

refuses_the_cache() {
	expect 3 check -p "$GOOD/site.yaml" --offline
	says "is damaged, or not this user's alone: it is not used"
	judged 0 "$GOOD/site.yaml"
	says "what was fetched is not kept"
	expect 0 profiles fetch "$GOOD/site.yaml"
	says ", not kept"
}

@test "a cache that is a link is never used" {
	judged 0 "$GOOD/site.yaml"
	mv "$CACHE" "$BATS_TEST_TMPDIR/real"
	ln -s "$BATS_TEST_TMPDIR/real" "$CACHE"
	expect 3 check -p "$GOOD/site.yaml" --offline
	says "[KA-F011]"
	rm "$CACHE"
}

@test "where nothing can be kept a profile still judges, and nothing is left" {
	mkdir -p "$(dirname "$CACHE")"
	: >"$CACHE"
	judged 0 "$GOOD/site.yaml"
	says "$CACHE: what was fetched is not kept: "
	rm "$CACHE"
	mkdir -p -m 700 "$CACHE" && mkdir "$(copy_of "$GOOD/site.yaml")"
	judged 0 "$GOOD/site.yaml"
	says "$CACHE: what was fetched is not kept: "
	assert_equal "$(kept)" "$(basename "$(copy_of "$GOOD/site.yaml")")"
}

@test "a full disk leaves the copy that was there, and nothing else" {
	[ -n "${KA_CONTAINED:-}" ] || skip "no privilege to mount a small file system"
	mkdir -m 700 "$CACHE"
	mount -t tmpfs -o size=8k,mode=700 none "$CACHE"
	judged 0 "$GOOD/site.yaml"
	publish 200s
	head -c 60000 /dev/zero | tr '\0' '#' >>"$WWW/site.yaml"
	judged 1 "$GOOD/site.yaml"
	assert_equal "$(idle)" 200
	says "$CACHE: what was fetched is not kept: No space left on device"
	assert_equal "$(kept)" "$(basename "$(copy_of "$GOOD/site.yaml")")"
	judged 0 "$GOOD/site.yaml" --offline
	assert_equal "$(idle)" 350
	umount "$CACHE"
}
