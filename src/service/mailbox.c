/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The mailbox: a service whose messages are kept for whoever reads the inbox, and answered by
 * nothing.
 *
 * For what comes without being asked for, and for answers whose question another system has put. On
 * the synchronous channel the caller gets an empty answer.
 */
#include "config.h"

#include "service/inner.h"

int
mailbox_keep(const struct service_room *room, const struct service_call *call,
    struct service_answer *answer, struct err *e)
{
	(void)room;
	(void)call;
	(void)e;
	*answer = (struct service_answer){.code = ERR_OK};
	return 0;
}
