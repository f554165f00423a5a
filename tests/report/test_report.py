"""The report: the answer and every picture in words too, from a kept result, by the command."""

import html
import re

import pytest
from surge_results import result

from booking_sim.plots.panels import panels
from booking_sim.report.kpi import kpis
from booking_sim.report.page import page


def alerts(text):
    """What the page says first, because it is wrong."""
    return re.findall(r'<p class="alert" role="alert">(.*)</p>', text)


def test_a_kept_result_becomes_one_page(run, tmp_path):
    result().save(tmp_path / "kept")
    assert run("report", "kept") == (0, "Written to kept/report.html.\n", "")
    written = (tmp_path / "kept" / "report.html").read_text(encoding="utf-8")
    assert f"<h1>{result().headline}</h1>" in written
    assert "http" not in re.sub(r"data:[^\"]*", "", written)
    failed, not_reached = alerts(written)
    assert failed == "1 calls failed, most often: reserve: terminated."
    assert not_reached.endswith("of the latency are not reached.")

    status, out, err = run("report", "kept", "-o", ".")
    assert (status, out) == (2, "")
    assert re.fullmatch(r"booking-sim: Cannot write to '\.' .*\n", err)


def test_a_folder_without_a_result_is_said_in_one_line(run):
    status, out, err = run("report", "nowhere")
    assert (status, out) == (2, "")
    assert re.fullmatch(r"booking-sim: 'nowhere' contains no result that can be read .*\n", err)


@pytest.fixture(scope="module")
def broken():
    """The page of a result with everything that is warned of."""
    return page(result(oversold=3, violations=2, partial=True))


def test_a_run_without_a_call_is_no_good_news():
    assert {kpi.name for kpi in kpis(result().summary()) if kpi.tone == "good"} == {"Oversold", "Audit"}
    assert {kpi.tone for kpi in kpis(result(rows=[], partial=True).summary())} == {"plain"}


def test_no_warning_is_hidden(broken):
    not_complete, oversold, audit, error, not_reached = alerts(broken)
    assert not_complete == "The run is not complete: worker 1 said &lt;b&gt;no&lt;/b&gt;. 1 of 4 buyers got no answer."
    assert oversold == "Oversold: tickets were promised to more than one buyer at once, 3 times."
    assert audit == "The audit of the database failed: 1 of 1 invariants are violated."
    assert error == "1 calls failed, most often: reserve: terminated."
    assert "60.0% of 5 calls were answered" in not_reached
    assert "p95, p99, p99.9 of the latency are not reached" in not_reached
    assert "2 violations" in broken
    assert "Not all samples of the server were taken: waits: 3 of 4 samples were missed." in broken


def test_each_kind_of_buyer_has_a_column(broken):
    rows = dict(re.findall(r"<tr><td>(.*?)</td>(.*?)</tr>", broken, re.DOTALL))
    values = {label: re.findall(r"<td class=\"value\">(.*?)</td>", row) for label, row in rows.items()}
    assert values["refreshes: How often it asks again after &#39;sold out&#39;."] == ["3", "0"]
    assert values["Buyers."] == ["3", "none"]


def test_every_panel_is_described_in_numbers():
    shown = panels_of(result())
    assert len(shown) > 4
    for panel in shown:
        described = panel.describe()
        assert re.search(r"\d", described.alternative), panel.title
        assert not re.search(r"\bnan\b", described.caption + described.alternative), panel.title


def test_a_description_says_what_was_measured():
    described = [panel.describe().alternative for panel in panels_of(result())]
    assert any("1 held (from 0.0265 to 0.0265 s), 1 sold out (from 0.0115 to 0.0115 s)" in text for text in described)
    assert any("In the database, 50 % within 4 ms, 95 % within not reached" in text for text in described)


def test_each_picture_has_its_title_its_words_and_two_versions(broken):
    drawn = re.findall(r"<figure>.*?</figure>", broken, re.DOTALL)
    shown = panels_of(result(oversold=3))
    assert len(drawn) == len(shown)
    for figure, panel in zip(drawn, shown, strict=True):
        described = panel.describe()
        for words in (panel.title, described.caption, described.alternative):
            assert html.escape(words).replace("&#x27;", "&#39;") in figure
        light, dark = re.findall(r"data:image/png;base64,[^\"]*", figure)
        assert light != dark


def panels_of(made):
    return panels(made.attempts, made.holds, made.inventory, made.waits, made.server)
