"""Calibration and hold-out on a real server, small: the whole way from surges to a table of errors."""

import json

import pytest

from booking_sim import Scenario, calibrate, forecast
from booking_sim.calibration import ladder
from booking_sim.calibration.holdout import GOALS
from booking_sim.cli import main
from booking_sim.errors import BookingSimError
from booking_sim.forecasting.server_model import ServerModel

SMALL = Scenario(tickets=30, buyers=60, connections=1, workers=1, kinds={"fan": {"pays": 0.5}})


@pytest.fixture(scope="module")
def place(servers):
    server = servers("main")
    with server.database(server.template) as url:
        yield url


@pytest.fixture(scope="module")
def path(place, tmp_path_factory):
    """The file of a model, measured in four surges; the machine's speed may change as it likes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder, "DRIFT_REFUSED", float("inf"))
        model = calibrate(url=place, levels=(2,), tickets=40, repeat_s=0)
    return model.save(tmp_path_factory.mktemp("model") / "server.json")


def test_what_is_kept_says_where_and_with_what_it_was_measured(path):
    model = ServerModel.load(path)
    assert {name for name, _ in model.samples} >= {"held", "sold_out", "cold_held"}
    assert {*model.manifest} >= {"strategy", "versions", "machine", "server", "rates", "anchors", "drift"}
    measured = [*model.manifest["rates"].values(), *model.manifest["anchors"]]
    assert min(measured) - 1 < model.throughput(2) < max(measured) + 1
    assert "Forecast for PostgreSQL" in forecast(SMALL, server=path, seeds=1).headline


def test_another_strategy_or_server_is_refused(path):
    model = ServerModel.load(path)
    with pytest.raises(BookingSimError, match=r"another strategy: file default\.sql, not blocking\.sql"):
        forecast(SMALL, server=model, strategy="blocking")
    server, machine = model.manifest["server"], model.manifest["machine"]
    model.check_server(server, machine)
    other = {**server, "settings": server["settings"] | {"fsync": "none"}}
    with pytest.raises(BookingSimError, match=r"another settings of the server: fsync .*, not none"):
        model.check_server(other, machine)


def test_the_command_measures_the_error_on_surges_of_the_same_seeds(path, place, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("booking_sim.calibration.holdout.cases", lambda _: {"small": SMALL})
    monkeypatch.setenv("POSTGRES_URL", place)
    with pytest.raises(SystemExit):
        main(["holdout", str(path), "--repeats", "1", "--json", "--out", str(tmp_path / "holdout.json")])
    table = json.loads(capsys.readouterr().out)["table"]
    assert table == json.loads((tmp_path / "holdout.json").read_text())["table"]
    assert {row["metric"] for row in table} == {*GOALS}
    exact = [row for row in table if row["metric"] in {"held", "sold_out", "tickets_sold"}]  # the buyers decide them
    assert {(row["error"], row["reached"]) for row in exact} == {(1.0, True)}
