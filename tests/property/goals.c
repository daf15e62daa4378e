/* From hops and goals to limits and to the expected answer. */
#include "brute_force.h"

static bool terminates(const struct hop *hop)
{
	return hop->effect == ANSWERS_AND_SENDS || hop->effect == SWALLOWS;
}

/* Whether no hop that terminates TCP stands between the client and the hop. */
static bool in_client_segment(const struct input *input, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (terminates(&input->hops[i]))
			return false;
	return true;
}

static bool in_server_segment(const struct input *input, size_t at)
{
	for (size_t i = at + 1; i < input->hop_count; i++)
		if (terminates(&input->hops[i]))
			return false;
	return true;
}

static int64_t backend_s(const struct hop *hop)
{
	return hop->backend_s == NOT_STATED ? hop->idle_s : hop->backend_s;
}

static bool is_probed_from(const struct input *input, size_t at, enum side side)
{
	if (input->side != SIDE_BOTH && input->side != side)
		return false;
	return side == SIDE_CLIENT ? in_client_segment(input, at) : in_server_segment(input, at);
}

/* The timeout of the side from which probes come; from both, the shorter. */
int64_t hop_idle_s(const struct input *input, size_t at)
{
	int64_t front = input->hops[at].idle_s, back = backend_s(&input->hops[at]);
	bool by_client = is_probed_from(input, at, SIDE_CLIENT);
	bool by_server = is_probed_from(input, at, SIDE_SERVER);

	if (by_client && by_server)
		return front < back ? front : back;
	return by_server ? back : front;
}

static int64_t stated_margin_ms(const struct input *input, int64_t idle_s)
{
	int64_t share = input->margin_percent == NOT_STATED
				? 0
				: idle_s * 1000 * input->margin_percent / 100;

	return input->margin_ms > share ? input->margin_ms : share;
}

static bool has_margin(const struct input *input)
{
	return input->margin_percent != NOT_STATED || input->margin_ms != NOT_STATED;
}

int64_t keeping_margin_ms(const struct input *input, int64_t idle_s)
{
	return has_margin(input) ? stated_margin_ms(input, idle_s) : 1000;
}

int64_t choosing_margin_ms(const struct input *input, int64_t idle_s)
{
	int64_t margin = idle_s * 1000 / 10;

	if (has_margin(input))
		return stated_margin_ms(input, idle_s);
	margin = margin > 30000 ? 30000 : margin;
	return margin < 1000 ? 1000 : margin;
}

/* An end that closes idle HTTP connections while the hop still knows them. */
static bool closes_in_time(const struct input *input, int64_t http_s, int64_t idle_s)
{
	return http_s != NOT_STATED &&
	       http_s * 1000 + keeping_margin_ms(input, idle_s) <= idle_s * 1000;
}

static bool is_excused(const struct input *input, size_t at)
{
	const struct hop *hop = &input->hops[at];

	if (!input->http_only)
		return false;
	if (in_server_segment(input, at) &&
	    closes_in_time(input, input->http_server_s, backend_s(hop)))
		return true;
	return input->client_closes && in_client_segment(input, at) &&
	       closes_in_time(input, input->http_client_s, hop->idle_s);
}

bool hop_constrains(const struct input *input, size_t at)
{
	const struct hop *hop = &input->hops[at];

	return hop->breaks && hop->effect != SWALLOWS &&
	       (is_probed_from(input, at, SIDE_CLIENT) || is_probed_from(input, at, SIDE_SERVER)) &&
	       !is_excused(input, at);
}

static void add_hops(const struct input *input, struct limits *limits,
		     int64_t (*margin_ms)(const struct input *, int64_t))
{
	for (size_t i = 0; i < input->hop_count; i++) {
		int64_t idle_s = hop_idle_s(input, i);
		int64_t limit = idle_s * 1000 - margin_ms(input, idle_s);

		if (!hop_constrains(input, i))
			continue;
		if (!limits->has_silence || limit < limits->silence_ms)
			limits->silence_ms = limit;
		limits->has_silence = true;
	}
}

static int64_t stated_or(int64_t value, int64_t otherwise)
{
	return value == NOT_STATED ? otherwise : value;
}

struct limits limits_to_keep(const struct input *input)
{
	struct limits limits = {
		.hz = input->hz,
		.lost = stated_or(input->lost, 1),
		.has_detect = input->detect_s != NOT_STATED,
		.detect_ms = input->detect_s * 1000,
		.outage_s = stated_or(input->outage_s, 0),
		.min_time_s = stated_or(input->min_time_s, 1),
	};

	add_hops(input, &limits, keeping_margin_ms);
	return limits;
}

struct limits limits_to_choose(const struct input *input, const bool yielded[CONSTRAINT_COUNT])
{
	int64_t detect_s = stated_or(input->detect_s, 900), outage_s = 60;
	struct limits limits = {
		.hz = input->choose_hz,
		.lost = stated_or(input->lost, 1),
		.has_detect = !yielded[DETECT],
		.detect_ms = detect_s * 1000,
		.min_time_s = stated_or(input->min_time_s, yielded[MIN_TIME] ? 1 : 15),
	};

	if (input->detect_s != NOT_STATED && input->detect_s / 3 < outage_s)
		outage_s = input->detect_s / 3;
	limits.outage_s = stated_or(input->outage_s, yielded[OUTAGE] ? 0 : outage_s);
	add_hops(input, &limits, choosing_margin_ms);
	return limits;
}

/* Looks with fewer and fewer defaults. */
static void choose(const struct input *input, bool is_thorough, struct answer *answer)
{
	const struct {
		enum constraint constraint;
		int64_t stated;
	} defaults[] = {{DETECT, input->detect_s},
			{MIN_TIME, input->min_time_s},
			{OUTAGE, input->outage_s}};

	for (size_t next = 0;; next++) {
		struct limits limits = limits_to_choose(input, answer->yielded);

		answer->stage = model_choose(&limits, is_thorough, &answer->chosen);
		if (answer->stage > 0)
			break;
		while (next < 3 && defaults[next].stated != NOT_STATED)
			next++;
		if (next >= 3)
			return;
		answer->yielded[defaults[next].constraint] = true;
	}
	answer->is_satisfiable = true;
}

void model_answer(const struct input *input, bool is_thorough, struct answer *ret_answer)
{
	struct limits limits = limits_to_keep(input);

	*ret_answer = (struct answer){.chosen = input->present};
	if (model_holds(&limits, &input->present))
		ret_answer->is_satisfiable = true;
	else
		choose(input, is_thorough, ret_answer);
	ret_answer->change = ret_answer->chosen.time != input->present.time ||
			     ret_answer->chosen.intvl != input->present.intvl ||
			     ret_answer->chosen.probes != input->present.probes;
}
