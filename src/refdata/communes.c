/* SPDX-License-Identifier: EUPL-1.2 */
/* Communes, former communes and départements, by code, postal code and name.
 *
 * Rows are in the order of their codes (checked), so codes are found by
 * halving. Names hang in chains under a hash of their key; the keys are not
 * kept, they are made again for the few rows whose hash agrees. Postal codes
 * are counted into one array. */
#include "tables.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* Paris, Marseille and Lyon as wholes: their postal codes belong to their
 * arrondissements, which have rows of their own. */
static const char *const wholes[] = {"13055", "69123", "75056"};

/* ---- loading ---- */

static const struct dept *find_dept(const struct places *p, const char *insee)
{
	bool is_overseas =
		insee[0] == '9' && (insee[1] == '7' || insee[1] == '8');
	size_t n = is_overseas ? 3 : 2;
	for (size_t i = 0; i < p->n_depts; i++)
		if (strlen(p->depts[i].code) == n &&
		    strncmp(p->depts[i].code, insee, n) == 0)
			return &p->depts[i];
	return NULL;
}

/* One pointer for a region, so that callers may compare pointers. */
static const char *first_region(const struct places *p, const char *region)
{
	for (size_t i = 0; i < p->n_depts; i++)
		if (strcmp(p->depts[i].region, region) == 0)
			return p->depts[i].region;
	return region;
}

static int load_depts(struct places *p, const char *dir, struct err *err)
{
	struct arena a;
	char *f[TABLE_COLUMNS_MAX];
	int more;
	if (table_open(&p->depts_table, dir, "departements.tsv",
		       "code\tname\tregion", err))
		return -1;
	p->depts = mem_array(p->depts_table.n_rows, sizeof(*p->depts));
	arena_init(&a);
	while ((more = table_next(&p->depts_table, f, err)) > 0) {
		struct dept *d = &p->depts[p->n_depts];
		*d = (struct dept){
			.code = f[0],
			.name = f[1],
			.region = first_region(p, f[2]),
			.key = mem_dup(
				place_without_article(place_key(&a, f[1]))),
			.region_key = mem_dup(place_key(&a, f[2])),
			.code_bytes = dept_code_bytes(f[0]),
		};
		d->key_hash = (uint32_t)hash_text(d->key);
		d->region_hash = (uint32_t)hash_text(d->region_key);
		p->n_depts++;
	}
	arena_clear(&a);
	return more;
}

static int read_commune(struct places *p, char **f, struct commune *c,
			struct err *err)
{
	const struct table *t = &p->communes_table;
	const struct commune *before = p->n_communes ? c - 1 : NULL;
	int64_t population;
	if (strlen(f[0]) != 5 || (before && strcmp(before->insee, f[0]) >= 0))
		return table_fault(t, err, "codes not in order");
	const struct dept *d = before && strncmp(before->insee, f[0], 3) == 0
				       ? NULL
				       : find_dept(p, f[0]);
	/* NOLINTNEXTLINE: the table holds n_rows */
	*c = (struct commune){.insee = f[0], .name = f[1], .postcodes = f[2]};
	c->dept = d ? d->code : before ? before->dept : NULL;
	if (!c->dept || strncmp(c->dept, f[0], strlen(c->dept)) != 0)
		return table_fault(t, err, "a code of no departement");
	if (num_parse_udeg(f[3], 90, &c->lat_udeg) ||
	    num_parse_udeg(f[4], 180, &c->lon_udeg) ||
	    num_parse_int(f[5], 0, INT32_MAX, &population))
		return table_fault(t, err, "not a number");
	c->population = (int32_t)population;
	return 0;
}

