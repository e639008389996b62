"""The family's form in Chromium: opened, typed by keyboard, followed, submitted; on a desk and on a phone."""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from hamyar.faces.form.inputs import place_of
from tests.browser.conftest import overflow, serious_faults

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "family_form.ipynb"
INCOME = "flow:own_income:1:amount_money"
SECTIONS = 9
# What stands in parts of its own, which open and shut as well.
PARTED = ("Household", "Indicators")
# The kernel shares two cores with everything else.
ANSWER_MS = 30_000


@pytest.fixture(name="address", scope="module")
def _address(serve):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    return serve([cell.source for cell in notebook.cells], language="en")


@pytest.fixture(name="page", scope="module", params=[1280, 390])
def _page(chromium, address, request):
    """The form, alive; one kernel for each width."""
    with chromium.new_context(viewport={"width": request.param, "height": 844}) as context:
        context.set_default_timeout(90_000)
        page = context.new_page()
        page.goto(address)
        page.locator("h2.hamyar-disclosure").nth(SECTIONS - 1).wait_for()
        page.locator(".hamyar-panel summary .level-line").wait_for()
        yield page


class Section:
    """One part of the form that opens and shuts; a part found within it is nobody else's."""

    def __init__(self, page, box):
        self.page = page
        self.box = box
        self.button = box.locator(".hamyar-disclosure button").first
        self.body = box.locator("xpath=./*[contains(@class, 'hamyar-form-body')]")

    def open(self):
        """Open it from the keyboard."""
        self._turn("true")
        # The button turns at once in the browser; what it opens follows when the kernel has answered.
        expect(self.body).to_be_visible(timeout=ANSWER_MS)
        expect(self.body).to_have_text(re.compile(r"\S"), timeout=ANSWER_MS)
        return self

    def shut(self):
        self._turn("false")
        expect(self.body).to_be_hidden(timeout=ANSWER_MS)

    def _turn(self, expanded):
        self.button.focus()
        if self.button.get_attribute("aria-expanded") != expanded:
            self.page.keyboard.press("Enter")
        expect(self.button).to_have_attribute("aria-expanded", expanded)

    def part(self, index):
        """One of the sections within this one."""
        return Section(self.page, self.body.locator(".hamyar-form-section").nth(index))


def sections(page):
    boxes = page.locator(".hamyar-form-main > .hamyar-form-section")
    expect(boxes).to_have_count(SECTIONS, timeout=ANSWER_MS)
    return [Section(page, box) for box in boxes.all()]


def open_by_keyboard(page, title):
    titled = page.locator("h2.hamyar-disclosure button").filter(has_text=re.compile(f"^{title}"))
    return Section(page, page.locator(".hamyar-form-main > .hamyar-form-section").filter(has=titled)).open()


@pytest.fixture(autouse=True)
def _thrown_away(page):
    """Nothing that a test typed is left for the next."""
    yield
    open_by_keyboard(page, "Review and submit")
    throw = page.locator(".hamyar-review [data-ask='discard']")
    if throw.count():
        throw.press("Enter")
    expect(page.locator(".hamyar-review .new")).to_have_count(0, timeout=ANSWER_MS)


def field(page, field_id):
    return page.locator(f".{place_of(field_id)} :is(input, select, textarea)").first


def test_every_section_is_sound(page):
    """Every section opens from the keyboard; none has a serious fault, or is wider than the window."""
    faults, wide = [], []
    for section in sections(page):
        section.open()
        if section.button.inner_text().startswith(PARTED) or section.body.locator(".hamyar-form-section").count():
            section.part(0).open().body.locator(".hamyar-field:visible").first.wait_for()
        faults += serious_faults(page)
        wide += overflow(page)
        section.shut()

    assert (faults, wide) == ([], [])


def test_panel_stays_in_view(page):
    """Level and gap stay in view wherever the page is, in words and shape; a phone's bar opens by keyboard."""
    open_by_keyboard(page, "Money")
    field(page, INCOME).scroll_into_view_if_needed()
    summary = page.locator(".hamyar-panel summary")

    expect(summary).to_be_in_viewport()
    expect(summary.locator(".level-line")).to_have_text(
        re.compile("At risk|Safe|Harmed|Undetermined"), timeout=ANSWER_MS
    )
    assert summary.locator("svg").count() == 1
    if page.viewport_size["width"] == 390:
        body = page.locator(".hamyar-panel-body")
        assert body.is_hidden()
        summary.focus()
        page.keyboard.press("Enter")
        expect(body).to_be_visible()
        assert (serious_faults(page), overflow(page)) == ([], [])
        page.keyboard.press("Enter")
    else:
        assert page.locator(".hamyar-panel-body").is_visible()


def test_month_is_typed_and_submitted(page):
    """Persian digits become an amount, the draft is told, the gap follows, and submitting makes it a fact."""
    open_by_keyboard(page, "Money")
    gap = page.locator(".hamyar-panel .gap-line")
    before = gap.inner_text()
    amount = field(page, INCOME)
    amount.fill("")
    amount.press_sequentially("۳۱۲۳۴۰۰۰")
    page.keyboard.press("Tab")

    expect(page.locator(".hamyar-panel .hamyar-said")).to_contain_text("not submitted yet", timeout=ANSWER_MS)
    expect(gap).not_to_have_text(before, timeout=ANSWER_MS)
    open_by_keyboard(page, "Review and submit")
    expect(page.locator(".hamyar-review .new")).to_have_text("31,234,000 rial", timeout=ANSWER_MS)
    submit = page.get_by_role("button", name="Submit", exact=True)
    submit.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".at-outcome [role=status]")).to_contain_text(
        "1 entry is in the family’s file now", timeout=ANSWER_MS
    )
    expect(page.locator(".hamyar-review .new")).to_have_count(0, timeout=ANSWER_MS)
    expect(submit).to_be_disabled(timeout=ANSWER_MS)


def test_change_leads_to_its_field(page):
    """From the list of changes the keyboard goes to the field, and a change can be taken back."""
    strengths = open_by_keyboard(page, "Strengths")
    radio = strengths.body.locator(".hamyar-choice-radio input[type=radio]:not(:checked):visible").first
    radio.focus()
    page.keyboard.press("Space")
    open_by_keyboard(page, "Review and submit")
    link = page.locator(".hamyar-review .hamyar-change button").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".hamyar-choice-radio input[type=radio]:focus")).to_have_count(1, timeout=ANSWER_MS)
    page.locator(".hamyar-review [data-ask^='undo:']").first.press("Enter")

    expect(page.locator(".hamyar-review .new")).to_have_count(0, timeout=ANSWER_MS)


def test_markup_stays_text(page):
    """A script in a name is shown as text in the field, the headings and the list, and never runs."""
    member = open_by_keyboard(page, "Household").part(1).open()
    name = member.body.get_by_label("Name", exact=True)
    name.fill("<img src=x onerror=document.title='hit'>")
    page.keyboard.press("Tab")
    open_by_keyboard(page, "Review and submit")
    expect(page.locator(".hamyar-review .new")).to_contain_text("<img src=x", timeout=ANSWER_MS)

    assert page.title() != "hit"
    assert page.locator("img[src='x']").count() == 0


def test_trying_changes_nothing(page):
    """A slider tells what would follow beside what holds; nothing of it is a change."""
    open_by_keyboard(page, "What if")
    slider = page.locator(".hamyar-what-if input[type=range]").first
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")

    expect(page.locator(".hamyar-what-if .hamyar-outcome")).to_have_count(2, timeout=ANSWER_MS)
    expect(page.locator(".hamyar-review .new")).to_have_count(0, timeout=ANSWER_MS)
