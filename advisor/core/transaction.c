#include "core/transaction.h"

#include <string.h>

const char *const ka_transaction_kind_words[] = {"apply", "rollback", "rearm", NULL};
const char *const ka_transaction_state_words[] = {"begun", "done", "put-back", NULL};

bool ka_same_place(const struct ka_place *a, const struct ka_place *b)
{
	const struct ka_netns_id *one = &a->netns, *other = &b->netns;

	if (one->is_initial || other->is_initial)
		/* Its inode may be another one under another kernel. */
		return one->is_initial == other->is_initial;
	if (one->has_cookie && other->has_cookie && one->cookie != other->cookie)
		return false;
	return one->inode == other->inode && strcmp(a->boot_id, b->boot_id) == 0;
}

int ka_undone_by(const struct ka_transaction *list, size_t count, int id)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].kind == KA_ROLLBACK && list[i].of == id && list[i].state == KA_FINISHED)
			return list[i].id;
	return 0;
}

const struct ka_transaction *ka_newest_to_undo(const struct ka_transaction *list, size_t count,
					       const struct ka_place *place)
{
	const struct ka_transaction *newest = NULL;

	for (size_t i = 0; i < count; i++)
		if (list[i].kind == KA_APPLY && list[i].state == KA_FINISHED &&
		    ka_same_place(&list[i].place, place) && (!newest || list[i].id > newest->id) &&
		    !ka_undone_by(list, count, list[i].id))
			newest = &list[i];
	return newest;
}

const struct ka_transaction *ka_transaction_find(const struct ka_transaction *list, size_t count,
						 int id)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].id == id)
			return &list[i];
	return NULL;
}
