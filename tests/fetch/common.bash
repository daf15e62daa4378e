# What the tests of fetching share: servers with TLS on loopback, whose logs are the witnesses.
load ../cli/common

unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE

# Why nothing here can run, or nothing.
obstacle() {
	if [ "$EUID" = 0 ] && [ -z "${KA_CONTAINED:-}" ]; then
		echo "root's cache is the machine's: run this by ctest, where namespaces can be made"
	elif [ ! -x "${NGINX:-}" ]; then
		echo "no nginx here (or run by ctest, which sets NGINX)"
	fi
}

setup_file() {
	[ -z "$(obstacle)" ] || return 0 # each test skips: bats 1.8 cannot skip a file
	export DIRECTORY=$BATS_FILE_TMPDIR/servers WWW=$BATS_FILE_TMPDIR/www
	mkdir "$DIRECTORY" "$WWW"
	TMPDIR=$BATS_FILE_TMPDIR "$BATS_TEST_DIRNAME/servers.py" "$DIRECTORY" "" >/dev/null 3>&- &
	export SERVERS=$!
	until_true test -e "$DIRECTORY/places"
	set -a
	. "$DIRECTORY/places"
	GOOD=https://127.0.0.1:$GOOD_PORT
	AWAY=https://127.0.0.1:$AWAY_PORT
	PLAIN=http://127.0.0.1:$PLAIN_PORT
	set +a
	. "$BATS_TEST_DIRNAME/nginx.sh" >"$DIRECTORY/nginx.conf"
	start_nginx setpriv --pdeathsig TERM
}

teardown_file() {
	[ -n "${SERVERS:-}" ] || return 0
	stop_nginx
	kill "$SERVERS"
}

setup() {
	[ -z "$(obstacle)" ] || skip "$(obstacle)"
	cd "$BATS_TEST_TMPDIR"
	export CURL_CA_BUNDLE=$DIRECTORY/ca.pem XDG_CACHE_HOME=$BATS_TEST_TMPDIR/xdg
	CACHE=$XDG_CACHE_HOME/kaadvise
	[ "$EUID" != 0 ] || CACHE=/var/cache/kaadvise
	rm -rf "$CACHE"
	publish
	! is_gone "$(cat "$DIRECTORY/pid")" || start_nginx
	: >"$DIRECTORY/access.log"
	: >"$DIRECTORY/asked"
}

# until_true COMMAND...: polls, for 8 s at most.
until_true() {
	local end=$((${EPOCHREALTIME/./} + 8000000))
	until "$@"; do
		((${EPOCHREALTIME/./} < end)) || fail "did not come true in time: $*"
		read -rt 0.02 <> <(:) || true
	done
}

listens() {
	(: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# start_nginx [COMMAND...]: by a command that runs it.
start_nginx() {
	"$@" "$NGINX" -c "$DIRECTORY/nginx.conf" -e "$DIRECTORY/error.log" >"$DIRECTORY/said" 2>&1 3>&- &
	echo $! >"$DIRECTORY/pid"
	until_true listens "$GOOD_PORT"
}

is_gone() {
	[ ! -e "/proc/$1" ] || [[ $(cat "/proc/$1/stat" 2>/dev/null) == *') Z '* ]]
}

stop_nginx() {
	local pid
	pid=$(cat "$DIRECTORY/pid")
	kill "$pid" 2>/dev/null || true
	until_true is_gone "$pid"
}

# publish [IDLE]: the profile that nginx serves as /site.yaml, with another idle timeout.
publish() {
	sed "s/350s/${1:-350s}/" "$DIRECTORY/profile" >"$WWW/site.yaml"
	# Dates have whole seconds; the size, and so the ETag, differ too.
	touch -d "@$((1700000000 + RANDOM))" "$WWW/site.yaml"
}

sha256_of() {
	sha256sum "$1" | cut -d' ' -f1
}

log_has() {
	grep -qE -- "$1" "$DIRECTORY/access.log"
}

# seen REGEX: nginx logged such a line; it does so just after its answer.
seen() {
	until_true log_has "$1"
}

# not_seen: nothing was asked of nginx since setup. What is asked now is logged after all before.
not_seen() {
	[ ! -s "$DIRECTORY/access.log" ] || fail "asked: $(cat "$DIRECTORY/access.log")"
}

forget_log() {
	: >"$DIRECTORY/access.log"
}

# judged CODE URL WORD...: the profile of a URL judges, and stands in the report with its digest.
judged() {
	local code=$1 url=$2
	shift 2
	report "$code" check --settings 270,10,7 -p "$url" "$@"
	assert_equal "$(field 'report["path"]["profiles"][0]["origin"]')" "$(shown "$url")"
}

# The hop's idle timeout, as it was judged.
idle() {
	field 'report["path"]["hops"][0]["idle_timeout_s"]'
}

shown() {
	local url=${1%%#*}
	case $url in
	*\?*) printf '%s?...' "${url%%\?*}" ;;
	*) printf '%s' "$url" ;;
	esac
}

# not_taken ID STEP URL WORD...: exit code 3, one line that names URL and step; nothing was judged.
not_taken() {
	local id=$1 step=$2 url=$3
	shift 3
	refused 3 "$id" check --settings 270,10,7 -p "$url" -f json "$@"
	[[ $stderr == "$(shown "$url"): error: $step: "* ]] ||
		fail "'$stderr' does not begin with the URL and '$step'"
}

# Files of the cache, of whatever kind.
kept() {
	[ ! -d "$CACHE" ] || find "$CACHE" -mindepth 1 -printf '%f\n'
}

nothing_kept() {
	assert_equal "$(kept)" ""
}

# The file in which a URL is kept.
copy_of() {
	printf '%s/%s' "$CACHE" "$(printf '%s' "${1%%#*}" | sha256sum | cut -d' ' -f1)"
}

# age URL SECONDS: makes the kept copy that much older.
age() {
	/usr/bin/python3 - "$(copy_of "$1")" "$2" <<-'END'
		import hashlib, re, sys
		first, _, rest = open(sys.argv[1], "rb").read().partition(b"\n")
		rest = re.sub(rb"^confirmed (\d+)", lambda found: b"confirmed %d" %
			      (int(found[1]) - int(sys.argv[2])), rest, count=1)
		word = first.split(b" ")[0]
		with open(sys.argv[1], "wb") as file:
		    file.write(word + b" " + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)
	END
}

confirmed() {
	sed -n 's/^confirmed //p' "$(copy_of "$1")" | head -n 1
}

# hold WORD...: starts a run that a slow server holds, as $caller with the helper $child.
hold() {
	env --default-signal=INT "$KAADVISE" check --settings 270,10,7 "$@" >out 2>err 3>&- 9</etc/passwd &
	caller=$!
	until_true is_held
	child=$(cat "/proc/$caller/task/$caller/children")
	child=${child% }
	[[ $child =~ ^[0-9]+$ ]] || fail "$caller has the children '$child'"
}

is_held() {
	grep -q '"path": "/hold' "$DIRECTORY/asked"
}

release() {
	kill "$caller"
	wait "$caller" || true
	until_true is_gone "$child"
}
