"""The report in a real browser: on a desk, on a phone, in the dark and on paper, and without any network."""

import pytest
from surge_results import result

from booking_sim.report.page import page as report_page

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
BARE = "rgba(0, 0, 0, 0)"
PICTURES = "[...document.images].map(i => i.currentSrc)"
"""Where each picture is from: a page takes another one some time after its medium has changed."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_page(result()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def asked(page, address):
    """Everything that the page asked for."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    page.goto(address)
    return asked


def ground(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def shown(page):
    """The pictures as they are shown: their address, width and words."""
    return page.evaluate(
        "Promise.all([...document.images].map(async i => (await i.decode(), [i.currentSrc, i.naturalWidth, i.alt])))"
    )


def test_it_asks_for_nothing_and_shows_every_picture(page, asked, address):
    pictures = shown(page)
    assert len(pictures) > 4
    assert all(width > 500 and len(words) > 20 for _, width, words in pictures)
    assert [url for url in asked if url != address and not url.startswith("data:")] == []
    assert page.locator("h1").inner_text() == result().headline


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_fits_the_width(page, asked, size, picture):
    page.set_viewport_size(size)
    page.screenshot(path=picture(f"report at {size['width']}"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    outside = f"[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > {size['width']})"
    assert page.evaluate(f"{outside}.map(e => e.outerHTML.slice(0, 80))") == []


def test_it_is_dark_where_the_reader_wants_it_and_light_on_paper(page, asked, picture):
    light, addresses = ground(page), [url for url, _, _ in shown(page)]
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=picture("report in the dark"), full_page=True)
    assert ground(page) != light
    page.wait_for_function(f"light => {PICTURES}.every(url => !light.includes(url))", arg=addresses)
    page.emulate_media(color_scheme="dark", media="print")
    assert ground(page) == BARE
    page.wait_for_function(f"light => {PICTURES}.every((url, n) => url === light[n])", arg=addresses)
