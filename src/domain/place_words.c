/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts about places taken apart:
 *
 *	"93 - Saint-Denis"		dept 93, name
 *	"83126 VILLE", "VILLE (83126)"	postal code, name
 *	"Var (83)", "Lyon, Rhône"	name, dept; name, named dept
 *	"93 Montreuil", "Paris (12e)"	dept 93, name; name of both words
 *	"3 rue X, 93100 Montreuil"	postal code, names
 *	"Créteil et Ivry", "77 / 91"	two names, two départements
 *	"France entière"		country
 *
 * A part between separators is a code, a region, a country, an area or a name.
 * Whether a name is a commune, a département or nothing is decided afterwards,
 * when all that was said is known. */
#include "place_words.h"
#include "reader.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>

#define DIGITS "0123456789"

void place_span_add(const struct refdata *rd, struct place_span *span,
		    const char *dept)
{
	const char *region = refdata_region(rd, dept);
	if (!span->n++) {
		span->dept = dept;
		span->region = region;
		return;
	}
	if (!str_eq(span->dept, dept))
		span->dept = NULL;
	if (span->region != region)
		span->region = NULL;
}

static struct place_name as_name(const struct place_words *w, const char *text)
{
	return (struct place_name){text, refdata_dept_by_name(w->rd, text),
				   w->group};
}

static void add_name(struct place_words *w, char *name)
{
	name = str_trim(name);
	if (*name && w->n_names < PLACE_NAMES_MAX)
		w->names[w->n_names++] = as_name(w, name);
}

/* "93", "2a", "974" as the code in the tables; NULL: none. */
static const char *dept_code(const struct place_words *w, const char *s,
			     size_t n)
{
	char code[4] = "";
	if (n < 2 || n > 3)
		return NULL;
	for (size_t i = 0; i < n; i++)
		code[i] = s[i] >= 'a' && s[i] <= 'b' ? (char)(s[i] - 'a' + 'A')
						     : s[i];
	return refdata_dept_name(w->rd, code) ? arena_dup(w->arena, code)
					      : NULL;
}

/* What one text says of départements, until it ends. */
struct text {
	struct place_span depts;
	const char *postcode, *region;
	bool is_address;
};

static bool is_commune(const struct place_words *w, const char *name,
		       const char *dept)
{
	return refdata_by_name(w->rd, name, dept, NULL, 0) > 0;
}

static bool is_dept(const struct place_words *w, const char *name,
		    const char *dept)
{
	const char *code = refdata_dept_by_name(w->rd, name);
	return code && (!dept || str_eq(code, dept));
}

/* "93 Montreuil", "93-Montreuil", "Montreuil 93", "95 Val d'Oise": the name
 * must be one of that département, or "12 rue X" would be in Aveyron. NULL:
 * nothing of the kind; else the part's name. */
static char *split_code(const struct place_words *w, const char *part,
			const char **code)
{
	char *s = arena_dup(w->arena, part);
	size_t n = strcspn(s, " -:"), size = strlen(s);
	char *last = strrchr(s, ' ');
	char *rest = NULL;
	if (s[n] && (*code = dept_code(w, s, n)))
		rest = s + n + strspn(s + n, " -:");
	else if (last && (*code = dept_code(w, last + 1,
					    size - (size_t)(last + 1 - s)))) {
		*last = '\0';
		rest = s;
	}
	return rest && (is_commune(w, rest, *code) || is_dept(w, rest, *code))
		       ? rest
		       : NULL;
}

/* "Département de l'Essonne", "Ville de Paris": the name alone, folded. */
static char *without_title(const struct place_words *w, char *part)
{
	static const char *const titles[] = {"departement du ",
					     "departement des ",
					     "departement de la ",
					     "departement de l ",
					     "departement de ",
					     "departement d ",
					     "departement ",
					     "dept ",
					     "dpt ",
					     "dep ",
					     "ville de ",
					     "commune de "};
	const char *key = utf8_fold(w->arena, part);
	if (is_commune(w, part, NULL))
		return part;
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		if (str_starts(key, titles[i]))
			return arena_dup(w->arena, key + strlen(titles[i]));
	return part;
}

/* Brackets take "Paris (12e)" and "Lyon (3)" apart; the number belongs to the
 * city, unless it is the city's own département ("Marseille (13)"). */
static bool join_arrondissement(struct place_words *w, const char *part)
{
	const struct commune *whole, *c;
	if (!w->n_names || w->names[w->n_names - 1].group != w->group ||
	    !strchr(DIGITS, *part))
		return false;
	struct place_name *name = &w->names[w->n_names - 1];
	char *both = arena_printf(w->arena, "%s %s", name->text, part);
	if (refdata_by_name(w->rd, name->text, NULL, &whole, 1) != 1 ||
	    refdata_by_name(w->rd, both, NULL, &c, 1) != 1 || c == whole ||
	    str_eq(part, whole->dept))
		return false;
	*name = as_name(w, both);
	return true;
}

