"""The home page in Chromium, over the sample: read, searched by keyboard and by ear, and led on from."""

import re

import pytest
from playwright.sync_api import expect

from hamyar.words import Words
from tests.browser.conftest import overflow, serious_faults
from tests.browser.notebook_pages import cells_of

FA = Words("fa")
READY_MS = 90_000


@pytest.fixture(name="address", scope="module")
def _address(serve):
    return serve(cells_of("home"))


def opened(page, address):
    """The page with its list alive: the search field answers."""
    page.goto(address, timeout=READY_MS, wait_until="commit")
    page.get_by_role("searchbox").wait_for(timeout=READY_MS)
    page.locator(".provenance").wait_for(timeout=READY_MS)
    return page


@pytest.fixture(name="asked", scope="module")
def _asked():
    """The address of every request that the page made."""
    return []


@pytest.fixture(name="opened_page", scope="module")
def _opened_page(chromium, address, asked):
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        yield opened(page, address)


@pytest.fixture(name="page")
def _page(opened_page):
    """One page for all tests, for a kernel takes seconds; its width and its search are as before after each."""
    yield opened_page
    opened_page.set_viewport_size({"width": 1280, "height": 900})
    opened_page.get_by_role("searchbox").fill("")
    opened_page.get_by_role("searchbox").press("Enter")
    expect(rows(opened_page)).to_have_count(FAMILIES)


FAMILIES = 5


def rows(page):
    return page.locator(".hamyar-finder tbody tr")


def first_name(page):
    """The name of the first family of the list, and its code."""
    cell = rows(page).first.locator("td").first
    return cell.locator("a").inner_text().strip("\u2068\u2069"), cell.locator(".case").inner_text()


class TestRead:
    @pytest.mark.parametrize("width", [390, 1280])
    def test_look(self, page, width):
        """The page runs from right to left, fits its window and has no serious fault."""
        page.set_viewport_size({"width": width, "height": 844})

        assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["fa", "rtl"]
        assert rows(page).count() == FAMILIES
        assert overflow(page) == []
        assert serious_faults(page) == []

    def test_cards(self, page):
        """On a phone every family is a card as wide as the page, with the head of each column before its value."""
        page.set_viewport_size({"width": 390, "height": 844})
        cell = rows(page).first.locator("td").nth(1)
        before = cell.evaluate("node => getComputedStyle(node, '::before').content")

        assert rows(page).first.evaluate("node => getComputedStyle(node).display") == "block"
        assert len(before.strip('"')) > 2
        assert cell.bounding_box()["width"] > 300

    def test_levels_have_words(self, page):
        """Each level stands with its word and its shape."""
        chips = page.locator(".hamyar-finder .level-name")

        assert chips.count() == FAMILIES
        for chip in chips.all():
            assert chip.inner_text().strip()
            assert chip.locator("svg").count() == 1

    def test_nothing_leaves(self, page, address, asked):
        """Every request of the page goes to its own server."""
        assert asked
        assert [url for url in asked if not url.startswith((address, "data:", f"blob:{address}"))] == []


class TestSearch:
    def test_forgives_spelling(self, page):
        """A name typed with Arabic letters, without its half-spaces, finds its family; the count is told."""
        name, code = first_name(page)
        typed = name.replace("ی", "ي").replace("ک", "ك").replace("\u200c", "")
        page.get_by_role("searchbox").fill(typed)

        expect(rows(page)).to_have_count(1)
        expect(rows(page).first).to_contain_text(code)
        status = page.get_by_role("status").filter(visible=True)
        expect(status).to_have_text(re.compile(f"{FA.number(1)}.*{FA.number(FAMILIES)}"))
        assert status.get_attribute("aria-live") == "polite"

    def test_by_keyboard(self, page):
        """The field is reached, filled, searched and emptied without a mouse, and Esc leaves it ready for the next."""
        box = page.get_by_role("searchbox")
        box.focus()
        page.keyboard.type("xyz")
        page.keyboard.press("Enter")
        expect(rows(page)).to_have_count(0)
        page.keyboard.press("Escape")

        expect(rows(page)).to_have_count(FAMILIES)
        expect(box).to_be_focused()
        expect(box).to_have_value("")
        page.keyboard.press("Tab")
        expect(rows(page).first.locator("a")).to_be_focused()

    def test_digits_of_three_kinds(self, page):
        """An area's number is found in Persian, Arabic and Latin digits alike."""
        area = rows(page).first.locator("td").first.locator(".line").nth(1).inner_text()
        digit = re.search("[۰-۹]", area)[0]
        arabic, latin = (chr(start + "۰۱۲۳۴۵۶۷۸۹".index(digit)) for start in (0x660, 0x30))
        places = rows(page).locator("td:first-child .line:nth-child(2)").all_inner_texts()
        wanted = sum(digit in place for place in places)
        counts: list[int] = []
        for kind in (digit, arabic, latin):
            page.get_by_role("searchbox").fill("nobody")
            expect(rows(page)).to_have_count(0)
            page.get_by_role("searchbox").fill(f"نمونه{kind}")
            expect(rows(page)).to_have_count(wanted)
            counts.append(rows(page).count())

        assert counts == [wanted] * 3
        assert 0 < wanted < FAMILIES

    def test_label(self, page):
        """Readers by ear hear what the field is for and what it takes."""
        box = page.get_by_role("searchbox", name=FA("Search my families"))

        assert page.locator(f"#{box.get_attribute('aria-describedby')}").inner_text()
        assert page.get_by_role("search").count() == 1

    def test_markup_is_searched_as_text(self, page):
        """What somebody types is looked for and never becomes a part of the page."""
        page.get_by_role("searchbox").fill("<img src=x onerror=alert(1)>")
        page.get_by_role("searchbox").press("Enter")

        expect(rows(page)).to_have_count(0)
        assert page.locator(".hamyar-finder img").count() == 0


class TestLeads:
    def test_to_the_file(self, page):
        """A family's name leads to its file in the month of the page."""
        assert re.fullmatch(r"family\?family=S-\w+&month=1404-08", rows(page).first.locator("a").get_attribute("href"))

    def test_to_other_pages(self, page):
        """The pages that are open stand in a navigation with a name, large enough for a finger."""
        navigation = page.get_by_role("navigation", name=FA("Pages that are open to you"))
        link = navigation.get_by_role("link").first

        assert re.fullmatch(r"visits\?month=1404-08&helper=H-\w+", link.get_attribute("href"))
        assert link.bounding_box()["height"] >= 44
