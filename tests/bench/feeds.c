/* SPDX-License-Identifier: EUPL-1.2 */
/* How fast a large feed becomes offers, and in how much memory:
 *
 *   bench-feeds [--mb N] [--folder DIR] [--plain]
 *       300 MB, the current folder
 *   bench-feeds --files N --folder DIR
 *       N documents of one offer, for polls.sh
 *
 * Invented offers of 2 to 4 kB in French are written to a file, once as JSON
 * and once as XML in the forms that conf/sources.d/examples/france-travail and
 * hellowork read, and read back by
 *
 *   étrier    split, parsed, mapped by that example, normalised with the
 * tables; then the same and read as the collector reads offers, with
 *             conf/signals.yaml, conf/quality.yaml and trades inferred
 *             (--plain: not this one)
 *   jansson   a trivial splitter and json_loadb() an element; also the whole
 *             document as one tree, of at most WHOLE_MB
 *   expat     handlers that count
 *
 * each in a process of its own, so that its peak memory is its own, and by
 * processor time, so that a busy machine disturbs less. What étrier counts must
 * be what was written, else the bench fails. The seed is fixed. */
#include "collector/feed.h"
#include "collector/mapping.h"
#include "feeds/invented.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/lexicon.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/refdata.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/trade.h>
#include <etrier/understand.h>
#include <etrier/ynode.h>

#include <expat.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MB = 1000000,
	CHUNK = 16 * 1024, /* as libcurl hands bytes over */
	WHOLE_MB = 100,	   /* of one tree: memory is 4 to 6 times that */
};

struct form {
	const char *name, *map, *records, *begin, *between, *end;
	void (*put)(struct invented *o, int64_t i);
};
static const struct form forms[] = {
	{"json", "conf/sources.d/examples/france-travail.yaml", "resultats",
	 "{\"resultats\":[\n", ",\n", "]}\n", invented_json},
	{"xml", "conf/sources.d/examples/hellowork.yaml", "root.job",
	 "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root>\n", "",
	 "</root>\n", invented_xml},
};

static void say(const char *bytes, size_t n, FILE *f)
{
	if (fwrite(bytes, 1, n, f) == n)
		return;
	perror("bench-feeds: writing");
	exit(1);
}

/* Offers until `size` bytes are there; how many. */
static int64_t write_feed(const struct form *form, int64_t size, FILE *f)
{
	int64_t n = 0, written = 0;
	struct invented o;
	say(form->begin, strlen(form->begin), f);
	for (; written < size; n++) {
		o.n = 0;
		invented_put(&o, "%s", n ? form->between : "");
		form->put(&o, n);
		say(o.text, o.n, f);
		written += (int64_t)o.n;
	}
	say(form->end, strlen(form->end), f);
	return n;
}

static int write_files(int64_t n, const char *folder)
{
	for (int64_t i = 0; i < n; i++) {
		char *path = mem_printf("%s/%" PRId64 ".json", folder, i);
		struct invented o = {.n = 0};
		invented_put(&o, "{\"resultats\":[");
		invented_json(&o, i);
		invented_put(&o, "]}");
		/* Blanks make 4 kB of it. */
		while (o.n < 4096)
			invented_put(&o, "\n");
		FILE *f = fopen(path, "w");
		if (!f) {
			perror(path);
			return 1;
		}
		say(o.text, o.n, f);
		fclose(f);
		free(path);
	}
	return 0;
}

/* ---- the readers ---- */

struct work {
	const struct form *form;
	FILE *file;
	int64_t bytes, offers;
	bool is_plain;
};
typedef int64_t reader_fn(const struct work *w); /* records read, -1 */

static void on_offer(void *ctx, const struct offer *o,
		     const struct notes *notes)
{
	(void)notes;
	*(int64_t *)ctx += o->title && o->description && o->n_rome &&
			   o->place.precision != PLACE_UNKNOWN &&
			   o->posted != INSTANT_NONE;
}

/* The shipped example, with room for the feed, as a file: the pages of an API
 * are not what is measured. */
static json_t *read_map(const struct form *form)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_load(&a, form->map, &d);
	json_t *source = root ? source_read(root, NULL, "", &d) : NULL;
	diags_print(&d, stderr);
	if (source) {
		json_object_set_new(source, "max_offers",
				    json_integer(100000000));
		json_object_set_new(source, "kind", json_string(form->name));
		json_object_set_new(source, "records",
				    json_string(form->records));
	}
	diags_clear(&d);
	arena_clear(&a);
	return source;
}

static json_t *read_lexicon(const char *file, enum lexicon_what what)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_load(&a, file, &d);
	json_t *lexicon = root ? lexicon_read(root, what, &d) : NULL;
	diags_print(&d, stderr);
	diags_clear(&d);
	arena_clear(&a);
	return lexicon;
}

