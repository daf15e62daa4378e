#include "cli/options.h"

#include "base/duration.h"
#include "base/number.h"
#include "cli/commands.h"

#include <string.h>

const char *const ka_format_words[] = {"text", "json", "sarif", "junit", "github", "sysctl", NULL};

#define BIT(command) (1u << KA_CMD_##command)
#define ANY ((1u << KA_CMD_COUNT) - 1)
#define JUDGING (BIT(CHECK) | BIT(RECOMMEND) | BIT(APPLY) | BIT(SOCKETS) | BIT(CONFIG))
#define FETCHING (JUDGING | BIT(PROFILES) | BIT(EXPLAIN))
#define SHOWING BIT(SOCKETS)
#define CHANGING (BIT(APPLY) | BIT(ROLLBACK) | BIT(SOCKETS))

static int bad_value(struct ka_error *reterr, const char *option, const char *value,
		     const char *expected)
{
	return ka_fail(reterr, KA_E_OPTION_VALUE, "--%s: '%s' found, expected %s", option, value,
		       expected);
}

static int find_word(const char *const *words, const char *text, size_t length)
{
	for (int i = 0; words[i]; i++)
		if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
			return i;
	return -1;
}

/* The index of value among words, or -1. */
static int take_word(const char *option, const char *const *words, const char *value,
		     const char *expected, struct ka_error *reterr)
{
	int index = find_word(words, value, strlen(value));

	if (index < 0)
		bad_value(reterr, option, value, expected);
	return index;
}

/* A duration of at least min seconds. */
static int take_duration(const char *option, const char *value, size_t length, int64_t min,
			 int64_t *ret_seconds, struct ka_error *reterr)
{
	char word[64];
	int64_t seconds;

	snprintf(word, sizeof(word), "%.*s", length > 60 ? 60 : (int)length, value);
	switch (ka_parse_duration(value, length, &seconds)) {
	case KA_DURATION_OK:
		break;
	case KA_DURATION_NO_UNIT:
		return ka_fail(reterr, KA_E_OPTION_VALUE,
			       "--%s: '%s' has no unit: write %ss for seconds, or m, h, d", option,
			       word, word);
	case KA_DURATION_TOO_LONG:
		return bad_value(reterr, option, word, "at most 366d");
	default:
		return bad_value(reterr, option, word, "a duration such as 90s, 5m, 2h or 1h30m");
	}
	if (seconds < min)
		return bad_value(reterr, option, word, "at least 1s");
	*ret_seconds = seconds;
	return 0;
}

static int take_count(const char *option, const char *value, int64_t min, int64_t max,
		      const char *expected, int64_t *ret_count, struct ka_error *reterr)
{
	int64_t count;

	if (!ka_parse_decimal(value, strlen(value), &count) || count < min || count > max)
		return bad_value(reterr, option, value, expected);
	*ret_count = count;
	return 0;
}

static int take_profile(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	if (*value == '\0')
		return bad_value(reterr, "profile", value, "an id or a file");
	options->path[options->path_count++] = (struct ka_path_word){.profile = value};
	return 0;
}

/* One key=value of --hop. */
static int take_hop_part(struct ka_hop *hop, struct ka_arena *arena, const char *key,
			 size_t key_length, const char *value, size_t length,
			 struct ka_error *reterr)
{
	static const char *const keys[] = {"idle", "layer", "keepalive", "expiry", "name", NULL};
	const char *text = ka_arena_copy(arena, value, length);
	int64_t layer;
	int index;

