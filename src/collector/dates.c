/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates as feeds write them. Two readers: one for digits ("2026-11-23T08:00Z",
 * "23/11/2026", "20261123"), one for words in French and English ("Mon, 23 Nov
 * 2026 08:00:00 +0100", "1er septembre 2027", "Nov 23, 2026"). Years have four
 * digits; two dates in one text are none. */
#include "values.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>

enum { YEAR_MIN = 2000, YEAR_MAX = 2100 };

static size_t n_digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* The n digits at s. */
static int digits(const char *s, size_t n)
{
	int v = 0;
	while (n--)
		v = v * 10 + (*s++ - '0');
	return v;
}

static int32_t ymd(int year, int month, int day)
{
	if (year < YEAR_MIN || year > YEAR_MAX)
		return DATE_NONE;
	return date_from_ymd(year, month, day);
}

/* ---- in digits ---- */

/* Up to three groups of digits with one separator between; how many groups,
 * and where they end. */
static size_t groups(const char *s, int g[3], size_t len[3], const char **end)
{
	const char *p = s;
	size_t n = 0;
	for (;;) {
		len[n] = n_digits(p);
		if (!len[n] || len[n] > 4)
			return 0;
		g[n] = digits(p, len[n]);
		p += len[n++];
		if (n == 3 || !*p || !strchr("/-.", *p))
			break;
		p++;
	}
	*end = p;
	return n;
}

/* "2027-09", "09/2027": the first of the month. */
static int32_t month_date(const int g[3], const size_t len[3], const char *end,
			  enum date_form form)
{
	if (*end)
		return DATE_NONE;
	if (len[0] == 4 && form != DATE_DMY && form != DATE_MDY)
		return ymd(g[0], g[1], 1);
	return len[1] == 4 && form != DATE_ISO ? ymd(g[1], g[0], 1) : DATE_NONE;
}

/* The date at the head of s and where it ends; DATE_NONE. */
static int32_t head_date(const char *s, enum date_form form, const char **end)
{
	int g[3];
	size_t len[3];
	if (n_digits(s) == 8 &&
	    (form == DATE_AUTO || form == DATE_YMD_COMPACT)) {
		*end = s + 8;
		return ymd(digits(s, 4), digits(s + 4, 2), digits(s + 6, 2));
	}
	size_t n = groups(s, g, len, end);
	if (n < 2 || form == DATE_YMD_COMPACT)
		return DATE_NONE;
	if (n == 2)
		return month_date(g, len, *end, form);
	if (len[0] == 4 && (form == DATE_AUTO || form == DATE_ISO))
		return ymd(g[0], g[1], g[2]);
	if (len[2] != 4 || form == DATE_ISO)
		return DATE_NONE;
	if (form == DATE_MDY)
		return ymd(g[2], g[0], g[1]);
	return ymd(g[2], g[1], g[0]);
}

/* Seconds or, from the year 1973 on, thousandths, told apart by their length;
 * a fraction behind is dropped. */
static int64_t epoch(struct arena *a, const char *s, enum date_form form)
{
	int64_t v;
	const char *whole = arena_dup_n(a, s, n_digits(s));
	const char *rest = s + strlen(whole);
	if (num_parse_int(whole, 0, (int64_t)4102444800 * 1000, &v) ||
	    (*rest && (*rest != '.' || rest[1 + n_digits(rest + 1)])))
		return INSTANT_NONE;
	if (form == DATE_EPOCH_MS || (form == DATE_AUTO && strlen(whole) == 13))
		v /= 1000;
	return v >= 946684800 && v <= 4102444800 ? v : INSTANT_NONE;
}

/* The hour that follows a date, in any of the zones instant_parse() knows;
 * an hour we cannot read leaves the day. */
static int64_t with_hour(struct arena *a, int32_t date, const char *hour)
{
	char iso[11];
	int64_t v;
	date_format(date, iso);
	hour += strspn(hour, " ");
	hour += *hour == 'T';
	size_t n = n_digits(hour);
	if (n == 6) /* 20261123T080000Z */
		hour = arena_printf(a, "%.2s:%.2s:%s", hour, hour + 2,
				    hour + 4);
	const char *gmt = strstr(hour, "GMT");
	if (gmt && !gmt[3])
		hour = arena_printf(a, "%.*sUTC", (int)(gmt - hour), hour);
	if (*hour) {
		n = strlen(hour);
		char *both = arena_alloc(a, sizeof(iso) + n + 1);
		char *end = stpcpy(both, iso);
		*end++ = 'T';
		memcpy(end, hour, n);
		if (!instant_parse(both, &v))
			return v;
	}
	return instant_parse(iso, &v) ? INSTANT_NONE : v;
}

/* ---- in words ---- */

static const struct {
	const char *word;
	int month;
} months[] = {
	{"janvier", 1},	  {"janv", 1},	    {"jan", 1},	      {"january", 1},
	{"fevrier", 2},	  {"fevr", 2},	    {"fev", 2},	      {"february", 2},
	{"feb", 2},	  {"mars", 3},	    {"mar", 3},	      {"march", 3},
	{"avril", 4},	  {"avr", 4},	    {"april", 4},     {"apr", 4},
	{"mai", 5},	  {"may", 5},	    {"juin", 6},      {"june", 6},
	{"jun", 6},	  {"juillet", 7},   {"juil", 7},      {"july", 7},
	{"jul", 7},	  {"aout", 8},	    {"august", 8},    {"aug", 8},
	{"septembre", 9}, {"sept", 9},	    {"sep", 9},	      {"september", 9},
	{"octobre", 10},  {"oct", 10},	    {"october", 10},  {"novembre", 11},
	{"nov", 11},	  {"november", 11}, {"decembre", 12}, {"dec", 12},
	{"december", 12},
};

/* What may stand beside a date without changing it; "avant le", "fin" and
 * "mi" do change it and are not here. */
static const char *const fillers[] = {
	"lundi",    "mardi",  "mercredi", "jeudi",     "vendredi", "samedi",
	"dimanche", "lun",    "mer",	  "jeu",       "ven",	   "sam",
	"dim",	    "monday", "tuesday",  "wednesday", "thursday", "friday",
	"saturday", "sunday", "mon",	  "tue",       "tues",	   "wed",
	"thu",	    "thur",   "thurs",	  "fri",       "sat",	   "sun",
	"le",	    "la",     "a",	  "partir",    "du",	   "de",
	"compter",  "des",    "au",	  "en",	       "debut",	   "publie",
	"publiee",  "on",     "of",	  "the",       "from",	   "starting",
	"posted",   "depuis", NULL};

/* What was seen, 0 or NULL: not yet. */
struct seen {
	int day, month, year;
	bool is_mar; /* "mar": March, or mardi when another month is there */
	const char *hour; /* and what follows it: the zone */
};

static int month_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(months); i++)
		if (str_eq(months[i].word, word))
			return months[i].month;
	return 0;
}

