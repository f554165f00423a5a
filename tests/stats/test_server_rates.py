"""What the server counts up, as rates: one sample to the next, whatever time lay between."""

import math

import pytest
from made_up import server

from booking_sim.records import samples
from booking_sim.stats import server_rates

STEPS = {
    "seconds": [100.0, 102.0, 106.0],
    "updates": [5, 15, 15],
    "hot_updates": [5, 13, 13],
    "wal_bytes": [1000, 5000, 5000],
    "buffer_hits": [10, 70, 70],
    "buffer_reads": [0, 20, 20],
    "commits": [0, 300, 700],
    "server_cpu_s": [math.nan] * 3,
    "generator_cpu_s": [1.0, 2.0, 2.0],
    "machine_cpu_s": [9.0, 12.0, 18.0],
}


def test_rates_and_shares_between_two_samples_taken():
    columns = [STEPS.get(name, [0, 0, 0]) for name in samples.SCHEMAS["server"].names]
    rates = server_rates(samples.to_frame("server", [columns], 100.0))
    assert rates.index.tolist() == [2.0, 6.0]
    assert rates["commits_per_s"].tolist() == [150.0, 100.0]
    assert rates["wal_bytes_per_s"].tolist() == [2000.0, 0.0]
    assert rates["updates_per_s"].tolist() == [5.0, 0.0]
    assert rates["generator_cpus"].tolist() == [0.5, 0.0]
    assert rates["machine_cpus"].tolist() == [1.5, 1.5]
    assert rates["server_cpus"].isna().all()
    assert rates["hot_share"].tolist() == [0.8, pytest.approx(math.nan, nan_ok=True)]
    assert rates["hit_share"].tolist() == [0.75, pytest.approx(math.nan, nan_ok=True)]


def test_nothing_seen_is_no_rate():
    assert server_rates(samples.to_frame("server")).empty


def test_a_last_sample_that_follows_at_once_takes_the_place_of_the_one_before():
    samples_taken = server((0, 0, 0, 0), (1, 1, 0, 0), (2, 2, 0, 0), (2.1, 4, 0, 0))
    assert server_rates(samples_taken)["server_cpus"].to_dict() == pytest.approx({1: 1.0, 2.1: 3 / 1.1})
