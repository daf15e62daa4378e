#include "cli/profile_url.h"

#include "helper/wire.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { URL_MAX = KA_WIRE_LINE_MAX - 64, PIN_LENGTH = 64, SCHEME_MAX = 20 };

bool ka_is_url(const char *word)
{
	return strstr(word, "://") != NULL;
}

static bool is_scheme(const char *word, size_t length, const char *scheme)
{
	return strlen(scheme) == length && strncasecmp(word, scheme, length) == 0;
}

static int check_scheme(const char *word, size_t length, bool insecure_http,
			struct ka_error *reterr)
{
	static const char scheme_bytes[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";

	if (is_scheme(word, length, "https") || (is_scheme(word, length, "http") && insecure_http))
		return 0;
	if (is_scheme(word, length, "http"))
		return ka_fail(reterr, KA_E_PROFILE_URL,
			       "http: is not encrypted and not allowed: write https:// "
			       "(--insecure-http allows it on a loopback address)");
	if (length == 0 || length > SCHEME_MAX || strspn(word, scheme_bytes) < length)
		return ka_fail(reterr, KA_E_PROFILE_URL,
			       "in front of :// stands no scheme, expected https:");
	return ka_fail(reterr, KA_E_PROFILE_URL, "%.*s: is not allowed, only https:", (int)length,
		       word);
}

static int check_bytes(const char *word, struct ka_error *reterr)
{
	for (const char *at = word; *at; at++)
		if (*at <= ' ' || *at > '~')
			return ka_fail(reterr, KA_E_PROFILE_URL,
				       "a URL holds printable ASCII without blanks: write other "
				       "characters as %%XX");
	if (strlen(word) > URL_MAX)
		return ka_fail(reterr, KA_E_PROFILE_URL,
			       "a URL of %zu bytes found, expected at most %d", strlen(word),
			       URL_MAX);
	return 0;
}

/* Whether the part behind the host is empty, or a colon and digits. Else it may be a password with
 * a delimiter in it. */
static bool has_good_port(const char *host, size_t length)
{
	const char *end = host + length, *bracket = memchr(host, ']', length);
	const char *colon =
		memchr(bracket ? bracket : host, ':', (size_t)(end - (bracket ? bracket : host)));

	return !colon || colon + 1 + strspn(colon + 1, "0123456789") >= end;
}

static int check_host(const char *host, struct ka_error *reterr)
{
	size_t length = strcspn(host, "/?#");

	if (memchr(host, '@', length))
		return ka_fail(reterr, KA_E_PROFILE_URL,
			       "a URL with a user name or password is refused: put a token into "
			       "a file for --header-file");
	if (length == 0)
		return ka_fail(reterr, KA_E_PROFILE_URL,
			       "a URL without a host found, expected https://HOST/PATH");
	if (!has_good_port(host, length))
		return ka_fail(reterr, KA_E_PROFILE_URL,
			       "a URL whose port is no number found, expected "
			       "https://HOST:PORT/PATH");
	return 0;
}

/* The pin that a fragment holds. */
static int read_pin(struct ka_arena *arena, const char *fragment, const char **ret_pin,
		    struct ka_error *reterr)
{
	static const char key[] = "sha256=";
	const char *digits = fragment + sizeof(key) - 1;
	char pin[PIN_LENGTH];

	if (strncmp(fragment, key, sizeof(key) - 1) != 0 || strlen(digits) != PIN_LENGTH ||
	    strspn(digits, "0123456789abcdefABCDEF") != PIN_LENGTH)
		return ka_fail(reterr, KA_E_PROFILE_URL,
			       "behind # stands something else than sha256= and 64 hexadecimal "
			       "digits");
	for (size_t i = 0; i < PIN_LENGTH; i++)
		pin[i] = (char)tolower((unsigned char)digits[i]);
	*ret_pin = ka_arena_copy(arena, pin, PIN_LENGTH);
	return 0;
}

int ka_profile_url_parse(struct ka_arena *arena, const char *word, bool insecure_http,
			 struct ka_profile_url *ret_url, struct ka_error *reterr)
{
	const char *host = strstr(word, "://"), *fragment = strchr(word, '#');
	size_t asked = fragment ? (size_t)(fragment - word) : strlen(word);
	size_t shown = strcspn(word, "?#");
	struct ka_profile_url url = {.pin = NULL};

	if (!host || check_bytes(word, reterr) < 0 ||
	    check_scheme(word, (size_t)(host - word), insecure_http, reterr) < 0 ||
	    check_host(host + 3, reterr) < 0)
		return host ? -1 : ka_fail(reterr, KA_E_PROFILE_URL, "no URL found");
	if (fragment && read_pin(arena, fragment + 1, &url.pin, reterr) < 0)
		return -1;
	url.asked = ka_arena_copy(arena, word, asked);
	url.shown = ka_arena_printf(arena, "%.*s%s", (int)shown, word, shown < asked ? "?..." : "");
	*ret_url = url;
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}
