"""What a person opens in JupyterLab beside results: how a thing is used, and what it holds, as table or picture."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SHOWN = {
    "scenarios.find('bot_storm')": "A surge of 2,677 buyers",
    "scenarios.find('bot_storm').schedule": "arrivals in 6 s of poisson",
    "scenarios.catalogue()": "club_gig",
    "strategies.catalogue()": "skip_locked",
    "strategies.find('unsafe')": "Read, then write",
    "doctor()": "full_page_writes",
    "compare(['default'], tickets=5, buyers=40, rounds=1, progress=False)": "The median of the rounds",
}
"""What is said in a cell, and words of what it shows."""


def test_everything_shows_itself_and_shift_tab_says_how_to_use_it(lab, page, picture):
    lab.write("closer.ipynb", "from booking_sim import compare, doctor, scenarios, strategies, surge", *SHOWN, "surge")
    notebook = lab.open(page, "closer.ipynb")
    notebook.choose("Run", "Run All Cells")
    notebook.wait_until_run()
    assert notebook.wrong.all_inner_texts() == []
    cells = page.locator(".jp-CodeCell")
    for cell, (said, words) in zip(cells.all()[1:], SHOWN.items(), strict=False):
        shown = cell.locator("[data-mime-type='text/html']")
        assert words in shown.inner_text(), said
        assert shown.locator("table, [alt*='per second'], [aria-label*='per second']").count() > 0, said
    notebook.keep_picture(picture("tables"))

    cells.last.locator(".cm-content").click()
    page.keyboard.press("Shift+Tab")
    reported = page.locator(".jp-Tooltip")
    expect(reported).to_contain_text("Run a scenario against a real PostgreSQL")
    for part in ("live: bool = False", "`tickets`", "Returns:", "BookingSimError:", "surge(tickets=500, buyers=5000)"):
        expect(reported).to_contain_text(part)
    page.screenshot(path=picture("shift_tab"))
