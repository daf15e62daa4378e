# The configuration file, waivers and baselines.
load common

setup() {
	cd "$BATS_TEST_TMPDIR"
	cat >waived.yaml <<-'END'
		kaadvise: 1
		path: [aws-nlb]
		waivers:
		  - {rule: KA201, reason: the balancer goes in January, until: 2027-01-31}
	END
}

# A day after the last one of waived.yaml.
LATER=1801440000

# image NAME [TIME]: an empty Debian 12 root, as far as the boot's sysctls go.
image() {
	mkdir -p "$1"/{etc/sysctl.d,usr/lib/sysctl.d,usr/lib/systemd/system}
	: >"$1/usr/lib/systemd/libsystemd-shared-252.so"
	: >"$1/usr/lib/systemd/system/systemd-sysctl.service"
	printf 'ID=debian\nVERSION_ID="12"\n' >"$1/usr/lib/os-release"
	[ -z "${2:-}" ] || echo "net.ipv4.tcp_keepalive_time = $2" >"$1/etc/sysctl.d/60-site.conf"
}

# In namespaces where ./etc is /etc/kaadvise: runs a shell script.
with_etc() {
	needs_namespaces
	run --separate-stderr unshare -n -m bash -euc '
		mount -t tmpfs none /var/lib && mount -t tmpfs none /mnt
		mkdir /mnt/sysctl.d && cp -a etc /mnt/kaadvise
		[ ! -e /etc/ld.so.cache ] || cp -a /etc/ld.so.cache /mnt/
		mount --bind /mnt /etc
		values() { paste -d/ /proc/sys/net/ipv4/tcp_keepalive_time \
			/proc/sys/net/ipv4/tcp_keepalive_intvl /proc/sys/net/ipv4/tcp_keepalive_probes; }
		kaadvise() { "$KAADVISE" "$@"; }
		eval "$1"' - "$1"
}

# row KEY: "FROM: VALUE" of a row of `config show -f json`.
row() {
	printf '%s\n' "$output" | /usr/bin/python3 -c '
import json, sys
rows = {row["key"]: row for row in map(json.loads, sys.stdin)}
row = rows.get(sys.argv[1])
print(f"{row['"'from'"']}: {row['"'value'"']}" if row else "none")' "$1"
}

# valid_baseline FILE...: what the published schema says.
valid_baseline() {
	run -0 /usr/bin/python3 -c '
import json, sys
import jsonschema
with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as file:
        jsonschema.Draft202012Validator(schema).validate(json.load(file))' \
		"$BATS_TEST_DIRNAME/../../docs/baseline.schema.json" "$@"
}

# ---- Where the configuration comes from, and what beats it

@test "plain check judges the default path of /etc/kaadvise/config.yaml" {
	mkdir -p etc
	printf 'kaadvise: 1\npath: [aws-nlb]\n' >etc/config.yaml
	with_etc 'kaadvise check -f json'
	assert_equal "$status $stderr" "1 "
	keep_output
	assert_equal "$(field 'report["path"]["profiles"][0]["id"]')" aws-nlb
	assert_equal "$(findings)" KA201
	with_etc 'kaadvise check --no-config -f json'
	assert_equal "$status" 0
	assert_equal "$(field 'report["path"]')" null
	with_etc 'kaadvise check -p linux-conntrack -f json'
	assert_equal "$(field '[profile["id"] for profile in report["path"]["profiles"]]')" \
		'["linux-conntrack"]'
}

@test "apply and recommend take the default path too" {
	mkdir -p etc
	printf 'kaadvise: 1\npath: [aws-nlb]\n' >etc/config.yaml
	with_etc 'kaadvise recommend -f json'
	assert_equal "$status" 0
	keep_output
	assert_equal "$(field 'report["recommendation"]["time_s"]')" 270
	with_etc 'kaadvise apply >/dev/null; values'
	assert_equal "$output" 270/10/7
}

