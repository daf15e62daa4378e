/* Where output goes: results to standard output or files, everything else to standard error. */
#ifndef KA_CLI_PRINT_H
#define KA_CLI_PRINT_H

#include "base/text.h"
#include "cli/options.h"
#include "edge/profile_errors.h"
#include "out/writer.h"

/* Prints an error as `place: error: message [id]`, escaped, on standard error. */
void ka_print_error(const struct ka_error *error);

/* Prints all errors of a file but the last, which is returned, and how many were not kept. */
void ka_print_errors(const struct ka_errors *errors, struct ka_error *ret_last);

/* Names the image in front of the file inside it that is at fault, or of the message. */
void ka_error_name_root(struct ka_error *error, const char *root);

/* Prints a line for people on standard error: "kaadvise: ...". */
void ka_print_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A writer for standard output or, with a file name, for that file: as wide as the terminal
 * (40 to 80 columns), coloured as the options and NO_COLOR say. Free its text with
 * ka_text_clear. */
struct ka_writer ka_make_writer(const struct ka_options *options, const char *file);

/* Creates file, or empties it: a file descriptor, to be closed by the caller. KA_E_OUTPUT. */
int ka_create(const char *file, struct ka_error *reterr);

/* Writes the text to fd; file names it in an error (NULL: standard output). KA_E_OUTPUT or
 * KA_E_MEMORY. */
int ka_emit_to(const struct ka_text *text, const char *file, int fd, struct ka_error *reterr);

/* Writes the text to standard output, or creates or replaces file. -1 with KA_E_OUTPUT or
 * KA_E_MEMORY. */
int ka_emit(const struct ka_text *text, const char *file, struct ka_error *reterr);

#endif
