"""A second simulator of the same model, written with SimPy: what the forecast is compared with."""

import numpy as np
import simpy

from booking_sim.scenario.buyers import draw_buyers


def simulate_with_simpy(scenario, service_s):  # noqa: C901  one function for each thing that happens
    """Play a scenario: one call for a hold, refreshes, and payments. Return counts of outcomes, and all waits."""
    buyers, hold_s = draw_buyers(scenario), scenario.seconds(scenario.hold)
    kind = scenario.kinds["fan"]
    environment = simpy.Environment()
    connections = simpy.Resource(environment, scenario.connections)
    rng = np.random.default_rng(scenario.seed)
    live, waits, counts = [], [], {"held": 0, "sold_out": 0, "confirmed": 0}

    def call(work):
        asked = environment.now
        with connections.request() as request:
            yield request
            waits.append(environment.now - asked)
            came_to = work()
            yield environment.timeout(rng.exponential(service_s))
        return came_to

    def reserve():
        live[:] = [hold for hold in live if hold["paid"] or hold["until"] > environment.now]
        if len(live) == scenario.tickets:
            return None
        live.append({"until": environment.now + hold_s, "paid": False})
        return live[-1]

    def pay(hold):
        hold["paid"] = hold["until"] > environment.now
        return hold["paid"]

    def buyer(planned, pays, think):
        yield environment.timeout(planned)
        for left in range(kind.refreshes, -1, -1):
            hold = yield environment.process(call(reserve))
            if hold is not None:
                break
            counts["sold_out"] += 1
            if left:
                yield environment.timeout(kind.refresh_after.least.total_seconds())
        if hold is not None:
            counts["held"] += 1
            if pays:
                yield environment.timeout(think)
                is_paid = yield environment.process(call(lambda: pay(hold)))
                counts["confirmed"] += is_paid

    for planned, payment, think in zip(buyers.planned_s, buyers.payment, buyers.think_s, strict=True):
        environment.process(buyer(planned, payment == 0, think))
    environment.run()
    return counts, waits
