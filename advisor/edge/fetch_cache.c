#include "edge/fetch_cache.h"

#include "base/number.h"
#include "base/text.h"
#include "edge/digest.h"
#include "edge/file.h"
#include "helper/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first line: this word, a blank, and the digest of all that follows the line. */
#define FIRST_WORD "kaadvise-cache-1"

enum {
	FIRST_LINE = sizeof(FIRST_WORD) + KA_SHA256_TEXT, /* with the line's end */
	FILE_MAX =
		FIRST_LINE + 6 * (KA_WIRE_LINE_MAX + 64) + KA_WIRE_BODY_MAX + KA_WIRE_SIGNATURE_MAX,
};

/* Only this user can have written it. */
static bool is_ours(const struct stat *status)
{
	return status->st_uid == geteuid() && (status->st_mode & 022) == 0;
}

/* A file descriptor, or a negative errno; EPERM where others may write. */
static int open_directory(const char *directory)
{
	struct stat status;
	int fd = ka_file_open_directory(AT_FDCWD, directory);

	if (fd < 0 || (fstat(fd, &status) == 0 && is_ours(&status)))
		return fd;
	close(fd);
	return -EPERM;
}

enum key { CONFIRMED, ETAG, LAST_MODIFIED, LENGTH, SIGNATURE_LENGTH, KEY_COUNT };
static const char *const keys[KEY_COUNT] = {"confirmed", "etag", "last-modified", "length",
					    "signature-length"};

/* Cuts the head's lines out of text in place; the position behind it, or NULL. */
static char *cut_head(char *text, const char *values[KEY_COUNT])
{
	char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		size_t key = 0, length;

		if (end == text)
			return text + 1;
		*end = '\0';
		length = strcspn(text, " ");
		while (key < KEY_COUNT &&
		       (strlen(keys[key]) != length || memcmp(keys[key], text, length) != 0))
			key++;
		if (key == KEY_COUNT || values[key] || text[length] == '\0')
			return NULL;
		values[key] = text + length + 1;
	}
	return NULL;
}

static bool read_number(const char *text, int64_t max, int64_t *ret_number)
{
	return text && ka_parse_decimal(text, strlen(text), ret_number) && *ret_number <= max;
}

/* Takes a file's text apart, whose digest was right. */
static bool parse(struct ka_arena *arena, char *text, size_t length, struct ka_cached *ret_cached)
{
	const char *values[KEY_COUNT] = {NULL};
	int64_t confirmed_s, body, signature = 0;
	char digest[KA_SHA256_TEXT];
	const char *at = cut_head(text, values);

	if (!at || !read_number(values[CONFIRMED], INT64_MAX, &confirmed_s) ||
	    !read_number(values[LENGTH], KA_WIRE_BODY_MAX, &body) ||
	    (values[SIGNATURE_LENGTH] &&
	     !read_number(values[SIGNATURE_LENGTH], KA_WIRE_SIGNATURE_MAX, &signature)) ||
	    (size_t)(at - text) + (size_t)(body + signature) != length)
		return false;
	*ret_cached = (struct ka_cached){
		.confirmed_s = confirmed_s,
		.etag = values[ETAG],
		.last_modified = values[LAST_MODIFIED],
		.bytes = at,
		.length = (size_t)body,
		.signature = values[SIGNATURE_LENGTH] ? at + body : NULL,
		.signature_length = (size_t)signature,
		.sha256 = ka_arena_copy(arena, ka_sha256(digest, at, (size_t)body),
					KA_SHA256_TEXT - 1),
	};
	return true;
}

static bool has_right_digest(const char *text, size_t length)
{
	char digest[KA_SHA256_TEXT];

	return length > FIRST_LINE && strncmp(text, FIRST_WORD " ", sizeof(FIRST_WORD)) == 0 &&
	       text[FIRST_LINE - 1] == '\n' &&
	       memcmp(ka_sha256(digest, text + FIRST_LINE, length - FIRST_LINE),
		      text + sizeof(FIRST_WORD), KA_SHA256_TEXT - 1) == 0;
}

static bool file_is_ours(int directory, const char *name)
{
	struct stat status;

	return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && is_ours(&status);
}

