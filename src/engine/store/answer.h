/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_ANSWER_H
#define ETRIER_STORE_ANSWER_H

/* Of a row of the ledger, by its name and a dot: somebody answered for
 * good. An adviser who sent it on or put it off did not. Nor did a CFA's
 * referent, of a person whom a Mission Locale follows: the offer is that
 * adviser's to decide (docs/decisions/0027-who-closes-an-offer.md). */
#define DB_IS_ANSWER(l)                                                 \
	"(" l "result NOT IN ('sent', 'later') AND (" l                 \
	"audience <> 'cfa' OR EXISTS (SELECT 1 FROM person db_p WHERE " \
	"db_p.id = " l "person AND db_p.agency IS db_p.cfa_agency)))"

#endif
