"""What profiles and files of curves accept at the ends of their ranges, and each message to the last letter."""

import json
import re

import numpy as np
import pytest

from booking_sim.arrivals import Burst, Constant, Counted, Poisson, Ramp, Recorded, Spike, Stages, parse_arrivals
from booking_sim.arrivals.curve_files.cells import read_time
from booking_sim.errors import SettingError

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("1970-01-02", 86_400 * SECOND),
        ("1970-01-03 00:00:01.5", 172_801 * SECOND + SECOND // 2),
        ("2678400", 2_678_400 * SECOND),  # 31 days from the start
        ("-2678400", -2_678_400 * SECOND),
        ("978307200", 978_307_200 * SECOND),  # the first second of 2001, and the last of 2099
        ("4102444800", 4_102_444_800 * SECOND),
        ("978307200000", 978_307_200 * SECOND),
        ("4102444800000000000", 4_102_444_800 * SECOND),
    ],
)
def test_a_time_is_read_to_the_nanosecond(text, time):
    assert read_time(text) == time


@pytest.mark.parametrize("text", ["2678401", "978307199", "4102444801"])
def test_a_number_that_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match=f"^'{text}' is neither seconds from the start"):
        read_time(text)


def k6_csv(*rows):
    return "metric_name,timestamp,metric_value\n" + "".join(f"{','.join(row)}\n" for row in rows)


def k6_json(*points):
    head = '{"type":"Metric","metric":"http_reqs"}\n'
    lines = (
        json.dumps({"metric": metric, "type": "Point", "data": {"time": time, "value": value}})
        for metric, time, value in points
    )
    return head + "\n".join(lines) + "\n"


READ = {
    "only iterations of k6, csv": k6_csv(("iterations", "10", "2"), ("vus", "11", "9"), ("iterations", "12", "3")),
    "only iterations of k6, json": k6_json(("iterations", "10", 2), ("vus", "11", 9), ("iterations", "12", 3)),
    "a column of dates": "other,date,requests\nx,10,2\ny,11,0\nz,12,3\n",
    "a comment first": "# of a day\nstart,arrivals\n10,2\n11,0\n12,3\n",
    "some lines end with a delimiter and have a value": "start;arrivals;x\n10;2;\n11;0;1\n12;3;\n",
    "CloudWatch, with a statistic": "Statistic,Sum\nLabel,RequestCount\nUnit,Count\n10,2\n11,0\n12,3\n",
}


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read(tmp_path, name):
    (tmp_path / "curve").write_text(READ[name], newline="")
    recorded = Recorded(tmp_path / "curve")
    assert (recorded.counts, recorded.bin_width) == ((2, 0, 3), 1)


REFUSED = [
    ("a\nb", {}, "expected a column 'arrivals', or another one with numbers, and found none"),
    ("a\0b,c\n1,2", {}, "it is not a file of text"),
    ("t,a\r\n0,1\r\n1,x\r\n", {"column": "a"}, "line 3: 'x' is not a number: expected digits and a decimal point,"),
    ("t,a\n0,1\n1,2", {"column": "b"}, "it has no column 'b': expected one of 'a'"),
    (
        "start,arrivals\n0,1\n1,1,5",
        {},
        "line 3: it has 3 cells and the header has 2: expected as many, so a decimal comma or a thousands sep",
    ),
    (k6_csv(("vus", "10", "1")), {}, "it has no metric 'http_reqs': expected one of vus"),
    (k6_csv(("http_reqs", "10", "1"), ("http_reqs", "x", "1")), {}, "line 3: 'x' is not a time: expected seconds,"),
    (k6_csv(("http_reqs", "10", "1.5")), {}, "line 2: 1.5 is not a whole number"),
    (k6_json(("vus", "10", 1)), {}, "it has no metric 'http_reqs': expected one of vus"),
    (k6_json(("http_reqs", "10", 1), ("http_reqs", "11", 1.5)), {}, "line 3: 1.5 is not a whole number"),
    (k6_json(("http_reqs", "10", 1), ("http_reqs", "x", 1)), {}, "line 3: 'x' is not a time: expected seconds,"),
    (k6_json(("http_reqs", "10", 1)) + "[" * 100_000, {}, "line 3 is nested too deeply"),
    (
        json.dumps({"MetricDataResults": [{"Timestamps": ["0", "1"], "Values": [1]}]}),
        {},
        "it is JSON of no form that is known: zip() argument 2 is shorter than argument 1",
    ),
    (
        json.dumps({"Datapoints": [{"Timestamp": "0", "Average": 1}]}),
        {},
        "it has no statistic 'Sum', which counts: expected one of Average, Timestamp",
    ),
    (
        json.dumps({"Datapoints": [{"Timestamp": "0", "Sum": 1}]}),
        {"column": "Most"},
        "it has no statistic 'Most', which counts: expected one of Sum, Timestamp",
    ),
    (
        json.dumps([{"values": [[0, "1"], [1, "2"], [1, "2"]]}]),
        {},
        "value 3: its time is not after the one before: expected bins in order",
    ),
    ("0 1 2241 0 1727006400 300000\n0 2 2241 0 y 1\n", {}, "it is not a log of pgbench: 'y' is not a time"),
    (
        "1727006400 5 1 1 1 1\n1727006460 x 1 1 1 1\n",
        {},
        "it is not a log of pgbench: 'x' is not a number: expected digits",
    ),
    (
        "1727006400 5 1 1 1 1\n1727006460 6 1 1 1 1\n1727006460 6 1 1 1 1\n",
        {},
        "line 3: its time is not after the one before: expected bins in order",
    ),
]