@test "profiles of the site's directory and a file beside the configuration are part of a path" {
	mkdir -p etc/profiles
	printf 'kaadvise: 1\nid: fw\ntitle: FW\nhops: [{name: FW, idle_timeout: 100s, keepalive: refreshes}]\n' \
		>etc/profiles/fw.yaml
	sed 's/id: fw/id: other/; s/100s/90s/; s/FW/Other/g' etc/profiles/fw.yaml >etc/other.yaml
	printf 'kaadvise: 1\npath: [fw, other.yaml, ./other.yaml, {name: x, idle_timeout: 1h, keepalive: unknown}]\n' \
		>etc/config.yaml
	with_etc 'kaadvise check -f json'
	assert_equal "$status $stderr" "1 "
	keep_output
	assert_equal "$(field '[hop["name"] for hop in report["path"]["hops"]]')" \
		'["FW", "Other", "Other", "x"]'
	assert_equal "$(field 'report["path"]["profiles"][1]["origin"]')" /etc/kaadvise/other.yaml
}

@test "--config: files are relative to it, wherever one stands" {
	mkdir -p repository/profiles elsewhere
	printf 'kaadvise: 1\nid: fw\ntitle: FW\nhops: [{name: FW, idle_timeout: 100s, keepalive: refreshes}]\n' \
		>repository/profiles/fw.yaml
	printf 'kaadvise: 1\npath: [profiles/fw.yaml]\n' >repository/kaadvise.yaml
	report 1 check --settings 7200,75,9 --config repository/kaadvise.yaml
	assert_equal "$(field 'report["path"]["profiles"][0]["origin"]')" repository/profiles/fw.yaml
	cd elsewhere
	report 1 check --settings 7200,75,9 --config ../repository/kaadvise.yaml
	assert_equal "$(field 'report["path"]["profiles"][0]["origin"]')" ../repository/profiles/fw.yaml
	cd ../repository
	report 1 check --settings 7200,75,9 --config kaadvise.yaml
	report 1 check --settings 7200,75,9 --config "$PWD/kaadvise.yaml"
	assert_equal "$(field 'report["path"]["profiles"][0]["origin"]')" "$PWD/profiles/fw.yaml"
	printf 'kaadvise: 1\npath: ["%s/profiles/fw.yaml"]\n' "$PWD" >../elsewhere/absolute.yaml
	report 1 check --settings 7200,75,9 --config ../elsewhere/absolute.yaml
}

@test "flags beat the configuration, which beats profiles" {
	cat >profile.yaml <<-'END'
		kaadvise: 1
		id: strict
		title: Strict
		hops: [{name: LB, idle_timeout: 350s, keepalive: refreshes}]
		http: {server_keepalive: 75s}
		goals: {detect_within: 2m, lost_probes: 3}
	END
	cat >config.yaml <<-'END'
		kaadvise: 1
		path: [profile.yaml]
		side: server
		http: {server_keepalive: 90s}
		goals: {detect_within: 10m}
	END
	expect 0 config show --config config.yaml -f json
	assert_equal "$(row goals.detect_within)" "config.yaml:5: 10m"
	assert_equal "$(row goals.lost_probes)" "profile strict: 3"
	assert_equal "$(row http.server_keepalive)" "config.yaml:4: 1m30s"
	expect 0 config show --config config.yaml -f json --detect-within 5m --http-server 80s --side client
	assert_equal "$(row goals.detect_within)" "--detect-within: 5m"
	assert_equal "$(row http.server_keepalive)" "--http-server: 1m20s"
	assert_equal "$(row side)" "--side: client"
	report 0 recommend --config config.yaml
	assert_equal "$(field 'max(step["right_ms"] for step in report["recommendation"]["proof"])')" 600000
	report 0 recommend --config config.yaml --detect-within 5m
	assert_equal "$(field '[step["right_ms"] for step in report["recommendation"]["proof"]
		if step["constraint"] == "detect_within"]')" "[300000]"
	# Another path keeps the goals.
	report 0 recommend --config config.yaml --hop idle=1h
	assert_equal "$(field '[step["right_ms"] for step in report["recommendation"]["proof"]
		if step["constraint"] == "detect_within"]')" "[600000]"
}

