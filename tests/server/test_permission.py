"""Who may open which page with what, decided from an address and an account."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from hamyar.core.tables import ASSIGNMENTS, FACT_TABLES
from hamyar.faces.addresses import PAGES
from hamyar.server.capability import Capabilities, Grant
from hamyar.server.context import Serving
from hamyar.server.permission import (
    INJECTED,
    AddressWrong,
    Admission,
    admit,
    is_still_open,
    parameters_of,
    prelaunch,
    with_parameters,
)
from hamyar.store.access import NotAllowed
from hamyar.store.accounts import Account, Accounts
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from tests.store.work_of_help import WORK

# h1 carries F1 until 14051030, h2 carries F2; nobody carries F3.
TODAY, ON = 14050815, dt.datetime(2026, 11, 6, 6, 0, tzinfo=dt.UTC)
HELPER = Account("sara", "helper", "h1", is_disabled=False, version=1)
MANAGER = Account("mina", "manager", None, is_disabled=False, version=1)
RESEARCHER = Account("reza", "researcher", None, is_disabled=False, version=1)
MONTH = "1405-08"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("permission")


@pytest.fixture(scope="module")
def serving(folder: Path) -> Iterator[Serving]:
    """A centre of two helpers; its tests only read it."""
    with made(folder) as store:
        yield Serving(Settings.from_environment({}), store, Accounts(store), Capabilities(), folder)


def made(folder: Path) -> Store:
    url = f"sqlite:///{folder / 'data.sqlite3'}"
    store = Store.create(url, folder / "key", title="x", is_synthetic=True, clock=lambda: ON)
    with store.change("sara", "the work of help") as change:
        for name in ("helpers", "assignments"):
            change.record(FACT_TABLES[name], pd.DataFrame(WORK[name]))
    return store


@pytest.fixture
def opened(serving: Serving) -> Callable[..., Admission]:
    """``opened("family", HELPER, family="F1")``: the page as it is opened."""

    def asked(slug: str, account: Account, **given: str | list[str]) -> Admission:
        lists = {name: [value] if isinstance(value, str) else value for name, value in given.items()}
        return admit(PAGES[slug], lists, account, serving)

    return asked


class TestFamily:
    def test_own_family(self, opened):
        """The helper who carries the family gets its page, of this month, with nothing else set."""
        found = opened("family", HELPER, family="F1")

        assert found.parameters == {"family": "F1", "month": MONTH}
        assert Grant("sara", "family", "F1", MONTH, "k") == found.grant("k")

    @pytest.mark.parametrize(
        "family",
        [
            *("F2", "F3", "F9", "f1", "F1 ", "F1\n", "F1'", "F1;F2", "../F1", "%46%31", "_F1", "*", "F1\x00", "F" * 65),
            "\u202eF1",
        ],
    )
    def test_any_other_is_refused_alike(self, opened, family):
        """Another helper's, nobody's, an unknown one and no code at all: one and the same refusal."""
        with pytest.raises(NotAllowed) as refused:
            opened("family", HELPER, family=family)
        assert NotAllowed().message == refused.value.message

    @pytest.mark.parametrize("slug", ["family", "economy"])
    def test_without_a_family_there_is_no_page(self, opened, slug):
        """Neither a helper nor a manager gets a page about the synthetic family that stands in the notebook."""
        for account in (HELPER, MANAGER):
            for asked in ({}, {"family": ""}):
                with pytest.raises(AddressWrong):
                    opened(slug, account, **asked)

    def test_twice_is_no_answer(self, opened):
        """A family that is given twice is read neither way."""
        with pytest.raises(AddressWrong):
            opened("family", HELPER, family=["F1", "F2"])

    def test_the_whole_centre_is_another_right(self, opened):
        """The page of levels without a family is the centre's: open to manager and researcher, not to a helper."""
        assert [opened("levels", account).parameters["family"] for account in (MANAGER, RESEARCHER)] == ["", ""]
        with pytest.raises(NotAllowed):
            opened("levels", HELPER)
        with pytest.raises(NotAllowed):
            opened("levels", RESEARCHER, family="F1")

    def test_persian_digits_are_the_same_code(self, opened):
        """A family and a month written in Persian digits."""
        assert opened("family", HELPER, family="F۱").parameters["family"] == "F1"
        assert opened("family", HELPER, family="F1", month="۱۴۰۵/۷").parameters["month"] == "1405-07"


