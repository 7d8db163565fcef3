/* SPDX-License-Identifier: EUPL-1.2 */
/* sources try: read a document as the collector would, or run a program as the
 * runner would, and say what became of each record, where every value came
 * from, and over the whole how often each field is there and what was not
 * understood. Needs no daemon, stores nothing, tells nobody. */
#include "ctl.h"
#include "try_sums.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/collector.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/runner.h>
#include <etrier/settings.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/trade.h>
#include <etrier/understand.h>
#include <etrier/utf8.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Blocks shown to people when --limit says nothing. */
#define SHOWN_DEFAULT 20
/* Pages asked for when --all-pages is not given. */
#define PAGES_DEFAULT 3
enum {
	WIDTH = 79,
	NAME_WIDTH = 20,
	VALUE_WIDTH = 28,
	FROM_WIDTH = WIDTH - 4 - NAME_WIDTH - VALUE_WIDTH,
	VALUE_BYTES_MAX = 4096
};

struct trial {
	const struct ctl *ctl;
	int64_t n, limit; /* limit 0: all */
	json_t *origin;	  /* of the offer to come; owned */
	struct try_sums sums;
};

/* ---- one offer ---- */

static void on_origin(void *ctx, const json_t *origin)
{
	struct trial *t = ctx;
	json_decref(t->origin);
	t->origin = json_deep_copy(origin);
}

/* A text cut to the width, blanks after it up to the width. */
static void print_cell(const char *text, size_t width)
{
	char *safe = ctl_harmless(text);
	const char *p = safe;
	size_t n = utf8_count(safe), i = 0;
	if (n <= width) {
		printf("%s%*s", safe, (int)(width - n), "");
	} else {
		while (i++ < width - 1)
			(void)utf8_next(&p);
		printf("%.*s…", (int)(p - safe), safe);
	}
	free(safe);
}

/* Where it came from, in the last column; several paths below one another.
 * The end of a path says more than its beginning. */
static void print_from(const char *from)
{
	char *safe = ctl_harmless(from);
	for (char *p = safe, *next; p; p = next) {
		next = strstr(p, ", ");
		if (next) {
			*next = '\0';
			next += 2;
		}
		size_t n = utf8_count(p);
		bool is_cut = n > FROM_WIDTH;
		const char *end = p;
		for (; n > FROM_WIDTH - (size_t)is_cut; n--)
			(void)utf8_next(&end);
		printf("%*s%s%s\n", p == safe ? 1 : WIDTH - FROM_WIDTH, "",
		       is_cut ? "…" : "", end);
	}
	free(safe);
}

static char *member_text(const char *member, const json_t *value)
{
	if (str_eq(member, "place"))
		return mem_printf(
			"%s (%s)",
			js_str(value, "city",
			       js_str(value, "postcode",
				      js_str(value, "dept", "nowhere known"))),
			js_str(value, "precision", "unknown"));
	if (json_is_string(value))
		return mem_dup(json_string_value(value));
	struct buf b;
	buf_init(&b, VALUE_BYTES_MAX);
	if (!json_is_array(value))
		js_write(value, &b);
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *item = json_array_get(value, i);
		buf_adds(&b, i ? ", " : "");
		if (json_is_string(item))
			buf_adds(&b, json_string_value(item));
		else
			js_write(item, &b);
	}
	return buf_take(&b);
}

static const json_t *member_value(const json_t *line, const char *member)
{
	const char *dot = strchr(member, '.');
	if (!dot)
		return json_object_get(line, member);
	char *outer = mem_dup_n(member, (size_t)(dot - member));
	const json_t *v =
		json_object_get(json_object_get(line, outer), dot + 1);
	free(outer);
	return v;
}

/* "  kind              apprenticeship               contrat.type" */
static void show_members(const json_t *line, const json_t *origin)
{
	const char *member;
	json_t *from;
	json_object_foreach((json_t *)(uintptr_t)origin, member, from)
	{
		const json_t *value = member_value(line, member);
		if (!value || str_eq(member, "title"))
			continue;
		char *text = member_text(member, value);
		printf("  ");
		print_cell(member, NAME_WIDTH);
		putchar(' ');
		print_cell(text, VALUE_WIDTH);
		print_from(json_string_value(from));
		free(text);
	}
}

static void show_unknown(const struct offer *o)
{
	const char *names[COLLECTOR_UNKNOWN_MAX];
	size_t n = collector_unknown_fields(o, names), col = 0;
	for (size_t i = 0; i < n; i++) {
		if (i && col + strlen(names[i]) + 2 > WIDTH)
			col = (size_t)printf(",\n    %s", names[i]) - 2;
		else
			col += (size_t)printf(
				"%s%s", i ? ", " : "  unknown: ", names[i]);
	}
	if (n)
		putchar('\n');
}

