"""A Chromium of the system's, and what is shown in it: each test gets a window of its own, and leaves a picture."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

PICTURES = pytest.StashKey[list[Path]]()
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, FRAME = 1300, 120
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
def keep_picture(page, tmp_path, request):
    """Keep what the page shows, in a window as high as it takes, for people to look at after the tests."""

    def keep(height):
        page.set_viewport_size({"width": WIDTH, "height": round(height) + FRAME})
        path = tmp_path / f"{request.node.callspec.id}.png"
        page.screenshot(path=path)
        request.config.stash[PICTURES].append(path)

    return keep


@pytest.fixture
def page(chromium):
    """A window of the test's own; what goes wrong in its scripts fails the test."""
    errors = []
    with chromium.new_context(viewport={"width": WIDTH, "height": 900}) as context:
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    assert errors == []


def pytest_configure(config):
    config.stash[PICTURES] = []


def pytest_terminal_summary(terminalreporter, config):
    for path in config.stash[PICTURES]:
        terminalreporter.write_line(f"what the browser showed: {path}")
