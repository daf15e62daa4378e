# The network that the lab's scenarios share, sourced by each of them:
#
#   client ── balancer ─┬─ server A
#                       └─ server B
#
# The balancer is nft, and of one of three kinds, KIND:
#
#   forgets     each new connection goes to the next server, in turn, and conntrack remembers which
#               one for as long as FORGETS_AFTER_S without a packet. A packet of a connection that
#               it has forgotten counts as new, as with every balancer that keeps no other state.
#   black-hole  the same, but what belongs to no connection that it knows is dropped.
#   dsr         replies go straight to the client, which the balancer never sees: an nft map with a
#               timeout is its table, and the servers have its address on their loopback.
#
# Everything lives in mount, network and process namespaces of its own: nothing of the machine
# changes, and whatever ends the script, even SIGKILL, removes it all.

# shellcheck disable=SC2034
FORGETS_AFTER_S=${FORGETS_AFTER_S:-4}
KIND=${KIND:-forgets}
SERVICE=10.77.0.1
PORT=7000
own_port=20000
VIP=10.77.0.100

lab_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
failures=0
zombies_before=0
answer=

lab_skip() {
	echo "skipped: $*"
	exit 77
}

lab_die() {
	echo "lab: $*" >&2
	exit 1
}

# Skips the calling script where its namespaces cannot be made.
lab_possible() {
	local why needed
	for needed in unshare nsenter setpriv ip nft ss conntrack python3; do
		command -v "$needed" >/dev/null || lab_skip "$needed is not installed"
	done
	why=$(unshare --mount --net --pid --fork --mount-proc nft list tables 2>&1) ||
		lab_skip "network namespaces need CAP_SYS_ADMIN and CAP_NET_ADMIN: ${why##*$'\n'}"
}

# Starts the calling script again inside its own namespaces.
lab_enter() {
	[ -n "${KA_LAB_INSIDE:-}" ] && return 0
	lab_possible
	KA_LAB_INSIDE=1 exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$@"
}

# Directories that programs of the lab write to are empty and private.
lab_private_directories() {
	mount -t tmpfs lab /run && mkdir /run/netns
	mount -t tmpfs lab /var/lib && mkdir /var/lib/kaadvise
	if [ -d /etc/sysctl.d ]; then
		mount -t tmpfs lab /etc/sysctl.d
	fi
}

