#include "edge/journal.h"

#include "base/number.h"
#include "edge/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char SCHEMA[] = "kaadvise.journal/1";
static const char JOURNAL[] = "journal"; /* in the state directory */
static const char TEMPORARY[] = "transaction.tmp";

enum { NAME_SIZE = sizeof("000001.json") };

static void free_json(json_t **json)
{
	json_decref(*json);
}

static void free_bytes(char **bytes)
{
	free(*bytes);
}

static void close_directory(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define OWNED(release) __attribute__((cleanup(release)))

static int fail(struct ka_error *reterr, int error, const char *path)
{
	return ka_fail_sys(reterr, KA_E_JOURNAL, error, "%s", path);
}

/* Reading */

static int fail_damaged(struct ka_error *reterr, const char *file, const char *why)
{
	return ka_fail_at(reterr, KA_E_JOURNAL, file, 0, 0, "damaged record: %s", why);
}

static int fail_too_much(struct ka_error *reterr, const char *path)
{
	return ka_fail_at(reterr, KA_E_JOURNAL, path, 0, 0,
			  "more than %d transactions or %d MiB: move old ones away", KA_JOURNAL_MAX,
			  KA_JOURNAL_BYTES_MAX / 1024 / 1024);
}

static bool find_word(const char *const *words, const char *word, int *ret_index)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0) {
			*ret_index = i;
			return true;
		}
	return false;
}

static const char *copy(struct ka_arena *arena, const char *text)
{
	return text ? ka_arena_copy(arena, text, strlen(text)) : NULL;
}

static bool is_integer(json_int_t number, json_int_t min, json_int_t max)
{
	return number >= min && number <= max;
}

static const char *read_settings(json_t *object, struct ka_settings *settings)
{
	json_int_t time_s, intvl_s, probes;

	if (json_unpack_ex(object, NULL, JSON_STRICT, "{s:I, s:I, s:I}", "time_s", &time_s,
			   "intvl_s", &intvl_s, "probes", &probes) < 0)
		return "not a triple";
	if (!is_integer(time_s, INT32_MIN, INT32_MAX) ||
	    !is_integer(intvl_s, INT32_MIN, INT32_MAX) || !is_integer(probes, INT32_MIN, INT32_MAX))
		return "a value out of range";
	*settings = (struct ka_settings){{time_s, intvl_s, probes}};
	return NULL;
}

/* A string or null. */
static const char *read_text(struct ka_arena *arena, json_t *value, const char **text)
{
	if (!json_is_string(value) && !json_is_null(value))
		return "a text of the wrong kind";
	*text = copy(arena, json_string_value(value));
	return NULL;
}

/* The file is written to when undoing: only what kaadvise could have named is accepted. */
static bool is_drop_in_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = strlen(path);

	return path[0] == '/' && slash[1] != '.' && length < PATH_MAX && length > 5 &&
	       strcmp(path + length - 5, ".conf") == 0 && !strstr(path, "/../");
}

/* Whether it is a directory above the file. */
static bool is_above(const char *directory, const char *path)
{
	size_t length = strlen(directory);

	return length > 1 && strncmp(path, directory, length) == 0 && path[length] == '/';
}

static const char *read_drop_in(struct ka_arena *arena, json_t *object, struct ka_transaction *to)
{
	const char *path, *made = NULL, *problem;
	json_t *before, *after;

	if (json_is_null(object))
		return NULL;
	if (json_unpack_ex(object, NULL, JSON_STRICT, "{s:s, s:o, s:o, s?s}", "path", &path,
			   "before", &before, "after", &after, "made", &made) < 0)
		return "drop_in is malformed";
	if (!is_drop_in_path(path) || (made && !is_above(made, path)))
		return "drop_in names another file";
	to->drop_in = copy(arena, path);
	to->made = copy(arena, made);
	problem = read_text(arena, before, &to->from.file);
	return problem ? problem : read_text(arena, after, &to->to.file);
}

static const char *read_place(json_t *netns, const char *boot_id, struct ka_place *place)
{
	json_int_t inode, cookie = 0;
	json_t *cookie_value;
	int is_initial;

	if (json_unpack_ex(netns, NULL, JSON_STRICT, "{s:I, s:o, s:b}", "inode", &inode, "cookie",
			   &cookie_value, "is_initial", &is_initial) < 0)
		return "netns is malformed";
	if (!json_is_null(cookie_value) && !json_is_integer(cookie_value))
		return "cookie is not a number";
	place->netns.has_cookie = json_is_integer(cookie_value);
	cookie = json_integer_value(cookie_value);
	if (inode < 0 || cookie < 0)
		return "a negative inode or cookie";
	place->netns.inode = (uint64_t)inode;
	place->netns.cookie = (uint64_t)cookie;
	place->netns.is_initial = is_initial;
	if (strlen(boot_id) >= sizeof(place->boot_id))
		return "boot_id is too long";
	strcpy(place->boot_id, boot_id);
	return NULL;
}

