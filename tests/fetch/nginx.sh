# The configuration of nginx, on standard output; $DIRECTORY, $WWW and the ports are set.
# server PORT CERTIFICATE [ADDRESS]: what it does is on standard input.
server() {
	local port=$1 certificate=$2
	printf 'server {\nlisten %s:%s%s;\n' "${3:-127.0.0.1}" "$port" "${certificate:+ ssl}"
	[ -z "$certificate" ] || printf 'ssl_certificate %s.pem;\nssl_certificate_key %s.key;\n' \
		"$DIRECTORY/$certificate" "$DIRECTORY/$certificate"
	cat
	printf '}\n'
}

# To any address only where nobody else hears it.
EVERYWHERE=${KA_CONTAINED:+0.0.0.0}

cat <<END
daemon off;
master_process off;
pid $DIRECTORY/nginx.pid;
error_log $DIRECTORY/error.log;
events { worker_connections 64; }
http {
default_type text/yaml;
root $WWW;
log_format witness '\$server_port \$status \$request_uri none=\$http_if_none_match '
	'since=\$http_if_modified_since authorization=\$http_authorization token=\$http_x_token';
access_log $DIRECTORY/access.log witness;
client_body_temp_path $DIRECTORY/t1; proxy_temp_path $DIRECTORY/t2; fastcgi_temp_path $DIRECTORY/t3;
uwsgi_temp_path $DIRECTORY/t4; scgi_temp_path $DIRECTORY/t5;
END

server "$GOOD_PORT" good <<END
location /date-only/ { alias $WWW/; etag off; }
location /private/ { alias $WWW/; if (\$http_authorization != "Bearer SECRET") { return 401; } }
location = /query { if (\$arg_token != SECRET) { return 403; } try_files /site.yaml =404; }
location = /wants-a-name { return 401; }
location = /unwell { return 500; }
location = /busy { return 503; }
location = /many { return 429; }
location = /away { return 302 https://127.0.0.1:$AWAY_PORT/site.yaml; }
location = /home { return 301 /site.yaml; }
location = /down { return 302 http://127.0.0.1:$PLAIN_PORT/site.yaml; }
location = /file { return 302 file:///etc/passwd; }
location = /nowhere { return 302 https://no-such-host.invalid/x?token=SECRET; }
location = /chain0 { return 302 /site.yaml; }
$(for i in 1 2 3 4 5 6; do
	printf 'location = /chain%d { return 302 /chain%d; }\n' "$i" "$((i - 1))"
done)
END
for certificate in away:AWAY expired:EXPIRED selfsigned:SELFSIGNED elsewhere:ELSEWHERE; do
	name=${certificate%%:*} port=${certificate#*:}_PORT
	[ "$name" != away ] || name=good
	server "${!port}" "$name" </dev/null
done
server "$PLAIN_PORT" "" "$EVERYWHERE" </dev/null
printf '}\n'
