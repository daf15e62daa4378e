#include "edge/profile_values.h"

#include "base/duration.h"
#include "base/number.h"
#include "base/text.h"
#include "core/profile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(enum ka_expiry) == sizeof(unsigned), "read_word stores any enumeration");

/* What one call is about. */
struct value {
	const struct ka_profile_reader *reader;
	const struct ka_profile_key *key;
	const struct ka_node *node;
	const char *text;
	size_t length;
	void *target;
};

enum { QUOTED_MAX = 40, EXPECTED_TEXT = KA_EXPECTED_TEXT + 80 };

void *ka_profile_field(void *target, size_t place)
{
	return (char *)target + place - 1;
}

/* The value as a message shows it: escaped, and cut short, but not within a character. */
static const char *describe(struct ka_arena *arena, const struct ka_node *node)
{
	size_t length = strnlen(node->text ? node->text : "", QUOTED_MAX);

	if (node->kind == KA_NODE_LIST)
		return "a list";
	if (node->kind == KA_NODE_MAPPING)
		return "a mapping";
	if (!node->text || node->length == 0)
		return node->is_plain ? "nothing" : "empty text";
	while (((unsigned char)node->text[length] & 0xc0) == 0x80)
		length--;
	return ka_arena_printf(arena, "\"%s%s\"",
			       ka_escape(arena, ka_arena_copy(arena, node->text, length)),
			       length < node->length ? "..." : "");
}

void ka_profile_complain(const struct ka_profile_reader *reader, const char *key,
			 const struct ka_node *node, enum ka_error_id id, const char *expected, ...)
{
	char text[EXPECTED_TEXT];
	va_list args;

	if (node->kind == KA_NODE_REFUSED)
		return;
	va_start(args, expected);
	vsnprintf(text, sizeof(text), expected, args);
	va_end(args);
	ka_errors_add(reader->errors, reader->input, node->offset, id, "%s: found %s, expected %s",
		      key, describe(reader->arena, node), text);
}

#define complain(value, id, ...)                                                                   \
	(ka_profile_complain((value)->reader, (value)->key->key, (value)->node, (id),              \
			     __VA_ARGS__),                                                         \
	 false)

static bool complain_kind(const struct value *value, enum ka_error_id id)
{
	char expected[KA_EXPECTED_TEXT];

	return complain(value, id, "%s", ka_profile_expected(expected, value->key));
}

static void store(const struct value *value, size_t place, const void *bytes, size_t size)
{
	if (place)
		memcpy(ka_profile_field(value->target, place), bytes, size);
}

static bool store_number(const struct value *value, int64_t number)
{
	store(value, value->key->field, &number, sizeof(number));
	return true;
}

