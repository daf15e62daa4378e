/* Where findings are, as programs outside of the subject see it: for the formats that other
 * programs read. */
#ifndef KA_OUT_SPOT_H
#define KA_OUT_SPOT_H

#include "core/report.h"

struct ka_spot {
	const char *path; /* of the subject's root, with the file in it, or of a file of ours; bytes
			     from outside */
	unsigned line;    /* 1-based; 0: the file as a whole */
	unsigned column;  /* 1-based; 0: none, or not told: characters and bytes are not the same */
	const char *text; /* the line, bytes from outside; NULL: not known */
};

/* The lines of one subject, to look up spots in. */
struct ka_spots {
	const struct ka_facts *facts;
	const struct ka_spot *lines; /* path is here the file inside the root; in order */
	size_t count;
};

/* Arena-owned, as all results here; the arena's has_failed tells of lack of memory. facts must
 * outlive the result. */
struct ka_spots ka_spots_make(struct ka_arena *arena, const struct ka_facts *facts);

/* Whether the finding has a place; *ret_spot is then where. */
bool ka_spot_find(const struct ka_spots *spots, struct ka_arena *arena,
		  const struct ka_finding *finding, struct ka_spot *ret_spot);

/* root and a file inside of it, without `.` and slashes that say nothing; file may be "". */
const char *ka_spot_path(struct ka_arena *arena, const char *root, const char *file);

#endif
