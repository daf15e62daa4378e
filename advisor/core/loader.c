#include "core/loader.h"

#include "base/number.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A row says what differs from the row of its family that it names first. Of two settings for one
 * field the later holds, and that is what is meant here. */
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif

#define VERSION(major, minor, patch) (((major)*100u + (minor)) * 100u + (patch))

/* Ubuntu 16.04: what is read in pieces, and hashed without order. */
#define SYSTEMD_219                                                                                \
	.family = KA_SYSTEMD, .directories = KA_DIRS_ETC_FIRST, .lib_directory = KA_LIB_READ,      \
	.same_name = KA_SAME_NAME_HIDES, .sysctl_conf = KA_CONF_NEVER,                             \
	.hidden_files = KA_HIDDEN_SKIPPED, .special_files = KA_SPECIAL_IGNORED,                    \
	.loops = KA_LOOP_HIDES, .file_names = KA_NAME_LITERAL, .credential = KA_CREDENTIAL_UNREAD, \
	.waiting = KA_WAIT_APPLIES_NOTHING, .line_ends = KA_ENDS_LF, .pieces = KA_PIECES_2047,     \
	.long_lines = KA_LONG_LINE_FINE, .continuation = KA_CONTINUES_NEVER,                       \
	.blanks = KA_BLANKS_FOUR, .comments = KA_COMMENT_HASH_SEMICOLON,                           \
	.syntax = KA_SYNTAX_EQUALS, .dash_assigns = KA_DASH_LITERAL,                               \
	.dash_blank = KA_DASH_BLANK_LITERAL, .dash_dash = KA_DASH_DASH_LITERAL,                    \
	.dash_bare = KA_BARE_ERROR, .separators = KA_SEPARATOR_FIRST, .key_globs = KA_GLOB_NONE,   \
	.key_path = KA_PATH_AS_WRITTEN, .dot_dot = KA_DOT_DOT_FOLLOWED,                            \
	.assignments = KA_ASSIGN_ONE_PER_KEY, .refused = KA_REFUSED_DROPS_EARLIER,                 \
	.order = KA_ORDER_UNDETERMINED
#define SYSTEMD_232 SYSTEMD_219, .order = KA_ORDER_AS_READ
#define SYSTEMD_236                                                                                \
	SYSTEMD_232, .line_ends = KA_ENDS_LF_NUL, .pieces = KA_PIECES_NONE,                        \
		     .long_lines = KA_LONG_LINE_DROPS_REST
#define SYSTEMD_238 SYSTEMD_236, .special_files = KA_SPECIAL_HIDES, .key_path = KA_PATH_COMPARED
#define SYSTEMD_240 SYSTEMD_238, .line_ends = KA_ENDS_LF_CR_NUL
#define SYSTEMD_243 SYSTEMD_240, .key_path = KA_PATH_AS_WRITTEN, .dash_assigns = KA_DASH_QUIET
#define SYSTEMD_245                                                                                \
	SYSTEMD_243, .dash_blank = KA_DASH_BLANK_SKIPPED, .dash_bare = KA_BARE_CANCELS,            \
		     .key_globs = KA_GLOB_BRACES, .key_path = KA_PATH_SIMPLIFIED
#define SYSTEMD_250 SYSTEMD_245, .dot_dot = KA_DOT_DOT_REFUSED
#define SYSTEMD_252 SYSTEMD_250, .credential = KA_CREDENTIAL_LAST
#define SYSTEMD_255 SYSTEMD_252, .lib_directory = KA_LIB_UNREAD
#define SYSTEMD_258 SYSTEMD_255, .loops = KA_LOOP_IGNORED, .comments = KA_COMMENT_HASH

#define PROCPS_3_3_10                                                                              \
	.family = KA_PROCPS, .directories = KA_DIRS_RUN_FIRST, .lib_directory = KA_LIB_READ,       \
	.same_name = KA_SAME_NAME_HIDES, .sysctl_conf = KA_CONF_LAST,                              \
	.hidden_files = KA_HIDDEN_READ, .special_files = KA_SPECIAL_HIDES, .loops = KA_LOOP_HIDES, \
	.file_names = KA_NAME_IS_PATTERN, .credential = KA_CREDENTIAL_UNREAD,                      \
	.waiting = KA_WAIT_KEEPS_EARLIER, .line_ends = KA_ENDS_LF_VALUE_CR,                        \
	.pieces = KA_PIECES_4095, .long_lines = KA_LONG_LINE_FINE,                                 \
	.continuation = KA_CONTINUES_NEVER, .blanks = KA_BLANKS_FOUR,                              \
	.comments = KA_COMMENT_HASH_SEMICOLON, .syntax = KA_SYNTAX_EQUALS,                         \
	.dash_assigns = KA_DASH_LITERAL, .dash_blank = KA_DASH_BLANK_LITERAL,                      \
	.dash_dash = KA_DASH_DASH_LITERAL, .dash_bare = KA_BARE_ERROR,                             \
	.separators = KA_SEPARATOR_FIRST, .key_globs = KA_GLOB_NONE,                               \
	.key_path = KA_PATH_AS_WRITTEN, .dot_dot = KA_DOT_DOT_FOLLOWED,                            \
	.assignments = KA_ASSIGN_EVERY, .refused = KA_REFUSED_KEEPS_EARLIER,                       \
	.order = KA_ORDER_AS_READ
