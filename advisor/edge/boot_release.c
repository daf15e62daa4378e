#include "edge/boot_release.h"

#include "edge/boot_setter_list.h"

#include <string.h>

enum { WORD_MAX = 64 };

struct release {
	char id[WORD_MAX], like[WORD_MAX], version[WORD_MAX];
	const char *source;
};

/* Takes the value of `KEY=value` without its quotes. */
static void take_value(char *word, const char *value, size_t length)
{
	if (length >= 2 && (value[0] == '"' || value[0] == '\'') && value[length - 1] == value[0]) {
		value++;
		length -= 2;
	}
	if (length >= WORD_MAX)
		length = WORD_MAX - 1;
	memcpy(word, value, length);
	word[length] = '\0';
}

static void read_line(struct release *release, const char *line, size_t length)
{
	const struct {
		const char *key;
		char *word;
	} keys[] = {{"ID=", release->id},
		    {"ID_LIKE=", release->like},
		    {"VERSION_ID=", release->version}};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t key = strlen(keys[i].key);

		if (length > key && memcmp(line, keys[i].key, key) == 0)
			take_value(keys[i].word, line + key, length - key);
	}
}

static int read_release(struct ka_tree *tree, struct ka_arena *arena, struct release *release,
			struct ka_error *reterr)
{
	static const char *const paths[] = {"/etc/os-release", "/usr/lib/os-release"};
	struct ka_node node = {0};

	*release = (struct release){0};
	for (size_t i = 0; i < 2 && !node.bytes; i++) {
		if (ka_setter_read(tree, arena, paths[i], &node, reterr) < 0)
			return -1;
		release->source = paths[i];
	}
	for (const char *line = node.bytes; line && *line;) {
		size_t length = strcspn(line, "\r\n");

		read_line(release, line, length);
		line += length;
		line += *line != '\0';
	}
	return 0;
}

/* The major version of the RHEL that the distribution is a build of; 0: none. */
static int rhel_version(const struct release *release)
{
	static const char *const ids[] = {"rhel", "centos", "rocky", "almalinux", "ol"};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strcmp(release->id, ids[i]) == 0)
			return release->version[0] - '0';
	if (strcmp(release->id, "amzn") == 0 && strcmp(release->version, "2") == 0)
		return 7;
	/* Other builds of it: `ID_LIKE="rhel centos fedora"`, VERSION_ID="8.10". */
	if (strstr(release->like, "rhel") && strcmp(release->id, "amzn") != 0)
		return release->version[0] - '0';
	return 0;
}

static unsigned systemd_version(const struct release *release)
{
	static const struct {
		const char *id, *version;
		unsigned systemd;
	} releases[] = {
		{"debian", "9", 232},     {"debian", "10", 241},    {"debian", "11", 247},
		{"debian", "12", 252},    {"debian", "13", 257},    {"ubuntu", "16.04", 229},
		{"ubuntu", "18.04", 237}, {"ubuntu", "20.04", 245}, {"ubuntu", "22.04", 249},
		{"ubuntu", "24.04", 255}, {"ubuntu", "25.04", 257}, {"amzn", "2", 219},
		{"amzn", "2023", 252},    {"fedora", "39", 254},    {"fedora", "40", 255},
		{"fedora", "41", 256},    {"fedora", "42", 257},
	};
	static const unsigned of_rhel[] = {[7] = 219, [8] = 239, [9] = 252};
	int rhel = rhel_version(release);

	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		if (strcmp(release->id, releases[i].id) == 0 &&
		    strcmp(release->version, releases[i].version) == 0)
			return releases[i].systemd;
	/* "10" begins with a 1. */
	return rhel >= 7 && rhel <= 9 ? of_rhel[rhel] : 0;
}

int ka_boot_release_systemd(struct ka_tree *tree, struct ka_arena *arena,
			    struct ka_found_version *found, struct ka_error *reterr)
{
	struct release release;
	int rhel;

	if (read_release(tree, arena, &release, reterr) < 0)
		return -1;
	if (found->version.major == 0) {
		found->version.major = systemd_version(&release);
		if (found->version.major > 0)
			found->source = release.source;
	}
	rhel = rhel_version(&release);
	if ((found->version.major == 239 && rhel == 8) ||
	    (found->version.major == 219 && rhel == 7))
		found->version.is_rhel = true;
	return 0;
}
