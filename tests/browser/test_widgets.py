"""Both fields in Chromium: typed, picked, heard, attacked, on a phone and in the dark."""

import json
import re

import pytest
from playwright.sync_api import expect

from hamyar.core.jalali import FIRST_YEAR, LAST_YEAR, Month, weekday
from hamyar.core.message import N_
from hamyar.faces.widgets.field import page_part
from hamyar.faces.widgets.jalali_date import calendar
from hamyar.words import Words
from tests.browser.conftest import CHROMIUM_OPTIONS, overflow, serious_faults
from tests.browser.widget_page import CELLS, FIRST, forge, opened, start_again, wait_for_value

FA = Words("fa")


@pytest.fixture(name="address", scope="module")
def _address(serve):
    return serve(CELLS)


@pytest.fixture(name="opened_page", scope="module")
def _opened_page(chromium, address):
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield opened(context.new_page(), address)


@pytest.fixture(name="page")
def _page(opened_page):
    """One page for all tests that leave no trace; what a test typed is undone after it."""
    yield opened_page
    start_again(opened_page)


def told(page, label):
    """What stands under a field: what was understood, and what is wrong."""
    field = page.locator(".hamyar-field").filter(has=page.get_by_label(label, exact=True))
    return field.locator(".hamyar-told"), field.locator(".hamyar-complaint")


