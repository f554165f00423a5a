"""Recorded curves come back count by count, and a file that is none is refused with what is missing."""

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from profiles import chance_of

from booking_sim.arrivals import Poisson, Recorded, parse_arrivals
from booking_sim.errors import SettingError


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
    ("when,arrivals\n0,1\n1,1", None),
    ("when,many\n0,1\n1,1", None),
    ("start,arrivals\n0,1", "expected two rows of data or more, to say how long a bin is, and found 1"),
    ("start,arrivals", "expected two rows of data or more, to say how long a bin is, and found 0"),
    ("", "expected a header, and found nothing"),
    ("0,5\n1,6", "line 1: expected a header with the names of the columns, and found 0,5"),
    ("start,arrivals\n0,1\n2,1\n1,1", "line 4: its time is not after the one before: expected bins in order"),
    ("start,arrivals\n0,1\n1,1\n1,1", "line 4: its time is not after the one before"),
    ("start,arrivals\n0,1\n1,1\n,1", "line 4: '' is not a time: expected seconds, an epoch time, or ISO 8601"),
    (
        "start,arrivals\n0,1\n1,1\n2.5,1",
        "line 4: its time is not a multiple of 1 s, the shortest bin: expected bins of one width",
    ),
    ("start,arrivals\n0,1\n0.000001,1\n1e6,1", "it has bins of 1e-06 s over 1e\\+06 s: expected fewer than 1,000,000"),
    ("start,arrivals\n0,1\n1,-1", "line 3: -1 is not a number of arrivals: expected 0 to 10,000,000"),
    ("start,arrivals\n0,1\n1,99999999999999999999", "line 3: 99999999999999999999 is not a number of arrivals"),
    ("start,arrivals\n0,1\n1,1.5", "line 3: 1.5 is not a whole number: .* if these are rates, add per=second"),
    ("start,arrivals\n0,1\n1,", "line 3: the number is missing: expected one in every row"),
    ("start,arrivals\n0,1\n1,many", "line 3: 'many' is not a number"),
    ("start,arrivals\n0,1\n1,1.2K", "line 3: '1.2K' is not a number: .* without thousands separators and units"),
    ("start,arrivals\n2024-13-45,1\n2024-01-01,1", "line 2: '2024-13-45' is not a time"),
    ("# a comment\nstart,arrivals\n0,1\n\n1,1,5", "line 5: it has 3 cells and the header has 2"),
    ('start,arrivals\n0,1\n1,"1,500"', "line 3: '1,500' is not a number"),
    ("start;arrivals\n0;1\n1;1,5", "line 3: '1,5' is not a number: expected digits and a decimal point"),
    (
        "start,arrivals\n20260130,5\n20260131,5",
        "line 2: '20260130' is neither seconds from the start .* nor an epoch time",
    ),
    ("Time,a,b\n0,1,5\n1,1,5", "it has 2 columns that could be the arrivals \\('a', 'b'\\): name one with column=..."),
    ('{"data": {"result": []}}', "it holds 0 series: expected one"),
    ('{"data": 5}', "it is JSON of no form that is known"),
    ('{"data": ', "line 1: it is not JSON"),
    ("[" * 100_000, "it is nested too deeply"),
    ('start,arrivals\n"0,1', "line 2: unexpected end of data"),
]


@pytest.mark.parametrize(("text", "because"), BROKEN_CURVES, ids=[text[:40] for text, _ in BROKEN_CURVES])
def test_a_file_that_is_no_curve(tmp_path, text, because):
    path = tmp_path / "curve.csv"
    path.write_text(text)
    if because is None:
        assert Recorded(path).counts == (1, 1)
        return
    with pytest.raises(SettingError, match=rf"^recorded: path='.*curve.csv' is invalid: {because}[^\n]*\.$"):
        Recorded(path)


