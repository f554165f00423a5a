"""Schedules follow their profiles, by statistics where chance rules and exactly where it does not."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking_sim.arrivals import Burst, Constant, Poisson, Ramp, Recorded, Spike, Stages, Sum, parse_arrivals
from booking_sim.arrivals.curve import Curve, Piece
from booking_sim.errors import BookingSimError
from booking_sim.stats.arrivals import arrival_rates

unhurried = settings(deadline=None)  # a busy machine is no failure

ON_SALE = Spike(base_rate=20, peak_rate=900, at=5, rise=2, fall=30, duration=60)

rates = st.integers(1, 200) | st.floats(0.5, 200)
lengths = st.integers(1, 20_000).map(lambda ms: ms / 1000)
shapes = st.one_of(
    st.builds(Constant, rate=rates, duration=lengths),
    st.builds(Ramp, start_rate=rates, end_rate=st.just(0) | rates, duration=lengths),
    st.builds(Spike, peak_rate=rates.map(lambda rate: rate + 200), duration=st.just(60), base_rate=rates, fall=lengths),
    st.builds(Burst, buyers=st.integers(1, 500), at=st.just(0) | lengths),
    st.builds(lambda *stages: Stages(((1, 50), *stages)), *[st.tuples(st.just(0) | lengths, st.just(0) | rates)] * 3),
)
profiles = st.lists(shapes | st.builds(Poisson, shapes), min_size=1, max_size=3).map(lambda parts: sum_of(*parts))


def sum_of(first, *others):
    for other in others:
        first += other
    return first


def chance_of(uniform):
    """At most how likely it is that uniform numbers from 0 to 1 stray this far from uniform (Massart's bound, 1990)."""
    count = len(uniform)
    above = np.arange(1, count + 1) / count - np.sort(uniform)
    distance = max(above.max(), (1 / count - above).max())  # Kolmogorov's and Smirnov's
    return 2 * np.exp(-2 * count * distance**2)


@pytest.fixture
def curve(tmp_path):
    """Write a curve to a file and return its path."""

    def write(columns, name="curve.csv"):
        path = tmp_path / name
        frame = pd.DataFrame(columns)
        if path.suffix == ".csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path)
        return str(path)

    return write


# By statistics


def test_the_chance_tells_uniform_from_nearly_uniform():
    uniform = np.random.default_rng(1).random(5000)
    assert chance_of(uniform) > 0.01
    assert chance_of(uniform**1.1) < 1e-6


@pytest.mark.parametrize(
    "profile",
    [Constant(200, 30), Ramp(0, 500, 30), Ramp(500, 0, 30), ON_SALE, Stages(((5, 300), (0, 50), (20, 50), (5, 400)))],
    ids=str,
)
def test_poisson_arrivals_follow_the_expected_rate(profile):
    schedule = Poisson(profile).schedule(seed=7)
    rescaled = profile.expected(schedule.times)
    gaps = np.diff(rescaled, prepend=0)
    assert chance_of(rescaled / profile.total) > 0.001
    assert chance_of(np.exp(-gaps)) > 0.001  # exponential, as those of independent people are
    assert abs(len(schedule) - profile.total) < 4 * np.sqrt(profile.total)


def test_poisson_arrivals_stray_as_often_as_they_should():
    chances = [
        chance_of(ON_SALE.expected(Poisson(ON_SALE).schedule(seed).times) / ON_SALE.total) for seed in range(400)
    ]
    assert 0.05 < np.mean(np.array(chances) < 0.1) < 0.15


def test_the_statistics_see_another_rate():
    times = Poisson(Ramp(0, 500, 30)).schedule(seed=7).times
    assert chance_of(Ramp(50, 450, 30).expected(times) / 7500) < 1e-6


def test_poisson_counts_vary_as_much_as_they_should():
    counts = [len(Poisson(ON_SALE).schedule(seed)) for seed in range(400)]
    assert abs(np.mean(counts) / ON_SALE.total - 1) < 0.01
    assert 0.75 < np.var(counts) / np.mean(counts) < 1.25


def test_poisson_of_a_burst_draws_how_many_come_at_once():
    schedule = Poisson(Burst(5000, at=3)).schedule(seed=7)
    assert len(schedule) != 5000
    assert abs(len(schedule) - 5000) < 300
    assert (schedule.times == 3).all()


def test_parts_of_a_sum_are_drawn_independently():
    twice = Poisson(Constant(100, 30)) + Poisson(Constant(100, 30))
    times = twice.schedule().times
    assert len(np.unique(times)) == len(times)
    assert chance_of(twice.expected(times) / twice.total) > 0.01


# Exactly


@unhurried
@given(shapes, st.floats(0, 70))
def test_shapes_are_never_half_an_arrival_away_from_the_plan(shape, time):
    came = np.searchsorted(shape.schedule().times, time)
    assert abs(came - shape.expected(np.array(time))) <= 0.5 + 1e-6


@unhurried
@given(shapes, st.floats(0, 1))
def test_the_curve_and_its_inverse_agree(shape, share):
    count = np.array(share * shape.total)
    time = shape.curve.when(count)
    assert 0 <= time <= shape.end
    if not isinstance(shape, Burst):
        assert shape.expected(time) == pytest.approx(count, rel=1e-6, abs=1e-4)


def test_a_burst_is_one_instant():
    schedule = Burst(5000, at=10).schedule()
    assert len(schedule) == 5000
    assert (schedule.times == 10).all()
    assert Burst(5000).expected(np.array([0, 1e-9])).tolist() == [0, 5000]


def test_an_instant_comes_after_its_own_time_also_when_more_follows():
    curve = Curve([Piece(1, 5, 5), Piece(0, at_once=50), Piece(1, 5, 5)])
    assert curve.expected(np.array([1, 1 + 1e-12, 2])) == pytest.approx([5, 55, 60])
    assert curve.when(np.array([4, 5, 30, 55, 60])) == pytest.approx([0.8, 1, 1, 1, 2])


def test_constant_arrivals_are_evenly_spaced():
    assert Constant(4, 1).schedule().times.tolist() == [0.125, 0.375, 0.625, 0.875]


def test_a_stage_of_no_length_jumps():
    steps = Stages(((0, 10), (10, 10), (0, 30), (10, 30), (10, 0)))
    assert steps.expected(np.array([5, 10, 15, 20, 25, 30])).tolist() == [50, 100, 250, 400, 512.5, 550]
    assert steps.end == 30


def test_a_sum_expects_and_brings_what_its_parts_do():
    burst, constant = Burst(50, at=1), Constant(10, 5)
    both = burst + constant
    assert both.total == 100
    assert both.end == 5
    together = np.sort(np.concatenate([burst.schedule().times, constant.schedule().times]))
    assert np.array_equal(both.schedule().times, together)
    assert (burst + constant) + burst == burst + (constant + burst) == Sum((burst, Sum((constant, burst))))


# Replay


@unhurried
@given(profiles, st.integers(0, 2**63))
def test_a_seed_gives_one_schedule(profile, seed):
    schedule = profile.schedule(seed)
    assert profile.schedule(seed) == schedule == pickle.loads(pickle.dumps(profile)).schedule(seed)
    assert hash(profile.schedule(seed)) == hash(schedule)
    assert (np.diff(schedule.times) >= 0).all()
    assert schedule.times.dtype == np.float64
    assert (schedule.times >= 0).all()
    assert (schedule.times <= schedule.end).all()


def test_another_seed_gives_another():
    assert Poisson(ON_SALE).schedule(1) != Poisson(ON_SALE).schedule(2)
    assert Constant(5, 5).schedule() != Constant(5, 5).schedule().faster(2)


def test_a_seed_gives_the_same_on_every_machine_and_in_every_version():
    times = Poisson(Constant(1, 5)).schedule(seed=1).times
    exactly = [
        0.03868256448116003,
        0.800876834127478,
        1.3479667765493264,
        1.5629565741697165,
        1.9292719083316472,
        2.5277592468855454,
        4.349289803425447,
    ]
    assert times.tolist() == exactly


def test_what_is_added_changes_nothing_in_what_was_there():
    alone = Poisson(ON_SALE).schedule(3).times
    assert np.isin(alone, (Poisson(ON_SALE) + Burst(5) + Poisson(Constant(5, 5))).schedule(3).times).all()


@unhurried
@given(profiles, st.integers(1, 40))
def test_workers_share_the_schedule_whatever_their_number(profile, workers):
    schedule = profile.schedule(5)
    again = np.full(len(schedule), np.nan)
    for worker in range(workers):
        again[worker::workers] = schedule.share(worker, workers)
    assert np.array_equal(again, schedule.times)


def test_a_schedule_does_not_change():
    schedule = Constant(5, 5).schedule()
    with pytest.raises(ValueError, match="read-only"):
        schedule.times[0] = 3


# Cut short, and sped up


@unhurried
@given(profiles, st.floats(0, 70))
def test_until_keeps_those_who_come_before(profile, end):
    whole = profile.schedule()
    cut = whole.until(end)
    assert np.array_equal(cut.times, whole.times[: len(cut)])
    if end <= whole.end:
        assert (cut.times < end).all()
        assert (whole.times[len(cut) :] >= end).all()
        assert cut.planned == cut.expected(np.array(np.inf)) == whole.expected(np.array(end))
        assert cut.end == end
    else:
        assert cut is whole


@unhurried
@given(profiles, st.integers(0, 3000))
def test_first_keeps_so_many(profile, buyers):
    whole = profile.schedule()
    cut = whole.first(buyers)
    assert np.array_equal(cut.times, whole.times[:buyers])
    assert cut.end <= whole.end
    assert cut.planned <= max(buyers, whole.planned)


def test_time_scale_keeps_everything_in_proportion():
    whole = (Poisson(ON_SALE) + Burst(50, at=30)).schedule()
    fast = whole.faster(60)
    assert np.array_equal(fast.times, whole.times / 60)
    assert (fast.end, fast.planned, len(fast)) == (1, whole.planned, len(whole))
    assert np.allclose(fast.expected(np.array([0.1, 0.5, 0.9])), whole.expected(np.array([6, 30, 54])))
    assert fast.until(0.25).times.tolist() == whole.until(15).faster(60).times.tolist()
    assert fast.faster(0.5) == whole.faster(30)


@pytest.mark.parametrize("time_scale", [0, -1, np.nan, np.inf])
def test_time_cannot_stand_still(time_scale):
    with pytest.raises(BookingSimError, match=rf"time_scale={time_scale} will not do: give a number above 0"):
        Burst(5).schedule().faster(time_scale)


@pytest.mark.parametrize(
    "empty",
    [
        Burst(5).schedule().until(0),
        Burst(5).schedule().first(0),
        Constant(0.1, 1).schedule(),
        ON_SALE.schedule().until(0),
    ],
)
def test_a_schedule_may_be_empty(empty):
    assert len(empty) == len(empty.share(0, 2)) == len(empty.faster(60)) == 0
    assert empty.until(1e9) is empty
    assert not arrival_rates(empty)["drawn"].any()


def test_a_schedule_says_what_it_is():
    schedule = Constant(500, 30).schedule(seed=3)
    assert repr(schedule) == "<Schedule: 15,000 arrivals in 30 s of constant(rate=500, duration=30s), seed 3>"
    assert "in 0.5 s of constant(rate=500, duration=30s), 60 times as fast" in repr(schedule.faster(60))


@pytest.mark.parametrize("seed", [-1, 1.5, None, "x"])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(BookingSimError, match=rf"^seed={seed} will not do: give a whole number from 0\.$"):
        ON_SALE.schedule(seed)


# Recorded


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


# Text


@unhurried
@given(profiles)
def test_text_makes_the_same_profile_again(profile):
    again = parse_arrivals(str(profile))
    assert str(again) == str(profile)
    assert again == profile


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("constant(rate=500, duration=30s)", Constant(500, 30)),
        ("constant(duration=1m,rate=.5)", Constant(0.5, 60)),
        (" constant ( 500 , 30 s ) ", Constant(500, 30)),
        ("burst(5000)", Burst(5000)),
        ("burst(5000, at=250ms)", Burst(5000, 0.25)),
        ("burst(1)+burst(2) + burst(3)", Sum((Burst(1), Burst(2), Burst(3)))),
        ("stages(10s:500, 0s:100, 5m:100)", Stages(((10, 500), (0, 100), (300, 100)))),
        ("poisson(ramp(0, 50, 10s))", Poisson(Ramp(0, 50, 10))),
        ("poisson(burst(5) + ramp(0, 50, 10s))", Poisson(Burst(5) + Ramp(0, 50, 10))),
        ("spike(900, 60s, fall=10s)", Spike(peak_rate=900, duration=60, fall=10)),
    ],
)
def test_text_is_read(text, profile):
    assert parse_arrivals(text) == profile
    assert parse_arrivals(str(profile)) == profile


