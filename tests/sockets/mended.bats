# Re-arming and switching on, through duplicates of other programs' sockets.
load common

@test "armed at 7200 s, late once the values are lowered, then re-armed and not pinned" {
	run -0 with '
		timers() { ss -Htno state established "dport = :8080" | grep -o "timer:(keepalive,[0-9]*[a-z]*" || echo none; }
		timers
		kaadvise apply --set 300,10,9 --live-only >/dev/null
		timers
		kaadvise sockets --hop idle=350s -f json --port 8080 | jq -r "select(.direction == \"outbound\") | .verdict"
		kaadvise check --hop idle=350s -f json | jq -r ".findings[] | select(.rule == \"KA503\") | .severity"
		kaadvise sockets --hop idle=350s --rearm
		timers
		kaadvise sockets --hop idle=350s --deep -f json | jq -r "select(.direction == \"outbound\") | \"\(.verdict) \(.settings.time)\""
		set_values 200 10 9
		kaadvise sockets --hop idle=350s --deep -f json | jq -r "select(.direction == \"outbound\") | .settings.time"' alive
	assert_output --regexp "timer:\\(keepalive,(120|119)min
timer:\\(keepalive,(120|119)min
late
note
mended 10.9.0.2:[0-9]+ to 10.9.0.1:8080 of programs.py\\([0-9]+\\) fd [0-9]+: timer [0-9.]+ s ->
  300 s
1 of 1 mended, 0 gone, 0 in no need, 0 refused
timer:\\(keepalive,(5|4)min
safe 300
200"
}

@test "one that has been idle too long is armed while time is 1, and time is what it was" {
	KA_VALUES="7200 75 9" run -0 with '
		sleep 2.2
		set_values 3 1 5
		kaadvise sockets --hop idle=6s --rearm -f json >/var/lib/lines
		jq -r "\"\(.result) \(.how) \(.timer_ms <= 1000)\"" /var/lib/lines
		cat /var/lib/lines >>'"$BATS_FILE_TMPDIR/documents"'
		values
		kaadvise history | sed -n 2p | tr -s " "
		sleep 1.3
		kaadvise sockets --hop idle=6s -f json | jq -r "select(.direction == \"outbound\") | .verdict"
		ss -Htno state established "dport = :8080" | grep -o "timer:(keepalive,[0-9.]*m*s" | wc -l' alive alive
	assert_line "mended toggle-at-one true"
	assert_line "3/1/5"
	assert_line --regexp "rearm .* 3/1/5 1/1/5 put-back"
	assert_equal "$(grep -cx safe <<<"$output")" 2
	refute_line late
	all_valid
}

@test "where time cannot be 1 for a moment that is said, and the plain way still works" {
	KA_VALUES="7200 75 9" run -0 with '
		sleep 2.2
		set_values 3 1 5
		mount -o bind,ro /proc/sys /proc/sys
		kaadvise sockets --hop idle=6s --rearm || echo "exit $?"
		kaadvise sockets --hop idle=60s --rearm | tail -n 1
		ls /var/lib' alive
	assert_output --partial "cannot be 1 for a"
	assert_line "exit 4"
	assert_line "1 of 1 mended, 0 gone, 0 in no need, 0 refused"
	refute_line kaadvise
}

@test "a run that dies while time is 1 is put right by the next one" {
	KA_VALUES="7200 75 9" run -0 with '
		sleep 2.2
		set_values 3 1 5
		kaadvise sockets --hop idle=6s --rearm >/dev/null
		record=/var/lib/kaadvise/journal/000001.json
		sed -i "s/put-back/begun/" $record
		echo 1 >/proc/sys/net/ipv4/tcp_keepalive_time
		kaadvise rollback
		values
		grep -o put-back $record' alive
	assert_output --partial "Transaction 1 (rearm) had died half-way: undone."
	assert_line "3/1/5"
	assert_line put-back
}

@test "keepalive is switched on for an unmodified nc, and its peer's death is noticed" {
	command -v nc >/dev/null || skip "nc is not installed"
	KA_VALUES="1 1 2" run -0 with '
		nc -s 10.9.0.2 10.9.0.1 8080 < <(exec sleep 1000) & client=$!
		until [ -n "$(kaadvise sockets -f json --process nc)" ]; do sleep 0.05; done
		kaadvise sockets --hop idle=60s -f json --process nc | jq -r .verdict || true
		kaadvise sockets --hop idle=60s --enable --process nc
		ss -Htno state established "dport = :8080" | grep -c "timer:(keepalive"
		ip address del 10.9.0.1/24 dev lo # its packets vanish: the server is another kernel that died
		nft add table ip gone
		nft add chain ip gone input "{ type filter hook input priority 0; }"
		nft add rule ip gone input drop
		wait $client || true
		echo "nc ended"'
	assert_line bare
	assert_line --partial "1 of 1 mended"
	assert_line 1
	assert_line "nc ended"
}

@test "only what the filters select is touched, and a dry run touches nothing" {
	KA_VALUES="300 10 9" run -0 with '
		count() { ss -Htno state established | grep -c "timer:(keepalive" || true; }
		kaadvise sockets --hop idle=350s --enable --dry-run | tail -n 1
		count
		kaadvise sockets --hop idle=350s --enable --process nobody-has-this-name | tail -n 1
		kaadvise sockets --hop idle=350s --enable --exclude address=10.9.0.2 | tail -n 1
		count
		port=$(ss -Htn state established "dport = :8080" | head -n 1 | sed -E "s/.*10.9.0.2:([0-9]+).*/\1/")
		kaadvise sockets --hop idle=350s --enable --port $port | tail -n 1
		count' bare bare bare
	assert_output - <<-'END'
		6 of 6 would be mended, 0 gone, 0 in no need, 0 refused
		0
		0 of 0 mended, 0 gone, 0 in no need, 0 refused
		0 of 0 mended, 0 gone, 0 in no need, 0 refused
		0
		2 of 2 mended, 0 gone, 0 in no need, 0 refused
		2
	END
}

@test "values of the program's own stay, unless --pin says otherwise" {
	KA_VALUES="300 10 9" run -0 with '
		set +e
		kaadvise sockets --hop idle=350s --rearm; echo "exit $?"
		kaadvise sockets --hop idle=350s --rearm --pin | tail -n 1; echo "exit $?"
		kaadvise sockets --hop idle=350s --deep -f json | jq -r "select(.direction == \"outbound\") | .settings.time"' pinned=600
	assert_output --partial "the program has"
	assert_line "0 of 1 mended, 0 gone, 0 in no need, 1 refused"
	assert_output --partial "[KA-A014]"
	assert_line "exit 4"
	assert_line "1 of 1 mended, 0 gone, 0 in no need, 0 refused"
	assert_line 300
}

@test "what is not permitted is said for each connection, and others go on" {
	KA_VALUES="300 10 9" run -0 with '
		cp "$KAADVISE" /var/lib/kaadvise-copy
		set +e
		setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace /var/lib/kaadvise-copy sockets --no-config --hop idle=350s --enable
		echo "exit $?"' bare
	assert_equal "$(grep -c "its process is not known" <<<"$output")" 2
	assert_line "0 of 2 mended, 0 gone, 0 in no need, 2 refused"
	assert_line "exit 4"
}

@test "changes are spread over time, and a signal ends them between two" {
	KA_VALUES="300 10 9" run -0 with '
		from=$(date +%s%N)
		kaadvise sockets --hop idle=350s --enable --port 8080 --over 1s | tail -n 1
		to=$(date +%s%N)
		echo "milliseconds $(((to - from) / 1000000))"
		for inode in $(kaadvise sockets -f json | fields inode); do echo $inode; done | wc -l' $(printf 'bare %.0s' {1..10})
	assert_line "20 of 20 mended, 0 gone, 0 in no need, 0 refused"
	ms=$(sed -n 's/^milliseconds //p' <<<"$output")
	[ "$ms" -ge 900 ]
	KA_VALUES="300 10 9" run -0 with '
		"$KAADVISE" sockets --no-config --hop idle=350s --enable --over 100s >/var/lib/said & mender=$!
		until grep -q mended /var/lib/said; do sleep 0.05; done
		kill -TERM $mender
		set +e
		wait $mender; echo "exit $?"
		tail -n 1 /var/lib/said
		ls /proc/$programs_PID/fd | wc -l' $(printf 'bare %.0s' {1..10})
	assert_line "exit 143"
	assert_line --regexp "of 20 mended, .*; stopped"
}

@test "apply says whom it does not help yet, and --rearm does it at once" {
	run -0 with '
		kaadvise apply --set 300,10,9 --live-only | sed -n "/Not helped/,\$p"
		echo ---
		kaadvise apply --set 200,10,9 --live-only --rearm | tail -n 1
		ss -Htno state established | grep -o "timer:(keepalive,[0-9]*min" | sort | uniq -c' alive bare
	assert_output --partial "Open connections whose timers were armed before: 1."
	assert_output --partial "Open connections without SO_KEEPALIVE"
	assert_line "1 of 1 mended, 0 gone, 0 in no need, 0 refused"
	assert_line "      1 timer:(keepalive,3min"
}

@test "the process keeps its descriptors, and nobody else gets one" {
	KA_VALUES="300 10 9" run -0 with '
		state() { ls -l /proc/$programs_PID/fd | awk "{print \$9, \$11}" | sort; grep -E "^State|^TracerPid" /proc/$programs_PID/status; }
		state >/var/lib/before
		kaadvise sockets --hop idle=350s --enable >/dev/null
		kaadvise sockets --hop idle=350s --deep >/dev/null
		state >/var/lib/after
		cmp /var/lib/before /var/lib/after && echo same' bare alive
	assert_output same
}
