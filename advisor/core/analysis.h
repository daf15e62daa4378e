/* Facts plus intent, worked out: what each hop does to these values, and which values to have.
 * Pure. Rules turn it into findings; the reports print it. */
#ifndef KA_CORE_ANALYSIS_H
#define KA_CORE_ANALYSIS_H

#include "core/facts.h"
#include "core/solver.h"

enum {
	KA_DEFAULT_DETECT_S = 900,
	KA_DEFAULT_OUTAGE_S = 60,
	KA_DEFAULT_MIN_TIME_S = 15,
	KA_DEFAULT_LOST_PROBES = 1,
};

struct ka_hop_verdict {
	bool is_reached;   /* the host's probes arrive at it */
	bool is_judged;    /* reached, and probes may do something: silence and ok have a meaning */
	bool constrains;   /* judged, breaks connections, not excused by --http-only */
	bool closes_first; /* an end closes idle HTTP connections before this hop forgets them */
	bool ok;           /* S(lost) + margin <= W */
	int64_t idle_s;    /* W on the side of this host */
	int64_t silence0_ms, silence_ms; /* S(0), S(lost) */
	int64_t nominal_silence_s;       /* max(T, I) + lost*I */
	int64_t margin_ms;               /* asked for when judging */
	int64_t survives_loss_ms;        /* may be negative */
};

/* What becomes of an idle connection on a hop, the gravest last. */
enum ka_outcome {
	KA_OUTCOME_NONE,     /* the host's probes do not arrive at it */
	KA_OUTCOME_SURVIVES, /* probes hold it, it breaks nothing, or an end closes first */
	KA_OUTCOME_IGNORED,  /* it ignores probes: HTTP keepalive decides */
	KA_OUTCOME_FAILS,    /* it forgets the session, or has less than the margin left */
};
extern const char *const ka_outcome_words[]; /* "none", "survives", ...; NULL-terminated */

enum ka_constraint {
	KA_C_HOP,
	KA_C_DETECT_WITHIN,
	KA_C_SURVIVE_OUTAGE,
	KA_C_LOST_PROBES,
	KA_C_MIN_TIME,
	KA_C_COUNT,
};
extern const char *const ka_constraint_words[]; /* "hop", "detect_within", ... */

/* left <= right, both sides in milliseconds. For lost_probes the sides are the probing time that
 * losing so many plus one needs, and the time that probing takes: (lost+1)*I and P*I. */
struct ka_proof {
	enum ka_constraint constraint;
	size_t hop; /* index into the path, for KA_C_HOP */
	int64_t left_ms, right_ms;
};

struct ka_recommendation {
	bool change; /* false: the present values are kept */
	struct ka_settings settings;
	unsigned hz; /* the tick rate that it was worked out for, or KA_HZ_UNKNOWN */
	int64_t nominal_s, bound_ms;
	bool yielded[KA_C_COUNT]; /* defaults that gave way */
	const struct ka_proof *proof;
	size_t proof_count;
};

/* A member of the smallest set that cannot hold together, and the value of it that would make
 * everything hold if the others stay; has_value is false when it alone cannot. */
struct ka_conflict {
	enum ka_constraint constraint;
	size_t hop;
	bool has_value;
	const char *key; /* "idle_timeout_s", "detect_within_s", ..., "lost_probes" */
	int64_t value;
};

struct ka_analysis {
	const struct ka_facts *facts;
	const struct ka_intent *intent;
	bool works; /* the values neither kill healthy connections nor switch keepalive off */
	int64_t nominal_s, bound_ms;
	const struct ka_hop_verdict *hops; /* one per hop of the path */
	int64_t lost_probes;               /* stated or default */
	/* What KA105 and KA207 judge by: stated, or the default, or none where the default had to
	 * give way to the path. */
	int64_t min_time_s, outage_s;
	bool has_recommendation, is_unsatisfiable;
	struct ka_recommendation recommendation;
	const struct ka_conflict *conflicts;
	size_t conflict_count;
};

/* Works everything out. facts and intent must outlive the analysis. -1 only for lack of memory. */
int ka_analyse(struct ka_arena *arena, const struct ka_facts *facts, const struct ka_intent *intent,
	       struct ka_analysis *ret_analysis, struct ka_error *reterr);

/* The same without a recommendation, and with the usual goals where none are stated: much cheaper,
 * for a look at many paths. */
int ka_judge(struct ka_arena *arena, const struct ka_facts *facts, const struct ka_intent *intent,
	     struct ka_analysis *ret_analysis, struct ka_error *reterr);

enum ka_outcome ka_hop_outcome(const struct ka_analysis *analysis, size_t at);

/* The margin, milliseconds, that a hop with this idle timeout needs: as stated, else 1 s to judge
 * present values and max(1 s, min(10 %, 30 s)) to choose new ones. */
int64_t ka_judging_margin_ms(const struct ka_margin *stated, int64_t idle_s);
int64_t ka_choosing_margin_ms(const struct ka_margin *stated, int64_t idle_s);

/* The outage to survive where none is stated, seconds: less where a deadline leaves less. */
int64_t ka_default_outage_s(const struct ka_goals *goals);

/* The least idle timeout, seconds, that holds against a silence with the margin for judging. */
int64_t ka_idle_enough_s(const struct ka_margin *stated, int64_t silence_ms);

/* Whether the path leaves anything for TCP keepalive to do: a hop that constrains, or a stated
 * goal. */
bool ka_has_work(const struct ka_analysis *analysis);

#endif