/* As shipped, but for the list of employers, which an instance has. */
static struct understanding *read_understanding(
	const struct refdata *rd, const struct trade_finder *finder)
{
	struct err err;
	json_t *signals = read_lexicon("conf/signals.yaml", LEXICON_SIGNALS);
	json_t *quality = read_lexicon("conf/quality.yaml", LEXICON_QUALITY);
	json_t *both = json_pack("{s:o*, s:o*}", "signals", signals, "quality",
				 quality);
	struct understanding *u =
		signals && quality ? understanding_new(rd, finder, both, &err)
				   : NULL;
	json_decref(both);
	return u;
}

static int64_t read_nothing(const struct work *w)
{
	struct err err;
	struct refdata *rd = refdata_load("conf/refdata", &err);
	struct trade_finder *finder =
		w->is_plain || !rd ? NULL : trade_finder_new(rd);
	struct understanding *u =
		finder ? read_understanding(rd, finder) : NULL;
	bool is_read = rd && (w->is_plain || u);
	understanding_free(u);
	trade_finder_free(finder);
	refdata_free(rd);
	return is_read ? 0 : -1;
}

static int64_t read_etrier(const struct work *w)
{
	static const struct feed_handler handler = {on_offer, NULL};
	struct err err = {0};
	int64_t understood = 0;
	size_t n;
	char *bytes = mem_alloc(CHUNK);
	struct refdata *rd = refdata_load("conf/refdata", &err);
	json_t *source = read_map(w->form);
	struct mapping *m = source ? mapping_new(source, &err) : NULL;
	if (!rd || !m)
		return -1;
	struct trade_finder *finder = w->is_plain ? NULL : trade_finder_new(rd);
	struct understanding *u =
		w->is_plain ? NULL : read_understanding(rd, finder);
	if (!w->is_plain && !u)
		return -1;
	const struct normaliser nz = {
		.mapping = m,
		.refdata = rd,
		.understanding = u,
		.source = "bench",
		.now = clock_now(clock_system()),
	};
	struct feed_scratch scratch;
	feed_scratch_init(&scratch);
	struct feed *f =
		feed_new(source, &nz, &scratch, false, &handler, &understood);
	int rc = 0;
	while (!rc && (n = fread(bytes, 1, CHUNK, w->file)))
		rc = feed_bytes(f, bytes, n, &err);
	rc = rc ? rc : feed_end(f, &err);
	const struct collector_counts *c = feed_counts(f);
	if (rc || c->good != c->seen)
		fprintf(stderr,
			"bench-feeds: %s; %" PRId64 " of %" PRId64
			" records good\n",
			rc ? err.text : "whole", c->good, c->seen);
	int64_t good = c->good;
	feed_free(f);
	feed_scratch_clear(&scratch);
	mapping_free(m);
	json_decref(source);
	understanding_free(u);
	trade_finder_free(finder);
	refdata_free(rd);
	free(bytes);
	/* A trade may be unknown in a feed without codes; all else is there. */
	return rc || !understood ? -1 : good;
}

/* Elements of the one array of a document, as simply as it can be done. */
static int64_t read_jansson(const struct work *w)
{
	static char element[INVENTED_MAX];
	char *bytes = mem_alloc(CHUNK);
	size_t n, len = 0;
	int64_t seen = 0;
	int depth = 0;
	bool quoted = false, escaped = false;
	while ((n = fread(bytes, 1, CHUNK, w->file))) {
		for (size_t i = 0; i < n; i++) {
			char c = bytes[i];
			if (depth > 2 || (depth == 2 && c == '{'))
				element[len++] = c;
			if (quoted) {
				quoted = escaped || c != '"';
				escaped = !escaped && c == '\\';
			} else if (c == '"') {
				quoted = true;
			} else if (c == '{' || c == '[') {
				depth++;
			} else if ((c == '}' || c == ']') && --depth == 2) {
				json_t *v = json_loadb(element, len, 0, NULL);
				seen += v != NULL;
				json_decref(v);
				len = 0;
			}
		}
	}
	free(bytes);
	return seen;
}

static int64_t read_whole(const struct work *w)
{
	json_t *v = json_loadf(w->file, 0, NULL);
	int64_t n = (int64_t)json_array_size(json_object_get(v, "resultats"));
	json_decref(v);
	return n;
}

struct tally {
	int64_t records, bytes;
};

static void XMLCALL on_start(void *ctx, const XML_Char *name,
			     const XML_Char **attributes)
{
	struct tally *t = ctx;
	(void)attributes;
	t->records += strcmp(name, "job") == 0;
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	(void)ctx;
	(void)name;
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int n)
{
	struct tally *t = ctx;
	(void)s;
	t->bytes += n;
}

