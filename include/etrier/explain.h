/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_EXPLAIN_H
#define ETRIER_EXPLAIN_H

#include <etrier/match.h>

#include <jansson.h>

struct arena;
struct buf;
struct refdata;

/* Words for verdicts, in French for advisers, made on demand from codes and
 * integers. A private result (needs, RQTH) is left out unless it is asked for:
 * then the caller has checked the right and recorded that it was read. */
enum { EXPLAIN_PUBLIC = 0, EXPLAIN_PRIVATE = 1 };

/* {"decision","score","base","rules","on","gates":[{"gate","state","why",
 * "facts","words"}],"criteria":[{"criterion","state","value","weight","points",
 * "points_max","why","facts","words"}],"groups":[{"group","points","max"}],
 * "symbols":[{"symbol","state","points","group","words"}],"missing":[..],
 * "to_check":[..]}. In the public form no private gate, group or symbol appears
 * by name or by state, and the score is the public one. */
json_t *explain_json(const struct refdata *rd, const struct verdict *v,
		     int with_private);
/* What the ledger freezes: the public form without what the rules, which are
 * kept under their id, say of every pair. Its members are those above, but
 * "gates" has those with something to say and "passed":[..] the others that are
 * open; "criteria" those that apply; "groups" those that came to points;
 * "symbols" those that hit and "unknown":[..] those nobody can tell: the others
 * missed. A quarter of the bytes. */
json_t *explain_frozen(const struct refdata *rd, const struct verdict *v);
/* The same for people: a table of gates, then of criteria with points, fact
 * and words, then of groups and their symbols, then what to check. */
void explain_text(const struct refdata *rd, const struct verdict *v,
		  int with_private, struct buf *out);

/* One sentence part for a result, without full stop: "environ 25 min en
 * transports". NULL when there is nothing to say. In the arena. */
const char *explain_gate(const struct refdata *rd, struct arena *a,
			 const struct verdict *v, enum gate gate);
const char *explain_criterion(const struct refdata *rd, struct arena *a,
			      const struct criterion_result *c);

/* For messages. The strongest public reasons, best first: "métier visé", "offre
 * publiée hier". Journey and start are none of them: a message gives each a
 * line of its own, and who reads forty offers should not read it twice. At most
 * max; returns how many. */
#define EXPLAIN_REASONS 3
size_t explain_reasons(const struct refdata *rd, struct arena *a,
		       const struct verdict *v, const char **out, size_t max);
/* "À vérifier": what an adviser must ask, without a private word; the neutral
 * "conditions de travail" is there for every offer that leaves an exposure
 * unsaid, whoever the young person is. */
#define EXPLAIN_CHECKS 12
size_t explain_checks(const struct refdata *rd, struct arena *a,
		      const struct verdict *v, const char **out, size_t max);
/* "environ 35 min en transports", "moins de 10 min"; NULL when unknown. For
 * templates. */
const char *explain_travel(struct arena *a, const struct verdict *v);

#endif
