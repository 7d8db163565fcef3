/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REFDATA_TABLES_H
#define REFDATA_TABLES_H

#include <etrier/refdata.h>

#include "table.h"

/* What struct refdata is made of; each part loads itself from the folder and
 * answers for its own functions of <etrier/refdata.h>. */
struct arena;

/* Places (communes.c). Row numbers are uint16_t; a number from n_communes on
 * is a former commune's. */
#define ROW_NONE	UINT16_MAX
#define NAME_BUCKETS	65536
#define POSTCODE_VALUES 100000
#define CELL_BUCKETS	8192 /* of the cells of a tenth of a degree */

struct dept {
	const char *code, *name, *region; /* region "" overseas */
	char *key, *region_key; /* place_key(); the first without its article */
	/* Looked at before the texts: the code's bytes, hash_text() of keys. */
	uint32_t code_bytes, key_hash, region_hash;
};
/* Of a code, two or three bytes; 0: of none. */
uint32_t dept_code_bytes(const char *code);
struct former {
	const char *code, *name; /* name may be "" */
	uint16_t commune;
	bool has_point;
	int32_t lat_udeg, lon_udeg;
};
struct places {
	struct table communes_table, formers_table, depts_table;
	struct dept *depts;
	size_t n_depts;
	struct commune *communes;
	struct former *formers;
	uint16_t n_communes, n_formers;
	/* Names: chains of rows with the same low bits of the hash. */
	uint32_t *name_hash; /* by row */
	uint16_t *name_head, *name_next;
	/* Postal codes: the communes of code c are the rows
	 * postcode_rows[postcode_first[c]] up to postcode_first[c + 1]. */
	uint16_t *postcode_first, *postcode_rows;
	/* Beginnings of names: chains as for names, of communes of today. */
	uint32_t *start_hash;
	uint16_t *start_head, *start_next;
	/* Centres: chains of rows under the hash of their cell (nearest.c). */
	uint16_t *cell_head, *cell_next;
	uint64_t *words; /* bits of the words of all names (place_vocab.c) */
};
int places_load(struct places *p, const char *dir, struct err *err);
void places_free(struct places *p);
/* Paris, Marseille or Lyon as a whole, by INSEE code. */
bool places_is_whole(const char *insee);
void places_index_cells(struct places *p);

/* The form in which names of places are compared (place_key.c). */
char *place_key(struct arena *a, const char *name);
/* A key without the article it begins with. */
const char *place_without_article(const char *key);

/* The words of these keys (place_vocab.c). */
uint64_t *vocab_new(void);
void vocab_add(uint64_t *words, const char *key);

/* Trades (trades.c, titles.c, hirings.c). */
struct trade {
	const char *code, *label, *job;
	uint16_t family;
};
struct trade_v4 {
	const char *code, *job; /* first form of the label */
	uint16_t trade;
};
struct title {
	const char *pattern;
	uint16_t trade;
};
/* Hirings of an activity, its rows together, the activities in order. */
struct hiring {
	char naf[6];
	uint16_t trade;
	uint32_t n, n_activity; /* into this trade, into any */
};
/* Open addressing on 64-bit hashes. */
struct titles {
	uint64_t *hash; /* 0: free */
	uint16_t *trade;
	size_t size;
};
struct trades {
	struct table v3_table, v4_table, titles_table;
	struct trade *v3;
	struct trade_v4 *v4;
	uint16_t n_v3;
	struct title *official;
	struct hiring *hirings;
	size_t n_v4, n_official, n_proximity, n_hirings;
	uint16_t *proximity; /* n_v3 rows of n_v3 */
	struct titles titles;
	char *proximity_version, *hirings_version;
};
int trades_load(struct trades *t, const char *dir, struct err *err);
void trades_free(struct trades *t);
uint16_t trades_find(const struct trades *t, const char *code);
int hirings_load(struct trades *t, const char *dir, struct err *err);

enum titles_how { TITLES_OFFICIAL, TITLES_IF_ABSENT };
void titles_init(struct titles *t, size_t n_patterns);
void titles_free(struct titles *t);
/* Every form of a pattern "{Vendeur/Vendeuse} de pain". An official title
 * met under two trades belongs to none. */
void titles_add(struct titles *t, struct arena *a, const char *pattern,
		uint16_t trade, enum titles_how how);
uint16_t titles_find(const struct titles *t, const char *title);
/* The first form of a pattern, in place. */
void title_first_form(char *pattern);

/* Conditions of work (conditions.c): those of trade t are the rows first[t] up
 * to first[t + 1]. */
struct conditions {
	struct table table;
	struct condition *v;
	uint32_t *first;
};
int conditions_load(struct conditions *c, const struct trades *t,
		    const char *dir, struct err *err);
void conditions_free(struct conditions *c);

/* Training centres (cfa.c): a row per site; the sites of a CFA are together. */
struct cfa_site {
	const char *siret;
	char *name, *name_tail; /* folded; the tail behind a dash, or NULL */
	uint16_t cfa;
};
struct cfas {
	struct table table;
	struct cfa *v;
	struct cfa_site *sites;
	size_t n, n_sites;
};
int cfas_load(struct cfas *c, const char *dir, struct err *err);
void cfas_free(struct cfas *c);

uint64_t hash_text(const char *s); /* FNV-1a, never 0 */

#define REFDATA_VERSIONS 10
struct refdata {
	struct places places;
	struct trades trades;
	struct conditions conditions;
	struct cfas cfas;
	char *versions[REFDATA_VERSIONS];
};

#endif
