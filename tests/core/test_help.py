"""General and focused help: every family is offered some, the right programmes first, and no harm goes unnamed."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.levels.stratification import Stratification
from hamyar.core.plan.help import WHENS, addressed, demand, kind_of_help, proposals, unanswered_harms
from hamyar.core.plan.programmes import ProgrammeCatalogue, ProgrammeFile
from tests.core.levels_making import UNKNOWN, even_set, indicator, indicator_set, ranged, stratified, text

# With four harms of 1/4 each: none is safe, one is at risk, two are harmed.
FOUR = even_set(4)


def programme(code: str, indicators: Mapping[str, int], **others: object) -> dict[str, object]:
    given = {"label": text(code), "means": "talk", "description": text(code), "since": "1400-01-01"}
    return {"code": code, "indicators": dict(indicators), **given, **others}


def catalogue(general: list[dict[str, object]], focused: list[dict[str, object]]) -> ProgrammeCatalogue:
    def file(kind: str, programmes: list[dict[str, object]]) -> ProgrammeFile:
        given = {"label": text(kind), "means": {"talk": text("a talk")}, "programmes": programmes}
        return ProgrammeFile.model_validate({"help": kind, **given})

    return ProgrammeCatalogue({"focused.yaml": file("focused", focused), "general.yaml": file("general", general)})


BOTH = catalogue(
    [programme("workshop", {"h1": 1, "h2": 2}), programme("film", {"h3": 1})],
    [programme("visit", {"h1": 2, "h2": 2}), programme("expert", {"h4": 3}, needs_expert=True)],
)


def codes(found: Stratification, place: int = 0, of: ProgrammeCatalogue = BOTH) -> list[str]:
    return [proposal.programme.code for proposal in proposals(found, of, place)]


@pytest.mark.parametrize(
    ("row", "help_kinds"),
    [
        ([0, 0, 0, 0], ("general", "general", "general")),
        ([2, 0, 0, 0], ("general", "general", "general")),
        ([2, 2, 0, 0], ("focused", "focused", "focused")),
        ([2, 0, 0, UNKNOWN], ("ask_first", "general", "focused")),
        # Open between safe and at risk: both mean general help, so there is nothing to wait for.
        ([0, 0, 0, UNKNOWN], ("general", "general", "general")),
        ([2, 3, 0, UNKNOWN], ("focused", "focused", "focused")),
    ],
)
def test_a_level_opens_a_kind_of_help(row, help_kinds):
    """General for safe and at risk, focused for harmed, and questions first only where the outcome decides."""
    found = stratified(FOUR, [row])
    assert help_kinds == tuple(addressed(found)[["help", "help_at_best", "help_at_worst"]].iloc[0])
    assert help_kinds[0] == kind_of_help(found, 0)
    assert found.results["level"].equals(addressed(found)["level"])


def test_an_at_risk_family_is_proposed_general_help_only():
    """Focused programmes are not for it, and a harm that only they answer is named."""
    found = stratified(FOUR, [[0, 0, 0, 3]])
    assert (codes(found), unanswered_harms(found, BOTH, 0)) == ([], ("h4",))


def test_a_programme_is_proposed_from_the_level_the_catalogue_names():
    """A concern of level 1 calls for the workshop at h1 and not yet at h2."""
    assert [codes(stratified(FOUR, [row])) for row in ([1, 0, 0, 0], [0, 1, 0, 0], [0, 2, 0, 0])] == [
        ["workshop"],
        [],
        ["workshop"],
    ]


def test_general_programmes_stand_beside_focused_ones_for_what_those_leave():
    """A harmed family is not sent to a workshop for what its helper answers, but may see the film for the rest."""
    found = stratified(FOUR, [[2, 2, 1, 0]])
    visit, film = proposals(found, BOTH, 0)
    assert [visit.programme.code, film.programme.code] == ["visit", "film"]
    assert [(call.code, call.level) for call in visit.calls] == [("h1", 2), ("h2", 2)]
    assert [(call.code, call.is_harm) for call in film.calls] == [("h3", False)]


def test_both_outcomes_are_shown_where_the_level_is_open():
    """What both outcomes bring is proposed now; the others say under which."""
    found = stratified(FOUR, [[2, 0, 1, UNKNOWN]])
    assert [(proposal.programme.code, proposal.when) for proposal in proposals(found, BOTH, 0)] == [
        ("film", "now"),
        ("visit", "if_harmed"),
        ("workshop", "if_not_harmed"),
    ]


def test_what_is_proposed_now_rests_on_what_both_outcomes_share():
    """If harmed, the helper answers h1 and the workshop only h3; so h3 alone calls for the workshop for certain."""
    offered = catalogue([programme("workshop", {"h1": 1, "h3": 1})], [programme("visit", {"h1": 2})])
    workshop = proposals(stratified(FOUR, [[2, 0, 1, UNKNOWN]]), offered, 0)[0]
    assert (workshop.when, [call.code for call in workshop.calls]) == ("now", ["h3"])


def test_critical_harms_come_first_then_weight_then_the_catalogue():
    """A light programme for a critical harm stands before a heavy one, and equals keep their order."""
    harms = indicator_set(
        [
            (indicator("heavy"), "economic", Fraction(5, 8)),
            (indicator("one"), "social", Fraction(1, 8)),
            (indicator("other"), "social", Fraction(1, 8)),
            (indicator("critical", critical_from=2), "social", Fraction(1, 8)),
        ]
    )
    order = ["other", "one", "heavy", "critical"]
    offered = catalogue([], [programme(f"for_{code}", {code: 2}) for code in order])
    found = stratified(harms, [[2, 2, 2, 2]])
    assert codes(found, of=offered) == ["for_critical", "for_heavy", "for_other", "for_one"]


def test_a_harm_without_a_programme_is_named():
    """The film answers h3; nothing answers h4 below its third level."""
    found = stratified(FOUR, [[0, 0, 3, 2]])
    assert unanswered_harms(found, BOTH, 0) == ("h4",)


def test_a_strength_may_open_a_programme_and_weighs_nothing():
    """A programme can build on a capacity; it is no harm, so it ranks after those that answer one."""
    indicators = indicator_set([(indicator("h1"), "economic", Fraction(1))], [indicator("skill")])
    offered = catalogue([], [programme("shop", {"skill": 2}), programme("visit", {"h1": 2})])
    found = stratified(indicators, [[2, 3]])
    visit, shop = proposals(found, offered, 0)
    assert ([visit.programme.code, shop.programme.code], shop.weight(of_harms=False)) == (["visit", "shop"], 0)


def test_an_indicator_that_does_not_count_this_month_calls_for_nothing():
    """A programme that names a retired indicator is proposed by its others, and never fails."""
    offered = catalogue([programme("talk", {"retired": 1, "h1": 1}), programme("old", {"retired": 1})], [])
    assert codes(stratified(FOUR, [[1, 0, 0, 0]]), of=offered) == ["talk"]


def test_a_programme_out_of_its_dates_is_not_proposed():
    """Of last year's programmes none is offered this year."""
    offered = catalogue([programme("ended", {"h1": 1}, until="1403-12-30")], [])
    rows = [[1, 0, 0, 0]]
    assert (
        codes(stratified(FOUR, rows), of=offered),
        codes(stratified(FOUR, rows, month=Month(1403, 12)), of=offered),
    ) == ([], ["ended"])


