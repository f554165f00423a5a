"""What a run must achieve: how it is written, when it is refused, and what is measured."""

import math

import numpy as np
import pytest
from surge_results import attempt_rows, result

from booking_sim import Scenario
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.result.thresholds import Judgement, Threshold, judge, judge_ratios, with_defaults
from booking_sim.stats import Part, comparison
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


@pytest.mark.parametrize(
    ("text", "shown"), [("p99_ms < 5", "not reached"), ("p99_ms[1m:] < 5", "nothing to measure"), ("attempts < 5", "4")]
)
def test_a_value_is_shown_and_what_has_none_is_said_in_words(text, shown):
    (judgement,) = judge(result(), [Threshold.parse(text)])
    assert str(judgement) == shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("erors < 5", ": metric 'erors' is unknown: did you mean 'errors'?"),
        ("duck < 5", f": metric 'duck' is unknown: choose from {', '.join(METRICS)}."),
        (
            "p99_ms < 50ms",
            ": '50ms' is not a number: expected digits with at most one point, such as 1500 or 0.5, and no",
        ),
        *(
            (f"p99_ms < {limit}", f": '{limit}' is not a number")
            for limit in ("1,5", "0,999", "1_000", "1e3", "+5", ".5")
        ),
        *((f"audit_ok == {limit}", f": '{limit}' is not a number") for limit in ("true", "nan", "inf", "-inf", "True")),
        ("p99_ms[5s:1s] < 50", ": the window ends before it begins. Write the earlier time first."),
        ("p99_ms[5s:5s] < 50", ": the window ends before it begins"),
        ("p99_ms{kind=fan,kind=bot} < 50", ": 'kind=bot' is invalid: expected kind=NAME or call=NAME, each once."),
        ("p99_ms{worker=1} < 50", ": 'worker=1' is invalid"),
        ("p99_ms{call=pay} < 50", ": call 'pay' is unknown: choose from reserve, confirm, release."),
        ("p99_ms{} < 50", ": '' is invalid"),
        ("p99_ms = 5", " is invalid: expected a metric, one of <= >= == != < >, and a number, such as 'p99_ms < 50', "),
        ("p99_ms", " is invalid"),
    ],
)
def test_what_cannot_be_required_is_refused(text, words):
    with pytest.raises(BookingSimError) as caught:
        Threshold.parse(text)
    assert str(caught.value).startswith(f"'{text}'{words}")
    assert "\n" not in str(caught.value)


def test_the_times_of_a_window_have_units():
    with pytest.raises(SettingError, match=r"^'5' is not a duration"):
        Threshold.parse("p99_ms[5:] < 50")


def test_a_kind_that_the_scenario_does_not_have_is_refused_before_the_run():
    threshold = Threshold.parse("p99_ms{kind=bot} < 50")
    threshold.check(Scenario(kinds={"fan": {}, "bot": {}}))
    with pytest.raises(SettingError) as caught:
        threshold.check(Scenario(kinds={"fan": {}, "pro": {}}))
    assert str(caught.value) == "'p99_ms{kind=bot} < 50': kind 'bot' is unknown: choose from fan, pro."


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


# Ratios to runs before


def runs(*latencies_ms):
    """A run for each latency of its only hold: that is its p50_ms, and its p99_ms."""
    return [result(rows=[attempt_rows()[1]._replace(latency_ms=latency)]) for latency in latencies_ms]


@pytest.mark.parametrize(("text", "limit"), [("p50_ms ratio < 1.1", 1.1), ("p50_ms ratio>=0.5", 0.5)])
def test_a_ratio_is_judged_with_runs_before_and_left_out_without(text, limit):
    threshold = Threshold.parse(text)
    assert (threshold.is_ratio, threshold.limit, threshold.metric) == (True, limit, "p50_ms")
    assert judge(result(), [threshold]) == []
    assert judge_ratios(runs(4), runs(8), [Threshold.parse("p50_ms < 5")]) == []
    assert not Threshold.parse("p50_ms < 5").is_ratio


def test_one_run_of_each_gives_a_ratio_without_an_interval():
    (judgement,) = judge_ratios(runs(4.0), runs(8.0), [Threshold.parse("p50_ms ratio < 1.1")])
    assert judgement.measured == pytest.approx(2)
    assert math.isnan(judgement.low)
    assert math.isnan(judgement.high)
    assert (judgement.is_met, str(judgement)) == (False, "2")


def test_the_intervals_of_all_ratios_that_vary_hold_together():
    before, after = (4.0, 5.0, 4.5), (4.5, 6.0, 4.0)
    both = [Threshold.parse(text) for text in ("p50_ms ratio < 1", "held ratio == 1", "p99_ms ratio > 1.2")]
    latency, held, other = judge_ratios(runs(*before), runs(*after), both)
    expected = comparison.ratio(np.array(before), np.array(after), 0.975)
    for judgement, threshold in zip((latency, other), (both[0], both[2]), strict=True):
        shown = (judgement.measured, judgement.low, judgement.high)
        assert judgement.threshold is threshold
        assert shown == pytest.approx([expected[name] for name in ("ratio", "low", "high")])
        assert judgement.is_met  # the interval lies on both sides of the limit
    assert (held.measured, held.low, held.high) == (1, 1, 1)  # never varies, and takes nothing from the others


@pytest.mark.parametrize(
    ("low", "measured", "high", "is_met"),
    [
        (0.9, 1.2, 1.5, True),
        (1.05, 1.2, 1.5, True),
        (1.1, 1.2, 1.5, False),
        (1.2, 1.2, 1.2, False),
        (0.8, 0.9, 1, True),
    ],
)
def test_a_ratio_fails_only_if_its_whole_interval_does(low, measured, high, is_met):
    judgement = Judgement(Threshold.parse("p50_ms ratio < 1.1"), measured, low, high)
    assert judgement.is_met == is_met
    assert str(judgement) == f"{measured:g} ({low:g} to {high:g})"


def test_an_interval_is_shown_to_four_digits():
    judgement = Judgement(Threshold.parse("p50_ms ratio < 1.1"), 1.2345678, 0.123456, 12345.6)
    assert str(judgement) == "1.23457 (0.1235 to 1.235e+04)"
