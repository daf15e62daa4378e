#include "core/sysctl_pattern.h"

#include <string.h>

/* ---- The tree ----------------------------------------------------------------------------- */

enum node {
	NOWHERE = -1,
	ROOT,
	PROC,
	SYS,
	NET,
	IPV4,
	FILES, /* the three, in the order of enum ka_key */
	DIRECTORIES = FILES + KA_KEY_COUNT,
	NODE_COUNT = DIRECTORIES + 27,
};

static const struct {
	const char *name;
	int parent;
} nodes[NODE_COUNT] = {
	[ROOT] = {"", ROOT},
	[PROC] = {"proc", ROOT},
	[SYS] = {"sys", PROC},
	[NET] = {"net", SYS},
	[IPV4] = {"ipv4", NET},
	[FILES + KA_TIME] = {"tcp_keepalive_time", IPV4},
	[FILES + KA_INTVL] = {"tcp_keepalive_intvl", IPV4},
	[FILES + KA_PROBES] = {"tcp_keepalive_probes", IPV4},
	[DIRECTORIES + 0] = {"conf", IPV4},
	[DIRECTORIES + 1] = {"all", DIRECTORIES + 0},
	[DIRECTORIES + 2] = {"default", DIRECTORIES + 0},
	[DIRECTORIES + 3] = {"lo", DIRECTORIES + 0},
	[DIRECTORIES + 4] = {"neigh", IPV4},
	[DIRECTORIES + 5] = {"default", DIRECTORIES + 4},
	[DIRECTORIES + 6] = {"lo", DIRECTORIES + 4},
	[DIRECTORIES + 7] = {"route", IPV4},
	[DIRECTORIES + 8] = {"core", NET},
	[DIRECTORIES + 9] = {"unix", NET},
	[DIRECTORIES + 10] = {"ipv6", NET},
	[DIRECTORIES + 11] = {"conf", DIRECTORIES + 10},
	[DIRECTORIES + 12] = {"all", DIRECTORIES + 11},
	[DIRECTORIES + 13] = {"default", DIRECTORIES + 11},
	[DIRECTORIES + 14] = {"lo", DIRECTORIES + 11},
	[DIRECTORIES + 15] = {"kernel", SYS},
	[DIRECTORIES + 16] = {"random", DIRECTORIES + 15},
	[DIRECTORIES + 17] = {"pty", DIRECTORIES + 15},
	[DIRECTORIES + 18] = {"vm", SYS},
	[DIRECTORIES + 19] = {"fs", SYS},
	[DIRECTORIES + 20] = {"inotify", DIRECTORIES + 19},
	[DIRECTORIES + 21] = {"epoll", DIRECTORIES + 19},
	[DIRECTORIES + 22] = {"dev", SYS},
	[DIRECTORIES + 23] = {"debug", SYS},
	[DIRECTORIES + 24] = {"etc", ROOT},
	[DIRECTORIES + 25] = {"usr", ROOT},
	[DIRECTORIES + 26] = {"tmp", ROOT},
};

static bool is_file(int node)
{
	return node >= FILES && node < DIRECTORIES;
}

static bool is_name(int node, const char *name, size_t length)
{
	return strlen(nodes[node].name) == length && memcmp(nodes[node].name, name, length) == 0;
}

/* One step: a component of a path, which may be empty, from a node that is not NOWHERE. */
static int step(int from, const char *name, size_t length)
{
	if (is_file(from))
		return NOWHERE;
	if (length == 0 || (length == 1 && name[0] == '.'))
		return from;
	if (length == 2 && name[0] == '.' && name[1] == '.')
		return nodes[from].parent;
	for (int node = PROC; node < NODE_COUNT; node++)
		if (nodes[node].parent == from && is_name(node, name, length))
			return node;
	return NOWHERE;
}

static int place_from(int node, const char *path, size_t length)
{
	for (size_t at = 0; node != NOWHERE && at <= length;) {
		const char *slash = memchr(path + at, '/', length - at);
		size_t end = slash ? (size_t)(slash - path) : length;

		node = step(node, path + at, end - at);
		at = end + 1;
	}
	if (node == NOWHERE)
		return KA_PLACE_ABSENT;
	return is_file(node) ? node - FILES : KA_PLACE_DIRECTORY;
}

