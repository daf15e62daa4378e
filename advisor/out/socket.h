/* Connections, as lines of JSON and as a table for people. */
#ifndef KA_OUT_SOCKET_H
#define KA_OUT_SOCKET_H

#include "core/socket_filter.h"
#include "core/socket_summary.h"
#include "out/writer.h"

/* One connection with everything that is known of it. */
struct ka_socket_view {
	const char *netns; /* its namespace, of several; NULL: the only one */
	const struct ka_connection *connection;
	const struct ka_socket_judgement *judgement;
	const struct ka_socket_judge *judge;
	bool has_owner; /* the process was found */
	struct ka_socket_owner_words owner;
	int fd;
	const struct ka_socket_options *options; /* NULL: not known */
};

/* Adds one line, schema kaadvise.socket/1 (docs/socket.schema.json). Quick: no library; what is not
 * UTF-8 is escaped like on a terminal. text->has_failed without memory. */
void ka_json_socket(struct ka_text *text, const struct ka_socket_view *view);

/* The summary: counts of each verdict, then programs, the worst first, at most so many. */
void ka_text_socket_summary(struct ka_writer *writer, const struct ka_socket_summary *summary,
			    size_t programs);

/* The table of connections, the worst first as they are given; of total, where more were left out.
 */
void ka_text_socket_table(struct ka_writer *writer, const struct ka_socket_view *views,
			  size_t count, size_t total);

/* One line for the report of `check`: "12 established connections: 3 late, ...". Arena-owned. */
const char *ka_socket_summary_line(struct ka_arena *arena, const struct ka_socket_summary *summary);

#endif
