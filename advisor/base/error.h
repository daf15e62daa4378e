/* Errors are values: a fallible function returns -1 and fills its last parameter. Only the
 * program's outermost layer prints them. */
#ifndef KA_BASE_ERROR_H
#define KA_BASE_ERROR_H

#include <stddef.h>

/* One row per error of errors.def. */
enum ka_error_id {
	KA_E_NONE,
#define KA_ERROR(name, id, exit_code, title, remedy) KA_E_##name,
#include "base/errors.def"
#undef KA_ERROR
	KA_E_COUNT
};

struct ka_error_info {
	const char *id;    /* "KA-P012": never changes meaning */
	int exit_code;     /* 2 usage, 3 bad input, 4 the system */
	const char *title; /* what it means, for `kaadvise explain` */
	const char *remedy;
};

struct ka_error {
	enum ka_error_id id;
	int sys_errno;     /* 0 where no system call failed */
	char file[256];    /* "" where no file is at fault */
	unsigned line;     /* 1-based; 0: none */
	unsigned column;   /* 1-based, in bytes; 0: none */
	char message[640]; /* one line, without the place; may hold bytes from outside: escape it */
};

/* The table row of id; never NULL. */
const struct ka_error_info *ka_error_info(enum ka_error_id id);

/* The row with this text id ("KA-P012"), or NULL. */
const struct ka_error_info *ka_error_find(const char *id);

/* Fill *reterr (NULL is allowed and ignored). */
void ka_error_set(struct ka_error *reterr, enum ka_error_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Like ka_error_set, for an error at a place in a file. column may be 0. */
void ka_error_set_at(struct ka_error *reterr, enum ka_error_id id, const char *file, unsigned line,
		     unsigned column, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* Like ka_error_set, for a failed system call: ": " and the text of sys_errno are added. */
void ka_error_set_sys(struct ka_error *reterr, enum ka_error_id id, int sys_errno,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Puts "outer: " in front of the message; id and place stay those of the innermost layer. */
void ka_error_prefix(struct ka_error *reterr, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The forms to return: `return ka_fail(...)`. Macros, so that compilers and analyzers see that
 * the result is -1. */
static inline int ka_failed(void)
{
	return -1;
}
#define ka_fail(...) (ka_error_set(__VA_ARGS__), ka_failed())
#define ka_fail_at(...) (ka_error_set_at(__VA_ARGS__), ka_failed())
#define ka_fail_sys(...) (ka_error_set_sys(__VA_ARGS__), ka_failed())
#define ka_error_wrap(...) (ka_error_prefix(__VA_ARGS__), ka_failed())

/* Fills *reterr for lack of memory and returns -1. */
#define ka_fail_memory(reterr) ka_fail(reterr, KA_E_MEMORY, "out of memory")

#endif
