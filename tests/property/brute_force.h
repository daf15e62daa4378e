/* A second opinion on every recommendation: its own model, its own search, its own types. Only
 * advisor.c knows the program's headers. */
#ifndef KA_PROPERTY_BRUTE_FORCE_H
#define KA_PROPERTY_BRUTE_FORCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOPS_MAX = 4, UNKNOWN_HZ = 0, NOT_STATED = -1 };

struct triple {
	int64_t time, intvl, probes;
};

/* What values must meet, as plain limits. */
struct limits {
	unsigned hz; /* UNKNOWN_HZ: any of the common ones */
	bool has_silence, has_detect;
	int64_t silence_ms, detect_ms, outage_s, min_time_s, lost;
};

enum effect { PASSES, PASSES_PERHAPS, ANSWERS_AND_SENDS, SWALLOWS };
enum side { SIDE_BOTH, SIDE_CLIENT, SIDE_SERVER };

struct hop {
	int64_t idle_s;
	int64_t backend_s; /* NOT_STATED: the same */
	enum effect effect;
	bool breaks;
};

/* Everything that a recommendation depends on. Durations are seconds or NOT_STATED. */
struct input {
	struct triple present;
	unsigned hz, choose_hz;
	struct hop hops[HOPS_MAX];
	size_t hop_count;
	enum side side;
	int64_t http_server_s, http_client_s;
	bool client_closes, http_only;
	int64_t detect_s, outage_s, lost, min_time_s;
	int64_t margin_percent, margin_ms;
};

enum constraint { HOP, DETECT, OUTAGE, LOST, MIN_TIME, CONSTRAINT_COUNT };

struct proof {
	enum constraint constraint;
	size_t hop;
	int64_t left_ms, right_ms;
};

struct conflict {
	enum constraint constraint;
	size_t hop;
	bool has_value;
	int64_t value;
};

enum { PROOFS_MAX = HOPS_MAX + CONSTRAINT_COUNT, FINDINGS_MAX = 64 };

struct answer {
	bool is_satisfiable, change;
	struct triple chosen;
	bool yielded[CONSTRAINT_COUNT];
	int stage; /* 1 to 4; 0: present values are kept, or nothing satisfies */
	int64_t nominal_s, bound_ms;
	struct proof proofs[PROOFS_MAX];
	size_t proof_count;
	struct conflict conflicts[CONSTRAINT_COUNT];
	size_t conflict_count;
};

/* model.c: this side's arithmetic, written from the description of the model alone. */
int64_t model_latest(int64_t seconds, unsigned hz);
int64_t model_bound_ms(const struct triple *values, unsigned hz);
int64_t model_silence_ms(const struct triple *values, int64_t lost, unsigned hz);
bool model_holds(const struct limits *limits, const struct triple *values);
bool model_is_satisfiable(const struct limits *limits);
/* The best values and the stage (1 to 4) that has them; 0: none. With is_thorough no shortcut is
 * taken: every candidate of the stages is looked at until a time has one that holds. */
int model_choose(const struct limits *limits, bool is_thorough, struct triple *ret_values);

/* goals.c: from hops and goals to limits, and on to the answer. */
bool hop_constrains(const struct input *input, size_t at);
int64_t hop_idle_s(const struct input *input, size_t at);
int64_t keeping_margin_ms(const struct input *input, int64_t idle_s);
int64_t choosing_margin_ms(const struct input *input, int64_t idle_s);
struct limits limits_to_keep(const struct input *input);
/* With the defaults that did not yield. */
struct limits limits_to_choose(const struct input *input, const bool yielded[CONSTRAINT_COUNT]);
void model_answer(const struct input *input, bool is_thorough, struct answer *ret_answer);

/* inputs.c: random inputs. Equal seeds give equal inputs. */
uint64_t random_next(uint64_t *state);
void random_input(uint64_t *state, struct input *ret_input);
/* One that is likely to need values off the grid. */
void random_hard_input(uint64_t *state, struct input *ret_input);
void print_input(const struct input *input);

/* checks.c: the number of properties that the program's answers for this input violate; each is
 * printed. *ret_answer is this side's answer. */
unsigned check_input(const struct input *input, bool is_thorough, struct answer *ret_answer);

/* advisor.c: the program's answers to the same questions. */
bool advisor_holds(const struct limits *limits, const struct triple *values);
bool advisor_is_satisfiable(const struct limits *limits);
bool advisor_chooses(const struct limits *limits, struct triple *ret_values);
void advisor_answer(const struct input *input, struct answer *ret_answer);
/* Ids of what its rules find, as numbers (201 for KA201). */
size_t advisor_findings(const struct input *input, int ret_ids[FINDINGS_MAX]);

#endif
