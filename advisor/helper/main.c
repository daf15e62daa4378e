/* kaadvise-fetch: downloads for kaadvise, verifies a signature (--verify) or looks up a host
 * (--resolve). It speaks wire.h on its standard input and output. Nothing here trusts what it
 * reads, and before the first byte comes from outside the process has given up what it could do
 * harm with. */
#include "helper/answer.h"
#include "helper/download.h"
#include "helper/minisign.h"
#include "helper/request.h"
#include "helper/resolve.h"
#include "helper/sandbox.h"
#include "helper/trust.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char verify_mode[] = "--verify", resolve_mode[] = "--resolve";
static volatile sig_atomic_t is_answering;

/* The last resort: a library that waits longer than it was told to. */
static void end_late(int number)
{
	static const char line[] = "error time not finished in time\n";

	(void)number;
	if (!is_answering && write(STDOUT_FILENO, line, sizeof(line) - 1) < 0)
		_exit(1);
	_exit(1);
}

/* One second after the deadline, which ends everything that goes as it should. */
static void arm(void)
{
	struct sigaction action = {.sa_handler = end_late};
	sigset_t alarms;

	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigaction(SIGALRM, &action, NULL);
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
	alarm(KA_WIRE_TIME_S + 1);
}

static int verify(struct ka_arena *arena, struct ka_failure *retfailure)
{
	struct ka_verify_request request;
	struct ka_signer signer;

	if (ka_sandbox_enter(KA_SANDBOX_VERIFY, retfailure) != 0 ||
	    ka_verify_request_read(arena, STDIN_FILENO, &request, retfailure) != 0 ||
	    ka_minisign_verify(arena, &request, &signer, retfailure) != 0)
		return -1;
	is_answering = 1;
	ka_answer_verified(arena, STDOUT_FILENO, signer.key_id, signer.trusted_comment);
	return 0;
}

static int resolve(struct ka_arena *arena, struct ka_failure *retfailure)
{
	const char *name, *address;

	if (ka_sandbox_enter(KA_SANDBOX_DOWNLOAD, retfailure) != 0 ||
	    ka_resolve_request_read(arena, STDIN_FILENO, &name, retfailure) != 0 ||
	    ka_resolve(arena, name, &address, retfailure) != 0)
		return -1;
	is_answering = 1;
	ka_answer_address(arena, STDOUT_FILENO, address);
	return 0;
}

static int download_by(struct ka_client *client, struct ka_failure *retfailure)
{
	struct ka_request request;
	struct ka_download download;

	if (ka_request_read(client->arena, STDIN_FILENO, &request, retfailure) != 0 ||
	    ka_client_open(client, retfailure) != 0 ||
	    ka_download(client, &request, &download, retfailure) != 0)
		return -1;
	is_answering = 1;
	ka_answer_download(STDOUT_FILENO, &download);
	return 0;
}

static int download(struct ka_arena *arena, const struct ka_trust *trust,
		    struct ka_failure *retfailure)
{
	struct ka_client client = {.arena = arena,
				   .trust = trust,
				   .deadline_ms = ka_now_ms() + (int64_t)KA_WIRE_TIME_S * 1000,
				   .listener = STDOUT_FILENO};
	int result = -1;

	if (ka_sandbox_enter(KA_SANDBOX_DOWNLOAD, retfailure) == 0)
		result = download_by(&client, retfailure);
	ka_client_close(&client);
	return result;
}

static int run(struct ka_arena *arena, const char *mode, struct ka_failure *retfailure)
{
	struct ka_trust trust = {0};
	int result;

	if (mode) {
		ka_process_clean();
		return mode == verify_mode ? verify(arena, retfailure) : resolve(arena, retfailure);
	}
	result = ka_trust_read(&trust, retfailure);
	ka_process_clean();
	if (result == 0)
		result = download(arena, &trust, retfailure);
	ka_text_clear(&trust.bundle);
	return result;
}

int main(int argc, char **argv)
{
	const char *mode = NULL;
	struct ka_arena arena = ka_arena_make(KA_ARENA_CAP);
	struct ka_failure failure;
	int result;

	if (argc == 2 && strcmp(argv[1], verify_mode) == 0)
		mode = verify_mode;
	else if (argc == 2 && strcmp(argv[1], resolve_mode) == 0)
		mode = resolve_mode;
	if (argc != 1 && !mode) {
		fputs("kaadvise-fetch belongs to kaadvise, which talks to it by itself\n", stderr);
		return 2;
	}
	arm();
	result = run(&arena, mode, &failure);
	if (result != 0) {
		is_answering = 1;
		ka_answer_failure(&arena, STDOUT_FILENO, &failure);
	}
	ka_arena_clear(&arena);
	return result == 0 ? 0 : 1;
}