@pytest.mark.parametrize("name", ["broken.csv", "broken.parquet"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00PAR1", b'start,arrivals\n"0,1', b"start,arrivals\n0,\xe9"])
def test_a_file_of_something_else(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingError, match=r"^recorded: path='.*' is invalid: [^\n]+$"):
        Recorded(tmp_path / name)


def test_parquet_of_other_columns(curve):
    with pytest.raises(SettingError, match=r"it has no column 'arrivals': expected 'start' and 'arrivals'\.$"):
        Recorded(curve({"start": [0, 1], "many": [1, 1]}, "curve.parquet"))
    assert Recorded(curve({"start": [0, 1], "many": [1, 2]}, "curve.parquet"), column="many").counts == (1, 2)


def test_a_file_that_is_not_there():
    with pytest.raises(
        SettingError, match=r"^recorded: path='no.csv' is invalid: expected a file, or one of the curves"
    ):
        Recorded("no.csv")


# Exports

T0 = 1_727_006_400  # 2024-09-22 12:00:00 UTC
EXPORTS = {
    "Grafana": '\ufeff"Time","requests"\r\n2024-09-22 12:00:00,5\r\n2024-09-22 12:01:00,0\r\n2024-09-22 12:02:00,7\r\n',
    "Grafana for Excel": 'sep=,\r\n"Time","requests"\r\n1727006400000,5\r\n1727006460000,0\r\n1727006520000,7\r\n',
    "Grafana, latest first, with a last delimiter": (
        "Time;requests;\n1727006520000;7;\n1727006460000;0;\n1727006400000;5;\n"
    ),
    "Grafana, series as rows": (
        "Series;Time;Value\ntotal;2024-09-22T12:00:00+00:00;5\ntotal;2024-09-22T12:01:00+00:00;0\n"
        "total;2024-09-22T12:02:00+00:00;7\n"
    ),
    "a spreadsheet on an old Mac, with tabs": "start\tarrivals\textra\r0\t5\t1\r60\t0\t2\r120\t7\t3\r",
    "CloudWatch, downloaded": (
        "Id,m1\nLabel,RequestCount\nPeriod,60\n2024/09/22 12:00:00,5\n2024/09/22 12:01:00,0.0\n2024/09/22 12:02:00,7\n"
    ),
    "CloudWatch, get-metric-data": json.dumps(
        {
            "MetricDataResults": [
                {
                    "Id": "m1",
                    "Timestamps": [f"2024-09-22T12:0{minute}:00+00:00" for minute in (2, 1, 0)],
                    "Values": [7.0, 0.0, 5.0],
                }
            ]
        },
        indent=1,
    ),
    "CloudWatch, get-metric-statistics": json.dumps(
        {
            "Datapoints": [
                {"Timestamp": f"2024-09-22T12:0{minute}:00Z", "Sum": count, "Unit": "Count"}
                for minute, count in ((1, 0.0), (2, 7.0), (0, 5.0))
            ]
        },
        indent=1,
    ),
    "Prometheus": json.dumps(
        {
            "status": "success",
            "data": {
                "resultType": "matrix",
                "result": [{"metric": {}, "values": [[T0 + 0.781, "5"], [T0 + 60.781, "0"], [T0 + 120.781, "7"]]}],
            },
        }
    ),
    "promtool": json.dumps([{"metric": {}, "values": [[T0, "5"], [T0 + 60, "0"], [T0 + 120, "7"]]}]),
    "pgbench --aggregate-interval": "".join(
        f"{T0 + 60 * minute} {count} 1542744 483552416 61 2573\n" for minute, count in enumerate((5, 0, 7))
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read(tmp_path, name):
    path = tmp_path / "curve.txt"
    path.write_text(EXPORTS[name], newline="")
    recorded = Recorded(path)
    assert recorded.counts == (5, 0, 7)
    assert recorded.bin_width == pytest.approx(60)


K6_CSV = "metric_name,timestamp,metric_value,check,error\n" + "".join(
    f"{metric},{T0 + second},{value},,\n"
    for metric, second, value in (
        ("http_reqs", 0, "1.000000"),
        ("http_req_duration", 0, "13.37"),
        ("http_reqs", 0, "1.000000"),
        ("http_reqs", 2, "1.000000"),
        ("iterations", 3, "1.000000"),
    )
)
K6_JSON = '{"type":"Metric","data":{"name":"http_reqs"},"metric":"http_reqs"}\n' + "".join(
    json.dumps({"metric": metric, "type": "Point", "data": {"time": f"2024-09-22T12:00:{at}+00:00", "value": value}})
    + "\n"
    for metric, at, value in (
        ("http_reqs", "00.245239531", 1),
        ("http_req_duration", "00.3", 13.37),
        ("http_reqs", "00.9", 1),
        ("http_reqs", "02.0", 1),
        ("iterations", "03.0", 1),
    )
)
PGBENCH = "".join(f"0 {number} 2241 0 {T0 + at // 10} {at % 10}00000\n" for number, at in enumerate((3, 9, 25), 1))


@pytest.mark.parametrize("text", [K6_CSV, K6_JSON, PGBENCH], ids=["k6 csv", "k6 json", "pgbench --log"])
def test_events_are_counted_by_the_second(tmp_path, text):
    (tmp_path / "events").write_text(text)
    recorded = Recorded(tmp_path / "events")
    assert (recorded.counts, recorded.bin_width) == ((2, 0, 1), 1)


@pytest.mark.parametrize("text", [K6_CSV, K6_JSON], ids=["csv", "json"])
def test_a_metric_of_k6_is_chosen_by_its_name(tmp_path, text):
    (tmp_path / "events").write_text(text)
    assert Recorded(tmp_path / "events", column="iterations").counts == (1,)
    with pytest.raises(
        SettingError, match=r"no metric 'vus': expected one of http_req_duration, http_reqs, iterations\.$"
    ):
        Recorded(tmp_path / "events", column="vus")


def test_a_column_is_chosen_by_its_name(tmp_path):
    (tmp_path / "two.csv").write_text("Time,a b,c\n0,1,5\n1,2,5")
    recorded = parse_arrivals(f'recorded("{tmp_path}/two.csv", column="a b")')
    assert recorded.counts == (1, 2)
    assert parse_arrivals(str(recorded)) == recorded


def test_rates_become_arrivals_whose_sums_are_right(tmp_path):
    (tmp_path / "rates.csv").write_text("Time,rate\n0,0.1\n5,0.1\n10,0.1\n15,2.5\n20,100")
    assert Recorded(tmp_path / "rates.csv", per="second").counts == (1, 0, 1, 12, 500)
    assert Recorded(tmp_path / "rates.csv", per="minute").total == round((0.3 + 2.5 + 100) * 5 / 60)
    with pytest.raises(SettingError, match=r"per='hour' is invalid: expected bin .*, second or minute"):
        Recorded(tmp_path / "rates.csv", per="hour")


@pytest.mark.parametrize("unit", [1, 1000, 10**6, 10**9])
def test_short_bins_at_epoch_times(tmp_path, unit):
    starts = [f"{Decimal(T0 * 10 + tenth) / 10 * unit:f}" for tenth in range(20_000)]
    (tmp_path / "curve.csv").write_text("start,arrivals\n" + "\n".join(f"{start},1" for start in starts))
    recorded = Recorded(tmp_path / "curve.csv")
    assert (len(recorded.counts), recorded.bin_width) == (20_000, pytest.approx(0.1))


def test_a_day_of_seconds_is_kept_in_little_and_draws_the_same(tmp_path):
    counts = np.random.default_rng(1).poisson(100, 86_400)
    (tmp_path / "day.csv").write_text("start,arrivals\n" + "\n".join(f"{at},{n}" for at, n in enumerate(counts)))
    recorded = Recorded(tmp_path / "day.csv")
    kept = str(recorded.portable())
    assert len(kept) < 200_000
    assert np.array_equal(parse_arrivals(kept).schedule(3).times, recorded.schedule(3).times)


@pytest.mark.parametrize("text", ["counted(1s, abc)", 'counted(1s, counts="AAAA")', "counted(1s, 5)"])
def test_counts_that_cannot_be_unpacked(text):
    with pytest.raises(SettingError, match=r"^counted: counts='.*' is invalid: expected whole numbers"):
        parse_arrivals(text)