@pytest.mark.parametrize("name", ["a b.csv", "a,b(1)=2+3.csv", "plain.csv", "dir-1.x/../plain.csv"])
def test_paths_survive_the_text(curve, tmp_path, name):
    (tmp_path / "dir-1.x").mkdir()
    recorded = Recorded(curve({"start": [0, 1], "arrivals": [1, 1]}, name))
    assert parse_arrivals(f"{recorded} + burst(5)") == recorded + Burst(5)


UNREADABLE = [
    ("", "to its end"),
    ("burst", "to its end"),
    ("burst(5", "to its end"),
    ("burst(5,)", r"from '\)' on"),
    ("burst(5) +", "to its end"),
    ("burst(5) burst(6)", r"from 'burst\(6\)' on"),
    ("burst(5))", r"from '\)' on"),
    ("+burst(5)", r"from '\+burst\(5\)' on"),
    ('burst("5)', "from '\"5\\)' on"),
    ("burst(at=)", r"from '\)' on"),
    ("burst(a=b=c)", r"from '=c\)' on"),
]


@pytest.mark.parametrize(("text", "where"), UNREADABLE)
def test_unreadable_text(text, where):
    with pytest.raises(BookingSimError, match=rf"^arrivals='.*' cannot be read {where}: write it like 'constant\("):
        parse_arrivals(text)