	switch (find_word(keys, key, key_length)) {
	case 0:
		return take_duration("hop", value, length, 1, &hop->idle_s, reterr);
	case 1:
		if (take_count("hop", text, 3, 7, "layer=3, 4 or 7", &layer, reterr) < 0)
			return -1;
		if (layer == 5 || layer == 6)
			return bad_value(reterr, "hop", text, "layer=3, 4 or 7");
		hop->layer = (int)layer;
		return 0;
	case 2:
		index = take_word("hop", ka_probe_effect_words, text,
				  "keepalive=refreshes, regenerated, ignored or unknown", reterr);
		if (index < 0)
			return -1;
		hop->probes = (enum ka_probe_effect)index;
		return 0;
	case 3:
		index = take_word(
			"hop", ka_expiry_words, text,
			"expiry=silent, reset-on-next, reset-both, drop, close or unknown", reterr);
		if (index < 0)
			return -1;
		hop->on_expiry = (enum ka_expiry)index;
		return 0;
	case 4:
		if (length == 0)
			return bad_value(reterr, "hop", text, "a name");
		hop->name = text;
		return 0;
	default:
		return bad_value(reterr, "hop", ka_arena_copy(arena, key, key_length),
				 "idle=, layer=, keepalive=, expiry= or name=");
	}
}

static int take_hop(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	struct ka_hop hop = {.layer = 4, .breaks_connection = true};
	size_t hops = 1;
	const char *at = value;

	for (size_t i = 0; i < options->path_count; i++)
		hops += !options->path[i].profile;
	hop.name = ka_arena_printf(options->arena, "hop%zu", hops);
	while (*at) {
		size_t length = strcspn(at, ","), key = strcspn(at, "=,");

		if (key == length)
			return bad_value(reterr, "hop", value, "idle=350s[,key=value]...");
		if (take_hop_part(&hop, options->arena, at, key, at + key + 1, length - key - 1,
				  reterr) < 0)
			return -1;
		at += length;
		at += *at == ',';
	}
	if (hop.idle_s == 0)
		return bad_value(reterr, "hop", value, "an idle timeout, as in idle=350s");
	options->path[options->path_count++] = (struct ka_path_word){.hop = hop};
	return 0;
}

static int take_http_server(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->stated.http.has_server = true;
	return take_duration("http-server", value, strlen(value), 1, &options->stated.http.server_s,
			     reterr);
}

static int take_http_client(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->stated.http.has_client = true;
	return take_duration("http-client", value, strlen(value), 1, &options->stated.http.client_s,
			     reterr);
}

static int take_http_only(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	(void)value;
	(void)reterr;
	options->stated.http.has_only = options->stated.http.only = true;
	return 0;
}

static int take_side(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	int index;

	index = take_word("side", ka_side_words, value, "client, server or both", reterr);
	if (index < 0)
		return -1;
	options->stated.has_side = true;
	options->stated.side = (enum ka_side)index;
	return 0;
}

static int take_detect(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->stated.goals.has_detect_within = true;
	return take_duration("detect-within", value, strlen(value), 1,
			     &options->stated.goals.detect_within_s, reterr);
}

static int take_outage(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->stated.goals.has_survive_outage = true;
	return take_duration("survive-outage", value, strlen(value), 0,
			     &options->stated.goals.survive_outage_s, reterr);
}

static int take_lost(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->stated.goals.has_lost_probes = true;
	return take_count("lost-probes", value, 0, 126, "a number from 0 to 126",
			  &options->stated.goals.lost_probes, reterr);
}

static int take_margin(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	struct ka_margin *margin = &options->stated.goals.margin;
	size_t length = strlen(value);
	int64_t seconds;

	*margin = (struct ka_margin){0};
	if (length > 0 && value[length - 1] == '%') {
		margin->has_percent = true;
		if (!ka_parse_decimal(value, length - 1, &margin->percent) || margin->percent > 90)
			return bad_value(reterr, "margin", value, "0% to 90%, or a duration");
		return 0;
	}
	if (take_duration("margin", value, length, 0, &seconds, reterr) < 0)
		return -1;
	margin->has_ms = true;
	margin->ms = seconds * 1000;
	return 0;
}

static int take_min_time(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->stated.goals.has_min_time = true;
	return take_duration("min-time", value, strlen(value), 1, &options->stated.goals.min_time_s,
			     reterr);
}

