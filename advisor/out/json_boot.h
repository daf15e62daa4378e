/* What a host has after boot, as JSON: the key boot of the report. */
#ifndef KA_OUT_JSON_BOOT_H
#define KA_OUT_JSON_BOOT_H

#include "core/boot.h"
#include "out/json_value.h"

/* {"time_s", "intvl_s", "probes"}. */
json_t *ka_json_settings(const struct ka_settings *settings);

/* null for NULL: it was not looked at. */
json_t *ka_json_boot(struct ka_arena *arena, const struct ka_boot *boot);

#endif
