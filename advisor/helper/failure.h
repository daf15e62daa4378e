/* Why a download or a verification failed: at which step, and in words for people. */
#ifndef KA_HELPER_FAILURE_H
#define KA_HELPER_FAILURE_H

#include "base/error.h"
#include "helper/wire.h"

enum { KA_FAILURE_MESSAGE_MAX = 384 }; /* bytes; escaped it still fits into one line */

struct ka_failure {
	enum ka_wire_step step;
	char message[KA_FAILURE_MESSAGE_MAX]; /* may hold bytes from outside: escape it */
};

/* Fills *retfailure. */
void ka_failure_set(struct ka_failure *retfailure, enum ka_wire_step step, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "outer: " in front of the message; the step stays. */
void ka_failure_prefix(struct ka_failure *retfailure, const char *outer);

/* The form to return: `return ka_refuse(...)`. */
#define ka_refuse(...) (ka_failure_set(__VA_ARGS__), ka_failed())

#endif