static int take_hz(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	int64_t hz = KA_HZ_UNKNOWN;

	options->has_hz = true;
	options->hz_from_host = strcmp(value, "host") == 0;
	if (!options->hz_from_host && strcmp(value, "unknown") != 0 &&
	    take_count("hz", value, KA_HZ_MIN, KA_HZ_MAX, "24 to 1200, host or unknown", &hz,
		       reterr) < 0)
		return -1;
	options->stated.choose_hz = (unsigned)hz;
	return 0;
}

static int take_settings(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->has_settings = true;
	return ka_settings_parse(value, &options->settings, reterr);
}

static int take_set(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->has_set = true;
	if (ka_settings_parse(value, &options->set, reterr) < 0)
		return -1;
	if (!ka_settings_in_range(&options->set))
		return ka_fail(
			reterr, KA_E_SETTINGS_RANGE,
			"--set: '%s' found, expected time and intvl 1 to 32767 and probes 1 to "
			"127",
			value);
	return 0;
}

static int take_netns(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	if (*value == '\0')
		return bad_value(reterr, "netns", value, "a name, a process id, a path or all");
	options->all_netns = strcmp(value, "all") == 0;
	options->netns = options->all_netns ? NULL : value;
	return 0;
}

static int take_root(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	if (*value == '\0')
		return bad_value(reterr, "root", value, "the top directory of an unpacked image");
	options->roots[options->root_count++] = value;
	return 0;
}

static int take_root_list(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	if (*value == '\0')
		return bad_value(reterr, "root-list", value, "a file, or - for standard input");
	options->root_list = value;
	return 0;
}

static int take_jobs(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	int64_t jobs;

	if (take_count("jobs", value, 1, KA_JOBS_MAX, "a number from 1 to 64", &jobs, reterr) < 0)
		return -1;
	options->jobs = (unsigned)jobs;
	return 0;
}

static int take_loader(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->loader_word = value;
	return ka_loader_parse(value, &options->loader, &options->loader_has_version, reterr);
}

/* The commands that know a format besides text and json. */
static const unsigned format_commands[] = {
	[KA_FORMAT_SARIF] = BIT(CHECK),
	[KA_FORMAT_JUNIT] = BIT(CHECK),
	[KA_FORMAT_GITHUB] = BIT(CHECK),
	[KA_FORMAT_SYSCTL] = BIT(RECOMMEND),
};

static const char *formats_of(enum ka_command_id id)
{
	if (id == KA_CMD_CHECK)
		return "text, json, sarif, junit or github, and :FILE for a file";
	if (id == KA_CMD_RECOMMEND)
		return "text, json or sysctl, and :FILE for a file";
	return "text or json, and :FILE for a file";
}

/* HOP=DURATION; a hop's name may hold anything, so the last = counts. */
static int take_idle(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	const char *equals = strrchr(value, '=');
	struct ka_idle_override idle;

	if (!equals || equals == value)
		return bad_value(reterr, "idle", value, "HOP=DURATION, as in NLB=600s");
	idle.hop = ka_arena_copy(options->arena, value, (size_t)(equals - value));
	if (take_duration("idle", equals + 1, strlen(equals + 1), 1, &idle.idle_s, reterr) < 0)
		return -1;
	options->idles[options->idle_count++] = idle;
	return 0;
}

static int take_max_stale(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	return take_duration("max-stale", value, strlen(value), 0, &options->max_stale_s, reterr);
}

static int take_idle_bound(const char *option, const char *value, int64_t *ret_ms,
			   struct ka_error *reterr)
{
	int64_t seconds;

	if (take_duration(option, value, strlen(value), 1, &seconds, reterr) < 0)
		return -1;
	*ret_ms = seconds * 1000;
	return 0;
}

static int take_min(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	return take_idle_bound("min", value, &options->idle_plan.min_ms, reterr);
}

static int take_max(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	return take_idle_bound("max", value, &options->idle_plan.max_ms, reterr);
}

