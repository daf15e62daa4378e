#include "base/number.h"

#include <string.h>

bool ka_parse_decimal(const char *text, size_t length, int64_t *ret_value)
{
	int64_t value = 0;

	if (length == 0 || (length > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text[i] - '0', &value))
			return false;
	}
	*ret_value = value;
	return true;
}

bool ka_parse_integer(const char *text, int64_t *ret_value)
{
	bool is_negative = text[0] == '-';
	int64_t value;

	text += is_negative;
	if (!ka_parse_decimal(text, strlen(text), &value))
		return false;
	*ret_value = is_negative ? -value : value;
	return true;
}
