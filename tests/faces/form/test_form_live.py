"""What a month comes to beside the form."""

from form_making import FAMILY, opened

from hamyar.core.economy.assessment import assess_families
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.rial import Money
from hamyar.faces.family import FamilyCase
from hamyar.faces.form.fields import flow_id, observation_id
from hamyar.faces.form.live import PATH_COLUMNS
from hamyar.faces.local_session import LocalSession
from hamyar.words import Words, say

RENT, INCOME = flow_id("housing", 1), flow_id("own_income", 1)
VIOLENCE = observation_id(FAMILY, "domestic_violence")


def test_it_is_the_assessment_of_the_form(shared_session: LocalSession) -> None:
    """The same numbers as the monthly run would have of the form's tables."""
    form = opened(shared_session)
    live = form.live({INCOME: 1_000})
    tables = form.tables({INCOME: 1_000})
    row = assess_families(tables, shared_session.parameters, form.month).results.iloc[0]
    placed = stratify_families(tables, shared_session.parameters, form.month)
    assert Money(int(row["gap_before_aid_money"])) == live.gap_before_aid
    assert live.overall is not None
    assert str(placed.results["level"].iloc[0]) == live.overall.level
    assert list(placed.domain_slices) == [level.name for level in live.domains]
    assert list(PATH_COLUMNS) == list(live.path.columns)
    assert form.month.code == live.path["month"].iloc[-1]


def test_one_rial_more_spent_is_one_rial_more_missing(shared_session: LocalSession) -> None:
    """A slider moves the gap by what it moves."""
    form = opened(shared_session)
    low, high = (form.live({INCOME: 1_000, RENT: amount}).gap_before_aid for amount in (5_000_000, 5_000_001))
    assert low is not None
    assert high is not None
    assert high.amount - low.amount == 1


def test_what_changes_against_the_file_is_told_with_before_and_now(shared_session: LocalSession) -> None:
    """An income that is told settles the gap: unknown before, a sum now."""
    form = opened(shared_session)
    assert form.live().changes == ()
    change = form.live({INCOME: 1_000}).changes[0]
    assert ("unknown", form.live({INCOME: 1_000}).gap_before_aid) == (str(change.before), change.now)
    assert all(say(change.sentence, language) for language in ("fa", "en"))


def test_a_critical_harm_says_why(shared_session: LocalSession) -> None:
    """Told in the form, it makes the family harmed by itself and is named; hidden, it is a private matter."""
    form = opened(shared_session)
    label = form.field(VIOLENCE).label.values["text"].en
    open_, hidden = (form.live({VIOLENCE: "3"}, hide_private=hide) for hide in (False, True))
    assert open_.overall is not None
    assert hidden.overall is not None
    assert (open_.overall.level, hidden.overall.level) == ("harmed", "harmed")
    assert label in say(open_.overall.sentence, "en")
    assert label not in " ".join(say(sentence, "en") for sentence in (hidden.overall.sentence, *hidden.why))


def test_what_is_missing_is_asked_first(shared_session: LocalSession) -> None:
    """The amount that would settle the gap stands before the questions of the levels."""
    form = opened(shared_session)
    asked = [say(question, "en") for question in form.live({INCOME: None}).ask_next]
    assert asked[0] == "Ask what came in as: Own income."
    assert len(asked) > 1


def test_the_pages_of_a_family_read_the_form(shared_session: LocalSession) -> None:
    """Charts and blocks are the family's own, fed with the form as it stands."""
    form = opened(shared_session)
    case = FamilyCase(form.source({INCOME: 1_000}), FAMILY, form.month, Words("en"))
    gap = form.live({INCOME: 1_000}).gap_before_aid
    assert gap is not None
    assert gap.amount == case.row["gap_before_aid_money"]
