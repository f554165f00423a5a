"""Recorded curves come back count by count, and a file that is none is refused with what is missing."""

import numpy as np
import pandas as pd
import pytest
from profiles import chance_of

from booking_sim.arrivals import Poisson, Recorded, parse_arrivals
from booking_sim.errors import BookingSimError


@pytest.mark.parametrize("name", ["curve.csv", "curve.parquet"])
def test_a_recorded_curve_comes_back_count_by_count(curve, name):
    counts = [3, 0, 250, 17, 0, 1]
    recorded = Recorded(curve({"start": np.arange(6) * 0.5, "arrivals": counts}, name))
    schedule = recorded.schedule(seed=4)
    assert np.histogram(schedule.times, np.arange(7) * 0.5)[0].tolist() == counts
    assert np.diff(recorded.expected(np.arange(7) * 0.5)) == pytest.approx(counts)
    assert (recorded.end, recorded.total) == (3, 271)
    assert chance_of(schedule.until(1.5).times[3:] * 2 - 2) > 0.01  # at random within the bin
    assert recorded.schedule(5) != schedule


def test_dates_and_left_out_bins(curve):
    start = ["2024-09-22 12:00:00", "2024-09-22 12:01:00", "2024-09-22 12:04:00"]
    texts = Recorded(curve({"start": start, "arrivals": [5, 6, 7]}))
    dates = Recorded(curve({"start": pd.to_datetime(start), "arrivals": [5, 6, 7]}, "curve.parquet"))
    epoch = Recorded(curve({"start": [1727006400, 1727006460, 1727006640], "arrivals": [5, 6, 7]}, "epoch.csv"))
    for recorded in (texts, dates, epoch):
        assert recorded.counts == (5, 6, 0, 0, 7)
        assert recorded.bin_width == 60


def test_poisson_of_a_recorded_curve_draws_its_counts(curve):
    recorded = Recorded(curve({"start": range(3), "arrivals": [1000, 0, 3000]}))
    times = Poisson(recorded).schedule(seed=7).times
    assert len(times) != 4000
    assert not ((times > 1) & (times < 2)).any()
    assert chance_of(recorded.expected(times) / 4000) > 0.01


def test_curves_come_with_the_toolkit():
    recorded = parse_arrivals("recorded(stadium_on_sale.csv)")
    assert (len(recorded.schedule()), recorded.end) == (13_000, 1800)


BROKEN_CURVES = [
    ({"when": [0, 1], "arrivals": [1, 1]}, "it has no column start"),
    ({"when": [0, 1], "many": [1, 1]}, "it has no column start and no column arrivals"),
    ({"start": [0], "arrivals": [1]}, "it takes two bins to say how long one is, and it has 1"),
    ({"start": [], "arrivals": []}, "and it has 0"),
    ({"start": [0, 2, 1], "arrivals": [1, 1, 1]}, "its bins are not in order"),
    ({"start": [0, 1, 1], "arrivals": [1, 1, 1]}, "its bins are not in order"),
    ({"start": [0, 1, None], "arrivals": [1, 1, 1]}, "its bins are not in order"),
    ({"start": [0, 1, 2.5], "arrivals": [1, 1, 1]}, "its bins are no multiples of the shortest, 1 s"),
    ({"start": [0, 1e-6, 1e6], "arrivals": [1, 1, 1]}, "its bins are no multiples of the shortest, 1e-06 s"),
    ({"start": [0, 1], "arrivals": [1, -1]}, "its arrivals are not all whole numbers from 0"),
    ({"start": [0, 1], "arrivals": [1, 1.5]}, "its arrivals are not all whole numbers from 0"),
    ({"start": [0, 1], "arrivals": [1, None]}, "its arrivals are not all whole numbers from 0"),
    ({"start": [0, 1], "arrivals": ["1", "many"]}, "could not convert string to float: 'many'"),
    ({"start": ["2024-13-45", "2024-01-01"], "arrivals": [1, 1]}, "2024-13-45"),
]


@pytest.mark.parametrize(("columns", "because"), BROKEN_CURVES, ids=[because for _, because in BROKEN_CURVES])
def test_a_file_that_is_no_curve(curve, columns, because):
    with pytest.raises(BookingSimError, match=because) as caught:
        Recorded(curve(columns))
    assert "is no curve, " in str(caught.value)
    assert str(caught.value).endswith(
        ": give two columns: start, when a bin starts (seconds, or ISO 8601 times), and arrivals, how many came in it."
    )


@pytest.mark.parametrize("name", ["broken.csv", "broken.parquet"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00PAR1", b'start,arrivals\n"0,1'])
def test_a_file_of_something_else(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BookingSimError, match=r"^recorded: path=.* is no curve, [^\n]+$"):
        Recorded(tmp_path / name)


def test_a_file_that_is_not_there():
    with pytest.raises(BookingSimError, match=r"^recorded: path=no.csv is no file here, .*: stadium_on_sale\.csv\.$"):
        Recorded("no.csv")
