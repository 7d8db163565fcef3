/* SPDX-License-Identifier: EUPL-1.2 */
/* The draft as a file of sources.d. A line of the map has a comment above that
 * says why it is there and shows one value; what was not used follows in
 * comments, for the person who corrects the file.
 *
 * Names and values are a stranger's: in comments they stand on one line, and
 * as YAML they are quoted unless they are plain ASCII words. Values that name
 * or reach a person are not shown: the file is kept. */
#include "draft.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/collector.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/utf8.h>
#include <etrier/vocab.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WIDTH = 79, ROWS_MAX = 20, EXAMPLE_MAX = 60 };

/* ---- scalars and comments ---- */

static bool is_plain(const char *s)
{
	if (!isalpha((unsigned char)*s) || !strcasecmp(s, "null"))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_-.@", *s))
			return false;
	return true;
}

void draft_yaml(struct buf *out, const char *s)
{
	if (is_plain(s)) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '"');
	while (*s) {
		const char *at = s;
		uint32_t cp = utf8_next(&s);
		/* Beyond ASCII only what no reader of YAML takes for a line
		 * end or a mark. */
		if (cp == '"' || cp == '\\')
			buf_printf(out, "\\%c", (char)cp);
		else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ||
			 cp == 0x2028 || cp == 0x2029 || cp == 0xfeff)
			buf_printf(out, "\\u%04" PRIx32, cp);
		else
			buf_add(out, at, (size_t)(s - at));
	}
	buf_addc(out, '"');
}

/* Words of a comment, broken at blanks so that a line stays readable. */
static void comment(struct buf *out, const char *indent, const char *text)
{
	size_t col = 0;
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, " "), width = 0;
		for (size_t i = 0; i < n; i++)
			width += (p[i] & 0xc0) != 0x80;
		if (!col || col + 1 + width > WIDTH) {
			buf_printf(out, "%s%s#", col ? "\n" : "", indent);
			col = strlen(indent) + 1;
		}
		buf_addc(out, ' ');
		buf_add(out, p, n);
		col += 1 + width;
		p += n + (p[n] == ' ');
	}
	buf_addc(out, '\n');
}

/* ---- examples ---- */

static bool is_personal(struct arena *a, const struct draft_path *p)
{
	static const char *const words[] = {
		"contact",   "supervisor",    "recruiter", "recruteur",
		"referent",  "correspondant", "manager",   "first name",
		"firstname", "lastname",      "last name", "prenom",
		"full name"};
	char *path = arena_dup(a, p->path);
	for (char *q = path; (q = strchr(q, '.')); q++)
		*q = ' ';
	const char *said = draft_words(a, path);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(said, words[i]))
			return true;
	return false;
}

static const char *example(struct arena *a, const struct draft_path *p)
{
	if (draft_share(p, LOOK_EMAIL) > 300)
		return "e-mail addresses";
	if (draft_share(p, LOOK_PHONE) > 300)
		return "telephone numbers";
	if (is_personal(a, p) && draft_share(p, LOOK_URL) < 900)
		return "not shown: it may name a person";
	return arena_printf(
		a, "\"%s\"",
		utf8_clean(a, p->example, UTF8_ONE_LINE, EXAMPLE_MAX));
}

static const char *how_often(struct arena *a, const struct draft *d,
			     const struct draft_path *p)
{
	return arena_printf(a, "%" PRId64 " of %" PRId64, p->n_records,
			    d->n_records);
}

/* ---- tables of values ---- */

/* How the collector reads the field's words, and ours for them. */
static enum look code_look(int field, const struct vocab **words)
{
	*words = &vocab_tri;
	switch (field) {
	case SOURCE_F_KIND:
		*words = &vocab_contract;
		return LOOK_CONTRACT;
	case SOURCE_F_EXPERIENCE:
		*words = &vocab_experience;
		return LOOK_EXPERIENCE;
	case SOURCE_F_LEVEL_REQUIRED:
	case SOURCE_F_LEVEL_TARGET:
		*words = &vocab_level;
		return LOOK_LEVEL;
	case SOURCE_F_LICENCES:
		*words = &vocab_licence;
		return LOOK_LICENCE;
	case SOURCE_F_STATUS:
		*words = &vocab_offer_status;
		return LOOK_STATUS;
	case SOURCE_F_HOURS_PART_TIME:
		return LOOK_PART_TIME;
	default:
		return LOOK_COUNT;
	}
}