static void add_area(struct place_words *w, const struct place_area *area,
		     char *part)
{
	if (area->dept)
		w->area_dept = area->dept;
	else if (!w->region)
		w->region = refdata_region(w->rd, "75");
	if (area->is_spot)
		add_name(w, part);
}

/* "Bretagne / Île-de-France" says no more than the country. */
static void add_region(struct place_words *w, struct text *t,
		       const char *region)
{
	if (t->region && t->region != region) {
		w->region = NULL;
		w->is_country = true;
	} else if (!t->region && !w->region) {
		w->region = region;
	}
	t->region = region;
}

/* True when the part is a word we know for what it is. */
static bool classify(struct place_words *w, struct text *t, char *part)
{
	const char *key = utf8_fold(w->arena, part);
	const struct place_area *area;
	const char *code, *region;
	char *name;
	if (join_arrondissement(w, part) || place_is_noise(key))
		return true;
	if ((code = dept_code(w, part, strlen(part))))
		place_span_add(w->rd, &t->depts, code);
	else if (place_is_france(key))
		w->is_country = true;
	else if (place_is_abroad(key))
		w->abroad_name = part;
	else if ((region = place_region(w->rd, key)))
		add_region(w, t, region);
	else if ((area = place_area(key)))
		add_area(w, area, part);
	else if (is_commune(w, part, NULL) || is_dept(w, part, NULL))
		add_name(w, part);
	else if ((name = split_code(w, part, &code))) {
		place_span_add(w->rd, &t->depts, code);
		add_name(w, name);
	} else {
		return false;
	}
	return true;
}

/* Where a list of places may be cut: "Créteil et Ivry", "Paris / Lyon"; "s/"
 * is "sur". NULL: nowhere. */
static char *find_list(char *s, size_t *length)
{
	static const char *const words[] = {" et ", " ou ", " & ", " + "};
	for (char *p = s; *p; p++) {
		*length = 1;
		if (*p == '/' && p > s &&
		    !((p[-1] == 's' || p[-1] == 'S') &&
		      (p - 1 == s || p[-2] == ' ')))
			return p;
		for (size_t i = 0; i < ARRAY_LEN(words); i++) {
			*length = strlen(words[i]);
			if (strncasecmp(p, words[i], *length) == 0)
				return p;
		}
	}
	return NULL;
}

static void add_part(struct place_words *w, struct text *t, char *part);

/* "Loir et Cher" is one name: only what is none is cut. */
static void add_words(struct place_words *w, struct text *t, char *part)
{
	size_t length;
	part = str_trim(part);
	if (!*part || classify(w, t, part))
		return;
	char *bare = without_title(w, part);
	if (bare != part && classify(w, t, bare))
		return;
	char *end = find_list(part, &length);
	if (!end) {
		add_name(w, part);
		return;
	}
	*end = '\0';
	add_part(w, t, part);
	add_part(w, t, end + length);
}

/* Five digits that stand alone in the text; NULL: none. */
static char *find_postcode(char *s)
{
	for (char *p = s; *p;) {
		size_t n = strspn(p, DIGITS);
		bool is_free = p == s || p[-1] == ' ' || p[-1] == '-';
		if (n == 5 && is_free && (!p[n] || strchr(" -/", p[n])))
			return p;
		p += n ? n : 1;
	}
	return NULL;
}

/* "93 100 Montreuil": the blank goes. */
static void close_postcode(char *s)
{
	if (strspn(s, DIGITS) == 2 && s[2] == ' ' &&
	    strspn(s + 3, DIGITS) == 3 && (!s[6] || s[6] == ' '))
		memmove(s + 2, s + 3, strlen(s + 3) + 1);
}

/* By its first digits, which is where the letters go; a few communes are
 * served from the next département. Corsica has one range for two. */
const char *place_postcode_dept(const struct place_words *w,
				const char *postcode)
{
	bool is_overseas = strncmp(postcode, "97", 2) == 0 ||
			   strncmp(postcode, "98", 2) == 0;
	if (strncmp(postcode, "20", 2) == 0)
		return postcode[2] < '2' ? "2A" : "2B";
	return dept_code(w, postcode, is_overseas ? 3 : 2);
}

/* A text with two postal codes means neither; what they have in common is
 * what it says. */
