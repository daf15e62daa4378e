# shellcheck shell=sh
# Sourced by ./kaadvise and tests/run: finds out what this machine lacks and installs it.
# A need is PROBE=PACKAGE, where PROBE is command:NAME, header:NAME or file:PATTERN.

# shellcheck disable=SC2034
KA_BUILD_NEEDS='
command:cmake=cmake command:cc=gcc command:make=make header:stdio.h=libc6-dev
header:yaml.h=libyaml-dev header:jansson.h=libjansson-dev header:sha2.h=libmd-dev
header:curl/curl.h=libcurl4-openssl-dev header:sodium.h=libsodium-dev'

ka_say() {
	printf 'kaadvise: %s\n' "$*" >&2
}

ka_die() {
	ka_say "error: $*"
	exit 4
}

ka_has_header() {
	if command -v cc >/dev/null 2>&1; then
		printf '#include <%s>\n' "$1" | cc -E - >/dev/null 2>&1
	else
		[ -e "/usr/include/$1" ]
	fi
}

ka_has_file() {
	for found in $1; do
		[ -e "$found" ] && return 0
	done
	return 1
}

ka_has() {
	case $1 in
	command:*) command -v "${1#*:}" >/dev/null 2>&1 ;;
	header:*) ka_has_header "${1#*:}" ;;
	file:*) ka_has_file "${1#*:}" ;;
	*) return 1 ;;
	esac
}

# Prints the packages of the needs that are not met. Patterns of file: must stay patterns here.
ka_missing() (
	set -f
	for need in $1; do
		set +f
		ka_has "${need%=*}" || printf ' %s' "${need##*=}"
		set -f
	done
)

# Installs packages, or prints the command that would and exits with 4.
ka_install() {
	command="apt-get install -y --no-install-recommends$1"
	if ! command -v apt-get >/dev/null 2>&1; then
		ka_die "this needs the equivalent of the Debian packages$1;" \
			"apt-get is not here, please install them and try again"
	fi
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null 2>&1; then
			ka_die "not root and no sudo; run as root: $command"
		elif [ -t 0 ] && [ -t 2 ]; then
			as_root=sudo
		elif sudo -n true 2>/dev/null; then
			as_root='sudo -n'
		else
			ka_die "sudo wants a password and there is no terminal; run: sudo $command"
		fi
	fi
	ka_say "installing$1"
	$as_root apt-get update -q </dev/null >&2 || ka_say "apt-get update failed, trying anyway"
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive $command </dev/null >&2 ||
		ka_die "could not install; run as root: $command"
}

# ka_need NEEDS: after it, every need is met or the program has ended.
ka_need() {
	missing=$(ka_missing "$1")
	[ -z "$missing" ] && return 0
	ka_install "$missing"
	missing=$(ka_missing "$1")
	[ -z "$missing" ] || ka_die "still missing after the installation:$missing"
}

# ka_configure PRESET: anew where the build directory belongs to another copy of the tree.
ka_configure() {
	cache=build/$1/CMakeCache.txt
	if [ -e "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then
		rm -rf "build/$1"
	fi
	if [ ! -e "$cache" ] && command -v ninja >/dev/null 2>&1; then
		cmake --preset "$1" -G Ninja
	else
		cmake --preset "$1"
	fi
}

ka_build() {
	preset=$1
	shift
	ka_configure "$preset" && cmake --build --preset "$preset" --parallel "$(nproc)" "$@"
}
