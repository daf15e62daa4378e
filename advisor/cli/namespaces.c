#include "cli/namespaces.h"

int ka_check_namespaces(struct ka_baselining *baselining, const struct ka_intent *intent,
			struct ka_error *reterr)
{
	(void)baselining;
	(void)intent;
	return ka_fail(reterr, KA_E_INTERNAL, "not there yet");
}
