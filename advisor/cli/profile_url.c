#include "cli/profile_url.h"

#include <string.h>

bool ka_is_url(const char *word)
{
	return strstr(word, "://") != NULL;
}

int ka_profile_download(const struct ka_options *options, const char *url,
			struct ka_downloaded *ret_downloaded, struct ka_error *reterr)
{
	(void)options;
	(void)url;
	(void)ret_downloaded;
	return ka_fail(reterr, KA_E_INTERNAL, "not written yet");
}
