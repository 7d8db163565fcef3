/* SPDX-License-Identifier: EUPL-1.2 */
/* The figures of public transport that no timetable gives: how fast people
 * walk to a station, how long they wait, what a bus costs. Fitted by
 * bench-travel --fit to 850 journeys of a real planner (docs/performance.md,
 * "Travel"); transit_model.tsv overrides them one by one.
 *
 * Hours by mode are those of Île-de-France where no table knows better: metro
 * 05:30 to about 01:00, RER and trains from 05:15, no night buses. */
#include "transit.h"

#include <etrier/mem.h>

#include <string.h>

const struct transit_param_row transit_params[TRANSIT_PARAMS] = {
	[PARAM_WALK_M_H] = {"walk_m_per_h", 3800, 500, 7000},
	[PARAM_BUS_WAIT] = {"bus_wait_s", 573, 30, 7200},
	[PARAM_BUS_M_H] = {"bus_m_per_h", 9950, 2000, 80000},
	[PARAM_BUS_REACH] = {"bus_reach_m", 7000, 500, 30000},
	[PARAM_CHANGE_M_H] = {"change_m_per_h", 7312, 500, 10000},
	[PARAM_CHANGE_REACH] = {"change_reach_m", 600, 50, 3000},
	[PARAM_CHANGE] = {"change_s", 135, 0, 3600},
	[PARAM_DOOR] = {"door_s", 165, 0, 3600},
	[PARAM_BOARD + TRANSIT_METRO] = {"board_metro_s", 260, 0, 7200},
	[PARAM_BOARD + TRANSIT_RER] = {"board_rer_s", 180, 0, 7200},
	[PARAM_BOARD + TRANSIT_TRAIN] = {"board_train_s", 195, 0, 7200},
	[PARAM_BOARD + TRANSIT_TRAM] = {"board_tram_s", 470, 0, 7200},
	/* No bus of the fit was a line of its own: half of ten minutes. */
	[PARAM_BOARD + TRANSIT_BUS] = {"board_bus_s", 300, 0, 7200},
};

static const struct {
	const char *name;
	struct transit_hours hours;
} modes[TRANSIT_MODES] = {
	[TRANSIT_METRO] = {"metro", {5 * 60 + 30, 25 * 60}},
	[TRANSIT_RER] = {"rer", {5 * 60 + 15, 24 * 60 + 45}},
	[TRANSIT_TRAIN] = {"train", {5 * 60 + 15, 24 * 60 + 15}},
	[TRANSIT_TRAM] = {"tram", {5 * 60 + 30, 24 * 60 + 30}},
	[TRANSIT_BUS] = {"bus", {5 * 60 + 30, 24 * 60 + 30}},
};

void transit_model_init(struct transit_model *m)
{
	for (int i = 0; i < TRANSIT_PARAMS; i++)
		m->v[i] = transit_params[i].value;
}

const char *transit_mode_name(enum transit_mode m)
{
	return modes[m].name;
}

int transit_mode_find(const char *name)
{
	for (int i = 0; i < TRANSIT_MODES; i++)
		if (!strcmp(modes[i].name, name))
			return i;
	return -1;
}

struct transit_hours transit_mode_hours(enum transit_mode m)
{
	return modes[m].hours;
}