int ka_place_of(const char *path, size_t length)
{
	return place_from(SYS, path, length);
}

int ka_place_of_absolute(const char *path, size_t length)
{
	return place_from(length > 0 && path[0] == '/' ? ROOT : SYS, path, length);
}

/* ---- One component ------------------------------------------------------------------------ */

/* The classes of the C locale, as pairs of first and last byte. */
static const struct {
	const char *name, *ranges;
} classes[] = {
	{"alpha", "azAZ"}, {"digit", "09"},     {"alnum", "azAZ09"},  {"upper", "AZ"},
	{"lower", "az"},   {"space", "\t\r  "}, {"xdigit", "09afAF"}, {"punct", "!/:@[`{~"},
	{"graph", "!~"},   {"print", " ~"},     {"blank", "\t\t  "},  {"cntrl", "\1\37\177\177"},
};

static bool is_in_ranges(const char *ranges, unsigned char byte)
{
	for (; *ranges != '\0'; ranges += 2)
		if (byte >= (unsigned char)ranges[0] && byte <= (unsigned char)ranges[1])
			return true;
	return false;
}

/* A bracket expression while it is read. */
struct bracket {
	const char *at, *end;
	unsigned char byte; /* to be found in it */
	bool has_it, is_broken;
};

/* A class that nobody knows breaks the expression. */
static void take_class(struct bracket *bracket, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i].name) == length &&
		    memcmp(classes[i].name, name, length) == 0) {
			bracket->has_it |= is_in_ranges(classes[i].ranges, bracket->byte);
			return;
		}
	bracket->is_broken = true;
}

/* The end of "[:alpha:]", "[=a=]" or "[.a.]", which begin at text; NULL: it is none. */
static const char *end_of_named(const char *text, const char *end)
{
	char kind = end - text > 1 ? text[1] : '\0';
	const char *at = text + 2;

	if (text[0] != '[' || (kind != ':' && kind != '=' && kind != '.'))
		return NULL;
	if (kind == ':')
		while (at < end && *at >= 'a' && *at < 'z')
			at++;
	else if (kind == '=')
		at++;
	else
		at = memmem(at, (size_t)(end - at), ".]", 2);
	/* What has no end is a '[', but of "[." it breaks the whole. */
	if (!at)
		return end;
	return end - at > 1 && at[0] == kind && at[1] == ']' ? at + 2 : NULL;
}

/* Takes one character of a range off the bracket; an escaped one, or [.a.] or [=a=]. */
static unsigned char take_character(struct bracket *bracket)
{
	const char *named = end_of_named(bracket->at, bracket->end);
	unsigned char byte;

	if (named && bracket->at[1] != ':') {
		byte = (unsigned char)bracket->at[2];
		bracket->is_broken = named - bracket->at != 5;
		bracket->at = named;
		return byte;
	}
	if (*bracket->at == '\\' && ++bracket->at == bracket->end) {
		bracket->is_broken = true;
		return '\0';
	}
	return (unsigned char)*bracket->at++;
}

static void take_member(struct bracket *bracket)
{
	const char *named = end_of_named(bracket->at, bracket->end);
	unsigned char low, high;

	if (named && bracket->at[1] == ':') {
		take_class(bracket, bracket->at + 2, (size_t)(named - bracket->at - 4));
		bracket->at = named;
		return;
	}
	low = high = take_character(bracket);
	if (bracket->end - bracket->at > 1 && bracket->at[0] == '-' && bracket->at[1] != ']') {
		bracket->at++;
		high = take_character(bracket);
	} else if (bracket->end - bracket->at == 1 && bracket->at[0] == '-') {
		/* A range without an end. */
		bracket->is_broken = true;
	}
	if (bracket->byte >= low && bracket->byte <= high && !bracket->is_broken)
		bracket->has_it = true;
}

