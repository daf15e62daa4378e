#include "core/sysctls.h"

#include "base/number.h"

#include <string.h>

#define ROW(name, unit, initial, max)                                                              \
	{                                                                                          \
		"net.ipv4." name, "net/ipv4/" name, name, unit, initial, 1, max                    \
	}

const struct ka_sysctl ka_sysctls[KA_KEY_COUNT] = {
	[KA_TIME] = ROW("tcp_keepalive_time", "s", 7200, 32767),
	[KA_INTVL] = ROW("tcp_keepalive_intvl", "s", 75, 32767),
	[KA_PROBES] = ROW("tcp_keepalive_probes", "", 9, 127),
};

bool ka_settings_equal(const struct ka_settings *a, const struct ka_settings *b)
{
	return memcmp(a->value, b->value, sizeof(a->value)) == 0;
}

bool ka_settings_in_range(const struct ka_settings *settings)
{
	for (int key = 0; key < KA_KEY_COUNT; key++)
		if (settings->value[key] < ka_sysctls[key].min ||
		    settings->value[key] > ka_sysctls[key].max)
			return false;
	return true;
}

bool ka_settings_work(const struct ka_settings *settings)
{
	return settings->value[KA_TIME] > 0 && settings->value[KA_INTVL] > 0 &&
	       settings->value[KA_PROBES] > 0;
}

int ka_settings_parse(const char *text, struct ka_settings *ret_settings, struct ka_error *reterr)
{
	struct ka_settings settings;
	const char *at = text;

	for (int key = 0; key < KA_KEY_COUNT; key++) {
		char number[24];
		size_t length = strcspn(at, ",");

		if (length >= sizeof(number))
			goto bad;
		memcpy(number, at, length);
		number[length] = '\0';
		/* INT_MAX is the most that any kernel keeps. */
		if (!ka_parse_integer(number, &settings.value[key]) ||
		    settings.value[key] > INT32_MAX || settings.value[key] < INT32_MIN)
			goto bad;
		at += length;
		if ((*at == ',') != (key + 1 < KA_KEY_COUNT))
			goto bad;
		at += *at == ',';
	}
	*ret_settings = settings;
	return 0;
bad:
	return ka_fail(reterr, KA_E_OPTION_VALUE,
		       "'%s' is not a triple: expected TIME,INTVL,PROBES, as in 7200,75,9", text);
}