# ---- What is refused

@test "a configuration that is named must be there; the default one need not" {
	refused 3 KA-P002 check --config absent.yaml
	says "absent.yaml: error:"
	refused 3 KA-P002 check --config .
	mkfifo fifo
	refused 3 KA-P002 check --config fifo
	expect 2 check --config
	mkdir -p etc
	with_etc 'kaadvise check --settings 7200,75,9 >/dev/null'
	assert_equal "$status $stderr" "0 "
}

@test "a malformed file stops with every error and its place; nothing is judged or changed" {
	mkdir -p etc
	printf 'kaadvise: 1\npath: [aws-nlb, 7]\nsides: x\ngoals: {detect_within: 10}\n' >etc/config.yaml
	for command in "check" "check --root /" "recommend" "apply" "config show"; do
		with_etc "kaadvise $command || echo \$?; values; ls -A /mnt/sysctl.d /var/lib | wc -w"
		assert_line --index 0 3
		assert_line --index 1 7200/75/9
		assert_line --index 2 2 # the names of the two, and nothing in them
		says "/etc/kaadvise/config.yaml:2:17: error: path: found \"7\""
		says "/etc/kaadvise/config.yaml:3:1: error: unknown key in the configuration"
		says "/etc/kaadvise/config.yaml:4:24: error: detect_within:"
		assert_equal "${#stderr_lines[@]}" 3
	done
}

@test "waivers of rules that are not there, and of KA703" {
	printf 'kaadvise: 1\nwaivers:\n  - {rule: KA250, reason: x}\n  - {rule: KA703, reason: y}\n  - {rule: "\\e[31m", reason: z}\n' \
		>bad.yaml
	expect 3 check --config bad.yaml
	assert_equal "$output" ""
	assert_regex "${stderr_lines[0]}" "^bad.yaml:5:12: error: .*\\[KA-P013\\]"
	sed -i '$d' bad.yaml
	expect 3 check --config bad.yaml
	assert_equal "$output" ""
	assert_equal "${stderr_lines[0]}" \
		"bad.yaml:3:5: error: a waiver's rule: found \"KA250\", expected a rule (\`kaadvise rules\`); did you mean KA210? [KA-C001]"
	assert_regex "${stderr_lines[1]}" "^bad.yaml:4:5: error: .*KA703.*\\[KA-C001\\]"
	{
		printf 'kaadvise: 1\nwaivers:\n'
		for number in {1..30}; do printf '  - {rule: no%s, reason: x}\n' "$number"; done
	} >many.yaml
	expect 3 check --config many.yaml
	assert_equal "$(grep -c 'KA-C001' <<<"$stderr")" 20
	says "and 10 more errors"
}

@test "an error in the path names the configuration and its line" {
	printf 'kaadvise: 1\npath:\n  - aws-nlb\n  - aws-nbl\n' >config.yaml
	refused 3 KA-P001 check --config config.yaml
	says "path of config.yaml:4: no profile has the id 'aws-nbl'"
	printf 'kaadvise: 1\npath: [./absent.yaml]\n' >config.yaml
	refused 3 KA-P002 check --config config.yaml
}

@test "hostile contents and names never reach the terminal" {
	printf 'kaadvise: 1\nside: "\\e]0;x\\a"\n\033[31m: 1\n' >evil.yaml
	expect 3 check --config evil.yaml
	no_control_characters
	printf 'kaadvise: 1\npath: [{name: "a\\u202eb", idle_timeout: 60s, keepalive: refreshes}]\n' >evil.yaml
	expect 3 check --config evil.yaml
	no_control_characters
	cp waived.yaml "$(printf 'e\033[31mvil.yaml')"
	for command in check "config show"; do
		SOURCE_DATE_EPOCH=$LATER run --separate-stderr "$KAADVISE" $command \
			--config "$(printf 'e\033[31mvil.yaml')"
		no_control_characters
		assert_output --partial 'e\x1b[31mvil.yaml'
	done
	head -c 70000 /dev/zero >large.yaml
	refused 3 KA-P003 check --config large.yaml
}

