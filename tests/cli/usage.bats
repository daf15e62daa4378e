# Wrong usage: exit code 2, one clear line with its error id, nothing on standard output.
load common

@test "no command, and unknown ones" {
	refused 2 KA-U003
	refused 2 KA-U003 chek
	says "did you mean 'check'?"
	refused 2 KA-U003 zebra
	refused 2 KA-U003 profiles shw aws-nlb
	says "did you mean show"
	refused 2 KA-U003 profiles zebra
	says "list, show, validate or fetch"
}

@test "unknown options get a suggestion" {
	refused 2 KA-U001 check --detect-witin 2m
	says "did you mean '--detect-within'?"
	refused 2 KA-U001 check --zebra
	says "kaadvise check --help"
	refused 2 KA-U001 check -z
}

@test "abbreviations are refused" {
	refused 2 KA-U001 check --detect 2m
	refused 2 KA-U001 check --prof aws-nlb
	refused 2 KA-U001 --vers
}

@test "an option belongs to its commands" {
	refused 2 KA-U001 recommend -p aws-nlb --netns x
	refused 2 KA-U001 check --dry-run
	refused 2 KA-U001 rules -p aws-nlb
	refused 2 KA-U001 apply -p aws-nlb -f json
	refused 2 KA-U001 --netns x check
}

@test "missing and surplus values" {
	local option
	for option in profile hop http-server http-client side detect-within survive-outage \
		lost-probes margin min-time hz netns settings format fail-on color; do
		refused 2 KA-U002 check --$option
		says "--$option needs a value"
	done
	refused 2 KA-U002 check -p
	refused 2 KA-U002 check --http-only=yes
	says "takes no value"
}

@test "a bare number is refused with a hint" {
	local option
	for option in http-server http-client detect-within survive-outage margin min-time; do
		refused 2 KA-U002 check --$option 75
		says "'75' has no unit: write 75s"
	done
	refused 2 KA-U002 check --hop idle=350
	says "350s"
}

@test "operands" {
	refused 2 KA-U005 check aws-nlb
	says "'aws-nlb' is one operand too many"
	refused 2 KA-U005 explain
	refused 2 KA-U005 explain KA201 KA202
	refused 2 KA-U005 rules x
	refused 2 KA-U005 history x
	refused 2 KA-U005 rollback 1 2
	refused 2 KA-U005 profiles
	refused 2 KA-U005 profiles show
	refused 2 KA-U005 profiles show a b
	refused 2 KA-U005 profiles validate
	refused 2 KA-U005 check -- --help
}

@test "a double dash ends the options" {
	expect 0 check --settings 7200,75,9 --
	expect 0 explain -- KA201
	refused 3 KA-P001 explain -- --help
}

@test "options that exclude each other" {
	refused 2 KA-U004 check --netns x --settings 7200,75,9
	says "two subjects"
	refused 2 KA-U004 check -f text -f json
	says "-f json:FILE"
	refused 2 KA-U004 apply -p aws-nlb --live-only --persist-only
	refused 2 KA-U004 apply -p aws-nlb --set 270,10,7
}

@test "a path is needed" {
	refused 2 KA-U006 recommend
	refused 2 KA-U006 apply
	says "-p ID"
}

@test "values that no kernel should be given" {
	refused 2 KA-U008 apply --set 0,75,9
	refused 2 KA-U008 apply --set 7200,75,128
	refused 2 KA-U002 apply --set 7200,75
}

@test "profiles that contradict each other" {
	refused 2 KA-U007 check -p nginx -p node-http
	says "--http-server"
	expect 0 check --settings 7200,75,9 -p nginx -p node-http --http-server 75s
}

@test "control characters of the command line are escaped" {
	refused 2 KA-U003 $'\033[31mcheck'
	no_control_characters
	says '\x1b[31mcheck'
	refused 2 KA-U001 check $'--\033]0;x\a'
	no_control_characters
	refused 2 KA-U002 check --hz $'\r\n'
	no_control_characters
	refused 3 KA-P001 check -p $'\x9b2J'
	no_control_characters
}

@test "malformed values name what was found and what was expected" {
	refused 2 KA-U002 check --settings 7200,75
	says "'7200,75' is not a triple"
	refused 2 KA-U002 check --hop idle=5m,keepalive=maybe
	says "refreshes, regenerated, ignored or unknown"
	refused 2 KA-U002 check --margin 95%
	says "0% to 90%"
	refused 2 KA-U002 check --detect-within 400d
	says "at most 366d"
	refused 2 KA-U002 apply --set 300,10,5 --drop-in ../x.conf
	says "--drop-in"
}

@test "-pID, --profile=ID and -p ID are the same" {
	local words
	for words in -paws-nlb --profile=aws-nlb "-p aws-nlb" "--profile aws-nlb"; do
		# shellcheck disable=SC2086
		expect 0 recommend $words -f sysctl
		assert_line "# TCP keepalive for: -p aws-nlb"
		assert_line "net.ipv4.tcp_keepalive_time = 270"
	done
}