struct row {
	const char *text;
	int64_t n;
};

/* The words of the field that the collector does not know, the most frequent
 * first; *n_more: how many besides. */
static size_t unknown_words(const struct draft_pick *k, enum look look,
			    struct row rows[ROWS_MAX], size_t *n_more)
{
	size_t n = 0;
	*n_more = 0;
	for (size_t i = 0; i < k->n_paths; i++) {
		const char *text;
		void *value;
		for (size_t j = 0;
		     map_each(&k->paths[i]->words, &j, &text, &value);) {
			const struct draft_word *w = value;
			/* A row of a table has at most 200 bytes; a sentence
			 * is no word. */
			if (!w->looks || w->looks >> look & 1 ||
			    strlen(text) > 100)
				continue;
			size_t at = n;
			while (at && rows[at - 1].n < w->n)
				at--;
			*n_more += n == ROWS_MAX;
			if (at == ROWS_MAX)
				continue;
			n += n < ROWS_MAX;
			memmove(&rows[at + 1], &rows[at],
				(n - at - 1) * sizeof(*rows));
			rows[at] = (struct row){text, w->n};
		}
	}
	return n;
}

static const char *word_list(struct arena *a, const struct vocab *v)
{
	char *s = arena_dup(a, "");
	for (int i = 0; i < v->n; i++)
		s = arena_printf(a, "%s%s ", s, v->codes[i]);
	bool has_unknown = vocab_find(v, "unknown") != VOCAB_NONE;
	return arena_printf(a, "%s%s", s, has_unknown ? "" : "unknown");
}

/* ---- fields ---- */

static const char *field_name(const struct draft_pick *k)
{
	return source_field_row((size_t)k->row->field)->name;
}

static const char *date_word(enum date_form form)
{
	static const char *const words[] = {
		[DATE_DMY] = "dmy",
		[DATE_MDY] = "mdy",
		[DATE_YMD_COMPACT] = "ymd_compact",
		[DATE_EPOCH_S] = "epoch_s",
		[DATE_EPOCH_MS] = "epoch_ms",
	};
	return form < ARRAY_LEN(words) ? words[form] : NULL;
}

/* One, or a list: in a row while that stays readable. */
static void put_paths(struct buf *out, const struct draft_pick *k,
		      const char *indent)
{
	size_t width = strlen(indent) + 20;
	for (size_t i = 0; i < k->n_paths; i++)
		width += strlen(k->paths[i]->path) + 2;
	bool is_block = k->n_paths > 1 && width > WIDTH;
	const char *before = k->n_paths > 1 && !is_block ? " [" : " ";
	for (size_t i = 0; i < k->n_paths; i++) {
		if (is_block)
			buf_printf(out, "\n%s  - ", indent);
		else
			buf_adds(out, i ? ", " : before);
		draft_yaml(out, k->paths[i]->path);
	}
	buf_adds(out, k->n_paths > 1 && !is_block ? "]\n" : "\n");
}

static void put_rows(struct buf *out, struct arena *a, const char *mark,
		     const struct vocab *words, const struct row *rows,
		     size_t n, size_t n_more)
{
	buf_printf(out, "  %s  values:\n", mark);
	comment(out, "      ",
		arena_printf(a, "not understood; write for each one of: %s",
			     word_list(a, words)));
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "  %s    ", mark);
		draft_yaml(out, rows[i].text);
		buf_printf(out, ": unknown # %" PRId64 " times\n", rows[i].n);
	}
	if (n_more)
		comment(out, "      ",
			arena_printf(a, "and %zu more words", n_more));
}

