# Wrong usage, help, versions, outputs.
load common

@test "no command is wrong usage" {
	run -2 kaadvise
	assert_output --partial "no command"
	assert_output --partial "[KA-U003]"
}

@test "an unknown command gets a suggestion" {
	run -2 kaadvise chekc
	assert_output "kaadvise: error: unknown command 'chekc'; did you mean 'check'? [KA-U003]"
}

@test "an unknown option gets a suggestion" {
	run -2 kaadvise check --detect-witin 30s
	assert_output --partial "did you mean '--detect-within'?"
	assert_output --partial "[KA-U001]"
}

@test "abbreviated options are refused" {
	run -2 kaadvise check --detect 30s
	assert_output --partial "unknown option '--detect'"
}

@test "an option of another command is unknown" {
	run -2 kaadvise recommend --fail-on never --hop idle=5m
	assert_output --partial "unknown option '--fail-on'"
}

@test "a bare number is refused with the unit's hint" {
	run -2 kaadvise check --detect-within 30
	assert_output --partial "'30' has no unit: write 30s"
	run -2 kaadvise check --hop idle=350
	assert_output --partial "'350' has no unit"
}

@test "malformed values name what was found and what was expected" {
	run -2 kaadvise check --settings 7200,75
	assert_output --partial "'7200,75' is not a triple"
	run -2 kaadvise check --hop layer=4
	assert_output --partial "idle=350s"
	run -2 kaadvise check --hop idle=5m,layer=5
	assert_output --partial "layer=3, 4 or 7"
	run -2 kaadvise check --hop idle=5m,keepalive=maybe
	assert_output --partial "refreshes, regenerated, ignored or unknown"
	run -2 kaadvise check --margin 95%
	assert_output --partial "0% to 90%"
	run -2 kaadvise check --lost-probes -1
	assert_output --partial "0 to 126"
	run -2 kaadvise check --hz 5
	assert_output --partial "24 to 1200"
	run -2 kaadvise check --detect-within 2y
	assert_output --partial "[KA-U002]"
	run -2 kaadvise check --detect-within 400d
	assert_output --partial "at most 366d"
	run -2 kaadvise apply --set 0,75,9
	assert_output --partial "[KA-U008]"
	run -2 kaadvise apply --set 300,10,5 --drop-in ../x.conf
	assert_output --partial "--drop-in"
}

@test "a missing value and a value too many" {
	run -2 kaadvise check --detect-within
	assert_output --partial "--detect-within needs a value"
	run -2 kaadvise check --http-only=yes
	assert_output --partial "--http-only takes no value"
}

@test "operands that no command takes" {
	run -2 kaadvise check aws-nlb
	assert_output --partial "'aws-nlb' is one operand too many"
	run -2 kaadvise explain
	assert_output --partial "an operand is missing"
	run -2 kaadvise rollback one
	assert_output --partial "[KA-U0"
}

@test "two subjects, two standard outputs, live and persist exclude each other" {
	run -2 kaadvise check --netns 1 --settings 1,1,1
	assert_output --partial "two subjects"
	run -2 kaadvise check -f text -f json
	assert_output --partial "two --format for standard output"
	run -2 kaadvise apply --set 300,10,5 --live-only --persist-only
	assert_output --partial "exclude each other"
	run -2 kaadvise apply --set 300,10,5 --hop idle=5m
	assert_output --partial "exclude each other"
}

@test "recommend and apply need to be told for what" {
	run -2 kaadvise recommend
	assert_output --partial "[KA-U006]"
	run -2 kaadvise apply
	assert_output --partial "[KA-U006]"
}

@test "every command has its help, on standard output" {
	for command in check recommend apply rollback history profiles explain rules; do
		run -0 --separate-stderr kaadvise $command --help
		assert_output --partial "Usage: kaadvise $command"
		assert_output --partial "--help"
		assert_equal "$stderr" ""
	done
	run -0 kaadvise --help
	assert_output --partial "Commands:"
}

@test "the version is printed" {
	run -0 kaadvise --version
	assert_output --regexp '^kaadvise [0-9]+\.[0-9]+\.[0-9]+$'
}

@test "after -- words are operands" {
	run -3 kaadvise explain -- --help
	assert_output --partial "no profile has the id '--help'"
}

