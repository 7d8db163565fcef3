/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEST_KILL_OUTSIDE_H
#define ETRIER_TEST_KILL_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The world outside of test_kill: a mail relay and an SMS gateway on loopback,
 * processes of their own that outlive the engine and misbehave once in each way
 * they know. What they saw is one log, a line an event, kept by them alone:
 *
 *   mail MESSAGE-ID TO HASH   a whole mail (HASH: of its bytes), taken or not
 *   refused 450 | 421         a mail that was refused for now
 *   sms ID TO REF [lost]      an SMS that leaves; lost: nobody was told
 *   busy ID                   429, nothing was taken
 *
 * The tests write "heard ..." into it for call-backs that were answered. */
enum outside_fault { /* the last digits of a number */
		     OUTSIDE_ANSWERS =
			     1,	      /* ... and says "1", and something else */
		     OUTSIDE_LOST,    /* the first answer never comes, nor a
					 receipt */
		     OUTSIDE_BUSY,    /* 429 the first time */
		     OUTSIDE_EARLY,   /* its receipts overtake the answer, in
					 disorder */
		     OUTSIDE_STOPS,   /* says STOP after the first SMS */
		     OUTSIDE_TIMEOUT, /* as LOST, but its receipt comes */
		     OUTSIDE_N_SMS = OUTSIDE_TIMEOUT,
		     OUTSIDE_GREYLISTED, /* mail: 450 at RCPT the first time */
		     OUTSIDE_DROPPED, /* mail: no answer to the first final dot
				       */
		     OUTSIDE_PLAIN, /* mail: nothing (421 meets whom it may) */
		     OUTSIDE_N = OUTSIDE_PLAIN
};

struct outside {
	char folder[256], log[300];
	int relay_port, gateway_port;
	int mails, texts; /* where they listen */
	pid_t relay, gateway;
};

/* Once: the ports. */
void outside_open(struct outside *o);
/* Two processes that have met nobody yet. The gateway closes the connection at
 * once when an answer is to be lost; is_patient: to OUTSIDE_TIMEOUT it says
 * nothing instead, for as long as the lane waits. */
void outside_start(struct outside *o, bool is_patient);
void outside_stop(struct outside *o);
void outside_append(const struct outside *o, const char *line);
/* The whole log; the caller frees. */
char *outside_read(const struct outside *o);
/* How many lines begin so. */
int outside_count(const char *log, const char *start);

#endif
