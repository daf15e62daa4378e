#include "cli/print.h"

#include <stdlib.h>

static int run(struct ka_arena *arena, int argc, char *argv[], struct ka_error *reterr)
{
	struct ka_options options;
	int result;

	if (ka_options_parse(arena, argc, argv, &options, reterr) < 0)
		return -1;
	if (options.help || options.version) {
		if (options.help)
			ka_help(stdout, options.command);
		else
			printf("kaadvise %s\n", KA_VERSION);
		result = 0;
	} else {
		result = options.command->run(&options, reterr);
	}
	ka_text_clear(&options.path_words);
	if (fflush(stdout) != 0 || ferror(stdout))
		return ka_fail(reterr, KA_E_OUTPUT, "cannot write standard output");
	return result;
}

int main(int argc, char *argv[])
{
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_error error = {.id = KA_E_INTERNAL, .message = "an error without a message"};
	int result = run(&arena, argc > 0 ? argc - 1 : 0, argv + 1, &error);

	if (result < 0) {
		ka_print_error(&error);
		result = ka_error_info(error.id)->exit_code;
	}
	ka_arena_clear(&arena);
	return result;
}
