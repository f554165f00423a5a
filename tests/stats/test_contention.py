"""Who waits for what and for whom, on samples whose truth is known."""

from made_up import waits

from booking_sim.stats import blocking, wait_profile
from booking_sim.stats.contention import blocked_share


def test_a_profile_is_a_mean_over_the_samples_that_were_taken():
    profile = wait_profile(
        waits(
            (0.0, 1, None, None, None),
            (0.0, 2, "Lock", "tuple", [1]),
            (0.5, 1, "Lock", "tuple", [2]),
            (0.5, 2, "Lock", "tuple", [1]),
            (1.5, None, None, None, None),
            (3.5, 1, "IO", "WalSync", None),
        ),
        bins=4,
    )
    found = profile[("Lock", "tuple")]
    assert profile.index.tolist() == [0, 1, 2, 3]
    assert found.fillna(-1).tolist() == [1.5, 0, -1, 0]
    assert profile[("running", "running")].fillna(-1).tolist() == [0.5, 0, -1, 0]
    assert profile[("IO", "WalSync")].fillna(-1).tolist() == [0, 0, -1, 1]


def test_a_bin_of_a_short_run_is_a_mean_of_several_samples():
    samples = waits(*((number / 20, 1, None, None, None) for number in range(40)))
    assert len(wait_profile(samples)) <= 14
    assert len(wait_profile(samples.head(3))) <= 4


def test_blocking_counts_samples_by_pair_the_most_seen_first():
    found = blocking(
        waits(
            (0.0, 2, "Lock", "tuple", [1, 3, 1]),
            (0.1, 2, "Lock", "tuple", [1]),
            (0.2, 3, "Lock", "tuple", [2]),
            (0.3, 3, None, None, None),
        )
    )
    assert found.to_dict("list") == {
        "blocker": [1, 2, 3],
        "blocked": [2, 3, 2],
        "samples": [2, 1, 1],
        "share": [0.5, 0.25, 0.25],
    }


def test_nobody_seen_is_an_empty_frame():
    assert wait_profile(waits()).shape == (1, 0)
    assert len(blocking(waits())) == 0
    assert blocked_share(waits()) == 0


def test_a_sample_with_several_blocked_counts_once():
    samples = waits(
        (0.0, 1, "Lock", "tuple", [3]),
        (0.0, 2, "Lock", "tuple", [3]),
        (0.1, 1, None, None, None),
        (0.2, 1, "Lock", "tuple", []),
    )
    assert blocked_share(samples) == 1 / 3
