#include "helper/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ka_failure_set(struct ka_failure *retfailure, enum ka_wire_step step, const char *format, ...)
{
	va_list args;

	retfailure->step = step;
	va_start(args, format);
	vsnprintf(retfailure->message, sizeof(retfailure->message), format, args);
	va_end(args);
}

void ka_failure_prefix(struct ka_failure *retfailure, const char *outer)
{
	char inner[KA_FAILURE_MESSAGE_MAX];

	memcpy(inner, retfailure->message, sizeof(inner));
	snprintf(retfailure->message, sizeof(retfailure->message), "%s: %.*s", outer,
		 (int)(sizeof(inner) - strlen(outer) - sizeof(": ")), inner);
}
