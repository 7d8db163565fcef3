/* SPDX-License-Identifier: EUPL-1.2 */
/* An SMS that comes back, by its first words. French law wants STOP understood
 * at once (domain.md 3.5); young people write it in many ways, and also write
 * sentences that hold such a word and mean something else ("je m'arrête à
 * 18h"). Both lists are in tests/unit/test_sms_reply.c. */
#include <etrier/arena.h>
#include <etrier/sms_reply.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Words looked at; a longer SMS is a letter. */
#define WORDS_MAX 12
/* An SMS of more words is no answer of one word, whatever it begins with. */
#define ANSWER_WORDS_MAX 4

struct words {
	const char *v[WORDS_MAX];
	int n;
	bool is_cut;
};

/* A stop as it stands, folded. Those that may be slipped in are long enough
 * for a slip to leave them recognisable. */
static const char *const stops[] = {
	"stop",		  "stopp",	"stope",	 "stopsms",
	"stoppub",	  "stopper",	"stoppe",	 "stoppez",
	"arret",	  "arrets",	"arrete",	 "arretes",
	"arreter",	  "arretez",	"desabo",	 "desabonne",
	"unsubscribe",	  "desabonner", "desabonnement", "desinscrire",
	"desinscription", "desinscrit", "desinscris",	 NULL};
/* One edit away from "stop", and words of their own. */
static const char *const not_stops[] = {
	"top", "shop", "spot", "step", "stock", "stoc", "sto", "stups", NULL};
/* After which a stop word is still the first thing said. */
static const char *const fillers[] = {"svp",	"stp", "merci", "bonjour",
				      "salut",	"slt", "bjr",	"please",
				      "coucou", NULL};

/* What one wants no more of. */
static const char *const messages[] = {"sms", "message", "messages", "msg",
				       "pub", "textos",	 "texto",    NULL};

static bool is_among(const char *w, const char *const *list)
{
	for (; *list; list++) {
		if (str_eq(*list, w))
			return true;
	}
	return false;
}

static bool is_stop_word(const char *w)
{
	size_t n = strlen(w);
	if (is_among(w, stops))
		return true;
	if (n < 3 || is_among(w, not_stops))
		return false;
	for (size_t i = 0; stops[i]; i++) {
		size_t m = strlen(stops[i]);
		/* Short words slip within their own letters ("sotp", "stpo",
		 * "stpp"); a letter more or less makes another word. */
		bool is_short = m <= 4;
		if (is_short ? n >= m && n <= m + 1 && w[0] == 's' &&
				       str_distance(w, stops[i], 1) <= 1
			     : m >= 6 && str_distance(w, stops[i], 1) <= 1)
			return true;
	}
	return false;
}

static bool starts_with(const struct words *w, int at, const char *a,
			const char *b)
{
	return at + 1 < w->n && str_eq(w->v[at], a) && str_eq(w->v[at + 1], b);
}

/* "arrete 18h", "arret de bus": the word is there, and means something else
 * than stop writing. Only the forms of "arrêt" have another life. */
static bool is_another_sense(const struct words *w, int at)
{
	static const char *const after[] = {
		"de",	   "du",   "des", "d",	     "bus",	   "metro",
		"maladie", "tram", "rer", "travail", "travailler", "a",
		"mon",	   "ma",   "le",  "la",	     "l",	   "mes",
		"chez",	   "vers", NULL};
	if (!str_starts(w->v[at], "arret") || at + 1 >= w->n)
		return false;
	/* "arretez de m'envoyer", "arrete de m ecrire": that is a stop. */
	if (str_eq(w->v[at + 1], "de") && at + 2 < w->n &&
	    (str_eq(w->v[at + 2], "m") || str_eq(w->v[at + 2], "me")))
		return false;
	if (str_eq(w->v[at + 1], "les") || str_eq(w->v[at + 1], "vos"))
		return false;
	return is_among(w->v[at + 1], after);
}