static bool store_text(const struct value *value)
{
	const char *text = value->text;

	store(value, value->key->field, &text, sizeof(text));
	return true;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static const char *skip_digits(const char *text)
{
	return text + strspn(text, "0123456789");
}

static const char *skip_sign(const char *text)
{
	return text + (*text == '+' || *text == '-');
}

static bool is_yaml_number(const char *text)
{
	static const char *const infinities[] = {".inf", ".Inf", ".INF", NULL};
	const char *after_int, *after_dot;

	if (strncmp(text, "0o", 2) == 0)
		return text[2] && !text[2 + strspn(text + 2, "01234567")];
	if (strncmp(text, "0x", 2) == 0)
		return text[2] && !text[2 + strspn(text + 2, "0123456789abcdefABCDEF")];
	text = skip_sign(text);
	after_int = skip_digits(text);
	after_dot = *after_int == '.' ? skip_digits(after_int + 1) : after_int;
	if (is_one_of(text, infinities))
		return true;
	if (after_int == text && after_dot <= after_int + 1)
		return false;
	if (*after_dot != 'e' && *after_dot != 'E')
		return *after_dot == '\0';
	text = skip_sign(after_dot + 1);
	return text != skip_digits(text) && *skip_digits(text) == '\0';
}

/* Other programs, an editor with our schema among them, read some plain values as something else
 * than text (YAML 1.2.2, section 10.3.2). */
static bool is_text(const struct value *value)
{
	static const char *const words[] = {"~",    "null", "Null",  "NULL",  "true",
					    "True", "TRUE", "false", "False", "FALSE",
					    ".nan", ".NaN", ".NAN",  NULL};

	if (!value->node->is_plain)
		return true;
	if (value->length == 0)
		return complain_kind(value, KA_E_PROFILE_TYPE);
	if (is_one_of(value->text, words) || is_yaml_number(value->text))
		return complain(value, KA_E_PROFILE_TYPE, "text; quote it if it is meant as such");
	return true;
}

static bool has_length(const struct value *value)
{
	size_t characters = ka_text_columns(value->text);

	if (characters >= (size_t)value->key->min && characters <= (size_t)value->key->max)
		return true;
	return complain(value, KA_E_PROFILE_RANGE, "%lld to %lld characters (these are %zu)",
			(long long)value->key->min, (long long)value->key->max, characters);
}

/* Whether all of the text may reach a terminal as it is; notes may hold line breaks. */
static bool is_printable(const struct value *value)
{
	bool are_breaks_allowed = value->key->type == KA_TYPE_NOTES;
	const char *escaped;
	char *flat = ka_arena_alloc(value->reader->arena, value->length + 1);

	if (!flat)
		return false;
	memcpy(flat, value->text, value->length);
	for (size_t i = 0; i < value->length; i++)
		if (are_breaks_allowed && flat[i] == '\n')
			flat[i] = ' ';
	escaped = ka_escape(value->reader->arena, flat);
	if (strlen(flat) == value->length && strcmp(escaped, flat) == 0)
		return true;
	return complain(value, KA_E_PROFILE_ENCODING, "text without control characters");
}

static bool read_text(const struct value *value)
{
	if (!is_text(value))
		return false;
	return has_length(value) && is_printable(value) && store_text(value);
}

static bool is_id(const char *text, size_t length)
{
	if (length < 1 || length > 63 || text[0] == '-')
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static bool read_id(const struct value *value)
{
	if (!is_text(value))
		return false;
	if (!is_id(value->text, value->length))
		return complain(value, KA_E_PROFILE_VALUE,
				"1 to 63 lower-case letters, digits and hyphens, no hyphen first");
	return store_text(value);
}

static bool is_graphic(const char *text)
{
	for (; *text; text++)
		if (*text < '!' || *text > '~')
			return false;
	return true;
}

static bool read_url(const struct value *value)
{
	static const char *const schemes[] = {"https://", "http://", "tcp://"};

	if (!has_length(value))
		return false;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t length = strlen(schemes[i]);

		if (strncmp(value->text, schemes[i], length) == 0 && value->length > length &&
		    strlen(value->text) == value->length && is_graphic(value->text))
			return store_text(value);
	}
	return complain_kind(value, KA_E_PROFILE_VALUE);
}

/* The number text[at..at+count), digits only and leading zeros allowed; -1 for anything else. */
static int64_t fixed_digits(const char *text, size_t at, size_t count)
{
	int64_t number = 0;

	for (size_t i = at; i < at + count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

static bool read_date(const struct value *value)
{
	int64_t year, month, day, first, days;

	if (value->length != strlen("YYYY-MM-DD") || value->text[4] != '-' || value->text[7] != '-')
		return complain_kind(value, KA_E_PROFILE_VALUE);
	year = fixed_digits(value->text, 0, 4);
	month = fixed_digits(value->text, 5, 2);
	day = fixed_digits(value->text, 8, 2);
	if (year < 1970 || month < 1 || month > 12)
		return complain_kind(value, KA_E_PROFILE_VALUE);
	first = ka_day_of_date(year, month, 1);
	days = ka_day_of_date(month == 12 ? year + 1 : year, month % 12 + 1, 1) - first;
	if (day < 1 || day > days)
		return complain_kind(value, KA_E_PROFILE_VALUE);
	first += day - 1;
	store(value, value->key->second, &first, sizeof(first));
	return store_text(value);
}

static bool complain_word(const struct value *value)
{
	const char *nearest = ka_suggest(value->text, value->key->words);
	char expected[KA_EXPECTED_TEXT];

	if (!nearest)
		return complain_kind(value, KA_E_PROFILE_VALUE);
	return complain(value, KA_E_PROFILE_VALUE, "%s; did you mean \"%s\"?",
			ka_profile_expected(expected, value->key), nearest);
}

static bool read_word(const struct value *value)
{
	for (unsigned number = 0; value->key->words[number]; number++) {
		if (strcmp(value->key->words[number], value->text) != 0)
			continue;
		store(value, value->key->field, &number, sizeof(number));
		return true;
	}
	return complain_word(value);
}

static bool read_number(const struct value *value)
{
	int64_t number;

	if (!value->node->is_plain || !ka_parse_decimal(value->text, value->length, &number))
		return complain_kind(value, KA_E_PROFILE_VALUE);
	if (number < value->key->min || number > value->key->max)
		return complain(value, KA_E_PROFILE_RANGE, "%lld to %lld",
				(long long)value->key->min, (long long)value->key->max);
	return store_number(value, number);
}

static bool read_choice(const struct value *value)
{
	int64_t number;
	int small;

	if (!value->node->is_plain || !ka_parse_decimal(value->text, value->length, &number) ||
	    !is_one_of(value->text, value->key->words))
		return complain_kind(value, KA_E_PROFILE_VALUE);
	small = (int)number;
	store(value, value->key->field, &small, sizeof(small));
	return true;
}

static bool read_boolean(const struct value *value)
{
	bool is_true = strcmp(value->text, "true") == 0;

	if (!value->node->is_plain || (!is_true && strcmp(value->text, "false") != 0))
		return complain_kind(value, KA_E_PROFILE_VALUE);
	store(value, value->key->field, &is_true, sizeof(is_true));
	return true;
}

/* text[0..length) as a duration from min_s to max_s. */
static bool parse_duration(const struct value *value, const char *text, size_t length,
			   int64_t min_s, int64_t max_s, int64_t *ret_seconds)
{
	char min_text[KA_DURATION_TEXT], max_text[KA_DURATION_TEXT];
	int64_t seconds;

	switch (ka_parse_duration(text, length, &seconds)) {
	case KA_DURATION_NO_UNIT:
		return complain(value, KA_E_PROFILE_DURATION,
				"a duration with its unit, such as %.*ss", (int)length, text);
	case KA_DURATION_BAD:
		return complain_kind(value, KA_E_PROFILE_DURATION);
	case KA_DURATION_TOO_LONG:
		seconds = INT64_MAX;
		break;
	case KA_DURATION_OK:
		break;
	}
	if (seconds < min_s || seconds > max_s)
		return complain(value, KA_E_PROFILE_RANGE, "a duration from %s to %s",
				ka_format_duration(min_text, min_s),
				ka_format_duration(max_text, max_s));
	*ret_seconds = seconds;
	return true;
}

static bool read_duration(const struct value *value)
{
	int64_t seconds;

	return parse_duration(value, value->text, value->length, value->key->min, value->key->max,
			      &seconds) &&
	       store_number(value, seconds);
}

static bool read_range(const struct value *value)
{
	const char *dots = strstr(value->text, "..");
	size_t first;
	int64_t low, high;

	if (!dots)
		return complain_kind(value, KA_E_PROFILE_VALUE);
	first = (size_t)(dots - value->text);
	if (!parse_duration(value, value->text, first, value->key->min, value->key->max, &low) ||
	    !parse_duration(value, dots + 2, value->length - first - 2, value->key->min,
			    value->key->max, &high))
		return false;
	if (low > high)
		return complain(value, KA_E_PROFILE_RANGE, "the lower duration first");
	store(value, value->key->second, &high, sizeof(high));
	return store_number(value, low);
}

static bool read_margin(const struct value *value)
{
	struct ka_margin margin = {0};
	int64_t seconds;

	if (value->length > 0 && value->text[value->length - 1] == '%') {
		if (!ka_parse_decimal(value->text, value->length - 1, &margin.percent))
			return complain_kind(value, KA_E_PROFILE_VALUE);
		if (margin.percent < value->key->min || margin.percent > value->key->max)
			return complain(value, KA_E_PROFILE_RANGE, "%lld%% to %lld%%",
					(long long)value->key->min, (long long)value->key->max);
		margin.has_percent = true;
	} else {
		if (!parse_duration(value, value->text, value->length, 0, KA_DURATION_MAX_S,
				    &seconds))
			return false;
		margin.has_ms = true;
		margin.ms = seconds * 1000;
	}
	store(value, value->key->field, &margin, sizeof(margin));
	return true;
}

bool ka_profile_read_scalar(const struct ka_profile_reader *reader,
			    const struct ka_profile_key *key, const struct ka_node *node,
			    void *target)
{
	static bool (*const readers[KA_TYPE_COUNT])(const struct value *) = {
		[KA_TYPE_TEXT] = read_text,
		[KA_TYPE_NOTES] = read_text,
		[KA_TYPE_ID] = read_id,
		[KA_TYPE_PARENT] = read_id,
		[KA_TYPE_URL] = read_url,
		[KA_TYPE_DATE] = read_date,
		[KA_TYPE_WORD] = read_word,
		[KA_TYPE_NUMBER] = read_number,
		[KA_TYPE_CHOICE] = read_choice,
		[KA_TYPE_BOOLEAN] = read_boolean,
		[KA_TYPE_DURATION] = read_duration,
		[KA_TYPE_RANGE] = read_range,
		[KA_TYPE_MARGIN] = read_margin,
	};
	struct value value = {reader, key, node, node->text, node->length, target};

	if (node->kind != KA_NODE_SCALAR)
		return complain_kind(&value, KA_E_PROFILE_TYPE);
	if (!readers[key->type](&value))
		return false;
	if (key->flag)
		*(bool *)ka_profile_field(target, key->flag) = true;
	return true;
}
