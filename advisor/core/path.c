#include "core/path.h"

const char *const ka_side_words[] = {"both", "client", "server", NULL};

bool ka_hop_terminates(const struct ka_hop *hop)
{
	return hop->probes == KA_IGNORED || hop->probes == KA_REGENERATED;
}

static bool is_l7_end(const struct ka_hop *hop)
{
	return hop->layer == 7 && ka_hop_terminates(hop);
}

static size_t first(const struct ka_path *path, bool (*matches)(const struct ka_hop *))
{
	size_t at = 0;

	while (at < path->count && !matches(&path->hops[at]))
		at++;
	return at;
}

static size_t last(const struct ka_path *path, bool (*matches)(const struct ka_hop *))
{
	for (size_t at = path->count; at > 0; at--)
		if (matches(&path->hops[at - 1]))
			return at - 1;
	return path->count;
}

size_t ka_path_first_terminating(const struct ka_path *path)
{
	return first(path, ka_hop_terminates);
}

size_t ka_path_last_terminating(const struct ka_path *path)
{
	return last(path, ka_hop_terminates);
}

size_t ka_path_first_l7(const struct ka_path *path)
{
	return first(path, is_l7_end);
}

size_t ka_path_last_l7(const struct ka_path *path)
{
	return last(path, is_l7_end);
}

static bool client_reaches(const struct ka_path *path, size_t at)
{
	return at <= ka_path_first_terminating(path);
}

static bool server_reaches(const struct ka_path *path, size_t at)
{
	size_t end = ka_path_last_terminating(path);

	return end == path->count || at >= end;
}

bool ka_path_reaches(const struct ka_path *path, size_t at, enum ka_side side)
{
	return (side != KA_SIDE_SERVER && client_reaches(path, at)) ||
	       (side != KA_SIDE_CLIENT && server_reaches(path, at));
}

int64_t ka_path_idle_s(const struct ka_path *path, size_t at, enum ka_side side)
{
	const struct ka_hop *hop = &path->hops[at];
	bool from_client = side != KA_SIDE_SERVER && client_reaches(path, at);
	bool from_server = side != KA_SIDE_CLIENT && server_reaches(path, at);

	if (!hop->has_backend_idle || (from_client && !from_server))
		return hop->idle_s;
	if (from_server && !from_client)
		return hop->backend_idle_s;
	return hop->idle_s < hop->backend_idle_s ? hop->idle_s : hop->backend_idle_s;
}
