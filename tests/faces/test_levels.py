"""The page of levels, for one family or the whole centre: one notebook, the same questions."""

import pytest
from tests.faces.test_family import html_of

from hamyar.core.jalali import NotAMonth
from hamyar.faces.centre_levels import CentreLevels
from hamyar.faces.family import FamilyUnknown
from hamyar.faces.family_levels import FamilyLevels
from hamyar.faces.levels import LevelsPage, NotForOutside, open_levels
from hamyar.faces.sources import find_source

MONTH = "1404-08"
QUESTIONS = [name for name in vars(LevelsPage) if not name.startswith("_") and name != "record"]


@pytest.fixture(autouse=True)
def _sample_only(monkeypatch, tmp_path):
    """No database and no frozen month: the page falls back on the sample."""
    monkeypatch.setenv("HAMYAR_DATABASE_URL", f"sqlite:///{tmp_path}/none.sqlite3")
    monkeypatch.delenv("HAMYAR_BUNDLE", raising=False)


@pytest.fixture(name="family")
def _family():
    return find_source().tables().families["family_id"].iloc[0]


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_pages_answer_the_same_questions(family, question):
    """A family's page and the centre's answer every question of the notebook."""
    for page in (open_levels(family, MONTH), open_levels("", MONTH)):
        assert html_of(getattr(page, question)())


def test_a_family_has_its_own_page(family):
    """A case code opens the family's page, an empty one the centre's."""
    assert isinstance(open_levels(family, MONTH).page, FamilyLevels)
    assert isinstance(open_levels("", MONTH).page, CentreLevels)


def test_paper_is_the_default(family):
    """Private matters are told by name only when that is asked for, and then the page warns."""
    assert open_levels(family, MONTH).page.on_paper
    private = open_levels(family, MONTH, "en", private=True)
    assert not private.page.on_paper
    assert "do not print it" in html_of(private.notices())


def test_a_familys_page_never_leaves_the_centre(family):
    """One family is always a small number."""
    with pytest.raises(NotForOutside, match="never leaves the centre"):
        open_levels(family, MONTH, outside=True)


def test_an_unknown_family_is_refused():
    """A mistyped case code opens no page."""
    with pytest.raises(FamilyUnknown, match="S-NOBODY"):
        open_levels("S-NOBODY", MONTH)


def test_a_month_is_a_month():
    """Month 13 does not exist."""
    with pytest.raises(NotAMonth):
        open_levels("", "1404-13")


def test_the_record_says_what_it_is_about(family):
    """The record names its subject and month, and whether everything in it is known."""
    record = open_levels(family, MONTH).result()
    assert (record.kind, record.subject, record.month) == ("levels", family, MONTH)
    assert record.status == ("complete" if record.values["is_complete"] else "incomplete")


def test_other_names_are_no_questions(family):
    """Asking for what no page has is an ordinary error."""
    with pytest.raises(AttributeError):
        open_levels(family, MONTH).colour()
