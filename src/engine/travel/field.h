/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TRAVEL_FIELD_H
#define TRAVEL_FIELD_H

#include "transit.h"

/* The inline form of travel_field_transit(), for scans: two loads and a
 * comparison once the zone was met. */
struct travel_memo {
	uint32_t made; /* which making of the field knows it */
	int32_t cost;  /* by the network, TRAVEL_NEVER */
};
/* Seconds a journey may last, both ends included. */
struct travel_stretch {
	int32_t least, most;
};
struct travel_place {
	struct plane_point at;
	bool is_known;
	size_t n;
	struct transit_access way[TRANSIT_ACCESS_MAX];
};
struct travel_field {
	const struct travel *travel;
	bool has_network; /* the place of work has stations in reach */
	/* A bus at one end of the journey; buses, or what the formula stands
	 * for, from door to door. */
	struct travel_stretch bus, all_the_way;
	uint32_t made;
	int16_t *to;		  /* by station: seconds to the place of work */
	struct travel_memo *memo; /* by zone */
	struct travel_stretch *open; /* by kind of hours */
	struct travel_place *places; /* met before */
};
/* Fills the memo of a zone. */
int32_t travel_field_zone(struct travel_field *f, uint16_t zone);

static inline int32_t travel_field_transit_inline(struct travel_field *f,
						  uint16_t zone, int32_t d_m)
{
	const struct travel *t = f->travel;
	int32_t cost, bus, walk;

	if (!zone || !f->has_network) {
		cost = travel_cost(t->by_modes[1u << MODE_TRANSIT], d_m);
		return cost >= f->all_the_way.least &&
				       cost <= f->all_the_way.most
			       ? cost
			       : TRAVEL_NEVER;
	}
	cost = f->memo[zone].made == f->made ? f->memo[zone].cost
					     : travel_field_zone(f, zone);
	bus = travel_cost(&t->transit->bus, d_m);
	if (bus < cost && bus >= f->all_the_way.least &&
	    bus <= f->all_the_way.most)
		cost = bus;
	walk = travel_cost(t->by_modes[1u << MODE_WALK], d_m);
	return walk < cost && cost < TRAVEL_NEVER ? walk : cost;
}

#endif
