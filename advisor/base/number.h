/* Strict decimal numbers: no sign (unless asked), no leading zero, no blanks, no overflow. */
#ifndef KA_BASE_NUMBER_H
#define KA_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parses the whole of text[0..length) as a decimal number without sign or leading zero into
 * *ret_value. False, with *ret_value untouched, for anything else or beyond INT64_MAX. */
bool ka_parse_decimal(const char *text, size_t length, int64_t *ret_value);

/* Like ka_parse_decimal for a NUL-terminated string, with an optional leading '-'. */
bool ka_parse_integer(const char *text, int64_t *ret_value);

#endif
