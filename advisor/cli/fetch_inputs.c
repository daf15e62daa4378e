#include "cli/fetch_inputs.h"

#include "cli/print.h"
#include "edge/file.h"
#include "helper/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELPER "kaadvise-fetch"
#define ROOT_CACHE "/var/cache/kaadvise"

/* What the helper gets to know of the environment: proxies and certificates, as libcurl and the
 * curl program read them, and how a build with sanitizers behaves. */
static const char *const passed[] = {
	"http_proxy",    "https_proxy",  "HTTPS_PROXY",  "all_proxy",
	"ALL_PROXY",     "no_proxy",     "NO_PROXY",     "CURL_CA_BUNDLE",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "ASAN_OPTIONS", "UBSAN_OPTIONS",
};
enum { PASSED_COUNT = sizeof(passed) / sizeof(passed[0]) };

static char *const *environment_for_helper(struct ka_arena *arena)
{
	char **environment = ka_arena_array(arena, PASSED_COUNT + 1, sizeof(*environment));
	size_t count = 0;

	for (size_t i = 0; environment && i < PASSED_COUNT; i++) {
		const char *value = getenv(passed[i]);

		if (value)
			environment[count++] =
				(char *)ka_arena_printf(arena, "%s=%s", passed[i], value);
	}
	return environment;
}

static const char *beside_this_program(struct ka_arena *arena)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *slash = length > 0 ? memrchr(self, '/', (size_t)length) : NULL;

	return slash ? ka_arena_printf(arena, "%.*s/" HELPER, (int)(slash - self), self) : NULL;
}

/* Whether a program may be run: root's, or of whoever this one is. In a directory where everybody
 * may put something, like /tmp, it would else be anybody's. */
static bool may_run(const char *path)
{
	struct stat self, status;

	if (access(path, X_OK) < 0 || stat(path, &status) < 0)
		return false;
	if (status.st_uid == 0 ||
	    (stat("/proc/self/exe", &self) == 0 && status.st_uid == self.st_uid))
		return true;
	ka_print_note("%s is not used: it is another user's than kaadvise", path);
	return false;
}

int ka_fetch_find_helper(struct ka_arena *arena, struct ka_fetch_program *program,
			 struct ka_error *reterr)
{
	static const char installed[] = KA_LIBEXEC_DIRECTORY "/" HELPER;
	const char *places[] = {program->path, beside_this_program(arena), installed};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i] && may_run(places[i])) {
			program->path = places[i];
			return 0;
		}
	return ka_fail(reterr, KA_E_FETCH_PROGRAM, "no " HELPER " found, neither %s nor %s",
		       places[1] ? places[1] : "beside this program", installed);
}

static const char *cache_directory(struct ka_arena *arena)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (geteuid() == 0)
		return ROOT_CACHE;
	if (cache && *cache == '/')
		return ka_arena_printf(arena, "%s/kaadvise", cache);
	return home && *home == '/' ? ka_arena_printf(arena, "%s/.cache/kaadvise", home) : NULL;
}

static int read_file(struct ka_arena *arena, const char *option, const char *name, size_t max,
		     struct ka_fetch_bytes *ret_bytes, struct ka_error *reterr)
{
	char *bytes;
	size_t length;
	int error = ka_file_read(AT_FDCWD, name, max, true, &bytes, &length);

	if (error < 0) {
		if (error == -EINVAL)
			ka_error_set(reterr, KA_E_FETCH_FILE, "--%s: not a regular file", option);
		else
			ka_error_set_sys(reterr, KA_E_FETCH_FILE, -error, "--%s: cannot be read",
					 option);
		snprintf(reterr->file, sizeof(reterr->file), "%s", name);
		return -1;
	}
	*ret_bytes = (struct ka_fetch_bytes){ka_arena_copy(arena, bytes, length), length};
	free(bytes);
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

/* What is wrong with the form of a header line; NULL: nothing. */
static const char *fault_of_form(const char *line)
{
	static const char *const reserved[] = KA_WIRE_RESERVED_HEADERS;
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_");

	if (name == 0 || line[name] != ':')
		return "no header line of the form NAME: VALUE found";
	if (line[name + 1 + strspn(line + name + 1, " ")] == '\0')
		return "a header line without a value found";
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strlen(reserved[i]) == name && strncasecmp(reserved[i], line, name) == 0)
			return "a header that no file may set found";
	return NULL;
}

static const char *fault_of_header(const char *line, size_t length)
{
	if (length > KA_WIRE_LINE_MAX - sizeof("header"))
		return "a header line is too long";
	for (size_t i = 0; i < length; i++)
		if (line[i] < ' ' || line[i] > '~')
			return "a header line holds something else than printable ASCII";
	return fault_of_form(line);
}

static int take_header(struct ka_arena *arena, const char *line, size_t length,
		       struct ka_fetch_inputs *inputs, const char **ret_fault)
{
	line = ka_arena_copy(arena, line, length);
	*ret_fault = inputs->header_count == KA_WIRE_HEADERS_MAX ? "more than 16 header lines"
								 : fault_of_header(line, length);
	if (*ret_fault)
		return -1;
	inputs->headers[inputs->header_count++] = line;
	return 0;
}

static int read_headers(struct ka_arena *arena, const char *name, struct ka_fetch_inputs *inputs,
			struct ka_error *reterr)
{
	size_t max = (size_t)KA_WIRE_HEADERS_MAX * (KA_WIRE_LINE_MAX + 2);
	struct ka_fetch_bytes file;
	const char *fault, *end;
	unsigned number = 0;

	if (read_file(arena, "header-file", name, max, &file, reterr) < 0)
		return -1;
	inputs->headers = ka_arena_array(arena, KA_WIRE_HEADERS_MAX, sizeof(*inputs->headers));
	if (!inputs->headers)
		return ka_fail_memory(reterr);
	end = file.bytes + file.length;
	for (const char *at = file.bytes, *next; at < end; at = next) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);

		next = at + length + 1;
		number++;
		length -= length > 0 && at[length - 1] == '\r';
		if (length > 0 && take_header(arena, at, length, inputs, &fault) < 0)
			return ka_fail_at(reterr, KA_E_FETCH_FILE, name, number, 0,
					  "--header-file: %s", fault);
	}
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

/* Somebody waits, and may wonder for what. */
static void say_waiting(void *context)
{
	if (isatty(STDERR_FILENO))
		ka_print_note("fetching %s ...", (const char *)context);
}

int ka_fetch_inputs_read(const struct ka_options *options, struct ka_fetch_inputs *ret_inputs,
			 struct ka_error *reterr)
{
	struct ka_arena *arena = options->arena;
	struct ka_fetch_inputs inputs = {.cache = cache_directory(arena)};

	inputs.program.environment = environment_for_helper(arena);
	inputs.program.on_wait = say_waiting;
	if (arena->has_failed)
		return ka_fail_memory(reterr);
	if ((options->header_file &&
	     read_headers(arena, options->header_file, &inputs, reterr) < 0) ||
	    (options->verify_key && read_file(arena, "verify-key", options->verify_key,
					      KA_WIRE_SIGNATURE_MAX, &inputs.key, reterr) < 0))
		return -1;
	*ret_inputs = inputs;
	return 0;
}
