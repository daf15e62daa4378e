#include "cli/fetch_inputs.h"

#include "cli/print.h"
#include "edge/file.h"
#include "helper/wire.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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

/* Beside this program, as in a build tree, or where it is installed. */
static int find_helper(struct ka_arena *arena, const char **ret_path, struct ka_error *reterr)
{
	static const char installed[] = KA_LIBEXEC_DIRECTORY "/" HELPER;
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *beside = installed;

	if (length > 0) {
		self[length] = '\0';
		beside = ka_arena_printf(arena, "%.*s/" HELPER, (int)(strrchr(self, '/') - self),
					 self);
		if (access(beside, X_OK) == 0) {
			*ret_path = beside;
			return 0;
		}
	}
	*ret_path = installed;
	if (access(installed, X_OK) == 0)
		return 0;
	return ka_fail(reterr, KA_E_FETCH_PROGRAM, "no " HELPER " found, neither %s nor %s", beside,
		       installed);
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
		ka_error_set_sys(reterr, KA_E_FETCH_FILE, -error, "--%s: cannot be read", option);
		snprintf(reterr->file, sizeof(reterr->file), "%s", name);
		return -1;
	}
	*ret_bytes = (struct ka_fetch_bytes){ka_arena_copy(arena, bytes, length), length};
	free(bytes);
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

/* What is wrong with a header line; NULL: nothing. */
static const char *fault_of_header(const char *line)
{
	static const char *const ours[] = {"Host", "Content-Length", "Transfer-Encoding",
					   "Connection"};
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_");

	if (name == 0 || line[name] != ':')
		return "no header line of the form NAME: VALUE found";
	if (strlen(line) > KA_WIRE_LINE_MAX - sizeof("header"))
		return "a header line is too long";
	for (const char *at = line + name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return "a header line holds control characters";
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strlen(ours[i]) == name && strncasecmp(ours[i], line, name) == 0)
			return "a header that no file may set found";
	return NULL;
}

static int read_headers(struct ka_arena *arena, const char *name, struct ka_fetch_inputs *inputs,
			struct ka_error *reterr)
{
	size_t max = (size_t)KA_WIRE_HEADERS_MAX * (KA_WIRE_LINE_MAX + 2);
	struct ka_fetch_bytes file;
	unsigned number = 0;

	if (read_file(arena, "header-file", name, max, &file, reterr) < 0)
		return -1;
	inputs->headers = ka_arena_array(arena, KA_WIRE_HEADERS_MAX, sizeof(*inputs->headers));
	for (const char *at = file.bytes, *end; inputs->headers && *at; at = end + (*end == '\n')) {
		const char *line, *fault;
		size_t length = strcspn(at, "\n");

		end = at + length;
		number++;
		length -= length > 0 && at[length - 1] == '\r';
		if (length == 0)
			continue;
		line = ka_arena_copy(arena, at, length);
		fault = inputs->header_count == KA_WIRE_HEADERS_MAX ? "more than 16 header lines"
								    : fault_of_header(line);
		if (fault)
			return ka_fail_at(reterr, KA_E_FETCH_FILE, name, number, 0,
					  "--header-file: %s", fault);
		inputs->headers[inputs->header_count++] = line;
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
	if (find_helper(arena, &inputs.program.path, reterr) < 0 ||
	    (options->header_file &&
	     read_headers(arena, options->header_file, &inputs, reterr) < 0) ||
	    (options->verify_key && read_file(arena, "verify-key", options->verify_key,
					      KA_WIRE_SIGNATURE_MAX, &inputs.key, reterr) < 0))
		return -1;
	*ret_inputs = inputs;
	return 0;
}
