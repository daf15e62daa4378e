#include "cli/target.h"

#include "base/number.h"
#include "cli/fetch_inputs.h"
#include "helper/wire.h"

#include <arpa/inet.h>
#include <string.h>

static int fail_word(const char *word, const char *expected, struct ka_error *reterr)
{
	return ka_fail(reterr, KA_E_TARGET, "'%s' found, expected %s", word, expected);
}

static bool is_name(const char *host)
{
	size_t length = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789-._");

	return length > 0 && length <= KA_WIRE_NAME_MAX && host[length] == '\0' && host[0] != '-';
}

/* Takes the port behind the last colon. */
static bool take_port(const char *text, int64_t min, uint16_t *ret_port)
{
	int64_t port;

	if (!ka_parse_decimal(text, strlen(text), &port) || port < min || port > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

/* The host in front of the colon at colon, without brackets; NULL where they are wrong. */
static const char *take_host(struct ka_arena *arena, const char *word, const char *colon)
{
	size_t length = (size_t)(colon - word);

	if (*word != '[')
		return memchr(word, ':', length) ? NULL : ka_arena_copy(arena, word, length);
	return length > 2 && colon[-1] == ']' ? ka_arena_copy(arena, word + 1, length - 2) : NULL;
}

static bool take_address(const char *text, struct ka_target *target)
{
	memset(target->end.address, 0, sizeof(target->end.address));
	target->is_v6 = inet_pton(AF_INET6, text, target->end.address) == 1;
	return target->is_v6 || inet_pton(AF_INET, text, target->end.address) == 1;
}

void ka_target_name_address(struct ka_arena *arena, struct ka_target *target)
{
	char text[KA_ADDRESS_TEXT];

	ka_format_address(text, target->end.address, target->is_v6);
	target->address =
		ka_arena_printf(arena, target->is_v6 ? "[%s]:%u" : "%s:%u", text, target->end.port);
}

static int look_up(const struct ka_options *options, struct ka_target *target,
		   struct ka_error *reterr)
{
	struct ka_fetch_inputs inputs;
	const char *address;

	if (ka_fetch_inputs_read(options, &inputs, reterr) < 0 ||
	    ka_fetch_find_helper(options->arena, &inputs.program, reterr) < 0)
		return -1;
	if (ka_fetch_resolve(options->arena, &inputs.program, target->host, &address, reterr) < 0)
		return ka_error_wrap(reterr, "%s", target->host);
	if (!take_address(address, target))
		return ka_fail(reterr, KA_E_FETCH_RESOLVE, "%s: its address %s cannot be used",
			       target->host, address);
	return 0;
}

int ka_target_read(const struct ka_options *options, const char *word, struct ka_target *ret_target,
		   struct ka_error *reterr)
{
	static const char expected[] = "HOST:PORT, as in app.example.com:80 or [2001:db8::1]:80";
	const char *colon = strrchr(word, ':');
	struct ka_target target = {0};

	if (!colon || !take_port(colon + 1, 1, &target.end.port))
		return fail_word(word, expected, reterr);
	target.host = take_host(options->arena, word, colon);
	if (!target.host || (*word == '[' && !take_address(target.host, &target)))
		return fail_word(word, expected, reterr);
	if (!take_address(target.host, &target)) {
		if (!is_name(target.host))
			return fail_word(word, expected, reterr);
		if (look_up(options, &target, reterr) < 0)
			return -1;
	}
	ka_target_name_address(options->arena, &target);
	*ret_target = target;
	return 0;
}

int ka_target_read_local(const struct ka_options *options, const char *word,
			 struct ka_target *ret_target, struct ka_error *reterr)
{
	const char *colon = strrchr(word, ':');
	struct ka_target target = {.host = "127.0.0.1"};

	if (colon)
		target.host = take_host(options->arena, word, colon);
	if (!target.host || !take_port(colon ? colon + 1 : word, 0, &target.end.port) ||
	    !take_address(target.host, &target))
		return fail_word(word, "PORT, or ADDRESS:PORT as in 0.0.0.0:7000 or [::]:7000",
				 reterr);
	ka_target_name_address(options->arena, &target);
	*ret_target = target;
	return 0;
}