RATE = r"arrivals a second, from 0 to 10,000,000, such as 500"
DURATION = r"seconds above 0 and at most 31 days, in text with their unit, such as 30s or 5m"
LENGTH = r"seconds from 0 to 31 days, in text with their unit, such as 0s, 10s or 5m"
BUYERS = r"a whole number from 1 to 10,000,000, such as 5000"
STAGES = r"stages of a length and a rate, not all of them 0s long, such as 10s:500, 30s:500, 5s:0"
PROFILE = r"a profile that is not at random yet, such as constant(rate=500, duration=30s)"
REFUSED = [
    (
        "constnat(5)",
        (
            "arrivals: there is no profile 'constnat': choose from constant, ramp, spike, burst, stages, "
            "poisson, recorded."
        ),
    ),
    ("burst()", f"burst needs buyers: give {BUYERS}."),
    ("constant(rate=5)", f"constant needs duration: give {DURATION}."),
    ("constant(rat=5)", "constant has no parameter 'rat': choose from rate, duration."),
    ("burst(5, 5s, 5)", "burst takes no more than buyers, at: leave out '5'."),
    ("burst(5, buyers=5)", "burst: buyers is given twice: give it once."),
    ("constant(rate=abc, duration=30s)", f"constant: rate=abc will not do: give {RATE}."),
    ("constant(rate=-1, duration=30s)", f"constant: rate=-1.0 will not do: give {RATE}."),
    ("constant(rate=nan, duration=30s)", f"constant: rate=nan will not do: give {RATE}."),
    ("constant(rate=1e8, duration=1ms)", f"constant: rate=100000000.0 will not do: give {RATE}."),
    ("constant(rate=burst(5), duration=30s)", f"constant: rate=burst(5) will not do: give {RATE}."),
    ("constant(rate=5, duration=30)", f"constant: duration=30 will not do: give {DURATION}."),
    ("constant(rate=5, duration=0s)", f"constant: duration=0.0 will not do: give {DURATION}."),
    ("constant(rate=5, duration=999999999999h)", f"constant: duration=999999999999h will not do: give {DURATION}."),
    ("ramp(5, x, 5s)", f"ramp: end_rate=x will not do: give {RATE}."),
    ("burst(1.5)", f"burst: buyers=1.5 will not do: give {BUYERS}."),
    ("burst(0)", f"burst: buyers=0 will not do: give {BUYERS}."),
    ("burst(5, at=3)", f"burst: at=3 will not do: give {LENGTH}."),
    ("stages()", f"stages needs stages: give {STAGES}."),
    ("stages(10s:5, 10:5)", f"stages: stages=10:5 will not do: give {STAGES}."),
    ("stages(10s)", f"stages: stages=10s will not do: give {STAGES}."),
    ("stages(0s:5)", f"stages: stages=[(0.0, 5.0)] will not do: give {STAGES}."),
    ("poisson(500)", f"poisson: profile=500 will not do: give {PROFILE}."),
    ("poisson(poisson(burst(5)))", f"poisson: profile=poisson(burst(5)) will not do: give {PROFILE}."),
    ("spike(5, 5s, base_rate=6, fall=1s)", "spike: peak_rate=5 will not do: give a rate above base_rate=6."),
    (
        "spike(5, 5s, rise=6s)",
        "spike: duration=5 s will not do: at + rise + fall is 6 s. Give a longer duration, or shorten them.",
    ),
    ("spike(5, 5s)", "spike: rise=0s and fall=0s leave no time for the peak: give one of them a length."),
    ("constant(0, 5s)", "constant(rate=0, duration=5s): nobody would come. Plan for 1 to 10,000,000 arrivals."),
    (
        "constant(1e6, 1h)",
        "constant(rate=1000000, duration=1h): 3,600,000,000 people would come. Plan for 1 to 10,000,000 arrivals.",
    ),
    (
        "burst(6000000) + burst(6000000)",
        "burst(6000000) + burst(6000000): 12,000,000 people would come. Plan for 1 to 10,000,000 arrivals.",
    ),
    ('recorded("")', "recorded: path= will not do: give the path of a CSV or Parquet file."),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text for text, _ in REFUSED])
