"""A helper's whole way, in a real browser against the real server: sign in, open a family, enter, submit, print."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from hamyar.core.persian import persian_digits
from hamyar.core.tables import FAMILIES, FLOWS, IDENTITIES, MEMBERS, OBSERVATIONS
from tests.batch.running import text_of
from tests.browser.conftest import CHROMIUM_OPTIONS, overflow, serious_faults
from tests.browser.form_page import field, section
from tests.browser.served_centre import PAGE_MS, ServedCentre, fa, served_centre

OWN_INCOME = "own_income"
INCOME, HOUSING, TREATMENT = (f"flow:{name}:1:amount_money" for name in (OWN_INCOME, "housing", "treatment"))
MONEY, REVIEW = "Money in and out this month", "Review and submit"
PAGES = {
    "helper1": ["home", "visits", "family?family={family}", "economy?family={family}", "levels?family={family}"],
    "manager": ["centre", "home", "report", "levels", "family?family={family}"],
    "researcher": ["levels"],
    "supervisor": ["centre", "home"],
}
VISITS = [(username, page) for username, pages in PAGES.items() for page in pages]
HOSTILE = '<script>document.title="broken"</script>=HYPERLINK("http://example.invalid","x")\u202egnirts\u202c'


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCentre]:
    with served_centre(tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture
def helper(centre: ServedCentre, new_page: Callable[..., Page]) -> Page:
    return centre.sign_in(new_page(), "helper1")


def type_amount(page: Page, field_id: str, digits: str) -> None:
    section(page, fa(MONEY)).open()
    field(page, field_id).fill(digits)
    field(page, field_id).press("Tab")


def gap_line(page: Page) -> Locator:
    return page.locator(".gap-line").first


def own_income(centre: ServedCentre, family_id: str) -> list[int]:
    with centre.store() as store:
        rows = store.current(FLOWS, {"family_id": [family_id], "month": [centre.month.code]})
    return rows.loc[rows["category"] == OWN_INCOME, "amount_money"].tolist()


def kill(browser: Browser) -> None:
    """End a browser as a flat battery does."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    (pid,) = (process["id"] for process in processes if process["type"] == "browser")
    os.kill(pid, signal.SIGKILL)


def printed_page(centre: ServedCentre, family_id: str) -> str:
    """The text of the PDF that the monthly run makes of a family."""
    centre.run("monthly", "--month", str(centre.month), "--families", family_id, "--quiet")
    (page,) = (centre.folder / "outputs" / str(centre.month) / "families").glob("*.pdf")
    return text_of(page)


class TestAHelperEntersAMonth:
    @pytest.fixture(scope="class")
    @classmethod
    def entered(cls, centre: ServedCentre, chromium: Browser) -> tuple[str, str, str]:
        """A month entered in Persian digits and submitted: the family, and the gap before and after typing."""
        family = centre.families_of("helper1")[0]
        page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(PAGE_MS)
        centre.sign_in(page, "helper1")
        page.get_by_role("link").filter(has_text=re.compile(".")).first.wait_for()
        page.locator(f"a[href*='family={family}']").first.click()
        section(page, fa(REVIEW)).button.wait_for()
        before = gap_line(page).inner_text()
        type_amount(page, INCOME, "۱۲٬۳۴۵٬۶۷۰")
        expect(gap_line(page)).not_to_have_text(before)
        after = gap_line(page).inner_text()
        section(page, fa(REVIEW)).open()
        page.get_by_role("button", name=fa("Submit"), exact=True).click()
        expect(page.locator(".at-outcome")).to_have_text(re.compile(r"\S"))
        page.context.close()
        return family, before, after

    def test_the_gap_moves_while_typing(self, entered):
        """The gap beside the form changes before anything is submitted."""
        _, before, after = entered

        assert before != after

    def test_the_database_holds_it(self, centre, entered):
        """What was typed in Persian digits is in the database as whole rial after submitting."""
        family, *_ = entered

        assert 12_345_670 in own_income(centre, family)

    def test_the_log_names_the_helper(self, centre, entered):
        """The history of the amount says who recorded it."""
        family, *_ = entered
        with centre.store() as store:
            key = {"family_id": family, "month": centre.month.code, "category": OWN_INCOME, "line": 1}
            history = store.history(FLOWS, key)

        assert history["change_actor"].iloc[-1] == "helper1"

    def test_the_page_of_the_month_shows_it(self, centre, entered, tmp_path):
        """The PDF that the monthly run makes of the family shows the amount."""
        family, *_ = entered

        assert persian_digits("12٬345٬670") in printed_page(centre.copied(tmp_path), family)