static int load_communes(struct places *p, const char *dir, struct err *err)
{
	char *f[TABLE_COLUMNS_MAX];
	int more;
	if (table_open(&p->communes_table, dir, "communes.tsv",
		       "insee\tname\tpostcodes\tlat\tlon\tpopulation", err))
		return -1;
	p->communes = mem_array(p->communes_table.n_rows, sizeof(*p->communes));
	while ((more = table_next(&p->communes_table, f, err)) > 0) {
		if (read_commune(p, f, &p->communes[p->n_communes], err))
			return -1;
		p->n_communes++;
	}
	return more;
}

static int compare_commune(const void *key, const void *row)
{
	return strcmp(key, ((const struct commune *)row)->insee);
}

static const struct commune *find_commune(const struct places *p,
					  const char *insee)
{
	return bsearch(insee, p->communes, p->n_communes, sizeof(*p->communes),
		       compare_commune);
}

static int read_former(struct places *p, char **f, struct former *to,
		       struct err *err)
{
	const struct table *t = &p->formers_table;
	const struct commune *now = find_commune(p, f[1]);
	if (!now)
		return table_fault(t, err, "an unknown current code");
	if (p->n_formers && strcmp(to[-1].code, f[0]) >= 0)
		return table_fault(t, err, "codes not in order");
	*to = (struct former){.code = f[0], .name = f[2]};
	to->commune = (uint16_t)(now - p->communes);
	to->has_point = *f[3];
	if (to->has_point && (num_parse_udeg(f[3], 90, &to->lat_udeg) ||
			      num_parse_udeg(f[4], 180, &to->lon_udeg)))
		return table_fault(t, err, "not a number");
	return 0;
}

static int load_formers(struct places *p, const char *dir, struct err *err)
{
	char *f[TABLE_COLUMNS_MAX];
	int more;
	if (table_open(&p->formers_table, dir, "communes_alias.tsv",
		       "former\tinsee\tname\tlat\tlon", err))
		return -1;
	if (p->formers_table.n_rows + p->n_communes > TABLE_ROWS_MAX)
		return table_fault(&p->formers_table, err, "too many rows");
	p->formers = mem_array(p->formers_table.n_rows, sizeof(*p->formers));
	while ((more = table_next(&p->formers_table, f, err)) > 0) {
		if (read_former(p, f, &p->formers[p->n_formers], err))
			return -1;
		p->n_formers++;
	}
	return more;
}

static const char *row_name(const struct places *p, size_t row)
{
	return row < p->n_communes ? p->communes[row].name
				   : p->formers[row - p->n_communes].name;
}

static uint32_t hash_key(const char *key)
{
	uint64_t h = hash_text(key);
	return (uint32_t)(h ^ h >> 32);
}

/* The words that a short name cannot do without: the first, or the first two
 * when that one is an article or a saint. 0: no such words. */
static size_t start_length(const char *key)
{
	static const char *const openers[] = {"l",   "la", "le",
					      "les", "st", "ste"};
	size_t n = strcspn(key, " ");
	for (size_t i = 0; i < ARRAY_LEN(openers); i++) {
		if (strlen(openers[i]) != n || strncmp(openers[i], key, n) != 0)
			continue;
		return key[n] ? n + 1 + strcspn(key + n + 1, " ") : 0;
	}
	return n;
}

static uint32_t hash_start(struct arena *a, const char *key)
{
	return hash_key(arena_dup_n(a, key, start_length(key)));
}

static void index_start(struct places *p, uint16_t row, uint32_t hash)
{
	p->start_hash[row] = hash;
	p->start_next[row] = p->start_head[hash % NAME_BUCKETS];
	p->start_head[hash % NAME_BUCKETS] = row;
}

