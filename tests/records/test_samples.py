"""What the observer sampled, as frames: on the run's clock, counted from the start, and the same from disk."""

import math

import pytest
from pandas.testing import assert_frame_equal

from booking_sim.records import samples


def server(instants, **columns):
    """The `server` frame of samples at some instants, of a run that began at 100."""
    values = {"seconds": instants} | columns
    return samples.to_frame(
        "server", [[values.get(name, [0] * len(instants)) for name in samples.SCHEMAS["server"].names]], 100.0
    )


def test_a_look_just_before_the_start_is_what_counts_up_from_there():
    frame = server([99.5, 100.5, 101.5], commits=[7, 9, 20], active=[4, 3, 2])
    assert frame["seconds"].tolist() == [-0.5, 0.5, 1.5]
    assert frame["commits"].tolist() == [0, 2, 13]
    assert frame["active"].tolist() == [4, 3, 2]


def test_a_server_that_begins_to_count_anew_takes_nothing_back():
    assert server([100.0, 101.0, 102.0, 103.0], commits=[50, 80, 10, 15])["commits"].tolist() == [0, 30, 30, 35]


def test_what_is_not_known_stays_unknown():
    frame = server([100.0, 101.0], server_cpu_s=[math.nan, math.nan], machine_cpu_s=[5.0, 7.5])
    assert frame["server_cpu_s"].isna().all()
    assert frame["machine_cpu_s"].tolist() == [0.0, 2.5]


@pytest.mark.parametrize("name", samples.SCHEMAS)
def test_a_run_that_never_began_has_empty_frames(name, tmp_path):
    frame = samples.to_frame(name, [[[1.0]]], None)
    assert list(frame.columns) == samples.SCHEMAS[name].names
    assert frame.empty
    samples.write(name, frame, tmp_path / "frame.parquet")
    assert_frame_equal(samples.read(name, tmp_path / "frame.parquet"), frame)
