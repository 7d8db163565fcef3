/* SPDX-License-Identifier: EUPL-1.2 */
/* Which dossiers have a telephone number or an e-mail address in common:
 * brothers and sisters, or an educator's number in twelve dossiers. A STOP
 * stops the number for all of them, so their advisers are told. The store finds
 * an address by its keyed hash only where a message went; here is everybody of
 * the latest files, as one word an address, so that nobody's records are read
 * to find that nothing is shared. */
#include "live.h"

#include <etrier/mem.h>
#include <etrier/person.h>
#include <etrier/phone.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* FNV-1a, of small letters; 0 is kept for "none". */
static uint64_t word_of(const char *address)
{
	uint64_t h = 0xcbf29ce484222325;
	if (str_is_empty(address))
		return 0;
	for (const char *p = address; *p; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
		h = (h ^ (unsigned char)c) * 0x100000001b3;
	}
	return h ? h : 1;
}

static uint64_t word_of_phone(const char *phone)
{
	char e164[17] = ""; /* stays so for what is no number */
	if (!str_is_empty(phone))
		(void)phone_normalise(phone, e164);
	return word_of(e164);
}

struct live_addresses live_addresses_of(const struct person *p)
{
	return (struct live_addresses){.phone = word_of_phone(p->phone),
				       .email = word_of(p->email)};
}

void live_note_addresses(struct live *l, uint32_t person,
			 struct live_addresses addresses)
{
	if (person >= l->n_addresses) {
		size_t n = (size_t)person + person / 8 + 256;
		if (!addresses.phone && !addresses.email)
			return;
		l->addresses = mem_grow(l->addresses, n, sizeof(*l->addresses));
		memset(l->addresses + l->n_addresses, 0,
		       (n - l->n_addresses) * sizeof(*l->addresses));
		l->n_addresses = n;
	}
	l->addresses[person] = addresses;
}

/* --- who has one in common -------------------------------------------------
 */

struct holder {
	uint64_t address;
	uint32_t person;
};

static int by_address(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->person < y->person ? -1 : x->person > y->person;
}

static uint64_t address_at(const struct live *l, size_t person,
			   enum channel channel)
{
	return channel == CHANNEL_SMS ? l->addresses[person].phone
				      : l->addresses[person].email;
}

/* Sets the bit; was it set? */
static bool mark(unsigned char *bits, uint64_t at)
{
	unsigned char bit = (unsigned char)(1u << at % 8);
	bool was = bits[at / 8] & bit;
	bits[at / 8] |= bit;
	return was;
}

/* Most addresses are one dossier's: a bit for each sorts those out, and only
 * what is left, a few by chance among them, is put in order. */
static struct holder *find_holders(const struct live *l, enum channel channel,
				   size_t *n)
{
	struct holder *v = NULL;
	size_t cap = 0, bits = 1024;
	while (bits < 8 * l->n_addresses)
		bits *= 2;
	unsigned char *once = mem_array(bits / 8, 1);
	unsigned char *twice = mem_array(bits / 8, 1);
	*n = 0;
	for (size_t i = 0; i < l->n_addresses; i++) {
		uint64_t at = address_at(l, i, channel) & (bits - 1);
		if (address_at(l, i, channel) && mark(once, at))
			(void)mark(twice, at);
	}
	for (size_t i = 0; i < l->n_addresses; i++) {
		uint64_t h = address_at(l, i, channel), at = h & (bits - 1);
		if (!h || !(twice[at / 8] >> at % 8 & 1))
			continue;
		if (*n == cap) {
			cap = cap ? cap * 2 : 64;
			v = mem_grow(v, cap, sizeof(*v));
		}
		v[(*n)++] = (struct holder){h, (uint32_t)i};
	}
	free(once);
	free(twice);
	if (*n)
		qsort(v, *n, sizeof(*v), by_address);
	return v;
}

void live_shared_each(const struct live *l, live_shared_fn *fn, void *ctx)
{
	static const enum channel channels[] = {CHANNEL_SMS, CHANNEL_EMAIL};
	for (int c = 0; c < 2; c++) {
		size_t n;
		struct holder *v = find_holders(l, channels[c], &n);
		for (size_t i = 0; i < n; i++) {
			bool is_shared =
				(i > 0 && v[i - 1].address == v[i].address) ||
				(i + 1 < n && v[i + 1].address == v[i].address);
			if (is_shared)
				fn(ctx, channels[c], v[i].address, v[i].person);
		}
		free(v);
	}
}

void live_address_each(const struct live *l, enum channel channel,
		       const char *address,
		       void (*fn)(void *ctx, int64_t person), void *ctx)
{
	uint64_t word = channel == CHANNEL_SMS ? word_of_phone(address)
					       : word_of(address);
	for (size_t i = 0; word && i < l->n_addresses; i++)
		if (address_at(l, i, channel) == word)
			fn(ctx, (int64_t)i);
}