static void put_why(struct buf *out, struct arena *a, const struct draft *d,
		    const struct draft_pick *k)
{
	for (size_t i = 0; i < k->n_paths; i++) {
		const struct draft_path *p = k->paths[i];
		comment(out, "  ",
			arena_printf(a, "%s%s%s; %s; %s",
				     i		      ? "else "
				     : k->is_by_value ? "its values look so"
						      : "by its name",
				     i ? p->path : "",
				     p->label ? arena_printf(a, " (\"%s\")",
							     p->label)
					      : "",
				     how_often(a, d, p), example(a, p)));
	}
	const char *words = draft_words(a, k->paths[0]->path);
	if (k->row->field == SOURCE_F_DURATION_MONTHS &&
	    !strstr(words, "moi") && !strstr(words, "month"))
		comment(out, "  ",
			"the feed does not say the unit: months are taken");
	if (k->row->field == SOURCE_F_PLACE_LAT && strstr(words, "lon"))
		comment(out, "  ",
			"this feed has latitude and longitude exchanged");
	if (k->date_note)
		comment(out, "  ", k->date_note);
	if (k->hint)
		comment(out, "  ", k->hint);
}

static void put_field(struct buf *out, struct arena *a, const struct draft *d,
		      const struct draft_pick *k)
{
	const struct vocab *words;
	struct row rows[ROWS_MAX];
	size_t n_more = 0, n_rows = 0;
	enum look look = code_look(k->row->field, &words);
	const char *mark = k->hint ? "# " : "";
	const char *date = date_word(k->date);
	bool joins = k->row->field == SOURCE_F_DESCRIPTION && k->n_paths > 1;
	if (look != LOOK_COUNT)
		n_rows = unknown_words(k, look, rows, &n_more);
	put_why(out, a, d, k);
	buf_printf(out, "  %s%s:", mark, field_name(k));
	if (!n_rows && !date && !joins) {
		put_paths(out, k, k->hint ? "  # " : "  ");
		return;
	}
	buf_printf(out, "\n  %s  %s:", mark, k->n_paths > 1 ? "paths" : "path");
	put_paths(out, k, k->hint ? "  #   " : "    ");
	if (date)
		buf_printf(out, "  %s  date: %s\n", mark, date);
	if (joins)
		buf_printf(out, "  %s  join: \"\\n\\n\"\n", mark);
	if (n_rows)
		put_rows(out, a, mark, words, rows, n_rows, n_more);
}

static bool has_field(const struct draft_pick *picks, size_t n, int field)
{
	for (size_t i = 0; i < n; i++)
		if (picks[i].row->field == field && !picks[i].hint)
			return true;
	return false;
}

static void put_fields(struct buf *out, struct arena *a, const struct draft *d,
		       const struct draft_pick *picks, size_t n)
{
	buf_adds(out, "fields:\n");
	for (size_t i = 0; i < n; i++)
		put_field(out, a, d, &picks[i]);
	if (!has_field(picks, n, SOURCE_F_TITLE)) {
		comment(out, "  ", "no title was found: write its path here");
		buf_adds(out, "  title: title\n");
	}
	if (!has_field(picks, n, SOURCE_F_EMPLOYER_NAME)) {
		comment(out, "  ",
			"no employer was found; when all offers are of one:");
		buf_adds(out, "  # employer.name: {const: NAME}\n");
	}
	if (!has_field(picks, n, SOURCE_F_KIND)) {
		comment(out, "  ",
			"no contract was found; when all offers have the same:");
		buf_adds(out, "  # kind: {const: apprenticeship}\n");
	}
}

/* ---- what stands around them ---- */

/* A "no" that is always there, or never, says nothing for sure. */
static void put_false(struct buf *out, const struct draft_pick *picks, size_t n)
{
	bool is_first = true;
	for (size_t i = 0; i < n; i++) {
		const struct draft_pick *k = &picks[i];
		const struct draft_path *p = k->paths[0];
		if (k->hint || k->row->field == SOURCE_F_OPEN ||
		    source_field_type(k->row->field) != SOURCE_TRI ||
		    !p->n_yes == !p->n_no)
			continue;
		if (is_first)
			buf_adds(out, "# yes/no fields whose \"no\" may only "
				      "mean \"not said\"\n"
				      "false_means_unknown:\n");
		is_first = false;
		buf_printf(out, "  - %s # never %s in %" PRId64 " values\n",
			   field_name(k), p->n_yes ? "no" : "yes",
			   p->n_yes + p->n_no);
	}
}

