/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_LEXICON_H
#define ETRIER_LEXICON_H

#include <etrier/offer.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diags;
struct refdata;
struct ynode;

/* Words of an offer that mean something: signals.yaml turns them into fields,
 * quality.yaml into a judgement of the offer itself. One matcher for both.
 *
 * A text is cut into words (utf8_fold: no case, accents, punctuation; a number
 * keeps the . , : / - inside it, "16-25" is one word) and sentences, which end
 * at a line end, at "!" "?" ";", before a bullet and at a dot, unless a letter
 * follows it at once ("c.a.p") or a blank and a small letter or digit do ("cat.
 * 3"). Nothing matches across two sentences. That last dot, a comma, a bracket
 * or " - " begins a new clause, unless only one word of the clause came before
 * it ("Idéalement, ..."); phrases may span clauses, vetoes do not.
 *
 * A phrase is a line of steps with blanks between:
 *   word       that word; a written one that folds to several ("week-end") is
 *              several steps
 *   word*      a word that begins so (3 letters at least)
 *   a|b*|c     one of these, each a single word
 *   x?         may be left out (any of the above)
 *   ...        0 to `within` words, whatever they are
 *   {time}     an hour of the day: 5h, 5h30, 05:30, 5 heures, midi
 *   {hours}    an amount of hours, 1 to 60: 35h, 35h30, 35,5 heures
 *   {number}   0 to 9999, or a word from un to douze
 *   {date}     01/09/2027, 2027-09-01, 1er septembre 2027, septembre 2027
 *   {duration} 6 mois, deux ans, 12 semaines, 10 jours: in days, a month being
 *              a twelfth of 365; 1 to 3660
 * It begins and ends with a step that is no ... and may not be left out, and
 * has one {...} at most. */
enum lexicon_what { LEXICON_SIGNALS, LEXICON_QUALITY, LEXICON_WHATS };
enum {
	LEXICON_ROWS_MAX = 500,	   /* five times what is shipped */
	LEXICON_PHRASES_MAX = 400, /* of one row, lists filled in */
	LEXICON_PHRASE_MAX = 200,  /* bytes */
	LEXICON_STEPS_MAX = 16,
	LEXICON_GAPS_MAX = 2, /* in a phrase: each multiplies the tries */
	LEXICON_WITHIN_MAX = 12,
	LEXICON_NEAR_MAX = 30,
	LEXICON_HITS_MAX = 64,
	LEXICON_WORDS_MAX = 120, /* bytes of the words shown for a hit */
	LEXICON_SYMBOLS_MAX = 32
};

/* ---- from YAML to JSON (src/conf) -------------------------------------- */
/* Checks one parsed file, every mistake in d with its place: keys, fields,
 * values, phrases, and that each row fires on all its `must` examples and on
 * none of its `must_not`. The object for lexicon_new(), a new reference; NULL
 * after errors. */
json_t *lexicon_read(const struct ynode *root, enum lexicon_what what,
		     struct diags *d);

/* ---- compiling (src/domain) -------------------------------------------- */
/* A row fires where one of its phrases (any) stands, unless one of `not` stands
 * at most `near` words away in the same clause, or overlaps it, or one of
 * not_before overlaps it or stands so near before it.
 *
 * {"what": "signals"|"quality", "rows": [{symbol, sets{field: value}, any[],
 * not[], not_before[], in[], within, near, between["lo","hi"], outcome, reason,
 * test, days, kinds[], except_kinds[]}]}: strings but for within, near, days.
 * A signal has sets and any; a quality row outcome, reason and any or test.
 * NULL: ERR_CONFIG or ERR_LIMIT naming the row. Constant once made; may be
 * used by several threads. */
struct lexicon;
struct lexicon *lexicon_new(const json_t *checked, struct err *err);
void lexicon_free(struct lexicon *l);
size_t lexicon_count(const struct lexicon *l); /* rows */

/* Would this phrase compile? 0, or -1 and ERR_CONFIG saying what is wrong. */
int lexicon_phrase_check(const char *phrase, struct err *err);
/* Name of the i-th field that a signal may set ("hours.start"); the families
 * are "exposure." and "access."; NULL at the end. */
const char *lexicon_field_name(size_t i);
/* Is this a field, and a value for it: a constant ("05:30" for hours; yes no;
 * a code; 0..3; a number; "en", "en B2" for languages) or the capture of its
 * type ("{time}")? 0, or -1 and ERR_CONFIG. */