class TestJalaliDate:
    @pytest.mark.parametrize("typed", ["۱۳۸۷/۱۲/۳۰", "١٣٨٧-١٢-٣٠", "1387.12.30", "13871230", "\u200f۱۳۸۷ ۱۲ ۳۰"])
    def test_typed(self, page, typed):
        """Digits of every kind and every separator become the one day, which is said with its weekday."""
        page.get_by_label("روز تولد", exact=True).click()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")

        wait_for_value(page, "born", 13871230)
        assert page.get_by_label("روز تولد", exact=True).input_value() == "۱۳۸۷/۱۲/۳۰"
        assert told(page, "روز تولد")[0].inner_text() == "جمعه ۳۰ اسفند ۱۳۸۷"

    @pytest.mark.parametrize("typed", ["۱۴۰۴/۱۲/۳۰", "۸۷/۱۲/۳۰", "دیروز", "۱۴۰۵/۱۳/۰۱", "۱۱۹۹/۰۱/۰۱", "۱۴۰۶/۰۱/۰۱"])
    def test_refused(self, page, typed):
        """What is no day within the bounds gets a sentence, stays to be mended, and never becomes the value."""
        field = page.get_by_label("روز دیدار", exact=True)
        limits = page.get_by_label("روز تولد", exact=True)
        for place in (field, limits) if typed != "۱۴۰۶/۰۱/۰۱" else (limits,):
            place.fill(typed)
            place.press("Tab")

            assert place.get_attribute("aria-invalid") == "true"
            assert place.input_value() == typed
        said, complaint = told(page, "روز تولد")
        assert complaint.inner_text().endswith(".")
        assert said.inner_text() == ""
        limits.press("Escape")
        assert (limits.input_value(), complaint.inner_text()) == ("", "")
        # A later change in another field proves that the kernel heard nothing before it.
        page.get_by_label("اجاره", exact=True).fill("7")
        page.get_by_label("اجاره", exact=True).press("Enter")
        wait_for_value(page, "rent", 7)
        assert "'born': None, 'visit': 14050829," in page.locator(".told").inner_text()

    def test_emptied(self, page):
        """An emptied field is a day not known."""
        page.get_by_label("روز دیدار", exact=True).fill("")
        page.get_by_label("روز دیدار", exact=True).press("Tab")

        wait_for_value(page, "visit", None)

    @pytest.mark.parametrize(
        ("keys", "day"),
        [
            ([], 14050829),
            (["ArrowLeft"], 14050830),
            (["ArrowRight"], 14050828),
            (["ArrowDown"], 14050906),
            (["ArrowUp"], 14050822),
            (["Home"], 14050823),
            (["End"], 14050829),
            (["PageDown"], 14050929),
            (["PageUp"], 14050729),
            (["ArrowLeft", "Shift+PageDown", "PageDown", "PageDown", "PageDown", "PageDown"], 14061229),
            (["ArrowLeft", "ArrowLeft", "Home"], 14050830),
        ],
    )
    def test_picked_by_keyboard(self, page, keys, day):
        """Arrows go by days in the direction of the page, pages by months, Home and End to the week's ends."""
        page.get_by_label("روز دیدار", exact=True).press("ArrowDown")
        page.get_by_role("dialog").wait_for()
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Enter")

        page.get_by_role("dialog").wait_for(state="hidden")
        wait_for_value(page, "visit", day)
        expect(page.locator(":focus")).to_have_role("combobox")

    def test_escaped(self, page):
        """Esc closes the picker, changes nothing and goes back to the field."""
        field = page.get_by_label("روز دیدار", exact=True)
        field.press("ArrowDown")
        assert field.get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Escape")

        page.get_by_role("dialog").wait_for(state="hidden")
        assert (field.input_value(), field.get_attribute("aria-expanded")) == ("۱۴۰۵/۰۸/۲۹", "false")
        expect(page.locator(":focus")).to_have_role("combobox")

    def test_picked_by_finger(self, new_page, address):
        """A month and a year chosen, a day touched; a day beyond the bounds cannot be."""
        page = opened(new_page(390, 844, has_touch=True), address)
        page.get_by_role("button", name=FA(N_("Open the calendar: {label}"), label="روز تولد"), exact=True).tap()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("gridcell", name="یکشنبه ۱ آذر ۱۴۰۵").wait_for(state="detached")
        dialog.get_by_label(FA(N_("Year")), exact=True).select_option("1387")
        dialog.get_by_label(FA(N_("Month")), exact=True).select_option("12")
        dialog.get_by_role("gridcell", name="۳۰ اسفند ۱۳۸۷").tap()

        wait_for_value(page, "born", 13871230)

    def test_grid_is_heard(self, page):
        """A screen reader hears a grid of days by their full names, the week from Saturday, Friday as the weekend."""
        page.get_by_label("روز دیدار", exact=True).press("ArrowDown")
        grid = page.get_by_role("grid")

        assert page.get_by_role("dialog").get_attribute("aria-label") == FA(N_("Calendar: {label}"), label="روز دیدار")
        assert [head.inner_text().split()[-1] for head in grid.get_by_role("columnheader").all()] == [
            *("شنبه", "یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه")
        ]
        assert grid.get_by_role("gridcell", selected=True).get_attribute("aria-label") == FA(
            N_("{day}, weekend"), day="جمعه ۲۹ آبان ۱۴۰۵"
        )
        assert grid.locator("[aria-current=date]").get_attribute("aria-label") == FA(
            N_("{day}, weekend"), day="جمعه ۱۵ آبان ۱۴۰۵"
        )
        assert grid.locator("td.hamyar-friday").count() == 5

    def test_every_month_is_the_core_s(self, new_page):
        """Lengths and first weekdays of every month of four centuries are those of the core."""
        page = new_page()
        source = page_part("jalali_date", "js").replace("export default", "const unused =").replace("export ", "")
        ours = page.evaluate(
            source
            + """; (told) => { const made = makeCalendar(told); const found = [];
                for (let year = made.firstYear; year <= made.lastYear; year++)
                  for (let month = 1; month <= 12; month++) {
                    const first = { year, month, day: 1 }; const count = made.ordinal(first);
                    found.push([made.daysIn(year, month), made.weekday(first), toCode(made.fromOrdinal(count)), count]);
                  }
                return found; }""",
            calendar(),
        )
        months = Month(FIRST_YEAR, 1).until(Month(LAST_YEAR, 12))
        start = months[0].first_day

        assert ours == [
            [month.days, weekday(month.first_day), month.code * 100 + 1, (month.first_day - start).days]
            for month in months
        ]


