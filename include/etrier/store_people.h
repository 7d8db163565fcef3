/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_PEOPLE_H
#define ETRIER_STORE_PEOPLE_H

#include <etrier/store.h>
#include <etrier/vocab.h>

#include <jansson.h>

struct arena;

/* Origins, agencies, advisers, young people as their files tell of them, and
 * who does not want to be written to. Habits: store.h. */

/* --- origins, agencies, advisers ----------------------------------------- */
struct store_origin {
	const char *name;
	int kind;	    /* vocab_origin_kind: 0 ml, 1 cfa */
	const char *agency; /* of every row, or NULL: a column says it */
	int64_t import;	    /* number of the last applied import, 0: none */
	int64_t imported_at;
};
int store_origin_put(struct store *s, const char *name, int kind,
		     const char *agency, struct err *err);
int store_origin_get(struct store *s, const char *name, struct arena *a,
		     struct store_origin *out, struct err *err);

enum store_change { STORE_SAME, STORE_NEW, STORE_CHANGED };

/* fields: as of people.h (agency_from_json, adviser_from_json). Putting merges:
 * an absent key keeps what is stored, null clears it. */
struct store_agency {
	const char *code, *fields;
	int kind;	       /* vocab_origin_kind */
	enum agency_mode mode; /* off when new */
	int64_t mode_since;    /* INSTANT_NONE: never changed */
};
struct store_adviser {
	const char *agency, *ref, *fields;
	int digest;	  /* vocab_digest, of the file */
	const char *told; /* JSON: what the adviser said on a digest page since,
			   * NULL: nothing. A changed row forgets it. */
};
/* fields has the key code (and kind when new) / agency and ref. */
int store_agency_put(struct store *s, json_t *fields, enum store_change *change,
		     struct err *err);
int store_agency_get(struct store *s, const char *code, struct arena *a,
		     struct store_agency *out, struct err *err);
/* *old gets the former mode. Going live from off or preview to a mode that
 * sends also drops the ledger rows of preview and cancels its messages. */
int store_agency_set_mode(struct store *s, const char *code,
			  enum agency_mode mode, int64_t now,
			  enum agency_mode *old, struct err *err);
typedef int store_agency_fn(void *ctx, const struct store_agency *row);
int store_agencies_each(struct store *s, store_agency_fn *fn, void *ctx,
			struct err *err); /* by code */

int store_adviser_put(struct store *s, json_t *fields,
		      enum store_change *change, struct err *err);
int store_adviser_get(struct store *s, const char *agency, const char *ref,
		      struct arena *a, struct store_adviser *out,
		      struct err *err);
typedef int store_adviser_fn(void *ctx, const struct store_adviser *row);
int store_advisers_each(struct store *s, const char *agency_or_null,
			store_adviser_fn *fn, void *ctx, struct err *err);

/* --- imports of young people --------------------------------------------- */
/* stage_begin, stage_youth per good row, stage_keep per rejected row, diff,
 * then apply in one commit or drop. What is staged lives in memory (needs
 * sealed) and goes with the process. One file per origin at a time: begin
 * forgets what the origin had staged. */
int store_stage_begin(struct store *s, const char *origin, struct err *err);
enum store_verdict {
	STORE_ROW_SAME,
	STORE_ROW_NEW,
	STORE_ROW_CHANGED,
	STORE_ROW_RETURNED, /* was gone */
	STORE_ROW_KEPT	    /* rejected: the stored row stays as it is */
};
/* fields: column names of person.h to normalised values (place resolved, if
 * the caller wants it kept: any other key is stored too, as "place"). Absent
 * keys keep what is stored, null clears. linked_ref is "ORIGIN:REF". line: of
 * the file. A ref already staged is ERR_INPUT naming both lines, not the ref.
 */
int store_stage_youth(struct store *s, const char *origin, json_t *fields,
		      int64_t line, enum store_verdict *verdict,
		      struct err *err);
/* ref may be unknown here: then it counts nowhere. */
int store_stage_keep(struct store *s, const char *origin, const char *ref,
		     int64_t line, struct err *err);