/* The words and small numbers of a record. */
static const char *check_head(const char *schema, const char *kind, const char *state,
			      json_int_t id, json_int_t of, struct ka_transaction *to)
{
	int kind_index, state_index;

	if (strcmp(schema, SCHEMA) != 0)
		return "another schema";
	if (!find_word(ka_transaction_kind_words, kind, &kind_index) ||
	    !find_word(ka_transaction_state_words, state, &state_index))
		return "an unknown word";
	if (!is_integer(id, 1, KA_TRANSACTION_ID_MAX) ||
	    !is_integer(of, kind_index == KA_ROLLBACK, KA_TRANSACTION_ID_MAX))
		return "a number out of range";
	to->kind = (enum ka_transaction_kind)kind_index;
	to->state = (enum ka_transaction_state)state_index;
	to->id = (int)id;
	to->of = (int)of;
	return NULL;
}

/* Takes the record apart; what is wrong with it, or NULL. */
static const char *read_record(struct ka_arena *arena, json_t *root, struct ka_transaction *to)
{
	const char *schema, *kind, *state, *boot_id, *purpose, *problem;
	json_t *netns, *before, *after, *drop_in;
	json_int_t id, of, date_s;
	json_error_t where;
	int has_live;

	if (json_unpack_ex(root, &where, JSON_STRICT,
			   "{s:s, s:I, s:s, s:I, s:s, s:I, s:s, s:o, s:b, s:o, s:o, s:o, s:s}",
			   "schema", &schema, "id", &id, "kind", &kind, "of", &of, "state", &state,
			   "date_s", &date_s, "boot_id", &boot_id, "netns", &netns, "live",
			   &has_live, "before", &before, "after", &after, "drop_in", &drop_in,
			   "purpose", &purpose) < 0)
		return copy(arena, where.text);
	to->date_s = date_s;
	to->has_live = has_live;
	to->purpose = copy(arena, purpose);
	problem = check_head(schema, kind, state, id, of, to);
	if (!problem)
		problem = read_place(netns, boot_id, &to->place);
	if (!problem)
		problem = read_settings(before, &to->from.live);
	if (!problem)
		problem = read_settings(after, &to->to.live);
	if (!problem)
		problem = read_drop_in(arena, drop_in, to);
	return problem;
}

/* Whether this is the name of a record, and of which. */
static bool is_record_name(const char *name, int *ret_id)
{
	char again[NAME_SIZE];
	int id = 0;

	if (strlen(name) != NAME_SIZE - 1 || strspn(name, "0123456789") != 6)
		return false;
	for (int i = 0; i < 6; i++)
		id = id * 10 + (name[i] - '0');
	snprintf(again, sizeof(again), "%06d.json", id);
	*ret_id = id;
	return id > 0 && strcmp(name, again) == 0;
}

/* A journal that is being read. */
struct reading {
	struct ka_arena *arena;
	DIR *stream;
	const char *path; /* of its directory */
	size_t bytes_left;
};

static int read_one(struct reading *reading, int id, struct ka_transaction *to,
		    struct ka_error *reterr)
{
	OWNED(free_bytes) char *bytes = NULL;
	OWNED(free_json) json_t *root = NULL;
	struct ka_arena *arena = reading->arena;
	char name[NAME_SIZE];
	const char *file, *problem;
	json_error_t where;
	size_t length;
	int error;

	snprintf(name, sizeof(name), "%06d.json", id);
	file = ka_arena_printf(arena, "%s/%s", reading->path, name);
	error = ka_file_read(dirfd(reading->stream), name, KA_JOURNAL_RECORD_MAX, false, &bytes,
			     &length);
	if (error == -EFBIG || error == -EINVAL || error == -ELOOP)
		return fail_damaged(reterr, file, "not a regular file of at most 1 MiB");
	if (error < 0)
		return fail(reterr, -error, file);
	if (length > reading->bytes_left)
		return fail_too_much(reterr, reading->path);
	reading->bytes_left -= length;
	root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		return ka_fail_at(reterr, KA_E_JOURNAL, file, (unsigned)where.line,
				  (unsigned)where.column, "damaged record: %s", where.text);
	problem = read_record(arena, root, to);
	if (problem)
		return fail_damaged(reterr, file, problem);
	if (to->id != id)
		return fail_damaged(reterr, file, "another record's id");
	return arena->has_failed ? ka_fail_memory(reterr) : 0;
}

