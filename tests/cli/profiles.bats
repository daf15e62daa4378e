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

@test "a URL of another kind is refused by name" {
	run -3 kaadvise check -p ftp://example.org/p.yaml
	assert_output --partial "ftp: is not allowed, only https: [KA-P016]"
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
	run -0 kaadvise profiles list AZURE -f json
	run -0 --separate-stderr kaadvise profiles list azure nothing-of-this-name
	assert_equal "$stderr" "kaadvise: no profile contains all these words"
	assert_equal "${#lines[@]}" 1 # the heading
	run -0 --separate-stderr kaadvise profiles list nothing-of-this-name -f json
	assert_equal "$output" ""
	run -2 kaadvise profiles lits
	run -2 kaadvise profiles show
}

# In a mount namespace, where the files of site/ are the site's profiles: runs a shell script.
with_site() {
	needs_namespaces
	run --separate-stderr unshare -m bash -euc '
		mount -t tmpfs none /mnt && mkdir -p /mnt/kaadvise
		cp -a site /mnt/kaadvise/profiles && cp -a /etc/ld.so.cache /mnt/
		mount --bind /mnt /etc
		kaadvise() { "$KAADVISE" "$@"; }
		eval "$1"' - "$1"
}

# row EXPRESSION ID: a part of the document of ID in the last list, by a Python expression over row.
row() {
	printf '%s\n' "$output" | /usr/bin/python3 -c '
import json, sys
rows = {row["id"]: row for row in map(json.loads, sys.stdin)}
row = rows[sys.argv[2]]
print(json.dumps(eval(sys.argv[1]), separators=(",", ":")))' "$1" "$2"
}

@test "the list says of each profile what a check of it finds" {
	local id
	expect 0 profiles list -f json
	keep_output
	while read -r id; do
		"$KAADVISE" check --settings 7200,75,9 --no-config -p "$id" -f json || [ $? -eq 1 ]
	done < <(printf '%s\n' "$output" | sed 's/^{"id":"\([^"]*\)".*/\1/') >checks
	printf '%s\n' "$output" >list
	run -0 /usr/bin/python3 - list checks <<-'END'
		import json, sys
		rows, reports = (list(map(json.loads, open(name))) for name in sys.argv[1:])
		assert len(rows) == len(reports) >= 12
		for row, report in zip(rows, reports):
		    assert report["path"]["profiles"][0]["sha256"] == row["sha256"], row["id"]
		    found = [f for f in report["findings"] if f["rule"][:3] in ("KA2", "KA3")]
		    rules = list(dict.fromkeys(f["rule"] for f in found))
		    assert row["linux_defaults"]["rules"] == rules, (row["id"], rules)
		    fails = any(f["severity"] != "note" and f["rule"] in ("KA201", "KA202", "KA203", "KA210")
		                for f in found)
		    verdict = row["linux_defaults"]["verdict"]
		    assert fails == (verdict == "fails"), (row["id"], verdict)
		    assert (verdict == "none") == (not row["hops"]), row["id"]
		    words = [hop["linux_defaults"] for hop in row["hops"]]
		    gravest = max(words, key=["none", "survives", "ignored", "fails"].index, default="none")
		    assert gravest == verdict, row["id"]
		    only = row["hops"][0] if len(row["hops"]) == 1 else None
		    for key in ("layer", "idle_timeout_s", "configurable", "setting"):
		        assert row[key] == (only and only[key]), (row["id"], key)
		    for key in ("keepalive", "on_expiry"):
		        assert row[key] == (only[key] if only else ""), (row["id"], key)
		print(len(rows), "compared")
	END
}

@test "the list has what scripts ask for" {
	expect 0 profiles list aws-nlb -f json
	assert_equal "$(row 'row["kind"], row["origin"], row["idle_timeout_s"]' aws-nlb)" \
		'["product","built-in",350]'
	assert_equal "$(row 'row["configurable"]' aws-nlb)" '{"min_s":60,"max_s":6000}'
	assert_equal "$(row 'row["setting"]' aws-nlb)" '"tcp.idle_timeout.seconds"'
	assert_equal "$(row 'row["linux_defaults"]' aws-nlb)" '{"verdict":"fails","rules":["KA201"]}'
	assert_equal "$(row 'sorted(row["sources"][0])' aws-nlb)" '["checked","confirmed","says","url"]'
	expect 0 profiles list node-http -f json
	assert_equal "$(row 'row["kind"], row["layer"], row["hops"]' node-http)" '["server",null,[]]'
	assert_equal "$(row 'row["http"]["server_keepalive_s"]' node-http)" 5
	assert_equal "$(row 'row["linux_defaults"]["verdict"]' node-http)" '"none"'
}

