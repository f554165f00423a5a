"""Before a run: when buyers come, what is cut off, and how large the run will be."""

import numpy as np
import pytest

from booking_sim.scenario.preview import Preview, _seconds
from booking_sim.scenario.scenario import Scenario

SPIKE = Scenario(arrivals="spike(peak_rate=1000, fall=20m, duration=20m)", buyers=400_000)


def test_it_says_what_buyers_cut_off():
    preview = Preview(SPIKE)
    assert preview.cut_off == 200_000
    assert preview.describe().startswith("400,000 arrivals, from 0.0005 s to ")
    assert (
        "The peak is 1,000 per second at 0 s. 200,000 later arrivals are cut off by buyers=400000."
        in preview.describe()
    )
    assert "200,000 arrivals are cut off by buyers=400000." in preview.announcement()


def test_it_says_what_duration_cuts_off():
    preview = Preview(Scenario(arrivals="constant(rate=10, duration=60s)", duration="30s", time_scale=2))
    assert preview.cut_off == 300
    assert preview.announcement() == "300 arrivals are cut off by duration=30s."
    assert "of the run (2 times as fast as planned). The peak is 20 per second" in preview.describe()


def test_the_peak_is_where_most_come():
    preview = Preview(Scenario(arrivals="constant(rate=10, duration=60s) + burst(500, at=20.5s)"))
    assert preview.peak == (510, 20)
    short = Preview(Scenario(arrivals="constant(rate=100, duration=1s) + burst(5, at=500ms)"))
    assert short.peak[0] == pytest.approx(600, rel=0.05)
    assert Preview(Scenario(arrivals="burst(7)")).peak[1] == 0


def test_the_peak_of_a_short_run_is_of_a_hundredth_of_it():
    assert Preview(Scenario(arrivals="burst(3, at=1s) + burst(1, at=2s)")).peak == (150, 1)
    assert Preview(Scenario(arrivals="burst(3, at=5s) + burst(1, at=10s)")).peak == (3, 5)
    assert Preview(Scenario()).peak == (0, 0)


def test_what_is_said_of_a_run_that_is_neither_scaled_nor_cut_off():
    assert Preview(Scenario(arrivals="burst(3, at=1s) + burst(1, at=2s)")).describe() == (
        "4 arrivals, from 1 s to 2 s of the run. The peak is 3 within 20 ms at 1 s."
    )


def test_both_that_cut_off_are_named():
    scenario = Scenario(arrivals="constant(rate=10, duration=60s)", duration="30s", buyers=100)
    assert Preview(scenario).announcement() == "500 arrivals are cut off by buyers=100 and duration=30s."


def test_the_sketch_shows_where_nobody_comes_and_where_few_do():
    preview = Preview(Scenario(arrivals="burst(800) + burst(1, at=2500ms) + burst(400, at=4s)"))
    assert preview.sketch(width=4, height=1) == "█ ▁▄"
    assert Preview(Scenario(arrivals="burst(7)")).sketch(width=3, height=1) == "█"
    assert Preview(Scenario(arrivals="burst(4) + burst(2, at=500ms)")).sketch(width=4, height=1) == "█  ▄"
    assert [len(line) for line in Preview(SPIKE).sketch().splitlines()][-1] == 72
    assert len(Preview(SPIKE).sketch().splitlines()) == 5


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.25, "0.25 s"), (119.4, "119 s"), (120, "2 min"), (7140, "119 min"), (7200, "2.0 h"), (36_000, "10.0 h")],
)
def test_a_length_of_time_is_as_precise_as_it_matters(seconds, said):
    assert _seconds(seconds) == said


def test_how_long_a_closed_loop_takes_is_the_range_that_was_measured():
    assert Preview(Scenario(buyers=16_000)).duration_s == (2, 8)
    assert Preview(Scenario(buyers=16_000, duration="5s")).duration_s == (2, 5)
    assert Preview(Scenario(duration="5s")).duration_s == (5, 5)


def test_a_run_of_a_minute_is_announced_and_no_shorter_one():
    assert Preview(Scenario(duration="60s")).announcement() == "This run takes 60 s if the server keeps up."
    assert Preview(Scenario(duration="59s")).announcement() == ""
    assert Preview(Scenario(buyers=1_000_000, duration="5s")).announcement().endswith("keeps up to 36 MB.")
    assert Preview(Scenario(buyers=999_999, duration="5s")).announcement() == ""


def test_the_sketch_is_as_high_as_the_rate():
    sketch = Preview(Scenario(arrivals="stages(0s:100, 30s:100, 0s:50, 30s:50)")).sketch(width=8, height=2).splitlines()
    assert sketch == ["████", "████████"]
    heights = [Preview(Scenario(arrivals=f"ramp(0, 800, {n}s)")).sketch(width=8, height=1) for n in (10, 100)]
    assert heights == ["▁▂▃▄▅▆▇█"] * 2


def test_without_arrivals_there_is_nothing_to_draw():
    preview = Preview(Scenario(buyers=7))
    assert preview.describe() == "7 buyers come as fast as they are answered: there is no arrivals profile."
    assert preview.sketch() == preview.announcement() == ""
    assert Preview(Scenario(duration="5s")).describe().startswith("Buyers come as fast")


def test_a_long_run_is_announced():
    scenario = Scenario(
        arrivals="constant(rate=1000, duration=10m)",
        kinds={"fan": {"pays": 0.5, "think": "10s", "refreshes": 2}},
        tickets=1000,
    )
    preview = Preview(scenario)
    assert preview.attempts == (600_000, 1_800_500)
    assert preview.duration_s == pytest.approx((600, 610), abs=0.1)
    assert preview.announcement() == (
        "This run takes 10 min if the server keeps up, makes 600,000 to 1,800,500 attempts, and keeps up to 65 MB."
    )
    assert Preview(scenario.replace(time_scale=60)).duration_s == pytest.approx((10, 10.17), abs=0.1)


@pytest.mark.parametrize(
    ("settings", "announced"),
    [
        ({}, ""),
        (
            {"buyers": 1_000_000},
            "This run takes 2 min to 8 min if the server keeps up, makes 1,000,000 attempts, and keeps up to 36 MB.",
        ),
        ({"duration": "5m"}, "This run takes 5 min if the server keeps up."),
        ({"duration": "5s", "buyers": 1_000_000}, "This run takes 5 s if"),
    ],
)
def test_runs_as_fast_as_they_are_answered(settings, announced):
    said = Preview(Scenario(**settings)).announcement()
    assert said.startswith(announced)
    assert bool(said) is bool(announced)


def test_rates_are_those_of_the_schedule():
    rates, width = Preview(SPIKE)._rates
    assert np.sum(rates) * width == pytest.approx(400_000)
