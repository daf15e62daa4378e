#include "cli/baselining.h"

#include "cli/print.h"
#include "core/rule.h"
#include "edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reading */

static int read_baseline(struct ka_baselining *baselining, struct ka_error *reterr)
{
	const char *name = baselining->options->baseline;
	struct ka_baseline_entry *entries = NULL;
	char *bytes;
	size_t length;
	int result = ka_file_read(AT_FDCWD, name, KA_BASELINE_SIZE_MAX, true, &bytes, &length);

	if (result == -EINVAL || result == -EFBIG)
		return ka_fail_at(reterr, KA_E_BASELINE, name, 0, 0,
				  "expected a regular file of at most %d bytes",
				  KA_BASELINE_SIZE_MAX);
	if (result < 0) {
		ka_fail_sys(reterr, KA_E_BASELINE, -result, "the baseline cannot be read");
		snprintf(reterr->file, sizeof(reterr->file), "%s", name);
		return -1;
	}
	result = ka_baseline_parse(&baselining->arena, bytes, length, name, &entries,
				   &baselining->entry_count, reterr);
	free(bytes);
	baselining->entries = entries;
	return result;
}

static int prepare(struct ka_baselining *baselining, struct ka_error *reterr)
{
	struct ka_arena *arena = &baselining->arena;
	size_t count;

	if (read_baseline(baselining, reterr) < 0)
		return -1;
	count = baselining->entry_count + 1;
	baselining->seen = ka_arena_array(arena, count, sizeof(*baselining->seen));
	baselining->is_looked_at = ka_arena_array(arena, count, sizeof(*baselining->is_looked_at));
	baselining->known =
		(struct ka_waiver){.rule = "",
				   .reason = ka_arena_printf(arena, "in the baseline %s",
							     baselining->options->baseline)};
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

int ka_baselining_begin(struct ka_baselining *ret_baselining, const struct ka_options *options,
			struct ka_error *reterr)
{
	*ret_baselining = (struct ka_baselining){.options = options,
						 .arena = ka_arena_make(KA_ARENA_CAP),
						 .mutex = PTHREAD_MUTEX_INITIALIZER};
	if (!options->baseline || prepare(ret_baselining, reterr) == 0)
		return 0;
	ka_arena_clear(&ret_baselining->arena);
	return -1;
}

/* One subject */

/* A finding, and which. */
struct print {
	struct ka_baseline_entry entry;
	size_t index;
};

static const char *subject_of(struct ka_arena *arena, const struct ka_facts *facts)
{
	const char *kind = ka_subject_words[facts->kind];

	if (facts->kind != KA_SUBJECT_ROOT && facts->kind != KA_SUBJECT_NETNS)
		return kind;
	return ka_arena_printf(arena, "%s %s", kind, ka_escape(arena, facts->name));
}

/* "hop NLB", "key net.ipv4.tcp_keepalive_time, file /etc/sysctl.conf". */
static const char *about_of(struct ka_arena *arena, const struct ka_finding *finding)
{
	static const struct {
		const char *key, *word;
	} parts[] = {
		{"name", "hop"}, {"key", "key"}, {"profile", "profile"}, {"rule", "waiver of"}};
	const char *about = "", *file = finding->is_ours ? NULL : finding->location.file;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *text = ka_finding_text(finding, parts[i].key);

		if (text)
			about = ka_arena_printf(arena, "%s%s%s %s", about, *about ? ", " : "",
						parts[i].word, text);
	}
	if (file)
		about = ka_arena_printf(arena, "%s%sfile %s", about, *about ? ", " : "", file);
	return ka_escape(arena, about);
}

static int by_entry(const void *a, const void *b)
{
	const struct print *left = a, *right = b;
	int order = ka_baseline_compare(&left->entry, &right->entry);

	return order ? order : (left->index > right->index) - (left->index < right->index);
}

/* Like findings stand together, in the order of the report. */
static struct print *make_prints(const struct ka_facts *facts, const struct ka_findings *findings)
{
	struct ka_arena *arena = findings->arena;
	struct print *prints = ka_arena_array(arena, findings->count + 1, sizeof(*prints));
	const char *subject = subject_of(arena, facts);

