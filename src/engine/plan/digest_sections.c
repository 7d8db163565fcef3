/* SPDX-License-Identifier: EUPL-1.2 */
/* Which items of a digest are told today, and in which words. Pure: rows and
 * what was shown go in, a list comes out. An item unchanged is told once, and
 * again only where its section says so; what found no room was not shown, so
 * it comes first tomorrow. No name is in any of the words. */
#include "digest_sections.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* A section longer than a screen is not read. */
#define MOST 20
#define FEW  10

const struct digest_rule digest_rules[DIGEST_SECTIONS] = {
	[DIGEST_ANSWER] = {.word = "answer",
			   .most = MOST,
			   .is_urgent = true,
			   .for_cfa = true},
	[DIGEST_REPLY] = {.word = "reply", .most = MOST, .is_urgent = true},
	[DIGEST_STOP] = {.word = "stop", .most = MOST},
	[DIGEST_LATER] = {.word = "later", .most = FEW, .for_cfa = true},
	[DIGEST_DEADLINE] = {.word = "deadline",
			     .most = FEW,
			     .is_urgent = true,
			     .for_cfa = true},
	[DIGEST_QUIET] = {.word = "quiet",
			  .most = 3,
			  .again_days = 28,
			  .for_cfa = true},
	[DIGEST_FOLLOW] = {.word = "follow",
			   .most = FEW,
			   .again_days = 7,
			   .for_cfa = true},
	[DIGEST_CONTACT] = {.word = "contact", .most = FEW, .again_days = 28},
	/* Brothers and sisters may share one for good: told once, and again
	 * when it changes; only a STOP is worth a digest. */
	[DIGEST_SHARED] = {.word = "shared", .most = FEW},
	[DIGEST_UNCERTAIN] = {.word = "uncertain",
			      .most = MOST,
			      .is_urgent = true,
			      .stays = true},
	[DIGEST_EVENT] = {.word = "event", .most = 5},
	[DIGEST_WAITING] = {.word = "waiting",
			    .most = FEW,
			    .in_ledger = true,
			    .for_cfa = true},
	[DIGEST_NO_TRADE] = {.word = "no_trade",
			     .most = FEW,
			     .again_days = 28,
			     .is_aside = true},
	[DIGEST_HEARTBEAT] = {.word = "heartbeat", .most = 1, .for_cfa = true},
};

/* --- lists ---------------------------------------------------------------- */

void digest_items_add(struct digest_items *l, const struct digest_item *item)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct digest_item *v = arena_array(l->arena, cap, sizeof(*v));
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = *item;
}

size_t digest_items_count(const struct digest_items *l,
			  enum digest_section section)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].section == section;
	return n;
}

/* --- what was shown ------------------------------------------------------- */

void digest_seen_init(struct digest_seen *s)
{
	map_init(&s->rows);
	arena_init(&s->arena);
}

void digest_seen_clear(struct digest_seen *s)
{
	map_clear(&s->rows, NULL);
	arena_clear(&s->arena);
}

/* Neither a word nor a key holds a line end. */
static char *seen_key(const char *word, const char *key)
{
	return mem_printf("%s\n%s", word, key);
}

void digest_seen_put(struct digest_seen *s, const char *word, const char *key,
		     const struct digest_seen_row *row)
{
	struct digest_seen_row *kept = arena_alloc(&s->arena, sizeof(*kept));
	*kept = *row;
	kept->content = arena_dup(&s->arena, row->content);
	char *both = seen_key(word, key);
	map_put(&s->rows, both, kept);
	free(both);
}

const struct digest_seen_row *digest_seen_find(const struct digest_seen *s,
					       enum digest_section section,
					       const char *key)
{
	char *both = seen_key(digest_rules[section].word, key);
	const struct digest_seen_row *row = map_get(&s->rows, both);
	free(both);
	return row;
}

