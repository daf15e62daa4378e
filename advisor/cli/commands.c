#include "cli/commands.h"

#include <string.h>

const struct ka_command ka_commands[KA_CMD_COUNT] = {
	[KA_CMD_CHECK] =
		{"check", "[SUBJECT] [PATH] [GOALS]",
		 "judge the keepalive values of this host on a path",
		 "Reads the three sysctls and says what they do: when a dead peer is noticed, "
		 "whether each hop of the path keeps the session known, and which values would. "
		 "Without a path it states the facts and which known middleboxes they would "
		 "survive.",
		 0, 0, ka_cmd_check},
	[KA_CMD_RECOMMEND] =
		{"recommend", "PATH [GOALS] [--settings T,I,P]",
		 "choose values for a path, with proof; no host is read",
		 "Chooses the three values for a path and proves them. Values given by "
		 "--settings (default: the kernel's, 7200,75,9) are kept when they are good "
		 "enough. The exit code is 1 when no values satisfy the path and the goals.",
		 0, 0, ka_cmd_recommend},
	[KA_CMD_APPLY] =
		{"apply", "[--netns NETNS | --root DIR] (PATH [GOALS] | --set T,I,P)",
		 "set the recommended values, now and for the next boot",
		 "Sets the values in the running kernel and in a file of /etc/sysctl.d, after "
		 "writing down what was there before. Either everything is changed or nothing "
		 "is. In a network namespace or container only the running values are set, in an "
		 "image (--root) only the file is written. Where a line of another file would win "
		 "at boot, it is named and nothing is changed.",
		 0, 0, ka_cmd_apply},
	[KA_CMD_ROLLBACK] =
		{"rollback", "[TRANSACTION] [--force]",
		 "undo the last apply of this network namespace",
		 "Puts back the values and the file of the newest transaction that is not yet "
		 "undone, or of the one named. Refuses when somebody changed them since.",
		 0, 1, ka_cmd_rollback},
	[KA_CMD_HISTORY] = {"history", "", "list what apply and rollback did",
			    "Lists the transactions of the journal in /var/lib/kaadvise.", 0, 0,
			    ka_cmd_history},
	[KA_CMD_SOCKETS] =
		{"sockets", "[--netns NETNS] [PATH] [FILTERS] [--rearm] [--enable]",
		 "judge the connections that are open now, and mend them",
		 "Reads all TCP connections from the kernel and says which of them a hop of the "
		 "path "
		 "will forget, which it has forgotten, and whose they are. --rearm and --enable "
		 "mend "
		 "them while they are open, without a restart and without a word to the program. "
		 "Without a path it shows states and timers.",
		 0, 0, ka_cmd_sockets},
	[KA_CMD_PROFILES] =
		{"profiles", "list [WORD]... | show ID | validate FILE... | fetch URL",
		 "list, show, check or fetch profiles of middleboxes",
		 "list: the known profiles, or those that contain every WORD. show: one "
		 "profile as YAML. validate: checks files and prints every error with its "
		 "place. fetch: downloads a profile, checks it, keeps it for later runs and prints "
		 "the URL with the pin to copy.",
		 1, 64, ka_cmd_profiles},
	[KA_CMD_CONFIG] =
		{"config", "show [PATH] [GOALS]", "show the configuration in force, and from where",
		 "Lists the path, side, HTTP keepalive, goals and waivers that a check with the "
		 "same options would use, each with the file and line, flag, profile or default "
		 "that it comes from.",
		 1, 1, ka_cmd_config},
	[KA_CMD_MEASURE] =
		{"measure", "HOST:PORT | --listen PORT",
		 "find out how long a path remembers idle connections",
		 "Opens connections, leaves them idle for different times, uses them again and "
		 "sees whether they still work; by rounds, until the idle timeout is known as "
		 "exactly as --precision asks. Then tries whether keepalive probes refresh it. "
		 "The answer is an interval: the longest idle time that was survived, and the "
		 "shortest that was not.",
		 0, 1, ka_cmd_measure},
	[KA_CMD_EXPLAIN] =
		{"explain", "RULE | ERROR | PROFILE", "explain a rule, an error or a profile",
		 "Explains a rule (KA201), an error id (KA-P012) or a profile (aws-nlb).", 1, 1,
		 ka_cmd_explain},
	[KA_CMD_RULES] = {"rules", "", "list the rules", "Lists all rules with their severity.", 0,
			  0, ka_cmd_rules},
};
