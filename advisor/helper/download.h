/* A whole download: the URL, its redirections, its signature. */
#ifndef KA_HELPER_DOWNLOAD_H
#define KA_HELPER_DOWNLOAD_H

#include "helper/answer.h"
#include "helper/request.h"
#include "helper/transfer.h"

/* Arena-owned. Redirections lead to https:// only (after http:// to a loopback address also
 * there); headers and validators go to the URL's own origin alone. */
int ka_download(const struct ka_client *client, const struct ka_request *request,
		struct ka_download *ret_download, struct ka_failure *retfailure);

#endif
