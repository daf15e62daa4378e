#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ka_boot_outcome sample_predict(struct ka_arena *arena, const struct sample *sample,
				      const struct ka_loader *loader)
{
	struct ka_boot_outcome outcome;
	struct ka_error error = {0};

	if (ka_boot_run_loader(arena, &sample->facts, loader, &sample->base, &outcome, &error) !=
	    0) {
		fprintf(stderr, "seed %llu: %s\n", (unsigned long long)sample->seed, error.message);
		exit(1);
	}
	return outcome;
}

static bool is_origin(const struct origin *origin, const struct ka_boot_line *source)
{
	if (!origin->file || !source)
		return !origin->file && !source;
	return origin->line == source->line && strcmp(origin->file, source->file) == 0;
}

/* Lines of files that are read, without an equals sign, that are not understood for lack of it. */
static bool is_claim(const struct ka_boot_line *line)
{
	return line->effect == KA_LINE_IGNORED && !strchr(line->text, '=') &&
	       (strstr(line->reason, "no `=`") || strstr(line->reason, "only # for a comment"));
}

/* Where sysctl.d itself is a link, systemd names what it leads to: the name alone tells the file,
 * since only one of each name is read. */
static const char *name_of(const char *path)
{
	return strrchr(path, '/');
}

/* systemd counts lines by all that ends them, not as editors do. */
static bool has_plain_lines(const struct sample *sample, const char *path)
{
	for (size_t i = 0; i < sample->facts.file_count; i++) {
		const struct ka_boot_file *file = &sample->facts.files[i];

		if (strcmp(file->path, path) == 0)
			return file->bytes && !memchr(file->bytes, '\r', file->length) &&
			       !memchr(file->bytes, '\0', file->length);
	}
	return false;
}

const struct ka_boot_line *sample_find_false_claim(const struct sample *sample,
						   enum program program,
						   const struct ka_boot_outcome *outcome)
{
	for (size_t i = 0; i < outcome->line_count; i++) {
		const struct ka_boot_line *line = &outcome->lines[i];
		char complaint[512];

		snprintf(complaint, sizeof(complaint),
			 program == PROGRAM_SYSTEMD ? "%s:%u: Line is not an assignment"
						    : "%s(%u): invalid syntax",
			 name_of(line->file), line->line);
		if (is_claim(line) && has_plain_lines(sample, line->file) &&
		    !strstr(sample->answers[program].said, complaint))
			return line;
	}
	return NULL;
}

bool sample_differs(const struct sample *sample, enum program program,
		    const struct ka_boot_outcome *outcome)
{
	const struct answer *answer = &sample->answers[program];

	if (answer->waits != (outcome->stopped != NULL))
		return true;
	for (int key = 0; key < KA_KEY_COUNT; key++) {
		if (outcome->is_indeterminate[key] ||
		    outcome->values.value[key] != answer->values.value[key] ||
		    !is_origin(&answer->origins[key], outcome->source[key]))
			return true;
	}
	return sample_find_false_claim(sample, program, outcome) != NULL;
}
