/* cmocka, with assertions that print integers in decimal and name what was compared. */
#ifndef KA_TEST_H
#define KA_TEST_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What a test that walks through a table is looking at; printed in front of a failure. Forgotten
 * when the next failure or ka_test_at() comes. */
static char ka_test_place[160];

__attribute__((format(printf, 1, 2), unused)) static void ka_test_at(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ka_test_place, sizeof(ka_test_place), format, args);
	va_end(args);
}

__attribute__((unused)) static void ka_test_fail(const char *what, const char *relation,
						 int64_t actual, int64_t expected, const char *file,
						 int line)
{
	print_error("%s%s%s is %" PRId64 ", expected %s%" PRId64 "\n", ka_test_place,
		    ka_test_place[0] ? ": " : "", what, actual, relation, expected);
	ka_test_place[0] = '\0';
	_fail(file, line);
}

#define KA_COMPARE_(actual, operator, expected, relation)                                          \
	do {                                                                                       \
		int64_t ka_actual_ = (int64_t)(actual), ka_expected_ = (int64_t)(expected);        \
		if (!(ka_actual_ operator ka_expected_))                                           \
			ka_test_fail(#actual, relation, ka_actual_, ka_expected_, __FILE__,        \
				     __LINE__);                                                    \
	} while (0)

#undef assert_int_equal
#undef assert_int_not_equal
#define assert_int_equal(actual, expected) KA_COMPARE_(actual, ==, expected, "")
#define assert_int_not_equal(actual, unwanted) KA_COMPARE_(actual, !=, unwanted, "not ")
#define assert_int_at_most(actual, limit) KA_COMPARE_(actual, <=, limit, "at most ")
#define assert_int_at_least(actual, limit) KA_COMPARE_(actual, >=, limit, "at least ")

/* needle occurs in text. */
#define assert_contains(text, needle)                                                              \
	do {                                                                                       \
		const char *ka_text_ = (text), *ka_needle_ = (needle);                             \
		if (!strstr(ka_text_, ka_needle_)) {                                               \
			print_error("'%s' does not contain '%s'\n", ka_text_, ka_needle_);         \
			_fail(__FILE__, __LINE__);                                                 \
		}                                                                                  \
	} while (0)

#endif
