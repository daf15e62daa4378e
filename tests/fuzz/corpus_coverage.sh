#!/usr/bin/env bash
# What the corpora alone reach: builds what reads bytes from outside for gcov in a temporary
# directory, replays the corpora, prints the covered lines of each file and fails below 90 % for one
# of the corpora.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
minimum=90
cc=${CC:-gcc}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=gnu17 -O0 -g -D_GNU_SOURCE -I"$root" -I"$root/advisor")

# covered_lines NAME: of how many, as "hit all".
covered_lines() {
	local summary lines
	summary=$(gcov -n "$1.gcda" | grep -A1 "^File '.*/edge/$1.c'" | tail -n 1)
	[[ $summary =~ :([0-9]+)\.([0-9]+)%\ of\ ([0-9]+)$ ]]
	lines=${BASH_REMATCH[3]}
	echo $(((lines * 10#${BASH_REMATCH[1]}${BASH_REMATCH[2]} + 5000) / 10000)) "$lines"
}

# measure TARGET "FILES OF advisor/edge" OTHER...: others are sources and libraries.
measure() {
	local target=$1 measured=$2 name hit lines covered=0 total=0
	shift 2
	mkdir "$work/$target"
	cd "$work/$target"
	for name in $measured; do
		"$cc" "${flags[@]}" --coverage -c "$root/advisor/edge/$name.c" -o "$name.o"
	done
	"$cc" "${flags[@]}" --coverage ./*.o "$root"/advisor/base/*.c \
		"$root/tests/fuzz/fuzz_$target.c" "$root/tests/fuzz/replay.c" "$@" -o replay
	printf '%s: ' "$target"
	./replay "$root/tests/fuzz/corpus/$target"
	for name in $measured; do
		read -r hit lines < <(covered_lines "$name")
		printf '%-16s %3d of %3d lines\n' "$name.c" "$hit" "$lines"
		covered=$((covered + hit)) total=$((total + lines))
	done
	printf 'together %d.%d %%\n' $((covered * 100 / total)) $((covered * 1000 / total % 10))
	[ $((covered * 100)) -ge $((minimum * total)) ]
}

measure profile "profile_errors profile_keys profile_reader profile_values profile_yaml yaml_tree" \
	"$root/advisor/core/profile.c" "$root/advisor/core/path.c" -lyaml
measure fetch_answer fetch_answer "$root"/advisor/edge/fetch{,_process}.c
measure fetch_copy fetch_copy "$root/advisor/edge/digest.c" -lmd
