#include "helper/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

int ka_resolve(struct ka_arena *arena, const char *name, const char **ret_address,
	       struct ka_failure *retfailure)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
	char text[INET6_ADDRSTRLEN + 1 + 16]; /* %, and an interface's name */
	int error = getaddrinfo(name, NULL, &hints, &list);

	if (error == 0)
		error = getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof(text), NULL, 0,
				    NI_NUMERICHOST);
	if (list)
		freeaddrinfo(list);
	if (error)
		return ka_refuse(retfailure, KA_STEP_RESOLVE, "%s", gai_strerror(error));
	*ret_address = ka_arena_printf(arena, "%s", text);
	return 0;
}
