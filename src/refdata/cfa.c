/* SPDX-License-Identifier: EUPL-1.2 */
/* Training centres: which one a file or an offer means, and where it is. Few
 * rows, looked up once a person or offer: a walk through them is enough. A CFA
 * has one UAI and may have several sites; the first row is the main one. */
#include "tables.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { CFA_TEXT_MAX = 200 };

/* Without blanks and in capitals: "0931618d", "130 027 972 00236". */
static void plain(const char *text, char out[CFA_TEXT_MAX + 1])
{
	size_t n = 0;

	for (; *text && n < CFA_TEXT_MAX; text++)
		if (!isspace((unsigned char)*text))
			out[n++] = (char)toupper((unsigned char)*text);
	out[n] = '\0';
}

static int read_row(struct cfas *c, char *const *f, struct err *err)
{
	struct cfa_site *site = &c->sites[c->n_sites];
	bool is_new = !c->n || !str_eq(c->v[c->n - 1].uai, f[0]);
	char *dash = strstr(f[2], " - ");
	struct arena a;

	if (is_new && c->n && strcmp(c->v[c->n - 1].uai, f[0]) > 0)
		return table_fault(&c->table, err, "not in order");
	if (is_new) {
		struct cfa *now = &c->v[c->n];

		*now = (struct cfa){.uai = f[0], .name = f[2], .insee = f[3]};
		if (num_parse_udeg(f[4], 90, &now->lat_udeg) ||
		    num_parse_udeg(f[5], 180, &now->lon_udeg))
			return table_fault(&c->table, err, "no degrees");
		c->n++;
	}
	arena_init(&a);
	site->siret = f[1];
	site->cfa = (uint16_t)(c->n - 1);
	site->name = mem_dup(utf8_fold(&a, f[2]));
	site->name_tail = dash ? mem_dup(utf8_fold(&a, dash)) : NULL;
	c->n_sites++;
	arena_clear(&a);
	return 0;
}

int cfas_load(struct cfas *c, const char *dir, struct err *err)
{
	char *f[TABLE_COLUMNS_MAX];
	int more;

	if (table_open(&c->table, dir, "cfa.tsv",
		       "uai\tsiret\tname\tinsee\tlat\tlon", err))
		return -1;
	c->v = mem_array(c->table.n_rows, sizeof(*c->v));
	c->sites = mem_array(c->table.n_rows, sizeof(*c->sites));
	while ((more = table_next(&c->table, f, err)) > 0)
		if (read_row(c, f, err))
			return -1;
	return more;
}

void cfas_free(struct cfas *c)
{
	for (size_t i = 0; i < c->n_sites; i++) {
		free(c->sites[i].name);
		free(c->sites[i].name_tail);
	}
	free(c->sites);
	free(c->v);
	table_close(&c->table);
}

const struct cfa *refdata_cfa(const struct refdata *rd, size_t i)
{
	return i < rd->cfas.n ? &rd->cfas.v[i] : NULL;
}

static bool is_named(const struct cfa_site *s, const char *folded)
{
	return str_eq(s->name, folded) || str_eq(s->name_tail, folded);
}

size_t refdata_cfa_find(const struct refdata *rd, const char *text)
{
	const struct cfas *c = &rd->cfas;
	char code[CFA_TEXT_MAX + 1];
	size_t found = CFA_NONE;
	struct arena a;

	if (!text)
		return CFA_NONE;
	plain(text, code);
	arena_init(&a);
	const char *name = utf8_fold(&a, text);
	for (size_t i = 0; i < c->n_sites; i++) {
		const struct cfa_site *s = &c->sites[i];

		if (!str_eq(s->siret, code) &&
		    !str_eq(c->v[s->cfa].uai, code) && !is_named(s, name))
			continue;
		if (found != CFA_NONE && found != s->cfa) {
			found = CFA_NONE; /* several */
			break;
		}
		found = s->cfa;
	}
	arena_clear(&a);
	return found;
}