/* From the last row to the first, so that a chain lists rows in order. */
static void index_names(struct places *p)
{
	size_t n = (size_t)p->n_communes + p->n_formers;
	struct arena a;
	arena_init(&a);
	p->words = vocab_new();
	for (size_t i = 0; i < p->n_depts; i++) {
		vocab_add(p->words, p->depts[i].key);
		vocab_add(p->words, p->depts[i].region_key);
	}
	p->name_hash = mem_array(n, sizeof(*p->name_hash));
	p->name_next = mem_array(n, sizeof(*p->name_next));
	p->start_hash = mem_array(p->n_communes, sizeof(*p->start_hash));
	p->start_head = mem_array(NAME_BUCKETS, sizeof(*p->start_head));
	p->start_next = mem_array(p->n_communes, sizeof(*p->start_next));
	memset(p->start_head, 0xff, NAME_BUCKETS * sizeof(*p->start_head));
	p->name_head = mem_array(NAME_BUCKETS, sizeof(*p->name_head));
	memset(p->name_head, 0xff, NAME_BUCKETS * sizeof(*p->name_head));
	for (size_t row = n; row-- > 0;) {
		const char *name = row_name(p, row);
		if (!*name)
			continue;
		const char *key = place_key(&a, name);
		uint32_t h = hash_key(key);
		vocab_add(p->words, key);
		if (row < p->n_communes)
			index_start(p, (uint16_t)row, hash_start(&a, key));
		p->name_hash[row] = h;
		p->name_next[row] = p->name_head[h % NAME_BUCKETS];
		p->name_head[h % NAME_BUCKETS] = (uint16_t)row;
		arena_reset(&a);
	}
	arena_clear(&a);
}

/* The number of the next postal code in a comma list, *s moved past it; -1 at
 * the end, -2 when it is none. */
static int32_t next_postcode(const char **s)
{
	int32_t v = 0;
	if (!**s)
		return -1;
	for (int i = 0; i < 5; i++, ++*s) {
		if (**s < '0' || **s > '9')
			return -2;
		v = v * 10 + (**s - '0');
	}
	if (**s && *(*s)++ != ',')
		return -2;
	return v;
}

bool places_is_whole(const char *insee)
{
	for (size_t i = 0; i < ARRAY_LEN(wholes); i++)
		if (strcmp(wholes[i], insee) == 0)
			return true;
	return false;
}

/* Counting sort in two passes over the lists: first how many communes each
 * code has, then, with `rows`, which. */
static int each_postcode(const struct places *p, uint32_t *count,
			 uint16_t *rows, struct err *err)
{
	for (uint16_t row = 0; row < p->n_communes; row++) {
		const struct commune *c = &p->communes[row];
		const char *s = places_is_whole(c->insee) ? "" : c->postcodes;
		int32_t code;
		while ((code = next_postcode(&s)) >= 0) {
			uint32_t at = count[code]++;
			if (rows)
				rows[at] = row;
		}
		if (code == -2)
			return table_fault(&p->communes_table, err,
					   "%s: not a list of postal codes",
					   c->insee);
	}
	return 0;
}

static int index_postcodes(struct places *p, struct err *err)
{
	uint32_t *count = mem_array(POSTCODE_VALUES, sizeof(*count));
	uint32_t total = 0;
	int result = each_postcode(p, count, NULL, err);
	if (result)
		goto out;
	p->postcode_first =
		mem_array(POSTCODE_VALUES + 1, sizeof(*p->postcode_first));
	for (size_t code = 0; code < POSTCODE_VALUES; code++) {
		uint32_t n = count[code];
		p->postcode_first[code] = (uint16_t)total;
		count[code] = total;
		total += n;
	}
	if (total > UINT16_MAX) {
		result = table_fault(&p->communes_table, err,
				     "too many postal codes");
		goto out;
	}
	p->postcode_first[POSTCODE_VALUES] = (uint16_t)total;
	p->postcode_rows = mem_array(total + 1, sizeof(*p->postcode_rows));
	result = each_postcode(p, count, p->postcode_rows, err);
out:
	free(count);
	return result;
}

int places_load(struct places *p, const char *dir, struct err *err)
{
	if (load_depts(p, dir, err) || load_communes(p, dir, err) ||
	    load_formers(p, dir, err) || index_postcodes(p, err))
		return -1;
	index_names(p);
	places_index_cells(p);
	return 0;
}