static bool is_filler(const char *word)
{
	for (const char *const *p = fillers; *p; p++)
		if (str_eq(*p, word))
			return true;
	return false;
}

/* "08:30:00", "8h30", "8h" at the head of a word. */
static bool is_hour(const char *word)
{
	size_t n = n_digits(word);
	if (!n || n > 2)
		return false;
	if (word[n] == 'h' || word[n] == 'H')
		return n_digits(word + n + 1) == 2 || !word[n + 1];
	return word[n] == ':' && n_digits(word + n + 1) == 2;
}

static bool see_number(struct seen *s, const char *word)
{
	static const char *const ends[] = {"", "er", "st", "nd", "rd", "th"};
	size_t n = n_digits(word);
	int *to = n == 4 ? &s->year : &s->day;
	bool is_known = false;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		is_known |= str_eq(word + n, ends[i]) && (i == 0 || n <= 2);
	if (!is_known || (n != 4 && n > 2) || *to)
		return false;
	*to = digits(word, n);
	return *to > 0;
}

/* False: the word is none of a date. */
static bool see(struct arena *a, struct seen *s, const char *word)
{
	if (n_digits(word))
		return see_number(s, word);
	const char *folded = utf8_fold(a, word);
	int month = month_of(folded);
	if (str_eq(folded, "mar")) {
		s->is_mar = true;
		return true;
	}
	if (!month)
		return !*folded || is_filler(folded);
	if (s->month)
		return false;
	s->month = month;
	return true;
}

