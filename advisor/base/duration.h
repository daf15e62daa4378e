/* Durations as people write them: whole numbers with a unit, `90s`, `5m`, `2h`, `1d`, `1h30m`. */
#ifndef KA_BASE_DURATION_H
#define KA_BASE_DURATION_H

#include <stddef.h>
#include <stdint.h>

enum ka_duration_result {
	KA_DURATION_OK,
	KA_DURATION_NO_UNIT, /* a bare number: the caller hints at the unit */
	KA_DURATION_BAD,
	KA_DURATION_TOO_LONG, /* beyond KA_DURATION_MAX_S */
};

#define KA_DURATION_MAX_S ((int64_t)366 * 86400) /* no idle timeout is longer than a year */

/* Parses text[0..length) into seconds. Units must fall (d, h, m, s) and none may repeat.
 * *ret_seconds is untouched unless the result is KA_DURATION_OK. */
enum ka_duration_result ka_parse_duration(const char *text, size_t length, int64_t *ret_seconds);

#define KA_DURATION_TEXT 40

/* Writes seconds in the form that ka_parse_duration reads ("1h30m", "0s", "-5s") and returns
 * text. */
const char *ka_format_duration(char text[static KA_DURATION_TEXT], int64_t seconds);

/* Writes milliseconds as seconds, with a fraction only where there is one ("350 s", "8024.504 s"),
 * and returns text. */
const char *ka_format_ms(char text[static KA_DURATION_TEXT], int64_t milliseconds);

#endif