/* The rest, once the byte was found: there are no ranges any more. */
static void skip_member(struct bracket *bracket)
{
	const char *named = end_of_named(bracket->at, bracket->end);

	if (named)
		bracket->at = named;
	else
		take_character(bracket);
}

/* Reads the bracket expression behind the '[' at pattern. NULL when it has no end and so is a '['
 * like any other byte; else what follows it. */
static const char *read_bracket(const char *pattern, const char *end, char byte, bool *ret_has_it)
{
	struct bracket bracket = {.at = pattern + 1, .end = end, .byte = (unsigned char)byte};
	bool is_negated = bracket.at < end && (*bracket.at == '!' || *bracket.at == '^');
	bool is_first = true;

	bracket.at += is_negated;
	while (bracket.at < end && !bracket.is_broken && (is_first || *bracket.at != ']')) {
		is_first = false;
		if (bracket.has_it)
			skip_member(&bracket);
		else
			take_member(&bracket);
	}
	if (bracket.at >= end && !bracket.is_broken)
		return NULL;
	*ret_has_it = !bracket.is_broken && bracket.has_it != is_negated;
	return bracket.at + 1;
}

/* Matches what stands at *pattern, not a star, with one byte, and moves behind it. */
static bool matches_byte(const char **pattern, const char *end, char byte)
{
	bool has_it;

	if (**pattern == '?') {
		*pattern += 1;
		return true;
	}
	if (**pattern == '[') {
		const char *rest = read_bracket(*pattern, end, byte, &has_it);

		if (rest) {
			*pattern = rest;
			return has_it;
		}
	}
	/* A backslash at the end matches nothing. */
	if (**pattern == '\\' && ++*pattern == end)
		return false;
	return *(*pattern)++ == byte;
}

/* fnmatch(3): only the last star needs to be tried again, so the time is bounded by the product of
 * the lengths. */
static bool matches(const char *pattern, const char *end, const char *text, bool hides_dot)
{
	const char *star = NULL, *star_text = NULL;

	if (hides_dot && *text == '.' && pattern < end && strchr("*?[", *pattern))
		return false;
	for (;;) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			star_text = text;
			continue;
		}
		if (*text == '\0' && pattern == end)
			return true;
		if (*text != '\0' && pattern < end && matches_byte(&pattern, end, *text)) {
			text++;
			continue;
		}
		if (!star || *star_text == '\0')
			return false;
		pattern = star;
		text = ++star_text;
	}
}

bool ka_text_matches(const char *pattern, const char *text)
{
	return matches(pattern, pattern + strlen(pattern), text, false);
}

bool ka_is_pattern(const char *text, size_t length)
{
	return memchr(text, '*', length) || memchr(text, '?', length) || memchr(text, '[', length);
}

/* ---- A path of components ----------------------------------------------------------------- */

/* A path has room for the longest pattern and a name for each of its components. What has more
 * components than that names nothing that is looked for. */
enum { COMPONENTS_MAX = 64, PATTERN_MAX = 2048, NAME_MAX_BYTES = 20, PATH_SIZE = 4096 };
_Static_assert(PATTERN_MAX + COMPONENTS_MAX * NAME_MAX_BYTES < PATH_SIZE, "paths fit");

/* glob(3) at work on a pattern without braces. */
struct walk {
	const struct ka_pattern_rules *rules;
	bool (*found)(void *context, enum ka_key key, const char *path);
	void *context;
	unsigned *done; /* bits of keys of which no more is wanted */
	const char *end;
	char path[PATH_SIZE];
	/* Nothing is found from this node on with what follows this component. */
	bool is_dead[COMPONENTS_MAX][NODE_COUNT];
};

static bool has_magic(const char *at, const char *end)
{
	for (; at < end; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		else if (strchr("*?[", *at))
			return true;
	}
	return false;
}

/* Each visit to a directory looks at all nodes. */
enum { VISIT_COST = 8 };

bool ka_spend_steps(size_t *steps_left, size_t cost)
{
	if (*steps_left <= cost) {
		*steps_left = 0;
		return false;
	}
	*steps_left -= cost;
	return true;
}