static enum ka_cache_state read_in(struct ka_arena *arena, int directory, const char *name,
				   struct ka_cached *ret_cached)
{
	enum ka_cache_state state = KA_CACHE_DAMAGED;
	char *text = NULL, *kept;
	size_t length;
	int error = ka_file_read(directory, name, FILE_MAX, false, &text, &length);

	if (error < 0)
		return error == -ENOENT ? KA_CACHE_NONE : KA_CACHE_DAMAGED;
	kept = ka_arena_alloc(arena, length + 1);
	if (kept)
		memcpy(kept, text, length + 1);
	free(text);
	/* Its name cannot be given to another file: the directory is ours alone. */
	if (kept && file_is_ours(directory, name) && has_right_digest(kept, length) &&
	    parse(arena, kept + FIRST_LINE, length - FIRST_LINE, ret_cached))
		state = KA_CACHE_GOOD;
	return state;
}

enum ka_cache_state ka_cache_read(struct ka_arena *arena, const char *directory, const char *name,
				  struct ka_cached *ret_cached)
{
	enum ka_cache_state state;
	int fd;

	if (!directory)
		return KA_CACHE_NONE;
	fd = open_directory(directory);
	if (fd < 0)
		return fd == -ENOENT ? KA_CACHE_NONE : KA_CACHE_DAMAGED;
	state = read_in(arena, fd, name, ret_cached);
	close(fd);
	return state;
}

/* Makes the directory, and the one above it. */
static int make_directory(const char *directory)
{
	const char *slash = strrchr(directory, '/');
	char *above;

	if (mkdir(directory, 0700) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || !slash || slash == directory)
		return -errno;
	above = strndup(directory, (size_t)(slash - directory));
	if (!above)
		return -ENOMEM;
	mkdir(above, 0700);
	free(above);
	return mkdir(directory, 0700) == 0 || errno == EEXIST ? 0 : -errno;
}

static void add_line(struct ka_text *text, const char *key, const char *value)
{
	if (value)
		ka_text_printf(text, "%s %s\n", key, value);
}

/* All but the first line. */
static void add_rest(struct ka_text *text, const struct ka_cached *cached)
{
	ka_text_printf(text, "%s %" PRId64 "\n", keys[CONFIRMED], cached->confirmed_s);
	add_line(text, keys[ETAG], cached->etag);
	add_line(text, keys[LAST_MODIFIED], cached->last_modified);
	ka_text_printf(text, "%s %zu\n", keys[LENGTH], cached->length);
	if (cached->signature)
		ka_text_printf(text, "%s %zu\n", keys[SIGNATURE_LENGTH], cached->signature_length);
	ka_text_add(text, "\n");
	ka_text_add_bytes(text, cached->bytes, cached->length);
	if (cached->signature)
		ka_text_add_bytes(text, cached->signature, cached->signature_length);
}

static int replace(int directory, const char *name, const struct ka_text *rest)
{
	static const char temporary[] = "new";
	struct ka_text text = {0};
	char digest[KA_SHA256_TEXT];
	int error = -ENOMEM;

	ka_text_printf(&text, FIRST_WORD " %s\n", ka_sha256(digest, rest->bytes, rest->length));
	ka_text_add_bytes(&text, rest->bytes, rest->length);
	/* The lock goes with the file descriptor. */
	if (!text.has_failed)
		error = flock(directory, LOCK_EX) < 0
				? -errno
				: ka_file_replace(directory, temporary, name, 0600, text.bytes,
						  text.length);
	ka_text_clear(&text);
	return error;
}

static int write_in(const char *directory, const char *name, const struct ka_text *rest)
{
	int error = make_directory(directory), fd;

	if (error < 0)
		return error;
	fd = open_directory(directory);
	if (fd < 0)
		return fd;
	error = replace(fd, name, rest);
	close(fd);
	return error;
}

int ka_cache_write(const char *directory, const char *name, const struct ka_cached *cached,
		   struct ka_error *reterr)
{
	struct ka_text rest = {0};
	int error;

	add_rest(&rest, cached);
	error = rest.has_failed ? -ENOMEM : write_in(directory, name, &rest);
	ka_text_clear(&rest);
	if (error < 0)
		return ka_fail_sys(reterr, KA_E_OUTPUT, -error, "%s: what was fetched is not kept",
				   directory);
	return 0;
}
