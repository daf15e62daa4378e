/* HOST:PORT: taken apart, and looked up. */
#ifndef KA_CLI_TARGET_H
#define KA_CLI_TARGET_H

#include "cli/options.h"
#include "core/connection.h"

struct ka_target {
	const char *host; /* as given, without the brackets */
	bool is_v6;
	struct ka_endpoint end;
	const char *address; /* "10.0.0.1:80", "[2001:db8::1]:80"; arena-owned */
};

/* Takes word apart: a name, an IPv4 address, or an IPv6 address in brackets, a colon and a port. A
 * name is looked up by the system's resolver, in a process of its own. KA_E_TARGET for what is no
 * such word, or the resolver's error. */
int ka_target_read(const struct ka_options *options, const char *word, struct ka_target *ret_target,
		   struct ka_error *reterr);

/* [ADDRESS:]PORT with an address that is one, by default 127.0.0.1. Port 0 is any that is free. */
int ka_target_read_local(const struct ka_options *options, const char *word,
			 struct ka_target *ret_target, struct ka_error *reterr);

/* Fills in address anew, after the port has changed. */
void ka_target_name_address(struct ka_arena *arena, struct ka_target *target);

#endif