@test "the table fits into 80 columns, a row per hop, without colour in a pipe" {
	expect 0 profiles list
	assert_line --regexp '^aws-nlb +4 +350  refreshes    reset-on-next  KA201$'
	assert_line --regexp '^node-http +http +5  server$'
	assert_equal "$(grep -cE '^[a-z0-9-]+ +([347]|http) +[0-9]' <<<"$output")" "$(
		"$KAADVISE" profiles list -f json | /usr/bin/python3 -c '
import json, sys
print(sum(len(row["hops"]) + sum(key.endswith("_s") and value is not None
                                 for key, value in (row["http"] or {}).items())
          for row in map(json.loads, sys.stdin)))')"
	assert_equal "$(awk 'length($0) > 80 || / $/' <<<"$output")" ""
	no_control_characters
	expect 0 profiles list aws -f json:rows.json -f text
	assert_line --partial "aws-nlb"
	keep rows.json
	run -4 bash -c '"$KAADVISE" profiles list >/dev/full'
	assert_output --partial "[KA-S"
}

@test "the site's profiles stand in the list, and hide built-in ones of the same id" {
	mkdir site
	cat >site/our-path.yaml <<-'END'
		kaadvise: 1
		id: our-path
		title: Our path
		extends: aws-nlb
		hops:
		  - {name: firewall, layer: 4, idle_timeout: 1h, keepalive: unknown, setting: tcp-idle}
		  - {name: proxy, layer: 7, idle_timeout: 60s, keepalive: ignored, backend_idle_timeout: 90s}
		http: {client_keepalive: 20s, client_closes: on-reuse}
	END
	printf 'kaadvise: 1\nid: our-nlb\ntitle: Our NLB\nextends: aws-nlb\n' >site/our-nlb.yaml
	sed 's/id: site/id: aws-nlb/' site.yaml >site/aws-nlb.yaml
	echo nonsense >site/.hidden.yaml
	echo nonsense >site/README
	with_site 'kaadvise profiles list -f json'
	assert_equal "$status $stderr" "0 "
	keep_output
	assert_equal "$(row 'row["idle_timeout_s"], row["origin"]' aws-nlb)" \
		'[100,"/etc/kaadvise/profiles/aws-nlb.yaml"]'
	assert_equal "$(row 'row["kind"], row["extends"], row["idle_timeout_s"]' our-nlb)" \
		'["alias","aws-nlb",100]'
	assert_equal "$(row 'row["kind"], row["idle_timeout_s"], row["keepalive"]' our-path)" \
		'["path",null,""]'
	assert_equal "$(row '[hop["linux_defaults"] for hop in row["hops"]]' our-path)" \
		'["fails","fails","ignored"]'
	assert_equal "$(row 'row["http"]["client_closes"]' our-path)" '"on-reuse"'
	assert_equal "$(printf '%s\n' "$output" | cut -d'"' -f4)" \
		"$(printf '%s\n' "$output" | cut -d'"' -f4 | LC_ALL=C sort -u)"
	with_site 'kaadvise profiles list OUR-'
	assert_line --regexp '^our-path +4 +100  refreshes +unknown +KA201$'
	assert_line --regexp '^our-path +4 +3600  unknown +unknown +KA201$'
	assert_line --regexp '^our-path +7 +60  ignored +unknown +KA204$'
	assert_line --regexp '^our-path +http +20  client$'
	assert_line "    firewall; set by tcp-idle"
	assert_line "    proxy; 90 s towards the server"
	assert_output --partial "/etc/kaadvise/profiles/our-path.yaml"
}

@test "a broken file of the site does not keep the others from the list" {
	mkdir -p site/directory.yaml
	cp site.yaml site/site.yaml
	cp site.yaml site/other-name.yaml
	printf 'kaadvise: 1\nid: azure-lb\ntitle: x\nhops: []\n' >site/azure-lb.yaml
	printf 'kaadvise: 1\nid: x\ntitle: a\033[31m\n' >site/evil.yaml
	cp site.yaml site/Our_LB.yaml
	with_site 'kaadvise profiles list -f json'
	assert_equal "$status" 3
	keep_output
	says "/etc/kaadvise/profiles/azure-lb.yaml:4:"
	says "/etc/kaadvise/profiles/directory.yaml: error: found no regular file"
	says "/etc/kaadvise/profiles/evil.yaml:3:"
	says "'Our_LB'"
	says "other-name.yaml states the id 'site', but is found as 'other-name'"
	no_control_characters
	assert_line --partial '"id":"site"'
	assert_line --partial '"id":"other-name"'
	assert_line --partial '"id":"aws-nlb"'
	refute_line --partial '"id":"azure-lb"' # what -p azure-lb does not find either
}

@test "a directory with too many files is not read" {
	mkdir site
	(cd site && seq -f 'p%g.yaml' 600 | xargs touch)
	with_site 'kaadvise profiles list'
	assert_equal "$status" 3
	assert_equal "$stderr" \
		"/etc/kaadvise/profiles: error: found more than 500 entries [KA-P002]"
	assert_line --partial "aws-nlb"
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
	refused 3 KA-P016 explain http://example.org/x.yaml
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