bool digest_is_known(const struct digest_seen_row *row,
		     const struct digest_rule *rule, const char *content,
		     int64_t now)
{
	if (!row || !str_eq(row->content, content))
		return false;
	/* By days, not by hours: the digest of Monday is sent at eight, that of
	 * the Monday before was perhaps sent at nine. */
	return !rule->again_days ||
	       paris_date(now) - paris_date(row->at) < rule->again_days;
}

/* --- choosing ------------------------------------------------------------- */

struct ranked {
	struct digest_item item;
	bool was_shown;
};

static int by_place(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->item.section != y->item.section)
		return x->item.section < y->item.section ? -1 : 1;
	if (x->was_shown != y->was_shown)
		return x->was_shown ? 1 : -1;
	if (x->item.rank != y->item.rank)
		return x->item.rank < y->item.rank ? -1 : 1;
	return strcmp(x->item.key, y->item.key);
}

/* Sets is_known on the way. */
static bool is_told(struct digest_item *item, const struct digest_seen_row *row,
		    const struct digest_choice *how)
{
	const struct digest_rule *rule = &digest_rules[item->section];
	if (rule->in_ledger)
		return !how->urgent_only;
	item->is_known = digest_is_known(row, rule, item->content, how->now);
	if (how->own) {
		bool is_own = row && row->message == how->own;
		bool is_named = rule->stays && item->is_known;
		item->is_known = !is_own;
		return is_own || is_named;
	}
	if (how->urgent_only && !rule->is_urgent)
		return false;
	return !item->is_known || rule->stays;
}

void digest_items_choose(struct digest_items *l, const struct digest_seen *seen,
			 const struct digest_choice *how)
{
	struct ranked *v = mem_array(l->n + 1, sizeof(*v));
	size_t n = 0, in_section[DIGEST_SECTIONS] = {0};
	for (size_t i = 0; i < l->n; i++) {
		struct digest_item *item = &l->v[i];
		const struct digest_seen_row *row =
			digest_seen_find(seen, item->section, item->key);
		if (is_told(item, row, how))
			v[n++] = (struct ranked){*item, row != NULL};
	}
	if (n)
		qsort(v, n, sizeof(*v), by_place);
	l->n = 0;
	for (size_t i = 0; i < n; i++) {
		enum digest_section section = v[i].item.section;
		if (in_section[section]++ < digest_rules[section].most)
			l->v[l->n++] = v[i].item;
		else
			l->more[section]++;
	}
	free(v);
}

static bool is_said(enum digest_section section)
{
	return section == DIGEST_ANSWER || section == DIGEST_REPLY ||
	       section == DIGEST_UNCERTAIN;
}

bool digest_has_news(const struct digest_items *l, bool is_new_here)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].is_known &&
		    !digest_rules[l->v[i].section].is_aside &&
		    !l->v[i].is_aside &&
		    (!is_new_here || is_said(l->v[i].section)))
			return true;
	return false;
}

/* --- words ---------------------------------------------------------------- */

const char *digest_answer_words(const char *result)
{
	static const struct {
		const char *result, *words;
	} rows[] = {{"interested", "veut cette offre"},
		    {"call", "demande qu’on l’appelle pour cette offre"},
		    {"not_interested", "ne veut pas cette offre"}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(rows[i].result, result))
			return rows[i].words;
	return NULL;
}

const char *digest_wait_words(struct arena *a, int32_t last, int32_t today)
{
	if (last == DATE_NONE)
		return "attend sa première offre";
	return today - last < DIGEST_WAIT_DAYS
		       ? NULL
		       : arena_printf(a, "attend depuis %d jours",
				      today - last);
}