# ---- Waivers

@test "a waived finding is shown as waived and does not fail" {
	report 0 check --config waived.yaml --settings 7200,75,9
	assert_equal "$(findings)" KA201
	assert_equal "$(field 'report["verdict"]')" pass
	assert_equal "$(field 'report["findings"][0]["waiver"]')" \
		'{"reason": "the balancer goes in January", "until": "2027-01-31"}'
	expect 0 check --config waived.yaml --settings 7200,75,9
	assert_output --partial "Findings (1 waived)"
	assert_output --partial "error KA201: NLB forgets"
	assert_output --partial "    waived until 2027-01-31: the balancer goes in January"
	refute_output --partial $'\033'
	expect 0 check --config waived.yaml --settings 7200,75,9 --color always
	assert_output --partial $'\033[2m'
	# Other findings of the same run fail as ever.
	expect 1 check --config waived.yaml --settings 7200,75,9 --detect-within 1m
	assert_output --partial "KA206"
}

@test "it holds through its last day; the day after, it fails and says so" {
	SOURCE_DATE_EPOCH=$((LATER - 1)) report 0 check --config waived.yaml --settings 7200,75,9
	SOURCE_DATE_EPOCH=$LATER report 1 check --config waived.yaml --settings 7200,75,9
	assert_equal "$(findings)" "KA201 KA703"
	assert_equal "$(field 'report["findings"][0]["waiver"]')" null
	assert_equal "$(field 'report["findings"][1]["location"]')" \
		'{"file": "waived.yaml", "line": 4, "column": 5}'
	assert_equal "$(field 'report["findings"][1]["data"]')" '{"rule": "KA201", "until": "2027-01-31"}'
	# Also where nothing needs it any more.
	SOURCE_DATE_EPOCH=$LATER report 1 check --config waived.yaml --settings 270,10,7
	assert_equal "$(findings)" KA703
}

@test "an expired waiver cannot be waived, but a baseline may have it" {
	SOURCE_DATE_EPOCH=$LATER expect 0 check --config waived.yaml --settings 270,10,7 \
		--write-baseline baseline.json
	SOURCE_DATE_EPOCH=$LATER report 0 check --config waived.yaml --settings 270,10,7 \
		--baseline baseline.json
	assert_equal "$(findings)" KA703
}

@test "a waiver may be narrowed to a hop" {
	cat >narrow.yaml <<-'END'
		kaadvise: 1
		path:
		  - {name: old, idle_timeout: 300s, keepalive: refreshes}
		  - {name: new, idle_timeout: 300s, keepalive: refreshes}
		waivers:
		  - {rule: KA201, reason: leased until spring, hop: old}
	END
	report 1 check --config narrow.yaml --settings 7200,75,9
	assert_equal "$(field '[(finding["data"]["name"], finding["waiver"] is not None)
		for finding in report["findings"]]')" '[["old", true], ["new", false]]'
}

@test "a waiver may be narrowed to files" {
	image slow 600
	printf 'kaadvise: 1\npath: [aws-nlb]\nwaivers:\n  - {rule: KA201, reason: x, file: "/etc/sysctl.d/*-site.conf"}\n' \
		>file.yaml
	report 0 check --config file.yaml --root slow
	assert_equal "$(field 'report["findings"][0]["waiver"]["until"]')" null
	expect 0 check --config file.yaml --root slow
	assert_output --partial "    waived: x"
	sed -i 's/-site/-host/' file.yaml
	report 1 check --config file.yaml --root slow
	# A finding without a place is about no file.
	sed -i 's/-host.conf/*/' file.yaml
	report 1 check --config file.yaml --settings 7200,75,9
}

