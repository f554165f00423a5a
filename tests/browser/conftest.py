"""A Chromium of the system's, and what is shown in it: each test gets a window of its own, and can leave a picture."""

import shutil
from pathlib import Path

import pytest
from lab import running_lab
from playwright.sync_api import expect, sync_playwright

from booking_sim.database.scratch import scratch_database

PICTURES = pytest.StashKey[list[Path]]()
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
    """Where to keep a picture for people to look at after the tests; by its name they are told where it is."""

    def path(name):
        request.config.stash[PICTURES].append(tmp_path / f"{name}.png")
        return request.config.stash[PICTURES][-1]

    return path


def pytest_configure(config):
    config.stash[PICTURES] = []


def pytest_terminal_summary(terminalreporter, config):
    for path in config.stash[PICTURES]:
        terminalreporter.write_line(f"what the browser showed: {path}")