@pytest.mark.parametrize(("text", "settings", "because"), REFUSED, ids=[because for *_, because in REFUSED])
def test_a_file_is_refused_with_the_reason(tmp_path, text, settings, because):
    (tmp_path / "curve").write_text(text, newline="")
    with pytest.raises(SettingError) as caught:
        Recorded(tmp_path / "curve", **settings)
    assert str(caught.value).startswith(f"recorded: path='{tmp_path}/curve' is invalid: {because}")


@pytest.mark.parametrize(
    ("columns", "because"),
    [
        ({"start": [0, 1], "many": [1, 1]}, "it has no column 'arrivals': expected 'start' and 'arrivals'"),
        ({"start": [0, 1], "arrivals": ["1", "x"]}, "row 2: 'x' is not a number: expected digits and a decimal point,"),
        ({"start": [0, 0], "arrivals": [1, 1]}, "row 2: its time is not after the one before: expected bins in order"),
    ],
)
def test_a_file_of_parquet_is_refused_with_the_reason(curve, columns, because):
    path = curve(columns, "curve.parquet")
    with pytest.raises(SettingError, match=f"^recorded: path='{re.escape(path)}' is invalid: {because}"):
        Recorded(path)


def test_text_in_utf_16_is_read_as_spreadsheets_write_it(tmp_path):
    for encoding in ("utf-16-le", "utf-16-be"):
        mark = "\ufeff".encode(encoding)
        (tmp_path / "curve.csv").write_bytes(mark + "start,arrivals\n0,5\n1,6\n".encode(encoding))
        assert Recorded(tmp_path / "curve.csv").counts == (5, 6)


def test_there_may_be_a_million_bins_and_no_more(curve):
    most = Recorded(curve({"start": [0, 1, 999_999], "arrivals": [1, 2, 3]}))
    assert (len(most.counts), most.total) == (1_000_000, 6)
    with pytest.raises(SettingError, match="it has bins of 1 s over 1e\\+06 s: expected fewer than 1,000,000"):
        Recorded(curve({"start": [0, 1, 1_000_000], "arrivals": [1, 2, 3]}))


def test_an_unknown_file_is_refused_with_the_curves_there_are():
    with pytest.raises(SettingError, match=r"a file, or one of the curves of the toolkit: (\w+\.csv, )*\w+\.csv\.$"):
        Recorded("no.csv")


def test_a_curve_of_the_toolkit_is_kept_by_its_name_and_another_one_by_its_counts(curve, monkeypatch, tmp_path):
    ready = Recorded("stadium_on_sale.csv")
    assert ready.portable() is ready
    own = Recorded(curve({"start": [0, 1], "arrivals": [5, 6]}))
    assert own.portable() == Counted(1.0, (5, 6))
    assert (own + ready).portable() == Counted(1.0, (5, 6)) + ready
    assert Poisson(own).portable() == Poisson(Counted(1.0, (5, 6)))
    curve({"start": [0, 1], "arrivals": [5, 6]}, "stadium_on_sale.csv")
    monkeypatch.chdir(tmp_path)
    assert Recorded("stadium_on_sale.csv").portable() == Counted(1.0, (5, 6))


@pytest.mark.parametrize("profile", [Constant(5, 5), Burst(5), Ramp(0, 5, 5), Stages(((1, 5),))])
def test_a_shape_needs_no_file(profile):
    assert profile.portable() is profile