#define PROCPS_3_3_16 PROCPS_3_3_10, .pieces = KA_PIECES_NONE, .dash_assigns = KA_DASH_QUIET
#define PROCPS_3_3_17 PROCPS_3_3_16, .directories = KA_DIRS_ETC_FIRST
#define PROCPS_4_0                                                                                 \
	PROCPS_3_3_17, .waiting = KA_WAIT_APPLIES_NOTHING, .line_ends = KA_ENDS_LF,                \
		       .blanks = KA_BLANKS_ALL, .dash_dash = KA_DASH_DASH_STRIPPED,                \
		       .dash_bare = KA_BARE_EXCLUDES, .key_globs = KA_GLOB_PLAIN
#define PROCPS_4_0_5 PROCPS_4_0, .dash_bare = KA_BARE_EXCLUDES_PATTERN

/* OpenRC's own script, line by line through the shell; and `sysctl -p` of each file, Alpine's. */
#define OPENRC                                                                                     \
	.family = KA_BUSYBOX, .directories = KA_DIRS_ETC_ALONE, .lib_directory = KA_LIB_UNREAD,    \
	.same_name = KA_SAME_NAME_IS_ONE_MORE, .sysctl_conf = KA_CONF_FIRST_OR_NOTHING,            \
	.hidden_files = KA_HIDDEN_SKIPPED, .special_files = KA_SPECIAL_HIDES,                      \
	.loops = KA_LOOP_HIDES, .file_names = KA_NAME_LITERAL, .credential = KA_CREDENTIAL_UNREAD, \
	.waiting = KA_WAIT_KEEPS_EARLIER, .line_ends = KA_ENDS_LF, .pieces = KA_PIECES_NONE,       \
	.long_lines = KA_LONG_LINE_FINE, .continuation = KA_CONTINUES_BACKSLASH,                   \
	.blanks = KA_BLANKS_ALL, .comments = KA_COMMENT_HASH, .syntax = KA_SYNTAX_SHELL_WORD,      \
	.dash_assigns = KA_DASH_LITERAL, .dash_blank = KA_DASH_BLANK_LITERAL,                      \
	.dash_dash = KA_DASH_DASH_LITERAL, .dash_bare = KA_BARE_ERROR,                             \
	.separators = KA_SEPARATOR_BY_FILE, .key_globs = KA_GLOB_NONE,                             \
	.key_path = KA_PATH_AS_WRITTEN, .dot_dot = KA_DOT_DOT_FOLLOWED,                            \
	.assignments = KA_ASSIGN_EVERY, .refused = KA_REFUSED_KEEPS_EARLIER,                       \
	.order = KA_ORDER_AS_READ
#define ALPINE                                                                                     \
	OPENRC, .directories = KA_DIRS_RUN_FIRST, .lib_directory = KA_LIB_READ,                    \
		.sysctl_conf = KA_CONF_LAST, .comments = KA_COMMENT_HASH_SEMICOLON,                \
		.syntax = KA_SYNTAX_EQUALS, .refused = KA_REFUSED_ENDS_FILE

const struct ka_loader ka_loaders[] = {
	{.name = "systemd-219", .since = 219, SYSTEMD_219},
	{.name = "systemd-219-rhel7",
	 .since = 219,
	 SYSTEMD_219,
	 .lib_directory = KA_LIB_UNREAD,
	 .sysctl_conf = KA_CONF_LAST,
	 .order = KA_ORDER_AS_READ},
	{.name = "systemd-232", .since = 232, SYSTEMD_232},
	{.name = "systemd-236", .since = 236, SYSTEMD_236},
	{.name = "systemd-238", .since = 238, SYSTEMD_238},
	{.name = "systemd-239-rhel8",
	 .since = 239,
	 SYSTEMD_238,
	 .lib_directory = KA_LIB_UNREAD,
	 .key_path = KA_PATH_AS_WRITTEN,
	 .dash_assigns = KA_DASH_QUIET},
	{.name = "systemd-240", .since = 240, SYSTEMD_240},
	{.name = "systemd-243", .since = 243, SYSTEMD_243},
	{.name = "systemd-245", .since = 245, SYSTEMD_245},
	{.name = "systemd-250", .since = 250, SYSTEMD_250},
	{.name = "systemd-252", .since = 252, SYSTEMD_252},
	{.name = "systemd-255", .since = 255, SYSTEMD_255},
	{.name = "systemd-258", .since = 258, SYSTEMD_258},
	{.name = "procps-3.3.10", .since = VERSION(3, 3, 10), PROCPS_3_3_10},
	{.name = "procps-3.3.16", .since = VERSION(3, 3, 16), PROCPS_3_3_16},
	{.name = "procps-3.3.17", .since = VERSION(3, 3, 17), PROCPS_3_3_17},
	{.name = "procps-4.0", .since = VERSION(4, 0, 0), PROCPS_4_0},
	{.name = "procps-4.0.5", .since = VERSION(4, 0, 5), PROCPS_4_0_5},
	{.name = "busybox", .since = 0, OPENRC},
	{.name = "busybox-alpine", .since = 1, ALPINE},
};
const size_t ka_loader_count = COUNT(ka_loaders);