struct store_diff {
	int64_t n_new, n_changed, n_returned, n_same, n_kept;
	int64_t n_gone;	  /* stored, not gone, absent from the file */
	int64_t n_before; /* stored and not gone before: base of the guard */
};
int store_stage_diff(struct store *s, const char *origin,
		     struct store_diff *out, struct err *err);
/* One transaction (joins an open one). *import: its number, > 0. Gone people's
 * messages are the caller's: walk store_people_each() with .import. */
int store_stage_apply(struct store *s, const char *origin, int64_t now,
		      int64_t *import, struct err *err);
void store_stage_drop(struct store *s, const char *origin);

/* --- young people --------------------------------------------------------- */
/* Effective: from the ml record; cfa cfa_adviser rncp preregistered
 * contract_deadline max_minutes_cfa from the cfa record when there is one; all
 * from the cfa record when no ml record is in force. */
struct store_person {
	int64_t id;		      /* never used again */
	const char *origin, *ref;     /* of the leading record */
	const char *agency, *adviser; /* ref in agency; may be NULL */
	const char *cfa_agency,
		*cfa_adviser;	   /* the CFA referent; may be NULL */
	enum person_status status; /* an event wins over the file until the
				    * file's own word changes */
	bool is_gone;		   /* in no origin's latest file */
	const char *fields;	   /* JSON, without needs and rqth */
	const char *needs; /* JSON {"needs":[..],"rqth":..} decrypted, or NULL;
			    * only when asked for */
};
struct store_people_query {
	bool active_only;      /* status active and not gone */
	bool active_or_placed; /* ... or placed */
	bool with_needs;
	int64_t import; /* > 0: only people this import made, changed, lost
			 * or brought back */
	const char *agency, *adviser;	      /* NULL: any */
	const char *cfa_agency, *cfa_adviser; /* NULL: any */
	int64_t after;
	int limit;
};
typedef int store_person_fn(void *ctx, const struct store_person *row);
int store_people_each(struct store *s, const struct store_people_query *q,
		      store_person_fn *fn, void *ctx, struct err *err);
int store_people_count(struct store *s, const struct store_people_query *q,
		       int64_t *n, struct err *err);
/* An id joined into another answers with that other. */
int store_person_get(struct store *s, int64_t id, bool with_needs,
		     struct arena *a, struct store_person *out,
		     struct err *err);
/* By any of its records. */
int store_person_find(struct store *s, const char *origin, const char *ref,
		      bool with_needs, struct arena *a,
		      struct store_person *out, struct err *err);
/* A placement, a contract, a departure recorded here. */
int store_person_set_status(struct store *s, int64_t id,
			    enum person_status status, struct err *err);
/* The young person wants nothing before this instant; INSTANT_NONE: now again.
 * Survives imports. */
int store_person_set_pause(struct store *s, int64_t id, int64_t until,
			   struct err *err);
/* INSTANT_NONE: none. What is over counts as none. */
int store_person_get_pause(struct store *s, int64_t id, int64_t now,
			   int64_t *until, struct err *err);
/* Two ids are one human being: records, messages and ledger of `other` become
 * those of `keep`; `other` stays as a redirection. */
int store_person_join(struct store *s, int64_t keep, int64_t other,
		      struct err *err);
/* Close needs again under needs[0] that former keys closed, at most limit rows;
 * *n how many were done, 0: none left. */
int store_needs_rotate(struct store *s, int limit, int64_t *n, struct err *err);

/* --- opt-outs --------------------------------------------------------------
 */
/* By keyed hash of the address as normalised by the caller (E.164; e-mail,
 * whose capitals do not count). They survive everything but
 * store_optout_lift(). */
int store_optout_add(struct store *s, enum channel channel, const char *address,
		     int64_t now, const char *by, bool *is_new,
		     struct err *err);
int store_optout_check(struct store *s, enum channel channel,
		       const char *address, bool *is_out, struct err *err);
int store_optout_lift(struct store *s, enum channel channel,
		      const char *address, bool *was_out, struct err *err);

#endif