/* The only duration that may be a fraction of a second. */
static int take_precision(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	size_t length = strlen(value);

	if (length < 3 || strcmp(value + length - 2, "ms") != 0)
		return take_idle_bound("precision", value, &options->idle_plan.precision_ms,
				       reterr);
	if (!ka_parse_decimal(value, length - 2, &options->idle_plan.precision_ms) ||
	    options->idle_plan.precision_ms < KA_IDLE_PRECISION_MIN_MS ||
	    options->idle_plan.precision_ms > KA_DURATION_MAX_S * 1000)
		return bad_value(reterr, "precision", value, "at least 50ms, as in 200ms or 1s");
	return 0;
}

static int take_connections(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	int64_t count;

	if (take_count("connections", value, 1, KA_IDLE_PARALLEL_MAX / 2, "a number from 1 to 100",
		       &count, reterr) < 0)
		return -1;
	options->idle_plan.connections = (unsigned)count;
	return 0;
}

static int take_parallel(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	int64_t count;

	if (take_count("parallel", value, 2, KA_IDLE_PARALLEL_MAX, "a number from 2 to 200", &count,
		       reterr) < 0)
		return -1;
	options->idle_plan.parallel = (unsigned)count;
	return 0;
}

static int take_send(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	if (*value == '\0' || strlen(value) > KA_SEND_MAX)
		return bad_value(reterr, "send", value, "1 to 1000 bytes of text");
	options->send = value;
	return 0;
}

static int take_listen(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	if (*value == '\0')
		return bad_value(reterr, "listen", value, "PORT or ADDRESS:PORT");
	options->listen = value;
	return 0;
}

static int take_save(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	if (*value == '\0')
		return bad_value(reterr, "save", value, "an id or a file");
	options->save = value;
	return 0;
}

#define FILE_NAME(member, option)                                                                  \
	static int take_##member(struct ka_options *options, const char *value,                    \
				 struct ka_error *reterr)                                          \
	{                                                                                          \
		if (*value == '\0')                                                                \
			return bad_value(reterr, option, value, "a file");                         \
		options->member = value;                                                           \
		return 0;                                                                          \
	}

FILE_NAME(header_file, "header-file")
FILE_NAME(verify_key, "verify-key")
FILE_NAME(config_file, "config")
FILE_NAME(baseline, "baseline")
FILE_NAME(write_baseline, "write-baseline")

static int take_format(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	enum ka_command_id id = (enum ka_command_id)(options->command - ka_commands);
	size_t length = strcspn(value, ":");
	int index = find_word(ka_format_words, value, length);
	const char *file = value[length] == ':' ? value + length + 1 : NULL;

	if (index > KA_FORMAT_JSON && !(format_commands[index] & 1u << id))
		index = -1;
	if (index < 0 || (file && *file == '\0'))
		return bad_value(reterr, "format", value, formats_of(id));
	if (options->output_count == KA_OUTPUTS_MAX)
		return ka_fail(reterr, KA_E_OPTION_CONFLICT, "more than %d --format",
			       KA_OUTPUTS_MAX);
	for (size_t i = 0; i < options->output_count && !file; i++)
		if (!options->outputs[i].file)
			return ka_fail(reterr, KA_E_OPTION_CONFLICT,
				       "two --format for standard output: give one a file, as in "
				       "-f json:FILE");
	options->outputs[options->output_count++] =
		(struct ka_output_request){(enum ka_format)index, file};
	return 0;
}

static int take_fail_on(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	static const char *const words[] = {"note", "warning", "error", "never", NULL};

	int index = take_word("fail-on", words, value, "note, warning, error or never", reterr);

	if (index < 0)
		return -1;
	options->fail_on = index;
	return 0;
}

static int take_color(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	static const char *const words[] = {"auto", "always", "never", NULL};
	int index;

	index = take_word("color", words, value, "auto, always or never", reterr);
	if (index < 0)
		return -1;
	options->color = (enum ka_color)index;
	return 0;
}

static int take_drop_in(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	size_t length = strlen(value);

	if (length < 6 || length > 255 || strcmp(value + length - 5, ".conf") != 0 ||
	    strchr(value, '/') || value[0] == '.')
		return bad_value(reterr, "drop-in", value, "a file name such as 90-kaadvise.conf");
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)value[i] <= ' ' || (unsigned char)value[i] >= 0x7f)
			return bad_value(reterr, "drop-in", value,
					 "printable ASCII without blanks");
	options->drop_in = value;
	return 0;
}

