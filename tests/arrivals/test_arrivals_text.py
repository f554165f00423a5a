"""Arrivals as text: read, written, and refused by parameter, value and options."""

import numpy as np
import pytest
from hypothesis import given
from profiles import profiles, unhurried

from booking_sim.arrivals import Burst, Constant, Poisson, Ramp, Recorded, Spike, Stages, Sum, parse_arrivals
from booking_sim.errors import BookingSimError


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


RATE = r"arrivals per second, from 0 to 10,000,000, such as 500"
DURATION = r"seconds above 0 and at most 31 days, in text with their unit, such as 30s or 5m"
LENGTH = r"seconds from 0 to 31 days, in text with their unit, such as 0s, 10s or 5m"
BUYERS = r"a whole number from 1 to 10,000,000, such as 5000"
STAGES = r"stages of a length and a rate, not all of them 0s long, such as 10s:500, 30s:500, 5s:0"
PROFILE = r"a profile that is not at random yet, such as constant(rate=500, duration=30s)"
REFUSED = [
    (
        "constnat(5)",
        "arrivals: profile 'constnat' is unknown: did you mean 'constant'?",
    ),
    ("burst()", f"burst needs buyers: expected {BUYERS}."),
    ("constant(rate=5)", f"constant needs duration: expected {DURATION}."),
    ("constant(rat=5)", "constant: parameter 'rat' is unknown: did you mean 'rate'?"),
    ("burst(5, 5s, 5)", "burst takes no more than buyers, at: leave out '5'."),
    ("burst(5, buyers=5)", "burst: buyers is given twice: expected once."),
    ("constant(rate=abc, duration=30s)", f"constant: rate='abc' is invalid: expected {RATE}."),
    ("constant(rate=-1, duration=30s)", f"constant: rate=-1 is invalid: expected {RATE}."),
    ("constant(rate=nan, duration=30s)", f"constant: rate=nan is invalid: expected {RATE}."),
    ("constant(rate=1e8, duration=1ms)", f"constant: rate=100000000 is invalid: expected {RATE}."),
    ("constant(rate=burst(5), duration=30s)", f"constant: rate=Burst(buyers=5, at=0.0) is invalid: expected {RATE}."),
    ("constant(rate=5, duration=30)", f"constant: duration='30' is invalid: expected {DURATION}."),
    ("constant(rate=5, duration=0s)", f"constant: duration=0 is invalid: expected {DURATION}."),
    (
        "constant(rate=5, duration=999999999999h)",
        f"constant: duration='999999999999h' is invalid: expected {DURATION}.",
    ),
    ("ramp(5, x, 5s)", f"ramp: end_rate='x' is invalid: expected {RATE}."),
    ("burst(1.5)", f"burst: buyers='1.5' is invalid: expected {BUYERS}."),
    ("burst(0)", f"burst: buyers=0 is invalid: expected {BUYERS}."),
    ("burst(5, at=3)", f"burst: at='3' is invalid: expected {LENGTH}."),
    ("stages()", f"stages needs stages: expected {STAGES}."),
    ("stages(10s:5, 10:5)", f"stages: stages='10:5' is invalid: expected {STAGES}."),
    ("stages(10s)", f"stages: stages='10s' is invalid: expected {STAGES}."),
    ("stages(0s:5)", f"stages: stages=((0.0, 5.0),) is invalid: expected {STAGES}."),
    ("poisson(500)", f"poisson: profile='500' is invalid: expected {PROFILE}."),
    (
        "poisson(poisson(burst(5)))",
        f"poisson: profile=Poisson(profile=Burst(buyers=5, at=0.0)) is invalid: expected {PROFILE}.",
    ),
    ("spike(5, 5s, base_rate=6, fall=1s)", "spike: peak_rate=5 is invalid: expected a rate above base_rate=6."),
    (
        "spike(5, 5s, rise=6s)",
        "spike: duration=5 s is invalid: expected at least at + rise + fall, 6 s.",
    ),
    ("spike(5, 5s)", "spike: rise=0s and fall=0s leave no time for the peak: expected one of them above 0s."),
    ("constant(0, 5s)", "constant(rate=0, duration=5s): no buyer would come. Plan for 1 to 10,000,000 arrivals."),
    (
        "constant(1e6, 1h)",
        "constant(rate=1000000, duration=1h): 3,600,000,000 buyers would come. Plan for 1 to 10,000,000 arrivals.",
    ),
    (
        "burst(6000000) + burst(6000000)",
        "burst(6000000) + burst(6000000): 12,000,000 buyers would come. Plan for 1 to 10,000,000 arrivals.",
    ),
    ('recorded("")', "recorded: path='' is invalid: expected the path of a file: CSV, JSON or Parquet."),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text for text, _ in REFUSED])
def test_a_bad_profile_is_refused_by_parameter_value_and_options(text, message):
    with pytest.raises(BookingSimError) as caught:
        parse_arrivals(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant("500", 30), f"constant: rate='500' is invalid: expected {RATE}."),
        (lambda: Constant(rate=True, duration=30), f"constant: rate=True is invalid: expected {RATE}."),
        (lambda: Constant(500, None), f"constant: duration=None is invalid: expected {DURATION}."),
        (lambda: Burst(buyers=True), f"burst: buyers=True is invalid: expected {BUYERS}."),
        (lambda: Stages(5), f"stages: stages=5 is invalid: expected {STAGES}."),
        (lambda: Stages(((5, 5, 5),)), f"stages: stages=((5, 5, 5),) is invalid: expected {STAGES}."),
        (lambda: Recorded(5), "recorded: path=5 is invalid: expected the path of a file: CSV, JSON or Parquet."),
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