def test_a_bad_profile_is_refused_by_parameter_value_and_options(text, message):
    with pytest.raises(BookingSimError) as caught:
        parse_arrivals(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant("500", 30), f"constant: rate=500 will not do: give {RATE}."),
        (lambda: Constant(rate=True, duration=30), f"constant: rate=True will not do: give {RATE}."),
        (lambda: Constant(500, None), f"constant: duration=None will not do: give {DURATION}."),
        (lambda: Burst(buyers=True), f"burst: buyers=True will not do: give {BUYERS}."),
        (lambda: Stages(5), f"stages: stages=5 will not do: give {STAGES}."),
        (lambda: Stages(((5, 5, 5),)), f"stages: stages=((5, 5, 5),) will not do: give {STAGES}."),
        (lambda: Recorded(5), "recorded: path=5 will not do: give the path of a CSV or Parquet file."),
    ],
)
def test_a_bad_value_in_python_is_refused_too(make, message):
    with pytest.raises(BookingSimError) as caught:
        make()
    assert str(caught.value) == message


def test_only_profiles_can_be_added():
    with pytest.raises(TypeError, match="unsupported operand"):
        Burst(5) + 5


def test_numbers_of_numpy_are_numbers():
    assert Constant(np.float32(5), np.int64(3)) == Constant(5, 3)
    assert str(Burst(np.int64(5))) == "burst(5)"
