/* SPDX-License-Identifier: EUPL-1.2 */
/* etrier-sample KIND CHANNEL: a whole `deliver` line with invented people, for
 * tests in shell. */
#include <etrier/courier.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	json_t *line = argc == 3 ? courier_sample(argv[1], argv[2]) : NULL;
	if (!line) {
		fprintf(stderr,
			"usage: etrier-sample digest|offer email|sms\n");
		return 2;
	}
	char *text = json_dumps(line, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(line);
	return 0;
}
