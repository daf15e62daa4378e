#include "core/rearm.h"

#include "core/keepalive.h"

/* When the next probe of a socket leaves whose timer is armed now, in idle time, at the latest. */
static int64_t after_toggle_ms(const struct ka_socket_judge *judge,
			       const struct ka_socket_judgement *judgement,
			       const struct ka_settings *settings)
{
	return judgement->idle_ms + ka_latest_ms(settings->value[KA_TIME], judge->hz);
}

static bool has_own_time(const struct ka_socket_judge *judge,
			 const struct ka_socket_options *options)
{
	return options->settings.value[KA_TIME] != judge->settings.value[KA_TIME];
}

static enum ka_mend_how cannot(const char *why, const char **ret_why)
{
	*ret_why = why;
	return KA_MEND_CANNOT;
}

/* Whether probes with these values come often enough for the hop. */
static bool would_hold(const struct ka_socket_judge *judge, const struct ka_settings *settings)
{
	int64_t silence_ms = ka_silence_ms(settings, 0, judge->hz);

	return ka_settings_work(settings) &&
	       (!judge->has_hop || silence_ms <= judge->idle_timeout_ms - judge->margin_ms);
}

/* Arms the timer anew with the T of the namespace. */
static enum ka_mend_how arm(const struct ka_socket_judge *judge,
			    const struct ka_mend_request *request,
			    const struct ka_socket_judgement *judgement,
			    const struct ka_socket_options *options, const char **ret_why)
{
	struct ka_settings settings = options->settings;

	if (request->pin) {
		settings.value[KA_TIME] = judge->settings.value[KA_TIME];
		return would_hold(judge, &settings)
			       ? KA_MEND_PIN
			       : cannot("the values in force are too long: apply others first",
					ret_why);
	}
	if (!would_hold(judge, &settings))
		return cannot(ka_settings_equal(&settings, &judge->settings)
				      ? "the values in force are too long: apply others first"
				      : "the program has set values of its own on it",
			      ret_why);
	if (!judge->has_hop || after_toggle_ms(judge, judgement, &settings) <=
				       judge->idle_timeout_ms - judge->margin_ms)
		return KA_MEND_TOGGLE;
	return has_own_time(judge, options) ? cannot("the program has set a time of its own on it, "
						     "which starts too late",
						     ret_why)
					    : KA_MEND_TOGGLE_AT_ONE;
}

/* Late for a timer that another one would not be late with; without a path all such timers. */
static bool is_to_rearm(const struct ka_socket_judge *judge,
			const struct ka_socket_judgement *judgement)
{
	return judgement->verdict == KA_V_LATE ||
	       (!judge->has_hop && judgement->verdict == KA_V_NONE && judgement->is_old_timer);
}

static bool is_to_enable(const struct ka_socket_judge *judge,
			 const struct ka_socket_judgement *judgement)
{
	return judgement->verdict == KA_V_BARE ||
	       (!judge->has_hop && judgement->verdict == KA_V_NONE &&
		judgement->keepalive == KA_NO);
}

bool ka_mend_is_wanted(const struct ka_socket_judge *judge, const struct ka_mend_request *request,
		       const struct ka_connection *connection,
		       const struct ka_socket_judgement *judgement)
{
	return connection->state == KA_TCP_ESTABLISHED &&
	       ((request->rearm && is_to_rearm(judge, judgement)) ||
		(request->enable && is_to_enable(judge, judgement)));
}

enum ka_mend_how ka_mend_decide(const struct ka_socket_judge *judge,
				const struct ka_mend_request *request,
				const struct ka_connection *connection,
				const struct ka_socket_judgement *judgement,
				const struct ka_socket_options *options, const char **ret_why)
{
	if (!ka_mend_is_wanted(judge, request, connection, judgement))
		return KA_MEND_NOTHING;
	return arm(judge, request, judgement, options, ret_why);
}

int64_t ka_mend_due_ms(size_t at, size_t count, int64_t over_ms)
{
	return count > 0 ? over_ms * (int64_t)at / (int64_t)count : 0;
}
