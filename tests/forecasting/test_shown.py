"""A forecast says that it is one wherever it is shown, and never what only a database can tell."""

import html
import json

import pytest

from booking_sim import ServerModel, forecast
from booking_sim.cli import main
from booking_sim.errors import BookingSimError
from booking_sim.notebook import to_html
from booking_sim.stats import by_kind, percentiles
from booking_sim.strategies import find


@pytest.fixture(scope="module")
def result():
    return forecast("club_gig", server=ServerModel.exponential(5), seeds=2)


def test_it_says_that_it_is_a_forecast_and_of_what(result):
    assert result.headline.startswith("Forecast for a made-up server, exponential, 5 ms (NOT calibrated): ")
    assert "sold twice" not in result.headline
    assert result.audit is result.waits is result.server is None
    assert {"oversold", "audit_ok"} & {*result.summary().index} == set()


def test_it_is_shown_like_a_surge(result):
    assert "Forecast for" in to_html(result)
    assert len(result.overview().axes) >= 4
    assert by_kind(result.attempts).loc["fan", "tickets_held"] == result.summary()["tickets_held"]
    assert percentiles(result.attempts)[99] == pytest.approx(result.summary()["p99_ms"], rel=0.005)


def test_the_command_prints_one_json_object_and_writes_a_page(capsys, tmp_path):
    page = tmp_path / "page.html"
    with pytest.raises(SystemExit) as ended:
        main(["forecast", "--buyers", "50", "--latency", "5", "--seeds", "2", "--json", "--out", str(page)])
    printed = json.loads(capsys.readouterr().out)
    assert not ended.value.code
    assert {*printed} == {"headline", "manifest", "metrics"}
    assert printed["manifest"]["seeds"] == [1, 2]
    assert f"<h1>{html.escape(printed['headline'])}</h1>" in page.read_text(encoding="utf-8")


def test_a_model_of_another_strategy_is_refused():
    samples = ServerModel.constant(5).samples
    model = ServerModel(levels=(1,), samples=samples, manifest={"strategy": find("blocking").describe()})
    with pytest.raises(BookingSimError, match=r"another strategy: file blocking\.sql, not default\.sql"):
        forecast(server=model, seeds=1)
