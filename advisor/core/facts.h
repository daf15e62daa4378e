/* What is known and what is wanted: the two inputs of the analysis. Plain data. */
#ifndef KA_CORE_FACTS_H
#define KA_CORE_FACTS_H

#include "base/arena.h"
#include "base/error.h"
#include "core/boot.h"
#include "core/keepalive.h"
#include "core/path.h"
#include "core/waiver.h"

enum ka_subject_kind { KA_SUBJECT_HOST, KA_SUBJECT_NETNS, KA_SUBJECT_ROOT, KA_SUBJECT_SETTINGS };
extern const char *const ka_subject_words[]; /* "host", "netns", "root", "settings" */

enum ka_tristate { KA_NOT_KNOWN, KA_NO, KA_YES };

/* Connection tracking in the subject's own namespace, or in the host's for a container. */
struct ka_conntrack {
	bool is_present;
	int64_t established_s;     /* nf_conntrack_tcp_timeout_established */
	enum ka_tristate is_loose; /* nf_conntrack_tcp_loose */
	enum ka_tristate does_nat;
};

/* Values that other network namespaces of the machine have. */
struct ka_neighbour {
	struct ka_settings settings;
	size_t count;      /* namespaces that have them */
	const char *names; /* of the first of these, ", " between them */
};

struct ka_socket_summary;

struct ka_facts {
	enum ka_subject_kind kind;
	const char *name;
	struct ka_settings settings;
	unsigned hz; /* or KA_HZ_UNKNOWN */
	bool has_retries2;
	int64_t retries2;
	struct ka_conntrack conntrack;
	bool conntrack_is_of_host; /* not that of the subject, a container */
	int64_t today;             /* days since 1970-01-01 */
	/* What the subject has after a boot; for KA_SUBJECT_ROOT settings are its values. NULL
	 * where it was not looked at: hypothetical values, a namespace that does not boot, a
	 * container. */
	const struct ka_boot *boot;
	const struct ka_socket_summary *sockets; /* NULL: not looked at */
	/* Of the machine's own namespace alone: the other ones, one row for each triple that
	 * differs from its own. */
	const struct ka_neighbour *neighbours;
	size_t neighbour_count;
};

/* A path, and what its users want of it. has_path is false when none was named. */
struct ka_intent {
	bool has_path;
	struct ka_path path;
	enum ka_side side;
	struct ka_http http;
	struct ka_goals goals; /* stated ones */
	unsigned choose_hz;    /* the tick rate to choose values for; KA_HZ_UNKNOWN: any */
	const struct ka_profile *const *profiles;
	size_t profile_count;
	const struct ka_profile *const *hop_profiles; /* of each hop; NULL: made on the spot, or
						       * not known of any */
	const char *configuration; /* the file whose statements are in force; NULL: none */
	const struct ka_waiver *waivers;
	size_t waiver_count;
};

/* One piece of a path in the order given: a profile, or a hop made on the spot. */
struct ka_ingredient {
	const struct ka_profile *profile; /* NULL: hop */
	struct ka_hop hop;
};

/* What flags state; it beats what profiles state. */
struct ka_stated {
	struct ka_goals goals;
	struct ka_http http;
	bool has_side;
	enum ka_side side;
	unsigned choose_hz;
};

/* Lays flags over what the configuration file states, key by key. */
void ka_state_over(struct ka_stated *stated, const struct ka_stated *flags);

/* Chains the ingredients, client to server, and merges goals and HTTP keepalive: of several
 * profiles the strictest goal holds. -1 with KA_E_CONTRADICTION when profiles state different
 * HTTP keepalive values and no flag decides. Arena-owned. */
int ka_intent_build(struct ka_arena *arena, const struct ka_ingredient *ingredients, size_t count,
		    const struct ka_stated *stated, struct ka_intent *ret_intent,
		    struct ka_error *reterr);

#endif
