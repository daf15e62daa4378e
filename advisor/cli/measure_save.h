/* measure --save: the result as a profile. */
#ifndef KA_CLI_MEASURE_SAVE_H
#define KA_CLI_MEASURE_SAVE_H

#include "cli/options.h"
#include "core/measured.h"

/* Where it is to be saved. */
struct ka_save_place {
	const char *path, *directory, *name; /* of the file */
	const char *id;                      /* of the profile */
};

/* Works out the place from the word of --save, and refuses before anything is measured what could
 * not be saved after it: a directory that is not there or may not be written, or a profile that is
 * there already and --force is not given. KA_E_OPTION_VALUE, KA_E_OUTPUT. */
int ka_save_prepare(const struct ka_options *options, struct ka_save_place *ret_place,
		    struct ka_error *reterr);

/* Writes the profile, wholly or not at all. KA_E_OUTPUT, KA_E_MEMORY. */
int ka_save_measured(const struct ka_options *options, const struct ka_save_place *place,
		     const struct ka_measured *measured, struct ka_error *reterr);

#endif
