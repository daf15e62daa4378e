#include "base/duration.h"

#include "base/number.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	char letter;
	int64_t seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

enum ka_duration_result ka_parse_duration(const char *text, size_t length, int64_t *ret_seconds)
{
	int64_t total = 0;
	size_t next_unit = 0, at = 0;

	if (length == 0)
		return KA_DURATION_BAD;
	while (at < length) {
		size_t start = at, unit = next_unit;
		int64_t value, product;

		while (at < length && text[at] >= '0' && text[at] <= '9')
			at++;
		if (at - start > 18)
			return KA_DURATION_TOO_LONG;
		if (!ka_parse_decimal(text + start, at - start, &value))
			return KA_DURATION_BAD;
		if (at == length)
			return start == 0 ? KA_DURATION_NO_UNIT : KA_DURATION_BAD;
		while (unit < UNIT_COUNT && units[unit].letter != text[at])
			unit++;
		if (unit == UNIT_COUNT)
			return KA_DURATION_BAD;
		if (__builtin_mul_overflow(value, units[unit].seconds, &product) ||
		    product > KA_DURATION_MAX_S - total)
			return KA_DURATION_TOO_LONG;
		total += product;
		next_unit = unit + 1;
		at++;
	}
	*ret_seconds = total;
	return KA_DURATION_OK;
}

const char *ka_format_duration(char text[static KA_DURATION_TEXT], int64_t seconds)
{
	bool is_negative = seconds < 0;
	uint64_t rest = is_negative ? -(uint64_t)seconds : (uint64_t)seconds;
	size_t at = 0;

	if (rest == 0) {
		snprintf(text, KA_DURATION_TEXT, "0s");
		return text;
	}
	if (is_negative)
		text[at++] = '-';
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		uint64_t size = (uint64_t)units[i].seconds;

		if (rest < size)
			continue;
		at += (size_t)snprintf(text + at, KA_DURATION_TEXT - at, "%llu%c",
				       (unsigned long long)(rest / size), units[i].letter);
		rest %= size;
	}
	return text;
}

const char *ka_format_ms(char text[static KA_DURATION_TEXT], int64_t milliseconds)
{
	const char *sign = milliseconds < 0 ? "-" : "";
	uint64_t value = milliseconds < 0 ? -(uint64_t)milliseconds : (uint64_t)milliseconds;
	unsigned long long seconds = value / 1000, rest = value % 1000;

	if (rest == 0)
		snprintf(text, KA_DURATION_TEXT, "%s%llu s", sign, seconds);
	else
		snprintf(text, KA_DURATION_TEXT, "%s%llu.%03llu s", sign, seconds, rest);
	return text;
}
