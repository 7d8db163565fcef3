/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ENGINE_SAME_H
#define ETRIER_ENGINE_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct offer;

/* Are two offers the same post, told twice? Pure: no store, no clock. An
 * unknown is never taken for "equal", and a join that is wrong hides a post
 * from somebody, while one that is missing shows it twice: in doubt, no. */

/* --- what is compared ---------------------------------------------------- */
#define SAME_URLS_MAX	  2
#define SAME_REFS_MAX	  5
#define SAME_SKETCH_BYTES 32

enum same_ref_kind { SAME_REF_OWN, SAME_REF_ORIGIN, SAME_REF_QUOTED };
struct same_view {
	const struct offer *o;
	/* Without scheme, "www.", tracking parameters and fragment; only those
	 * that name more than a site. */
	const char *urls[SAME_URLS_MAX];
	int n_urls;
	/* Letters and digits only, five or more, three of them digits. */
	const char *refs[SAME_REFS_MAX];
	enum same_ref_kind ref_kinds[SAME_REFS_MAX];
	int n_refs;
	/* Words in alphabetical order, each once. Title: without "H/F", gender
	 * endings, town, employer, contract words, references; employer:
	 * without legal forms, articles, town. */
	const char **title, **employer;
	size_t n_title, n_employer;
	const char *city; /* folded, or NULL */
	const char *dept; /* or NULL */
	/* Hashes of the description's runs of three words, ascending, once. */
	uint64_t *shingles;
	size_t n_shingles;
	/* Smallest hash of the runs under each of so many permutations: two
	 * texts agree in as large a part of them as they have in common. */
	uint32_t minima[SAME_SKETCH_BYTES];
};
/* Everything in the arena; o is borrowed for as long. */
void same_view(const struct offer *o, struct arena *a, struct same_view *out);

/* --- one pair ------------------------------------------------------------ */
enum same_by {
	SAME_NOT,
	SAME_URL,  /* the same link, and nothing against it */
	SAME_REF,  /* one quotes the other's reference */
	SAME_TEXT, /* employer, title or trade, place, and the text */
	SAME_TITLE /* the same without a text to compare: told by another
		    * source, or by the same one after it took the other away */
};
enum same_bar { /* what stands against it, the first that was found */
		BAR_NOTHING,
		BAR_KIND,
		BAR_START, /* more than a month apart */
		BAR_HOURS, /* whole day and part of it */
		BAR_LEVEL, /* other diplomas */
		BAR_PLACE, /* other communes or premises, or not known */
		BAR_TITLE,
		BAR_EMPLOYER,
		BAR_TEXT
};
struct same_reason {
	enum same_by by;
	enum same_bar bar; /* BAR_NOTHING when by is not SAME_NOT */
	bool has_siret;	   /* the employer is known by its number */
	bool has_title;	   /* the titles say the same; else the trade does */
	bool is_coarse;	   /* of one place only the département is known */
	int alike;	   /* thousandths of the text in common, -1 unknown */
};
bool same_offer(const struct offer *a, const struct offer *b,
		struct same_reason *why);
/* The same for views that are there already. */
bool same_views(const struct same_view *a, const struct same_view *b,
		struct same_reason *why);
/* "same employer (SIRET), title and commune; text 920/1000". In the arena. */
const char *same_reason_text(const struct same_reason *why, struct arena *a);

/* --- finding whom to compare with ---------------------------------------- */
/* Two offers that are the same share at least one key but for a chance of a few
 * in a hundred (texts that differ in a third). A key is a hash, so that it may
 * outlive a text that had to be forgotten. */
#define SAME_KEYS_MAX 24
struct same_keys {
	int64_t v[SAME_KEYS_MAX];
	int n;
	int n_strong; /* the first ones: link, reference, whole content */
	/* v[0] is the hash of the whole content and its equality is a proof. */
	bool has_whole;
	bool has_sketch;
	/* One byte a permutation: the more bytes agree, the nearer. */
	unsigned char sketch[SAME_SKETCH_BYTES];
};
void same_keys(const struct same_view *view, struct same_keys *out);

/* FNV-1a (Fowler, Noll, Vo) over the bytes, mixed once more; SAME_HASH is its
 * offset basis. */
#define SAME_HASH UINT64_C(14695981039346656037)
uint64_t same_hash(uint64_t h, const void *bytes, size_t n);

/* --- which of several copies speaks -------------------------------------- */
/* Stated trade, then a point for a place, then the longer description. */
int same_rank(const struct offer *o);

#endif