@test "a waiver may be narrowed to namespaces, by the name that was given" {
	mkdir -p etc
	printf 'kaadvise: 1\npath: [aws-nlb]\nwaivers: [{rule: KA201, reason: x, namespace: web*}]\n' >etc/config.yaml
	with_etc '
		mkdir -p /run/netns && mount -t tmpfs none /run/netns
		ip netns add web1; ip netns add db1
		kaadvise check --netns web1 >/dev/null; echo "web1 passes"
		kaadvise check --netns db1 >/dev/null || echo "db1: $?"
		kaadvise check >/dev/null || echo "here: $?"
		ip netns del web1; ip netns del db1'
	assert_output - <<-'END'
		web1 passes
		db1: 1
		here: 1
	END
}

@test "every format shows a waived finding as one" {
	expect 0 check --config waived.yaml --settings 7200,75,9 -f json:a.json -f sarif:a.sarif \
		-f junit:a.xml -f github:a.txt -f text
	assert_output --partial "waived until 2027-01-31: the balancer goes in January"
	keep a.json
	run -0 /usr/bin/python3 -c '
import json
result, = json.load(open("a.sarif"))["runs"][0]["results"]
print(result["level"], json.dumps(result["suppressions"]))'
	assert_output 'error [{"kind": "external", "status": "accepted", "justification": "waived until 2027-01-31: the balancer goes in January"}]'
	run -0 grep -c '<skipped message="waived until 2027-01-31: the balancer goes in January">error: NLB forgets' a.xml
	run -0 grep 'failures="0" errors="0" skipped="1"' a.xml
	run -0 cat a.txt
	assert_output --regexp '^::notice title=KA201 .*%0Awaived until 2027-01-31: the balancer goes in January$'
	# recommend, whose report is the same one.
	report 0 recommend --config waived.yaml
	assert_equal "$(field 'report["findings"][0]["waiver"]["until"]')" 2027-01-31
}

@test "many images: the line of each counts what is waived, and shows it" {
	image slow 600
	image good 200
	expect 0 check --config waived.yaml --root slow --root good
	assert_line --index 0 "slow: pass: 600,75,9 (systemd-252), 1 waived"
	assert_line --index 1 --regexp '^slow/etc/sysctl.d/60-site.conf:1:31: error: .* \[KA201\] \(waived until 2027-01-31: the balancer goes in January\)$'
	assert_line --index 2 "good: pass: 200,75,9 (systemd-252)"
	SOURCE_DATE_EPOCH=$LATER expect 1 check --config waived.yaml --root slow --root good
	assert_line --index 2 --regexp '^waived.yaml:4:5: warning: .* \[KA703\]$'
}

@test "of an image, the waiver's own place is not one inside it" {
	image slow 600
	SOURCE_DATE_EPOCH=$LATER expect 1 check --config ./waived.yaml --root slow -f sarif:a.sarif -f junit:a.xml \
		-f github
	assert_line --partial "::warning file=waived.yaml,line=4,title=KA703 "
	run -0 grep -c 'warning: waived.yaml:4: ' a.xml
	run -0 grep -c '"uri":"waived.yaml"},"region":{"startLine":4}' a.sarif
	SOURCE_DATE_EPOCH=$LATER expect 1 check --config "$PWD/waived.yaml" --root slow -f github
	assert_line --partial "file=$PWD/waived.yaml,line=4"
}

# ---- Baselines

@test "a baseline: what is in it passes, what is new fails, what is gone is told" {
	expect 0 check --settings 7200,75,9 -p aws-nlb --write-baseline baseline.json -f json
	assert_equal "$(field 'report["verdict"]')" pass
	run -0 cat baseline.json
	assert_output - <<-'END'
		{"schema": "kaadvise.baseline/1", "findings": [
		{"subject": "settings", "rule": "KA201", "severity": "error", "about": "hop NLB", "count": 1}
		]}
	END
	# Other numbers, the same finding.
	report 0 check --settings 3600,75,9 -p aws-nlb --baseline baseline.json
	assert_equal "$stderr" ""
	assert_equal "$(field 'report["findings"][0]["waiver"]')" \
		'{"reason": "in the baseline baseline.json", "until": null}'
	report 1 check --settings 3600,75,9 -p aws-nlb --detect-within 2m --baseline baseline.json
	assert_equal "$(field '[finding["rule"] for finding in report["findings"]
		if not finding["waiver"] and finding["severity"] != "note"]')" '["KA206"]'
	expect 0 check --settings 270,10,7 -p aws-nlb --baseline baseline.json
	assert_equal "${stderr_lines[0]}" "kaadvise: gone: KA201 of settings (error, hop NLB), 1 of 1"
	says "--write-baseline baseline.json"
	refused 2 KA-U004 check --baseline baseline.json --write-baseline baseline.json
	# Written anew, it is empty, and then the finding is a new one.
	expect 0 check --settings 270,10,7 -p aws-nlb --write-baseline baseline.json
	expect 1 check --settings 7200,75,9 -p aws-nlb --baseline baseline.json
	assert_equal "$stderr" ""
}

