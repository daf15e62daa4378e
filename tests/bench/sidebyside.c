/*
 * usage: sidebyside ROUNDS COMMAND [WORD]... -- COMMAND [WORD]...
 *
 * Runs two commands in turn, each ROUNDS times, with standard output thrown away, and prints a line
 * for each: the medians of CPU time (user and system, of the whole process) and wall time in
 * microseconds, the peak resident memory in KiB, the exit code.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS 10000

struct command {
	char **words;
	int64_t cpu_us[MAX_ROUNDS];
	int64_t wall_us[MAX_ROUNDS];
	long peak_kib;
	int exit_code;
};

static struct command commands[2];

static void die(const char *what)
{
	perror(what);
	exit(4);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int64_t to_us(struct timeval time)
{
	return time.tv_sec * INT64_C(1000000) + time.tv_usec;
}

static void run_once(struct command *command, int round, posix_spawn_file_actions_t *actions)
{
	struct rusage usage;
	int64_t began = now_us();
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, command->words[0], actions, NULL, command->words, environ) != 0)
		die(command->words[0]);
	if (wait4(pid, &status, 0, &usage) < 0)
		die("wait4");
	command->wall_us[round] = now_us() - began;
	command->cpu_us[round] = to_us(usage.ru_utime) + to_us(usage.ru_stime);
	if (usage.ru_maxrss > command->peak_kib)
		command->peak_kib = usage.ru_maxrss;
	command->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

static long long median(int64_t *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void report(struct command *command, int rounds)
{
	printf("cpu_us %lld wall_us %lld peak_kib %ld exit %d  ", median(command->cpu_us, rounds),
	       median(command->wall_us, rounds), command->peak_kib, command->exit_code);
	for (char **word = command->words; *word; word++)
		printf(" %s", *word);
	putchar('\n');
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	int rounds = argc > 4 ? atoi(argv[1]) : 0, second = 2;

	while (second < argc && strcmp(argv[second], "--") != 0)
		second++;
	if (rounds < 1 || rounds > MAX_ROUNDS || second < 3 || second + 1 >= argc) {
		fputs("usage: sidebyside ROUNDS COMMAND [WORD]... -- COMMAND [WORD]...\n", stderr);
		return 2;
	}
	argv[second] = NULL;
	commands[0].words = argv + 2;
	commands[1].words = argv + second + 1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < 2; i++)
			run_once(&commands[(round + i) % 2], round, &actions);
	posix_spawn_file_actions_destroy(&actions);
	report(&commands[0], rounds);
	report(&commands[1], rounds);
	return 0;
}
