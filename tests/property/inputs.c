/* Random inputs. */
#include "brute_force.h"

#include <inttypes.h>
#include <stdio.h>

/* Sebastiano Vigna's splitmix64. */
uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int64_t between(uint64_t *state, int64_t least, int64_t most)
{
	return least + (int64_t)(random_next(state) % (uint64_t)(most - least + 1));
}

static bool happens(uint64_t *state, int percent)
{
	return between(state, 1, 100) <= percent;
}

/* Small values as often as large ones: 1 to most. */
static int64_t scaled(uint64_t *state, int64_t most)
{
	int64_t end = most;

	for (int64_t halvings = between(state, 0, 12); halvings > 0 && end > 8; halvings--)
		end /= 2;
	return between(state, 1, end);
}

static int64_t perhaps(uint64_t *state, int percent, int64_t value)
{
	return happens(state, percent) ? value : NOT_STATED;
}

static int64_t random_idle_s(uint64_t *state)
{
	static const int64_t usual[] = {60,  60,  120, 180,  240,  300,  350,   350,
					350, 600, 900, 1200, 3600, 4000, 86400, 432000};

	if (happens(state, 60))
		return usual[between(state, 0, 15)];
	return scaled(state, 20000);
}

static struct hop random_hop(uint64_t *state)
{
	struct hop hop = {random_idle_s(state), NOT_STATED, PASSES, happens(state, 90)};

	if (happens(state, 30))
		hop.effect = (enum effect)between(state, PASSES_PERHAPS, SWALLOWS);
	if (hop.effect >= ANSWERS_AND_SENDS)
		hop.backend_s = perhaps(state, 40, random_idle_s(state));
	return hop;
}

static struct triple random_present(uint64_t *state)
{
	static const struct triple odd[] = {{7200, 75, 0}, {0, 75, 9},         {7200, 0, 9},
					    {-1, 75, 9},   {270, -10, 7},      {270, 10, 255},
					    {270, 1, 128}, {40000, 75, 9},     {20, 40000, 2},
					    {0, 0, 0},     {32767, 32767, 127}};

	if (happens(state, 40))
		return (struct triple){7200, 75, 9};
	if (happens(state, 10))
		return odd[between(state, 0, 10)];
	return (struct triple){scaled(state, 8000), scaled(state, 80), scaled(state, 20)};
}

static unsigned random_rate(uint64_t *state)
{
	static const unsigned usual[] = {100, 200, 250, 250, 300, 500, 1000, 1000};
	/* 63 * 8 jiffies, where a level of the timer wheel ends, are 1, 2 and 3 s at 504, 252 and
	 * 168. */
	static const unsigned unusual[] = {24, 64, 128, 168, 252, 504, 1024, 1200};

	if (happens(state, 85))
		return usual[between(state, 0, 7)];
	return unusual[between(state, 0, 7)];
}

static void random_goals(uint64_t *state, struct input *input)
{
	input->detect_s = perhaps(state, 30, scaled(state, happens(state, 10) ? 100000 : 3000));
	input->outage_s = perhaps(state, 25, scaled(state, happens(state, 5) ? 12000 : 600) - 1);
	input->lost = perhaps(state, 25,
			      happens(state, 5) ? between(state, 0, 140) : between(state, 0, 5));
	input->min_time_s = perhaps(state, 20, scaled(state, happens(state, 10) ? 9000 : 600));
	input->margin_percent = perhaps(
		state, 15, happens(state, 5) ? between(state, 0, 150) : between(state, 0, 30));
	input->margin_ms = perhaps(state, 15, between(state, 0, 60) * 1000);
}

