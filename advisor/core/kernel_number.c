#include "core/kernel_number.h"

#include "core/keepalive.h"

/* What the kernel copies out of a number, less its NUL (TMPBUFLEN). One that fills it is refused.
 */
enum { COPIED_MAX = 21, NARROWEST_HZ = 1000 };

/* lib/ctype.c of the kernel counts the Latin-1 space that does not break as blank. */
static bool is_kernel_blank(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == '\xa0';
}

static bool ends_number(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n';
}

/* The value of a digit; 16 and more for anything else. */
static unsigned digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return (unsigned)(byte - '0');
	if (byte >= 'a' && byte <= 'f')
		return (unsigned)(byte - 'a') + 10;
	if (byte >= 'A' && byte <= 'F')
		return (unsigned)(byte - 'A') + 10;
	return 16;
}

/* Text that is being read; reading beyond its end gives the newline that a loader adds. */
struct source {
	const char *bytes;
	size_t length, at;
};

static char peek(const struct source *source, size_t ahead)
{
	size_t at = source->at + ahead;

	return at < source->length ? source->bytes[at] : '\n';
}

/* The base, its prefix skipped (_parse_integer_fixup_radix). */
static unsigned read_base(struct source *source)
{
	if (peek(source, 0) != '0')
		return 10;
	if ((peek(source, 1) == 'x' || peek(source, 1) == 'X') && digit(peek(source, 2)) < 16) {
		source->at += 2;
		return 16;
	}
	return 8;
}

/* Digits of the base, at most COPIED_MAX bytes from start on. False beyond 64 bits. */
static bool read_digits(struct source *source, size_t start, unsigned base, uint64_t *ret_value)
{
	bool fits = true;

	*ret_value = 0;
	while (source->at < source->length && source->at - start < COPIED_MAX &&
	       digit(source->bytes[source->at]) < base) {
		fits = fits && !__builtin_mul_overflow(*ret_value, base, ret_value) &&
		       !__builtin_add_overflow(*ret_value, digit(source->bytes[source->at]),
					       ret_value);
		source->at++;
	}
	return fits;
}

static void set_range(struct ka_kernel_number *number, enum ka_key key, unsigned hz,
		      bool has_u8_probes)
{
	if (key == KA_PROBES) {
		number->min = has_u8_probes ? 0 : INT32_MIN;
		number->max = has_u8_probes ? UINT8_MAX : INT32_MAX;
		return;
	}
	number->max = INT32_MAX / (int64_t)(hz == KA_HZ_UNKNOWN ? NARROWEST_HZ : hz);
	number->min = -number->max;
}

/* A sign alone is too much for a count without one: -0 is refused. */
static bool is_in_range(const struct ka_kernel_number *number, uint64_t digits, bool is_negative)
{
	if (is_negative)
		return number->min < 0 && digits <= (uint64_t)-number->min;
	return digits <= (uint64_t)number->max;
}

struct ka_kernel_number ka_kernel_number_read(enum ka_key key, const char *bytes, size_t length,
					      unsigned hz, bool has_u8_probes)
{
	struct ka_kernel_number number = {.result = KA_NUMBER_MALFORMED};
	struct source source = {bytes, length, 0};
	bool is_negative, fits;
	unsigned base;
	uint64_t digits;
	size_t start;

	set_range(&number, key, hz, has_u8_probes);
	while (source.at < length && is_kernel_blank(bytes[source.at]))
		source.at++;
	start = source.at;
	is_negative = peek(&source, 0) == '-';
	source.at += is_negative;
	if (digit(peek(&source, 0)) > 9)
		return number;
	base = read_base(&source);
	fits = read_digits(&source, start, base, &digits);
	number.length = source.at - start;
	if (number.length >= COPIED_MAX || !ends_number(peek(&source, 0)))
		return number;
	number.is_hex = base == 16;
	number.is_octal = base == 8 && digits > 7;
	while (source.at < length && is_kernel_blank(bytes[source.at]))
		source.at++;
	number.has_rest = source.at < length;
	if (!fits || !is_in_range(&number, digits, is_negative)) {
		number.result = KA_NUMBER_OUT_OF_RANGE;
		return number;
	}
	number.result = KA_NUMBER_OK;
	number.value = is_negative ? -(int64_t)digits : (int64_t)digits;
	return number;
}
