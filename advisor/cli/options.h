/* Commands and options: one table each, from which parsing, help, the manual page and the
 * completion come. */
#ifndef KA_CLI_OPTIONS_H
#define KA_CLI_OPTIONS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "core/facts.h"
#include "core/finding.h"
#include "core/idle_search.h"
#include "core/loader.h"
#include "core/socket_filter.h"

#include <stdio.h>

/* A command is a row of ka_commands; its bit says which options it takes. */
enum ka_command_id {
	KA_CMD_CHECK,
	KA_CMD_RECOMMEND,
	KA_CMD_APPLY,
	KA_CMD_ROLLBACK,
	KA_CMD_HISTORY,
	KA_CMD_SOCKETS,
	KA_CMD_PROFILES,
	KA_CMD_CONFIG,
	KA_CMD_MEASURE,
	KA_CMD_EXPLAIN,
	KA_CMD_RULES,
	KA_CMD_COUNT,
};

enum ka_format {
	KA_FORMAT_TEXT,
	KA_FORMAT_JSON,
	KA_FORMAT_SARIF,
	KA_FORMAT_JUNIT,
	KA_FORMAT_GITHUB,
	KA_FORMAT_SYSCTL,
};
extern const char *const ka_format_words[]; /* "text", "json", ..., "sysctl"; NULL-terminated */

struct ka_output_request {
	enum ka_format format;
	const char *file; /* NULL: standard output */
};

/* One -p or --hop, in the order given. */
struct ka_path_word {
	const char *profile; /* NULL: hop */
	struct ka_hop hop;
};

enum ka_color { KA_COLOR_AUTO, KA_COLOR_ALWAYS, KA_COLOR_NEVER };

enum { KA_FAIL_ON_NEVER = 3 }; /* otherwise an enum ka_severity */
/* One --idle: a hop's idle timeout as the site has set it. */
struct ka_idle_override {
	const char *hop; /* its name, its number in the path, or the id of its profile */
	int64_t idle_s;
};

enum { KA_OUTPUTS_MAX = 8, KA_JOBS_MAX = 64, KA_SEND_MAX = 1000 };

/* All words of the command line, parsed. Strings are those of argv. */
struct ka_options {
	struct ka_arena *arena;
	const struct ka_command *command;
	const char **operands;
	size_t operand_count;
	struct ka_path_word *path;
	size_t path_count;
	struct ka_text path_words; /* the words that named path and goals, quoted for a shell */
	struct ka_stated stated;
	bool hz_from_host; /* --hz host: stated.choose_hz is yet to be asked for */
	bool has_hz;
	bool has_settings, has_set;
	struct ka_settings settings, set;
	const char *netns;
	bool all_netns;     /* --netns all; netns is NULL then */
	const char **roots; /* --root, in the order given */
	size_t root_count;
	const char
		*root_list; /* a file that names more of them, a line each; "-": standard input */
	unsigned jobs;      /* images that are looked at side by side */
	const char *loader_word; /* --loader; NULL: as the root says */
	struct ka_loader_version loader;
	bool loader_has_version;
	struct ka_output_request outputs[KA_OUTPUTS_MAX];
	size_t output_count;
	int fail_on;
	enum ka_color color;
	struct ka_idle_override *idles;
	size_t idle_count;
	const char *config_file; /* --config; NULL: KA_CONFIG_FILE, which may be missing */
	bool no_config;
	const char *baseline, *write_baseline; /* NULL: none */
	bool offline, insecure_http;
	const char *header_file, *verify_key; /* NULL: none */
	int64_t max_stale_s;
	struct ka_fetched **fetched; /* a list of what URLs gave in this run: profile_source.c */
	bool dry_run, live_only, persist_only, force, help, version;
	struct ka_socket_filter *filters;
	size_t filter_count;
	bool no_sockets, all, no_owners, loopback, deep;
	int64_t observe_s, watch_s; /* 0: not */
	bool rearm, enable, pin;
	bool has_over;
	int64_t over_s;
	const char *drop_in; /* NULL: the default name */
	struct ka_idle_plan idle_plan;
	bool uses_http, reads_first;
	const char *send;   /* NULL: a byte */
	const char *save;   /* NULL: not */
	const char *listen; /* [ADDRESS:]PORT; NULL: measures */
};

struct ka_command {
	const char *name;
	const char *synopsis; /* after the command's name */
	const char *summary;  /* one line */
	const char *description;
	size_t operands_min, operands_max;
	/* Runs the command and returns the exit code. Prints results on standard output; a failure
	 * is returned as -1 with *reterr filled, and main prints it. */
	int (*run)(const struct ka_options *options, struct ka_error *reterr);
};

struct ka_option {
	const char *name;    /* without the dashes */
	char letter;         /* 0: none */
	const char *metavar; /* NULL: takes no value */
	const char *section; /* heading in help and manual */
	unsigned commands;   /* bits 1u << enum ka_command_id */
	const char *help;
	const char
		*words; /* for completion: the words of the value, separated by blanks; or NULL */
	int (*take)(struct ka_options *options, const char *value, struct ka_error *reterr);
};

extern const struct ka_command ka_commands[KA_CMD_COUNT];
extern const struct ka_option ka_option_table[];
extern const size_t ka_option_count;

/* Parses the words after the program's name. -1 with an error of letter U. */
int ka_options_parse(struct ka_arena *arena, int argc, char *argv[], struct ka_options *ret_options,
		     struct ka_error *reterr);

/* word as a shell reads it, quoted where it must be; arena-owned. */
const char *ka_shell_word(struct ka_arena *arena, const char *word);

/* The help of the whole program (command NULL) or of one command. */
void ka_help(FILE *file, const struct ka_command *command);

#endif
