#include "maker.h"

#include <stdlib.h>
#include <string.h>

const char *const maker_directories[5] = {"/etc/sysctl.d", "/run/sysctl.d",
					  "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d",
					  "/lib/sysctl.d"};

static const char *const names[] = {
	"10-base.conf", "50-site.conf", "60-keepalive.conf", "9-late.conf",  "99-sysctl.conf",
	"99-z.conf",    "Z.conf",       "octavia.conf",      "100-low.conf", "_.conf",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* splitmix64. */
static uint64_t next_random(struct maker *maker)
{
	uint64_t bits = maker->random += 0x9e3779b97f4a7c15u;

	bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
	bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
	return bits ^ (bits >> 31);
}

unsigned maker_pick(struct maker *maker, unsigned count)
{
	return (unsigned)(next_random(maker) % count);
}

bool maker_chance(struct maker *maker, unsigned percent)
{
	return maker_pick(maker, 100) < percent;
}

enum ka_key maker_key(struct maker *maker)
{
	return (enum ka_key)maker_pick(maker, KA_KEY_COUNT);
}

unsigned maker_fresh(struct maker *maker, enum ka_key key)
{
	/* A third of the range for each key: patterns give one number to several of them. */
	unsigned each = (250 - 20) / KA_KEY_COUNT;

	return 20 + (unsigned)key * each + maker->made[key]++ % each;
}

struct item *maker_find(const struct maker *maker, const char *path)
{
	for (size_t i = 0; i < maker->tree->count; i++) {
		if (strcmp(maker->tree->items[i].path, path) == 0)
			return &maker->tree->items[i];
	}
	return NULL;
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static struct item *add_item(struct tree *tree, const char *path)
{
	struct item *item = &tree->items[tree->count];

	must(tree->count < ITEMS_MAX);
	item->path = strdup(path);
	must(item->path != NULL);
	tree->count++;
	return item;
}

struct item *maker_add(struct maker *maker, enum item_kind kind, const char *path,
		       const char *bytes)
{
	struct item *item = maker_find(maker, path);

	if (!item)
		item = add_item(maker->tree, path);
	ka_text_clear(&item->bytes);
	item->kind = kind;
	if (bytes)
		ka_text_add(&item->bytes, bytes);
	return item;
}

struct item *maker_file(struct maker *maker, const char *path)
{
	struct item *item = maker_find(maker, path);

	if (!item)
		return maker_add(maker, ITEM_FILE, path, NULL);
	return item->kind == ITEM_FILE ? item : NULL;
}

const char *maker_path(struct maker *maker, char buffer[static 256])
{
	snprintf(buffer, 256, "%s/%s", maker_directories[maker_pick(maker, 5)],
		 names[maker_pick(maker, COUNT(names))]);
	return buffer;
}

/* The offset of a place between lines; the end, if it is one, half the time. */
static size_t choose_place(struct maker *maker, const struct ka_text *bytes)
{
	size_t places = 1, chosen;

	if (bytes->length == 0)
		return 0;
	if (bytes->bytes[bytes->length - 1] == '\n' && maker_chance(maker, 50))
		return bytes->length;
	for (size_t i = 0; i < bytes->length; i++)
		places += bytes->bytes[i] == '\n';
	chosen = maker_pick(maker, (unsigned)places);
	for (size_t i = 0; chosen > 0; i++) {
		chosen -= bytes->bytes[i] == '\n';
		if (chosen == 0)
			return i + 1;
	}
	return 0;
}

static void insert(struct maker *maker, struct ka_text *bytes, const struct ka_text *line)
{
	bool has_end = line->bytes[line->length - 1] == '\n';
	size_t place = choose_place(maker, bytes);
	struct ka_text whole = {0};

	if (!has_end)
		place = bytes->length;
	ka_text_add_bytes(&whole, bytes->length ? bytes->bytes : "", place);
	if (!has_end && place > 0 && whole.bytes[place - 1] != '\n')
		ka_text_add(&whole, "\n");
	ka_text_add_bytes(&whole, line->bytes, line->length);
	ka_text_add_bytes(&whole, bytes->length ? bytes->bytes + place : "", bytes->length - place);
	ka_text_clear(bytes);
	*bytes = whole;
	must(!whole.has_failed);
}

void maker_line(struct maker *maker, struct item *file, enum ka_key key, const char *template)
{
	struct ka_text line = {0};

	template_write(maker, key, template, &line);
	if (line.length > 0)
		insert(maker, &file->bytes, &line);
	ka_text_clear(&line);
}

void maker_set(struct maker *maker, const char *path, enum ka_key key)
{
	static const char *const ways[] = {"@D = @V", "@D=@V", "@S = @V", "  @S =@V",
					   "@D = @V # why"};
	struct item *file = maker_file(maker, path);

	if (file)
		maker_line(maker, file, key, ways[maker_pick(maker, COUNT(ways))]);
}

/* ---- Rows ----------------------------------------------------------------------------------- */

size_t generate_row_count(void)
{
	return line_row_count + value_row_count + file_row_count;
}

static const struct row *find_row(size_t row)
{
	if (row < line_row_count)
		return &line_rows[row];
	row -= line_row_count;
	if (row < value_row_count)
		return &value_rows[row];
	return &file_rows[row - value_row_count];
}

const char *generate_row_name(size_t row)
{
	return find_row(row)->name;
}

/* A row of lines goes where it is likely to count: into the file that is taken last, or anywhere.
 */
static void add_line_row(struct maker *maker, const struct row *row)
{
	char buffer[256];
	const char *path =
		maker_chance(maker, 50) ? "/etc/sysctl.d/zz-last.conf" : maker_path(maker, buffer);
	struct item *file = maker_file(maker, path);
	unsigned count = 0;

	while (row->templates[count])
		count++;
	if (!file)
		file = maker_add(maker, ITEM_FILE, path, NULL);
	maker_line(maker, file, maker_key(maker), row->templates[maker_pick(maker, count)]);
}

static void add_row(struct maker *maker, size_t index)
{
	const struct row *row = find_row(index);

	maker->tree->has_row[index] = true;
	if (row->add)
		row->add(maker);
	else
		add_line_row(maker, row);
}

static void add_ordinary_files(struct maker *maker)
{
	unsigned count = maker_pick(maker, 5);
	char buffer[256];

	for (unsigned i = 0; i < count; i++) {
		const char *path = maker_path(maker, buffer);

		for (unsigned lines = 1 + maker_pick(maker, 3); lines > 0; lines--)
			maker_set(maker, path, maker_key(maker));
	}
}

static void add_other_rows(struct maker *maker)
{
	unsigned count = maker_pick(maker, 6);

	for (unsigned i = 0; i < count; i++) {
		size_t other = maker_pick(maker, (unsigned)generate_row_count());

		if (!find_row(other)->is_rare)
			add_row(maker, other);
	}
}

/* ---- Directories that are links ---------------------------------------------------------------*/

static void drop_item(struct tree *tree, size_t index)
{
	free(tree->items[index].path);
	ka_text_clear(&tree->items[index].bytes);
	tree->items[index] = tree->items[--tree->count];
	tree->items[tree->count] = (struct item){0};
}

/* What was put below a directory that is a link is where the link leads. */
static void move_below(struct maker *maker, const char *from, const char *to)
{
	struct tree *tree = maker->tree;
	size_t length = strlen(from);

	for (size_t i = 0; i < tree->count;) {
		struct item *item = &tree->items[i];
		char path[512];

		if (strncmp(item->path, from, length) != 0 || item->path[length] != '/') {
			i++;
			continue;
		}
		snprintf(path, sizeof(path), "%s%s", to, item->path + length);
		if (maker_find(maker, path)) {
			drop_item(tree, i);
			continue;
		}
		free(item->path);
		item->path = strdup(path);
		must(item->path != NULL);
		i++;
	}
}

/* ---- Bytes at random ------------------------------------------------------------------------ */

static void change_bytes(struct maker *maker, struct ka_text *bytes)
{
	/* What means something to some loader, and some that does not. */
	static const char drawn[] = " .-/*=#;\\\r\n\t\0\v\f?[]{},0x9'\"netipv4_\xff";
	size_t place = maker_pick(maker, (unsigned)bytes->length);
	char byte = drawn[maker_pick(maker, sizeof(drawn) - 1)];
	struct ka_text whole = {0};
	unsigned how = maker_pick(maker, 3);

	ka_text_add_bytes(&whole, bytes->bytes, place);
	if (how < 2)
		ka_text_add_bytes(&whole, &byte, 1);
	/* Put in, put in place of a byte, or taken away. */
	place += how > 0;
	ka_text_add_bytes(&whole, bytes->bytes + place, bytes->length - place);
	ka_text_clear(bytes);
	*bytes = whole;
	must(!whole.has_failed);
}

static void change_files(struct maker *maker)
{
	struct tree *tree = maker->tree;

	for (unsigned i = 1 + maker_pick(maker, 12); i > 0; i--) {
		struct item *item = &tree->items[maker_pick(maker, (unsigned)tree->count)];

		if (item->kind == ITEM_FILE && item->bytes.length > 0)
			change_bytes(maker, &item->bytes);
	}
}

/* ---- The tree ------------------------------------------------------------------------------- */

static void choose_base(struct maker *maker)
{
	static const struct ka_settings bases[] = {
		{{7201, 76, 10}}, {{7201, 76, 10}}, {{7200, 75, 9}}, {{1, 1, 1}}, {{0, 0, 0}}};

	maker->tree->base = bases[maker_pick(maker, COUNT(bases))];
}

void tree_generate(uint64_t seed, unsigned hz, struct tree *ret_tree)
{
	struct maker maker = {.tree = ret_tree, .random = seed, .hz = hz};

	/* Alone, a rule cannot be hidden by another. */
	bool is_alone = maker_chance(&maker, 30);

	*ret_tree = (struct tree){.seed = seed};
	choose_base(&maker);
	if (!is_alone)
		add_ordinary_files(&maker);
	if (!is_alone && maker_chance(&maker, 50))
		add_other_rows(&maker);
	add_row(&maker, seed % generate_row_count());
	if (!is_alone && maker_chance(&maker, 50))
		add_other_rows(&maker);
	if (maker.changes_bytes)
		change_files(&maker);
	for (size_t i = 0; i < maker.linked_count; i++)
		move_below(&maker, maker.linked[i][0], maker.linked[i][1]);
}

void tree_clear(struct tree *tree)
{
	while (tree->count > 0)
		drop_item(tree, tree->count - 1);
}

/* ---- Printing ------------------------------------------------------------------------------- */

static void print_bytes(const char *bytes, size_t length, FILE *out)
{
	for (size_t i = 0; i < length && i < 3000; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte == '\n')
			fputs("\n    |", out);
		else if (byte < ' ' || byte > '~')
			fprintf(out, "\\x%02x", byte);
		else
			fputc(byte, out);
	}
	if (length > 3000)
		fprintf(out, " ... %zu bytes", length);
	fputc('\n', out);
}

void tree_print(const struct tree *tree, FILE *out)
{
	static const char *const words[] = {"file", "link to", "directory", "FIFO", "socket"};

	fprintf(out, "seed %llu, before: %d, %d, %d\n", (unsigned long long)tree->seed,
		(int)tree->base.value[0], (int)tree->base.value[1], (int)tree->base.value[2]);
	for (size_t i = 0; i < generate_row_count(); i++) {
		if (tree->has_row[i])
			fprintf(out, "  shows: %s\n", generate_row_name(i));
	}
	for (size_t i = 0; i < tree->count; i++) {
		const struct item *item = &tree->items[i];

		fputs("  ", out);
		print_bytes(item->path, strlen(item->path), out);
		fprintf(out, "    %s", words[item->kind]);
		if (item->bytes.length > 0) {
			fputs(item->kind == ITEM_FILE ? "\n    |" : " ", out);
			print_bytes(item->bytes.bytes, item->bytes.length, out);
		} else {
			fputc('\n', out);
		}
	}
}
