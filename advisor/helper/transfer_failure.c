#include "helper/transfer_failure.h"

#include <string.h>

/* What is added to a row's text. */
enum detail {
	NO_DETAIL,
	BUFFER,   /* libcurl's own words */
	OS_ERROR, /* the system call's */
	HOST,
};

static const struct row {
	CURLcode code;
	enum ka_wire_step step;
	enum detail detail;
	const char *text;
} rows[] = {
	{CURLE_COULDNT_RESOLVE_HOST, KA_STEP_RESOLVE, HOST, "no address is known for"},
	{CURLE_COULDNT_RESOLVE_PROXY, KA_STEP_RESOLVE, NO_DETAIL,
	 "no address is known for the proxy"},
	{CURLE_COULDNT_CONNECT, KA_STEP_CONNECT, OS_ERROR, "no connection"},
	{CURLE_PROXY, KA_STEP_CONNECT, BUFFER, "the proxy refuses"},
	{CURLE_GOT_NOTHING, KA_STEP_CONNECT, NO_DETAIL,
	 "the server closed the connection without an answer"},
	{CURLE_SSL_CONNECT_ERROR, KA_STEP_TLS, BUFFER, "no TLS connection"},
	{CURLE_SSL_CIPHER, KA_STEP_TLS, BUFFER, "no TLS connection"},
	{CURLE_SSL_CERTPROBLEM, KA_STEP_TLS, BUFFER, "no TLS connection"},
	{CURLE_SSL_CACERT_BADFILE, KA_STEP_TLS, NO_DETAIL,
	 "the named authorities hold no usable certificate"},
	{CURLE_SSL_ISSUER_ERROR, KA_STEP_TLS, BUFFER, "the certificate's issuer"},
	{CURLE_FILESIZE_EXCEEDED, KA_STEP_SIZE, NO_DETAIL, "too large"},
	{CURLE_PARTIAL_FILE, KA_STEP_CONTENT, NO_DETAIL,
	 "cut short: the connection ended before the content did"},
	{CURLE_WEIRD_SERVER_REPLY, KA_STEP_CONTENT, NO_DETAIL, "the server does not speak HTTP"},
	{CURLE_UNSUPPORTED_PROTOCOL, KA_STEP_CONTENT, NO_DETAIL, "the server does not speak HTTP"},
	{CURLE_BAD_CONTENT_ENCODING, KA_STEP_CONTENT, NO_DETAIL, "the content is garbled"},
	{CURLE_OUT_OF_MEMORY, KA_STEP_CONTENT, BUFFER, "too much to hold"},
};

/* X509_V_ERR_* of OpenSSL's <openssl/x509_vfy.h>, whose numbers never change. */
static const struct verdict {
	long number;
	const char *text;
} verdicts[] = {
	{2, "comes from an authority that this machine does not trust"},
	{9, "is not valid yet"},
	{10, "has expired"},
	{18, "is self-signed, and not trusted here"},
	{19, "comes from an authority that this machine does not trust"},
	{20, "comes from an authority that this machine does not trust"},
	{21, "comes from an authority that this machine does not trust"},
	{23, "was revoked"},
	{24, "comes from something that is no authority"},
	{26, "is not for a server"},
	{66, "has too weak a key"},
	{67, "comes from an authority with too weak a key"},
	{68, "is signed by too weak a digest"},
	{79, "comes from something that is no authority"},
};

/* Other TLS libraries count differently. */
static bool is_openssl(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	return info->ssl_version && strstr(info->ssl_version, "OpenSSL");
}

/* NULL where the number says nothing. */
static const char *verdict_text(long number)
{
	if (!is_openssl())
		return NULL;
	/* The chain is good, or nothing is known of it: libcurl itself compared the names. */
	if (number <= 1)
		return "is for another name";
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (verdicts[i].number == number)
			return verdicts[i].text;
	return NULL;
}

/* "error:0A00010B:SSL routines::wrong version number": the last part is for people. */
static const char *last_part(const char *text)
{
	const char *found;

	while ((found = strstr(text, "::")))
		text = found + 2;
	return text;
}

static void certificate_failure(CURL *easy, const struct ka_url *url, const char *buffer,
				struct ka_failure *retfailure)
{
	const char *owner = url->host, *text;
	long number = 0;

