/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl: the program is run.c; this is its door. */
#include "ctl.h"

#include <etrier/log.h>

#include <signal.h>

int main(int argc, char **argv)
{
	log_open("ctl", LOG_WARNING);
	/* An engine that hangs up, or a pager that was left, is said in words
	 * by whoever was writing. */
	signal(SIGPIPE, SIG_IGN);
	return ctl_run(argc - 1, argv + 1);
}
