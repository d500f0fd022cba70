"""Plans an instance with VROOM, every night at home: INSTANCE SECONDS OUT SHARED. Each trainer and day is a vehicle."""

import datetime
import json
import sys

import numpy
import vroom

DAY = 1440


def main():
    instance, seconds, out, shared = sys.argv[1:]
    sys.path.insert(0, shared)
    import check_plan

    problem = check_plan.load(instance)
    router = vroom.Input()
    router.set_durations_matrix("car", numpy.array(problem["minutes"], dtype=numpy.uint32) * 60)
    vehicles = [(trainer, day) for trainer in problem["trainers"] for day in trainer["days"]]
    for number, (trainer, day) in enumerate(vehicles):
        hours = vroom.TimeWindow((day * DAY + problem["day_start"]) * 60, (day * DAY + problem["day_end"]) * 60)
        router.add_vehicle(
            vroom.Vehicle(
                number,
                start=trainer["home"],
                end=trainer["home"],
                skills=set(trainer["skills"]),
                time_window=hours,
                max_travel_time=problem["max_drive"] * 60,
            )
        )
    for number, request in enumerate(problem["requests"]):
        windows = [
            # A window of a workshop says when it may be going on, one of VROOM when it may begin.
            vroom.TimeWindow((w["day"] * DAY + w["start"]) * 60, (w["day"] * DAY + w["end"] - request["dur"]) * 60)
            for w in sorted(request["windows"], key=lambda w: (w["day"], w["start"]))
        ]
        router.add_job(
            vroom.Job(
                number,
                location=request["loc"],
                default_service=request["dur"] * 60,
                skills={request["skill"]},
                priority=100,
                time_windows=windows,
            )
        )
    limit = datetime.timedelta(seconds=float(seconds))
    solution = router.solve(exploration_level=5, nb_threads=1, timeout=limit)
    days = {}
    for row in solution.routes.itertuples():
        if row.type == "job":
            trainer, day = vehicles[int(row.vehicle_id)]
            request = int(row.id)
            start = row.arrival / 60 + row.waiting_time / 60 - day * DAY
            window = next(
                number
                for number, w in enumerate(problem["requests"][request]["windows"])
                if w["day"] == day and w["start"] <= start and start + problem["requests"][request]["dur"] <= w["end"]
            )
            days.setdefault((trainer["id"], day), []).append([request, window])
    plan = [{"trainer": trainer, "d0": day, "days": [{"jobs": jobs}]} for (trainer, day), jobs in days.items()]
    with open(out, "w", encoding="utf-8") as file:
        json.dump(plan, file)


if __name__ == "__main__":
    main()