class TestALostBrowser:
    def test_the_draft_is_there(self, centre: ServedCentre, playwright: Playwright, chromium_path: str, new_page):
        """A browser that is killed in the middle of typing loses nothing up to the last field that was left."""
        family = centre.families_of("helper2")[0]
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_OPTIONS)
        page = browser.new_page()
        page.set_default_timeout(PAGE_MS)
        centre.open_family(centre.sign_in(page, "helper2"), family)
        type_amount(page, INCOME, "۷۷۷۰۰۰")
        type_amount(page, HOUSING, "۸۸۸۰۰۰")
        field(page, TREATMENT).press_sequentially("۹۹۹")
        page.wait_for_timeout(1_000)
        kill(browser)

        again = centre.open_family(centre.sign_in(new_page(), "helper2"), family)
        section(again, fa(MONEY)).open()

        expect(field(again, INCOME)).to_have_value("۷۷۷٬۰۰۰")
        expect(field(again, HOUSING)).to_have_value("۸۸۸٬۰۰۰")


class TestAnotherHelpersFamily:
    def test_its_page_is_refused(self, centre, helper):
        """The form of a family that another helper carries is not opened."""
        (other, *_) = set(centre.families_of("helper2")) - set(centre.families_of("helper1"))

        answer = helper.goto(f"{centre.url}family?family={other}")

        assert answer is not None
        assert answer.status == 403

    def test_it_is_refused_as_one_that_nobody_has(self, centre, helper):
        """The refusal does not tell whether the family exists."""
        (other, *_) = set(centre.families_of("helper2")) - set(centre.families_of("helper1"))
        texts = set()
        for family in (other, "S-NOBODY"):
            answer = helper.goto(f"{centre.url}family?family={family}")
            texts.add((answer.status, helper.locator("body").inner_text()))

        assert len(texts) == 1


class TestEveryPage:
    @pytest.mark.parametrize(("username", "page_address"), VISITS, ids=lambda value: value.split("?")[0])
    @pytest.mark.parametrize("width", [1280, 390])
    def test_as_it_is_seen(self, centre: ServedCentre, new_page, username: str, page_address: str, width: int):
        """A page opens without an error, asks no other machine, fits its window and has no serious fault."""
        page = new_page(width=width)
        asked: set[str] = set()
        failed: list[str] = []
        page.on("request", lambda request: asked.add(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        centre.sign_in(page, username)
        page.goto(centre.url + page_address.format(family=centre.families_of("helper1")[-1]))
        page.locator(".provenance").first.wait_for(timeout=PAGE_MS)
        page.wait_for_timeout(1_500)

        foreign = {url for url in asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
        assert {urlsplit(url).hostname for url in foreign} == {"127.0.0.1"}
        assert failed == []
        assert page.locator(".hamyar-failed").count() == 0
        assert overflow(page) == []
        assert serious_faults(page) == []


class TestHostileText:
    @pytest.fixture(scope="class")
    @classmethod
    def family(cls, centre: ServedCentre) -> str:
        """A family whose area, name and reasons try to be more than text."""
        family = centre.families_of("helper1")[-1]
        with centre.store() as store, store.change("manager", "a try") as change:
            rows = change.current(FAMILIES, {"family_id": [family]})
            change.record(FAMILIES, rows.assign(area=HOSTILE))
            seen = change.current(OBSERVATIONS, {"family_id": [family]})
            change.record(OBSERVATIONS, seen.assign(reason=HOSTILE))
            members = change.current(MEMBERS, {"family_id": [family]})["member_id"].tolist()
            owners = [family, *members]
            change.record(IDENTITIES, pd.DataFrame({"owner_id": owners, "field": "name", "value": HOSTILE}))
        return family

    @pytest.mark.parametrize(
        ("username", "page_address"),
        [
            ("helper1", "home"),
            ("helper1", "family?family={family}"),
            ("helper1", "levels?family={family}"),
            ("manager", "centre"),
        ],
    )
    def test_it_is_text(self, centre, new_page, family, username, page_address):
        """Markup, formulas and override characters in a family's facts run nothing on a page."""
        page = centre.sign_in(new_page(), username)
        page.goto(centre.url + page_address.format(family=family))
        page.locator(".provenance").first.wait_for(timeout=PAGE_MS)
        for head in ("h2", "h3"):
            # All of the page as it is now: what is pressed one after another leaves the list while it is walked.
            shut = page.locator(f".hamyar-form {head}.hamyar-disclosure button[aria-expanded=false]")
            shut.evaluate_all("(all) => all.forEach((one) => one.click())")
            page.wait_for_timeout(2_000)

        assert page.title() != "broken"
        assert page.locator("#rendered_cells script:not([type])").count() == 0
        assert "\u202e" not in page.locator("#rendered_cells").inner_text()

    def test_it_is_text_on_paper(self, centre, family, tmp_path):
        """The family's printed page shows the markup as it was written, and no override character."""
        text = printed_page(centre.copied(tmp_path), family)

        assert "script>" in text
        assert "\u202e" not in text

    def test_it_is_text_in_a_workbook(self, centre, family):
        """No cell of the exported workbook is a formula."""
        target = centre.folder / "facts.xlsx"
        centre.run("export", str(target))
        sheets = openpyxl.load_workbook(target).worksheets
        cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]

        assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
        assert any("HYPERLINK" in str(cell.value) for cell in cells)