	curl_easy_getinfo(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &number);
	if (number != 0)
		owner = "the proxy";
	else
		curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &number);
	text = verdict_text(number);
	ka_failure_set(retfailure, KA_STEP_TLS, "the certificate of %.100s%s %.160s", owner,
		       text ? "" : ":", text ? text : last_part(buffer));
}

static bool has_passed(CURL *easy, CURLINFO moment)
{
	curl_off_t time = 0;

	return curl_easy_getinfo(easy, moment, &time) == CURLE_OK && time > 0;
}

static void time_failure(CURL *easy, const struct ka_url *url, const struct ka_transfer_end *end,
			 struct ka_failure *retfailure)
{
	const char *phase = "waiting for the answer";

	if (!has_passed(easy, CURLINFO_NAMELOOKUP_TIME_T))
		phase = "looking for the host's address";
	else if (!has_passed(easy,
			     url->is_plain ? CURLINFO_CONNECT_TIME_T : CURLINFO_APPCONNECT_TIME_T))
		phase = "connecting";
	if (end->has_headers)
		ka_failure_set(retfailure, KA_STEP_TIME,
			       "not finished within %d s: %zu bytes had come", KA_WIRE_TIME_S,
			       end->received);
	else
		ka_failure_set(retfailure, KA_STEP_TIME, "not finished within %d s, while %s",
			       KA_WIRE_TIME_S, phase);
}

/* A connection that broke: in front of the answer the server was not reached, after its
 * beginning the content is cut short. */
static void broken_failure(CURL *easy, const struct ka_transfer_end *end,
			   struct ka_failure *retfailure)
{
	long proxy_status = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	if (proxy_status != 0 && proxy_status / 100 != 2)
		ka_failure_set(retfailure, KA_STEP_CONNECT, "the proxy answered with status %ld",
			       proxy_status);
	else if (end->has_headers)
		ka_failure_set(retfailure, KA_STEP_CONTENT, "cut short after %zu bytes: %.160s",
			       end->received, last_part(end->text));
	else
		ka_failure_set(retfailure, KA_STEP_CONNECT, "the connection broke: %.160s",
			       last_part(end->text));
}

/* Whoever can end a connection in its handshake can keep it from beginning, too: the server was not
 * reached. Nothing but libcurl's words tells this from a handshake that failed. */
static bool broke_in_handshake(const struct ka_transfer_end *end)
{
	static const char *const signs[] = {"SSL_ERROR_SYSCALL", "eof while reading",
					    "Recv failure", "Send failure"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (end->code == CURLE_SSL_CONNECT_ERROR && strstr(end->text, signs[i]))
			return true;
	return false;
}

static void row_failure(CURL *easy, const struct ka_url *url, const struct row *row,
			const char *buffer, struct ka_failure *retfailure)
{
	const char *detail = "";
	long os_errno = 0;

	if (row->detail == HOST) {
		ka_failure_set(retfailure, row->step, "%s %.200s", row->text, url->host);
		return;
	}
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
	if (row->detail == OS_ERROR && os_errno != 0)
		detail = strerror((int)os_errno);
	else if (row->detail != NO_DETAIL)
		detail = last_part(buffer);
	ka_failure_set(retfailure, row->step, "%s%s%.160s", row->text, *detail ? ": " : "", detail);
}

void ka_transfer_failure(CURL *easy, const struct ka_url *url, const struct ka_transfer_end *end,
			 struct ka_failure *retfailure)
{
	const char *buffer = *end->text ? end->text : curl_easy_strerror(end->code);
	struct ka_transfer_end worded = *end;

	worded.text = buffer;
	if (end->code == CURLE_PEER_FAILED_VERIFICATION) {
		certificate_failure(easy, url, buffer, retfailure);
		return;
	}
	if (end->code == CURLE_OPERATION_TIMEDOUT) {
		time_failure(easy, url, end, retfailure);
		return;
	}
	if (broke_in_handshake(end)) {
		ka_failure_set(retfailure, KA_STEP_CONNECT,
			       "the connection broke in the TLS handshake");
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == end->code) {
			row_failure(easy, url, &rows[i], buffer, retfailure);
			return;
		}
	broken_failure(easy, &worded, retfailure);
}