#define SWITCH(member)                                                                             \
	static int take_##member(struct ka_options *options, const char *value,                    \
				 struct ka_error *reterr)                                          \
	{                                                                                          \
		(void)value;                                                                       \
		(void)reterr;                                                                      \
		options->member = true;                                                            \
		return 0;                                                                          \
	}

SWITCH(no_config)
SWITCH(offline)
SWITCH(insecure_http)
SWITCH(dry_run)
SWITCH(live_only)
SWITCH(persist_only)
SWITCH(force)
SWITCH(help)
SWITCH(version)

SWITCH(no_sockets)
SWITCH(loopback)
SWITCH(no_owners)
SWITCH(deep)
SWITCH(all)
SWITCH(rearm)
SWITCH(enable)
SWITCH(pin)
SWITCH(uses_http)
SWITCH(reads_first)

static int take_observe(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	return take_duration("observe", value, strlen(value), 1, &options->observe_s, reterr);
}

static int take_watch(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	return take_duration("watch", value, strlen(value), 1, &options->watch_s, reterr);
}

static int take_over(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	options->has_over = true;
	return take_duration("over", value, strlen(value), 0, &options->over_s, reterr);
}

static int take_filter(struct ka_options *options, enum ka_filter_kind kind, const char *value,
		       struct ka_error *reterr)
{
	if (ka_socket_filter_parse(kind, value, &options->filters[options->filter_count], reterr) <
	    0)
		return -1;
	options->filter_count++;
	return 0;
}