static void take_postcode(struct place_words *w, struct text *t,
			  const char *digits)
{
	const char *code = arena_dup_n(w->arena, digits, 5);
	if (!t->postcode && !w->postcode) {
		t->postcode = w->postcode = code;
		return;
	}
	if (!t->postcode || str_eq(t->postcode, code))
		return;
	place_span_add(w->rd, &t->depts, place_postcode_dept(w, t->postcode));
	place_span_add(w->rd, &t->depts, place_postcode_dept(w, code));
	w->postcode = NULL;
}

/* One part: the name after a postal code is the town's, before it a street's,
 * unless nothing comes after. */
static void add_part(struct place_words *w, struct text *t, char *part)
{
	size_t length;
	part = str_trim(part);
	close_postcode(part);
	char *digits = find_postcode(part);
	if (!digits) {
		if (!t->is_address)
			add_words(w, t, part);
		return;
	}
	char *after = digits + 5 + strspn(digits + 5, " -/");
	char *second = find_postcode(after);
	char *cut = second ? find_list(digits, &length) : NULL;
	if (cut && cut < second) {
		*cut = '\0';
		add_part(w, t, part);
		add_part(w, t, cut + length);
		return;
	}
	take_postcode(w, t, digits);
	*digits = '\0';
	if (second)
		add_part(w, t, after);
	else
		add_words(w, t, *after ? after : part);
}

/* The next separator: , ; | ( ) > or a dash or dot between blanks. Sets how
 * long. */
static char *find_separator(char *s, size_t *length)
{
	static const char *const signs[] = {" - ", " \xe2\x80\x93 ",
					    " \xe2\x80\x94 ", " \xc2\xb7 ",
					    " \xe2\x80\xa2 "};
	for (; *s; s++) {
		*length = 1;
		if (strchr(",;|()>", *s))
			return s;
		for (size_t i = 0; *s == ' ' && i < ARRAY_LEN(signs); i++) {
			*length = strlen(signs[i]);
			if (str_starts(s, signs[i]))
				return s;
		}
	}
	return NULL;
}

/* One département is where the text is; several are a list. */
static void end_text(struct place_words *w, const struct text *t)
{
	if (!t->depts.n || w->dept || w->several.n)
		return;
	if (t->depts.dept)
		w->dept = t->depts.dept;
	else if (!w->postcode)
		w->several = t->depts;
}

static void add_text(struct place_words *w, const char *text, bool is_address)
{
	struct text t = {.is_address = is_address};
	if (str_is_empty(text))
		return;
	char *part = utf8_clean(w->arena, text, UTF8_ONE_LINE, OFFER_TEXT_MAX);
	const struct place_area *area = place_area(utf8_fold(w->arena, part));
	w->group++;
	if (area && !is_address) {
		add_area(w, area, part);
		return;
	}
	while (part) {
		size_t length = 0;
		char *end = find_separator(part, &length);
		if (end)
			*end = '\0';
		add_part(w, &t, part);
		part = end ? end + length : NULL;
	}
	end_text(w, &t);
}

void place_words_add(struct place_words *w, const char *text)
{
	add_text(w, text, false);
}

void place_words_end(struct place_words *w)
{
	if (!w->abroad_name)
		return;
	const char *key = utf8_fold(w->arena, w->abroad_name);
	bool is_wide = str_eq(key, "europe") || str_eq(key, "international");
	if ((w->dept || w->postcode) && w->n_names < PLACE_NAMES_MAX)
		w->names[w->n_names++] = as_name(w, w->abroad_name);
	else if (!is_wide || !(w->is_country || w->region))
		w->is_abroad = true;
}

void place_words_add_address(struct place_words *w, const char *text)
{
	add_text(w, text, true);
}

void place_words_add_country(struct place_words *w, const char *text)
{
	if (str_is_empty(text))
		return;
	const char *key = utf8_fold(w->arena, text);
	if (place_is_france(key) || place_is_overseas(key))
		w->is_country = true;
	else if (*key && !place_is_noise(key) &&
		 !refdata_dept_by_name(w->rd, text) &&
		 !place_region(w->rd, key))
		w->is_abroad = true;
}

void place_words_add_postcode(struct place_words *w, const char *text)
{
	char digits[8];
	size_t n = 0;
	struct text t = {.is_address = false};
	if (str_is_empty(text))
		return;
	for (const char *s = text; *s && n < sizeof(digits) - 1; s++)
		if (*s != ' ')
			digits[n++] = *s;
	digits[n] = '\0';
	w->is_stated_code = text_matches(digits, PATTERN_POSTCODE);
	if (w->is_stated_code)
		take_postcode(w, &t, digits);
	else
		add_text(w, text, false);
}
