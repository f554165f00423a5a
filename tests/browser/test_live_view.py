"""`surge(live=True)` in JupyterLab: numbers that move while it runs, and a button that stops it."""

import psutil
import pytest
from playwright.sync_api import expect

from booking_sim.database import connect

pytestmark = pytest.mark.browser

CELLS = (
    """
from booking_sim import surge
kinds = {"buyer": {"pays": 0.5, "think": "1s..20s"}}
result = surge(tickets=300, buyers=200_000, connections=8, hold="5m", kinds=kinds, live=True)
""",
    "print(result.partial, result.manifest.problems, 0 < len(result.attempts) < 200_000)",
    "print(*result.inventory.iloc[-1][['sold', 'held', 'overdue', 'available']].astype(int))",
)
STATUSES = ("sold", "held", "held, but overdue", "available")


def test_numbers_move_and_the_button_stops_the_surge(lab, page, picture):
    lab.write("live.ipynb", *CELLS)
    notebook = lab.open(page, "live.ipynb")
    notebook.choose("Run", "Run All Cells")

    def metric(name):
        return page.locator(f"[data-metric='{name}']")

    def tickets():
        return [int(page.locator(f"[data-tickets='{status}']").inner_text()) for status in STATUSES]

    expect(page.locator("[data-tickets='held']")).to_have_text("300")
    for moving in ("[data-tickets='sold']", "[data-metric='refused']", "[data-metric='p99']"):  # while the cell runs
        expect(page.locator(moving)).not_to_have_text(page.locator(moving).inner_text())
    assert 0 <= int(metric("waiting").inner_text()) <= 8  # nobody else has come
    assert sum(tickets()) == 300
    expect(notebook.prompts.first).to_have_text("[*]:")
    expect(page.get_by_role("img", name="Tickets by status over time.")).to_be_visible()
    notebook.keep_picture(picture("live_view"))

    page.get_by_role("button", name="Stop the surge").click()
    expect(notebook.prompts).to_have_text(["[1]:", "[ ]:", "[ ]:"])  # it interrupts the cell, and that stops Run All
    page.locator(".jp-CodeCell .jp-InputArea-editor").nth(1).click()
    notebook.choose("Run", "Run Selected Cell and All Below")
    notebook.wait_until_run()
    assert notebook.wrong.all_inner_texts() == []
    expect(page.get_by_text("True ['interrupted'] True")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(
        page.get_by_text(" ".join(map(str, tickets())), exact=True)
    ).to_be_visible()  # what it showed stays, and is so
    with connect(lab.database) as connection:
        left = "select pid, query from pg_stat_activity where application_name like 'booking_sim surge%'"
        assert connection.execute(left).fetchall() == []
    children = psutil.Process(lab.process.pid).children(recursive=True)
    worker = "booking_sim.load_generator.worker.worker.run_worker"
    assert [child for child in children if worker in child.cmdline()] == []