@test "a baseline counts: two like findings are not one" {
	expect 0 check --settings 7200,75,9 --hop idle=300s,name=x --write-baseline one.json
	report 1 check --settings 7200,75,9 --hop idle=300s,name=x --hop idle=200s,name=x --baseline one.json
	assert_equal "$(field '[finding["waiver"] is None for finding in report["findings"]]')" "[false, true]"
	expect 0 check --settings 7200,75,9 --hop idle=300s,name=x --hop idle=200s,name=x --write-baseline two.json
	run -0 grep -c '"count": 2' two.json
	report 0 check --settings 7200,75,9 --hop idle=300s,name=x --baseline two.json
	says "gone: KA201 of settings (error, hop x), 1 of 2"
}

@test "a finding that turned graver is a new one" {
	expect 0 check --settings 7200,75,9 -p aws-nlb --http-server 75s --http-client 60s \
		--write-baseline baseline.json
	run -0 grep -c '"KA201", "severity": "note"' baseline.json
	expect 1 check --settings 7200,75,9 -p aws-nlb --baseline baseline.json
	says "gone: KA201 of settings (note, hop NLB), 1 of 1"
}

@test "what the configuration waives is not in the baseline, and not gone either" {
	expect 0 check --settings 7200,75,9 -p aws-nlb --write-baseline full.json
	expect 0 check --settings 7200,75,9 --config waived.yaml --write-baseline empty.json
	valid_baseline full.json empty.json
	run -0 grep -c KA201 full.json
	run -1 grep -c KA201 empty.json
	report 0 check --settings 7200,75,9 --config waived.yaml --baseline full.json
	assert_equal "$stderr" ""
	assert_equal "$(field 'report["findings"][0]["waiver"]["until"]')" 2027-01-31
}

@test "a baseline of several images, however many look at them, in whatever order" {
	local name
	for name in a b c d e f; do image "$name" 600; done
	expect 0 check -p aws-nlb --root a --root b --root c --root d --write-baseline baseline.json
	assert_line --index 0 --regexp '^a: pass'
	run -0 grep -c '"about": "hop NLB, file /etc/sysctl.d/60-site.conf"' baseline.json
	assert_output 4
	expect 0 check -p aws-nlb --jobs 3 --root d --root c --root b --root a --write-baseline other.json
	run -0 cmp baseline.json other.json
	valid_baseline baseline.json
	echo "net.ipv4.tcp_keepalive_time = 200" >b/etc/sysctl.d/60-site.conf
	expect 1 check -p aws-nlb --jobs 3 --root e --root d --root c --root b --root a \
		--baseline baseline.json
	assert_line --partial "a: pass: 600,75,9 (systemd-252), 1 waived"
	assert_line --partial "e: fail: 600,75,9 (systemd-252)"
	says "gone: KA201 of root b (error, hop NLB, file /etc/sysctl.d/60-site.conf), 1 of 1"
	assert_equal "${#stderr_lines[@]}" 2
	# What was not looked at is not gone.
	expect 0 check -p aws-nlb --root a --baseline baseline.json
	assert_equal "$stderr" ""
	# The same image twice is not two findings.
	expect 0 check -p aws-nlb --root a --root a --baseline baseline.json
	assert_equal "$stderr" ""
	expect 0 check -p aws-nlb --root a --root a --write-baseline again.json
	run -0 grep -c '"count": 1' again.json
	assert_output 1
}

