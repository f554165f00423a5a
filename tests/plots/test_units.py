"""Lengths of time as text: the unit fits the length."""

import pytest

from booking_sim.plots.units import ms_text, seconds_text, tick_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.00012345, "0.123 ms"),
        (0.0999, "99.9 ms"),
        (0.9999, "1 s"),
        (12.345, "12.3 s"),
        (119.9, "120 s"),
        (120, "2 min"),
        (383.514, "6 min 24 s"),
        (7199.9, "120 min"),
        (7200, "2 h"),
        (11_100, "3 h 5 min"),
        (float("nan"), "none"),
    ],
)
def test_a_length_is_written_in_the_unit_that_fits(seconds, text):
    assert seconds_text(seconds) == text


def test_milliseconds_are_seconds_over_a_thousand():
    assert ms_text(383_514) == "6 min 24 s"


@pytest.mark.parametrize(("ms", "text"), [(0.5, "0.5 ms"), (200, "200 ms"), (1000, "1 s"), (500_000, "500 s")])
def test_ticks_are_short(ms, text):
    assert tick_text(ms) == text
