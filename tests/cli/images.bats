# check --root: unpacked host images.
load common

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# image NAME: an empty Debian 12 root, as far as the boot's sysctls go.
image() {
	mkdir -p "$1"/{etc/sysctl.d,usr/lib/sysctl.d,usr/lib/systemd/system,usr/bin,run}
	: >"$1/usr/lib/systemd/libsystemd-shared-252.so"
	: >"$1/usr/lib/systemd/system/systemd-sysctl.service"
	printf 'ID=debian\nVERSION_ID="12"\n' >"$1/usr/lib/os-release"
}

# keep_alive NAME TIME INTVL PROBES: an image with these values.
keep_alive() {
	image "$1"
	printf 'net.ipv4.tcp_keepalive_time = %s\nnet.ipv4.tcp_keepalive_intvl = %s\n' "$2" "$3" \
		>"$1/etc/sysctl.d/60-keepalive.conf"
	printf 'net.ipv4.tcp_keepalive_probes = %s\n' "$4" >>"$1/etc/sysctl.d/60-keepalive.conf"
}

@test "an image without lines has the kernel's defaults, whatever this host has" {
	image plain
	report 1 check --root plain -p aws-nlb
	assert_equal "$(field 'report["subject"]')" '{"kind": "root", "name": "plain"}'
	assert_equal "$(field 'report["settings"]')" '{"time_s": 7200, "intvl_s": 75, "probes": 9}'
	assert_equal "$(field 'report["boot"]["loader"]')" systemd-252
	assert_equal "$(field 'list(report["boot"]["sources"].values())')" "[null, null, null]"
	report 0 check --root plain
}

@test "a finding points to the line that sets the value" {
	keep_alive slow 600 10 6
	report 1 check --root slow -p aws-nlb
	assert_equal "$(field 'report["findings"][0]["rule"]')" KA201
	assert_equal "$(field 'report["findings"][0]["location"]')" \
		'{"file": "/etc/sysctl.d/60-keepalive.conf", "line": 1, "column": 31}'
	assert_equal "$(field 'report["boot"]["sources"]["net.ipv4.tcp_keepalive_probes"]')" \
		'{"file": "/etc/sysctl.d/60-keepalive.conf", "line": 3}'
}

@test "text shows the winning line as compilers do, and the lines below it" {
	keep_alive slow 600 10 6
	echo 'net.ipv4.tcp_keepalive_time = 900' >slow/usr/lib/sysctl.d/50-vendor.conf
	expect 1 check --root slow -p aws-nlb
	assert_output --partial "
    /etc/sysctl.d/60-keepalive.conf:1:31
           1 | net.ipv4.tcp_keepalive_time = 600
             |                               ^~~"
	assert_output --partial "overridden: /usr/lib/sysctl.d/50-vendor.conf:1 sets 900"
	no_control_characters
}

@test "several images: in order, one line each, with as many jobs as one likes" {
	for number in 1 2 3 4 5 6 7 8 9; do
		keep_alive "image$number" "$((number * 100))" 10 7
	done
	expect 1 check --root image1 --root image2 --root image9 --hop idle=350s
	assert_line --index 0 "image1: pass: 100,10,7 (systemd-252)"
	assert_line --index 1 "image2: pass: 200,10,7 (systemd-252)"
	assert_line --index 2 "image9: fail: 900,10,7 (systemd-252)"
	assert_line --index 3 --regexp '^image9/etc/sysctl.d/60-keepalive.conf:1:31: error: .* \[KA201\]$'
	printf 'image%s\n' 1 2 3 4 5 6 7 8 9 >list
	expect 1 check --root-list list --hop idle=350s
	one=$output
	expect 1 check --root-list list --jobs 4 --hop idle=350s
	assert_equal "$output" "$one"
	expect 1 check --root-list - --jobs 64 --hop idle=350s <list
	assert_equal "$output" "$one"
}

@test "JSON of several images is one document a line, in order" {
	for number in 1 2 3 4 5 6 7 8 9; do
		keep_alive "image$number" "$((number * 100))" 10 7
	done
	printf 'image%s\n' 1 2 3 4 5 6 7 8 9 >list
	expect 0 check --root-list list --jobs 3 -f json
	keep_output
	assert_equal "${#lines[@]}" 9
	printf '%s\n' "${lines[@]}" | /usr/bin/python3 -c '
import json, sys
for number, line in enumerate(sys.stdin, 1):
    report = json.loads(line)
    assert report["subject"]["name"] == f"image{number}", report
    assert report["settings"]["time_s"] == number * 100, report'
}

@test "one that cannot be read is told, the others are reported, and the exit code is 4" {
	keep_alive good 300 10 6
	keep_alive bad 600 10 6
	expect 4 check --root good --root missing --root bad -p aws-nlb
	assert_line --index 0 "good: pass: 300,10,6 (systemd-252)"
	assert_line --index 1 "bad: fail: 600,10,6 (systemd-252)"
	assert_equal "${#stderr_lines[@]}" 1
	says "missing"
	says "[KA-S009]"
	expect 4 check --root good --root missing -f "sarif:out.sarif" -f junit:out.xml -f json:out.json
	grep -q missing out.xml
	grep -q missing out.sarif
	assert_equal "$(wc -l <out.json)" 1
}

@test "a list that cannot be read, or is none" {
	refused 4 KA-S012 check --root-list missing
	says "missing"
	expect 0 check --root-list /dev/null
	assert_output ""
	printf 'a\0b\n' >list
	expect 4 check --root-list list
	says "[KA-S012]"
	says "list:1:"
}

