"""The centre's dashboard in Chromium, over the sample: read, opened by keyboard, and led on from."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import overflow, serious_faults
from tests.browser.notebook_pages import cells_of

READY_MS = 90_000


@pytest.fixture(name="address", scope="module")
def _address(serve):
    return serve(cells_of("centre_dashboard"))


def opened(page, address):
    page.goto(address, timeout=READY_MS, wait_until="commit")
    page.locator(".provenance").wait_for(timeout=READY_MS)
    return page


@pytest.fixture(name="page", scope="module")
def _page(chromium, address):
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield opened(context.new_page(), address)


@pytest.mark.parametrize("width", [390, 1280])
def test_look(page, width):
    """The page runs from right to left and fits its window, closed and with every figure opened."""
    page.set_viewport_size({"width": width, "height": 844})

    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["fa", "rtl"]
    assert page.locator("figure.chart img").count() >= 3
    assert overflow(page) == []
    assert serious_faults(page) == []
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert overflow(page) == []
    assert serious_faults(page) == []
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = false))")


def test_opened_by_keyboard(page):
    """A figure opens with Enter to the families behind it, which Tab goes through, and closes again."""
    figure = page.locator("details.behind").first
    links = figure.get_by_role("link")
    figure.locator("summary").focus()
    assert links.first.is_hidden()
    page.keyboard.press("Enter")
    expect(links.first).to_be_visible()
    page.keyboard.press("Tab")

    expect(links.first).to_be_focused()
    figure.locator("summary").press("Enter")
    expect(links.first).to_be_hidden()


def test_every_lead_has_an_address(page):
    """All links lead to pages of ours, those of a family or a helper with a month."""
    found = page.locator("a.lead").evaluate_all("nodes => nodes.map((node) => node.getAttribute('href'))")

    assert len(found) > 30
    pages = r"home|(?:levels|report)\?month=1404-08|visits\?helper=H-\w+&month=1404-08"
    pattern = rf"{pages}|(?:family|levels|economy)\?family=S-\w+&month=140[34]-\d\d"
    assert [address for address in found if not re.fullmatch(pattern, address)] == []


def test_charts_are_told(page):
    """Each chart has a text for those who cannot see it."""
    texts = page.locator("figure.chart img").evaluate_all("nodes => nodes.map((node) => node.alt)")

    assert [text for text in texts if len(text) < 20] == []


def test_outside(new_page, serve):
    """In the version that leaves the centre no family, no case and no way on stands on the page."""
    page = opened(new_page(390, 844), serve(cells_of("centre_dashboard", outside=True)))

    assert page.locator("a.lead, details").count() == 0
    assert re.findall(r"[SH]-[0-9A-Z]{4,}", page.locator("#rendered_cells").inner_text()) == []
    assert overflow(page) == []
    assert serious_faults(page) == []
