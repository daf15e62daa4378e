# What check and recommend say, in text, in JSON and by their exit codes.
load common

@test "exit codes follow the gravest finding and --fail-on" {
	expect 0 check --settings 7200,75,9
	expect 1 check --settings 7200,75,9 -p aws-nlb
	expect 0 check --settings 7200,75,9 -p aws-nlb --fail-on never
	expect 1 check --settings 7200,75,9 -p aws-nlb --fail-on error
	expect 1 check --settings 320,29,9 --hop idle=350s --hz 250
	expect 0 check --settings 320,29,9 --hop idle=350s --hz 250 --fail-on error
	expect 0 check --settings 7200,75,9 -p aws-alb
	expect 1 check --settings 7200,75,9 -p aws-alb --fail-on note
	expect 0 check --settings 270,10,7 -p aws-nlb --fail-on note
}

@test "the verdict is the exit code's" {
	report 1 check --settings 7200,75,9 -p aws-nlb
	assert_equal "$(field 'report["verdict"]')" fail
	report 0 check --settings 7200,75,9 -p aws-nlb --fail-on never
	assert_equal "$(field 'report["verdict"]')" pass
	report 0 recommend -p aws-nlb
	assert_equal "$(field 'report["verdict"]')" pass
	report 1 recommend --hop idle=2s
	assert_equal "$(field 'report["verdict"]')" fail
}

@test "aws-nlb with the kernel's values: KA201, and 270/10/7 with its proof" {
	report 1 check --settings 7200,75,9 -p aws-nlb
	assert_equal "$(findings)" KA201
	assert_equal "$(field '[report["recommendation"][key] for key in ("time_s", "intvl_s", "probes")]')" \
		"[270, 10, 7]"
	assert_equal "$(field '[step["constraint"] for step in report["recommendation"]["proof"]]')" \
		'["hop:1", "detect_within", "survive_outage", "lost_probes", "min_time"]'
	assert_equal "$(field 'min(step["slack_ms"] for step in report["recommendation"]["proof"]) >= 0')" \
		true
}

@test "aws-alb: no sysctl helps" {
	expect 0 check --settings 7200,75,9 -p aws-alb
	assert_output --partial "no sysctl can help"
	report 0 check --settings 7200,75,9 -p aws-alb
	assert_equal "$(field 'report["path"]["hops"][0]["ok"]')" null
	assert_equal "$(field 'report["recommendation"]["change"]')" false
}

@test "azure-lb and linux-ipvs are composed" {
	report 1 check --settings 7200,75,9 -p azure-lb -p linux-ipvs
	assert_equal "$(field '[hop["idle_timeout_s"] for hop in report["path"]["hops"]]')" "[240, 900]"
	assert_equal "$(field '[profile["id"] for profile in report["path"]["profiles"]]')" \
		'["azure-lb", "linux-ipvs"]'
	assert_equal "$(field 'len([f for f in report["findings"] if f["rule"] == "KA201"])')" 2
	# What satisfies the tighter one.
	assert_equal "$(field 'report["recommendation"]["time_s"]')" 180
}

@test "aws-alb in front of node-http: the race of KA301" {
	report 1 check --settings 7200,75,9 -p aws-alb -p node-http
	assert_equal "$(field '[f["severity"] for f in report["findings"] if f["rule"] == "KA301"]')" \
		'["warning"]'
}

@test "profiles and hops keep the order given" {
	report 1 check --settings 7200,75,9 --hop idle=60s,name=first -p aws-nlb --hop idle=90s
	assert_equal "$(field '[hop["name"] for hop in report["path"]["hops"]]')" \
		'["first", "NLB", "hop2"]'
}

@test "an unsatisfiable goal names what cannot hold together" {
	report 1 recommend --hop idle=350s --detect-within 30s --survive-outage 60s
	assert_equal "$(field '[item["constraint"] for item in report["unsatisfiable"]]')" \
		'["detect_within", "survive_outage"]'
	assert_equal "$(field 'report["recommendation"]')" null
}

@test "--idle: a site's own timeout, by name, profile and number" {
	for hop in NLB aws-nlb 1; do
		report 0 check --settings 300,75,9 -p aws-nlb --idle $hop=413s
		assert_equal "$(field 'report["path"]["hops"][0]["idle_timeout_s"]')" 413
	done
	expect 1 check --settings 300,75,9 -p aws-nlb --idle NLB=412s
	expect 0 recommend -p aws-nlb --idle NLB=7000s -f sysctl
	says "goes from 60 s to 6000 s: 7000 s is taken as given"
	refused 2 KA-U002 check -p aws-nlb --idle NLB
	refused 2 KA-U002 check -p aws-nlb --idle =400s
	refused 2 KA-U002 check -p aws-nlb --idle NLB=400
	refused 2 KA-U002 check -p aws-nlb --idle other=400s
	refused 2 KA-U002 check --idle NLB=400s
}

