#!/bin/sh
# check_compile.sh COMPILE_PROFILES: what the generator of the built-in profiles refuses, and that
# its tables do not depend on the order in which the ids are named.
set -u
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
	echo "$1"
	failures=$((failures + 1))
}

# profile ID REST: a profile in $work/ID.yaml.
profile() {
	printf 'kaadvise: 1\nid: %s\ntitle: X\nhttp: {only: true}\n%s\n' "$1" "$2" >"$work/$1.yaml"
}

# refuses ID TEXT: fails, says TEXT and writes no file.
refuses() {
	if "$program" "$work" "$work/out.c" "$1" 2>"$work/errors"; then
		fail "$1 is accepted"
	fi
	grep -qF -- "$2" "$work/errors" || fail "$1: '$2' is not in: $(cat "$work/errors")"
	[ ! -e "$work/out.c" ] || fail "$1: something is written"
}

sources='sources: [{url: "https://a", checked: 2026-11-22, confirmed: vendor, says: "\"a\" \\ é?"}]'
profile a "$sources"
profile b "$sources"
profile bare ''
profile wrong 'nonsense: 1'
cp "$work/a.yaml" "$work/misnamed.yaml"

refuses bare 'needs sources'
refuses wrong 'wrong.yaml:5:1: error: unknown key in a profile'
refuses misnamed 'not named after its id'
refuses absent 'cannot be opened'

"$program" "$work" "$work/out.c" a b || fail 'good profiles are refused'
"$program" "$work" "$work/again.c" b a || fail 'good profiles are refused in another order'
cmp "$work/out.c" "$work/again.c" || fail 'the order of the ids matters'
"$program" "$work" "$work/nowhere/out.c" a 2>/dev/null && fail 'writing nowhere succeeds'
"$program" "$work" 2>/dev/null
[ $? -eq 2 ] || fail 'missing operands are accepted'

echo "$failures failures"
[ $failures -eq 0 ]