@pytest.mark.parametrize(("level", "offered"), [(0, ["couples"]), (1, ["couples"]), (2, []), (UNKNOWN, [])])
def test_what_could_do_harm_is_held_back(level, offered):
    """A programme is not proposed while what forbids it stands, nor while that is not known."""
    held = catalogue([programme("couples", {"h1": 1}, not_while={"h4": 2})], [])
    assert offered == codes(stratified(FOUR, [[1, 0, 0, level]]), of=held)


def test_the_demand_of_a_centre():
    """Families per programme, and those more that an outcome of the questions would add."""
    rows = [[1, 0, 0, 0], [2, 2, 1, 3], [2, 0, 1, UNKNOWN], [0, 0, 0, 0]]
    found = demand(stratified(FOUR, rows), BOTH)
    assert {code: (row["families"], row["families_after_asking"]) for code, row in found.iterrows()} == {
        "visit": (1, 1),
        "expert": (1, 0),
        "workshop": (1, 1),
        "film": (2, 0),
    }
    assert list(found["help"]) == ["focused", "focused", "general", "general"]
    assert list(found["needs_expert"]) == [False, True, False, False]


def test_no_family_and_no_programme():
    """An empty centre and an empty catalogue give empty tables of the same shape."""
    one = stratified(FOUR, [[0] * 4])
    answers = {name: getattr(one.answers, name)[:, :0] for name in ("least", "most", "state", "lacks_reason")}
    nobody = replace(one, answers=replace(one.answers, family_ids=one.family_ids[:0], **answers))
    nothing = demand(one, catalogue([], []))
    assert (len(addressed(nobody)), len(demand(nobody, BOTH)), len(nothing)) == (0, 4, 0)
    assert (list(demand(one, BOTH)), demand(nobody, BOTH)["families"].sum()) == (list(nothing), 0)


cells = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted).map(tuple)
families = st.lists(st.lists(st.one_of(st.none(), cells), min_size=4, max_size=4), min_size=1, max_size=6)
offers = st.lists(st.dictionaries(st.sampled_from(["h1", "h2", "h3", "h4"]), st.integers(1, 3), min_size=1), max_size=3)


@given(rows=families, general=offers, focused=offers)
def test_the_demand_is_the_sum_of_the_families(rows, general, focused):
    """Programmes counted over the whole centre are those proposed family by family."""
    offered = catalogue(
        [programme(f"g{number}", found) for number, found in enumerate(general)],
        [programme(f"f{number}", found) for number, found in enumerate(focused)],
    )
    indicators: IndicatorSet = even_set(4, critical_from=3)
    found = ranged(indicators, rows)
    listed = [proposal for place in range(len(rows)) for proposal in proposals(found, offered, place)]
    counted = demand(found, offered)
    for code, row in counted.iterrows():
        own = [proposal for proposal in listed if proposal.programme.code == code]
        now = sum(proposal.when == "now" for proposal in own)
        assert (now, len(own) - now) == (row["families"], row["families_after_asking"])


@given(rows=families, general=offers, focused=offers)
def test_every_harm_is_answered_or_named(rows, general, focused):
    """A known harm calls for a programme of the family, or is among those that none answers; and ranks never fall."""
    offered = catalogue(
        [programme(f"g{number}", found) for number, found in enumerate(general)],
        [programme(f"f{number}", found) for number, found in enumerate(focused)],
    )
    found = ranged(even_set(4), rows)
    for place in range(len(rows)):
        listed = proposals(found, offered, place)
        answered = {call.code for proposal in listed for call in proposal.calls}
        harms = {f"h{row + 1}" for row in range(4) if found.is_deprived("least")[row, place]}
        assert harms - answered == set(unanswered_harms(found, offered, place))
        assert [proposal.rank for proposal in listed] == sorted(proposal.rank for proposal in listed)
        assert {proposal.when for proposal in listed} <= set(WHENS)
        if kind_of_help(found, place) != "ask_first":
            assert {proposal.when for proposal in listed} <= {"now"}
