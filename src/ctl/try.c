/* SPDX-License-Identifier: EUPL-1.2 */
/* sources try: read a document as the collector would, or run a program as the
 * runner would, and say what became of each record. Needs no daemon, stores
 * nothing, tells nobody. */
#include "ctl.h"

#include <etrier/arena.h>
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

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Blocks shown to people when --limit says nothing. */
#define SHOWN_DEFAULT 20

struct trial {
	const struct ctl *ctl;
	int64_t n, limit; /* limit 0: all */
};

/* "  place: Montreuil (commune)", nothing when there is nothing. */
static void show(const char *label, const char *text, const char *more)
{
	if (!text)
		return;
	char *safe = ctl_harmless(text);
	printf("  %s: %s%s%s%s\n", label, safe, more ? " (" : "",
	       more ? more : "", more ? ")" : "");
	free(safe);
}

static void show_unknown(const struct offer *o)
{
	const char *names[COLLECTOR_UNKNOWN_MAX];
	size_t n = collector_unknown_fields(o, names);
	for (size_t i = 0; i < n; i++)
		printf("%s%s", i ? ", " : "  unknown: ", names[i]);
	if (n)
		putchar('\n');
}

static void show_rome(const json_t *line)
{
	const json_t *rome = json_object_get(line, "rome");
	for (size_t i = 0; i < json_array_size(rome); i++)
		printf("%s%s", i ? ", " : "  rome: ",
		       json_string_value(json_array_get(rome, i)));
	if (json_array_size(rome))
		putchar('\n');
}

static void show_note(const struct collector_note *note)
{
	char *value = ctl_harmless(note->value ? note->value : "");
	printf("  note: %s: %s%s%s%s\n", note->field, note->text,
	       note->value ? " \"" : "", value, note->value ? "\"" : "");
	free(value);
}

static void on_offer(void *ctx, const struct offer *o, const json_t *line,
		     const struct collector_note *notes, size_t n_notes)
{
	struct trial *t = ctx;
	t->n++;
	if (t->limit && t->n > t->limit)
		return;
	if (t->ctl->is_json) {
		ctl_print_json(line);
		return;
	}
	const json_t *place = json_object_get(line, "place");
	char *title = ctl_harmless(js_str(line, "title", "(no title)"));
	printf("%" PRId64 ". %s\n", t->n, title);
	free(title);
	show("ref", js_str(line, "ref", NULL), NULL);
	show("employer",
	     js_str(json_object_get(line, "employer"), "name", NULL), NULL);
	show("kind", js_str(line, "kind", NULL), NULL);
	show_rome(line);
	show("place",
	     js_str(place, "city", js_str(place, "postcode", "nowhere known")),
	     js_str(place, "precision", NULL));
	show("start", js_str(line, "start", NULL), NULL);
	if (!str_eq(js_str(line, "status", "live"), "live"))
		show("status", js_str(line, "status", NULL), NULL);
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
				"address wants --map SOURCE.yaml",
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

/* What a program printed, in the words of a document. */
static void on_printed(void *ctx, const struct offer *o)
{
	json_t *line = offer_to_json(o);
	on_offer(ctx, o, line, NULL, 0);
	json_decref(line);
}

static int try_program(const struct subject *k, const struct refdata *rd,
		       const char *ca_file, struct trial *t,
		       struct collector_counts *out, bool *is_complete,
		       struct err *err)
{
	static const struct runner_handler handler = {on_printed, on_bad};
	struct runner_counts n = {0};
	if (k->file || k->address)
		return err_set(err, ERR_INPUT,
			       "a source of kind exec is tried by its name");
	int failed = runner_try(k->source, rd, ca_file, &handler, t, &n,
				is_complete, err);
	*out = (struct collector_counts){.seen = n.seen,
					 .good = n.good,
					 .bad = n.bad,
					 .closed = n.closed,
					 .no_trade = n.no_trade,
					 .no_place = n.no_place,
					 .declared = -1,
					 .bytes = n.bytes};
	return failed;
}

static int try_it(const struct ctl *c, const struct subject *k,
		  const struct settings *s)
{
	static const struct collector_try_handler handler = {on_offer, on_bad};
	struct trial t = {.ctl = c, .limit = c->limit};
	struct collector_counts counts = {.declared = -1};
	struct err err = {0};
	bool is_complete = false;
	if (!t.limit && !c->is_json)
		t.limit = SHOWN_DEFAULT;
	const char *tables = js_str(json_object_get(s->all, "paths"), "refdata",
				    ETRIER_DATADIR "/refdata");
	struct refdata *rd = refdata_load(tables, &err);
	if (!rd)
		return ctl_fail(CTL_FAILED, "%s", err.text);
	const char *ca_file =
		js_str(json_object_get(s->all, "collector"), "ca_file", NULL);
	bool is_exec = str_eq(js_str(k->source, "kind", ""), "exec");
	int failed = is_exec ? try_program(k, rd, ca_file, &t, &counts,
					   &is_complete, &err)
			     : collector_try(k->source, rd, k->file, k->address,
					     ca_file, &handler, &t, &counts,
					     &is_complete, &err);
	fflush(stdout);
	if (failed)
		ctl_fail(0, "%s", err.text);
	show_counts(&t, &counts, is_complete);
	refdata_free(rd);
	return failed ? CTL_FAILED : counts.bad ? CTL_GUARD : CTL_DONE;
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
			   : try_it(c, &subject, &s);
	json_decref(subject.source);
	settings_clear(&s);
	diags_clear(&d);
	json_decref(options);
	return code;
}
