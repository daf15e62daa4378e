# Servers that keep their clients waiting, each for the 10 seconds that it may. They do so side by side.
load common

# begin NAME URL: judges by it in the background.
begin() {
	(
		code=0
		"$KAADVISE" check --settings 270,10,7 -p "$2" -f json >"$1.out" 2>"$1.err" || code=$?
		echo "$code $EPOCHSECONDS" >"$1.end"
	) 3>&- &
}

# ended NAME CODE: it did so in time; $output and $stderr are what it said.
ended() {
	local code end
	read -r code end <"$1.end"
	output=$(cat "$1.out") stderr=$(cat "$1.err")
	assert_equal "$1 $code" "$1 $2"
	((end - began >= 9 && end - began <= 13)) || fail "$1 took $((end - began)) s"
}

# gave_up NAME URL WHY
gave_up() {
	ended "$1" 3
	assert_equal "$output" ""
	assert_equal "$stderr" "$2: error: time: not finished within 10 s$3 [KA-F008]"
}

@test "whatever comes slowly or not at all ends within 10 seconds" {
	judged 0 "$ODD/exact"
	cp -p "$(copy_of "$ODD/exact")" "$(copy_of "$DEAF/kept")"
	local began=$EPOCHSECONDS
	begin drip "$ODD/drip"
	begin headers "$ODD/slow-headers"
	begin hold "$ODD/hold"
	begin silent "$SILENT/x"
	begin deaf "$DEAF/x"
	begin kept "$DEAF/kept"
	wait
	ended drip 3
	assert_regex "$stderr" "^$ODD/drip: error: time: not finished within 10 s: [0-9]+ bytes had come \\[KA-F008\\]\$"
	gave_up headers "$ODD/slow-headers" ", while waiting for the answer"
	gave_up hold "$ODD/hold" ", while waiting for the answer"
	gave_up silent "$SILENT/x" ", while connecting"
	gave_up deaf "$DEAF/x" ", while connecting"
	ended kept 0
	assert_equal "$(findings)" KA704
	assert_equal "$(kept | sort)" "$(basename -a "$(copy_of "$ODD/exact")" "$(copy_of "$DEAF/kept")" | sort)"
}