@test "options that contradict each other" {
	refused 2 KA-U004 check --root a --netns b
	refused 2 KA-U004 check --root a --settings 1,2,3
	refused 2 KA-U004 apply --root a --root b -p aws-nlb
	refused 2 KA-U004 apply --root a --live-only -p aws-nlb
	refused 2 KA-U002 check --root ''
	refused 2 KA-U002 check --root a --jobs 0
	refused 2 KA-U002 check --root a --loader upstart
	refused 2 KA-U002 recommend -p aws-nlb -f sarif
}

@test "--loader replaces what the image says" {
	image left
	echo 'net.ipv4.tcp_keepalive_time = 300' >left/etc/sysctl.conf
	report 1 check --root left
	assert_equal "$(field 'report["settings"]["time_s"]')" 7200
	assert_regex "$(findings)" KA406
	report 1 check --root left --loader procps-4.0
	assert_equal "$(findings)" KA402
	assert_equal "$(field 'report["settings"]["time_s"]')" 300
	assert_equal "$(field 'report["boot"]["loader"]')" procps-4.0
}

@test "formats for CI at once: what fails in one fails in all" {
	keep_alive slow 600 10 6
	expect 1 check --root slow -p aws-nlb -f sarif:out.sarif -f junit:out.xml -f github
	assert_output --regexp '^::error file=slow/etc/sysctl.d/60-keepalive.conf,line=1,.*KA201'
	grep -q '"ruleId":"KA201"' out.sarif
	grep -q '<failure' out.xml
	/usr/bin/python3 -c 'import json; json.load(open("out.sarif"))'
	/usr/bin/python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("out.xml")'
}

@test "a pipeline: an image with defaults fails, and passes once it is mended" {
	image web
	expect 1 check -p aws-nlb --root web -f sarif:out.sarif -f junit:out.xml
	grep -q '"ruleId":"KA201"' out.sarif
	grep -q '<failure' out.xml
	expect 0 apply -p aws-nlb --root web
	expect 0 check -p aws-nlb --root web -f sarif:out.sarif -f junit:out.xml
	run ! grep '"ruleId":"KA[12]' out.sarif
	run ! grep '<failure' out.xml
	run -0 find web -newer out.sarif
	assert_output ""
	assert [ ! -e web/var ]
}

@test "on a host whose files cannot be looked through, the present is judged all the same" {
	needs_namespaces
	run --separate-stderr -1 in_namespace boot 'truncate -s 20M /etc/sysctl.d/a.conf
		kaadvise check -p aws-nlb --loader systemd-252'
	assert_output --partial KA201
	says "kaadvise: what the next boot sets is not known: "
	says /etc/sysctl.d/a.conf
}

# Each of these trees is meant to hurt its reader. None may take long, hang, crash, or show a byte
# that acts on a terminal.
survives() {
	local code=$1
	shift
	run --separate-stderr timeout 10 "$KAADVISE" check "$@"
	[ "$status" -eq "$code" ] || fail "exit code $status: $output $stderr"
	no_control_characters
}

@test "links that leave the image, or lead in circles" {
	image evil
	echo 'net.ipv4.tcp_keepalive_time = 0' >canary.conf
	ln -s "$PWD/canary.conf" evil/etc/sysctl.d/10-absolute.conf
	ln -s ../../../canary.conf evil/etc/sysctl.d/11-relative.conf
	ln -s 12-loop.conf evil/etc/sysctl.d/12-loop.conf
	ln -s /dev/zero evil/etc/sysctl.d/13-zero.conf
	ln -s /proc/self/environ evil/etc/sysctl.d/14-proc.conf
	rmdir evil/usr/lib/sysctl.d
	ln -s "$PWD" evil/usr/lib/sysctl.d
	survives 1 --root evil
	report 1 check --root evil
	# The loader reads /dev/zero for ever, and applies nothing.
	assert_equal "$(findings)" KA406
	assert_equal "$(field 'report["settings"]["time_s"]')" 7200
}

@test "FIFOs, directories and devices with the names of files" {
	image evil
	mkfifo evil/etc/sysctl.d/10-fifo.conf
	mkdir evil/etc/sysctl.d/20-directory.conf
	survives 1 --root evil
	assert_output --partial FIFO
	rm evil/etc/sysctl.d/10-fifo.conf
	survives 0 --root evil
}

@test "lines without end, binary files, names with escape sequences" {
	image evil
	{
		head -c 1100000 /dev/zero | tr '\0' a
		printf '\nnet.ipv4.tcp_keepalive_time = 300\n'
	} >evil/etc/sysctl.d/10-long.conf
	head -c 300000 /dev/urandom >evil/etc/sysctl.d/20-binary.conf
	printf 'net.ipv4.tcp_keepalive_intvl = \033[31m7\n' >"evil/etc/sysctl.d/30-"$'\033[2J\n'".conf"
	run --separate-stderr timeout 10 "$KAADVISE" check --root evil
	assert [ "$status" -le 1 ]
	no_control_characters
	run --separate-stderr timeout 10 "$KAADVISE" check --root evil -f json
	keep_output
}

@test "very many files, very many lines" {
	image many
	/usr/bin/python3 -c '
for number in range(20000):
    open(f"many/etc/sysctl.d/{number:06}.conf", "w").write("net.ipv4.tcp_keepalive_time = 30\n" if number % 10 == 0 else "")'
	survives 0 --root many
	rm -r many/etc/sysctl.d
	mkdir many/etc/sysctl.d
	yes 'kernel.sysrq = 1' | head -n 500000 >many/etc/sysctl.d/10-many.conf
	survives 0 --root many
}

@test "every document is what the schema says" {
	all_valid
}
