"""Buyers of a kind do what their rates say, and the same seed gives each the same life on any number of workers."""

from collections import Counter
from datetime import timedelta

import pytest

from booking_sim.errors import SettingError
from booking_sim.load_generator.worker.buyer_session import Population
from booking_sim.load_generator.worker.request import Result
from booking_sim.load_generator.worker.workload import Workload
from booking_sim.records.attempts import Call
from booking_sim.scenario.choices import Choice
from booking_sim.scenario.draws import Draws, Purpose
from booking_sim.scenario.kinds import BuyerKind, Payment
from booking_sim.scenario.spans import Span, parse_span

KINDS = {
    "fan": BuyerKind(share=3, quantity={1: 0.25, 2: 0.75}, pays=0.6, fails=0.2, late=0.1, think="10s..20s"),
    "bot": BuyerKind(share=1, at_once=2),
}
WORKLOAD = Workload(KINDS, (4, 5), 1, 60.0, 10.0, (), 7)


@pytest.mark.parametrize("text", ["20s", "10s..40s", "~20s", "0s"])
def test_a_span_is_written_as_it_is_read(text):
    assert str(parse_span(text)) == text


@pytest.mark.parametrize("text", ["9s..5s", "~0s", "~1s..2s", "745h", "1s..745h"])
def test_a_span_that_cannot_be_drawn_is_refused(text):
    with pytest.raises(SettingError) as caught:
        parse_span(text)
    assert str(caught.value) == (
        f"'{text}' cannot be drawn: expected 20s, 10s..40s, or ~20s for a mean; at most 31 days."
    )
    assert parse_span("744h").least == parse_span("1s..744h").most == timedelta(days=31)


def test_spans_are_drawn_as_they_say():
    drawn = {
        text: [parse_span(text).draw(Draws(1, buyer), Purpose.THINK) for buyer in range(4000)]
        for text in ("2s", "2s..4s", "~2s")
    }
    assert set(drawn["2s"]) == {2.0}
    assert min(drawn["2s..4s"]) == pytest.approx(2, abs=0.01)
    assert max(drawn["2s..4s"]) == pytest.approx(4, abs=0.01)
    assert sum(drawn["~2s"]) / 4000 == pytest.approx(2, rel=0.05)


def test_where_there_is_no_choice_nothing_is_drawn():
    assert Span(timedelta(0), timedelta(0)).draw(None, Purpose.THINK) == 0
    assert BuyerKind().payments.draw(None, Purpose.PAYMENT) is Payment.NEVER
    assert BuyerKind(pays=1).payments.at(0.999) is Payment.PAYS


def test_values_without_weight_are_never_chosen():
    assert Choice.of("abc", [0, 1, 0]).at(0.0) == Choice.of("abc", [0, 1, 0]).at(1 - 2**-53) == "b"


def life(population, number):
    """All that a buyer does if every call succeeds, pauses rounded."""
    steps = []
    for first in population.admit(number):
        step = first
        while step is not None:
            if isinstance(step, float):
                steps.append(round(step, 9))
            else:
                steps.append((step.call, step.parameters))
                step.end(Result("held", 0.0, (b"held", (17).to_bytes(8))))
            step = next(first.session, None)
    return first.buyer.kind, first.buyer.event_id, steps


def test_the_rates_are_kept():
    lives = [life(Population(WORKLOAD), number) for number in range(4000)]
    kinds = Counter(kind for kind, _, _ in lives)
    assert kinds["fan"] / 4000 == pytest.approx(0.75, abs=0.03)
    assert Counter(event_id for _, event_id, _ in lives)[4] / 4000 == pytest.approx(0.5, abs=0.03)
    fans = [steps for kind, _, steps in lives if kind == "fan"]
    quantities = Counter(steps[0][1][2] for steps in fans)
    assert quantities[b"2"] / len(fans) == pytest.approx(0.75, abs=0.03)
    ends = Counter((steps[-1][0], steps[1] > 6) if len(steps) > 1 else None for steps in fans)
    shares = {what: count / len(fans) for what, count in ends.items()}
    expected = {(Call.CONFIRM, False): 0.6, (Call.RELEASE, False): 0.2, (Call.CONFIRM, True): 0.1, None: 0.1}
    assert shares == pytest.approx(expected, abs=0.03)
    assert all(1 <= steps[1] <= 2 or 61 <= steps[1] <= 62 for steps in fans if len(steps) > 1)  # time scale 10


def test_a_bot_has_a_request_key_for_each_session():
    number = next(number for number in range(100) if life(Population(WORKLOAD), number)[0] == "bot")
    _, _, steps = life(Population(WORKLOAD), number)
    assert len(steps) == len({parameters[4] for _, parameters in steps}) == 2


def test_a_life_is_the_seeds_alone():
    """Whoever plays the buyer, and whoever was played before it."""
    one = {number: life(Population(WORKLOAD), number) for number in range(60)}
    population = Population(WORKLOAD)
    for worker in range(3):
        assert {number: life(population, number) for number in range(worker, 60, 3)}.items() <= one.items()
    other = Workload(KINDS, (4, 5), 1, 60.0, 10.0, (), 8)
    assert one != {number: life(Population(other), number) for number in range(60)}


def test_repeats_are_drawn_anew_and_counted_over_all_calls_of_a_session():
    """`contended` twice, then a hold, then the answer to the payment is lost twice."""
    workload = Workload({"fan": BuyerKind(pays=1)}, (4,), 1, 60.0, 1.0, (), 7)
    (step,) = Population(workload).admit(3)
    session, pauses = step.session, []
    for outcome in ("contended", "contended", "held", "unknown", "unknown", "confirmed"):
        step.end(Result(outcome, 0.0, (b"held", (17).to_bytes(8))))
        step = next(session, None)
        while isinstance(step, float):
            pauses.append(step)
            step = next(session)
    draws = Draws(7, 3)
    jitter = [0.5 + draws.unit(Purpose.RETRY, 0, count) for count in range(4)]
    assert pauses == pytest.approx([jitter[0] * 0.01, jitter[1] * 0.02, 0.0, jitter[2] * 0.01, jitter[3] * 0.02])
