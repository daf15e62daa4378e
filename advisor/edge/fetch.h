/* Downloads, by the separate program kaadvise-fetch (helper/wire.h): nothing of libcurl or TLS is
 * in this one. All that the helper says is checked as if a stranger had said it. */
#ifndef KA_EDGE_FETCH_H
#define KA_EDGE_FETCH_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* The helper, and what it is started with. */
struct ka_fetch_program {
	const char *path;
	char *const *environment; /* NULL-terminated; handed on as it is */
	/* Called once when a download takes longer than a second; NULL: nobody wants to know. */
	void (*on_wait)(void *context);
	void *context;
};

struct ka_fetch_request {
	const char *url;            /* without the fragment */
	const char *const *headers; /* "NAME: VALUE" */
	size_t header_count;
	const char *etag;          /* of a cached copy; NULL: none */
	const char *last_modified; /* of a cached copy; NULL: none */
	bool insecure_http;        /* http:// to a loopback address is allowed */
	bool wants_signature;      /* URL.minisig too */
};

struct ka_fetch_answer {
	bool is_unchanged; /* 304: the cached copy is still right; no bytes */
	const char *bytes;
	size_t length;
	const char *signature; /* NULL: none was asked for */
	size_t signature_length;
	const char *etag, *last_modified; /* NULL: the server sent none */
};

struct ka_fetch_bytes {
	const char *bytes;
	size_t length;
};

/* Downloads. Waits a little longer than KA_WIRE_TIME_S at most, then kills the helper; no process
 * is left behind. Arena-owned. -1 with KA_E_PROFILE_URL or KA_E_FETCH_*; the message begins with
 * the step ("resolve: ...") and has no URL: the caller puts it in front. */
int ka_fetch(struct ka_arena *arena, const struct ka_fetch_program *program,
	     const struct ka_fetch_request *request, struct ka_fetch_answer *ret_answer,
	     struct ka_error *reterr);

/* Whether the failure is one that anybody can cause by pulling a plug: no name, no connection, no
 * time, a server that is unwell. A kept copy may cover it. */
bool ka_fetch_is_outage(const struct ka_error *error);

/* Looks up the first address of a host, in a process of its own: the system's resolver loads what
 * it needs. *ret_address is arena-owned, and still to be checked. KA_E_FETCH_RESOLVE,
 * KA_E_FETCH_TIME, KA_E_FETCH_PROGRAM. */
int ka_fetch_resolve(struct ka_arena *arena, const struct ka_fetch_program *program,
		     const char *name, const char **ret_address, struct ka_error *reterr);

/* Verifies a minisign signature of content by the text of a public key file, in a process of its
 * own without network. *ret_signer is the key's id, arena-owned. KA_E_FETCH_SIGNATURE,
 * KA_E_FETCH_FILE for a bad key, KA_E_FETCH_PROGRAM. */
int ka_fetch_verify(struct ka_arena *arena, const struct ka_fetch_program *program,
		    const struct ka_fetch_bytes *key, const struct ka_fetch_bytes *signature,
		    const struct ka_fetch_bytes *content, const char **ret_signer,
		    struct ka_error *reterr);

#endif
