/*
 * Read by clang-tidy in front of each source but error.c: the functions that report an error return
 * -1. Without knowing it, the analyzer follows paths where a call that failed is taken for one that
 * succeeded.
 */
#ifndef KA_LINT_ANALYZER_H
#define KA_LINT_ANALYZER_H

#include "base/error.h"

#define ka_fail(...) ((void)ka_fail(__VA_ARGS__), -1)
#define ka_fail_at(...) ((void)ka_fail_at(__VA_ARGS__), -1)
#define ka_fail_sys(...) ((void)ka_fail_sys(__VA_ARGS__), -1)
#define ka_error_wrap(...) ((void)ka_error_wrap(__VA_ARGS__), -1)
#define ka_fail_memory(...) ((void)ka_fail_memory(__VA_ARGS__), -1)

#endif