class TestHelperAndDay:
    def test_own_calendar(self, opened):
        """Without a code it is the user's own, seen from today."""
        expected = {"helper": "h1", "month": MONTH, "on_day": "1405-08-15"}

        assert expected == opened("visits", HELPER).parameters == opened("visits", HELPER, helper="h1").parameters

    def test_another_helpers_calendar(self, opened):
        """It is the manager's to see; a manager who is no helper has no own one."""
        assert opened("visits", MANAGER, helper="h2").parameters["helper"] == "h2"
        for account, asked in ((HELPER, {"helper": "h2"}), (RESEARCHER, {"helper": "h2"}), (RESEARCHER, {})):
            with pytest.raises(NotAllowed):
                opened("visits", account, **asked)

    def test_another_month_is_seen_from_its_end(self, opened):
        """Today is no day of it."""
        assert opened("visits", HELPER, month="1405-07").parameters["on_day"] == ""
        assert opened("visits", HELPER, month="1405-07", on_day="1405/7/9").parameters["on_day"] == "1405-07-09"

    @pytest.mark.parametrize(
        ("name", "value"),
        [("month", "1405-13"), ("month", "0"), ("month", "1405-08'"), ("on_day", "1405-12-31"), ("on_day", "x")],
    )
    def test_no_month_and_no_day(self, opened, name, value):
        """What the calendar does not have leads to no page."""
        with pytest.raises(AddressWrong):
            opened("visits", HELPER, **{name: value})


def test_only_what_is_declared_is_read(opened):
    """Whatever else stands in an address is as if it were not there."""
    more = {"private": "True", "outside": "True", "voila-template": "x", "helper": "h2", "capability": "y"}

    assert opened("family", HELPER, family="F1", **more).parameters == {"family": "F1", "month": MONTH}


@given(st.dictionaries(st.sampled_from(["family", "month", "helper", "on_day", "private"]), st.text(max_size=12)))
def test_any_text_is_read_or_refused(texts):
    """Whatever an address says, a page's parameters are its declared ones, in plain text that says what it is."""
    asked = {name: [text] for name, text in texts.items()}
    for page in PAGES.values():
        try:
            found = parameters_of(page, asked, TODAY)
        except (AddressWrong, NotAllowed):
            continue
        assert set(page.takes) == set(found)
        assert all(
            str(value).replace("-", "").replace(".", "").replace("_", "").isalnum() or not value
            for value in found.values()
        )


class TestStillOpen:
    def test_end_of_an_assignment(self, tmp_path):
        """A page that was opened is not open any more when the assignment has ended, or the account is closed."""
        with made(tmp_path) as store:
            accounts = Accounts(store)
            serving = Serving(Settings.from_environment({}), store, accounts, Capabilities(), tmp_path)
            account = accounts.add("sara", "helper", "h1", password="یک گذرواژهٔ بلند برای آزمون", actor="test")
            page = admit(PAGES["family"], {"family": ["F1"]}, account, serving)
            home = admit(PAGES["home"], {}, account, serving)
            before = [is_still_open(each, serving) for each in (page, home)]
            row = {"family_id": "F1", "from_day": 14050801, "helper_id": "h1", "until_day": 14050814, "reason": "moved"}
            with store.change("omid", "ended") as change:
                change.record(ASSIGNMENTS, pd.DataFrame([row]))
            ended = [is_still_open(each, serving) for each in (page, home)]
            accounts.disable("sara", actor="test")

            assert [before, ended] == [[True, True], [False, True]]
            assert [is_still_open(each, serving) for each in (page, home)] == [False, False]

    def test_an_account_nobody_has(self, serving):
        """A page of an account that is not there is open to nobody."""
        assert not is_still_open(Admission(PAGES["home"], "nobody", {}), serving)


class TestNotebook:
    def test_parameters_follow_the_notebooks_own(self):
        """They are set after the parameters cell, so that they win, and before everything else."""
        cells = [
            new_markdown_cell("x"),
            new_code_cell("family = 'S'", metadata={"tags": ["parameters"]}),
            new_code_cell("shown = family + month"),
        ]
        found = with_parameters(new_notebook(cells=cells), {"family": "F1", "month": MONTH})
        known: dict[str, object] = {}
        for cell in found.cells[1:]:
            exec(cell.source, known)  # noqa: S102 - the notebook of this test

        assert [cell.metadata.get("tags", []) for cell in found.cells] == [[], ["parameters"], [INJECTED], []]
        assert known["shown"] == "F11405-08"

    def test_without_parameters_nothing_is_set(self):
        """A page that takes nothing has its notebook as it is."""
        assert with_parameters(new_notebook(), {}).cells == []

    def test_no_page_without_an_admission(self):
        """Voilà's hook lets nothing run that was not admitted."""
        with pytest.raises(NotAllowed):
            prelaunch(object(), new_notebook(), "")