/* domain.md 5.4: five things that break contracts, each asked in its time. */
const char *digest_follow_question(enum store_step step)
{
	static const char *const questions[STORE_N_STEPS] = {
		[STORE_J7] = "Les horaires et le trajet vont-ils ? Qui "
			     "l’accompagne sur place ?",
		[STORE_J21] =
			"Les tâches sont-elles celles prévues ? Le tuteur "
			"est-il là ?",
		[STORE_J40] = "La période d’essai finit vers le 45e jour : "
			      "continuer, ou en parler à trois ?",
		[STORE_M3] = "Comment va l’alternance avec le CFA ?",
		[STORE_M6] = "Qu’est-ce qui reste difficile ? Qu’est-ce qui "
			     "est acquis ?",
		[STORE_M9] = "Le contrat va-t-il au bout ? Et après ?"};
	return step < STORE_N_STEPS ? questions[step] : NULL;
}

const char *digest_contact_words(struct arena *a, enum channel channel,
				 const char *cause, int32_t since)
{
	static const struct {
		const char *cause, *words;
	} rows[] = {{"unknown_user", "adresse inconnue"},
		    {"mailbox_full", "boîte pleine"},
		    {"inactive", "boîte inutilisée"},
		    {"number_dead", "numéro non attribué"},
		    {"blocked", "messages bloqués"},
		    {"complaint", "signalé comme indésirable"}};
	const char *words = "messages non remis";
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(rows[i].cause, cause))
			words = rows[i].words;
	char day[11];
	date_format_dmy(since, day);
	return arena_printf(a, "%s : %s depuis le %s",
			    channel == CHANNEL_SMS ? "SMS" : "e-mail", words,
			    day);
}

/* "Tom (dossier 0355), Awa (dossier 0290) et de 2 autres dossiers" */
static const char *whose_too(struct arena *a, const char *const *own,
			     size_t n_own, size_t n_others)
{
	size_t named =
		n_own < DIGEST_SHARED_NAMES ? n_own : DIGEST_SHARED_NAMES;
	const char *out = "";
	n_others += n_own - named;
	for (size_t i = 0; i < named; i++) {
		bool is_last = i + 1 == named && !n_others;
		const char *join = i == 0 ? "" : is_last ? " et " : ", ";
		out = arena_printf(a, "%s%s%s", out, join, own[i]);
	}
	if (!n_others)
		return arena_printf(a, "de %s", out);
	out = named ? arena_printf(a, "de %s et ", out) : "";
	return n_others == 1 ? arena_printf(a, "%sd’un autre dossier", out)
			     : arena_printf(a, "%sde %zu autres dossiers", out,
					    n_others);
}

const char *digest_shared_words(struct arena *a, enum channel channel,
				bool is_stopped, const char *const *own,
				size_t n_own, size_t n_others)
{
	const char *whose = whose_too(a, own, n_own, n_others);
	static const char *const sentences[2][2] = {
		{"cette adresse est aussi celle",
		 "plus aucun e-mail à cette adresse (arrêt demandé), qui est "
		 "aussi celle"},
		{"ce numéro est aussi celui",
		 "plus aucun SMS à ce numéro (arrêt demandé), qui est aussi "
		 "celui"}};
	return arena_printf(a, "%s %s",
			    sentences[channel == CHANNEL_SMS][is_stopped],
			    whose);
}

const char *digest_todo_words(struct arena *a, const struct digest_counts *c)
{
	const struct {
		size_t n;
		const char *one, *many;
	} parts[] = {
		{c->answers, "réponse à suivre", "réponses à suivre"},
		{c->decisions, "décision à prendre", "décisions à prendre"},
		{c->urgent, "urgence", "urgences"},
		{c->follow, "suivi de contrat", "suivis de contrat"},
		{c->contacts, "contact à vérifier", "contacts à vérifier"}};
	const char *out = NULL;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (!parts[i].n)
			continue;
		out = arena_printf(a, "%s%s%zu %s", out ? out : "",
				   out ? ", " : "", parts[i].n,
				   parts[i].n > 1 ? parts[i].many
						  : parts[i].one);
	}
	return out;
}

int digest_deadline_step(int days)
{
	if (days < 0 || days > DIGEST_URGENT_DAYS)
		return 0;
	return days <= 3 ? 3 : days <= 7 ? 7 : DIGEST_URGENT_DAYS;
}