static bool is_stop(const struct words *w)
{
	int at = 0;
	while (at + 1 < w->n && at < 2 && is_among(w->v[at], fillers))
		at++;
	if (starts_with(w, at, "non", "merci"))
		return w->n <= at + 3;
	if (starts_with(w, at, "me", "desabonner") ||
	    starts_with(w, at, "me", "desinscrire") ||
	    (starts_with(w, at, "plus", "de") && at + 2 < w->n &&
	     is_among(w->v[at + 2], messages)))
		return true;
	/* S T O P, one letter at a time */
	if (w->n >= at + 4 && str_eq(w->v[at], "s") &&
	    str_eq(w->v[at + 1], "t") && str_eq(w->v[at + 2], "o") &&
	    str_eq(w->v[at + 3], "p"))
		return true;
	return is_stop_word(w->v[at]) && !is_another_sense(w, at);
}

/* --- answers --- */

struct answer {
	const char *word;
	enum sms_reply reply;
};
static const struct answer answers[] = {
	{"1", SMS_REPLY_YES},	       {"oui", SMS_REPLY_YES},
	{"ouii", SMS_REPLY_YES},       {"oui1", SMS_REPLY_YES},
	{"ok", SMS_REPLY_YES},	       {"ouais", SMS_REPLY_YES},
	{"yes", SMS_REPLY_YES},	       {"interesse", SMS_REPLY_YES},
	{"interessee", SMS_REPLY_YES}, {"2", SMS_REPLY_NO},
	{"non", SMS_REPLY_NO},	       {"nn", SMS_REPLY_NO},
	{"no", SMS_REPLY_NO},	       {"3", SMS_REPLY_CALL},
	{"appel", SMS_REPLY_CALL},     {"appelle", SMS_REPLY_CALL},
	{"appele", SMS_REPLY_CALL},    {"appelez", SMS_REPLY_CALL},
	{"appeler", SMS_REPLY_CALL},   {"rappel", SMS_REPLY_CALL},
	{"rappelle", SMS_REPLY_CALL},  {"rappelez", SMS_REPLY_CALL},
	{NULL, SMS_REPLY_TEXT}};
/* Beside an answer they change nothing. */
static const char *const small[] = {
	"merci",  "svp",      "stp",	   "bonjour",	 "salut",   "slt",
	"bjr",	  "moi",      "sa",	   "ca",	 "m",	    "c",
	"bien",	  "sur",      "interesse", "interessee", "je",	    "suis",
	"madame", "monsieur", "oui",	   "non",	 "appelle", "appelez",
	"appel",  NULL};

static enum sms_reply find_answer(const char *w)
{
	for (const struct answer *a = answers; a->word; a++) {
		if (str_eq(a->word, w))
			return a->reply;
	}
	return SMS_REPLY_TEXT;
}

/* "1", "1 oui", "oui ca m'interesse", "3 appelle-moi". Two answers that
 * contradict each other are words for the adviser. */
static enum sms_reply read_answer(const struct words *w)
{
	enum sms_reply found = SMS_REPLY_TEXT;
	if (w->n > ANSWER_WORDS_MAX)
		return SMS_REPLY_TEXT;
	for (int i = 0; i < w->n; i++) {
		enum sms_reply r = find_answer(w->v[i]);
		if (r == SMS_REPLY_TEXT) {
			if (!is_among(w->v[i], small))
				return SMS_REPLY_TEXT;
			continue;
		}
		if (found != SMS_REPLY_TEXT && r != found)
			return SMS_REPLY_TEXT;
		found = r;
	}
	return found;
}

static void split(char *folded, struct words *out)
{
	*out = (struct words){.n = 0};
	for (char *p = folded; *p;) {
		if (out->n == WORDS_MAX) {
			out->is_cut = true;
			break;
		}
		out->v[out->n++] = p;
		p += strcspn(p, " ");
		if (*p)
			*p++ = '\0';
	}
}

enum sms_reply sms_reply_read(const char *text)
{
	struct arena a;
	struct words w;
	enum sms_reply reply = SMS_REPLY_TEXT;
	arena_init(&a);
	split(utf8_fold(&a, text), &w);
	if (w.n && is_stop(&w))
		reply = SMS_REPLY_STOP;
	else if (w.n && !w.is_cut)
		reply = read_answer(&w);
	arena_clear(&a);
	return reply;
}