static int64_t read_expat(const struct work *w)
{
	struct tally t = {0};
	char *bytes = mem_alloc(CHUNK);
	size_t n;
	XML_Parser p = XML_ParserCreate(NULL);
	XML_SetUserData(p, &t);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	while ((n = fread(bytes, 1, CHUNK, w->file)) &&
	       XML_Parse(p, bytes, (int)n, 0) == XML_STATUS_OK)
		;
	bool whole = XML_Parse(p, "", 0, 1) == XML_STATUS_OK;
	XML_ParserFree(p);
	free(bytes);
	return whole ? t.records : -1;
}

/* ---- one process each ---- */

/* Processor seconds of one run in a process of its own. */
static double run_once(const char *what, reader_fn *reader,
		       const struct work *w, long *peak_mb)
{
	int status;
	struct rusage u;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		if (w->file)
			rewind(w->file);
		_exit(reader(w) == w->offers ? 0 : 1);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid || status) {
		fprintf(stderr, "bench-feeds: %s failed\n", what);
		exit(1);
	}
	*peak_mb = u.ru_maxrss * 1024 / MB;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* The better of two, since a neighbour only ever slows down; prints a row. */
static double run(const char *what, reader_fn *reader, const struct work *w)
{
	long peak_mb;
	double s = run_once(what, reader, w, &peak_mb);
	double again = run_once(what, reader, w, &peak_mb);
	if (again < s)
		s = again;
	printf("%-28s", what);
	if (w->offers)
		printf(" %8.2f s %8.1f MB/s %9.0f offers/s", s,
		       (double)w->bytes / MB / s, (double)w->offers / s);
	printf("  peak %ld MB\n", peak_mb);
	fflush(stdout);
	return s;
}

static struct work make_work(const struct form *form, int64_t mb,
			     const char *folder)
{
	char *path = mem_printf("%s/bench-feeds-%d.%s", folder, (int)getpid(),
				form->name);
	struct work w = {.form = form, .file = fopen(path, "w+")};
	if (!w.file) {
		perror(path);
		exit(1);
	}
	unlink(path);
	free(path);
	w.offers = write_feed(form, mb * MB, w.file);
	w.bytes = ftell(w.file);
	printf("%s: %" PRId64 " offers of %" PRId64 " bytes, %" PRId64 " MB\n",
	       form->name, w.offers, w.bytes / w.offers, w.bytes / MB);
	return w;
}

/* Both ways beside a peer; with reading, the floor holds as well. */
static void run_etrier(struct work *w, bool is_plain, double peer,
		       const char *floor)
{
	w->is_plain = true;
	double s = run("étrier, to offers", read_etrier, w);
	printf("étrier over the peer: %.2f (floor %s)\n", peer / s, floor);
	if (is_plain)
		return;
	w->is_plain = false;
	s = run("étrier, to offers read", read_etrier, w);
	printf("étrier over the peer: %.2f (floor %s)\n", peer / s, floor);
}

static void bench(int64_t mb, const char *folder, bool is_plain)
{
	const struct work none = {.is_plain = is_plain};
	run("what is loaded alone", read_nothing, &none);
	struct work w = make_work(&forms[0], mb, folder);
	double peer = run("jansson, an offer at a time", read_jansson, &w);
	run_etrier(&w, is_plain, peer, "0.5");
	fclose(w.file);
	w = make_work(&forms[0], mb < WHOLE_MB ? mb : WHOLE_MB, folder);
	run("jansson, the whole tree", read_whole, &w);
	fclose(w.file);
	w = make_work(&forms[1], mb, folder);
	peer = run("expat, counting", read_expat, &w);
	run_etrier(&w, is_plain, peer, "0.25");
	fclose(w.file);
}

int main(int argc, char **argv)
{
	const char *folder = ".";
	int64_t mb = 300, files = 0;
	bool is_plain = false, is_wrong = false;
	for (int i = 1; i < argc && !is_wrong; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		if (str_eq(argv[i], "--plain")) {
			is_plain = true;
			continue;
		}
		if (str_eq(argv[i], "--folder"))
			folder = value;
		else if (str_eq(argv[i], "--mb"))
			is_wrong = num_parse_int(value, 1, 10000, &mb);
		else
			is_wrong = !str_eq(argv[i], "--files") ||
				   num_parse_int(value, 1, 100000, &files);
		i++;
	}
	if (is_wrong || !*folder) {
		fprintf(stderr, "usage: bench-feeds [--mb N] [--files N] "
				"[--folder DIR] [--plain]\n");
		return 2;
	}
	if (files)
		return write_files(files, folder);
	/* As the collector does: before it, hashing takes the slowest of its
	 * ways. */
	if (sodium_init() < 0)
		return 1;
	bench(mb, folder, is_plain);
	return 0;
}
