"""The report: the answer and every picture in words too, from a kept result, by the command."""

import re

import pytest
from surge_results import result

from booking_sim.plots.panels import panels
from booking_sim.report.page import page
from booking_sim.report.words import words


def alerts(html):
    """What the page says first, because it is wrong."""
    return re.findall(r'<p class="alert" role="alert">(.*)</p>', html)


def test_a_kept_result_becomes_one_page(run, tmp_path):
    result().save(tmp_path / "kept")
    assert run("report", "kept") == (0, "Written to kept/report.html.\n", "")
    written = (tmp_path / "kept" / "report.html").read_text(encoding="utf-8")
    assert f"<h1>{result().headline}</h1>" in written
    assert "http" not in re.sub(r"data:[^\"]*", "", written)
    assert alerts(written) == ["An error was the last word for 1 of 4 buyers, most often: terminated."]

    status, out, err = run("report", "kept", "-o", ".")
    assert (status, out) == (2, "")
    assert re.fullmatch(r"booking-sim: Cannot write to '\.' .*\n", err)


def test_a_folder_without_a_result_is_said_in_one_line(run):
    status, out, err = run("report", "nowhere")
    assert (status, out) == (2, "")
    assert re.fullmatch(r"booking-sim: nowhere holds no result that can be read .*\n", err)


@pytest.fixture(scope="module")
def broken():
    """The page of a result with every flaw."""
    return page(result(oversold=3, violations=2, partial=True))


def test_no_flaw_is_hidden(broken):
    not_complete, sold_twice, audit, error = alerts(broken)
    assert not_complete == "The run is not complete: worker 1 said &lt;b&gt;no&lt;/b&gt;. 1 of 4 buyers had no word."
    assert sold_twice.endswith("tickets were promised to more than one buyer at the same time, 3 times.")
    assert audit == "The audit of the database fails: 1 of 1 invariants are violated."
    assert "most often: terminated" in error
    assert "2 violations" in broken
    assert "not all seen: waits: 3 of 4 looks were missed." in broken


def test_each_kind_of_buyer_has_a_column(broken):
    rows = dict(re.findall(r"<tr><td>(.*?)</td>(.*?)</tr>", broken, re.DOTALL))
    values = {label: re.findall(r"<td class=\"value\">(.*?)</td>", row) for label, row in rows.items()}
    assert values["refreshes: How often it asks again after &#39;sold out&#39;."] == ["3", "0"]
    assert values["Buyers who came."] == ["3", "none"]


def test_every_picture_is_told_in_numbers():
    made = result()
    shown = panels(made.attempts, made.holds, made.inventory, made.waits, made.server)
    assert len(shown) > 4
    for title in shown:
        told = words(title, made)
        assert re.search(r"\d", told.alternative), title
        assert not re.search(r"\bnan\b", told.caption + told.alternative), title


def test_the_words_say_what_was_measured():
    told = words("Who got what", result()).alternative
    assert "1 held (from 0.0265 to 0.0265 s), 1 sold out (from 0.0115 to 0.0115 s)" in told
    assert "50 % within 4 ms, 95 % within 6.5 ms" in words("How many were answered within", result()).alternative