void places_free(struct places *p)
{
	free(p->words);
	for (size_t i = 0; i < p->n_depts; i++) {
		free(p->depts[i].key);
		free(p->depts[i].region_key);
	}
	free(p->depts);
	free(p->communes);
	free(p->formers);
	free(p->name_hash);
	free(p->name_head);
	free(p->name_next);
	free(p->postcode_first);
	free(p->postcode_rows);
	free(p->start_hash);
	free(p->start_head);
	free(p->start_next);
	free(p->cell_head);
	free(p->cell_next);
	table_close(&p->communes_table);
	table_close(&p->formers_table);
	table_close(&p->depts_table);
}

/* ---- asking ---- */

static int compare_former(const void *key, const void *row)
{
	return strcmp(key, ((const struct former *)row)->code);
}

static const struct commune *with_point(const struct commune *c,
					const struct former *f, int32_t *lat,
					int32_t *lon)
{
	bool has_own = f && f->has_point;
	if (lat)
		*lat = has_own ? f->lat_udeg : c->lat_udeg;
	if (lon)
		*lon = has_own ? f->lon_udeg : c->lon_udeg;
	return c;
}

const struct commune *refdata_commune(const struct refdata *rd,
				      const char *insee, int32_t *lat_udeg,
				      int32_t *lon_udeg)
{
	const struct places *p = &rd->places;
	if (!insee)
		return NULL;
	const struct commune *c = find_commune(p, insee);
	const struct former *f = NULL;
	if (!c) {
		f = bsearch(insee, p->formers, p->n_formers,
			    sizeof(*p->formers), compare_former);
		c = f ? &p->communes[f->commune] : NULL;
	}
	return c ? with_point(c, f, lat_udeg, lon_udeg) : NULL;
}

uint16_t refdata_commune_number(const struct refdata *rd, const char *insee)
{
	const struct commune *c = refdata_commune(rd, insee, NULL, NULL);
	return c ? (uint16_t)(c - rd->places.communes + 1) : 0;
}

const struct commune *refdata_commune_at(const struct refdata *rd,
					 uint16_t number)
{
	const struct places *p = &rd->places;
	return number && number <= p->n_communes ? &p->communes[number - 1]
						 : NULL;
}

size_t refdata_by_postcode(const struct refdata *rd, const char *postcode,
			   const struct commune **out, size_t max)
{
	const struct places *p = &rd->places;
	const char *s = postcode ? postcode : "";
	int32_t code = next_postcode(&s);
	if (code < 0 || strlen(postcode) != 5)
		return 0;
	size_t first = p->postcode_first[code];
	size_t n = p->postcode_first[code + 1] - first;
	for (size_t i = 0; i < n && i < max; i++)
		out[i] = &p->communes[p->postcode_rows[first + i]];
	return n;
}

/* Walks the rows that bear a name, from `row` on; ROW_NONE at the end. */
struct name_query {
	const struct places *places;
	struct arena arena;
	struct arena_lent lent;
	const char *key, *dept;
	uint32_t hash;
};

static const struct commune *row_commune(const struct places *p, uint16_t row)
{
	return row < p->n_communes
		       ? &p->communes[row]
		       : &p->communes[p->formers[row - p->n_communes].commune];
}

static uint16_t name_seek(struct name_query *q, uint16_t row)
{
	const struct places *p = q->places;
	for (; row != ROW_NONE; row = p->name_next[row]) {
		if (p->name_hash[row] != q->hash)
			continue;
		if (q->dept && !str_eq(row_commune(p, row)->dept, q->dept))
			continue;
		if (str_eq(place_key(&q->arena, row_name(p, row)), q->key))
			return row;
	}
	return ROW_NONE;
}

