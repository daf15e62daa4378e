/* A list of profiles for people. */
#ifndef KA_OUT_TEXT_PROFILES_H
#define KA_OUT_TEXT_PROFILES_H

#include "core/judged_profile.h"
#include "out/writer.h"

/* Writes a table with a row per hop, and one per HTTP keepalive of a server or client. */
void ka_text_profiles(struct ka_writer *writer, const struct ka_judged_profile *profiles,
		      size_t count);

#endif
