#include "core/cgroup_name.h"

#include <string.h>

enum { ID_SHOWN = 12, ID_LENGTH = 64 }; /* hexadecimal digits of a container's id */

/* A piece of the text; nothing in it ends with NUL. */
struct piece {
	const char *bytes;
	size_t length;
};

static bool take_prefix(struct piece *piece, const char *prefix)
{
	size_t length = strlen(prefix);

	if (piece->length < length || memcmp(piece->bytes, prefix, length) != 0)
		return false;
	piece->bytes += length;
	piece->length -= length;
	return true;
}

static bool take_suffix(struct piece *piece, const char *suffix)
{
	size_t length = strlen(suffix);

	if (piece->length < length ||
	    memcmp(piece->bytes + piece->length - length, suffix, length) != 0)
		return false;
	piece->length -= length;
	return true;
}

static bool is_word(struct piece piece, const char *word)
{
	return take_prefix(&piece, word) && piece.length == 0;
}

/* Takes what stands before the next separator off the rest. */
static bool take_next(struct piece *rest, char separator, struct piece *ret_piece)
{
	const char *end;

	if (rest->length == 0)
		return false;
	end = memchr(rest->bytes, separator, rest->length);
	ret_piece->bytes = rest->bytes;
	ret_piece->length = end ? (size_t)(end - rest->bytes) : rest->length;
	rest->bytes += ret_piece->length + (end ? 1 : 0);
	rest->length -= ret_piece->length + (end ? 1 : 0);
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_id(struct piece piece)
{
	for (size_t i = 0; i < piece.length; i++)
		if (!is_hex(piece.bytes[i]))
			return false;
	return piece.length == ID_LENGTH;
}

static void add(char *name, size_t *length, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count && *length < KA_CGROUP_NAME - 1; i++)
		name[(*length)++] = bytes[i];
	name[*length] = '\0';
}

static void set_name(char *name, const char *kind, struct piece piece)
{
	size_t length = 0;

	add(name, &length, kind, strlen(kind));
	add(name, &length, piece.bytes, piece.length);
}

static int hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* The same with systemd's escapes (\x2d) resolved. */
static void set_unescaped(char *name, const char *kind, struct piece piece)
{
	size_t length = 0;

	add(name, &length, kind, strlen(kind));
	while (piece.length > 0) {
		const char *at = piece.bytes;
		bool is_escape = piece.length >= 4 && at[0] == '\\' && at[1] == 'x' &&
				 is_hex(at[2]) && is_hex(at[3]);
		char byte = is_escape ? (char)(hex_value(at[2]) * 16 + hex_value(at[3])) : *at;
		size_t step = is_escape ? 4 : 1;

		if (byte != '\0')
			add(name, &length, &byte, 1);
		piece.bytes += step;
		piece.length -= step;
	}
}

static void set_id(char *name, const char *kind, struct piece id)
{
	id.length = ID_SHOWN;
	set_name(name, kind, id);
}

/* NAME-ID.scope, as container engines call theirs under systemd. */
static bool read_scope(struct piece part, bool is_pod, char *container)
{
	static const struct {
		const char *prefix, *kind;
	} engines[] = {{"docker-", "docker:"},
		       {"libpod-", "podman:"},
		       {"cri-containerd-", "containerd:"},
		       {"crio-", "crio:"}};

	if (!take_suffix(&part, ".scope"))
		return false;
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		struct piece id = part;

		if (!take_prefix(&id, engines[i].prefix) || !is_id(id))
			continue;
		set_id(container, is_pod ? "kubernetes:" : engines[i].kind, id);
		return true;
	}
	return false;
}

static bool read_machine(struct piece part, char *container)
{
	struct piece name = part;

	if (take_prefix(&name, "systemd-nspawn@") && take_suffix(&name, ".service")) {
		set_unescaped(container, "nspawn:", name);
		return true;
	}
	name = part;
	if (take_prefix(&name, "machine-") && take_suffix(&name, ".scope") &&
	    !(name.length >= 4 && memcmp(name.bytes, "qemu", 4) == 0)) {
		set_unescaped(container, "nspawn:", name);
		return true;
	}
	if (take_prefix(&part, "lxc.payload.")) {
		set_name(container, "lxc:", part);
		return true;
	}
	return false;
}

/* A directory named by an id, or below one that says whose it is. */
static bool read_directory(struct piece part, struct piece parent, bool is_pod, char *container)
{
	if (is_word(parent, "lxc") && part.length > 0) {
		set_name(container, "lxc:", part);
		return true;
	}
	if (!is_id(part) || !(is_pod || is_word(parent, "docker")))
		return false;
	set_id(container, is_pod ? "kubernetes:" : "docker:", part);
	return true;
}

static bool is_unit(struct piece part)
{
	return take_suffix(&part, ".service") || take_suffix(&part, ".scope");
}

static void read_path(struct piece path, struct ka_cgroup_names *names)
{
	struct piece part, parent = {"", 0};
	bool is_pod = false;

	while (take_next(&path, '/', &part)) {
		struct piece pods = part;

		is_pod |= take_prefix(&pods, "kubepods");
		if (read_scope(part, is_pod, names->container) ||
		    read_machine(part, names->container) ||
		    read_directory(part, parent, is_pod, names->container))
			names->unit[0] = '\0';
		else if (is_unit(part))
			set_name(names->unit, "", part);
		parent = part;
	}
}

/* The path of the line, where it is of the wanted hierarchy. */
static bool path_of(struct piece line, bool is_unified, struct piece *ret_path)
{
	struct piece id, controllers;

	if (!take_next(&line, ':', &id) || !take_next(&line, ':', &controllers))
		return false;
	*ret_path = line;
	return is_unified ? is_word(id, "0") && controllers.length == 0
			  : is_word(controllers, "name=systemd");
}

static bool find_path(struct piece text, bool is_unified, struct piece *ret_path)
{
	struct piece line;

	while (take_next(&text, '\n', &line))
		if (path_of(line, is_unified, ret_path) && ret_path->length > 1)
			return true;
	return false;
}

void ka_cgroup_names_read(const char *text, size_t length, struct ka_cgroup_names *ret_names)
{
	struct piece whole = {text, length}, path;

	ret_names->unit[0] = ret_names->container[0] = '\0';
	if (find_path(whole, true, &path) || find_path(whole, false, &path))
		read_path(path, ret_names);
}
