# The launcher in a copy of the tree, without network: everything is installed, nothing is built.

bats_require_minimum_version 1.5.0
load /usr/lib/bats/bats-support/load.bash
load /usr/lib/bats/bats-assert/load.bash

setup_file() {
	local source
	source=$(readlink -f "$BATS_TEST_DIRNAME/../..")
	export TREE=$BATS_FILE_TMPDIR/tree
	mkdir "$TREE"
	tar -C "$source" --exclude=./build --exclude=./.git -cf - . | tar -C "$TREE" -xf -
	ln -s tree/kaadvise "$BATS_FILE_TMPDIR/link"
	ln -s link "$BATS_FILE_TMPDIR/link-to-link"
}

launch() {
	if unshare --net true 2>/dev/null; then
		unshare --net "$@"
	else
		"$@"
	fi
}

# A directory with the commands named and no others, as the only entry of PATH.
only() {
	local command directory=$BATS_TEST_TMPDIR/bin
	mkdir -p "$directory"
	for command; do
		ln -sf "$(command -v "$command")" "$directory/$command"
	done
	echo "$directory"
}

@test "two first calls at once, through symlinks and from another directory: one builds" {
	cd /
	launch "$BATS_FILE_TMPDIR/link-to-link" --version >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	launch "$BATS_FILE_TMPDIR/link" --version >"$BATS_TEST_TMPDIR/out2" \
		2>"$BATS_TEST_TMPDIR/err2"
	wait $!
	run cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/out2"
	assert_line --index 0 --regexp '^kaadvise [0-9]+\.[0-9]+\.[0-9]+'
	assert_line --index 1 --regexp '^kaadvise [0-9]+\.[0-9]+\.[0-9]+'
	assert_equal "${#lines[@]}" 2
	run cat "$BATS_TEST_TMPDIR/err" "$BATS_TEST_TMPDIR/err2"
	assert_equal "$(grep -c 'building the release preset' <<<"$output")" 1
	assert_line --partial '[100%]' || assert_line --regexp '^\[[0-9]+/[0-9]+\] '
}

@test "the next call says nothing of its own and hands on words and exit code" {
	run --separate-stderr launch "$TREE/kaadvise" --version
	assert_success
	assert_equal "$stderr" ""
	run -2 launch "$TREE/kaadvise" check --no-such-option
	run --separate-stderr launch "$TREE/kaadvise" explain "no such word"
	assert_failure 3
}

@test "check -p aws-nlb in a fresh network namespace finds KA201 and recommends 270/10/7" {
	unshare --net true 2>/dev/null || skip "a network namespace needs CAP_SYS_ADMIN"
	run --separate-stderr -1 unshare --net "$TREE/kaadvise" check -p aws-nlb --no-config
	assert_output --partial KA201
	assert_output --partial 270
	assert_equal "$stderr" ""
}

@test "a newer source is built before the program runs" {
	touch "$TREE/advisor/cli/main.c"
	run --separate-stderr launch "$TREE/kaadvise" --version
	assert_success
	assert_regex "$stderr" 'building the release preset'
	run --separate-stderr launch "$TREE/kaadvise" --version
	assert_equal "$stderr" ""
}

@test "a tree that was moved builds anew" {
	mv "$TREE" "$TREE.moved"
	touch "$TREE.moved/advisor/cli/main.c"
	run --separate-stderr launch "$TREE.moved/kaadvise" --version
	mv "$TREE.moved" "$TREE"
	assert_success
	assert_regex "$stderr" 'building the release preset'
}

@test "a source that does not compile: exit code 4, and the old program does not run" {
	cp -p "$TREE/advisor/cli/main.c" "$BATS_TEST_TMPDIR/main.c"
	echo 'nonsense' >>"$TREE/advisor/cli/main.c"
	run --separate-stderr launch "$TREE/kaadvise" --version
	cp -p "$BATS_TEST_TMPDIR/main.c" "$TREE/advisor/cli/main.c"
	assert_failure 4
	assert_output ""
	assert_regex "$stderr" 'error: the build failed'
}

@test "something is missing and there is no apt-get: exit code 4, the packages are named" {
	rm -f "$TREE/build/release/built"
	run --separate-stderr env PATH="$(only find readlink flock mkdir touch id sh cc)" \
		"$TREE/kaadvise" --version
	assert_failure 4
	assert_output ""
	assert_regex "$stderr" 'packages cmake make'
}

@test "something is missing, not root and no sudo: exit code 4, the command to run" {
	printf '#!/bin/sh\necho 1000\n' >"$BATS_TEST_TMPDIR/id"
	chmod +x "$BATS_TEST_TMPDIR/id"
	run --separate-stderr env \
		PATH="$(only find readlink flock mkdir touch sh cc apt-get):$BATS_TEST_TMPDIR" \
		"$TREE/kaadvise" --version
	assert_failure 4
	assert_regex "$stderr" \
		'run as root: apt-get install -y --no-install-recommends cmake make'
}