/* A margin that some values of the grid just meet, or miss by a millisecond. */
static void random_tight_margin(uint64_t *state, struct input *input)
{
	static const int64_t times[] = {15, 60, 120, 240, 270, 300, 600, 900, 1800, 3600};
	static const int64_t intvls[] = {1, 2, 5, 10, 20, 75};
	struct triple values = {times[between(state, 0, 9)], intvls[between(state, 0, 5)], 1};
	int64_t lost = input->lost == NOT_STATED ? 1 : input->lost;
	int64_t margin_ms = input->hops[0].idle_s * 1000 -
			    model_silence_ms(&values, lost, input->choose_hz) +
			    between(state, -1, 1);

	if (input->hop_count == 0 || margin_ms < 0)
		return;
	input->margin_percent = NOT_STATED;
	input->margin_ms = margin_ms;
}

static void random_rates(uint64_t *state, struct input *input)
{
	input->hz = happens(state, 40) ? UNKNOWN_HZ : random_rate(state);
	input->choose_hz = UNKNOWN_HZ;
	if (happens(state, 40))
		input->choose_hz = happens(state, 70) ? input->hz : random_rate(state);
}

static void random_http(uint64_t *state, struct input *input)
{
	input->http_server_s = perhaps(state, 20, scaled(state, 600));
	input->http_client_s = perhaps(state, 20, scaled(state, 600));
	input->client_closes = happens(state, 50);
	input->http_only = happens(state, 20);
}

void random_input(uint64_t *state, struct input *ret_input)
{
	static const size_t counts[] = {0, 1, 1, 1, 1, 1, 2, 2, 3, 4};
	struct input input = {.hop_count = counts[between(state, 0, 9)]};

	for (size_t i = 0; i < input.hop_count; i++)
		input.hops[i] = random_hop(state);
	input.side = (enum side)between(state, SIDE_BOTH, SIDE_SERVER);
	input.present = random_present(state);
	random_rates(state, &input);
	random_http(state, &input);
	random_goals(state, &input);
	if (happens(state, 10))
		random_tight_margin(state, &input);
	*ret_input = input;
}

/* Timeouts of seconds, or goals that leave a gap between two times of the grid. */
void random_hard_input(uint64_t *state, struct input *ret_input)
{
	struct input *input = ret_input;

	random_input(state, input);
	input->hops[0] = (struct hop){between(state, 3, 30), NOT_STATED, PASSES, true};
	input->hop_count = 1;
	input->http_only = false;
	input->present = (struct triple){7200, 75, 9};
	if (happens(state, 50))
		return;
	input->hops[0].idle_s = between(state, 20, 4000);
	input->min_time_s = between(state, input->hops[0].idle_s / 2, input->hops[0].idle_s);
}

static void print_stated(const char *name, int64_t value)
{
	if (value != NOT_STATED)
		printf(" %s %" PRId64, name, value);
}

void print_input(const struct input *input)
{
	static const char *const effects[] = {"refreshes", "unknown", "regenerated", "ignored"};
	static const char *const sides[] = {"both", "client", "server"};

	printf("  present %" PRId64 ",%" PRId64 ",%" PRId64
	       " at HZ %u, choose for HZ %u, side %s\n",
	       input->present.time, input->present.intvl, input->present.probes, input->hz,
	       input->choose_hz, sides[input->side]);
	for (size_t i = 0; i < input->hop_count; i++) {
		printf("  hop %" PRId64 " s %s%s", input->hops[i].idle_s,
		       effects[input->hops[i].effect], input->hops[i].breaks ? "" : " harmless");
		print_stated("backend", input->hops[i].backend_s);
		printf("\n");
	}
	printf(" ");
	print_stated("detect-within", input->detect_s);
	print_stated("survive-outage", input->outage_s);
	print_stated("lost-probes", input->lost);
	print_stated("min-time", input->min_time_s);
	print_stated("margin-percent", input->margin_percent);
	print_stated("margin-ms", input->margin_ms);
	print_stated("http-server", input->http_server_s);
	print_stated("http-client", input->http_client_s);
	printf("%s%s\n", input->client_closes ? " client-closes" : "",
	       input->http_only ? " http-only" : "");
}
