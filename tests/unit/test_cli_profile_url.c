/* URLs that profiles come from: what may be asked for, and what may be shown of it. */
#include "cli/profile_url.h"

#include "ka_test.h"

/* A pin in both cases, and as it is compared. */
#define PIN_UPPER "0123456789ABCDEF0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define PIN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What no message may ever hold. */
#define SECRET "s3cret"

static struct ka_arena arena;
static struct ka_profile_url url;
static struct ka_error error;

static int make_arena(void **state)
{
	(void)state;
	arena = ka_arena_make(KA_ARENA_CAP);
	return 0;
}

static int clear_arena(void **state)
{
	(void)state;
	ka_arena_clear(&arena);
	return 0;
}

static int parse(const char *word, bool insecure_http)
{
	memset(&url, 0, sizeof(url));
	error = (struct ka_error){.id = KA_E_NONE};
	return ka_profile_url_parse(&arena, word, insecure_http, &url, &error);
}

static void urls_are_known_by_their_form(void **state)
{
	static const struct {
		const char *word;
		bool is_url;
	} rows[] = {
		{"https://example.net/p.yaml", true},
		{"HTTPS://example.net", true},
		{"ftp://example.net/p.yaml", true},
		{"file:///etc/passwd", true},
		{"://", true},
		{"aws-nlb", false},
		{"https:/example.net", false},
		{"./https:/p.yaml", false},
		{"p.yaml", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ka_test_at("%s", rows[i].word);
		assert_int_equal(ka_is_url(rows[i].word), rows[i].is_url);
	}
}

static void good_urls_are_taken_apart(void **state)
{
	static const struct {
		const char *word, *asked, *shown, *pin;
	} rows[] = {
		{"https://h", "https://h", "https://h", NULL},
		{"https://h/p.yaml", "https://h/p.yaml", "https://h/p.yaml", NULL},
		{"HttpS://H/P", "HttpS://H/P", "HttpS://H/P", NULL},
		{"https://h:8443/p", "https://h:8443/p", "https://h:8443/p", NULL},
		{"https://[2001:db8::1]:1/p", "https://[2001:db8::1]:1/p",
		 "https://[2001:db8::1]:1/p", NULL},
		{"https://h/p@q:r", "https://h/p@q:r", "https://h/p@q:r", NULL},
		{"https://h/a://b", "https://h/a://b", "https://h/a://b", NULL},
		{"https://h/p?token=" SECRET, "https://h/p?token=" SECRET, "https://h/p?...", NULL},
		{"https://h?" SECRET "@x", "https://h?" SECRET "@x", "https://h?...", NULL},
		{"https://h/p?", "https://h/p?", "https://h/p?...", NULL},
		{"https://h/p#sha256=" PIN, "https://h/p", "https://h/p", PIN},
		{"https://h/p#sha256=" PIN_UPPER, "https://h/p", "https://h/p", PIN},
		{"https://h#sha256=" PIN, "https://h", "https://h", PIN},
		{"https://h/p?" SECRET "#sha256=" PIN, "https://h/p?" SECRET, "https://h/p?...",
		 PIN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ka_test_at("%s", rows[i].word);
		assert_int_equal(parse(rows[i].word, i % 2), 0);
		assert_string_equal(url.asked, rows[i].asked);
		assert_string_equal(url.shown, rows[i].shown);
		ka_test_at("%s", rows[i].word);
		assert_int_equal(url.pin != NULL, rows[i].pin != NULL);
		if (url.pin)
			assert_string_equal(url.pin, rows[i].pin);
		assert_null(strstr(url.shown, SECRET));
	}
}

static void refused(const char *word, bool insecure_http, const char *message)
{
	ka_test_at("%s", word);
	assert_int_equal(parse(word, insecure_http), -1);
	ka_test_at("%s", word);
	assert_int_equal(error.id, KA_E_PROFILE_URL);
	assert_contains(error.message, message);
	assert_null(strstr(error.message, SECRET));
	assert_null(url.asked);
	for (const char *at = error.message; *at; at++)
		assert_true(*at >= ' ' && *at <= '~');
}

static void only_https_is_allowed(void **state)
{
	static const char *const refused_by_name[][2] = {
		{"file:///etc/passwd", "file: is not allowed, only https:"},
		{"ftp://h/p", "ftp: is not allowed"},
		{"git+ssh://h/p", "git+ssh: is not allowed"},
		{"httpss://h/p", "httpss: is not allowed"},
		{"http2://h/p", "http2: is not allowed"},
		{"s3://bucket/p", "s3: is not allowed"},
	};
	static const char *const no_schemes[] = {
		"://h/p",
		"/://h/p",
		" https://h/p",
		"https:https://h/p",
		"https:" SECRET ":" SECRET "@h://p",
		"token=" SECRET "://h/p",
		"./a/http://h/p",
		SECRET "averyveryverylongscheme://h/p",
	};

	(void)state;
	refused("http://h/p", false, "http: is not encrypted and not allowed: write https://");
	refused("HTTP://127.0.0.1/p?" SECRET, false, "--insecure-http");
	assert_int_equal(parse("http://127.0.0.1:80/p", true), 0);
	assert_string_equal(url.asked, "http://127.0.0.1:80/p");
	for (size_t i = 0; i < sizeof(refused_by_name) / sizeof(refused_by_name[0]); i++) {
		refused(refused_by_name[i][0], false, refused_by_name[i][1]);
		refused(refused_by_name[i][0], true, refused_by_name[i][1]);
	}
	for (size_t i = 0; i < sizeof(no_schemes) / sizeof(no_schemes[0]); i++)
		refused(no_schemes[i], true, "");
	refused("aws-nlb", false, "no URL found");
}

static void users_and_passwords_are_refused(void **state)
{
	static const char *const words[] = {
		"https://" SECRET "@h/p",
		"https://user:" SECRET "@h/p",
		"https://user:" SECRET "@h",
		"https://user:" SECRET "@h?q",
		"https://user:" SECRET "@h#sha256=" PIN,
		"https://@h/p",
		"https://a@b@h/p",
		"https://h\\" SECRET "@g/p",
		"http://user:" SECRET "@127.0.0.1/p",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		refused(words[i], true, "a URL with a user name or password is refused");
}

static void a_host_is_needed(void **state)
{
	static const char *const words[] = {"https://", "https:///p", "https://?q",
					    ("https://#sha256=" PIN)};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		refused(words[i], false, "a URL without a host");
}

static void a_fragment_is_a_pin(void **state)
{
	static const char *const words[] = {
		"https://h/p#",
		("https://h/p##sha256=" PIN),
		("https://h/p#" PIN),
		"https://h/p#sha256",
		"https://h/p#sha256=",
		"https://h/p#sha256=" SECRET,
		("https://h/p#sha256=" PIN "0"),
		("https://h/p#sha256=" PIN "#"),
		("https://h/p#sha256=" PIN "?q"),
		"https://h/"
		"p#sha256=g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"https://h/"
		"p#sha256=0x23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"https://h/"
		"p#sha256=123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"https://h/p#SHA256=" PIN,
		"https://h/p#md5=" PIN,
		"https://h/p# sha256=" PIN,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		refused(words[i], false, "");
	refused("https://h/p#section", false, "behind # stands something else than sha256=");
}

static void only_printable_ascii_is_taken(void **state)
{
	char word[] = "https://h/p?q";

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		word[10] = (char)byte;
		ka_test_at("byte %d", byte);
		if (byte > ' ' && byte <= '~')
			assert_int_equal(parse(word, false), byte == '#' ? -1 : 0);
		else
			refused(word, false, "a URL holds printable ASCII without blanks");
	}
	refused("https://h/\ns3cret", false, "write other characters as %XX");
	refused("https://user:s3cret\x1b[2J@h", false, "printable ASCII");
}

static void urls_are_bounded(void **state)
{
	enum { MOST = 2 * 1024 - 64 };
	char word[MOST + 2];

	(void)state;
	memset(word, 'a', sizeof(word));
	memcpy(word, "https://", strlen("https://"));
	word[MOST] = '\0';
	assert_int_equal(parse(word, false), 0);
	assert_string_equal(url.asked, word);
	word[MOST] = 'a';
	word[MOST + 1] = '\0';
	refused(word, false, "a URL of 1985 bytes found, expected at most 1984");
}

static void lack_of_memory_is_told(void **state)
{
	struct ka_arena none = ka_arena_make(10);

	(void)state;
	error.id = KA_E_NONE;
	assert_int_equal(
		ka_profile_url_parse(&none, "https://h/p#sha256=" PIN, false, &url, &error), -1);
	assert_int_equal(error.id, KA_E_MEMORY);
	ka_arena_clear(&none);
}

#define IN_AN_ARENA(test)                                                                          \
	{                                                                                          \
#test, test, make_arena, clear_arena, NULL                                         \
	}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_AN_ARENA(urls_are_known_by_their_form),
		IN_AN_ARENA(good_urls_are_taken_apart),
		IN_AN_ARENA(only_https_is_allowed),
		IN_AN_ARENA(users_and_passwords_are_refused),
		IN_AN_ARENA(a_host_is_needed),
		IN_AN_ARENA(a_fragment_is_a_pin),
		IN_AN_ARENA(only_printable_ascii_is_taken),
		IN_AN_ARENA(urls_are_bounded),
		IN_AN_ARENA(lack_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