#define FILTER(name, KIND)                                                                         \
	static int take_##name(struct ka_options *options, const char *value,                      \
			       struct ka_error *reterr)                                            \
	{                                                                                          \
		if (take_filter(options, KA_FILTER_##KIND, value, reterr) < 0)                     \
			return ka_error_wrap(reterr, "--" #name);                                  \
		return 0;                                                                          \
	}

FILTER(process, PROCESS)
FILTER(address, ADDRESS)
FILTER(port, PORT)
FILTER(verdict, VERDICT)
FILTER(state, STATE)

static int take_exclude(struct ka_options *options, const char *value, struct ka_error *reterr)
{
	const char *expected = "process=, address=, port= or state=";
	size_t length = strcspn(value, "=");
	int kind = find_word(ka_filter_kind_words, value, length);

	if (kind < 0 || kind == KA_FILTER_VERDICT || value[length] != '=')
		return bad_value(reterr, "exclude", value, expected);
	if (take_filter(options, (enum ka_filter_kind)kind, value + length + 1, reterr) < 0)
		return ka_error_wrap(reterr, "--exclude");
	options->filters[options->filter_count - 1].excludes = true;
	return 0;
}

const struct ka_option ka_option_table[] = {
	{"netns", 0, "NAME|PID|PATH|all", "Subject",
	 BIT(CHECK) | BIT(APPLY) | BIT(ROLLBACK) | BIT(HISTORY) | BIT(SOCKETS),
	 "Another network namespace: a name of `ip netns`, a process id, or a path such as "
	 "/proc/PID/ns/net. check, apply and sockets: all of this machine (apply: of the others "
	 "only the running values).",
	 "all", take_netns},
	{"settings", 0, "T,I,P", "Subject", BIT(CHECK) | BIT(RECOMMEND),
	 "Hypothetical values of time, intvl and probes, as in 7200,75,9; no host is read.", NULL,
	 take_settings},
	{"root", 0, "DIR", "Subject", BIT(CHECK) | BIT(APPLY),
	 "An unpacked host image: what its kernel will have after it boots; nothing of the running "
	 "kernel is read. check: repeatable.",
	 NULL, take_root},
	{"root-list", 0, "FILE", "Subject", BIT(CHECK),
	 "More images, a directory a line in FILE; - is standard input.", NULL, take_root_list},
	{"jobs", 0, "N", "Subject", BIT(CHECK), "Look at so many images side by side (default: 1).",
	 NULL, take_jobs},
	{"loader", 0, "NAME", "Subject", BIT(CHECK) | BIT(APPLY),
	 "What applies sysctl.d at boot, instead of what the files say: systemd, procps or "
	 "busybox, "
	 "or one version of it, as in systemd-252, systemd-239-rhel8, procps-4.0.",
	 "systemd procps busybox", take_loader},
	{"set", 0, "T,I,P", "Subject", BIT(APPLY), "Set these values instead of recommended ones.",
	 NULL, take_set},
	{"profile", 'p', "ID|FILE|URL", "Path", JUDGING,
	 "A middlebox, server or client on the path: a built-in id (`kaadvise profiles list`), a "
	 "YAML file (a word with a / or ending in .yaml), or an https:// URL, pinned by "
	 "#sha256=HEX at its end. Repeatable; client to server.",
	 NULL, take_profile},
	{"hop", 0, "idle=350s[,KEY=VALUE]...", "Path", JUDGING,
	 "A hop on the spot. Keys: idle, layer (4), keepalive (refreshes), expiry (silent), name. "
	 "Repeatable; chained with -p in the order given.",
	 NULL, take_hop},
	{"idle", 0, "HOP=DURATION", "Path", JUDGING,
	 "A hop's idle timeout where the site has changed it, as in NLB=600s. HOP is the hop's "
	 "name, its number, or the id of its profile. Repeatable.",
	 NULL, take_idle},
	{"http-server", 0, "DURATION", "Path", JUDGING,
	 "How long the server keeps an idle HTTP connection.", NULL, take_http_server},
	{"http-client", 0, "DURATION", "Path", JUDGING,
	 "How long the client's pool keeps an idle HTTP connection.", NULL, take_http_client},
	{"http-only", 0, NULL, "Path", JUDGING,
	 "Only HTTP between requests matters: hops that HTTP keepalive is faster than constrain "
	 "nothing.",
	 NULL, take_http_only},
	{"side", 0, "client|server|both", "Path", JUDGING,
	 "The end of the path at which the host stands (default: both).", "client server both",
	 take_side},
	{"detect-within", 0, "DURATION", "Goals", JUDGING,
	 "A dead peer must be noticed within this time.", NULL, take_detect},
	{"survive-outage", 0, "DURATION", "Goals", JUDGING,
	 "An outage of this length must not kill idle connections (default: 60s).", NULL,
	 take_outage},
	{"lost-probes", 0, "N", "Goals", JUDGING,
	 "So many lost probes in a row must be survived (default: 1).", NULL, take_lost},
	{"margin", 0, "10%|20s", "Goals", JUDGING,
	 "What must be left of each idle timeout (default: 1s to judge; to choose, 10% but 1s to "
	 "30s).",
	 NULL, take_margin},
	{"min-time", 0, "DURATION", "Goals", JUDGING,
	 "Do not set tcp_keepalive_time below this (default: 15s).", NULL, take_min_time},
	{"hz", 0, "N|host|unknown", "Goals", JUDGING,
	 "The kernel's tick rate to choose values for (default: unknown, which suits every "
	 "kernel).",
	 "host unknown 100 250 300 1000", take_hz},
	{"offline", 0, NULL, "Fetching", FETCHING,
	 "Use no network: a URL is answered from what was fetched before.", NULL, take_offline},
	{"max-stale", 0, "DURATION", "Fetching", FETCHING,
	 "How old a fetched copy may be where the server does not answer (default: 7d).", NULL,
	 take_max_stale},
	{"verify-key", 0, "FILE", "Fetching", FETCHING,
	 "A minisign public key: URL.minisig must hold its signature of what the URL gives.", NULL,
	 take_verify_key},
	{"header-file", 0, "FILE", "Fetching", FETCHING,
	 "Header lines to send, such as Authorization: Bearer TOKEN. They go to the URL's own host "
	 "only, and are never shown.",
	 NULL, take_header_file},
	{"insecure-http", 0, NULL, "Fetching", FETCHING,
	 "Allow http:// on a loopback address, for tests and agents on this host.", NULL,
	 take_insecure_http},
	{"format", 'f', "FORMAT[:FILE]", "Output",
	 BIT(CHECK) | BIT(RECOMMEND) | BIT(HISTORY) | BIT(SOCKETS) | BIT(PROFILES) | BIT(RULES) |
		 BIT(CONFIG) | BIT(MEASURE),
	 "text or json (check: also sarif, junit and github; recommend: also sysctl), to standard "
	 "output or to FILE. Repeatable, each to its own file.",
	 "text json sarif junit github sysctl", take_format},
	{"fail-on", 0, "note|warning|error|never", "Output", BIT(CHECK),
	 "The severity from which the exit code is 1 (default: warning).",
	 "note warning error never", take_fail_on},
	{"baseline", 0, "FILE", "Output", BIT(CHECK),
	 "Findings that are in FILE do not fail; those of it that are gone are told.", NULL,
	 take_baseline},
	{"write-baseline", 0, "FILE", "Output", BIT(CHECK),
	 "Write the findings of this run to FILE, for --baseline.", NULL, take_write_baseline},
	{"no-sockets", 0, NULL, "Sockets", BIT(CHECK),
	 "Do not look at the connections that are open.", NULL, take_no_sockets},
	{"loopback", 0, NULL, "Sockets", SHOWING,
	 "Judge connections to this machine itself too; they pass no hop.", NULL, take_loopback},
	{"no-owners", 0, NULL, "Sockets", SHOWING | BIT(CHECK),
	 "Do not look for the processes that have the connections.", NULL, take_no_owners},
	{"deep", 0, NULL, "Sockets", SHOWING | BIT(CHECK),
	 "Ask each socket for its own keepalive values and TCP_USER_TIMEOUT, where that is "
	 "permitted (as ptrace is). With --netns all also find namespaces that only a file "
	 "descriptor holds.",
	 NULL, take_deep},
	{"observe", 0, "DURATION", "Sockets", SHOWING | BIT(CHECK),
	 "Look twice, so far apart: whether the peer's probes keep a session known shows only so.",
	 NULL, take_observe},
	{"process", 0, "PID|NAME", "Sockets", SHOWING,
	 "Only connections of this process, or of this command, unit or container. Repeatable.",
	 NULL, take_process},
	{"address", 0, "ADDRESS[/LENGTH]", "Sockets", SHOWING,
	 "Only connections of which one end has such an address. Repeatable.", NULL, take_address},
	{"port", 0, "N[-M]", "Sockets", SHOWING,
	 "Only connections of which one end has such a port. Repeatable.", NULL, take_port},
	{"verdict", 0, "WORD[,WORD]...", "Sockets", SHOWING,
	 "Only these: forgotten, late, bare, probing, unknown, safe, exempt or none.",
	 "forgotten late bare probing unknown safe exempt none", take_verdict},
	{"state", 0, "WORD[,WORD]...", "Sockets", SHOWING,
	 "Only these states, as ss(8) names them, or all (default: those that are connected).",
	 "all established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait close-wait last-ack "
	 "listening closing",
	 take_state},
	{"exclude", 0, "KEY=VALUE", "Sockets", SHOWING,
	 "Do not judge connections that a filter would take, as in port=22 or process=sshd. KEY: "
	 "process, address, port or state. Repeatable.",
	 NULL, take_exclude},
	{"all", 0, NULL, "Sockets", SHOWING, "Show every connection (default: the worst 20).", NULL,
	 take_all},
	{"watch", 0, "DURATION", "Sockets", SHOWING, "Look again so often, on a terminal.", NULL,
	 take_watch},
	{"rearm", 0, NULL, "Mending", SHOWING | BIT(APPLY),
	 "Re-arm the timers of connections that were armed before the values were lowered; they "
	 "go on following the values.",
	 NULL, take_rearm},
	{"enable", 0, NULL, "Mending", SHOWING,
	 "Switch keepalive on for connections whose program does not.", NULL, take_enable},
	{"pin", 0, NULL, "Mending", SHOWING,
	 "With --rearm or --enable: set TCP_KEEPIDLE, which re-arms exactly, also where the "
	 "program "
	 "has values of its own; from then on the socket does not follow the sysctl.",
	 NULL, take_pin},
	{"over", 0, "DURATION", "Mending", SHOWING | BIT(APPLY),
	 "Spread the changes over this time (default: 10s, or less where there are few).", NULL,
	 take_over},
	{"min", 0, "DURATION", "Measuring", BIT(MEASURE),
	 "The shortest idle time to begin with (default: 10s). What is lost even so is narrowed "
	 "down below it.",
	 NULL, take_min},
	{"max", 0, "DURATION", "Measuring", BIT(MEASURE), "The longest idle time (default: 1h).",
	 NULL, take_max},
	{"precision", 0, "DURATION", "Measuring", BIT(MEASURE),
	 "How wide the answer may be (default: 1s). Also milliseconds, as in 200ms.", NULL,
	 take_precision},
	{"connections", 0, "N", "Measuring", BIT(MEASURE),
	 "How many connections try each idle time (default: 4).", NULL, take_connections},
	{"parallel", 0, "N", "Measuring", BIT(MEASURE),
	 "How many connections are open at once (default: 20).", NULL, take_parallel},
	{"http", 0, NULL, "Measuring", BIT(MEASURE),
	 "Use connections by HEAD requests (default: by a line feed).", NULL, take_uses_http},
	{"send", 0, "TEXT", "Measuring", BIT(MEASURE),
	 "Use connections by sending this text and a line feed.", NULL, take_send},
	{"read", 0, NULL, "Measuring", BIT(MEASURE),
	 "The server speaks first: wait for its greeting before a connection is idle.", NULL,
	 take_reads_first},
	{"save", 0, "ID|FILE", "Measuring", BIT(MEASURE),
	 "Save the result as a profile: ID for /etc/kaadvise/profiles/ID.yaml, or a file.", NULL,
	 take_save},
	{"listen", 0, "[ADDRESS:]PORT", "Measuring", BIT(MEASURE),
	 "Be the other end of a measurement: accept connections, return what comes, keep them "
	 "(default ADDRESS: 127.0.0.1).",
	 NULL, take_listen},
	{"dry-run", 0, NULL, "Changing", CHANGING, "Show what would change, and change nothing.",
	 NULL, take_dry_run},
	{"live-only", 0, NULL, "Changing", BIT(APPLY), "Change the running kernel, write no file.",
	 NULL, take_live_only},
	{"persist-only", 0, NULL, "Changing", BIT(APPLY),
	 "Write the file for the next boot, leave the running kernel alone.", NULL,
	 take_persist_only},
	{"drop-in", 0, "NAME", "Changing", BIT(APPLY),
	 "The file's name in /etc/sysctl.d (default: 90-kaadvise.conf).", NULL, take_drop_in},
	{"force", 0, NULL, "Changing", BIT(ROLLBACK) | BIT(MEASURE),
	 "Roll back although the values were changed since; with --save: replace the profile that "
	 "is there.",
	 NULL, take_force},
	{"config", 0, "FILE", "General", ANY,
	 "The configuration file (default: /etc/kaadvise/config.yaml, if it is there).", NULL,
	 take_config_file},
	{"no-config", 0, NULL, "General", ANY, "Read no configuration file.", NULL, take_no_config},
	{"color", 0, "auto|always|never", "General", ANY,
	 "Colour (default: auto, on a terminal unless NO_COLOR is set).", "auto always never",
	 take_color},
	{"help", 'h', NULL, "General", ANY, "Show this help.", NULL, take_help},
	{"version", 0, NULL, "General", ANY, "Show the version.", NULL, take_version},
};
const size_t ka_option_count = sizeof(ka_option_table) / sizeof(ka_option_table[0]);