@pytest.mark.parametrize("counts", [(-1, 5), (5, 10_000_001), (True, 5), (1.5,), ()])
def test_counts_are_whole_numbers_in_their_range(counts):
    with pytest.raises(SettingError, match=r"^counted: counts=.* is invalid: expected whole numbers from 0 to 10,0"):
        Counted(1.0, counts)


def test_the_most_arrivals_are_ten_million():
    assert Counted(1.0, (10_000_000,)).total == Burst(10_000_000).total == 10_000_000


@pytest.mark.parametrize("text", ['counted(1s, "eJwz!VAwBgAC1AD")', "counted(1s, x)"])
def test_counts_are_written_in_letters_of_base_64_alone(text):
    packed = str(Counted(1.0, (5, 6)))
    assert parse_arrivals(packed) == Counted(1.0, (5, 6))
    for wrong in (text, packed.replace('"', '"!', 1)):
        with pytest.raises(SettingError, match=r"^counted: counts='.*' is invalid"):
            parse_arrivals(wrong)


@pytest.mark.parametrize("name", ["path", "column"])
def test_a_name_with_a_quote_is_refused(name):
    given = {"path": "stadium_on_sale.csv"} | {name: 'a"b'}
    with pytest.raises(SettingError, match=f"^recorded: {name}='a\"b' is invalid"):
        Recorded(**given)


@pytest.mark.parametrize(
    ("profile", "text"),
    [
        (Stages(((10, 500), (5, 0))), "stages(10s:500, 5s:0)"),
        (Recorded("stadium_on_sale.csv"), "recorded(stadium_on_sale.csv)"),
        (Burst(5, at=0.25), "burst(5, at=250ms)"),
        (Spike(900, 60, fall=10), "spike(peak_rate=900, duration=1m, fall=10s)"),
        (Poisson(Burst(5)), "poisson(burst(5))"),
    ],
)
def test_a_profile_is_written_in_one_way(profile, text):
    assert str(profile) == text


def test_lengths_of_time_are_given_as_text_too():
    assert Constant(5, "30s") == Constant(5, 30)
    assert Ramp(0, 5, "1m") == Ramp(0, 5, 60)
    spike = Spike(peak_rate=5, duration="1m", at="10s", rise="2s", fall="3s")
    assert spike == Spike(peak_rate=5, duration=60, at=10, rise=2, fall=3)
    assert Burst(5, "3s") == Burst(5, 3)
    assert type(Burst(np.int64(5)).buyers) is int


@pytest.mark.parametrize("name", ["at", "rise", "fall", "duration", "base_rate"])
def test_each_length_and_rate_of_a_spike_is_checked(name):
    with pytest.raises(SettingError, match=f"^spike: {name}=-1 is invalid"):
        Spike(**({"peak_rate": 5, "duration": 60, "fall": 1} | {name: -1}))


def test_a_spike_begins_and_ends_at_nothing_unless_it_is_told():
    spike = Spike(peak_rate=10, duration=10, fall=4)
    assert (spike.base_rate, spike.at, spike.rise) == (0, 0, 0)
    assert spike.expected(np.array([2, 4, 10])).tolist() == [15, 20, 20]
    assert Stages(((2, 10),)).expected(np.array([1, 2])).tolist() == [2.5, 10]


def test_each_part_at_random_draws_from_a_generator_of_its_own():
    times = (Poisson(Constant(1, 5)) + Poisson(Constant(1, 5))).schedule(seed=1).times
    assert np.isin(Poisson(Constant(1, 5)).schedule(seed=1).times, times).all()
    assert times.tolist() == pytest.approx(
        [
            0.03868256448116003,
            0.800876834127478,
            1.3479667765493264,
            1.5629565741697165,
            1.9292719083316472,
            2.247758898988309,
            2.5277592468855454,
            4.349289803425447,
            4.818187797881937,
        ]
    )


def test_what_cannot_be_read_is_shown():
    with pytest.raises(SettingError) as caught:
        parse_arrivals("burst(5")
    assert str(caught.value) == (
        "arrivals='burst(5' cannot be read to its end: write it like 'constant(rate=500, duration=30s) + burst(5000,"
        " at=10s)'."
    )
    with pytest.raises(SettingError, match=r"^arrivals='poisson\(pois.* cannot be read: it is nested too deeply\.$"):
        parse_arrivals("poisson(" * 5000 + "burst(5)" + ")" * 5000)