static uint16_t name_first(struct name_query *q, const struct refdata *rd,
			   const char *name, const char *dept)
{
	arena_init_lent(&q->arena, &q->lent);
	q->places = &rd->places;
	q->dept = dept;
	q->key = place_key(&q->arena, name ? name : "");
	q->hash = hash_key(q->key);
	if (!*q->key)
		return ROW_NONE;
	return name_seek(q, rd->places.name_head[q->hash % NAME_BUCKETS]);
}

static uint16_t name_next(struct name_query *q, uint16_t row)
{
	return name_seek(q, q->places->name_next[row]);
}

/* A chain lists the communes of today before the former ones, so that a name
 * still in use never means the village that once bore it. */
size_t refdata_by_name(const struct refdata *rd, const char *name,
		       const char *dept, const struct commune **out, size_t max)
{
	struct name_query q;
	size_t n = 0;
	bool has_current = false;
	uint16_t row = name_first(&q, rd, name, dept);
	for (; row != ROW_NONE; row = name_next(&q, row)) {
		const struct commune *c = row_commune(q.places, row);
		bool is_current = row < q.places->n_communes;
		has_current = has_current || is_current;
		bool is_known = !is_current && has_current;
		for (size_t i = 0; !is_known && i < n && i < max; i++)
			is_known = out[i] == c;
		if (is_known)
			continue;
		if (n < max)
			out[n] = c;
		n++;
	}
	arena_clear(&q.arena);
	return n;
}

struct commune_list {
	const struct commune **v;
	size_t n, max;
};

static bool is_longer(const char *key, const char *start)
{
	static const char *const articles[] = {"l ", "la ", "le ", "les "};
	size_t n = strlen(start);
	if (strncmp(key, start, n) == 0 && key[n] == ' ')
		return true;
	for (size_t i = 0; i < ARRAY_LEN(articles); i++)
		if (str_starts(key, articles[i]) &&
		    strcmp(key + strlen(articles[i]), start) == 0)
			return true;
	return false;
}

/* The communes that begin like `start`, of those that are longer than key. */
static void each_longer(const struct places *p, struct arena *a,
			const char *start, const char *key, const char *dept,
			struct commune_list *out)
{
	uint32_t hash = hash_start(a, start);
	uint16_t row = p->start_head[hash % NAME_BUCKETS];
	for (; row != ROW_NONE; row = p->start_next[row]) {
		const struct commune *c = &p->communes[row];
		if (p->start_hash[row] != hash ||
		    (dept && !str_eq(c->dept, dept)) ||
		    !is_longer(place_key(a, c->name), key))
			continue;
		if (out->n < out->max)
			out->v[out->n] = c;
		out->n++;
	}
}

size_t refdata_by_start(const struct refdata *rd, const char *name,
			const char *dept, const struct commune **out,
			size_t max)
{
	static const char *const articles[] = {"l", "la", "le", "les"};
	struct commune_list list = {out, 0, max};
	struct arena a;
	struct arena_lent lent;
	arena_init_lent(&a, &lent);
	const char *key = place_key(&a, name ? name : "");
	if (start_length(key)) {
		each_longer(&rd->places, &a, key, key, dept, &list);
		for (size_t i = 0; i < ARRAY_LEN(articles); i++)
			each_longer(&rd->places, &a,
				    arena_printf(&a, "%s %s", articles[i], key),
				    key, dept, &list);
	}
	arena_clear(&a);
	return list.n;
}

const struct commune *refdata_former(const struct refdata *rd, const char *name,
				     const char *dept, int32_t *lat_udeg,
				     int32_t *lon_udeg)
{
	struct name_query q;
	const struct commune *found = NULL;
	uint16_t row = name_first(&q, rd, name, dept);
	if (row != ROW_NONE && row >= q.places->n_communes &&
	    name_next(&q, row) == ROW_NONE)
		found = with_point(
			row_commune(q.places, row),
			&q.places->formers[row - q.places->n_communes],
			lat_udeg, lon_udeg);
	arena_clear(&q.arena);
	return found;
}
