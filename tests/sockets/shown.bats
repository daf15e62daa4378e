# What kaadvise sockets says of connections, with ss(8) beside it.
load common

@test "every connection and timer that ss sees is there, and no other" {
	local needed
	for needed in nginx nc; do
		command -v $needed >/dev/null || skip "$needed is not installed"
	done
	run -0 with '
		mkdir /var/lib/web /var/lib/nginx
		cat >/var/lib/web/conf <<-END
			error_log /var/lib/web/errors;
			pid /var/lib/web/pid;
			events {}
			http {
				access_log off;
				server { listen 10.9.0.1:8081 so_keepalive=on; }
			}
		END
		nginx -c /var/lib/web/conf -p /var/lib/web
		for port in 8080 8081; do nc -s 10.9.0.2 10.9.0.1 $port < <(exec sleep 1000) & done
		until [ "$(ss -Htn state established "dport = :8081 or dport = :8080" | wc -l)" -eq 8 ] &&
			kaadvise sockets -f json --process nginx | grep . >/dev/null; do sleep 0.05; done
		# Without cgroup2, ss -e complains of it once a socket.
		ss -Htnoe state established 2>/dev/null | sed -E "s/ +/ /g" | /usr/bin/python3 -c "
import re, sys
for line in sys.stdin:
    words = line.split()
    timer = re.search(r\"timer:\((\w+),\", line)
    inode = re.search(r\"ino:(\d+)\", line)
    cookie = re.search(r\"sk:(\w+)\", line)
    print(words[2], words[3], timer.group(1) if timer else \"none\",
          inode.group(1) if inode else 0, cookie.group(1).zfill(16))" | sort >/tmp/ss.$$
		kaadvise sockets -f json --state established | jq -r "
			(if .family == \"ipv6\" then \"[\(.local)]:\" else \"\(.local):\" end) + \"\(.local_port) \" +
			(if .family == \"ipv6\" then \"[\(.peer)]:\" else \"\(.peer):\" end) + \"\(.peer_port) \" +
			\"\(.timer) \(.inode) \(.cookie)\"" | sort >/tmp/ours.$$
		diff /tmp/ss.$$ /tmp/ours.$$ && wc -l </tmp/ours.$$
		rm /tmp/ss.$$ /tmp/ours.$$' bare alive alive six pinned=60 answering
	assert_output 16
}

@test "verdicts follow the values and the path" {
	run -0 with '
		kaadvise sockets --hop idle=350s -f json | fields verdict reason direction | sort -k3,3 -k1,1 | uniq -c
		echo "--- lowered"
		set_values 300 10 9
		kaadvise sockets --hop idle=350s -f json | fields verdict reason direction | sort -k3,3 -k1,1 | uniq -c
		echo "--- no path"
		kaadvise sockets -f json | fields verdict direction | sort | uniq -c' \
		bare alive alive pinned=60 || [ "$status" -eq 1 ]
	assert_output - <<-'END'
		      4 bare null inbound
		      1 bare null outbound
		      3 late values outbound
		--- lowered
		      4 bare null inbound
		      1 bare null outbound
		      2 late old-timer outbound
		      1 safe null outbound
		--- no path
		      4 none inbound
		      4 none outbound
	END
}

@test "the exit code says whether something is at risk" {
	run -0 with '
		set +e
		kaadvise sockets >/dev/null; echo "no path $?"
		kaadvise sockets --hop idle=350s >/dev/null; echo "bare $?"
		kaadvise sockets --hop idle=350s --exclude port=8080 >/dev/null; echo "excluded $?"
		kaadvise sockets --hop idle=350s --verdict safe >/dev/null; echo "filtered $?"
		kaadvise sockets --hop idle=350s --port 22 >/dev/null; echo "other port $?"
		kaadvise sockets --hop idle=350s >/dev/full 2>/dev/null; echo "unwritten $?"
		true' bare
	assert_output - <<-'END'
		no path 0
		bare 1
		excluded 0
		filtered 0
		other port 0
		unwritten 4
	END
}

@test "the values that a program pinned show with --deep" {
	KA_VALUES="300 10 9" run -0 with '
		kaadvise sockets --hop idle=350s --deep -f json | jq -r "select(.direction == \"outbound\") |
			\"\(.verdict) \(.reason) \(.settings.time) \(.settings.user_timeout_ms) \(.settings.keepalive)\"" | sort || true
		{ kaadvise check --hop idle=350s --deep -f json || true; } | jq -r ".findings[] | select(.rule == \"KA505\") | .severity"' \
		alive pinned=600 pinned=60 timeout=4000 bare
	assert_output - <<-'END'
		bare null 300 0 false
		late pinned 600 0 true
		safe null 300 0 true
		safe null 60 0 true
		safe user-timeout 300 4000 true
		warning
	END
}

@test "the processes, and what an ordinary user may see of them" {
	run -0 with '
		kaadvise sockets -f json | fields command | sort | uniq -c
		kaadvise sockets -f json --no-owners | fields command pid | sort | uniq -c
		kaadvise sockets -f json --process programs.py --port 8080 | wc -l
		kaadvise sockets -f json --process ${programs_PID} | wc -l
		kaadvise sockets -f json --process nginx | wc -l
		cp "$KAADVISE" /var/lib/kaadvise-copy
		setpriv --reuid 65534 --regid 65534 --clear-groups /var/lib/kaadvise-copy sockets --no-config -f json |
			fields command | sort | uniq -c
		setpriv --reuid 65534 --regid 65534 --clear-groups /var/lib/kaadvise-copy sockets --no-config' bare alive
	assert_line "      4 programs.py"
	assert_line "      4 null null"
	assert_line "      4 null"
	assert_output --partial "processes may not be looked at"
	assert_output --regexp "Of 4 connections the program is not known: [0-9]+ processes may not be"
	assert_equal "$(grep -cx 4 <<<"$output")" 2
	assert_line 0
}

@test "filters, and what is wrong with one" {
	run -0 with '
		kaadvise sockets -f json --state listening | fields state local local_port | sort
		kaadvise sockets -f json --address 10.9.0.2 | wc -l
		kaadvise sockets -f json --address ::/0 | wc -l
		kaadvise sockets -f json --address 10.0.0.0/16 | wc -l
		kaadvise sockets -f json --hop idle=350s --loopback --address ::1 | fields verdict | sort -u
		kaadvise sockets -f json --hop idle=350s --address ::1 | fields verdict reason | sort -u || true' bare six
	assert_output - <<-'END'
		listening 10.9.0.1 8080
		listening ::1 8080
		2
		2
		0
		bare
		exempt loopback
	END
	refused 2 KA-U002 sockets --address 10.0.0
	refused 2 KA-U002 sockets --port http
	refused 2 KA-U002 sockets --verdict zombie
	refused 2 KA-U002 sockets --state ESTAB
	refused 2 KA-U002 sockets --exclude verdict=late
}

@test "the table shows the worst, and everything on demand" {
	run -0 with '
		kaadvise sockets --hop idle=350s || [ $? -eq 1 ]
		kaadvise sockets --hop idle=350s --all | grep -c "10.9.0.[12]:" || true' \
		$(printf 'bare %.0s' {1..15})
	assert_output --partial "30 established connections, judged by hop1"
	assert_line --regexp "30 bare"
	assert_output --partial "The worst 20 of 30 connections"
	assert_output --partial "--all shows every one"
	assert_line 30
}

@test "check counts them, names what is wrong, and can be told not to look" {
	KA_VALUES="300 10 9" run -0 with '
		kaadvise check --hop idle=350s | grep established
		kaadvise check --hop idle=350s -f json | jq -r ".findings[] | select(.rule == \"KA502\") | .message"
		kaadvise check --hop idle=350s --no-sockets -f json | jq -r "[.findings[] | select(.rule == \"KA502\")] | length"
		kaadvise check --hop idle=350s --no-owners -f json | jq -r ".findings[] | select(.rule == \"KA502\") | .message"' \
		bare alive
	assert_line "  4 established connections: 3 bare, 1 safe"
	assert_line --regexp "^2 connections of programs.py .*that came in to port 8080 without SO_KEEPALIVE: the sysctls do nothing for them.\$"
	assert_line --regexp "^1 connection of programs.py .*to port 8080 without SO_KEEPALIVE: the sysctls do nothing for it.\$"
	assert_line 0
	assert_line "1 connection to port 8080 (of a program that is not known) without SO_KEEPALIVE: the sysctls do nothing for it."
}

@test "observed, the peer's probes keep a connection safe" {
	KA_VALUES="1 1 9" run -0 with '
		sleep 3.5
		kaadvise sockets --hop idle=3s -f json --observe 3s | fields direction verdict reason silent | sort' \
		answering bare || [ "$status" -eq 1 ]
	assert_output - <<-'END'
		inbound forgotten null true
		inbound safe null null
		outbound forgotten null true
		outbound safe peer-probes null
	END
}

@test "what a closed window hides is looked at again, and then said" {
	run -0 with '
		until ss -Htno state established | grep "timer:(persist" >/dev/null; do sleep 0.05; done
		for owners in "" --no-owners; do
			kaadvise sockets --hop idle=350s -f json $owners | fields verdict reason keepalive direction | sort || true
		done
		kaadvise sockets --hop idle=350s --deep -f json | jq -r "select(.direction == \"outbound\") | \"\(.verdict) \(.keepalive)\"" || true
		kaadvise sockets --hop idle=350s --loopback | grep -o "unknown:window" || true
		kaadvise check --hop idle=350s | grep established || true' full
	assert_equal "$(grep -c "^unknown persist null outbound$" <<<"$output")" 2
	assert_equal "$(grep -c "^bare null false inbound$" <<<"$output")" 2
	assert_line "unknown true"
	assert_line "unknown:window"
	assert_line --partial "2 established connections: 1 bare, 1 unknown"
}

@test "unanswered probes show with the time that is left" {
	KA_VALUES="1 1 9" run -0 with '
		nft add table ip gone
		nft add chain ip gone input "{ type filter hook input priority 0; }"
		nft add rule ip gone input drop
		until [ -n "$(kaadvise sockets -f json --hop idle=60s --verdict probing)" ]; do sleep 0.1; done
		kaadvise sockets -f json --hop idle=60s --verdict probing | jq -r ".probes >= 1 and .dead_ms > 0 and .dead_ms < 12000"
		kaadvise sockets --hop idle=60s | grep -o "dead in" || true' alive
	assert_line "true"
	assert_line "dead in"
}

@test "JSON that is streamed is what is collected, and valid" {
	run -0 with '
		kaadvise sockets -f json --no-owners | jq -c "{cookie, inode, timer, verdict}" | sort >/tmp/one.$$
		kaadvise sockets -f json | tee -a '"$BATS_FILE_TMPDIR/documents"' | jq -c "{cookie, inode, timer, verdict}" | sort >/tmp/two.$$
		cmp /tmp/one.$$ /tmp/two.$$ && wc -l </tmp/one.$$; rm /tmp/one.$$ /tmp/two.$$
		kaadvise sockets -f json --hop idle=350s --deep --state all >>'"$BATS_FILE_TMPDIR/documents"' || true' \
		bare alive six pinned=50
	assert_output 8
	all_valid
}

@test "on a terminal it watches until it is told to stop, and leaves it as it was" {
	run -0 with '
		timeout 20 script -qec "stty rows 20 cols 70; exec $KAADVISE sockets --no-config --hop idle=350s --watch 1s" /var/lib/typescript </dev/null &
		until [ -f /var/lib/typescript ] && grep -aq "bare" /var/lib/typescript; do sleep 0.1; done
		watcher=$(pgrep -f "^$KAADVISE sockets")
		kill -WINCH "$watcher"
		sleep 0.3
		kill -INT "$watcher"
		wait $!
		grep -ac "established connections" /var/lib/typescript
		tail -c 200 /var/lib/typescript | cat -v' bare
	assert_output --partial "^[[?25h^[[?1049l"
	refused 2 KA-U010 sockets --watch 1s
}