static int compare_ids(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* The ids of the records that are there, ascending. */
static int list_ids(const struct reading *reading, int **ret_ids, size_t *ret_count,
		    struct ka_error *reterr)
{
	int *ids = ka_arena_array(reading->arena, KA_JOURNAL_MAX, sizeof(*ids));
	const struct dirent *entry;
	size_t count = 0;

	if (!ids)
		return ka_fail_memory(reterr);
	while (errno = 0, entry = readdir(reading->stream)) {
		int id;

		if (!is_record_name(entry->d_name, &id))
			continue;
		if (count == KA_JOURNAL_MAX)
			return fail_too_much(reterr, reading->path);
		ids[count++] = id;
	}
	if (errno)
		return fail(reterr, errno, reading->path);
	qsort(ids, count, sizeof(*ids), compare_ids);
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}

static int read_records(struct reading *reading, const struct ka_transaction **ret_list,
			size_t *ret_count, struct ka_error *reterr)
{
	struct ka_transaction *list;
	size_t count = 0;
	int *ids = NULL;

	if (list_ids(reading, &ids, &count, reterr) < 0)
		return -1;
	list = ka_arena_array(reading->arena, count + 1, sizeof(*list));
	if (!list)
		return ka_fail_memory(reterr);
	for (size_t i = 0; i < count; i++)
		if (read_one(reading, ids[i], &list[i], reterr) < 0)
			return -1;
	*ret_list = list;
	*ret_count = count;
	return 0;
}

/* The journal's directory: a file descriptor or a negative errno. */
static int open_directory(const struct ka_tree *tree, const char *state_directory)
{
	int state = ka_tree_open_directory(tree, state_directory), fd;

	if (state < 0)
		return state;
	fd = ka_file_open_directory(state, JOURNAL);
	close(state);
	return fd;
}

int ka_journal_read(struct ka_arena *arena, const struct ka_tree *tree, const char *state_directory,
		    const struct ka_transaction **ret_list, size_t *ret_count,
		    struct ka_error *reterr)
{
	struct reading reading = {.arena = arena, .bytes_left = KA_JOURNAL_BYTES_MAX};
	int fd = open_directory(tree, state_directory), result;

	if (fd == -ENOENT) {
		*ret_list = NULL;
		*ret_count = 0;
		return 0;
	}
	if (fd < 0)
		return fail(reterr, -fd, state_directory);
	reading.path = ka_arena_printf(arena, "%s/%s", state_directory, JOURNAL);
	reading.stream = fdopendir(fd);
	if (!reading.stream) {
		close(fd);
		return ka_fail_memory(reterr);
	}
	result = read_records(&reading, ret_list, ret_count, reterr);
	closedir(reading.stream);
	return result;
}

/* Writing */

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *settings_json(const struct ka_settings *settings)
{
	return json_pack("{s:I, s:I, s:I}", "time_s", (json_int_t)settings->value[KA_TIME],
			 "intvl_s", (json_int_t)settings->value[KA_INTVL], "probes",
			 (json_int_t)settings->value[KA_PROBES]);
}

static json_t *netns_json(const struct ka_netns_id *netns)
{
	return json_pack("{s:I, s:o, s:b}", "inode", (json_int_t)netns->inode, "cookie",
			 netns->has_cookie ? json_integer((json_int_t)netns->cookie) : json_null(),
			 "is_initial", netns->is_initial);
}

static json_t *drop_in_json(const struct ka_transaction *from)
{
	if (!from->drop_in)
		return json_null();
	return json_pack("{s:s, s:o, s:o, s:s*}", "path", from->drop_in, "before",
			 text_or_null(from->from.file), "after", text_or_null(from->to.file),
			 "made", from->made);
}

static json_t *record_json(const struct ka_transaction *from)
{
	return json_pack("{s:s, s:i, s:s, s:i, s:s, s:I, s:s, s:o, s:b, s:o, s:o, s:o, s:s}",
			 "schema", SCHEMA, "id", from->id, "kind",
			 ka_transaction_kind_words[from->kind], "of", from->of, "state",
			 ka_transaction_state_words[from->state], "date_s",
			 (json_int_t)from->date_s, "boot_id", from->place.boot_id, "netns",
			 netns_json(&from->place.netns), "live", from->has_live, "before",
			 settings_json(&from->from.live), "after", settings_json(&from->to.live),
			 "drop_in", drop_in_json(from), "purpose", from->purpose);
}

/* Makes what is missing of the state directory, whose parent must be there: a file descriptor of
 * it or a negative errno. */
static int make_state_directory(const struct ka_tree *tree, const char *path)
{
	int state = ka_tree_open_directory(tree, path), parent, error;
	const char *name;

	if (state != -ENOENT)
		return state;
	parent = ka_tree_open_parent(tree, path, &name);
	if (parent < 0)
		return parent;
	error = ka_file_make_directory(parent, name);
	close(parent);
	return error < 0 ? error : ka_tree_open_directory(tree, path);
}

static int make_directory(const struct ka_tree *tree, const char *state_directory)
{
	int state = make_state_directory(tree, state_directory), fd;

	if (state < 0)
		return state;
	fd = ka_file_make_directory(state, JOURNAL);
	if (fd == 0)
		fd = ka_file_open_directory(state, JOURNAL);
	close(state);
	return fd;
}

int ka_journal_write(const struct ka_tree *tree, const char *state_directory,
		     const struct ka_transaction *transaction, struct ka_error *reterr)
{
	OWNED(free_json) json_t *root = record_json(transaction);
	OWNED(free_bytes) char *bytes = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	OWNED(close_directory) int fd = -1;
	char name[24];
	size_t length;
	int error;

	/* Only text that is not UTF-8, or lack of memory, cannot be said in JSON. */
	if (!bytes)
		return ka_fail(reterr, KA_E_JOURNAL,
			       "transaction %d: text that is not UTF-8, or out of memory",
			       transaction->id);
	length = strlen(bytes);
	bytes[length] = '\n'; /* in place of the NUL: the length is passed */
	fd = make_directory(tree, state_directory);
	if (fd < 0)
		return fail(reterr, -fd, state_directory);
	snprintf(name, sizeof(name), "%06d.json", transaction->id);
	error = ka_file_replace(fd, TEMPORARY, name, 0644, bytes, length + 1);
	/* When the new state stands in the record, failing would be the lie. */
	if (error == 0 && ka_file_sync(fd) < 0 && transaction->state == KA_BEGUN)
		error = -EIO;
	return error < 0 ? fail(reterr, -error, state_directory) : 0;
}

int ka_journal_remove(const struct ka_tree *tree, const char *state_directory, int id,
		      struct ka_error *reterr)
{
	OWNED(close_directory) int fd = open_directory(tree, state_directory);
	int error = fd == -ENOENT ? 0 : fd;
	char name[24];

	snprintf(name, sizeof(name), "%06d.json", id);
	if (fd >= 0)
		error = ka_file_remove(fd, name);
	if (error < 0)
		return fail(reterr, -error, state_directory);
	/* Should it come back with the power, then the next run undoes the transaction. */
	if (fd >= 0)
		ka_file_sync(fd);
	return 0;
}

int ka_journal_clean(const struct ka_tree *tree, const char *state_directory,
		     struct ka_error *reterr)
{
	OWNED(close_directory) int fd = open_directory(tree, state_directory);
	int error = fd == -ENOENT ? 0 : fd;

	if (fd >= 0 && faccessat(fd, TEMPORARY, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		error = ka_file_remove(fd, TEMPORARY);
	return error < 0 ? fail(reterr, -error, state_directory) : 0;
}

bool ka_journal_has_directory(const struct ka_tree *tree, const char *state_directory)
{
	OWNED(close_directory) int fd = ka_tree_open_directory(tree, state_directory);

	return fd >= 0;
}

static int remove_directory(int directory, const char *name)
{
	if (unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT || errno == ENOTEMPTY ||
	    errno == EEXIST)
		return 0;
	return -errno;
}

int ka_journal_tidy(const struct ka_tree *tree, const char *state_directory,
		    struct ka_error *reterr)
{
	OWNED(close_directory) int state = ka_tree_open_directory(tree, state_directory);
	OWNED(close_directory) int parent = -1;
	const char *name;
	int error = state == -ENOENT ? 0 : state;

	if (state >= 0)
		error = remove_directory(state, JOURNAL);
	if (state >= 0 && error == 0)
		error = parent = ka_tree_open_parent(tree, state_directory, &name);
	if (parent >= 0)
		error = remove_directory(parent, name);
	return error < 0 ? fail(reterr, -error, state_directory) : 0;
}
