#include "core/rule.h"

#include <string.h>

const struct ka_rule *ka_rule_find(const char *id)
{
	for (size_t i = 0; i < ka_rule_count; i++)
		if (strcmp(ka_rules[i]->id, id) == 0)
			return ka_rules[i];
	return NULL;
}

void ka_rules_check(const struct ka_analysis *analysis, struct ka_findings *findings)
{
	for (size_t i = 0; i < ka_rule_count; i++)
		ka_rules[i]->check(ka_rules[i], analysis, findings);
}