@test "a remedy names the setting and what would do, within its range" {
	expect 1 check --settings 300,75,9 -p aws-nlb
	[[ $(printf %s "$output" | tr -s '\n ' '  ') == *"raise the idle timeout of NLB to 413 s"*"tcp.idle_timeout.seconds"* ]]
	report 1 check --settings 300,75,9 -p aws-nlb
	assert_equal "$(field 'report["findings"][0]["data"]["idle_timeout_enough_s"]')" 413
	expect 1 check --settings 7200,75,9 -p aws-nlb
	[[ $(printf %s "$output" | tr -s '\n ' '  ') == *"can be set to 6000 s at most, which is not enough"* ]]
	report 1 check --settings 7200,75,9 -p aws-nlb
	assert_equal "$(field '"idle_timeout_enough_s" in report["findings"][0]["data"]')" false
	# The proxy's side towards its servers, where that can be set.
	expect 1 check --settings 7200,75,9 -p aws-alb -p node-http
	[[ $(printf %s "$output" | tr -s '\n ' '  ') == *"or lower the idle timeout of ALB below 5 s"* ]]
	expect 1 check --settings 7200,75,9 -p gcp-alb -p nginx
	[[ $output == *"Raise the server's HTTP keepalive above 600 s."* ]]
}

@test "several formats, each to its own file" {
	cd "$BATS_TEST_TMPDIR"
	expect 0 recommend -p aws-nlb -f text -f json:a.json -f sysctl:b.conf
	assert_line "Recommended: 270/10/7"
	keep a.json
	assert_equal "$(wc -l <a.json)" 1
	assert_equal "$(grep -c '^net.ipv4.tcp_keepalive_' b.conf)" 3
	# A file is replaced, not added to.
	expect 0 recommend -p aws-nlb -f json:a.json
	assert_output ""
	assert_equal "$(wc -l <a.json)" 1
}

@test "a snippet can be loaded by sysctl" {
	needs_namespaces
	"$KAADVISE" recommend -p aws-nlb -f "sysctl:$BATS_TEST_TMPDIR/x.conf"
	run -0 unshare --net sysctl -p "$BATS_TEST_TMPDIR/x.conf"
	assert_line "net.ipv4.tcp_keepalive_time = 270"
}

@test "recommend keeps good values and reads no host" {
	report 0 recommend -p aws-nlb --settings 250,10,8
	assert_equal "$(field 'report["recommendation"]["change"]')" false
	assert_equal "$(field 'report["subject"]["kind"]')" settings
	# The leak checker of instrumented builds does not work under a tracer.
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -e trace=openat,socket \
		-o "$BATS_TEST_TMPDIR/trace" "$KAADVISE" recommend -p aws-nlb
	run -1 grep -E '/proc/sys|socket\(' "$BATS_TEST_TMPDIR/trace"
}

@test "colour: never in a pipe, always when asked, NO_COLOR only for auto" {
	expect 1 check --settings 7200,75,9 -p aws-nlb
	no_control_characters
	expect 1 check --settings 7200,75,9 -p aws-nlb --color always
	[[ $output == *$'\033['* ]]
	NO_COLOR=1 expect 1 check --settings 7200,75,9 -p aws-nlb --color always
	[[ $output == *$'\033['* ]]
	expect 1 check --settings 7200,75,9 -p aws-nlb --color never
	no_control_characters
}

@test "colour on a terminal, unless NO_COLOR or a dumb one" {
	in_terminal() {
		run -0 script -qec "$1 $KAADVISE check --settings 7200,75,9 ${2-}" /dev/null
	}
	in_terminal "env TERM=xterm"
	[[ $output == *$'\033['* ]]
	in_terminal "env TERM=xterm NO_COLOR="
	[[ $output == *$'\033['* ]]
	in_terminal "env TERM=xterm NO_COLOR=1"
	[[ $output != *$'\033['* ]]
	in_terminal "env TERM=dumb"
	[[ $output != *$'\033['* ]]
	in_terminal "env -u TERM"
	[[ $output != *$'\033['* ]]
	in_terminal "env TERM=xterm" "--color never"
	[[ $output != *$'\033['* ]]
}

@test "today comes from SOURCE_DATE_EPOCH" {
	SOURCE_DATE_EPOCH=1830000000 report 1 check --settings 7200,75,9 -p aws-nlb
	assert_equal "$(findings)" "KA201 KA701"
	SOURCE_DATE_EPOCH=1795305600 report 1 check --settings 7200,75,9 -p aws-nlb
	assert_equal "$(findings)" KA201
	# Anything else is not a date, and the clock decides.
	SOURCE_DATE_EPOCH=tomorrow report 1 check --settings 7200,75,9 -p aws-nlb
}

@test "--hz host is this machine's rate" {
	report 0 recommend -p aws-nlb --hz host
	assert_equal "$(field 'report["hz"]')" \
		"$(/usr/bin/python3 -c 'import time; print(round(1 / time.clock_getres(6)))')"
}

@test "--netns of nothing: KA-S004" {
	refused 4 KA-S004 check --netns no-such-namespace
	refused 4 KA-S004 check --netns 999999999
	refused 4 KA-S004 check --netns /no/such/file
	refused 4 KA-S004 check --netns /etc/passwd
	refused 4 KA-S004 check --netns ../netns
	refused 4 KA-S004 check --netns /proc/self/ns/mnt
	refused 4 KA-S004 check --netns $'\033[31m'
	no_control_characters
}

@test "every JSON document validates" {
	all_valid
}
