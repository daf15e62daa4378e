#include "base/number.h"
#include "cli/applying.h"
#include "cli/commands.h"
#include "cli/subject.h"

#include <string.h>

int ka_cmd_rollback(const struct ka_options *options, struct ka_error *reterr)
{
	struct ka_rollback_request request = {.force = options->force, .dry_run = options->dry_run};
	struct ka_run run = KA_RUN_NONE;
	int result = -1;

	if (options->operand_count > 0) {
		const char *word = options->operands[0];
		int64_t id;

		if (!ka_parse_decimal(word, strlen(word), &id) || id < 1 ||
		    id > KA_TRANSACTION_ID_MAX)
			return ka_fail(reterr, KA_E_OPERAND,
				       "'%s' found, expected the number of a transaction "
				       "(`kaadvise history`)",
				       word);
		request.id = (int)id;
	}
	if (ka_enter_netns(options, reterr) == 0 && ka_run_init(&run, options, reterr) == 0)
		result = ka_rollback(&run, &request, reterr);
	return ka_run_end(&run, result, reterr);
}
