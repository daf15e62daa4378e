/* What kaadvise makes of a helper's answers, however bad: the helpers here are small scripts. */
#include "edge/fetch.h"
#include "edge/fetch_process.h"
#include "helper/wire.h"

#include "fail_alloc.h"
#include "ka_test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A directory with a helper, and what it got. */
struct place {
	char path[64];
	char helper[80];
	char directory[80]; /* "DIR=...", for the helper's environment */
	char *environment[4];
	struct ka_arena arena;
	struct ka_error error;
	struct ka_fetch_program program;
	struct ka_fetch_answer answer;
	int waits;
};

static void count_wait(void *context)
{
	struct place *place = context;

	place->waits++;
}

static int make_place(void **state)
{
	static struct place place;
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", other[] = "https_proxy=a b=c";

	place = (struct place){.path = "/tmp/kaadvise-fetch-XXXXXX",
			       .arena = ka_arena_make(KA_ARENA_CAP)};
	if (!mkdtemp(place.path))
		return -1;
	snprintf(place.helper, sizeof(place.helper), "%s/helper", place.path);
	snprintf(place.directory, sizeof(place.directory), "DIR=%s", place.path);
	place.environment[0] = path;
	place.environment[1] = place.directory;
	place.environment[2] = other;
	place.program = (struct ka_fetch_program){place.helper, place.environment, NULL, &place};
	*state = &place;
	return 0;
}

static const char *file_of(const struct place *place, const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", place->path, name);
	return path;
}

static int remove_place(void **state)
{
	static const char *const names[] = {"helper", "request", "argument", "status", "env",
					    "fds",    "answer",  "pid",      "cwd"};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(file_of(place, names[i]));
	ka_arena_clear(&place->arena);
	return rmdir(place->path);
}

