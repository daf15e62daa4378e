#include "cli/subject.h"

#include "base/number.h"
#include "cli/next_boot.h"
#include "cli/print.h"
#include "cli/profile_source.h"
#include "core/override.h"
#include "edge/conntrack.h"
#include "edge/keepalive_socket.h"
#include "edge/netns.h"
#include "edge/procsys.h"
#include "edge/tick.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_RETRIES2 = 15 };

int64_t ka_now_s(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t now;

	if (epoch && ka_parse_decimal(epoch, strlen(epoch), &now))
		return now;
	return (int64_t)time(NULL);
}

static int64_t today(void)
{
	return ka_now_s() / 86400;
}

static const char *host_name(struct ka_arena *arena)
{
	struct utsname name;

	if (uname(&name) < 0)
		return "this host";
	return ka_arena_copy(arena, name.nodename, strlen(name.nodename));
}

int ka_enter_netns(const struct ka_options *options, struct ka_error *reterr)
{
	int fd, result;

	if (!options->netns)
		return 0;
	if (ka_netns_open(options->netns, &fd, reterr) < 0)
		return -1;
	result = ka_netns_enter(fd, reterr);
	close(fd);
	return result;
}

int ka_read_live_settings(struct ka_settings *ret_settings, struct ka_error *reterr)
{
	struct ka_error hidden;

	if (ka_procsys_read_settings(ret_settings, &hidden) == 0)
		return 0;
	if ((hidden.id == KA_E_PROC_MISSING || hidden.id == KA_E_PROC_PERMISSION) &&
	    ka_keepalive_socket_read(ret_settings, reterr) == 0)
		return 0;
	*reterr = hidden;
	return -1;
}

static int read_settings(bool is_netns, struct ka_settings *ret_settings, struct ka_error *reterr)
{
	return is_netns ? ka_keepalive_socket_read(ret_settings, reterr)
			: ka_read_live_settings(ret_settings, reterr);
}

void ka_ask_about_nat(const struct ka_intent *intent, struct ka_facts *facts)
{
	int64_t lost =
		intent->goals.has_lost_probes ? intent->goals.lost_probes : KA_DEFAULT_LOST_PROBES;

	if (facts->conntrack.is_present && ka_silence_ms(&facts->settings, lost, facts->hz) >=
						   facts->conntrack.established_s * 1000)
		facts->conntrack.does_nat = ka_conntrack_does_nat();
}

/* What this host has after its next boot; nothing where its files are not ours to judge: in another
 * namespace, or in a container. What cannot be read is no reason to say nothing about the present.
 */
static void look_ahead(const struct ka_options *options, struct ka_facts *facts)
{
	struct ka_netns_id here;
	struct ka_error error;

	if (facts->kind != KA_SUBJECT_HOST || ka_netns_identify(&here, &error) < 0 ||
	    !here.is_initial || ka_in_container())
		return;
	if (ka_next_boot_read(options, options->arena, "/", &facts->boot, &error) == 0)
		return;
	ka_print_note("what the next boot sets is not known: %s%s%s", error.file,
		      error.file[0] ? ": " : "", error.message);
}

void ka_read_retries2(struct ka_facts *facts)
{
	struct ka_error ignored;

	facts->has_retries2 =
		ka_procsys_read_number("net/ipv4/tcp_retries2", &facts->retries2, &ignored) == 0 &&
		facts->retries2 >= 0 && facts->retries2 <= 255;
}

int ka_read_facts(const struct ka_options *options, struct ka_facts *ret_facts,
		  struct ka_error *reterr)
{
	struct ka_facts facts = {.kind = options->netns ? KA_SUBJECT_NETNS : KA_SUBJECT_HOST};

	if (options->has_settings)
		return ka_suppose_facts(options, ret_facts, reterr);
	if (ka_enter_netns(options, reterr) < 0)
		return -1;
	if (read_settings(options->netns, &facts.settings, reterr) < 0)
		return -1;
	facts.name = options->netns ? options->netns : host_name(options->arena);
	facts.hz = ka_tick_hz();
	ka_read_retries2(&facts);
	ka_conntrack_read(&facts.conntrack);
	facts.today = today();
	look_ahead(options, &facts);
	*ret_facts = facts;
	return 0;
}

/* Whether a file of the image may set another number of retries than the kernel's default. */
static bool mentions_retries2(const struct ka_boot_facts *facts)
{
	static const char word[] = "retries2";

	for (size_t i = 0; i < facts->file_count; i++)
		if (facts->files[i].bytes &&
		    memmem(facts->files[i].bytes, facts->files[i].length, word, strlen(word)))
			return true;
	return false;
}