# lab_side_by_side WORDS...: the calling script once for each, at the same time (at most $at_a_time of
# them, if set), each in a network of its own. Fails when one does.
lab_side_by_side() {
	local each pids=() logs running=0 ended
	declare -A codes
	logs=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$logs'" EXIT
	trap 'exit 130' INT TERM
	for each in "$@" ""; do
		# The last turn, for nothing, waits for all.
		while ((running >= (${#each} ? ${at_a_time:-100} : 1))); do
			wait -n -p ended
			codes[$ended]=$?
			running=$((running - 1))
		done
		[ -n "$each" ] || break
		# shellcheck disable=SC2086
		setpriv --pdeathsig KILL "$0" "$program" $each >"$logs/${#pids[@]}" 2>&1 &
		pids+=($!)
		running=$((running + 1))
	done
	for each in "${!pids[@]}"; do
		[ "${codes[${pids[each]}]}" = 0 ] || failures=$((failures + 1))
		cat "$logs/$each"
	done
	expect "runs that went wrong, of $#" 0 $failures
	[ $failures -eq 0 ]
}

# inside NAMESPACE COMMAND...
inside() {
	local namespace=$1
	shift
	nsenter --net="/run/netns/$namespace" "$@"
}

# lab_connect NAMESPACE ADDRESS BALANCERS_ADDRESS
lab_connect() {
	ip -n "$1" link set lo up
	ip -n "$1" link add eth0 type veth peer name "$1" netns balancer
	ip -n "$1" address add "$2/24" dev eth0
	ip -n balancer address add "$3/24" dev "$1"
	ip -n "$1" link set eth0 up
	ip -n balancer link set "$1" up
	ip -n "$1" route add default via "$3"
}

# Rules of the chain "early" see a packet before conntrack does: what they drop, it never saw.
lab_balance() {
	if [ "$KIND" = dsr ]; then
		lab_balance_dsr
		return
	fi
	inside balancer nft -f - <<-END
		table ip balancer {
			counter placed { }
			counter resets { }
			counter lost { }
			counter swallowed { }
			chain early {
				type filter hook prerouting priority raw;
			}
			chain pick {
				type nat hook prerouting priority dstnat;
				ip daddr $SERVICE tcp dport $PORT counter name placed \
					dnat to numgen inc mod 2 map { 0 : 10.77.1.2, 1 : 10.77.2.2 }
			}
			chain pass {
				type filter hook forward priority filter;
				tcp flags & rst == rst counter name resets
			}
		}
	END
	inside balancer sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.netfilter.nf_conntrack_tcp_loose=1 \
		net.netfilter.nf_conntrack_tcp_timeout_established="$FORGETS_AFTER_S"
	[ "$KIND" = black-hole ] || return 0
	inside balancer sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
	inside balancer nft add chain ip balancer hole \
		"{ type filter hook prerouting priority mangle; }"
	inside balancer nft add rule ip balancer hole ct state invalid counter name swallowed drop
}

# A mark says which server's route is taken. The table is updated by each packet of the client's.
lab_balance_dsr() {
	local server
	inside balancer nft -f - <<-END
		table ip balancer {
			counter placed { }
			counter resets { }
			counter lost { }
			map sessions {
				type ipv4_addr . inet_service : mark
				size 65536
				flags dynamic,timeout
				timeout ${FORGETS_AFTER_S}s
			}
			chain early {
				type filter hook prerouting priority raw;
			}
			chain place {
				counter name placed meta mark set numgen inc mod 2 map { 0 : 1, 1 : 2 }
			}
			chain pick {
				type filter hook prerouting priority mangle;
				ip daddr != $VIP accept
				meta mark set ip saddr . tcp sport map @sessions
				meta mark 0 jump place
				update @sessions { ip saddr . tcp sport : meta mark }
			}
		}
	END
	inside balancer sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
	ip -n balancer rule add fwmark 1 table 101
	ip -n balancer rule add fwmark 2 table 102
	ip -n balancer route add default via 10.77.1.2 table 101
	ip -n balancer route add default via 10.77.2.2 table 102
	for server in A B; do
		lab_connect_straight "$server"
	done
	ip -n client route add "$VIP" via "$SERVICE"
	inside client sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	SERVICE=$VIP
}

# The way back from a server to the client, past the balancer.
lab_connect_straight() {
	local net
	net=10.77.$([ "$1" = A ] && echo 11 || echo 12)
	ip -n "server$1" address add "$VIP/32" dev lo
	ip -n "server$1" link add back type veth peer name "from$1" netns client
	ip -n "server$1" address add "$net.2/24" dev back
	ip -n client address add "$net.1/24" dev "from$1"
	ip -n "server$1" link set back up
	ip -n client link set "from$1" up
	inside client sysctl -qw "net.ipv4.conf.from$1.rp_filter=0"
	ip -n "server$1" route add 10.77.0.2 via "$net.1"
	inside "server$1" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
}

lab_start() {
	local namespace
	set -e
	lab_private_directories
	for namespace in client balancer serverA serverB; do
		ip netns add "$namespace"
	done
	lab_connect client 10.77.0.2 $SERVICE
	lab_connect serverA 10.77.1.2 10.77.1.1
	lab_connect serverB 10.77.2.2 10.77.2.1
	lab_balance
	set +e
	trap 'exit 130' INT TERM
}

# poll SECONDS COMMAND...: until it succeeds, or fails the script.
poll() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt "$deadline" ] || lab_die "waited in vain for: $*"
		sleep 0.05
	done
}

# Reads a counter of the balancer, in packets.
counted() {
	inside balancer nft list counter ip balancer "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

is_listening() {
	[ -n "$(inside "$1" ss -Htln "sport = :$PORT")" ]
}

# start_servers [COMMAND...]: on both; the command is told the server's name and the port.
start_servers() {
	local server
	[ $# -gt 0 ] || set -- "$lab_dir/server.py"
	server_pids=()
	for server in A B; do
		nsenter --net="/run/netns/server$server" "$@" $server $PORT &
		server_pids+=($!)
	done
	poll 10 is_listening serverA
	poll 10 is_listening serverB
}

stop_servers() {
	kill "${server_pids[@]}"
	wait "${server_pids[@]}" 2>/dev/null
}

# configure_nginx SECONDS [PARAMETERS]: of keepalive_timeout; of listen. For start_servers bash
# /run/start-nginx.
configure_nginx() {
	cat >/run/nginx.conf <<-END
		daemon off;
		master_process off;
		error_log /run/nginx.log;
		events { worker_connections 1024; }
		http {
			access_log off;
			client_body_temp_path /run/body;
			proxy_temp_path /run/proxy;
			fastcgi_temp_path /run/fastcgi;
			uwsgi_temp_path /run/uwsgi;
			scgi_temp_path /run/scgi;
			keepalive_timeout $1s;
			server {
				listen $PORT ${2-};
				return 200 "nginx";
			}
		}
	END
	cat >/run/start-nginx <<-'END'
		exec nginx -c /run/nginx.conf -g "pid /run/nginx-$1.pid;"
	END
}

# open_connections COUNT [WORD...]: in the client, with SO_KEEPALIVE and nothing else asked for. The
# words are those of client.py.
open_connections() {
	own_port=$((own_port + 1000))
	coproc CLIENT { inside client "$lab_dir/client.py" "$SERVICE" "$PORT" $own_port "$@"; }
	client_pid=$!
	tell_client
	poll 10 is_acknowledged serverA
	poll 10 is_acknowledged serverB
}

# tell_client [COMMAND...]: sends a command, waits for the answer and keeps it in $answer.
tell_client() {
	[ $# -eq 0 ] || echo "$*" >&"${CLIENT[1]}"
	read -r -t 60 answer <&"${CLIENT[0]}" || lab_die "the client does not answer to: $*"
}

close_connections() {
	echo quit >&"${CLIENT[1]}"
	wait "$client_pid"
}

# True when nothing is unacknowledged: from then on only probes are on their way.
is_acknowledged() {
	! inside "$1" ss -Htn state established | awk '$2 > 0 { found = 1 } END { exit !found }'
}

has_forgotten() {
	if [ "$KIND" = dsr ]; then
		! inside balancer nft list map ip balancer sessions | grep -q expires
		return
	fi
	[ -z "$(inside balancer conntrack -L -p tcp --state ESTABLISHED 2>/dev/null)" ]
}

# Prints how many connections the servers hold that the client has no more.
count_zombies() {
	comm -13 <(inside client ss -Htn state established | awk '{ print $3 }' | sort) \
		<({
			inside serverA ss -Htn state established
			inside serverB ss -Htn state established
		} | awk '{ print $4 }' | sort) | wc -l
}

# Lets the connections be idle for longer than the balancer remembers.
wait_longer_than_it_remembers() {
	tell_client idle $((FORGETS_AFTER_S + 2))
}

# values NAMESPACE: its three, "7200 75 9".
values() {
	inside "$1" sysctl -n net.ipv4.tcp_keepalive_{time,intvl,probes} | paste -sd ' '
}

# says NAMESPACE WORD...: what check says there, "pass" or "fail", and the rules about values and path.
says() {
	local namespace=$1
	shift
	inside "$namespace" "$program" check --no-config --no-sockets -f json \
		--hop "idle=${FORGETS_AFTER_S}s" --survive-outage 0s "$@" |
		jq -r '[.verdict, (.findings[].rule | select(test("KA[123]")))] | unique_by(.) | sort_by(. != "pass" and . != "fail", .) | join(" ")'
}

# expect_judgement NAMESPACE,... WANTED [WORD...]: what check, with these words, says of the first, and
# sockets of the connections in all of them: "pass; sockets: 50 safe". Keeps it in $said.
expect_judgement() {
	local namespace namespaces=${1//,/ } wanted=$2
	shift 2
	said=$(says "${namespaces%% *}" "$@")
	said+="; sockets: $(for namespace in $namespaces; do
		inside "$namespace" "$program" sockets --no-config --deep -f json --all \
			--hop "idle=${FORGETS_AFTER_S}s"
	done | jq -rs 'group_by(.verdict) | map("\(length) \(.[0].verdict)") | join(", ")')"
	[ "$said" = "$wanted" ]
	expect "check and sockets say \"$said\" and should say \"$wanted\" (exit code)" 0 $?
}

# row WHAT VALUES SAYS OUTCOME: a row of the table in docs/CASE-STUDY.md, see case_study.
row() {
	printf 'row\t%s\t%s\t%s\t%s\t%s\n' "$scenario" "$@"
}

# What the client's last answer says, and how many zombies there are beyond $zombies_before.
outcome() {
	local word
	for word in answered reset killed silent; do
		[ "$(answered $word)" = 0 ] || printf '%s %s, ' "$(answered $word)" $word
	done
	echo "$(($(count_zombies) - zombies_before)) zombies"
}

# Since they were placed anew by what was sent while they were idle, some connections are at the wrong
# server. How many is luck, but with an odd number of $connections not none: the balancer took turns.
# Also sets $outcome to what a row says of it.
expect_placed_again() {
	local broken=$((connections - $(answered answered)))
	expect "connections that the balancer placed again" ">= $connections" "$1"
	expect "requests not answered" ">= 1" $broken
	expect "zombies on the servers, one for each of these" $broken \
		$(($(count_zombies) - zombies_before))
	outcome="all $connections placed again, ~$broken at the other server: reset, a zombie each"
}

# The number after a word of the client's last answer.
answered() {
	sed -n "s/.*\b$1 \([0-9]*\).*/\1/p" <<<"$answer"
}

# expect WHAT WANTED FOUND, where WANTED is a number or ">= number"
expect() {
	local verdict=ok operator='=='
	[[ $2 == '>= '* ]] && operator='>='
	if ! ((${3:--1} $operator ${2#>= })); then
		verdict=WRONG
		failures=$((failures + 1))
	fi
	printf '%-5s %s: %s%s\n' $verdict "$1" "$3" "$([ $verdict = ok ] || echo " instead of $2")"
}

# Shows the state of things when something was wrong, and ends the script.
lab_finish() {
	[ $failures -eq 0 ] && exit 0
	inside balancer nft list ruleset
	inside balancer conntrack -L 2>/dev/null | tail -n 20
	inside client ss -tno
	inside serverA ss -tn
	inside serverB ss -tn
	exit 1
}