static void show_note(const struct collector_note *note)
{
	char *value = ctl_harmless(note->value ? note->value : "");
	printf("  %s: %s: %s%s%s%s\n", note->is_reading ? "read" : "note",
	       note->field, note->text, note->value ? " \"" : "", value,
	       note->value ? "\"" : "");
	free(value);
}

/* {"offer": ..., "origin": ..., "notes": [...]} */
static void print_offer(const json_t *line, json_t *origin,
			const struct collector_note *notes, size_t n_notes)
{
	json_t *all = json_object(), *list = json_array();
	for (size_t i = 0; i < n_notes; i++) {
		json_t *one = json_object();
		js_put_str(one, "field", notes[i].field);
		js_put_str(one, "text", notes[i].text);
		js_put_str(one, "value", notes[i].value);
		if (notes[i].is_reading)
			json_object_set_new(one, "reading", json_true());
		json_array_append_new(list, one);
	}
	json_object_set(all, "offer", (json_t *)(uintptr_t)line);
	json_object_set(all, "origin", origin);
	json_object_set_new(all, "notes", list);
	ctl_print_json(all);
	json_decref(all);
}

static void on_offer(void *ctx, const struct offer *o, const json_t *line,
		     const struct collector_note *notes, size_t n_notes)
{
	struct trial *t = ctx;
	t->n++;
	try_sums_add(&t->sums, o, t->origin, notes, n_notes);
	if (t->limit && t->n > t->limit)
		return;
	if (t->ctl->is_json) {
		print_offer(line, t->origin, notes, n_notes);
		return;
	}
	char number[24];
	snprintf(number, sizeof(number), "%" PRId64 ". ", t->n);
	printf("%s", number);
	print_cell(js_str(line, "title", "(no title)"),
		   WIDTH - FROM_WIDTH - strlen(number) - 1);
	print_from(js_str(t->origin, "title", ""));
	show_members(line, t->origin);
	show_unknown(o);
	for (size_t i = 0; i < n_notes; i++)
		show_note(&notes[i]);
}

static void on_bad(void *ctx, int64_t number, const struct err *err)
{
	(void)ctx;
	fprintf(stderr, "record %" PRId64 ": %s\n", number, err->text);
}

static void show_counts(const struct trial *t, const struct collector_counts *k,
			bool is_complete)
{
	if (t->limit && t->n > t->limit)
		fprintf(stderr, "the first %" PRId64 "; --limit N for more\n",
			t->limit);
	fprintf(stderr,
		"%" PRId64 " records: %" PRId64 " good, %" PRId64
		" bad; of the good ones %" PRId64 " closed, %" PRId64
		" without a trade, %" PRId64 " without a place; %" PRId64
		" bytes\n",
		k->seen, k->good, k->bad, k->closed, k->no_trade, k->no_place,
		k->bytes);
	if (k->declared >= 0)
		fprintf(stderr, "the feed itself counts %" PRId64 "\n",
			k->declared);
	fprintf(stderr, "%s\n",
		is_complete
			? "a complete answer: what it does not show any more "
			  "would be closed"
			: "not a complete answer: it would close nothing");
}

/* The source of --map: the file of sources.d it would be. */
static json_t *read_map(const char *path, struct diags *d)
{
	struct arena a;
	arena_init(&a);
	const struct ynode *root = ynode_load(&a, path, d);
	char *base = schema_path("/", "");
	char *absolute = realpath(path, NULL);
	if (absolute) {
		free(base);
		base = schema_path(absolute, "..");
	}
	json_t *source = root ? source_read(root, NULL, base, d) : NULL;
	free(absolute);
	free(base);
	arena_clear(&a);
	return source;
}

struct subject {
	json_t *source;		    /* owned */
	const char *file, *address; /* NULL: the source's own address */
};

/* What was asked for: a configured source, or a document read with --map. */
static int find_subject(const struct ctl *c, const json_t *options,
			const struct settings *s, const struct diags *loading,
			struct subject *out)
{
	const char *word = json_string_value(
		json_array_get(json_object_get(options, "words"), 0));
	const char *map = js_str(options, "map", NULL);
	*out = (struct subject){0};
	if (!map) {
		out->source = json_incref(json_object_get(s->sources, word));
		if (out->source)
			return 0;
		return ctl_fail(-1,
				"%s: no such source in %s%s; a file or an "
				"address wants --map SOURCE.yaml (etrierctl "
				"sources draft makes a first one)",
				word, c->config,
				loading->n_errors
					? ", which has mistakes (etrierctl "
					  "check)"
					: "");
	}
	struct diags d;
	diags_init(&d);
	out->source = read_map(map, &d);
	diags_print(&d, stderr);
	diags_clear(&d);
	if (str_starts(word, "http://") || str_starts(word, "https://"))
		out->address = word;
	else
		out->file = word;
	return out->source ? 0 : -1;
}

/* Every member came from the program, but for what its provenance says was
 * found in a text. */