static void write_file(const struct place *place, const char *name, const char *bytes,
		       size_t length, mode_t mode)
{
	int fd = open(file_of(place, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_int_at_least(fd, 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

/* What a helper left in its directory. */
static const char *left(const struct place *place, const char *name)
{
	static char text[128 * 1024];
	FILE *file = fopen(file_of(place, name), "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* The helper is a shell script of these lines. */
static void helper_does(const struct place *place, const char *lines)
{
	char script[1024];
	int length = snprintf(script, sizeof(script), "#!/bin/sh\n%s\n", lines);

	write_file(place, "helper", script, (size_t)length, 0700);
}

/* The helper reads its request and says these bytes. */
static void helper_says(const struct place *place, const char *bytes, size_t length)
{
	write_file(place, "answer", bytes, length, 0600);
	helper_does(place, "cat >$DIR/request\ncat $DIR/answer");
}

static const struct ka_fetch_request plain = {.url = "https://example.net/p.yaml"};
static const struct ka_fetch_request conditional = {.url = "https://example.net/p.yaml",
						    .etag = "\"1\""};
static const struct ka_fetch_request with_signature = {.url = "https://example.net/p.yaml",
						       .wants_signature = true};

static int fetch(struct place *place, const struct ka_fetch_request *request)
{
	place->error = (struct ka_error){.id = KA_E_NONE};
	memset(&place->answer, 0, sizeof(place->answer));
	return ka_fetch(&place->arena, &place->program, request, &place->answer, &place->error);
}

static void fetches(struct place *place, const struct ka_fetch_request *request, const char *text)
{
	helper_says(place, text, strlen(text));
	if (fetch(place, request) < 0)
		print_error("%s: %s\n", text, place->error.message);
	assert_int_equal(place->error.id, KA_E_NONE);
}

static void fails(struct place *place, const struct ka_fetch_request *request, const char *bytes,
		  size_t length, enum ka_error_id id)
{
	helper_says(place, bytes, length);
	ka_test_at("'%.60s'", bytes);
	assert_int_equal(fetch(place, request), -1);
	ka_test_at("'%.60s': '%s'", bytes, place->error.message);
	assert_int_equal(place->error.id, id);
	assert_null(place->answer.bytes);
}

static void good_answers_are_read(void **state)
{
	struct place *place = *state;

	fetches(place, &plain, "status 200\nlength 5\n\nhello");
	assert_false(place->answer.is_unchanged);
	assert_int_equal(place->answer.length, 5);
	assert_string_equal(place->answer.bytes, "hello");
	assert_null(place->answer.etag);
	assert_null(place->answer.last_modified);
	assert_null(place->answer.signature);
	fetches(place, &plain,
		"status 200\netag W/\"a b\"\nlast-modified Mon, 23 Nov 2026 00:00:00 GMT\n"
		"length 0\n\n");
	assert_int_equal(place->answer.length, 0);
	assert_string_equal(place->answer.etag, "W/\"a b\"");
	assert_string_equal(place->answer.last_modified, "Mon, 23 Nov 2026 00:00:00 GMT");
	fetches(place, &with_signature, "status 200\nlength 2\nsignature-length 3\n\n\n\nsig");
	assert_int_equal(place->answer.length, 2);
	assert_memory_equal(place->answer.bytes, "\n\n", 2);
	assert_int_equal(place->answer.signature_length, 3);
	assert_memory_equal(place->answer.signature, "sig", 3);
	fetches(place, &with_signature, "length 1\nsignature-length 0\nstatus 200\n\nx");
	assert_int_equal(place->answer.signature_length, 0);
	assert_non_null(place->answer.signature);
}

static void an_unchanged_copy_has_no_bytes(void **state)
{
	struct ka_fetch_request dated = plain, signed_too = conditional;
	struct place *place = *state;

	dated.last_modified = "Mon, 23 Nov 2026 00:00:00 GMT";
	signed_too.wants_signature = true;
	fetches(place, &conditional, "status 304\netag \"1\"\nlength 0\n\n");
	assert_true(place->answer.is_unchanged);
	assert_int_equal(place->answer.length, 0);
	fetches(place, &dated, "status 304\nlength 0\n\n");
	assert_true(place->answer.is_unchanged);
	fetches(place, &signed_too, "status 304\nlength 0\n\n");
	assert_true(place->answer.is_unchanged);
	assert_null(place->answer.signature);
}

static void bodies_may_hold_anything(void **state)
{
	static const char head[] = "status 200\nlength 65536\nsignature-length 4096\n\n";
	enum { LENGTH = sizeof(head) - 1 + KA_WIRE_BODY_MAX + KA_WIRE_SIGNATURE_MAX };
	struct place *place = *state;
	char *bytes = malloc(LENGTH);

	assert_non_null(bytes);
	for (size_t i = 0; i < LENGTH; i++)
		bytes[i] = (char)(i * 7);
	memcpy(bytes, head, sizeof(head) - 1);
	helper_says(place, bytes, LENGTH);
	assert_int_equal(fetch(place, &with_signature), 0);
	assert_int_equal(place->answer.length, KA_WIRE_BODY_MAX);
	assert_memory_equal(place->answer.bytes, bytes + sizeof(head) - 1, KA_WIRE_BODY_MAX);
	assert_memory_equal(place->answer.signature, bytes + sizeof(head) - 1 + KA_WIRE_BODY_MAX,
			    KA_WIRE_SIGNATURE_MAX);
	free(bytes);
}

static void garbage_is_refused(void **state)
{
	static const char *const answers[] = {
		"\n",
		"\n\n",
		"x",
		"garbage\n\n",
		"status\n\n",
		"status \n\n",
		"status 200",
		"status 200\n",
		"status 200\n\n",
		"status 200\netag a\n\n",
		"status 200\nlength 5\n",
		"status 200\nlength 5\nhello",
		"status 200\nlength 5\n\nhell",
		"status 200\nlength 5\n\nhello!",
		"status 200\nlength 0\n\n\n",
		"status 200\nlength 05\n\nhello",
		"status 200\nlength -1\n\n",
		"status 200\nlength  5\n\nhello",
		"status 200\nlength 5 \n\nhello",
		"status 200\nlength 0x5\n\nhello",
		"status 200\nlength 65537\n\n",
		"status 200\nlength 99999999999999999999\n\n",
		"status 200\nlength 18446744073709551616\n\n",
		"status 200\nstatus 200\nlength 0\n\n",
		"status 200\nlength 0\nlength 0\n\n",
		"status 200\nlength 0\nother 1\n\n",
		"status 200\nLength 0\n\n",
		"status 200\r\nlength 0\r\n\r\n",
		"status 200\netag a\nlength 0\netag b\n\n",
		"status 200\netag a\tb\nlength 0\n\n",
		"status 200\netag \x1b[2J\nlength 0\n\n",
		"status 200\netag caf\xc3\xa9\nlength 0\n\n",
		"status 200\nlast-modified \x7f\nlength 0\n\n",
		"status 201\nlength 0\n\n",
		"status 404\nlength 0\n\n",
		"status 2000\nlength 0\n\n",
		"status 304\nlength 0\n\n",
		"status 200\nlength 0\nsignature-length 0\n\n",
		"length 0\n\n",
		"length 5\n\nhello",
		" status 200\nlength 0\n\n",
		"verified 0123456789ABCDEF x\n",
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		fails(place, &plain, answers[i], strlen(answers[i]), KA_E_FETCH_CONTENT);
		assert_string_equal(place->error.message,
				    "content: kaadvise-fetch answers what cannot be understood");
	}
}

static void what_was_not_asked_for_is_refused(void **state)
{
	static const char *const unsigned_answers[] = {
		"status 200\nlength 5\n\nhello",
		"status 200\nlength 5\nsignature-length 4097\n\nhello",
		"status 200\nlength 5\nsignature-length 1\n\nhello",
		"status 200\nlength 5\nsignature-length 1\n\nhellosi",
		"status 200\nlength 5\nsignature-length -1\n\nhell",
	};
	static const char *const changed[] = {
		"status 304\nlength 5\n\nhello",
		"status 304\nlength 0\n\nhello",
		"status 304\nlength 0\nsignature-length 0\n\n",
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(unsigned_answers) / sizeof(unsigned_answers[0]); i++)
		fails(place, &with_signature, unsigned_answers[i], strlen(unsigned_answers[i]),
		      KA_E_FETCH_CONTENT);
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		fails(place, &conditional, changed[i], strlen(changed[i]), KA_E_FETCH_CONTENT);
}

static void nuls_are_refused(void **state)
{
	static const char in_head[] = "status 200\netag a\0b\nlength 0\n\n";
	static const char in_key[] = "status 200\n\0length 0\n\n";
	static const char in_error[] = "error connect a\0b\n";
	struct place *place = *state;

	fails(place, &plain, in_head, sizeof(in_head) - 1, KA_E_FETCH_CONTENT);
	fails(place, &plain, in_key, sizeof(in_key) - 1, KA_E_FETCH_CONTENT);
	fails(place, &plain, in_error, sizeof(in_error) - 1, KA_E_FETCH_CONTENT);
	fails(place, &plain, "\0", 1, KA_E_FETCH_CONTENT);
}

/* A line of this length altogether, without its end. */
static void say_line(struct place *place, const char *begin, size_t length, const char *end)
{
	char text[3 * KA_WIRE_LINE_MAX];
	int size = snprintf(text, sizeof(text), "%s%0*d%s", begin, (int)(length - strlen(begin)), 7,
			    end);

	helper_says(place, text, (size_t)size);
}

static void lines_are_bounded(void **state)
{
	struct place *place = *state;

	say_line(place, "etag ", KA_WIRE_LINE_MAX, "\nstatus 200\nlength 0\n\n");
	assert_int_equal(fetch(place, &plain), 0);
	assert_int_equal(strlen(place->answer.etag), KA_WIRE_LINE_MAX - strlen("etag "));
	say_line(place, "etag ", KA_WIRE_LINE_MAX + 1, "\nstatus 200\nlength 0\n\n");
	assert_int_equal(fetch(place, &plain), -1);
	assert_int_equal(place->error.id, KA_E_FETCH_CONTENT);
	say_line(place, "error connect ", KA_WIRE_LINE_MAX, "\n");
	assert_int_equal(fetch(place, &plain), -1);
	assert_int_equal(place->error.id, KA_E_FETCH_CONNECT);
	assert_int_at_most(strlen(place->error.message), 500);
	say_line(place, "error connect ", KA_WIRE_LINE_MAX + 1, "\n");
	assert_int_equal(fetch(place, &plain), -1);
	assert_int_equal(place->error.id, KA_E_FETCH_CONTENT);
}

static void every_step_is_an_error_of_its_own(void **state)
{
	static const struct {
		const char *line;
		enum ka_error_id id;
		bool is_outage;
	} rows[] = {
		{"request no host", KA_E_PROFILE_URL, false},
		{"sandbox no user", KA_E_FETCH_PROGRAM, false},
		{"resolve no such host", KA_E_FETCH_RESOLVE, true},
		{"connect refused", KA_E_FETCH_CONNECT, true},
		{"TLS certificate expired", KA_E_FETCH_TLS, false},
		{"redirect to http:", KA_E_FETCH_REDIRECT, false},
		{"status 404 Not Found", KA_E_FETCH_STATUS, false},
		{"status 403 Forbidden", KA_E_FETCH_STATUS, false},
		{"status 429 Too Many Requests", KA_E_FETCH_STATUS, true},
		{"status 500 Internal Server Error", KA_E_FETCH_STATUS, true},
		{"status 503", KA_E_FETCH_STATUS, true},
		{"size more than 64 KiB", KA_E_FETCH_SIZE, false},
		{"time 10 s are over", KA_E_FETCH_TIME, true},
		{"content cut short", KA_E_FETCH_CONTENT, false},
		{"signature none", KA_E_FETCH_SIGNATURE, false},
		{"key no key", KA_E_FETCH_FILE, false},
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char answer[80], message[80];

		snprintf(answer, sizeof(answer), "error %s\n", rows[i].line);
		snprintf(message, sizeof(message), "%.*s: %s", (int)strcspn(rows[i].line, " "),
			 rows[i].line, strchr(rows[i].line, ' ') + 1);
		fails(place, &plain, answer, strlen(answer), rows[i].id);
		assert_string_equal(place->error.message, message);
		assert_int_equal(ka_fetch_is_outage(&place->error), rows[i].is_outage);
	}
}

static void error_lines_stand_alone(void **state)
{
	static const char *const answers[] = {
		"error",
		"error\n",
		"error \n",
		"error connect\n",
		"error connectrefused\n",
		"error connections refused\n",
		"error tls expired\n",
		"error unknown what\n",
		"error connect refused",
		"error connect refused\n\n",
		"error connect refused\nerror connect refused\n",
		"errors connect refused\n",
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		fails(place, &plain, answers[i], strlen(answers[i]), KA_E_FETCH_CONTENT);
		assert_false(ka_fetch_is_outage(&place->error));
	}
}

static void more_than_it_may_say_is_cut_off(void **state)
{
	struct place *place = *state;

	helper_does(place, "echo $$ >$DIR/pid\nexec cat /dev/zero");
	assert_int_equal(fetch(place, &plain), -1);
	assert_int_equal(place->error.id, KA_E_FETCH_CONTENT);
	assert_string_equal(place->error.message, "content: kaadvise-fetch says more than it may");
	assert_int_equal(kill((pid_t)atoi(left(place, "pid")), 0), -1);
}

static void the_request_is_handed_over(void **state)
{
	static const char *const headers[] = {"Authorization: Bearer s3cret", "X-Site: a b"};
	static const struct ka_fetch_request all = {
		.url = "https://example.net/p.yaml?q=1",
		.headers = headers,
		.header_count = 2,
		.etag = "W/\"5\"",
		.last_modified = "Mon, 23 Nov 2026 00:00:00 GMT",
		.insecure_http = true,
		.wants_signature = true,
	};
	struct place *place = *state;

	fetches(place, &plain, "status 200\nlength 0\n\n");
	assert_string_equal(left(place, "request"), "url https://example.net/p.yaml\n\n");
	helper_says(place, "error key x\n", 12);
	assert_int_equal(fetch(place, &all), -1);
	assert_string_equal(left(place, "request"), "url https://example.net/p.yaml?q=1\n"
						    "header Authorization: Bearer s3cret\n"
						    "header X-Site: a b\n"
						    "etag W/\"5\"\n"
						    "last-modified Mon, 23 Nov 2026 00:00:00 GMT\n"
						    "insecure-http yes\n"
						    "signature yes\n\n");
}

/* The helper's surroundings are the same wherever kaadvise runs. */
static void nothing_else_is_handed_on(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	struct place *place = *state;
	int fds[] = {77, 78, 200};
	char here[PATH_MAX];
	sigset_t blocked, old;

	helper_does(place, "echo $# >$DIR/argument\npwd >$DIR/cwd\nenv >$DIR/env\n"
			   "grep ^Sig /proc/self/status >$DIR/status\n"
			   "for fd in 3 4 5 6 7 8 9 77 78 200; do\n"
			   "[ ! -e /proc/$$/fd/$fd ] || echo $fd; done >$DIR/fds\n"
			   "readlink /proc/$$/fd/2 >>$DIR/fds\n"
			   "echo status 200; echo length 0; echo; echo noise >&2");
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(dup2(STDERR_FILENO, fds[i]), fds[i]);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGALRM);
	sigprocmask(SIG_BLOCK, &blocked, &old);
	sigaction(SIGPIPE, &ignore, &before);
	assert_int_equal(fetch(place, &plain), 0);
	sigaction(SIGPIPE, &before, NULL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	assert_string_equal(left(place, "argument"), "0\n");
	/* Files of the environment may have relative names. */
	assert_non_null(getcwd(here, sizeof(here)));
	assert_memory_equal(left(place, "cwd"), here, strlen(here));
	assert_string_equal(left(place, "fds"), "/dev/null\n");
	assert_contains(left(place, "env"), "https_proxy=a b=c\n");
	assert_null(strstr(left(place, "env"), "HOME="));
	assert_contains(left(place, "status"), "SigBlk:\t0000000000000000\n");
	/* Two signals above 31 are the C library's own. */
	assert_contains(left(place, "status"), "SigIgn:\t");
	assert_int_equal(
		strtoull(strstr(left(place, "status"), "SigIgn:") + 7, NULL, 16) & 0x7fffffff, 0);
}

static size_t count_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static struct ka_exchange exchange_of(const struct place *place, const struct ka_text *request)
{
	return (struct ka_exchange){.helper = place->helper,
				    .environment = place->program.environment,
				    .request = request,
				    .answer_max = 1000,
				    .time_ms = 20000,
				    .on_wait = count_wait,
				    .context = (void *)place};
}

/* Exchanges something with a helper that does this. */
static int exchange_ms(struct place *place, const char *lines, int time_ms)
{
	struct ka_text request = {0};
	struct ka_exchange exchange = exchange_of(place, &request);
	const char *answer;
	size_t length;
	int result;

	ka_text_add(&request, "question\n");
	exchange.time_ms = time_ms;
	place->error = (struct ka_error){.id = KA_E_NONE};
	helper_does(place, lines);
	result = ka_fetch_exchange(&place->arena, &exchange, &answer, &length, &place->error);
	ka_text_clear(&request);
	return result;
}

static void assert_no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* However it goes. */
static void nothing_is_left_behind(void **state)
{
	static const struct {
		const char *lines;
		int time_ms;
		enum ka_error_id id;
	} rows[] = {
		{"cat", 20000, KA_E_NONE},
		{"echo answer", 20000, KA_E_NONE},
		{"exec <&-; echo answer", 20000, KA_E_NONE},
		{"echo error resolve x; exit 1", 20000, KA_E_NONE},
		{"echo answer; exit 1", 20000, KA_E_FETCH_PROGRAM},
		{"echo answer; kill -9 $$", 20000, KA_E_FETCH_PROGRAM},
		{"cat >/dev/null", 20000, KA_E_FETCH_PROGRAM},
		{"exit 2", 20000, KA_E_FETCH_PROGRAM},
		{"kill -9 $$", 20000, KA_E_FETCH_PROGRAM},
		{"exec sleep 60", 100, KA_E_FETCH_TIME},
		{"echo answer; exec sleep 60", 100, KA_E_FETCH_TIME},
		{"trap '' TERM INT; echo answer; exec sleep 60", 100, KA_E_FETCH_TIME},
		{"echo answer; exec >&-; exec sleep 60", 100, KA_E_FETCH_PROGRAM},
		{"echo answer; exec >&-; sleep 0.02", 20000, KA_E_NONE},
		{"exec yes", 20000, KA_E_FETCH_CONTENT},
	};
	struct place *place = *state;
	size_t fds = count_fds();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int result = exchange_ms(place, rows[i].lines, rows[i].time_ms);

		ka_test_at("%s: '%s'", rows[i].lines, place->error.message);
		assert_int_equal(place->error.id, rows[i].id);
		assert_int_equal(result, rows[i].id == KA_E_NONE ? 0 : -1);
		assert_int_equal(count_fds(), fds);
		assert_no_child();
	}
}

static void how_it_died_is_told(void **state)
{
	struct place *place = *state;

	assert_int_equal(exchange_ms(place, "exit 127", 20000), -1);
	assert_string_equal(place->error.message,
			    "kaadvise-fetch ended without an answer, with status 127");
	assert_int_equal(exchange_ms(place, "kill -SEGV $$", 20000), -1);
	assert_string_equal(place->error.message, "kaadvise-fetch was killed by signal 11");
	assert_int_equal(exchange_ms(place, "exec sleep 60", 50), -1);
	assert_string_equal(place->error.message, "time: kaadvise-fetch does not end");
	assert_true(ka_fetch_is_outage(&place->error));
}

static void what_cannot_be_started_is_told(void **state)
{
	static char elsewhere[] = "/nonexistent/kaadvise-fetch";
	struct place *place = *state;
	size_t fds = count_fds();

	place->program.path = elsewhere;
	assert_int_equal(fetch(place, &plain), -1);
	assert_int_equal(place->error.id, KA_E_FETCH_PROGRAM);
	assert_int_equal(place->error.sys_errno, ENOENT);
	assert_contains(place->error.message, "/nonexistent/kaadvise-fetch cannot be started");
	place->program.path = place->helper;
	write_file(place, "helper", "", 0, 0600);
	assert_int_equal(fetch(place, &plain), -1);
	assert_int_equal(place->error.sys_errno, EACCES);
	assert_int_equal(count_fds(), fds);
	assert_no_child();
}

/* SIGCHLD may be ignored by whoever started kaadvise. */
static void a_parent_that_ignores_children_does_no_harm(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	struct place *place = *state;

	sigaction(SIGCHLD, &ignore, &before);
	fetches(place, &plain, "status 200\nlength 5\n\nhello");
	assert_string_equal(place->answer.bytes, "hello");
	assert_int_equal(exchange_ms(place, "exit 3", 20000), -1);
	assert_string_equal(place->error.message,
			    "kaadvise-fetch ended without an answer, with status 3");
	assert_int_equal(exchange_ms(place, "exec sleep 60", 50), -1);
	assert_int_equal(place->error.id, KA_E_FETCH_TIME);
	assert_string_equal(place->error.message, "time: kaadvise-fetch does not end");
	assert_int_equal(sigaction(SIGCHLD, &before, &ignore), 0);
	assert_ptr_equal(ignore.sa_handler, SIG_IGN);
}

static void without_descriptors_nothing_starts(void **state)
{
	struct place *place = *state;
	struct rlimit few = {64, 64}, before;
	int fds[64], count = 0;

	helper_does(place, "cat");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	while (count < 64 && (fds[count] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		count++;
	/* None left; then two, for the socket pair alone. */
	for (int spare = 0; spare <= 2; spare += 2) {
		for (int i = 0; i < spare; i++)
			close(fds[--count]);
		ka_test_at("%d left", spare);
		assert_int_equal(fetch(place, &plain), -1);
		assert_int_equal(place->error.id, KA_E_FETCH_PROGRAM);
		assert_int_equal(place->error.sys_errno, EMFILE);
	}
	while (count > 0)
		close(fds[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void waiting_is_told_once(void **state)
{
	struct place *place = *state;
	int64_t began = now_ms();

	assert_int_equal(exchange_ms(place, "echo answer", 20000), 0);
	assert_int_equal(place->waits, now_ms() - began >= 1000);
	place->waits = 0;
	assert_int_equal(exchange_ms(place, "echo an; exec sleep 60", 1200), -1);
	assert_int_equal(place->error.id, KA_E_FETCH_TIME);
	assert_int_equal(place->waits, 1);
	assert_int_at_most(now_ms() - began, 20000);
}

/* A pipe holds less than the question, and the helper answers before it reads. */
static void long_questions_do_not_block(void **state)
{
	struct place *place = *state;
	struct ka_text request = {0};
	struct ka_exchange exchange = exchange_of(place, &request);
	const char *answer;
	size_t length;

	for (int i = 0; i < 40000; i++)
		ka_text_add(&request, "0123456789abcdef");
	exchange.answer_max = 1000 * 1000;
	helper_does(place, "head -c 200000 /dev/zero; cat");
	assert_int_equal(ka_fetch_exchange(&place->arena, &exchange, &answer, &length, NULL), 0);
	assert_int_equal(length, 200000 + request.length);
	assert_string_equal(answer + 200000, request.bytes);
	ka_text_clear(&request);
}

static int verify(struct place *place, const char *answer, const char **ret_signer)
{
	const struct ka_fetch_bytes key = {"key\n", 4}, signature = {"sign\0\n", 6},
				    content = {"", 0};

	write_file(place, "answer", answer, strlen(answer), 0600);
	helper_does(place, "echo \"$*\" >$DIR/argument\ncat >$DIR/request\ncat $DIR/answer");
	place->error = (struct ka_error){.id = KA_E_NONE};
	return ka_fetch_verify(&place->arena, &place->program, &key, &signature, &content,
			       ret_signer, &place->error);
}

static void verdicts_are_read(void **state)
{
	static const char asked[] = "key-length 4\nsignature-length 6\nlength 0\n\nkey\nsign";
	struct place *place = *state;
	const char *signer = NULL;

	assert_int_equal(verify(place, "verified 0123456789ABCDEF trusted\n", &signer), 0);
	assert_string_equal(signer, "0123456789ABCDEF");
	assert_string_equal(left(place, "argument"), "--verify\n");
	assert_string_equal(left(place, "request"), asked);
	assert_int_equal(verify(place, "verified 0123456789ABCDEF\n", &signer), 0);
	assert_int_equal(verify(place, "verified 0123456789ABCDEF \n", &signer), 0);
}

static void bad_verdicts_verify_nothing(void **state)
{
	static const struct {
		const char *answer;
		enum ka_error_id id;
	} rows[] = {
		{"error signature by another key\n", KA_E_FETCH_SIGNATURE},
		{"error key no key\n", KA_E_FETCH_FILE},
		{"error sandbox no\n", KA_E_FETCH_PROGRAM},
		{"error signature\n", KA_E_FETCH_CONTENT},
		{"error signature x\nverified 0123456789ABCDEF x\n", KA_E_FETCH_CONTENT},
		{"verified 0123456789ABCDEF x\nerror signature x\n", KA_E_FETCH_CONTENT},
		{"verified 0123456789ABCDEF x\n\n", KA_E_FETCH_CONTENT},
		{"verified 0123456789ABCDEF x", KA_E_FETCH_CONTENT},
		{"verified 0123456789ABCDE x\n", KA_E_FETCH_CONTENT},
		{"verified 0123456789ABCDEF0 x\n", KA_E_FETCH_CONTENT},
		{"verified 0123456789ABCDEG x\n", KA_E_FETCH_CONTENT},
		{"verified 0123456789ABCDEFx\n", KA_E_FETCH_CONTENT},
		{"verified  0123456789ABCDEF x\n", KA_E_FETCH_CONTENT},
		{"Verified 0123456789ABCDEF x\n", KA_E_FETCH_CONTENT},
		{"verified\n", KA_E_FETCH_CONTENT},
		{"\n", KA_E_FETCH_CONTENT},
		{"", KA_E_FETCH_PROGRAM},
		{"status 200\nlength 0\n\n", KA_E_FETCH_CONTENT},
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *signer = NULL;

		ka_test_at("'%s'", rows[i].answer);
		assert_int_equal(verify(place, rows[i].answer, &signer), -1);
		ka_test_at("'%s'", rows[i].answer);
		assert_int_equal(place->error.id, rows[i].id);
		assert_null(signer);
	}
}

static void lack_of_memory_is_told(void **state)
{
	static const char answer[] = "status 200\netag x\nlength 5\nsignature-length 1\n\nhellos";
	struct place *place = *state;
	size_t fds = count_fds();
	const char *signer;
	bool has_failed = true;

	helper_says(place, answer, sizeof(answer) - 1);
	for (size_t n = 1; has_failed; n++) {
		int result;

		ka_arena_clear(&place->arena);
		place->arena = ka_arena_make(KA_ARENA_CAP);
		ka_fail_allocation(n);
		result = fetch(place, &with_signature);
		has_failed = ka_allocation_failed;
		ka_fail_allocation(0);
		ka_test_at("allocation %zu", n);
		assert_int_equal(result, has_failed ? -1 : 0);
		if (has_failed && place->error.id != KA_E_FETCH_PROGRAM)
			assert_int_equal(place->error.id, KA_E_MEMORY);
		assert_int_equal(count_fds(), fds);
		assert_no_child();
	}
	place->arena.cap = place->arena.used;
	place->arena.has_failed = false;
	assert_int_equal(verify(place, "verified 0123456789ABCDEF x\n", &signer), -1);
	assert_int_equal(place->error.id, KA_E_MEMORY);
}

#define IN_A_PLACE(test)                                                                           \
	{                                                                                          \
#test, test, make_place, remove_place, NULL                                        \
	}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_A_PLACE(good_answers_are_read),
		IN_A_PLACE(an_unchanged_copy_has_no_bytes),
		IN_A_PLACE(bodies_may_hold_anything),
		IN_A_PLACE(garbage_is_refused),
		IN_A_PLACE(what_was_not_asked_for_is_refused),
		IN_A_PLACE(nuls_are_refused),
		IN_A_PLACE(lines_are_bounded),
		IN_A_PLACE(every_step_is_an_error_of_its_own),
		IN_A_PLACE(error_lines_stand_alone),
		IN_A_PLACE(more_than_it_may_say_is_cut_off),
		IN_A_PLACE(the_request_is_handed_over),
		IN_A_PLACE(nothing_else_is_handed_on),
		IN_A_PLACE(nothing_is_left_behind),
		IN_A_PLACE(how_it_died_is_told),
		IN_A_PLACE(what_cannot_be_started_is_told),
		IN_A_PLACE(a_parent_that_ignores_children_does_no_harm),
		IN_A_PLACE(without_descriptors_nothing_starts),
		IN_A_PLACE(waiting_is_told_once),
		IN_A_PLACE(long_questions_do_not_block),
		IN_A_PLACE(verdicts_are_read),
		IN_A_PLACE(bad_verdicts_verify_nothing),
		IN_A_PLACE(lack_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
