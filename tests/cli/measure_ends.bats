# measure, against servers that end idle connections in their own ways.
load common
load measuring

@test "a server that closes idle connections is told apart from a hop that forgets" {
	serve close 1.5
	measured 0
	assert_equal "$(jq -c '[.found, .on_expiry, .idle_timeout_s, .server_keepalive_s, .probes]' <<<"$output")" \
		'[true,"close",null,1,null]'
	between .lifetime.above_ms 1290 1500
	between .lifetime.at_most_ms 1500 1700
	assert_equal "$(jq '.evidence | .reset_on_next + .silent + .reset' <<<"$output")" 0
}

@test "resets that come while connections are idle" {
	serve reset 1.5
	measured 0
	assert_equal "$(jq -c '[.found, .on_expiry, .idle_timeout_s, .evidence.reset > 1]' <<<"$output")" \
		'[true,"reset-both",1,true]'
	between .lifetime.above_ms 1290 1500
	between .lifetime.at_most_ms 1500 1700
	# Probes do not keep it: it is the program that ends the connections.
	assert_equal "$(jq -c '[.probes.effect, .probes.kept]' <<<"$output")" '["ignored",0]'
}

@test "resets that answer the next use" {
	serve refuse 1.5
	measured 0
	assert_equal "$(jq -c '[.found, .on_expiry, .evidence.reset_on_next > 1, .evidence.closed]' <<<"$output")" \
		'[true,"reset-on-next",true,0]'
	between .lifetime.above_ms 1290 1500
	between .lifetime.at_most_ms 1500 1700
}

@test "an acknowledgement is no answer where the server answers otherwise" {
	serve mute 1.5
	measured 0 --connections 2 --parallel 8
	assert_equal "$(jq -c '[.found, .on_expiry, .evidence.silent > 1]' <<<"$output")" '[true,"drop",true]'
	between .lifetime.above_ms 1290 1500
}