@test "an image that cannot be read: no baseline is written, and nothing of it is gone" {
	image a 600
	image b 600
	expect 0 check -p aws-nlb --root a --root b --write-baseline baseline.json
	cp baseline.json before.json
	rm -r b
	expect 4 check -p aws-nlb --root a --root b --write-baseline baseline.json
	says "baseline.json is not written, because not every subject could be read"
	run -0 cmp baseline.json before.json
	expect 4 check -p aws-nlb --root a --root b --baseline baseline.json
	refute_regex "$stderr" "gone"
}

@test "names that are no text are told apart all the same" {
	local name
	name=$(printf 'x\033[31m\377')
	image "$name" 600
	expect 0 check -p aws-nlb --root "$name" --write-baseline baseline.json
	valid_baseline baseline.json
	run -0 grep -cF '"root x\\x1b[31m\\xff"' baseline.json
	expect 0 check -p aws-nlb --root "$name" --baseline baseline.json
	rm "$name/etc/sysctl.d/60-site.conf"
	expect 1 check -p aws-nlb --root "$name" --baseline baseline.json
	says 'gone: KA201 of root x\x1b[31m\xff'
	no_control_characters
}

@test "a damaged baseline stops before anything is judged" {
	local line
	refused 3 KA-C002 check --settings 7200,75,9 --baseline absent.json
	says "absent.json: error:"
	refused 3 KA-C002 check --settings 7200,75,9 --baseline .
	: >empty.json
	refused 3 KA-C002 check --settings 7200,75,9 --baseline empty.json
	expect 0 check --settings 7200,75,9 -p aws-nlb --write-baseline good.json
	while read -r line; do
		sed "$line" good.json >bad.json
		! cmp -s good.json bad.json || fail "nothing changed by $line"
		refused 3 KA-C002 check --settings 7200,75,9 --baseline bad.json
		says "bad.json"
		no_control_characters
	done <<-'END'
		s/baseline.1/baseline\/2/
		s/"findings"/"finding"/
		s/"count": 1/"count": 0/
		s/"count": 1/"count": 1.5/
		s/"count": 1/"count": "1"/
		s/, "count": 1//
		s/"count": 1/"count": 1, "more": 1/
		s/"count": 1/"count": 1, "count": 1/
		s/"KA201"/"KA2"/
		s/"error"/"fatal"/
		s/"settings"/"setting"/
		s/"settings"/"settings x"/
		s/"settings"/"root "/
		s/hop NLB/hop \\u001b[31m/
		2s/$/,/
		2s/.*/&,\n&/
		3d
		$s/$/x/
		2s/.*/[]/
		s/\[$/{/
	END
	printf '{\n"schema": 1x}' >bad.json
	refused 3 KA-C002 check --settings 7200,75,9 --baseline bad.json
	assert_regex "$stderr" '^bad.json:2:[0-9]+: error: '
	head -c 9000000 /dev/zero >large.json
	refused 3 KA-C002 check --settings 7200,75,9 --baseline large.json
}

@test "a baseline that cannot be written is an error, and leaves what was there" {
	refused_to_write() {
		expect 4 check --settings 7200,75,9 --write-baseline "$1"
		assert_regex "$stderr" '\[KA-S007\]$'
	}
	refused_to_write absent/baseline.json
	refused_to_write ./
	mkdir directory
	refused_to_write directory
	ln -s target.json link.json
	refused_to_write link.json
	[ ! -e target.json ]
	mkdir other
	expect 0 check --settings 7200,75,9 --write-baseline other/baseline.json
	run -0 ls -A other
	assert_output baseline.json
}

# ---- config show

@test "config show: a table, and rows for programs" {
	cat >config.yaml <<-'END'
		kaadvise: 1
		path:
		  - aws-alb
		  - "https://example.org/x.yaml?token=secret"
		goals:
		  margin: 20s
		waivers:
		  - {rule: KA205, reason: asked, until: 2027-01-31, hop: NLB}
		  - {rule: KA204, reason: forgotten, until: 2026-11-21, file: "/x*", namespace: web}
	END
	expect 0 config show --config config.yaml -p node-http --hop idle=1h,name=FW --idle FW=2h -f json
	keep_output
	assert_equal "$(row configuration)" "--config: config.yaml"
	assert_equal "$(row path.1)" "-p: node-http"
	assert_equal "$(row path.2)" \
		"--hop: hop FW: idle 1h, layer 4, keepalive refreshes, expiry silent"
	assert_equal "$(row idle.FW)" "--idle: 2h"
	assert_equal "$(row side)" "default: both"
	assert_equal "$(row http.server_keepalive)" "profile node-http: 5s"
	assert_equal "$(row goals.detect_within)" "default: 15m, to choose"
	assert_equal "$(row goals.survive_outage)" "default: 1m"
	assert_equal "$(row goals.lost_probes)" "default: 1"
	assert_equal "$(row goals.margin)" "config.yaml:6: 20s"
	assert_equal "$(row goals.min_time)" "default: 15s"
	assert_equal "$(row waivers.1)" "config.yaml:8: holds: KA205, until 2027-01-31, hop NLB: asked"
	assert_equal "$(row waivers.2)" \
		"config.yaml:9: expired: KA204, until 2026-11-21, file /x*, namespace web: forgotten"
	expect 0 config show --config config.yaml -p aws-alb --detect-within 1m
	assert_line --regexp '^goals.detect_within +--detect-within +1m$'
	assert_line --regexp '^goals.survive_outage +default +20s$'
}

@test "config show without a configuration says so" {
	expect 0 config show --no-config -f json
	keep_output
	assert_equal "$(row configuration)" "configuration: none: --no-config"
	assert_equal "$(row path)" "default: none"
	mkdir -p etc
	with_etc 'kaadvise config show -f json'
	assert_equal "$(row configuration)" "configuration: none: /etc/kaadvise/config.yaml is not there"
	printf 'kaadvise: 1\nside: client\nhttp: {only: true, client_closes: active}\n' >etc/config.yaml
	with_etc 'kaadvise config show -f json'
	keep_output
	assert_equal "$(row configuration)" "default: /etc/kaadvise/config.yaml"
	assert_equal "$(row side)" "/etc/kaadvise/config.yaml:2: client"
	assert_equal "$(row http.only)" "/etc/kaadvise/config.yaml:3: true"
	assert_equal "$(row http.client_closes)" "/etc/kaadvise/config.yaml:3: active"
}

@test "config show: values of profiles and their words" {
	cat >a.yaml <<-'END'
		kaadvise: 1
		id: a
		title: A
		http: {client_keepalive: 30s, client_closes: active, only: true}
		goals: {margin: 5%, min_time: 20s}
	END
	sed 's/id: a/id: b/; s/5%/10s/' a.yaml >b.yaml
	expect 0 config show --no-config -p ./a.yaml -p ./b.yaml -f json
	keep_output
	assert_equal "$(row http.client_keepalive)" "profile a, b: 30s"
	assert_equal "$(row http.client_closes)" "profile a, b: active"
	assert_equal "$(row http.only)" "profile a, b: true"
	assert_equal "$(row goals.margin)" "profile a, b: 5% or 10s"
	assert_equal "$(row goals.min_time)" "profile a, b: 20s"
	expect 0 config show --no-config -p ./a.yaml --margin 10% --http-client 40s --http-only -f json
	assert_equal "$(row goals.margin)" "--margin: 10%"
	assert_equal "$(row http.client_keepalive)" "--http-client: 40s"
	assert_equal "$(row http.only)" "--http-only: true"
}

@test "config has one action, and its errors are those of check" {
	refused 2 KA-U003 config list
	refused 2 KA-U005 config
	refused 3 KA-P002 config show --config absent.yaml
	refused 3 KA-P001 config show --no-config -p aws-nbl
}

@test "all of it is what the schemas say" {
	all_valid
}