/* "8:30 CET" as "08:30 CET", "8h30" and "8h" as "08:30" and "08:00". */
static const char *hour_text(struct arena *a, const char *hour)
{
	size_t n = n_digits(hour);
	const char *more = hour + n + 1;
	if (hour[n] == ':')
		return n == 1 ? arena_printf(a, "0%s", hour) : hour;
	return arena_printf(a, "%02d:%02d", digits(hour, n),
			    n_digits(more) == 2 ? digits(more, 2) : 0);
}

static int64_t word_instant(struct arena *a, const char *text,
			    enum date_form form)
{
	struct seen s = {.day = 0};
	const char *p = text;
	while (*p && !s.hour) {
		size_t n = strcspn(p, " ,");
		if (is_hour(p))
			s.hour = p;
		else if (n && !see(a, &s, arena_dup_n(a, p, n)))
			return INSTANT_NONE;
		p += n;
		p += *p != '\0';
	}
	if (!s.month && s.is_mar)
		s.month = 3;
	if (!s.month || (!s.day && form == DATE_RFC822))
		return INSTANT_NONE;
	const char *hour = s.hour ? hour_text(a, s.hour) : "";
	if (!s.year) { /* "Mon Nov 23 08:00:00 UTC 2026" */
		const char *last = strrchr(hour, ' ');
		if (!last || n_digits(last + 1) != 4 || last[5])
			return INSTANT_NONE;
		s.year = digits(last + 1, 4);
		hour = arena_dup_n(a, hour, (size_t)(last - hour));
	}
	int32_t date = ymd(s.year, s.month, s.day ? s.day : 1);
	return date == DATE_NONE ? INSTANT_NONE : with_hour(a, date, hour);
}

/* ---- both ---- */

int64_t value_instant(struct arena *a, const char *s, enum date_form form)
{
	const char *end = s;
	size_t n = n_digits(s);
	bool is_epoch = form == DATE_EPOCH_S || form == DATE_EPOCH_MS;
	bool is_words = form == DATE_TEXT || form == DATE_RFC822;
	if (is_epoch || (form == DATE_AUTO && (n == 10 || n == 13)))
		return epoch(a, s, form);
	if (n == 14 && !s[n] && !is_words) /* 20261123080000 */
		s = arena_printf(a, "%.8sT%s", s, s + 8);
	int32_t date = is_words ? DATE_NONE : head_date(s, form, &end);
	if (date != DATE_NONE)
		return with_hour(a, date, end);
	return is_words || form == DATE_AUTO ? word_instant(a, s, form)
					     : INSTANT_NONE;
}

int32_t value_date(struct arena *a, const char *s, enum date_form form)
{
	int64_t v = value_instant(a, s, form);
	return v == INSTANT_NONE ? DATE_NONE : paris_date(v);
}

/* "2026-12", "12/2026", "décembre 2026": one year, and no number of a day. */
static bool is_month(const char *s)
{
	size_t n = 0, n_years = 0;
	bool has_letters = false;
	while (*s) {
		size_t len = n_digits(s);
		n += len > 0;
		n_years += len == 4;
		has_letters |= !len && !strchr("/-. ", *s);
		s += len ? len : 1;
	}
	return n_years == 1 && n == (has_letters ? 1 : 2);
}

int64_t value_end(const char *s, int64_t v)
{
	int year, month, day;
	int32_t last = paris_date(v);
	bool is_whole_month = is_month(s);
	if (!is_whole_month && strlen(s) > 10)
		return v;
	if (is_whole_month) {
		date_to_ymd(last, &year, &month, &day);
		last = date_from_ymd(year + month / 12, month % 12 + 1, 1) - 1;
	}
	return paris_instant(last + 1, 0) - 1;
}
