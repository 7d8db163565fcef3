/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_VALUES_H
#define ETRIER_COLLECTOR_VALUES_H

#include "mapping.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* Texts of feeds to values, without tables of words. Everything answers
 * "unknown" (as each one says) to what it does not understand for sure. */

/* Dates (dates.c). Years 2000 to 2100, with four digits; two dates in one
 * text are none; a month alone ("03/2027", "mars 2027") is its first day.
 *
 * A civil date in Paris, or DATE_NONE. A full instant gives the day it falls
 * on in Paris (formats.md D5). */
int32_t value_date(struct arena *a, const char *s, enum date_form form);
/* The last second of what v was read from: a day alone is good to its end, a
 * month alone to its last day; an instant is itself. */
int64_t value_end(const char *s, int64_t v);
/* An instant, or INSTANT_NONE; a date alone, or with an hour that cannot be
 * read, is midnight in Paris; an hour without zone is Paris time. */
int64_t value_instant(struct arena *a, const char *s, enum date_form form);

/* "04:30", "4h30", "4 h", "04h": minutes since midnight, or -1. */
int value_hour(struct arena *a, const char *s);
/* "35", "35h", "35h30", "Temps plein - 35H/semaine", "37,5 heures",
 * "151,67 h/mois" (a week is 12/52 of a month): minutes a week, or -1; 1 to 60
 * hours. Two amounts, and hours a day or a year, are none. */
int value_weekly(struct arena *a, const char *s);
/* "6 mois", "Contrat à durée déterminée - 6 Mois", "1,5 an", "10 jours": days
 * (a month is a twelfth of 365 days), or -1. Of a range ("12 à 24 mois") the
 * shorter, which the contract lasts for sure; a zero in it was not filled in
 * ("Entre 12 et 0 mois"). */
int value_duration(struct arena *a, const char *s);
int value_months_days(int64_t months);
/* "12", of at most max months; also "12 mois", "1 an" where a number was
 * promised. Days, -1. */
int value_months(struct arena *a, const char *s, int max);
/* A whole number in range, decimals of zero forgiven; -1. */
int value_number(struct arena *a, const char *s, int min, int max);

/* "1646", "1 646,50", "1800.0": cents, or -1. */
int64_t value_euros(struct arena *a, const char *s);

struct salary {
	int64_t min_cents, max_cents; /* -1 unknown */
	const char *period;	      /* hour month year, NULL unknown */
};
/* "Mensuel de 1646 Euros à 1800,00 Euros sur 12 mois", "12,50 € / heure",
 * "De 820€ à 1 823€ par mois". Nothing without amounts and a period. */
struct salary value_salary(struct arena *a, const char *s);
/* Amounts nobody pays for that period (formats.md D20: 11.88 a year). */
bool value_salary_is_plausible(const struct salary *s);

/* 14 digits with a good check sum (La Poste's own rule included), blanks taken
 * out; NULL. */
const char *value_siret(struct arena *a, const char *s);
/* "8559A" from "85.59 a"; NULL. */
const char *value_naf(struct arena *a, const char *s);
/* An address that one may write to: one @, no blanks, a dotted domain, at most
 * 254 bytes; "Courriel : x" and "x - telephone" give x. NULL. */
const char *value_email(struct arena *a, const char *s);
/* http or https, no blanks or control characters, at most OFFER_URL_MAX; a
 * relative one after prefix. NULL. */
const char *value_url(struct arena *a, const char *s, const char *prefix);
/* "48.85,2.35", "48.85 2.35", "48,85,2,35": both as decimals. */
bool value_latlon(struct arena *a, const char *s, const char **lat,
		  const char **lon);

#endif
