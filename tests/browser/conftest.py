"""A Chromium of the system's, and what is shown in it: each test gets a window of its own, and can leave a picture."""

import itertools
import shutil

import pytest
from lab import running_lab
from playwright.sync_api import expect, sync_playwright

from booking_sim.database.scratch import scratch_database

PICTURE = "picture"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 120
"""How long a page may take for what must come, also on a machine that has much else to do."""


@pytest.fixture(scope="session")
def chromium():
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"none of {', '.join(PROGRAMS)} is installed here")
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A window of the test's own; what goes wrong in its scripts fails the test."""
    errors = []
    with chromium.new_context(viewport={"width": 1300, "height": 900}) as context:
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    assert errors == []


@pytest.fixture(scope="session")
def lab(chromium, servers, tmp_path_factory):
    """`booking-sim lab`, on a database of its own."""
    with (
        scratch_database(servers("main").url) as database,
        running_lab(tmp_path_factory.mktemp("lab"), database) as lab,
    ):
        yield lab


@pytest.fixture
def picture(request, tmp_path):
    """Where to keep a picture for people to see after the tests; the name says where it is."""

    def path(name):
        kept = tmp_path / f"{name}.png"
        request.node.user_properties.append((PICTURE, str(kept)))  # reports bring it here, from whichever worker
        return kept

    return path


def pytest_terminal_summary(terminalreporter):
    for report in itertools.chain(*terminalreporter.stats.values()):
        for name, value in getattr(report, "user_properties", ()) if getattr(report, "when", "") == "call" else ():
            if name == PICTURE:
                terminalreporter.write_line(f"what the browser showed: {value}")
