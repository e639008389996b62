"""The family's form as it is really served: two people at once, two pages of one, a lost kernel, a right that ends."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from hamyar.core.tables import ASSIGNMENTS, FLOWS
from hamyar.faces.form.inputs import place_of
from hamyar.faces.form.page import WrittenElsewhere
from hamyar.store.parameter_files import load_parameters
from hamyar.store.settings import Settings
from tests.browser.conftest import overflow, serious_faults
from tests.browser.form_page import field, section
from tests.browser.served_centre import PAGE_MS, ServedCentre, end_kernel, fa, served_centre

INCOME, HOUSING, EDUCATION = (f"flow:{name}:1:amount_money" for name in ("own_income", "housing", "education"))
MONEY, REVIEW = "Money in and out this month", "Review and submit"
SECTIONS = (
    *("Household and members", MONEY, "Indicators", "Strengths", "Food of the last week", "Plan", "Visits"),
    *("What if …", REVIEW),
)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCentre]:
    with served_centre(tmp_path_factory.mktemp("served_form")) as made:
        yield made


def form_of(centre: ServedCentre, page: Page, username: str, family_id: str) -> Page:
    page.set_default_timeout(PAGE_MS)
    return centre.open_family(centre.sign_in(page, username), family_id)


def write(page: Page, field_id: str, digits: str) -> None:
    section(page, fa(MONEY)).open()
    field(page, field_id).fill(digits)
    field(page, field_id).press("Tab")
    expect(page.locator(f".{place_of(field_id)} .hamyar-hint")).to_contain_text(
        fa("Not submitted yet."), timeout=PAGE_MS
    )


def submit(page: Page) -> None:
    section(page, fa(REVIEW)).open()
    button = page.get_by_role("button", name=fa("Submit"), exact=True)
    expect(button).to_be_enabled(timeout=PAGE_MS)
    button.click()


def recorded(centre: ServedCentre, family_id: str, category: str) -> list[tuple[int, str]]:
    """The history of a category's first amount in the month: each amount with who recorded it."""
    with centre.store() as store:
        key = {"family_id": family_id, "month": centre.month.code, "category": category, "line": 1}
        rows = store.history(FLOWS, key)
    return [(int(amount), str(who)) for amount, who in zip(rows["amount_money"], rows["change_actor"], strict=True)]


