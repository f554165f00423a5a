"""`surge(live=True)` in JupyterLab: numbers that move while it runs, and a button that stops it."""

import nbformat
import psutil
import pytest
from playwright.sync_api import expect

from booking_sim.database import connect

pytestmark = pytest.mark.browser

CELLS = (
    "from booking_sim import surge\nresult = surge(tickets=300, buyers=200_000, connections=8, live=True)",
    "print(result.partial, result.manifest['problems'], 0 < len(result.attempts) < 200_000)",
)


def test_numbers_move_and_the_button_stops_the_surge(lab, page, picture):
    new = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    new.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(new, lab.notebooks / "live.ipynb")
    notebook = lab.open(page, "live.ipynb")
    notebook.choose("Run", "Run All Cells")

    def figure(name):
        return page.locator(f"[data-figure='{name}']")

    expect(figure("held")).to_have_text("300")
    for name in ("refused", "waiting", "p99"):  # each changes while the cell runs
        expect(figure(name)).not_to_have_text(figure(name).inner_text())
    expect(notebook.prompts.first).to_have_text("[*]:")
    expect(page.get_by_role("img", name="0 of 300 tickets left")).to_be_visible()
    notebook.keep_picture(picture("live_view"))

    page.get_by_role("button", name="Stop the surge").click()
    notebook.wait_until_run()
    assert notebook.wrong.all_inner_texts() == []
    expect(page.get_by_text("True ['interrupted'] True")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(figure("held")).to_have_text("300")  # what it showed stays
    with connect(lab.database) as connection:
        left = "select pid, query from pg_stat_activity where application_name like 'booking_sim surge%'"
        assert connection.execute(left).fetchall() == []
    children = psutil.Process(lab.process.pid).children(recursive=True)
    assert [child for child in children if "booking_sim.surge.worker" in child.cmdline()] == []
