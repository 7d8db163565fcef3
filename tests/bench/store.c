/* SPDX-License-Identifier: EUPL-1.2 */
/* Figures of the store on this machine's disk, printed, never judged:
 *   bench-store [PEOPLE] [FOLDER]        (180000, the current folder)
 * Rows committed one by one, by 100 and by 1000; an import of PEOPLE staged and
 * applied, first as new people, then with 5 % changed, then with all changed;
 * reading everybody. Names and numbers are invented. */
#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store.h>
#include <etrier/store_events.h>
#include <etrier/store_people.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NOW ((int64_t)1800000000)

static struct err err;

static void must(int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "bench-store: %s\n", err.text);
	exit(1);
}

static int64_t ms(void)
{
	return clock_mono_ms(clock_system());
}

static long rss_mb(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss / 1024;
}

struct batch {
	int n;
};

static int add_events(struct store *s, void *ctx, struct err *e)
{
	const struct batch *b = ctx;
	struct store_event ev = {
		.at = NOW, .kind = "bench", .person = 1, .data = "{\"n\":1}"};
	for (int i = 0; i < b->n; i++) {
		if (store_event_add(s, &ev, e))
			return -1;
	}
	return 0;
}

static void commits(struct store *s)
{
	static const struct {
		int rows, batch;
	} runs[] = {{3000, 1}, {100000, 100}, {300000, 1000}};
	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		struct batch b = {runs[i].batch};
		int64_t start = ms();
		for (int n = 0; n < runs[i].rows; n += b.n)
			must(store_tx(s, add_events, &b, &err));
		int64_t took = ms() - start;
		printf("rows committed by %4d: %9.0f rows/s\n", b.n,
		       1000.0 * runs[i].rows / (double)(took ? took : 1));
	}
}

/* A row as import makes it; `change` alters every `step`-th one. */
static json_t *make_row(int i, int step, const char *change)
{
	char ref[32], phone[32], birth[32];
	snprintf(ref, sizeof(ref), "D%07d", i);
	snprintf(phone, sizeof(phone), "+336399%05d", 80000 + i % 10000);
	snprintf(birth, sizeof(birth), "20%02d-%02d-%02d", i % 10, i % 12 + 1,
		 i % 28 + 1);
	json_t *row = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, "
		"s:[s,s], s:[s], s:[s,s], s:s, s:s, s:s, "
		"s:{s:s, s:s, s:s, s:s, s:f, s:f}}",
		"ref", ref, "first_name", "Invente", "last_name", "Personne",
		"birth_date", birth, "phone", phone, "email",
		"invente@mail.example", "agency", "ML93", "adviser", "sarah",
		"channel", "sms", "status", "active", "max_minutes", 45, "rome",
		"D1102", "D1106", "contracts", "apprenticeship", "modes",
		"walk", "transit", "consent_sms", "yes", "consent_email", "yes",
		"informed_on", "2026-01-02", "place", "precision", "commune",
		"insee", "93048", "postcode", "93100", "city", "Montreuil",
		"lat", 48.863, "lon", 2.448);
	BUG_ON(!row);
	if (i % 12 == 0)
		json_object_set_new(row, "needs",
				    json_pack("[s]", "loads:1:warn"));
	if (change && i % step == 0)
		json_object_set_new(row, "city", json_string(change));
	return row;
}

struct slice {
	int from, to, step;
	const char *change;
};

static int stage_slice(struct store *s, void *ctx, struct err *e)
{
	const struct slice *sl = ctx;
	for (int i = sl->from; i < sl->to; i++) {
		enum store_verdict v;
		json_t *row = make_row(i, sl->step, sl->change);
		int rc = store_stage_youth(s, "ml93", row, i + 2, &v, e);
		json_decref(row);
		if (rc)
			return -1;
	}
	return 0;
}

static void import(struct store *s, int people, const char *what, int step,
		   const char *change)
{
	struct store_diff d;
	int64_t number, start = ms();
	must(store_stage_begin(s, "ml93", &err));
	for (int at = 0; at < people; at += 1000) {
		struct slice sl = {at, at + 1000 < people ? at + 1000 : people,
				   step, change};
		must(store_tx(s, stage_slice, &sl, &err));
	}
	int64_t staged = ms();
	must(store_stage_diff(s, "ml93", &d, &err));
	int64_t diffed = ms();
	must(store_stage_apply(s, "ml93", NOW, &number, &err));
	int64_t done = ms();
	printf("%-12s staged %6lld ms (%.0f rows/s), diff %4lld ms, apply "
	       "%5lld ms (new %lld changed %lld same %lld), peak %ld MB\n",
	       what, (long long)(staged - start),
	       1000.0 * people / (double)(staged - start + 1),
	       (long long)(diffed - staged), (long long)(done - diffed),
	       (long long)d.n_new, (long long)d.n_changed, (long long)d.n_same,
	       rss_mb());
}

static int count_person(void *ctx, const struct store_person *row)
{
	*(int64_t *)ctx += row->needs ? 1 : 0;
	return 0;
}

static void read_all(struct store *s)
{
	struct store_people_query q = {.active_only = true, .with_needs = true};
	int64_t n_needs = 0, start = ms();
	must(store_people_each(s, &q, count_person, &n_needs, &err));
	printf("everybody read with needs (%lld have some): %lld ms\n",
	       (long long)n_needs, (long long)(ms() - start));
}

int main(int argc, char **argv)
{
	int64_t people = 180000;
	char path[512];
	struct store *s;
	struct store_stats st;
	struct store_keys keys = {.n_needs = 1};
	if (argc > 1 && num_parse_int(argv[1], 1, 5000000, &people)) {
		fprintf(stderr, "usage: bench-store [PEOPLE] [FOLDER]\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/bench-store-%d.db",
		 argc > 2 ? argv[2] : ".", (int)getpid());
	must(store_open(path, &keys, &s, &err));
	must(store_origin_put(s, "ml93", 0, "ML93", &err));
	commits(s);
	import(s, (int)people, "new", 1, NULL);
	import(s, (int)people, "same", 1, NULL);
	import(s, (int)people, "5 % changed", 20, "Bagnolet");
	import(s, (int)people, "all changed", 1, "Pantin");
	read_all(s);
	must(store_checkpoint(s, &err));
	must(store_stats(s, &st, &err));
	printf("file %lld MB\n", (long long)st.file_bytes >> 20);
	store_close(s);
	unlink(path);
	return 0;
}