def comes_true(page: Page, holds: Callable[[], bool]) -> bool:
    """Wait for what no locator can be asked for; as long as a page may take on a busy machine."""
    for _ in range(PAGE_MS // 500):
        if holds():
            return True
        page.wait_for_timeout(500)
    return holds()


@pytest.mark.parametrize(("side", "place"), [("ours", 0), ("theirs", 1)])
def test_two_people_at_once(centre: ServedCentre, new_page: Callable[..., Page], side: str, place: int):
    """Both values stand side by side with the gap and level of each; the choice holds, and other entries stay."""
    family = centre.families_of("helper1")[place]
    helper = form_of(centre, new_page(width=390, height=844), "helper1", family)
    write(helper, INCOME, "۱۱۱۰۰۰۰")
    write(helper, EDUCATION, "۳۳۰۰۰۰")
    manager = form_of(centre, new_page(), "manager", family)
    write(manager, INCOME, "۲۲۲۰۰۰۰")
    submit(manager)
    expect(manager.locator(".at-outcome .hamyar-said")).to_have_text(re.compile(r"\S"), timeout=PAGE_MS)
    submit(helper)
    clash = helper.locator(".hamyar-clash")
    expect(clash).to_have_count(1, timeout=PAGE_MS)

    expect(clash.locator(".side").nth(0)).to_contain_text("۱٬۱۱۰٬۰۰۰")
    expect(clash.locator(".side").nth(1)).to_contain_text("۲٬۲۲۰٬۰۰۰")
    expect(clash).to_contain_text("manager")
    told = clash.locator(".hamyar-outcome").all_inner_texts()
    assert len(told) == 2
    assert all(re.search("[۰-۹]", outcome) for outcome in told)
    assert clash.locator(".hamyar-outcome .level-line").count() >= 2
    assert (serious_faults(helper), overflow(helper)) == ([], [])
    clash.locator(f"[data-ask$=':{side}']").press("Enter")
    expect(clash.locator(".chosen-word")).to_have_count(1, timeout=PAGE_MS)
    submit(helper)
    expect(helper.locator(".hamyar-clash")).to_have_count(0, timeout=PAGE_MS)
    assert recorded(centre, family, "education")[-1] == (330_000, "helper1")
    wanted = {"ours": (1_110_000, "helper1"), "theirs": (2_220_000, "manager")}[side]
    assert recorded(centre, family, "own_income")[-1] == wanted


def test_lost_kernel(centre: ServedCentre, new_page: Callable[..., Page]):
    """A page without its kernel says so, takes nothing more, and what was saved is there when it is loaded again."""
    page = form_of(centre, new_page(width=390, height=844), "helper1", centre.families_of("helper1")[2])
    write(page, INCOME, "۴۴۴۰۰۰")
    end_kernel(page)
    lost = page.locator(".hamyar-lost")
    expect(lost).to_contain_text(
        fa(
            "The connection to the centre has ended, and nothing that you type here is saved any more. "
            "Load the page again; what you saved is kept. Only the entry you were at may be missing."
        )
    )

    expect(lost).to_be_in_viewport()
    expect(field(page, INCOME)).not_to_be_editable()
    expect(page.get_by_role("button", name=fa("Submit"), exact=True)).to_have_count(0)
    assert (serious_faults(page), overflow(page)) == ([], [])
    lost.get_by_role("button").click()
    section(page, fa(REVIEW)).button.wait_for()
    section(page, fa(MONEY)).open()
    expect(field(page, INCOME)).to_have_value("۴۴۴٬۰۰۰")
    expect(page.locator(".hamyar-lost")).to_be_empty()


def test_lost_net(centre: ServedCentre, new_page: Callable[..., Page]):
    """A phone without a net is told that it has none, and told nothing more once it has one again."""
    page = form_of(centre, new_page(width=390, height=844), "helper1", centre.families_of("helper1")[3])
    page.context.set_offline(True)
    expect(page.locator(".hamyar-lost")).to_have_text(
        fa("There is no connection now. Leave this page open: what you type is saved when it is back.")
    )
    page.context.set_offline(False)

    expect(page.locator(".hamyar-lost")).to_be_empty()


def test_two_pages_of_one_person(centre: ServedCentre, new_page: Callable[..., Page]):
    """The last that was typed in a field holds, and what one page wrote stands on the other before it submits."""
    family = centre.families_of("helper2")[0]
    one = form_of(centre, new_page(), "helper2", family)
    two = one.context.new_page()
    two.set_default_timeout(PAGE_MS)
    centre.open_family(two, family)
    write(one, INCOME, "۱۰۰۰")
    write(two, INCOME, "۲۰۰۰")
    write(two, HOUSING, "۳۰۰۰")
    submit(one)
    outcome = one.locator(".at-outcome .hamyar-said")
    expect(outcome).to_have_text(re.compile(r"\S"), timeout=PAGE_MS)
    # It looks at what was written elsewhere when it is come back to, else now, and then waits to be asked again.
    is_waiting = outcome.inner_text().strip() == fa(WrittenElsewhere.msgid)
    expect(field(one, INCOME)).to_have_value("۲٬۰۰۰")
    expect(field(one, HOUSING)).to_have_value("۳٬۰۰۰")
    if is_waiting:
        submit(one)
    expect(one.locator(".hamyar-review .new")).to_have_count(0, timeout=PAGE_MS)

    assert recorded(centre, family, "own_income")[-1] == (2_000, "helper2")
    assert recorded(centre, family, "housing")[-1] == (3_000, "helper2")


def test_unread_amount_is_not_passed_over(centre: ServedCentre, new_page: Callable[..., Page]):
    """An amount that could not be read stays in its field, and nothing can be submitted beside it."""
    page = form_of(centre, new_page(), "helper1", centre.families_of("helper1")[4])
    write(page, HOUSING, "۵۰۰۰")
    field(page, INCOME).fill("۱۲ تومان")
    field(page, INCOME).press("Tab")
    section(page, fa(REVIEW)).open()
    button = page.get_by_role("button", name=fa("Submit"), exact=True)

    expect(button).to_be_disabled(timeout=PAGE_MS)
    expect(page.locator(".hamyar-review")).to_contain_text(
        fa("What stands in this field cannot be read and is not saved. Correct it, or empty the field.")
    )
    expect(field(page, INCOME)).to_have_value("۱۲ تومان")
    field(page, INCOME).fill("۱۲۰")
    field(page, INCOME).press("Tab")
    expect(button).to_be_enabled(timeout=PAGE_MS)


def test_private_matters_are_nowhere(centre: ServedCentre, new_page: Callable[..., Page]):
    """While private matters are hidden nothing in the page names one: no field, heading, reason, question or button."""
    settings = Settings.from_environment(centre.environment)
    known = load_parameters(settings.parameters, is_synthetic=True).indicators.at(centre.month)
    private = [known[code] for code in known.codes if known[code].is_sensitive or known[code].screen_only]
    page = form_of(centre, new_page(), "helper1", centre.families_of("helper1")[0])
    for title in SECTIONS:
        section(page, fa(title)).open()
    page.wait_for_timeout(2_000)
    page.locator("h3.hamyar-disclosure button[aria-expanded=false]").evaluate_all(
        "(all) => all.forEach((one) => one.click())"
    )
    page.wait_for_timeout(3_000)
    shown = page.locator(".hamyar-form").evaluate("(form) => form.outerHTML")

    assert len(private) > 5
    assert [one.label.fa for one in private if one.label.fa in shown] == []
    assert [one.code for one in private if re.search(rf"[:/]{one.code}\b", shown)] == []
    page.locator("[data-ask='private']").first.click()
    assert comes_true(page, lambda: len([one for one in private if one.label.fa in page.content()]) > 3)
    page.locator("[data-ask='private']").first.click()
    expect(page.get_by_text(private[0].label.fa)).to_have_count(0, timeout=PAGE_MS)
    page.wait_for_timeout(3_000)
    shown = page.locator(".hamyar-form").evaluate("(form) => form.outerHTML")
    assert [one.label.fa for one in private if one.label.fa in shown] == []


def test_right_that_ends(centre: ServedCentre, new_page: Callable[..., Page]):
    """When the family goes to somebody else in the middle of typing, the page says that it takes nothing more."""
    family = centre.families_of("helper2")[-1]
    page = form_of(centre, new_page(), "helper2", family)
    write(page, INCOME, "۹۰۰۰")
    before = recorded(centre, family, "own_income")
    with centre.store() as store, store.change("manager", "a try") as change:
        rows = change.current(ASSIGNMENTS, {"family_id": [family]})
        held = rows[rows["helper_id"] == centre.people["helper2"].person_id]
        change.record(ASSIGNMENTS, held.assign(until_day=held["from_day"]))

    expect(page.locator(".hamyar-lost")).to_have_text(re.compile(r"\S"), timeout=PAGE_MS)
    expect(field(page, INCOME)).not_to_be_editable()
    assert recorded(centre, family, "own_income") == before
    answer = page.goto(f"{centre.url}family?family={family}")
    assert answer is not None
    assert answer.status == 403