static const char *end_of_component(const char *at, const char *end)
{
	const char *slash = memchr(at, '/', (size_t)(end - at));

	return slash ? slash : end;
}

static const char *skip_slashes(const char *at, const char *end)
{
	while (at < end && *at == '/')
		at++;
	return at;
}

static size_t unescape(char *to, const char *at, const char *end)
{
	size_t length = 0;

	for (; at < end; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		to[length++] = *at;
	}
	return length;
}

static bool walk_from(struct walk *walk, const char *at, int node, size_t used, size_t depth,
		      bool was_magic);

static bool tell(struct walk *walk, unsigned key)
{
	if (!(*walk->done & 1u << key) && walk->found(walk->context, (enum ka_key)key, walk->path))
		*walk->done |= 1u << key;
	return true;
}

/* Goes on behind a component that ended at `at`, its text in the path already. */
static bool walk_on(struct walk *walk, const char *at, int node, size_t used, size_t depth,
		    bool was_magic)
{
	if (at == walk->end) {
		walk->path[used] = '\0';
		return is_file(node) && tell(walk, (unsigned)(node - FILES));
	}
	if (is_file(node))
		return false;
	/* glob(3) leaves repeated slashes as they are in front of the first wildcard; behind it two
	 * remain of any number. */
	for (size_t slashes = 0; at < walk->end && *at == '/'; at++)
		if (!was_magic || slashes++ < 2)
			walk->path[used++] = '/';
	return walk_from(walk, at, node, used, depth + 1, was_magic);
}

static bool walk_to_child(struct walk *walk, const char *at, const char *next, const char *name,
			  int node, size_t used, size_t depth)
{
	size_t length = strlen(name);

	if (!matches(at, next, name, true))
		return false;
	memcpy(walk->path + used, name, length);
	return walk_on(walk, next, node, used + length, depth, true);
}

/* All entries of the directory that a component with a wildcard names. */
static bool walk_children(struct walk *walk, const char *at, const char *next, int from,
			  size_t used, size_t depth)
{
	bool has_found = false;

	for (int node = PROC; node < NODE_COUNT; node++)
		if (nodes[node].parent == from)
			has_found |=
				walk_to_child(walk, at, next, nodes[node].name, node, used, depth);
	if (!walk->rules->has_braces) {
		has_found |= walk_to_child(walk, at, next, ".", from, used, depth);
		has_found |= walk_to_child(walk, at, next, "..", nodes[from].parent, used, depth);
	}
	return has_found;
}

/* Matches the component at `at` and all that follow, below node. True when something was found. */
static bool walk_from(struct walk *walk, const char *at, int node, size_t used, size_t depth,
		      bool was_magic)
{
	const char *next = end_of_component(at, walk->end);
	bool has_found;

	if (depth == COMPONENTS_MAX || walk->is_dead[depth][node] ||
	    *walk->done == (1u << KA_KEY_COUNT) - 1 ||
	    !ka_spend_steps(walk->rules->steps_left, VISIT_COST))
		return false;
	if (has_magic(at, next)) {
		has_found = walk_children(walk, at, next, node, used, depth);
	} else {
		size_t length = unescape(walk->path + used, at, next);
		int child = step(node, walk->path + used, length);

		/* glob(3) overlooks slashes behind a file that is named outright. */
		if (child != NOWHERE && is_file(child))
			next = skip_slashes(next, walk->end);
		has_found = child != NOWHERE &&
			    walk_on(walk, next, child, used + length, depth, was_magic);
	}
	walk->is_dead[depth][node] = !has_found;
	return has_found;
}

/* Nearly all patterns are about something else: their last component says so. */
static bool may_end_in_a_file(const char *pattern, const char *end)
{
	const char *slash, *last;

	while (end > pattern && end[-1] == '/')
		end--;
	slash = memrchr(pattern, '/', (size_t)(end - pattern));
	last = slash ? slash + 1 : pattern;

	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (matches(last, end, ka_sysctls[key].word, true))
			return true;
	return false;
}