@test "-pID, --profile=ID and -p ID are the same" {
	one=$(kaadvise recommend -paws-nlb -f sysctl | grep =)
	two=$(kaadvise recommend --profile=aws-nlb -f sysctl | grep =)
	three=$(kaadvise recommend -p aws-nlb -f sysctl | grep =)
	assert_equal "$one" "$two"
	assert_equal "$two" "$three"
	assert_equal "$one" $'net.ipv4.tcp_keepalive_time = 270\nnet.ipv4.tcp_keepalive_intvl = 10\nnet.ipv4.tcp_keepalive_probes = 7'
}

@test "several formats at once, each to its own file" {
	cd "$BATS_TEST_TMPDIR"
	run -1 kaadvise check --settings 7200,75,9 -p aws-nlb -f json:out.json -f text
	assert_output --partial "KA201"
	run -0 python3 -c 'import json; print(json.load(open("out.json"))["verdict"])'
	assert_output fail
}

@test "--fail-on moves the exit code and the verdict together" {
	run -1 kaadvise check --settings 7200,75,9 -p aws-nlb
	run -0 kaadvise check --settings 7200,75,9 -p aws-nlb --fail-on never -f json
	assert_output --partial '"verdict":"pass"'
	run -0 kaadvise check --settings 200,10,7 -p aws-nlb-tls
	run -1 kaadvise check --settings 200,10,7 -p aws-nlb-tls --fail-on note -f json
	assert_output --partial '"verdict":"fail"'
}

@test "recommend fails exactly when no values satisfy" {
	run -0 kaadvise recommend -p aws-nlb
	run -1 kaadvise recommend --hop idle=350s --detect-within 30s --survive-outage 60s -f json
	assert_output --partial '"unsatisfiable":[{"constraint":"detect_within"'
	run -0 --separate-stderr kaadvise recommend -p aws-nlb --detect-within 1h
}

@test "colour only on demand, and none with NO_COLOR" {
	run -1 kaadvise check --settings 7200,75,9 -p aws-nlb
	refute_output --partial $'\033'
	run -1 kaadvise check --settings 7200,75,9 -p aws-nlb --color always
	assert_output --partial $'\033[1;31m'
	run -1 script -qec "TERM=xterm $KAADVISE check --settings 7200,75,9 -p aws-nlb" /dev/null
	assert_output --partial $'\033[1;31m'
	run -1 script -qec "NO_COLOR=1 TERM=xterm $KAADVISE check --settings 7200,75,9 -p aws-nlb" /dev/null
	refute_output --partial $'\033'
}

@test "a full disk is an error, not silence" {
	run -4 bash -c '"$KAADVISE" check --settings 7200,75,9 -p aws-nlb >/dev/full'
	assert_output --partial "[KA-S007]"
	run -4 kaadvise rules -f json:/dev/full
	assert_output --partial "[KA-S007]"
	run -4 bash -c '"$KAADVISE" --help >/dev/full'
	assert_output --partial "[KA-S007]"
}

@test "a file that cannot be created is an error" {
	run -4 kaadvise check --settings 7200,75,9 -f json:/nonexistent/out.json
	assert_output --partial "cannot create /nonexistent/out.json"
}

@test "a reader that goes away ends the program quietly" {
	run bash -c '"$KAADVISE" rules | head -n 1; exit 0'
	assert_success
	assert_output --regexp '^rule +severity +title$'
}

@test "explain knows rules, errors and profiles" {
	run -0 kaadvise explain KA201
	assert_output --partial "Fires when:"
	run -0 kaadvise explain KA-P012
	assert_output --partial "exit code 3"
	run -0 kaadvise explain aws-nlb
	assert_output --partial "idle timeout 5m50s"
	run -3 kaadvise explain KA999
	assert_output --partial "neither a rule nor an error"
}

@test "every error id that the program can print is explained" {
	for id in $(sed -n 's/^KA_ERROR([A-Z0-9_]*, "\(KA-[A-Z][0-9]*\)".*/\1/p' \
		"$BATS_TEST_DIRNAME/../../advisor/base/errors.def"); do
		run -0 kaadvise explain "$id"
		assert_output --partial "$id:"
	done
}
