/* What kaadvise and kaadvise-fetch say to each other: the request on the helper's standard input,
 * the answer on its standard output. Nothing secret stands in the arguments or the environment.
 *
 * kaadvise-fetch (no arguments) downloads. The request is lines of `KEY VALUE`, and an empty line:
 *
 *	url https://host/path          required; no fragment, no user name
 *	header NAME: VALUE             repeated; sent to the URL's own origin only
 *	etag VALUE                     sent as If-None-Match
 *	last-modified VALUE            sent as If-Modified-Since
 *	insecure-http yes              http:// to a loopback address is allowed
 *	signature yes                  URL.minisig is wanted too
 *
 * The answer is lines of `KEY VALUE`, an empty line, the body and then the signature file:
 *
 *	status 200 | 304
 *	etag VALUE                     where the server sent one
 *	last-modified VALUE
 *	length N                       bytes of body (0 for 304)
 *	signature-length N             when it was asked for and the status is 200
 *
 * or, after any failure, one printable line and nothing else:
 *
 *	error STEP MESSAGE             STEP is one of ka_wire_steps; MESSAGE is for people
 *
 * It ends with 0 after an answer, with 1 after an error line, with 2 when it was called otherwise.
 * No line of either side is longer than KA_WIRE_LINE_MAX, and the request's are printable ASCII.
 *
 * kaadvise-fetch --verify has no network. The request is
 *
 *	key-length N
 *	signature-length N
 *	length N
 *
 * an empty line, and the three: a minisign public key file, a signature file, the content. The
 * answer is `verified KEYID TRUSTED COMMENT`, or an error line with the step signature or key.
 *
 * kaadvise-fetch --resolve looks a host up: the request is `name NAME` and an empty line, the
 * answer `address ADDRESS`, the first of its numeric addresses, or an error line with the step
 * resolve. */
#ifndef KA_HELPER_WIRE_H
#define KA_HELPER_WIRE_H

enum {
	KA_WIRE_BODY_MAX = 64 * 1024,     /* bytes */
	KA_WIRE_SIGNATURE_MAX = 4 * 1024, /* bytes, of a signature or key file */
	KA_WIRE_LINE_MAX = 2 * 1024,      /* bytes of one line without its end */
	KA_WIRE_HEADERS_MAX = 16,         /* lines of --header-file */
	KA_WIRE_REDIRECTS_MAX = 5,
	KA_WIRE_NAME_MAX = 253, /* bytes of a host name, RFC 1035 section 2.3.4 without the dot */
	KA_WIRE_TIME_S = 10,    /* for everything: redirections and the signature too */
};

/* Where a download failed. */
enum ka_wire_step {
	KA_STEP_REQUEST, /* a malformed request, or a URL that is not allowed */
	KA_STEP_SANDBOX, /* privileges could not be given up */
	KA_STEP_RESOLVE,
	KA_STEP_CONNECT,
	KA_STEP_TLS,
	KA_STEP_REDIRECT,
	KA_STEP_STATUS, /* the message begins with the number: "404 Not Found" */
	KA_STEP_SIZE,
	KA_STEP_TIME,
	KA_STEP_CONTENT, /* cut short, or not understood */
	KA_STEP_SIGNATURE,
	KA_STEP_KEY,
	KA_STEP_COUNT
};

/* "request", "sandbox", "resolve", ... in the order of the enumeration. */
#define KA_WIRE_STEPS                                                                              \
	{                                                                                          \
		"request", "sandbox", "resolve", "connect", "TLS", "redirect", "status", "size",   \
			"time", "content", "signature", "key",                                     \
	}

/* Headers that say how the message is framed or where it goes: they are libcurl's to write. */
#define KA_WIRE_RESERVED_HEADERS                                                                   \
	{                                                                                          \
		"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host",               \
			"If-Modified-Since", "If-None-Match", "Keep-Alive", "Proxy-Connection",    \
			"Range", "TE", "Trailer", "Transfer-Encoding", "Upgrade",                  \
	}

#endif
