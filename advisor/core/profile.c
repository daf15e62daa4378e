#include "core/profile.h"

const char *const ka_probe_effect_words[] = {"refreshes", "regenerated", "ignored", "unknown",
					     NULL};
const char *const ka_expiry_words[] = {"silent", "reset-on-next", "reset-both", "drop",
				       "close",  "unknown",       NULL};
const char *const ka_confirmed_words[] = {"vendor",     "parameter-reference", "source-code",
					  "experiment", "second-hand",         "inferred",
					  NULL};
const char *const ka_client_closes_words[] = {"unstated", "active", "on-reuse", NULL};
const char *const ka_client_closes_meanings[] = {"", "closes idle connections itself",
						 "looks at their age only on reuse", NULL};

const char *const ka_profile_kind_words[] = {"product", "server", "client", "path", "alias", NULL};

enum ka_profile_kind ka_profile_kind(const struct ka_profile *profile)
{
	if (profile->is_alias)
		return KA_ALIAS;
	if (profile->hop_count > 1)
		return KA_COMPOSED;
	if (profile->hop_count == 1)
		return KA_PRODUCT;
	return profile->http.has_client && !profile->http.has_server ? KA_CLIENT : KA_SERVER;
}

/* Howard Hinnant's "days from civil", which counts years from March so that the leap day is last.
 */
int64_t ka_day_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t from_march = (month + 9) % 12;
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y % 400;
	int64_t of_year = (153 * from_march + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}