class TestRialInput:
    @pytest.mark.parametrize("typed", ["12500000", "۱۲۵۰۰۰۰۰", "١٢٥٠٠٠٠٠", "12,500,000", "۱۲٬۵۰۰٬۰۰۰", "۱۲۵۰۰۰۰۰ ریال"])
    def test_typed(self, page, typed):
        """Any digits, with separators or without, are one amount, grouped as it is typed and said in words."""
        field = page.get_by_label("اجاره", exact=True)
        field.press_sequentially(typed)
        if typed.isdigit():
            assert field.input_value() == "۱۲٬۵۰۰٬۰۰۰"
        field.press("Enter")

        wait_for_value(page, "rent", 12_500_000)
        assert field.input_value() == "۱۲٬۵۰۰٬۰۰۰"
        expect(told(page, "اجاره")[0]).to_have_text(FA(N_("{amount} rial"), amount="دوازده میلیون و پانصد هزار"))

    def test_words_while_typing(self, page):
        """The words follow the typing, before the amount is anybody's value."""
        page.get_by_label("اجاره", exact=True).press_sequentially("۳۰۰۰")

        expect(told(page, "اجاره")[0]).to_have_text(FA(N_("{amount} rial"), amount="سه هزار"))
        assert "'rent': None," in page.locator(".told").inner_text()

    @pytest.mark.parametrize(
        "typed", ["۵۰۰ تومان", "500 toman", "پانصد", "12.5", "۱۲/۵", "1e6", "-5", "1000000000001", "=1+1"]
    )
    def test_refused(self, page, typed):
        """A toman, a word, a fraction, a debt, too much: a sentence, and the value stays."""
        field = page.get_by_label("اجاره", exact=True)
        field.fill(typed)
        field.press("Tab")
        complaint = told(page, "اجاره")[1].inner_text()

        assert complaint.endswith(".")
        assert field.get_attribute("aria-invalid") == "true"
        if "تومان" in typed or "toman" in typed:
            assert complaint == FA(N_("Write the amount in rial, without a unit: one toman is ten rial."))
        field.fill("۷")
        field.press("Enter")
        wait_for_value(page, "rent", 7)
        assert "'woken': 1}" in page.locator(".told").inner_text()

    def test_pasted_slip(self, page):
        """A pasted «1,25» is not taken for 125."""
        field = page.get_by_label("اجاره", exact=True)
        field.evaluate(
            """(node) => { node.focus(); node.value = "1,25";
              node.dispatchEvent(new InputEvent("input", { inputType: "insertFromPaste", bubbles: true })); }"""
        )
        field.press("Enter")

        assert (field.input_value(), field.get_attribute("aria-invalid")) == ("1,25", "true")

    def test_edited_in_the_middle(self, page):
        """The caret stays at its digit, and deleting a separator deletes the digit before it."""
        field = page.get_by_label("دستمزد", exact=True)
        field.focus()
        field.evaluate("node => node.setSelectionRange(4, 4)")
        field.press("Backspace")
        assert (field.input_value(), field.evaluate("node => node.selectionStart")) == ("۱۲٬۰۰۰٬۰۰۰", 2)
        page.keyboard.type("۹")
        field.press("Enter")

        wait_for_value(page, "wage", 129_000_000)

    def test_emptied(self, page):
        """An emptied field is an amount not known, not a zero."""
        page.get_by_label("دستمزد", exact=True).fill("")
        page.get_by_label("دستمزد", exact=True).press("Tab")

        wait_for_value(page, "wage", None)
        assert told(page, "دستمزد")[0].inner_text() == ""


class TestHeard:
    def test_names(self, page):
        """Every field has its label for a name and its hint, and what was understood, for a description."""
        tree = page.locator("#rendered_cells").aria_snapshot()

        assert 'combobox "روز تولد"' in tree
        assert 'textbox "اجاره"' in tree
        described = page.get_by_label("دستمزد", exact=True).get_attribute("aria-describedby").split()
        texts = [page.locator(f"#{part}").inner_text() for part in described]
        assert [text for text in texts if text] == [
            "ریال",
            FA(N_("{amount} rial"), amount="صد و بیست و پنج میلیون"),
        ]

    def test_markup_is_text(self, page):
        """Markup in a label or a hint is shown as it is written."""
        assert page.get_by_label("<img src=x onerror=alert(1)>").count() == 1
        assert page.locator(".hamyar-field img, .hamyar-field script").count() == 0


