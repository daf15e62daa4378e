/* What kaadvise asks for, as wire.h describes it: strict and bounded. */
#ifndef KA_HELPER_REQUEST_H
#define KA_HELPER_REQUEST_H

#include "base/arena.h"
#include "helper/failure.h"

#include <stdbool.h>
#include <stddef.h>

struct ka_request {
	const char *url;
	const char *headers[KA_WIRE_HEADERS_MAX]; /* "NAME: VALUE" */
	size_t header_count;
	const char *etag, *last_modified; /* NULL: none */
	bool insecure_http, wants_signature;
};

struct ka_bytes {
	const char *bytes;
	size_t length;
};

struct ka_verify_request {
	struct ka_bytes key, signature, content;
};

/* Reads the lines of a request for a download, with the empty line that ends them: the whole of
 * bytes[0..length). Arena-owned. -1 with KA_STEP_REQUEST. */
int ka_request_parse(struct ka_arena *arena, const char *bytes, size_t length,
		     struct ka_request *ret_request, struct ka_failure *retfailure);

/* Reads the lines in front of what is to be verified: only the three lengths are filled in, each
 * within its limit. -1 with KA_STEP_REQUEST. */
int ka_verify_request_parse(const char *bytes, size_t length, struct ka_verify_request *ret_request,
			    struct ka_failure *retfailure);

/* Reads the lines of a request for an address: *ret_name is a host name, arena-owned. -1 with
 * KA_STEP_REQUEST. */
int ka_resolve_request_parse(struct ka_arena *arena, const char *bytes, size_t length,
			     const char **ret_name, struct ka_failure *retfailure);

/* Reads one request from a descriptor, up to its empty line; more than that is refused. */
int ka_request_read(struct ka_arena *arena, int fd, struct ka_request *ret_request,
		    struct ka_failure *retfailure);

/* The same for --resolve. */
int ka_resolve_request_read(struct ka_arena *arena, int fd, const char **ret_name,
			    struct ka_failure *retfailure);

/* The same for --verify, with the three that follow the empty line. */
int ka_verify_request_read(struct ka_arena *arena, int fd, struct ka_verify_request *ret_request,
			   struct ka_failure *retfailure);

#endif
