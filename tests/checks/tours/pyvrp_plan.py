"""Plans an instance with PyVRP, every night at home: INSTANCE SECONDS OUT SHARED.

Each trainer and day is a vehicle type, each window of a request a client of a group of which one at most is served; who
lacks the skill has too far to go.
"""

import json
import sys

import numpy
import pyvrp
import pyvrp.stop

DAY = 1440
TOO_FAR = 100_000


def main():
    instance, seconds, out, shared = sys.argv[1:]
    sys.path.insert(0, shared)
    import check_plan

    problem = check_plan.load(instance)
    trainers, requests = problem["trainers"], problem["requests"]
    windows = [(request, number) for request in requests for number in range(len(request["windows"]))]
    places = [trainer["home"] for trainer in trainers] + [request["loc"] for request, _ in windows]
    minutes = numpy.array(problem["minutes"], dtype=numpy.int64)[numpy.ix_(places, places)]
    locations = [pyvrp.Location(0, 0) for _ in places]
    depots = [pyvrp.Depot(number) for number in range(len(trainers))]
    groups, clients = [], []
    for number, request in enumerate(requests):
        members = []
        for window in request["windows"]:
            members.append(len(clients))
            clients.append(
                pyvrp.Client(
                    len(depots) + len(clients),
                    service_duration=request["dur"],
                    tw_early=window["day"] * DAY + window["start"],
                    tw_late=window["day"] * DAY + window["end"] - request["dur"],
                    prize=problem["prize"],
                    required=False,
                    group=number,
                )
            )
        groups.append(pyvrp.ClientGroup(members, required=False))
    matrices, types, vehicles = [], [], []
    for number, trainer in enumerate(trainers):
        distances = minutes.copy()
        for column, (request, _) in enumerate(windows, start=len(depots)):
            if request["skill"] not in trainer["skills"]:
                distances[:, column] = TOO_FAR
        numpy.fill_diagonal(distances, 0)
        matrices.append(distances)
        for day in trainer["days"]:
            vehicles.append((trainer, day))
            types.append(
                pyvrp.VehicleType(
                    1,
                    start_depot=number,
                    end_depot=number,
                    tw_early=day * DAY + problem["day_start"],
                    tw_late=day * DAY + problem["day_end"],
                    max_distance=problem["max_drive"],
                    profile=number,
                )
            )
    data = pyvrp.ProblemData(locations, clients, depots, types, matrices, [minutes] * len(trainers), groups)
    result = pyvrp.solve(data, pyvrp.stop.MaxRuntime(float(seconds)), seed=1, display=False)
    plan = []
    for route in result.best.routes():
        trainer, day = vehicles[route.vehicle_type()]
        jobs = [windows[visit.idx] for visit in route if visit.is_client()]
        plan.append(
            {"trainer": trainer["id"], "d0": day, "days": [{"jobs": [[request["id"], number] for request, number in jobs]}]}
        )
    with open(out, "w", encoding="utf-8") as file:
        json.dump(plan, file)


if __name__ == "__main__":
    main()
