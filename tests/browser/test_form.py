"""The family's form in Chromium: opened, typed by keyboard, followed, submitted; on a desk and on a phone."""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import overflow, serious_faults
from tests.browser.form_page import field, section, sections

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "family_form.ipynb"
INCOME = "flow:own_income:1:amount_money"
SECTIONS = 9
# What stands in parts of its own, which open and shut as well.
PARTED = ("Household", "Indicators")


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


@pytest.fixture(autouse=True)
def _thrown_away(page):
    """Nothing that a test typed is left for the next."""
    yield
    section(page, "Review and submit").open()
    throw = page.locator(".hamyar-review [data-ask='discard']")
    if throw.count():
        throw.press("Enter")
    expect(page.locator(".hamyar-review .new")).to_have_count(0)


def test_every_section_is_sound(page):
    """Every section opens from the keyboard; none has a serious fault, or is wider than the window."""
    faults, wide = [], []
    for each in sections(page, SECTIONS):
        each.open()
        if each.button.inner_text().startswith(PARTED) or each.body.locator(".hamyar-form-section").count():
            each.part(0).open().body.locator(".hamyar-field:visible").first.wait_for()
        faults += serious_faults(page)
        wide += overflow(page)
        each.shut()

    assert (faults, wide) == ([], [])


def test_panel_stays_in_view(page):
    """Level and gap stay in view wherever the page is, in words and shape; a phone's bar opens by keyboard."""
    section(page, "Money").open()
    field(page, INCOME).scroll_into_view_if_needed()
    summary = page.locator(".hamyar-panel summary")

    expect(summary).to_be_in_viewport()
    expect(summary.locator(".level-line")).to_have_text(re.compile("At risk|Safe|Harmed|Undetermined"))
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
    section(page, "Money").open()
    gap = page.locator(".hamyar-panel .gap-line")
    before = gap.inner_text()
    amount = field(page, INCOME)
    amount.fill("")
    amount.press_sequentially("۳۱۲۳۴۰۰۰")
    page.keyboard.press("Tab")

    expect(page.locator(".hamyar-panel .hamyar-said")).to_contain_text("not submitted yet")
    expect(gap).not_to_have_text(before)
    section(page, "Review and submit").open()
    expect(page.locator(".hamyar-review .new")).to_have_text("31,234,000 rial")
    submit = page.get_by_role("button", name="Submit", exact=True)
    submit.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".at-outcome [role=status]")).to_contain_text("1 entry is in the family’s file now")
    expect(page.locator(".hamyar-review .new")).to_have_count(0)
    expect(submit).to_be_disabled()


def test_change_leads_to_its_field(page):
    """From the list of changes the keyboard goes to the field, and a change can be taken back."""
    strengths = section(page, "Strengths").open()
    radio = strengths.body.locator(".hamyar-choice-radio input[type=radio]:not(:checked):visible").first
    radio.focus()
    page.keyboard.press("Space")
    section(page, "Review and submit").open()
    link = page.locator(".hamyar-review .hamyar-change button").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".hamyar-choice-radio input[type=radio]:focus")).to_have_count(1)
    page.locator(".hamyar-review [data-ask^='undo:']").first.press("Enter")

    expect(page.locator(".hamyar-review .new")).to_have_count(0)


def test_markup_stays_text(page):
    """A script in a name is shown as text in the field, the headings and the list, and never runs."""
    member = section(page, "Household").open().part(1).open()
    name = member.body.get_by_label("Name", exact=True)
    name.fill("<img src=x onerror=document.title='hit'>")
    page.keyboard.press("Tab")
    section(page, "Review and submit").open()
    expect(page.locator(".hamyar-review .new")).to_contain_text("<img src=x")

    assert page.title() != "hit"
    assert page.locator("img[src='x']").count() == 0


def test_trying_changes_nothing(page):
    """A slider tells what would follow beside what holds; nothing of it is a change."""
    section(page, "What if").open()
    slider = page.locator(".hamyar-what-if input[type=range]").first
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")

    expect(page.locator(".hamyar-what-if .hamyar-outcome")).to_have_count(2)
    expect(page.locator(".hamyar-review .new")).to_have_count(0)
