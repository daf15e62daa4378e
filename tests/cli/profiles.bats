# Profiles by id, by file, and what is refused.
load common

setup() {
	cd "$BATS_TEST_TMPDIR"
	cat >site.yaml <<-'END'
		kaadvise: 1
		id: site
		title: Our balancer
		hops:
		  - {name: LB, idle_timeout: 100s, keepalive: refreshes}
	END
}

@test "an unknown id gets a suggestion and exit code 3" {
	run -3 kaadvise check -p aws-nbl
	assert_output --partial "did you mean 'aws-nlb'?"
	assert_output --partial "[KA-P001]"
}

@test "a word with a slash or ending in .yaml is a file" {
	run -1 kaadvise check --settings 7200,75,9 -p site.yaml
	assert_output --partial "LB forgets an idle session after 100 s"
	run -1 kaadvise check --settings 7200,75,9 -p ./site.yaml
	run -3 kaadvise check -p ./absent
	assert_output --partial "[KA-P002]"
}

@test "a URL is refused by name" {
	run -3 kaadvise check -p https://example.org/p.yaml
	assert_output --partial "[KA-P016]"
}

@test "several errors are shown at once, each with its place" {
	cat >bad.yaml <<-'END'
		kaadvise: 1
		id: Bad
		titel: x
		hops:
		  - {name: LB, idle_timeout: 60, keepalive: perhaps}
	END
	run -3 kaadvise profiles validate bad.yaml
	assert_line --partial "bad.yaml:2:5: error:"
	assert_line --partial "bad.yaml:3:1: error:"
	assert_line --regexp 'bad.yaml:5:[0-9]+: error:.*\[KA-P012\]'
	assert_equal "$(grep -c 'error:' <<<"$output")" 5 # title is missing, too
}

@test "validate speaks of every file" {
	cp site.yaml other.yaml
	run -0 kaadvise profiles validate site.yaml other.yaml
	assert_line "site.yaml: site is valid"
	assert_line "other.yaml: site is valid"
	echo 'x: [' >broken.yaml
	run -3 kaadvise profiles validate broken.yaml site.yaml absent.yaml
	assert_output --partial "broken.yaml:"
	assert_output --partial "absent.yaml"
}

@test "control characters of a profile never reach the terminal" {
	printf 'kaadvise: 1\nid: site\ntitle: "a\\e[31mb"\nhops:\n  - {name: "L\\u202eB", idle_timeout: 100s, keepalive: refreshes}\n' >evil.yaml
	run kaadvise check --settings 7200,75,9 -p evil.yaml
	refute_output --partial $'\033'
	refute_output --partial $'\u202e'
	printf 'kaadvise: 1\nid: "\033]0;x\007"\n' >raw.yaml
	run -3 kaadvise check -p raw.yaml
	refute_output --partial $'\033'
	run -3 kaadvise check -p "$(printf './\033[31m.yaml')"
	refute_output --partial $'\033'
	run -3 kaadvise check -p "$(printf 'a\033[31m')"
	refute_output --partial $'\033'
}

@test "extends changes a built-in profile" {
	cat >child.yaml <<-'END'
		kaadvise: 1
		id: our-nlb
		title: Our NLB
		extends: aws-nlb
		hops:
		  - {name: NLB, idle_timeout: 6000s}
	END
	run -0 kaadvise recommend -p child.yaml -f json
	assert_output --partial '"idle_timeout_s":6000'
	sed -i 's/aws-nlb/nonexistent/' child.yaml
	run -3 kaadvise recommend -p child.yaml
	assert_output --partial "child.yaml:4:"
}

@test "list filters by words, show prints the YAML that validates" {
	run -0 kaadvise profiles list azure
	assert_line --partial azure-lb
	refute_output --partial aws
	kaadvise profiles show azure-lb >shown.yaml
	run -0 kaadvise profiles validate shown.yaml
	run -0 --separate-stderr kaadvise profiles list nothing-of-this-name
	assert_equal "$stderr" "kaadvise: no built-in profile contains all these words"
	run -2 kaadvise profiles lits
	run -2 kaadvise profiles show
}

