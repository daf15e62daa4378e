#include "cli/commands.h"
#include "cli/listing.h"
#include "core/rule.h"

int ka_cmd_rules(const struct ka_options *options, struct ka_error *reterr)
{
	static const struct ka_column columns[] = {
		{"rule", false, NULL}, {"severity", false, NULL}, {"title", false, NULL}};
	struct ka_listing listing;

	ka_listing_init(&listing, options, columns, 3);
	for (size_t i = 0; i < ka_rule_count; i++)
		ka_listing_row(&listing, (const char *[]){ka_rules[i]->id,
							  ka_severity_words[ka_rules[i]->severity],
							  ka_rules[i]->title});
	return ka_listing_write(&listing, reterr);
}
