"""Attempts on disk: what was written is read, as much of it as is whole, and little of it is in memory at once."""

import tracemalloc

import pyarrow as pa
import pytest
from made_up import held, refused
from pandas.testing import assert_frame_equal

from booking_sim.records import columns
from booking_sim.records.recorded import RecordedAttempts

ROWS = [held(0, 0.0, 7, 3), refused(1, 0.1), refused(2, 0.2, "contended")]


def batch(rows):
    return [*zip(*rows, strict=True)]


@pytest.fixture
def stream(tmp_path):
    """A file with three batches of one attempt each."""
    path = tmp_path / "attempts.arrows"
    with columns.Stream(path) as writer:
        for row in ROWS:
            writer.add(batch([row]))
    return path


def test_a_stream_becomes_the_frame_that_memory_would_give(stream, tmp_path):
    expected = columns.to_frame([batch(ROWS)])
    recorded = RecordedAttempts(stream)
    assert_frame_equal(recorded.frame(), expected)
    recorded.settle(tmp_path / "attempts.parquet")
    assert not stream.exists()
    assert_frame_equal(recorded.frame(), expected)
    assert_frame_equal(recorded.columns("outcome", "buyer"), expected[["outcome", "buyer"]])


def test_a_stream_elsewhere_stays(stream, tmp_path):
    (tmp_path / "other").mkdir()
    RecordedAttempts(stream).settle(tmp_path / "other" / "attempts.parquet")
    assert stream.exists()


def test_batches_can_be_read_as_soon_as_they_are_written(tmp_path):
    path = tmp_path / "attempts.arrows"
    with columns.Stream(path) as writer:
        for count, row in enumerate(ROWS, 1):
            writer.add(batch([row]))
            assert sum(map(len, columns.read_stream(path))) == count


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_wherever_a_stream_is_cut_off_what_is_whole_is_read(stream, share):
    whole = stream.read_bytes()
    stream.write_bytes(whole[: int(share * len(whole))])
    left = [buyer for piece in columns.read_stream(stream, ["buyer"]) for buyer in piece["buyer"].to_pylist()]
    assert left == [0, 1, 2][: len(left)]
    assert len(left) == {0.0: 0, 0.01: 0, 0.999: 3}.get(share, len(left))


def test_more_kinds_than_a_byte_counts_come_back(tmp_path):
    rows = [refused(number, 0.0)._replace(kind=f"kind {number:03}") for number in range(150)]
    path = tmp_path / "attempts.arrows"
    with columns.Stream(path) as writer:
        writer.add(batch(rows))
    recorded = RecordedAttempts(path)
    recorded.settle(tmp_path / "attempts.parquet")
    assert recorded.frame()["kind"].tolist() == [f"kind {number:03}" for number in range(150)]


def test_to_write_a_long_run_takes_little_memory(tmp_path):
    """A million attempts may take the parent 60 MB; what it has in memory does not grow with the run at all."""
    path = tmp_path / "attempts.arrows"
    one = batch([refused(number, 0.0) for number in range(2000)])
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    with columns.Stream(path) as writer:
        for _ in range(100):
            writer.add(one)
    columns.stream_to_parquet(path, tmp_path / "attempts.parquet")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert pa.total_allocated_bytes() - before < 1_000_000
    assert pa.default_memory_pool().max_memory() - before < 60_000_000