static void put_marks(struct buf *out, const struct draft *d)
{
	if (!d->n_marks)
		return;
	buf_adds(out, "# texts that seem to mean \"not said\"\nunknown:\n");
	for (size_t i = 0; i < d->n_marks; i++) {
		buf_adds(out, "  - ");
		draft_yaml(out, d->marks[i].text);
		buf_printf(out, " # %" PRId64 " times\n", d->marks[i].n);
	}
}

static void put_unused(struct buf *out, struct arena *a, const struct draft *d)
{
	buf_adds(out, "\n# Not used: path, records that have it, a value.\n");
	for (size_t i = 0; i < d->n_paths; i++) {
		const struct draft_path *p = d->paths[i];
		if (p->is_used || !p->n_records)
			continue;
		buf_adds(out, "#   ");
		draft_yaml(out, p->path);
		buf_printf(out, ": %s, %s\n", how_often(a, d, p),
			   example(a, p));
	}
	if (d->n_paths == DRAFT_PATHS_MAX)
		buf_adds(out, "#   and more: the table of paths is full\n");
	if (d->n_unreachable)
		buf_printf(out,
			   "#   %" PRId64 " values have names that no path "
			   "can write (with . [ or ])\n",
			   d->n_unreachable);
}

static void put_head(struct buf *out, struct arena *a, const struct draft *d,
		     const struct draft_shape *shape,
		     const struct collector_draft_ask *ask)
{
	comment(out, "",
		arena_printf(a,
			     "A draft from %" PRId64 " records, by names and "
			     "values alone. Read every line, then: etrierctl "
			     "sources try DOCUMENT --map THIS_FILE",
			     d->n_records));
	if (shape->note)
		comment(out, "", shape->note);
	buf_adds(out, "name: ");
	draft_yaml(out, ask->name);
	buf_printf(out, "\nkind: %s\n", shape->kind);
	if (!ask->url)
		comment(out, "", "write the address of the feed here");
	buf_adds(out, "url: ");
	draft_yaml(out, ask->url ? ask->url : "https://partner.example/feed");
	buf_adds(out, "\n# true once sources try says what you expect\n"
		      "enabled: false\nevery: 1h\n");
	if (ask->allow_private)
		buf_adds(out, "# the address is on this machine or a private "
			      "network\nallow_private: true\n");
	comment(out, "",
		"window: an offer is not closed for being absent. Write "
		"complete when the partner says that each answer holds all "
		"its live offers.");
	buf_adds(out, "delivers: window\n");
	if (*shape->records) {
		buf_adds(out, "records: ");
		draft_yaml(out, shape->records);
		buf_addc(out, '\n');
	}
}

void draft_write(const struct draft *d, const struct draft_shape *shape,
		 const struct collector_draft_ask *ask,
		 const struct draft_pick *picks, size_t n_picks,
		 struct buf *out)
{
	struct arena a;
	arena_init(&a);
	put_head(out, &a, d, shape, ask);
	if (shape->each && shape->splits) {
		buf_adds(out, "# each element of this list is an offer; ^. is "
			      "the record around it\neach: ");
		draft_yaml(out, shape->each);
		buf_addc(out, '\n');
	} else if (shape->each) {
		comment(out, "",
			arena_printf(&a,
				     "the offers are the elements of \"%s\" "
				     "inside each record; this version takes "
				     "the first of them only",
				     shape->each));
	}
	if (shape->count) {
		buf_adds(out, "# the feed's own count: reported, never "
			      "trusted\ncount: ");
		draft_yaml(out, shape->count);
		buf_addc(out, '\n');
	}
	put_marks(out, d);
	put_false(out, picks, n_picks);
	put_fields(out, &a, d, picks, n_picks);
	put_unused(out, &a, d);
	arena_clear(&a);
}
