/* A part of a netlink dump, as it might come: messages, sockets, attributes; judged and written. */
#include "edge/netlink.h"
#include "edge/sock_diag.h"
#include "out/socket.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition) ((condition) ? (void)0 : abort())

struct reading {
	struct ka_socket_judge judge;
	struct ka_text text;
	size_t visited;
};

static bool visit(void *context, const struct nlmsghdr *header, const void *payload, size_t length)
{
	struct reading *reading = context;
	struct ka_connection connection;
	struct ka_socket_judgement judgement;
	struct ka_socket_view view = {
		.connection = &connection, .judgement = &judgement, .judge = &reading->judge};

	require(length + NLMSG_HDRLEN == header->nlmsg_len);
	reading->visited++;
	if (!ka_sock_diag_read(payload, length, &connection))
		return true;
	ka_socket_judge(&reading->judge, &connection, NULL, NULL, 0, &judgement);
	require(judgement.verdict < KA_V_COUNT && judgement.reason < KA_WHY_COUNT);
	require(judgement.verdict == KA_V_NONE || connection.state == KA_TCP_ESTABLISHED);
	require(judgement.probe_ms >= -1 && judgement.dead_ms >= -1);
	reading->text.length = 0;
	ka_json_socket(&reading->text, &view);
	require(reading->text.has_failed || reading->text.bytes[reading->text.length - 1] == '\n');
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading reading = {.judge = {.has_hop = true,
					    .hop_name = "hop",
					    .idle_timeout_ms = 350000,
					    .margin_ms = 1000,
					    .settings = KA_KERNEL_DEFAULTS,
					    .hz = 250,
					    .latest_ms = {7331072, 77048}}};
	bool is_interrupted = false;
	char *part = malloc(size > 0 ? size : 1); /* its own, aligned, and no byte more */
	int error = 0;

	require(part);
	memcpy(part, data, size);
	switch (ka_netlink_read_part(part, size, visit, &reading, &is_interrupted, &error)) {
	case KA_NETLINK_ERROR:
		require(error > 0);
		break;
	case KA_NETLINK_MORE:
	case KA_NETLINK_DONE:
		require(error == 0);
		break;
	case KA_NETLINK_STOP:
		abort();
	}
	require(reading.visited <= size / NLMSG_HDRLEN);
	ka_text_clear(&reading.text);
	free(part);
	return 0;
}
