#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Write a made-up feed of public transport (GTFS) as a zip file.

usage: generate.py OUT.zip [--stops N] [--times N] [--seed N] [--scatter]

A few lines of rail over a grid around a town, buses over all stops; half of the
trips run from Monday to Friday, a quarter at the weekend, a quarter on a holiday
only. --scatter mixes the rows of trips in stop_times.txt. The rest of what
feeds do is in it as well: a byte order mark, quotes, times beyond 24:00, blank
times, frequencies, transfers, parents, wheelchair_boarding. Same seed, same
bytes."""
import argparse
import io
import random
import zipfile

STOPS_A_TRIP = 25
EPOCH = (2026, 1, 1, 0, 0, 0)


def clock(s):
    return f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"


class Feed:
    def __init__(self, path, seed):
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED,
                                   compresslevel=1)
        self.random = random.Random(seed)

    def table(self, name, head, rows, mark=""):
        info = zipfile.ZipInfo(name, EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self.zip.open(info, "w", force_zip64=True) as raw:
            with io.TextIOWrapper(raw, "utf-8", newline="") as f:
                f.write(mark + head + "\r\n")
                for row in rows:
                    f.write(row + "\r\n")


def stops(feed, n):
    """Rail stations with two platforms each are the first tenth."""
    rail = max(20, min(n // 10, 900))
    for i in range(rail):
        lat = 48.6 + (i // 30) * 0.014
        lon = 2.0 + (i % 30) * 0.03
        grade = i % 3
        yield f'S{i},"Gare inventée, {i}",{lat:.5f},{lon:.5f},1,,{grade}'
        for k in "ab":
            yield f"S{i}{k},Quai {k},{lat:.5f},{lon:.5f},0,S{i},"
    for i in range(n - 3 * rail):
        lat = 48.3 + feed.random.random() * 0.9
        lon = 1.7 + feed.random.random() * 1.5
        yield f"B{i},Arrêt {i},{lat:.5f},{lon:.5f},,,0"


def plan(n_stops, n_times):
    """(trip, route, service, first stop, step, start) of every trip."""
    rail = max(20, min(n_stops // 10, 900))
    buses = n_stops - 3 * rail
    n_trips = n_times // STOPS_A_TRIP
    n_routes = max(10, min(1500, n_trips // 50))
    rail_routes = max(1, rail // 30)
    for t in range(n_trips):
        route = t % n_routes
        service = ("WD", "WD", "WE", "HOL")[t // n_routes % 4]
        start = 5 * 3600 + (t // n_routes) * 421 % (20 * 3600 + 1800)
        back = t // n_routes // 4 % 2
        if route < rail_routes:
            ids = [f"S{route * 30 % rail + i}{'ab'[back]}"
                   for i in range(min(STOPS_A_TRIP, rail))]
        else:
            ids = [f"B{(route * 97 + i * 13) % buses}"
                   for i in range(STOPS_A_TRIP)]
        yield t, route, service, ids[::-1] if back else ids, start


def times_of(trip, ids, start):
    for i, stop in enumerate(ids):
        at = clock(start + i * 150)
        # Between two time points some feeds leave the times away.
        if 0 < i < len(ids) - 1 and i % 5 == 3:
            at = ""
        yield f"T{trip},{at},{at},{stop},{i * 10}"


def stop_times(feed, n_stops, n_times, scatter):
    if not scatter:
        for t, _, _, ids, start in plan(n_stops, n_times):
            yield from times_of(t, ids, start)
        return
    rows = [row for t, _, _, ids, start in plan(n_stops, n_times)
            for row in times_of(t, ids, start)]
    feed.random.shuffle(rows)
    yield from rows


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("out")
    p.add_argument("--stops", type=int, default=400)
    p.add_argument("--times", type=int, default=20000)
    p.add_argument("--seed", type=int, default=20260101)
    p.add_argument("--scatter", action="store_true")
    a = p.parse_args()
    feed = Feed(a.out, a.seed)
    print(f"seed {a.seed}, {a.stops} stops, {a.times} stop times")
    feed.table("agency.txt", "agency_id,agency_name,agency_url,agency_timezone",
               ["A,Inventée,https://transport.example,Europe/Paris"])
    feed.table("stops.txt", "stop_id,stop_name,stop_lat,stop_lon,"
               "location_type,parent_station,wheelchair_boarding",
               stops(feed, a.stops), mark="\ufeff")
    routes, trips = {}, []
    rail_routes = max(1, max(20, min(a.stops // 10, 900)) // 30)
    for t, route, service, _, _ in plan(a.stops, a.times):
        routes[route] = 2 if route < rail_routes else 3
        trips.append(f"R{route},{service},T{t}")
    feed.table("routes.txt", "route_id,route_short_name,route_type",
               [f"R{r},{r},{kind}" for r, kind in sorted(routes.items())])
    feed.table("calendar.txt", "service_id,monday,tuesday,wednesday,thursday,"
               "friday,saturday,sunday,start_date,end_date",
               ["WD,1,1,1,1,1,0,0,20260105,20260628",
                "WE,0,0,0,0,0,1,1,20260105,20260628"])
    feed.table("calendar_dates.txt", "service_id,date,exception_type",
               ["WD,20260406,2", "HOL,20260406,1"])
    feed.table("trips.txt", "route_id,service_id,trip_id", trips)
    feed.table("stop_times.txt", "trip_id,arrival_time,departure_time,stop_id,"
               "stop_sequence",
               stop_times(feed, a.stops, a.times, a.scatter))
    feed.table("frequencies.txt", "trip_id,start_time,end_time,headway_secs",
               ["T0,06:00:00,22:00:00,600"])
    feed.table("transfers.txt", "from_stop_id,to_stop_id,transfer_type,"
               "min_transfer_time", ["S0a,S1b,2,240", "S0,S0,2,60"])
    feed.zip.close()


main()
