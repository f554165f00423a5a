"""Distributes the buyers and connections of a run over its workers."""

from array import array
from math import inf

from booking_sim.load_generator.context import RunContext
from booking_sim.load_generator.worker.messages import WorkerAssignment
from booking_sim.load_generator.worker.workload import Workload
from booking_sim.scenario.scenario import MOST_BUYERS


def assignments(context: RunContext) -> list[WorkerAssignment]:
    """Give each of n workers every n-th buyer and every n-th connection, beginning with its own number.

    Returns:
        An assignment for each worker, in the order of their numbers.
    """
    scenario = context.scenario
    workload = Workload(
        kinds=dict(scenario.kinds),
        event_ids=context.event_ids,
        quantity=scenario.quantity,
        hold_s=scenario.seconds(scenario.hold),
        time_scale=scenario.time_scale,
        retry=context.strategy.retry,
        seed=scenario.seed,
    )
    workers, schedule = scenario.workers, scenario.schedule
    buyers = MOST_BUYERS if scenario.buyer_count is None else scenario.buyer_count
    return [
        WorkerAssignment(
            url=context.target_url,
            application_name=context.application_name,
            workload=workload,
            worker=worker,
            workers=workers,
            connections=range(worker, scenario.connections, workers),
            buyers=len(range(worker, buyers, workers)),
            duration_s=inf if scenario.duration is None else scenario.seconds(scenario.duration),
            times=None if schedule is None else array("d", schedule.share(worker, workers)),
            measure=context.measure,
            payments_first=scenario.payments_first,
            is_warmed=not scenario.cold,
            answer_timeout_s=scenario.answer_timeout.total_seconds(),
        )
        for worker in range(workers)
    ]