static void walk_pattern(const char *pattern, const char *end, struct walk *walk)
{
	if (end - pattern > PATTERN_MAX ||
	    !ka_spend_steps(walk->rules->steps_left, (size_t)(end - pattern)) ||
	    !may_end_in_a_file(pattern, end))
		return;
	walk->end = end;
	memset(walk->is_dead, 0, sizeof(walk->is_dead));
	walk_from(walk, pattern, SYS, 0, 0, false);
}

/* ---- Braces ------------------------------------------------------------------------------- */

/* Where the alternative that begins at text ends: at its comma or closing brace; NULL: nowhere. */
static const char *end_of_alternative(const char *text)
{
	size_t depth = 0;

	while (*text != '\0') {
		if (*text == '\\') {
			if (*++text == '\0')
				return NULL;
		} else if ((*text == '}' && depth-- == 0) || (*text == ',' && depth == 0)) {
			return text;
		} else if (*text == '{') {
			depth++;
		}
		text++;
	}
	return NULL;
}

static const char *find_brace(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '{')
			return text;
	}
	return NULL;
}

/* The first pair of braces of a pattern. False when there is none, or it is not closed: then all
 * braces stand for themselves. */
struct braces {
	const char *open, *first_end, *rest;
};

static bool find_braces(const char *pattern, struct braces *ret_braces)
{
	struct braces braces = {.open = find_brace(pattern)};
	const char *at;

	if (!braces.open)
		return false;
	braces.first_end = at = end_of_alternative(braces.open + 1);
	while (at && *at != '}')
		at = end_of_alternative(at + 1);
	if (!at)
		return false;
	braces.rest = at + 1;
	*ret_braces = braces;
	return true;
}

enum { PATTERN_SIZE = 4096, BRACES_MAX = 64 };

/* Calls use for every pattern without braces that this one stands for. depth bounds the nesting:
 * what has more braces than that names nothing of ours. */
static void expand(const char *pattern, size_t depth, size_t *steps_left,
		   void (*use)(void *context, const char *pattern), void *context)
{
	struct braces braces;
	char one[PATTERN_SIZE];
	size_t prefix, rest;
	const char *from, *to;

	if (!ka_spend_steps(steps_left, 1 + strlen(pattern) / 16))
		return;
	if (!find_braces(pattern, &braces)) {
		use(context, pattern);
		return;
	}
	prefix = (size_t)(braces.open - pattern);
	rest = strlen(braces.rest) + 1;
	if (depth == BRACES_MAX || strlen(pattern) >= sizeof(one))
		return;
	memcpy(one, pattern, prefix);
	for (from = braces.open + 1, to = braces.first_end;;
	     from = to + 1, to = end_of_alternative(from)) {
		memcpy(one + prefix, from, (size_t)(to - from));
		memcpy(one + prefix + (to - from), braces.rest, rest);
		expand(one, depth + 1, steps_left, use, context);
		if (*to == '}')
			break;
	}
}

static void use_path(void *context, const char *pattern)
{
	walk_pattern(pattern, pattern + strlen(pattern), context);
}

void ka_pattern_each(const char *pattern, const struct ka_pattern_rules *rules,
		     bool (*found)(void *context, enum ka_key key, const char *path), void *context)
{
	unsigned done = 0;
	struct walk walk;

	walk.rules = rules;
	walk.found = found;
	walk.context = context;
	walk.done = &done;
	if (rules->has_braces)
		expand(pattern, 0, rules->steps_left, use_path, &walk);
	else
		use_path(&walk, pattern);
}

void ka_name_expand(const char *pattern, size_t *steps_left,
		    void (*use)(void *context, const char *pattern), void *context)
{
	expand(pattern, 0, steps_left, use, context);
}

bool ka_one_name_matches(const char *pattern, const char *name)
{
	return matches(pattern, pattern + strlen(pattern), name, true);
}

bool ka_is_name_pattern(const char *name)
{
	struct braces braces;

	return ka_is_pattern(name, strlen(name)) || strchr(name, '\\') ||
	       find_braces(name, &braces);
}
