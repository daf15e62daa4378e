/* A case for the analysis: kernel defaults, unknown tick rates and no path; add hops and goals. */
#ifndef KA_UNIT_CASE_H
#define KA_UNIT_CASE_H

#include "core/analysis.h"

#include "ka_test.h"

enum { CASE_HOPS_MAX = 8 };

struct test_case {
	struct ka_arena arena;
	struct ka_facts facts;
	struct ka_intent intent;
	struct ka_hop hops[CASE_HOPS_MAX];
	struct ka_analysis analysis;
};

__attribute__((unused)) static void case_init(struct test_case *c)
{
	*c = (struct test_case){
		.arena = ka_arena_make(KA_ARENA_CAP),
		.facts = {.kind = KA_SUBJECT_SETTINGS, .settings = KA_KERNEL_DEFAULTS},
	};
	c->intent.path.hops = c->hops;
}

/* Appends a hop that probes refresh and that breaks connections, and returns it. */
__attribute__((unused)) static struct ka_hop *case_hop(struct test_case *c, int64_t idle_s)
{
	struct ka_hop *hop = &c->hops[c->intent.path.count++];

	c->intent.has_path = true;
	*hop = (struct ka_hop){
		.name = "hop", .layer = 4, .idle_s = idle_s, .breaks_connection = true};
	return hop;
}

__attribute__((unused)) static const struct ka_analysis *case_run(struct test_case *c)
{
	assert_int_equal(ka_analyse(&c->arena, &c->facts, &c->intent, &c->analysis, NULL), 0);
	return &c->analysis;
}

__attribute__((unused)) static void case_end(struct test_case *c)
{
	ka_arena_clear(&c->arena);
}

#define assert_triple(settings, time, intvl, probes)                                               \
	do {                                                                                       \
		const int64_t *ka_value_ = (settings).value;                                       \
		assert_int_equal(ka_value_[KA_TIME], time);                                        \
		assert_int_equal(ka_value_[KA_INTVL], intvl);                                      \
		assert_int_equal(ka_value_[KA_PROBES], probes);                                    \
	} while (0)

#endif
