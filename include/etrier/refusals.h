/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_REFUSALS_H
#define ETRIER_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a young person or their adviser does not want, and what was answered:
 * exact look-ups without allocation. A copy of what the store says; why
 * something was refused is not in it. A person with any has MPERSON_REFUSES. */
enum refusal {
	REFUSAL_PLACE,	  /* key: commune_key() */
	REFUSAL_EMPLOYER, /* key: either of employer_keys() */
	REFUSAL_OFFER,	  /* key: canonical id; answered, dismissed or placed */
	REFUSAL_COUNT
};
struct refusals;
struct refusals *refusals_new(void);
void refusals_free(struct refusals *r);
/* Once is enough: again changes nothing. person and key are not 0. */
void refusals_put(struct refusals *r, uint32_t person, enum refusal kind,
		  uint64_t key);
/* False: was not there. */
bool refusals_remove(struct refusals *r, uint32_t person, enum refusal kind,
		     uint64_t key);
/* Everything of one person; walks through all. */
void refusals_forget(struct refusals *r, uint32_t person);
/* False as well for key 0 and for r NULL (nobody refused anything). */
bool refusals_has(const struct refusals *r, uint32_t person, enum refusal kind,
		  uint64_t key);
size_t refusals_count(const struct refusals *r);
size_t refusals_bytes(const struct refusals *r);

struct offer;
/* Of the employer an offer names: the SIREN, and a hash of the folded name,
 * which no SIREN equals; 0: unknown. Who was refused by one of them is refused
 * in an offer that says both. */
enum employer_key { EMPLOYER_SIREN, EMPLOYER_NAME, EMPLOYER_KEYS };
void employer_keys(const struct offer *o, uint64_t key[EMPLOYER_KEYS]);

#endif
