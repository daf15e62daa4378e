/* One change of one namespace, as the journal keeps it. Plain data, and the questions that a list
 * of them answers. */
#ifndef KA_CORE_TRANSACTION_H
#define KA_CORE_TRANSACTION_H

#include "core/sysctls.h"

#include <stddef.h>
#include <stdint.h>

/* A network namespace. */
struct ka_netns_id {
	uint64_t inode; /* of the namespace's file; unique as long as the namespace lives */
	uint64_t cookie;
	bool has_cookie; /* kernels since 5.14: unique until the next boot */
	bool is_initial; /* the one the machine booted with */
};

#define KA_BOOT_ID_SIZE 40

/* A namespace of one boot of the machine. */
struct ka_place {
	struct ka_netns_id netns;
	char boot_id[KA_BOOT_ID_SIZE]; /* "" where it is not known */
};

enum ka_transaction_kind {
	KA_APPLY,
	KA_ROLLBACK,
	KA_REARM, /* T is `to` for moments only; it always ends put back */
};
enum ka_transaction_state {
	KA_BEGUN,    /* under way, or its run died */
	KA_FINISHED, /* everything is as `to` says */
	KA_PUT_BACK, /* it failed: everything is as `from` says */
};
extern const char *const ka_transaction_kind_words[];  /* "apply", "rollback", "rearm" */
extern const char *const ka_transaction_state_words[]; /* "begun", "done", "put-back" */

/* What is there, or is to be there. */
struct ka_condition {
	struct ka_settings live;
	const char *file; /* the drop-in's text; NULL: there is no such file */
};

enum { KA_TRANSACTION_ID_MAX = 999999 };

struct ka_transaction {
	int id; /* 1.. */
	enum ka_transaction_kind kind;
	int of; /* the transaction that a rollback undoes */
	enum ka_transaction_state state;
	int64_t date_s; /* since the epoch */
	struct ka_place place;
	bool has_live;       /* it changes running values; otherwise from.live is to.live */
	const char *drop_in; /* the path of the file that it changes; NULL: none */
	const char *made;    /* the topmost directory that is made for it; NULL: none */
	struct ka_condition from, to;
	const char *purpose; /* one line: the words that asked for it */
};

/* Whether a is b. The initial namespace is the same across boots; another one lives in one boot
 * only. */
bool ka_same_place(const struct ka_place *a, const struct ka_place *b);

/* The rollback that undid the transaction with this id; 0: none did. */
int ka_undone_by(const struct ka_transaction *list, size_t count, int id);

/* The newest done apply of this place that is not undone; NULL: none. */
const struct ka_transaction *ka_newest_to_undo(const struct ka_transaction *list, size_t count,
					       const struct ka_place *place);

/* The transaction with this id, or NULL. */
const struct ka_transaction *ka_transaction_find(const struct ka_transaction *list, size_t count,
						 int id);

#endif
