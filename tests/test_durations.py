"""A length of time is read from text, and written as it is read."""

from datetime import timedelta

import pytest

from booking_sim.durations import format_duration, parse_duration
from booking_sim.errors import BookingSimError


@pytest.mark.parametrize(
    ("text", "seconds"), [("250ms", 0.25), ("90s", 90), ("5m", 300), ("1h", 3600), ("1.5 m", 90), (" 2s ", 2)]
)
def test_a_length_of_time_is_a_number_and_its_unit(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "five m", "-5m", "5m30s", "1e3s", "5d"])
def test_any_other_length_of_time_is_refused(text):
    with pytest.raises(BookingSimError, match=r"is not a duration: expected a number and its unit \(ms, s, m or h\)"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0s", "250ms", "90s", "5m", "2h", "1ms"])
def test_a_length_of_time_is_written_as_it_is_read(text):
    assert format_duration(parse_duration(text)) == text