class TestForged:
    @pytest.mark.parametrize(
        ("name", "state"),
        [
            ("wage", {"value": "١٢٣"}),
            ("wage", {"value": 10**15 + 1}),
            ("wage", {"value": -1}),
            ("wage", {"value": True}),
            ("wage", {"value": 1.5}),
            ("visit", {"value": 14041230}),
            ("visit", {"value": 14071230}),
            ("shut", {"value": 6000}),
            ("shut", {"disabled": False, "value": 6000}),
            ("rent", {"max": 10**15, "label": "x", "_esm": "export default {}"}),
        ],
    )
    def test_refused(self, page, name, state):
        """A message that no field of ours sends changes nothing and wakes nobody, and the page is told."""
        forge(page, name, state)
        # The kernel is alive and hears what is allowed; only this one change has come through.
        forge(page, "born", {"value": 13871230})
        wait_for_value(page, "born", 13871230)

        expected = FIRST.replace("'born': None", "'born': 13871230").replace("'woken': 0", "'woken': 1")
        assert page.locator(".told").inner_text() == expected
        assert page.get_by_label("اجاره", exact=True).count() == 1
        assert page.get_by_label("بسته", exact=True).is_disabled()
        labels = {"wage": "دستمزد", "visit": "روز دیدار", "shut": "بسته", "rent": "اجاره"}
        expect(told(page, labels[name])[1]).to_have_text(re.compile(r".+\."))


class TestPage:
    @pytest.mark.parametrize("width", [390, 1280])
    def test_fits(self, new_page, address, width):
        """Nothing makes the page wider than its window, and whatever is touched is 44 pixels high and wide."""
        page = opened(new_page(width, 844), address)
        assert overflow(page) == []
        page.get_by_label("روز دیدار", exact=True).press("ArrowDown")
        assert overflow(page) == []

        small = [
            (box, place.evaluate("node => node.outerHTML.slice(0, 90)"))
            for place in page.locator(
                ".hamyar-field input, .hamyar-field button:visible, dialog select, dialog td[data-day]"
            ).all()
            if (box := place.bounding_box()) and (box["height"] < 44 or box["width"] < 44)
        ]
        assert small == []

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_accessible(self, new_page, serve, address, theme):
        """axe-core finds nothing serious: closed, open, and with a complaint; on a light page and a dark one."""
        page = opened(new_page(390, 844), address if theme == "light" else serve(CELLS, theme=theme))
        assert serious_faults(page) == []
        page.get_by_label("اجاره", exact=True).fill("پنج تومان")
        page.get_by_label("روز دیدار", exact=True).press("ArrowDown")
        assert serious_faults(page) == []

    def test_nothing_leaves(self, playwright, chromium_path, address, tmp_path):
        """By the browser's own network log, the page asks nothing of any place but the loopback address."""
        log = tmp_path / "net.json"
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=[*CHROMIUM_OPTIONS, f"--log-net-log={log}"]
        )
        page = opened(browser.new_page(), address)
        page.get_by_label("روز دیدار", exact=True).press("ArrowDown")
        page.keyboard.press("Enter")
        page.goto("about:blank")
        # The log would have told: a page without a policy does ask elsewhere.
        page.set_content("<img src='http://outside.invalid/seen.png'>")
        browser.close()
        asked = requests_of_pages(json.loads(log.read_text("utf-8")))

        assert any(url.startswith(address) for url in asked)
        own = (address, address.replace("http", "ws"), "data:", "blob:")
        assert [url for url in sorted(asked) if not url.startswith(own)] == ["http://outside.invalid/seen.png"]


def requests_of_pages(log):
    """The addresses that pages asked for; Chromium's own calls home have no page as their origin."""
    started = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    return {
        event["params"]["url"]
        for event in log["events"]
        if event["type"] == started and event.get("params", {}).get("initiator", "not an origin") != "not an origin"
    }
