# Help, version, explain, lists.
load common

@test "--version" {
	expect 0 --version
	assert_regex "$output" '^kaadvise [0-9]+\.[0-9]+\.[0-9]+$'
	expect 0 check --version
	assert_equal "$stderr" ""
}

@test "--help of the program and of every command" {
	local command
	for command in check recommend apply rollback history profiles explain rules; do
		expect 0 --help
		assert_equal "$stderr" ""
		assert_line --regexp "^  $command +[a-z]"
		expect 0 $command --help
		assert_equal "$stderr" ""
		assert_line --regexp "^Usage: kaadvise $command( |\$)"
		assert_line --regexp '^ +--color '
		expect 0 $command -h
		assert_line --partial "Usage: kaadvise $command"
	done
}

@test "help wins over what is missing" {
	expect 0 recommend --help
	expect 0 explain --help
}

@test "every rule and every error can be explained" {
	local id
	expect 0 rules -f json
	keep_output
	for id in $(sed 's/.*"rule":"\([^"]*\)".*/\1/' <<<"$output"); do
		expect 0 explain "$id"
		assert_line --regexp "^$id: "
		assert_line --partial "What to do:"
	done
	for id in $(sed -n 's/^KA_ERROR([A-Z0-9_]*, "\(KA-[A-Z][0-9]*\)".*/\1/p' \
		"$BATS_TEST_DIRNAME/../../advisor/base/errors.def"); do
		expect 0 explain "$id"
		assert_line --regexp "^$id: .*\(exit code [234]\)\$"
	done
}

@test "unknown words to explain" {
	refused 3 KA-P001 explain KA999
	says "kaadvise rules"
	refused 3 KA-P001 explain KA-X001
	refused 3 KA-P001 explain aws-nbl
	says "did you mean 'aws-nlb'?"
}

@test "profiles list: all, some, none" {
	expect 0 profiles list -f json
	keep_output
	assert_line --partial '"id":"aws-nlb"'
	expect 0 profiles list AWS-nlb TLS listener -f json
	assert_line --partial '"id":"aws-nlb-tls"'
	refute_line --partial '"id":"aws-alb"'
	expect 0 profiles list no-such-thing
	says "no profile contains all these words"
}

@test "every JSON document validates" {
	all_valid
}