	if (!prints)
		return NULL;
	for (size_t i = 0; i < findings->count; i++) {
		const struct ka_finding *finding = &findings->items[i];

		prints[i] = (struct print){{subject, finding->rule->id,
					    ka_severity_words[finding->severity],
					    about_of(arena, finding), 1},
					   i};
	}
	qsort(prints, findings->count, sizeof(*prints), by_entry);
	return prints;
}

static void keep(struct ka_baselining *baselining, const struct ka_baseline_entry *entry,
		 size_t count)
{
	struct ka_arena *arena = &baselining->arena;
	struct ka_baseline_entry *found = baselining->found;

	if (baselining->found_count == baselining->found_capacity) {
		size_t capacity = baselining->found_capacity ? baselining->found_capacity * 2 : 64;

		found = ka_arena_array(arena, capacity, sizeof(*found));
		if (!found)
			return;
		if (baselining->found_count > 0)
			memcpy(found, baselining->found, baselining->found_count * sizeof(*found));
		baselining->found = found;
		baselining->found_capacity = capacity;
	}
	found += baselining->found_count++;
	/* The words of rule and severity live as long as the program. */
	*found = (struct ka_baseline_entry){
		.subject = ka_arena_copy(arena, entry->subject, strlen(entry->subject)),
		.rule = entry->rule,
		.severity = entry->severity,
		.about = ka_arena_copy(arena, entry->about, strlen(entry->about)),
		.count = count,
	};
}

