/* A profile: what is known of one middlebox, server or client, or of a path of several. Plain
 * data, filled by the loader or compiled in. */
#ifndef KA_CORE_PROFILE_H
#define KA_CORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an empty TCP keepalive probe does to a hop's idle timer. */
enum ka_probe_effect { KA_REFRESHES, KA_REGENERATED, KA_IGNORED, KA_UNKNOWN };

/* What a hop does when its timer ends. */
enum ka_expiry {
	KA_SILENT,
	KA_RESET_ON_NEXT,
	KA_RESET_BOTH,
	KA_DROP,
	KA_CLOSE,
	KA_EXPIRY_UNKNOWN,
};

enum ka_confirmed {
	KA_VENDOR,
	KA_PARAMETER_REFERENCE,
	KA_SOURCE_CODE,
	KA_EXPERIMENT,
	KA_SECOND_HAND,
	KA_INFERRED,
};

enum ka_client_closes { KA_CLOSES_UNSTATED, KA_CLOSES_ACTIVE, KA_CLOSES_ON_REUSE };

/* The words of the profile format for these enumerations, NULL-terminated and in enum order. */
extern const char *const ka_probe_effect_words[];
extern const char *const ka_expiry_words[];
extern const char *const ka_confirmed_words[];
extern const char *const ka_client_closes_words[]; /* "unstated", "active", "on-reuse" */
/* The same for people: "" and "closes idle connections itself", ...; in enum order. */
extern const char *const ka_client_closes_meanings[];

struct ka_hop {
	const char *name;
	int layer;      /* 3, 4 or 7 */
	int64_t idle_s; /* of the side towards the client where the two differ; >= 1 */
	bool is_configurable;
	int64_t configurable_min_s, configurable_max_s;
	const char *setting; /* the parameter that sets the idle timeout; NULL: not stated */
	enum ka_probe_effect probes;
	enum ka_expiry on_expiry;
	bool breaks_connection;
	bool has_backend_idle;
	int64_t backend_idle_s; /* of the side towards the server */
};

struct ka_http {
	bool has_server, has_client, has_only, only;
	int64_t server_s, client_s;
	enum ka_client_closes client_closes;
};

/* A margin may be stated as a share of each idle timeout and as a time: the larger holds. */
struct ka_margin {
	bool has_percent, has_ms;
	int64_t percent, ms;
};

/* Stated goals only: has_x tells which. */
struct ka_goals {
	bool has_detect_within, has_survive_outage, has_lost_probes, has_min_time;
	int64_t detect_within_s, survive_outage_s, lost_probes, min_time_s;
	struct ka_margin margin;
};

struct ka_source {
	const char *url;
	const char *checked; /* YYYY-MM-DD */
	int64_t checked_day; /* days since 1970-01-01 */
	enum ka_confirmed confirmed;
	const char *says;
};

struct ka_profile {
	const char *id, *title;
	const char *extends; /* NULL: none */
	const char *notes;   /* NULL: none */
	const char *origin;  /* "built-in", the file's path, or the URL without its query */
	const char *sha256;  /* 64 hexadecimal digits of the profile's bytes */
	bool is_stale;       /* a cached copy: its server could not be reached, or was not asked */
	int64_t age_s;       /* of that copy: since the server last gave or confirmed it */
	bool is_alias;       /* another one with a name of its own: it states no hops and no http */
	const struct ka_hop *hops;
	size_t hop_count;
	struct ka_http http;
	struct ka_goals goals;
	const struct ka_source *sources;
	size_t source_count;
};

/* What a profile is about. */
enum ka_profile_kind {
	KA_PRODUCT,  /* one hop */
	KA_SERVER,   /* HTTP keepalive of a server, no hop */
	KA_CLIENT,   /* HTTP keepalive of a client, no hop */
	KA_COMPOSED, /* a path of several hops */
	KA_ALIAS,    /* another profile by a name of its own */
};
extern const char *const ka_profile_kind_words[]; /* "product", "server", ...; NULL-terminated */

enum ka_profile_kind ka_profile_kind(const struct ka_profile *profile);

/* Days since 1970-01-01 of a proleptic Gregorian date; no check of the ranges. */
int64_t ka_day_of_date(int64_t year, int64_t month, int64_t day);

#endif
