"""What a run must achieve: how it is written, when it is refused, and what is measured."""

import math

import pytest
from surge_results import result

from booking_sim import Scenario
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.result.thresholds import Threshold, judge, with_defaults
from booking_sim.stats import Part
from booking_sim.stats.metrics import METRICS


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("p50_database_ms < 4.1", True),
        ("p50_database_ms < 4", False),
        ("p50_database_ms<=4.0", True),
        ("held == 1", True),
        ("held != 1", False),
        ("attempts >= 1000", False),
        ("oversold > 0", False),
        ("audit_ok == 1", True),
        ("partial == 1", False),
        ("p50_ms[:15ms] < 5", True),
        ("p50_ms [ 20ms : 30ms ] == 26.5", True),  # from the plan of the first of two attempts
        ("p99_ms < 50", False),  # one of three requests had no answer: not reached
        ("p99_ms > 50", True),
        ("attempts[:12ms] == 2", True),
        ("held[20ms:] == 1", True),
        ("sold_out[20ms:] == 0", True),
        ("p99_ms[1m:] < 5", False),  # nothing was measured then
        ("p99_ms[1m:] != 5", False),
        ("attempts[:4ms] == 0", True),  # the first was answered then, and counts in what comes after
        ("attempts{kind=fan} == 4", True),
        ("attempts{call=confirm} == 0", True),
        ("held{kind=fan,call=reserve}[20ms:] == 1", True),
        ("held{ call = reserve , kind = bot } == 0", True),
        ("tickets{kind=bot} == 2", True),  # of the whole run
        ("unanswered{kind=fan} == 0", False),  # nobody knows of which kind a buyer was that made no call
    ],
)
def test_a_requirement_is_met_or_not(text, is_met):
    (judgement,) = judge(result(), [Threshold.parse(text)])
    assert judgement.is_met is is_met


def test_a_rate_of_a_window_is_of_its_own_length():
    until = 0.01 + 0.0015  # the second answer, before the window ends
    assert result().summary(Part(0.002, 0.012))["throughput"] == pytest.approx(2 / (until - 0.002))
    assert result().summary(Part(0.002, 0.03))["duration_s"] == pytest.approx(0.0265 - 0.002)


@pytest.mark.parametrize(("text", "shown"), [("p99_ms < 5", "not reached"), ("p99_ms[1m:] < 5", "nothing to measure")])
def test_what_has_no_value_is_said_in_words(text, shown):
    (judgement,) = judge(result(), [Threshold.parse(text)])
    assert str(judgement) == shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p98_ms < 5", "metric 'p98_ms' is unknown: choose from tickets, tickets_sold, tickets_held, buyers"),
        ("p99_ms < 50ms", "'50ms' is not a number: expected digits with at most one point"),
        *(
            (f"p99_ms < {limit}", f"'{limit}' is not a number")
            for limit in ("1,5", "0,999", "1_000", "1e3", "+5", ".5")
        ),
        *((f"audit_ok == {limit}", f"'{limit}' is not a number") for limit in ("true", "nan", "inf", "-inf", "True")),
        ("p99_ms[5:] < 50", "'5' is not a duration"),
        ("p99_ms[5s:1s] < 50", "the window ends before it begins"),
        ("p99_ms{kind=fan,kind=bot} < 50", "'kind=bot' is invalid: expected kind=NAME or call=NAME, each once"),
        ("p99_ms{worker=1} < 50", "'worker=1' is invalid"),
        ("p99_ms{call=pay} < 50", "call 'pay' is unknown: choose from reserve, confirm, release"),
        ("p99_ms{} < 50", "'' is invalid"),
        ("p99_ms = 5", "is invalid: expected a metric, one of <= >= == != < >, and a number"),
        ("p99_ms", "is invalid"),
    ],
)
def test_what_cannot_be_required_is_refused(text, words):
    with pytest.raises(BookingSimError) as caught:
        Threshold.parse(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_kind_that_the_scenario_does_not_have_is_refused_before_the_run():
    threshold = Threshold.parse("p99_ms{kind=bot} < 50")
    threshold.check(Scenario(kinds={"fan": {}, "bot": {}}))
    with pytest.raises(SettingError, match="kind 'bot' is unknown: choose from fan"):
        threshold.check(Scenario(kinds={"fan": {}}))


@pytest.mark.parametrize(
    ("given", "judged"),
    [
        ([], ["errors == 0"]),
        (["p99_ms < 5"], ["p99_ms < 5", "errors == 0"]),
        (["errors < 10"], ["errors < 10"]),
        (["errors[5s:] == 0"], ["errors[5s:] == 0", "errors == 0"]),  # of a part: the whole is judged too
    ],
)
def test_no_errors_are_required_unless_something_else_is_said_of_them(given, judged):
    assert [threshold.text for threshold in with_defaults([*map(Threshold.parse, given)])] == judged


def test_every_metric_is_explained_and_no_other():
    assert list(result().summary().index) == list(METRICS)
    assert list(result().summary(Part(0, 1, "fan", "reserve")).index) == list(METRICS)
    assert math.isnan(result().summary(Part(kind="fan"))["unanswered"])