/* The row that holds for a distribution's patched build only. */
static bool is_patched(const struct ka_loader *row)
{
	return strstr(row->name, "-rhel") != NULL;
}

static unsigned rank(const struct ka_loader_version *version)
{
	if (version->family == KA_BUSYBOX)
		return version->is_alpine;
	if (version->family == KA_SYSTEMD)
		return version->major > 0 ? version->major : 252;
	if (version->major == 0)
		return VERSION(4, 0, 2);
	return VERSION(version->major, version->minor < 100 ? version->minor : 99,
		       version->patch < 100 ? version->patch : 99);
}

static const struct ka_loader *find_row(const struct ka_loader_version *version)
{
	const struct ka_loader *best = NULL;

	for (size_t i = 0; i < COUNT(ka_loaders); i++) {
		const struct ka_loader *row = &ka_loaders[i];

		if (row->family != version->family)
			continue;
		if (is_patched(row)) {
			if (version->is_rhel && row->since == rank(version))
				return row;
		} else if (!best || row->since <= rank(version)) {
			best = row;
		}
	}
	return best;
}

/* procps 4.0.2 to 4.0.4 are one and the same, and so is what is not known. */
static bool has_name_of_row(const struct ka_loader *row, const struct ka_loader_version *version)
{
	return is_patched(row) || version->family == KA_BUSYBOX ||
	       (version->family == KA_PROCPS && row->since == VERSION(4, 0, 0));
}

const struct ka_loader *ka_loader_for(const struct ka_loader_version *version,
				      struct ka_named_loader *storage)
{
	const struct ka_loader *row = find_row(version);

	storage->loader = *row;
	storage->loader.name = storage->name;
	if (has_name_of_row(row, version))
		snprintf(storage->name, sizeof(storage->name), "%s", row->name);
	else if (version->family == KA_SYSTEMD)
		snprintf(storage->name, sizeof(storage->name), "systemd-%u", rank(version));
	else
		snprintf(storage->name, sizeof(storage->name), "procps-%u.%u.%u", version->major,
			 version->minor, version->patch);
	return &storage->loader;
}

/* Takes a decimal number below 10,000 off the front of *text. */
static bool take_number(const char **text, unsigned *ret_number)
{
	size_t length = strspn(*text, "0123456789");
	int64_t number;

	if (!ka_parse_decimal(*text, length, &number) || number > 9999)
		return false;
	*ret_number = (unsigned)number;
	*text += length;
	return true;
}

static bool parse_systemd(const char *text, struct ka_loader_version *version)
{
	if (!take_number(&text, &version->major) || version->major == 0)
		return false;
	version->is_rhel = (version->major == 219 && strcmp(text, "-rhel7") == 0) ||
			   (version->major == 239 && strcmp(text, "-rhel8") == 0);
	return version->is_rhel || *text == '\0';
}

static bool parse_procps(const char *text, struct ka_loader_version *version)
{
	if (!take_number(&text, &version->major) || version->major == 0 || *text++ != '.' ||
	    !take_number(&text, &version->minor))
		return false;
	if (*text == '\0') {
		version->patch = version->major == 4 && version->minor == 0   ? 2
				 : version->major == 3 && version->minor == 3 ? 17
									      : 0;
		return true;
	}
	return *text++ == '.' && take_number(&text, &version->patch) && *text == '\0';
}

static bool parse_busybox(const char *text, struct ka_loader_version *version)
{
	version->is_alpine = strcmp(text, "alpine") == 0;
	return version->is_alpine;
}

static const struct {
	const char *word;
	bool (*parse)(const char *text, struct ka_loader_version *version);
} families[KA_LOADER_FAMILIES] = {
	[KA_SYSTEMD] = {"systemd", parse_systemd},
	[KA_PROCPS] = {"procps", parse_procps},
	[KA_BUSYBOX] = {"busybox", parse_busybox},
};

int ka_loader_parse(const char *word, struct ka_loader_version *ret_version, bool *ret_has_version,
		    struct ka_error *reterr)
{
	for (int family = 0; family < KA_LOADER_FAMILIES; family++) {
		struct ka_loader_version version = {.family = (enum ka_loader_family)family};
		size_t length = strlen(families[family].word);

		if (strncmp(word, families[family].word, length) != 0)
			continue;
		if (word[length] != '\0' &&
		    (word[length] != '-' || !families[family].parse(word + length + 1, &version)))
			break;
		*ret_version = version;
		*ret_has_version = word[length] != '\0';
		return 0;
	}
	return ka_fail(
		reterr, KA_E_OPTION_VALUE,
		"'%s' is no loader: expected systemd, procps or busybox, with a version if "
		"it is not the image's, as in systemd-252, systemd-239-rhel8, procps-3.3.17, "
		"procps-4.0 or busybox-alpine",
		word);
}