/* The number of the first entry that is not before this one. */
static size_t find(const struct ka_baselining *baselining, const struct ka_baseline_entry *entry)
{
	size_t low = 0, high = baselining->entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ka_baseline_compare(&baselining->entries[middle], entry) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Marks the first of count like findings, as many as the baseline has; how many no waiver of the
 * configuration excuses. */
static size_t mark(struct ka_baselining *baselining, struct ka_findings *findings,
		   const struct print *prints, size_t count)
{
	size_t at = find(baselining, &prints->entry), left = 0, unexcused = 0;

	if (at < baselining->entry_count &&
	    ka_baseline_compare(&baselining->entries[at], &prints->entry) == 0) {
		left = baselining->entries[at].count;
		/* Of a subject that is named twice both must be as good for an entry to be gone. */
		if (count > baselining->seen[at])
			baselining->seen[at] = count;
	}
	for (size_t i = 0; i < count; i++) {
		struct ka_finding *finding = &findings->items[prints[i].index];

		if (finding->waiver)
			continue;
		unexcused++;
		if (left > 0) {
			finding->waiver = &baselining->known;
			left--;
		}
	}
	return unexcused;
}

static void look_at(struct ka_baselining *baselining, const char *subject)
{
	const struct ka_baseline_entry first = {subject, "", "", "", 0};

	for (size_t at = find(baselining, &first); at < baselining->entry_count; at++) {
		if (strcmp(baselining->entries[at].subject, subject) != 0)
			return;
		baselining->is_looked_at[at] = true;
	}
}

static void take(struct ka_baselining *baselining, struct ka_findings *findings,
		 const struct print *prints)
{
	for (size_t at = 0; at < findings->count;) {
		size_t end = at + 1, unexcused;

		while (end < findings->count &&
		       ka_baseline_compare(&prints[at].entry, &prints[end].entry) == 0)
			end++;
		unexcused = mark(baselining, findings, &prints[at], end - at);
		if (baselining->options->write_baseline && unexcused > 0)
			keep(baselining, &prints[at].entry, unexcused);
		at = end;
	}
}

int ka_baselining_take(struct ka_baselining *baselining, const struct ka_facts *facts,
		       struct ka_findings *findings, struct ka_error *reterr)
{
	const struct print *prints;
	bool has_failed;

	if (!baselining->options->baseline && !baselining->options->write_baseline)
		return 0;
	prints = make_prints(facts, findings);
	if (!prints || findings->arena->has_failed)
		return ka_fail_memory(reterr);
	pthread_mutex_lock(&baselining->mutex);
	look_at(baselining, subject_of(findings->arena, facts));
	take(baselining, findings, prints);
	has_failed = baselining->arena.has_failed;
	pthread_mutex_unlock(&baselining->mutex);
	return has_failed ? ka_fail_memory(reterr) : 0;
}

/* Afterwards */

static void tell_gone(const struct ka_baselining *baselining)
{
	size_t gone = 0;

	for (size_t i = 0; i < baselining->entry_count; i++) {
		const struct ka_baseline_entry *entry = &baselining->entries[i];

		if (!baselining->is_looked_at[i] || baselining->seen[i] >= entry->count)
			continue;
		gone++;
		ka_print_note("gone: %s of %s (%s%s%s), %zu of %zu", entry->rule, entry->subject,
			      entry->severity, *entry->about ? ", " : "", entry->about,
			      entry->count - baselining->seen[i], entry->count);
	}
	if (gone > 0)
		ka_print_note("what is gone may come back unseen: write the baseline anew with "
			      "--write-baseline %s",
			      baselining->options->baseline);
}

static int by_order(const void *a, const void *b)
{
	return ka_baseline_compare(a, b);
}

/* Sorts what was found; of a subject that was named twice the larger number counts. */
static size_t merge(struct ka_baselining *baselining)
{
	struct ka_baseline_entry *found = baselining->found;
	size_t count = 0;

	if (baselining->found_count == 0)
		return 0;
	qsort(found, baselining->found_count, sizeof(*found), by_order);
	for (size_t i = 0; i < baselining->found_count; i++) {
		struct ka_baseline_entry *last = count > 0 ? &found[count - 1] : NULL;

		if (!last || ka_baseline_compare(last, &found[i]) != 0)
			found[count++] = found[i];
		else if (found[i].count > last->count)
			last->count = found[i].count;
	}
	return count;
}

static int fail_write(struct ka_error *reterr, int error, const char *file)
{
	return ka_fail_sys(reterr, KA_E_OUTPUT, error, "cannot write %s", file);
}

static int replace(int directory, const char *file, const char *name, const struct ka_text *text,
		   struct ka_error *reterr)
{
	char temporary[64];
	struct stat status;
	int error;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode))
		return ka_fail(reterr, KA_E_OUTPUT, "cannot write %s: it is no regular file", file);
	snprintf(temporary, sizeof(temporary), ".kaadvise-baseline.%ld", (long)getpid());
	error = ka_file_replace(directory, temporary, name, 0644, text->bytes, text->length);
	if (error == 0)
		error = ka_file_sync(directory);
	return error < 0 ? fail_write(reterr, -error, file) : 0;
}

static int write_file(struct ka_arena *arena, const char *file, const struct ka_text *text,
		      struct ka_error *reterr)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	const char *directory = slash ? ka_arena_copy(arena, file, (size_t)(name - file)) : ".";
	int fd, result;

	if (*name == '\0')
		return fail_write(reterr, EISDIR, file);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_write(reterr, errno, file);
	result = replace(fd, file, name, text, reterr);
	close(fd);
	return result;
}

static int write_baseline(struct ka_baselining *baselining, struct ka_error *reterr)
{
	const char *file = baselining->options->write_baseline;
	struct ka_text text = {0};
	int result = ka_baseline_format(baselining->found, merge(baselining), &text, reterr);

	if (result == 0)
		result = write_file(&baselining->arena, file, &text, reterr);
	ka_text_clear(&text);
	return result;
}

int ka_baselining_end(struct ka_baselining *baselining, int result, struct ka_error *reterr)
{
	const char *file = baselining->options->write_baseline;

	if (result >= 0 && baselining->options->baseline)
		tell_gone(baselining);
	if (result > 1 && file)
		ka_print_note("%s is not written, because not every subject could be read", file);
	else if (result >= 0 && file && write_baseline(baselining, reterr) < 0)
		result = -1;
	ka_arena_clear(&baselining->arena);
	return result;
}
