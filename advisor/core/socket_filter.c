#include "core/socket_filter.h"

const char *const ka_filter_kind_words[] = {"process", "address", "port", "verdict", "state", NULL};

int ka_socket_filter_parse(enum ka_filter_kind kind, const char *value,
			   struct ka_socket_filter *ret_filter, struct ka_error *reterr)
{
	(void)kind;
	(void)value;
	(void)ret_filter;
	return ka_fail(reterr, KA_E_INTERNAL, "not there yet");
}

bool ka_socket_filters_need_owner(const struct ka_socket_filter *filters, size_t count)
{
	(void)filters;
	return count > 0;
}