@test "a site's profile comes before the built-in one" {
	unshare -m true 2>/dev/null || skip "no privilege to make mount namespaces (CAP_SYS_ADMIN)"
	run -0 unshare -m bash -euc '
		mount -t tmpfs none /mnt && mkdir -p /mnt/kaadvise/profiles
		sed "s/id: site/id: aws-nlb/" site.yaml >/mnt/kaadvise/profiles/aws-nlb.yaml
		cp -a /etc/ld.so.cache /mnt/ && mount --bind /mnt /etc
		"$KAADVISE" recommend -p aws-nlb -f json'
	assert_output --partial '"origin":"/etc/kaadvise/profiles/aws-nlb.yaml"'
	assert_output --partial '"idle_timeout_s":100'
}

@test "paths compose, and contradictions are refused" {
	run -1 kaadvise check --settings 7200,75,9 -p azure-lb -p linux-ipvs -f json
	assert_output --partial '"name":"Azure LB"'
	assert_output --partial '"name":"IPVS"'
	assert_output --partial '"time_s":180'
	run -2 kaadvise check --settings 7200,75,9 -p nginx -p node-http
	assert_output --partial "--http-server"
	run -0 kaadvise check --settings 7200,75,9 -p nginx -p node-http --http-server 20s
	run -1 kaadvise check --settings 7200,75,9 -p aws-alb -p node-http
	assert_output --partial KA301
	run -1 kaadvise check --settings 7200,75,9 -p gcp-alb -p nginx
	assert_output --partial KA301
	run -0 kaadvise check --settings 7200,75,9 -p aws-alb -p nginx
	refute_output --partial KA301
}

@test "a layer-7 balancer: no sysctl helps, and why" {
	run -0 kaadvise check --settings 7200,75,9 -p aws-alb
	assert_output --partial "no sysctl can help"
	assert_output --partial "KA204"
	assert_output --partial "terminates TCP"
}

@test "a file's origin and digest are told" {
	local word
	cp site.yaml plain
	cp site.yaml site.yml
	for word in site.yaml site.yml ./plain "$PWD/plain"; do
		report 1 check --settings 7200,75,9 -p "$word"
		assert_equal "$(field 'report["path"]["profiles"][0]["origin"]')" "$word"
		assert_equal "$(field 'report["path"]["profiles"][0]["sha256"]')" \
			"$(sha256sum <site.yaml | cut -d' ' -f1)"
	done
	refused 3 KA-P001 check -p plain
}

@test "only regular files are read" {
	mkdir directory.yaml
	mkfifo pipe.yaml
	refused 3 KA-P002 check -p ./directory.yaml
	refused 3 KA-P002 check -p pipe.yaml
	refused 3 KA-P002 check -p /dev/null
	refused 3 KA-P002 check -p ../absent
	says "No such file"
}

@test "what is no id is not looked up" {
	refused 3 KA-P001 check -p AWS-NLB
	refused 3 KA-P001 check -p "aws nlb"
	refused 3 KA-P016 recommend -p file:///etc/passwd
	refused 3 KA-P016 explain https://example.org/x.yaml
}

@test "a broken profile of the site is an error, not a reason to take the built-in one" {
	needs_namespaces
	run -3 in_namespace plain '
		mkdir -p /var/lib/etc/kaadvise/profiles
		echo "kaadvise: 1" >/var/lib/etc/kaadvise/profiles/aws-nlb.yaml
		cp -a /etc/ld.so.cache /var/lib/etc/ && mount --bind /var/lib/etc /etc
		kaadvise check -p aws-nlb'
	assert_line --partial "/etc/kaadvise/profiles/aws-nlb.yaml:1:1: error:"
}

@test "show prints what validate accepts, for every built-in profile" {
	local id
	expect 0 profiles list -f json
	keep_output
	for id in $(sed 's/.*"id":"\([^"]*\)".*/\1/' <<<"$output" | sort -u); do
		expect 0 profiles show "$id"
		printf '%s\n' "$output" >"$id.yaml"
		expect 0 profiles validate "$id.yaml"
		assert_output "$id.yaml: $id is valid"
	done
}

@test "no byte of a file reaches the terminal raw" {
	printf 'kaadvise: 1\nid: site\ntitle: \302\233 x\n' >c1.yaml
	expect 3 check -p c1.yaml
	no_control_characters
	mkdir $'d\033[31m'
	echo x >$'d\033[31m/raw.yaml'
	expect 3 check -p $'./d\033[31m/raw.yaml'
	no_control_characters
	expect 1 check --settings 7200,75,9 --hop $'idle=60s,name=\033[31mred'
	no_control_characters
	assert_output --partial '\x1b[31mred'
	report 1 check --settings 7200,75,9 --hop $'idle=60s,name=\033[31mred'
	no_control_characters
}

@test "every JSON document validates" {
	all_valid
}
