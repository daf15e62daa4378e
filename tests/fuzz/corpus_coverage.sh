#!/usr/bin/env bash
# What the corpus of the profile loader alone reaches: builds the loader for gcov in a temporary
# directory, replays the corpus, prints the covered lines of each file and fails below 90 %.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
minimum=90
measured="profile_errors profile_keys profile_reader profile_values profile_yaml yaml_tree"
cc=${CC:-gcc}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

flags=(-std=gnu17 -O0 -g -D_GNU_SOURCE -I"$root" -I"$root/advisor")
for name in $measured; do
	"$cc" "${flags[@]}" --coverage -c "$root/advisor/edge/$name.c" -o "$name.o"
done
"$cc" "${flags[@]}" --coverage ./*.o "$root"/advisor/base/*.c \
	"$root/advisor/core/profile.c" "$root/advisor/core/path.c" \
	"$root/tests/fuzz/fuzz_profile.c" "$root/tests/fuzz/replay.c" \
	-lyaml -o replay
./replay "$root/tests/fuzz/corpus/profile"

covered=0 total=0
for name in $measured; do
	summary=$(gcov -n "$name.gcda" | grep -A1 "^File '.*/edge/$name.c'" | tail -n 1)
	[[ $summary =~ :([0-9]+)\.([0-9]+)%\ of\ ([0-9]+)$ ]]
	lines=${BASH_REMATCH[3]}
	hit=$(((lines * 10#${BASH_REMATCH[1]}${BASH_REMATCH[2]} + 5000) / 10000))
	printf '%-16s %3d of %3d lines\n' "$name.c" "$hit" "$lines"
	covered=$((covered + hit)) total=$((total + lines))
done
printf 'together %d.%d %%\n' $((covered * 100 / total)) $((covered * 1000 / total % 10))
[ $((covered * 100)) -ge $((minimum * total)) ]