int lexicon_value_check(const char *field, const char *value, struct err *err);
/* Where words are looked for: `in`. */
enum lexicon_text {
	LEXICON_TITLE,
	LEXICON_DESCRIPTION,
	LEXICON_HOURS,	/* hours.text */
	LEXICON_SALARY, /* salary.text */
	LEXICON_RHYTHM, /* training.rhythm */
	LEXICON_TEXT_COUNT
};
extern const struct vocab vocab_lexicon_text;
enum quality_test {
	QUALITY_PREMIUM_NUMBER, /* 081, 082, 089: contact, title, description */
	QUALITY_MESSAGING_ONLY, /* neither e-mail nor web address to apply at */
	QUALITY_TOO_OLD,	/* last changed (or posted) over `days` ago */
	QUALITY_NOT_FRENCH, /* 20 words or more, more English than French ones
			     * among the small words, French under a tenth */
	QUALITY_NO_SALARY,
	QUALITY_NO_HOURS,
	QUALITY_VAGUE_PLACE, /* no point and no commune */
	QUALITY_NO_EMPLOYER
};
extern const struct vocab vocab_quality_test;

/* The words of both lexicons, either of which may be NULL; they must outlive
 * it. NULL: ERR_LIMIT, they have too many between them. Constant once made. */
struct lexicon_dictionary;
struct lexicon_dictionary *lexicon_dictionary_new(const struct lexicon *signals,
						  const struct lexicon *quality,
						  struct err *err);
void lexicon_dictionary_free(struct lexicon_dictionary *d);
/* The texts of an offer cut into words, once for both lexicons: of the arena,
 * pointing into the offer's texts and the dictionary. */
struct lexicon_texts;
struct lexicon_texts *lexicon_texts_cut(const struct lexicon_dictionary *d,
					struct arena *a, const struct offer *o);

/* ---- signals ----------------------------------------------------------- */
struct lexicon_hit {
	const char *symbol, *field; /* of the lexicon */
	const char *value;	    /* "05:30", "yes", "en B2"; of the arena */
	const char *words; /* as the offer has them, cut; of the arena */
	bool is_applied;   /* false: stated already, or contradicted */
};
struct lexicon_hits {
	size_t n;
	struct lexicon_hit v[LEXICON_HITS_MAX];
};
/* Reads the texts, which are those of *o and were cut with a dictionary that
 * has this lexicon, and fills fields of *o that are unknown, each marked "text"
 * in o->provenance (made when NULL: a new reference in *o, which is then the
 * caller's; else changed in place). What is known is never touched. Several
 * signals on one field: the earliest hours.start, the latest hours.end, the
 * highest exposure and age_min, the lowest level.required and experience, all
 * licences and languages; for every other field, when they differ, it stays
 * unknown. A degree of 0 counts only when no other signal names the exposure.
 * Values that the field may not have (age_min 14..66, positions 1..500) do not
 * count. New strings of *o are of the arena. hits (may be NULL): what fired, in
 * order of rows, at most LEXICON_HITS_MAX.
 */
void lexicon_apply(const struct lexicon *l, struct arena *a,
		   const struct lexicon_texts *texts, struct offer *o,
		   struct lexicon_hits *hits);

/* ---- quality ----------------------------------------------------------- */
struct quality_verdict {
	enum quality outcome; /* the gravest of all that fired */
	size_t n;	      /* in order of rows */
	const char *symbols[LEXICON_SYMBOLS_MAX];
	const char *reasons[LEXICON_SYMBOLS_MAX]; /* French; of the lexicon */
	const char *words[LEXICON_SYMBOLS_MAX];	  /* of the arena; NULL: none */
};
/* texts: those of *o. now: an instant. A row with both words and a test fires
 * when both hold. */
void quality_judge(const struct lexicon *l, struct arena *a,
		   const struct lexicon_texts *texts, const struct offer *o,
		   int64_t now, struct quality_verdict *out);

/* ---- what a trade usually asks ----------------------------------------- */
/* All of exposure[]: 1..3 where the official description of the trade names
 * that condition, -1 elsewhere (also for ROME_NONE). For the fields that are
 * still unknown after the texts; provenance "trade". */
void conditions_by_trade(const struct refdata *rd, uint16_t trade,
			 int8_t exposure[EXPOSURE_COUNT]);

#endif