static void note_printed(struct trial *t, const json_t *line)
{
	const json_t *found = json_object_get(line, "provenance");
	const char *name, *inner;
	json_t *value, *sub, *all = json_object();
	json_object_foreach((json_t *)(uintptr_t)line, name, value)
	{
		bool is_found = str_eq(js_str(found, name, ""), "text");
		const char *from = is_found ? "(inferred)" : "(printed)";
		if (!json_is_object(value) || str_eq(name, "place"))
			js_put_str(all, name, from);
		else if (value != found)
			json_object_foreach(value, inner, sub)
			{
				char *member = mem_printf("%s.%s", name, inner);
				js_put_str(all, member, from);
				free(member);
			}
	}
	json_object_del(all, "source");
	if (str_eq(js_str(line, "status", ""), "live"))
		js_put_str(all, "status", "(default)");
	on_origin(t, all);
	json_decref(all);
}

/* What a program printed, in the words of a document. */
static void on_printed(void *ctx, const struct offer *o)
{
	json_t *line = offer_to_json(o);
	note_printed(ctx, line);
	on_offer(ctx, o, line, NULL, 0);
	json_decref(line);
}

static int try_program(const struct collector_try_in *in, struct trial *t,
		       struct collector_try_out *out, struct err *err)
{
	static const struct runner_handler handler = {on_printed, on_bad};
	struct runner_counts n = {0};
	if (in->file || in->url)
		return err_set(err, ERR_INPUT,
			       "a source of kind exec is tried by its name");
	*out = (struct collector_try_out){0};
	int failed = runner_try(in->source, in->refdata, in->understanding,
				in->ca_file, &handler, t, &n, &out->is_complete,
				err);
	out->counts = (struct collector_counts){.seen = n.seen,
						.good = n.good,
						.bad = n.bad,
						.closed = n.closed,
						.no_trade = n.no_trade,
						.no_place = n.no_place,
						.declared = -1,
						.bytes = n.bytes};
	return failed;
}

static void show_conversation(const struct collector_try_out *out,
			      const struct collector_try_in *in)
{
	if (*out->note)
		fprintf(stderr, "note: %s\n", out->note);
	if (!in->file && out->n_requests > 1)
		fprintf(stderr, "%" PRId64 " requests%s\n", out->n_requests,
			in->max_documents ? " (--all-pages for all there is)"
					  : "");
}

/* in has all but the tables. */
static int try_with_tables(const struct ctl *c, struct collector_try_in *in,
			   const struct settings *s, struct err *err)
{
	static const struct collector_try_handler handler = {on_offer, on_bad,
							     on_origin};
	struct trial t = {.ctl = c, .limit = c->limit};
	struct collector_try_out out = {.counts.declared = -1};
	struct trade_finder *trades = trade_finder_new(in->refdata);
	struct understanding *u =
		understanding_new(in->refdata, trades, s->lexicons, err);
	bool is_exec = str_eq(js_str(in->source, "kind", ""), "exec");
	if (!t.limit && !c->is_json)
		t.limit = SHOWN_DEFAULT;
	in->understanding = u;
	try_sums_init(&t.sums);
	int failed = !u	       ? -1
		     : is_exec ? try_program(in, &t, &out, err)
			       : collector_try(in, &handler, &t, &out, err);
	if (!c->is_json)
		try_sums_print(&t.sums);
	try_sums_clear(&t.sums);
	json_decref(t.origin);
	fflush(stdout);
	if (failed)
		ctl_fail(0, "%s", err->text);
	show_conversation(&out, in);
	show_counts(&t, &out.counts, out.is_complete);
	understanding_free(u);
	trade_finder_free(trades);
	return failed ? CTL_FAILED : out.counts.bad ? CTL_GUARD : CTL_DONE;
}

static int try_it(const struct ctl *c, const struct subject *k,
		  const struct settings *s, bool wants_all)
{
	struct err err = {0};
	const char *tables = js_str(json_object_get(s->all, "paths"), "refdata",
				    ETRIER_DATADIR "/refdata");
	struct refdata *rd = refdata_load(tables, &err);
	if (!rd)
		return ctl_fail(CTL_FAILED, "%s", err.text);
	struct collector_try_in in = {
		.source = k->source,
		.refdata = rd,
		.file = k->file,
		.url = k->address,
		.ca_file = js_str(json_object_get(s->all, "collector"),
				  "ca_file", NULL),
		.max_documents = wants_all ? 0 : PAGES_DEFAULT,
	};
	int code = try_with_tables(c, &in, s, &err);
	refdata_free(rd);
	return code;
}

int ctl_sources_try(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	struct settings s;
	struct diags d;
	struct subject subject;
	diags_init(&d);
	settings_load(c->config, &s, &d);
	int code = find_subject(c, options, &s, &d, &subject)
			   ? CTL_FAILED
			   : try_it(c, &subject, &s,
				    js_bool(options, "all-pages", false));
	json_decref(subject.source);
	settings_clear(&s);
	diags_clear(&d);
	json_decref(options);
	return code;
}