int ka_read_root_facts(const struct ka_options *options, struct ka_arena *arena, const char *root,
		       int64_t today_d, struct ka_facts *ret_facts, struct ka_error *reterr)
{
	const struct ka_boot *boot;

	if (ka_next_boot_read(options, arena, root, &boot, reterr) < 0)
		return -1;
	*ret_facts = (struct ka_facts){
		.kind = KA_SUBJECT_ROOT,
		.name = root,
		.settings = boot->main.values,
		.hz = boot->facts->kernel.hz,
		.has_retries2 = !mentions_retries2(boot->facts),
		.retries2 = DEFAULT_RETRIES2,
		.today = today_d,
		.boot = boot,
	};
	return 0;
}

int ka_suppose_facts(const struct ka_options *options, struct ka_facts *ret_facts,
		     struct ka_error *reterr)
{
	const int64_t *value = options->settings.value;

	(void)reterr;
	*ret_facts = (struct ka_facts){
		.kind = KA_SUBJECT_SETTINGS,
		.name = "the kernel's defaults",
		.settings = KA_KERNEL_DEFAULTS,
		.hz = options->hz_from_host ? ka_tick_hz() : options->stated.choose_hz,
		.has_retries2 = true,
		.retries2 = DEFAULT_RETRIES2,
		.today = today(),
	};
	if (!options->has_settings)
		return 0;
	ret_facts->settings = options->settings;
	ret_facts->name =
		ka_arena_printf(options->arena, "%lld,%lld,%lld", (long long)value[KA_TIME],
				(long long)value[KA_INTVL], (long long)value[KA_PROBES]);
	return 0;
}

static int read_profile(const struct ka_options *options, const char *word,
			const struct ka_profile **ret_profile, struct ka_error *reterr)
{
	struct ka_sourced_profile sourced;

	if (ka_profile_source(options, word, &sourced, reterr) < 0)
		return -1;
	*ret_profile = sourced.profile;
	return 0;
}

static int read_path(const struct ka_options *options, struct ka_ingredient *ingredients,
		     struct ka_error *reterr)
{
	for (size_t i = 0; i < options->path_count; i++) {
		const struct ka_path_word *word = &options->path[i];

		ingredients[i].hop = word->hop;
		if (word->profile &&
		    read_profile(options, word->profile, &ingredients[i].profile, reterr) < 0)
			return -1;
	}
	return 0;
}

static int read_default_path(const struct ka_options *options, const struct ka_config *config,
			     struct ka_ingredient *ingredients, struct ka_error *reterr)
{
	for (size_t i = 0; i < config->path_count; i++) {
		const struct ka_config_piece *piece = &config->path[i];

		ingredients[i].hop = piece->hop;
		if (piece->profile &&
		    read_profile(options, piece->profile, &ingredients[i].profile, reterr) < 0)
			return ka_error_wrap(reterr, "path of %s:%u", config->origin, piece->line);
	}
	return 0;
}

static int set_idles(const struct ka_options *options, struct ka_intent *intent,
		     struct ka_error *reterr)
{
	for (size_t i = 0; i < options->idle_count; i++) {
		const struct ka_idle_override *idle = &options->idles[i];
		const char *remark = NULL;

		if (ka_intent_set_idle(options->arena, intent, idle->hop, idle->idle_s, &remark,
				       reterr) < 0)
			return -1;
		if (remark)
			ka_print_note("%s", remark);
	}
	return 0;
}

int ka_make_intent(const struct ka_options *options, const struct ka_config *config,
		   struct ka_intent *ret_intent, struct ka_error *reterr)
{
	size_t count = options->path_count > 0 ? options->path_count : config->path_count;
	struct ka_stated stated = config->stated;
	struct ka_ingredient *ingredients;
	struct ka_intent intent;

	ingredients = ka_arena_array(options->arena, count + 1, sizeof(*ingredients));
	if (!ingredients)
		return ka_fail_memory(reterr);
	if (options->path_count > 0 ? read_path(options, ingredients, reterr) < 0
				    : read_default_path(options, config, ingredients, reterr) < 0)
		return -1;
	ka_state_over(&stated, &options->stated);
	if (options->hz_from_host)
		stated.choose_hz = ka_tick_hz();
	if (ka_intent_build(options->arena, ingredients, count, &stated, &intent, reterr) < 0 ||
	    set_idles(options, &intent, reterr) < 0)
		return -1;
	intent.configuration = config->origin;
	intent.waivers = config->waivers;
	intent.waiver_count = config->waiver_count;
	*ret_intent = intent;
	return 0;
}

int ka_read_intent(const struct ka_options *options, struct ka_intent *ret_intent,
		   struct ka_error *reterr)
{
	struct ka_config config;

	if (ka_config_read(options, &config, reterr) < 0)
		return -1;
	return ka_make_intent(options, &config, ret_intent, reterr);
}
