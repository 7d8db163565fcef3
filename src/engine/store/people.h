/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_PEOPLE_PRIVATE_H
#define ETRIER_STORE_PEOPLE_PRIVATE_H

#include "db.h"

#include <etrier/store_people.h>

/* Between the files that keep people: staging, applying, joining, reading. */

/* "need:ORIGIN:REF:sealed", the associated data of a record's needs. An origin
 * has no colon in its name, so two records never share one. */
char *need_place(struct arena *a, const char *origin, const char *ref);
/* The needs of a record as JSON text in the arena; *json NULL: none. */
int need_read(struct store *s, const char *origin, const char *ref,
	      struct arena *a, const char **json, struct err *err);

/* Work the effective row of a person out of its records again; import > 0: it
 * was this one that touched it. */
int person_refresh(struct store *s, int64_t id, int64_t import,
		   struct err *err);
/* Make one record a record of person `to`. Someone left without a record is
 * folded into `to`. */
int person_move_record(struct store *s, const char *origin, const char *ref,
		       int64_t to, int64_t import, struct err *err);

/* The table of staged rows; at open. */
int stage_create(struct store *s, struct err *err);

#endif
