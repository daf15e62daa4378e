/* Lines of sysctl.d from templates:
 *
 *   @D  net.ipv4.tcp_keepalive_time     @S  net/ipv4/tcp_keepalive_time
 *   @W  tcp_keepalive_time              @P  tcp_keepalive_tim     @L  its last letter
 *   @G  a pattern that matches the key, and perhaps others
 *   @V  a fresh number that the kernel takes, @1 to @4 the first to fourth of this line again
 *   @X  a value that the kernel refuses, with a fresh number in it
 *   @H  a fresh number in hexadecimal, @O in octal, both without prefix, @I one in decimal
 *   @M  the most seconds, or probes, that the kernel takes, @N one more
 *   @0  a NUL      @$  no end of line behind it
 *   @C(n,text)  text n times */
#include "maker.h"

#include <stdlib.h>
#include <string.h>

static const char *const patterns[] = {
	"net.ipv4.@P*",
	"net.ipv4.@P?",
	"net/ipv4/@P[@L]",
	"net.ipv4.[t]cp_keepalive_*",
	"net/ipv4/tcp_keepalive_[!z]*",
	"net/ipv4/tcp_keep*",
	"net.ipv4.tcp_keepalive_[a-z]*",
	"net.ipv?.@W",
	"net.*.@W",
	"*.ipv4.@W",
	"*/*/@W",
	"[n]et/ipv4/@W",
	"net.ipv4.@P[^q]",
	"net.ipv4.tcp_*alive_*",
	"net.ipv4.@P[[:lower:]]",
};

static const char *const refused[] = {
	"+@I",    "08",   "09@I",       "\"@I\"", "'@I'", "@Is",          "@Im",
	"1h",     "@I.0", "1e3",        "1_000",  "@I,6", "@I\\",         "",
	"@I#x",   "@I;",  "@I\xc2\xa0", "0x",     "0xg1", "yes",          "${T}",
	"$((2))", "--@I", "- @I",       "@I%",    "@I-",  "\xef\xbc\x93", "@I=",
	"= @I",   "0b11", "0o17",       "#@I",    "; @I", "0x@H.",        "99999999999999999999",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct writing {
	struct maker *maker;
	enum ka_key key;
	struct ka_text *text;
	unsigned fresh[FRESH_MAX];
	unsigned fresh_count;
};

static void write_template(struct writing *writing, const char *template);

static unsigned make_fresh(struct writing *writing)
{
	unsigned number = maker_fresh(writing->maker, writing->key);

	if (writing->fresh_count < FRESH_MAX)
		writing->fresh[writing->fresh_count++] = number;
	return number;
}

static long long limit(const struct writing *writing)
{
	return writing->key == KA_PROBES ? 255 : 2147483647LL / writing->maker->hz;
}

/* @C(n,text): n copies. Returns what follows. */
static const char *write_copies(struct writing *writing, const char *template)
{
	char *text;
	unsigned long count = strtoul(template + 1, &text, 10);
	size_t length = strcspn(text + 1, ")");
	char copied[16];

	snprintf(copied, sizeof(copied), "%.*s", (int)length, text + 1);
	ka_text_repeat(writing->text, copied, count);
	return text + 1 + length + 1;
}

static void write_key(struct writing *writing, char what)
{
	const struct ka_sysctl *sysctl = &ka_sysctls[writing->key];
	size_t length = strlen(sysctl->word);

	if (what == 'D')
		ka_text_add(writing->text, sysctl->key);
	else if (what == 'S')
		ka_text_add(writing->text, sysctl->file);
	else if (what == 'W')
		ka_text_add(writing->text, sysctl->word);
	else if (what == 'P')
		ka_text_add_bytes(writing->text, sysctl->word, length - 1);
	else
		ka_text_add(writing->text, sysctl->word + length - 1);
}

static void write_number(struct writing *writing, char what)
{
	const char *format = what == 'H' ? "%x" : what == 'O' ? "%o" : "%u";

	if (what >= '1' && what <= '4')
		ka_text_printf(writing->text, "%u", writing->fresh[what - '1']);
	else if (what == 'M' || what == 'N')
		ka_text_printf(writing->text, "%lld", limit(writing) + (what == 'N'));
	else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		ka_text_printf(writing->text, format, make_fresh(writing));
#pragma GCC diagnostic pop
}

static const char *write_special(struct writing *writing, const char *template)
{
	struct maker *maker = writing->maker;

	if (strchr("DSWPL", *template))
		write_key(writing, *template);
	else if (*template == 'G')
		write_template(writing, patterns[maker_pick(maker, COUNT(patterns))]);
	else if (*template == 'X')
		write_template(writing, refused[maker_pick(maker, COUNT(refused))]);
	else if (*template == '0')
		ka_text_add_bytes(writing->text, "", 1);
	else if (*template == 'C')
		return write_copies(writing, template + 1);
	else
		write_number(writing, *template);
	return template + 1;
}

static void write_template(struct writing *writing, const char *template)
{
	while (*template && strcmp(template, "@$") != 0) {
		size_t length = strcspn(template, "@");

		ka_text_add_bytes(writing->text, template, length);
		template += length;
		if (*template && strcmp(template, "@$") != 0)
			template = write_special(writing, template + 1);
	}
}

void template_write(struct maker *maker, enum ka_key key, const char *template,
		    struct ka_text *text)
{
	struct writing writing = {.maker = maker, .key = key, .text = text};

	write_template(&writing, template);
	if (!strstr(template, "@$"))
		ka_text_add(text, "\n");
}
