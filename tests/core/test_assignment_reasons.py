"""Why there is no plan: each smallest reason in its words, and never a plan or a crash in its place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.assignment.assign import assign
from hamyar.core.assignment.reasons import why_impossible
from hamyar.core.assignment.solve import Solution
from hamyar.core.assignment.tables import AssignmentTables, CostWeights
from hamyar.words import say
from tests.core.assignment_making import family, helper, pairs, rules, tables
from tests.core.test_assignment_solve import every_plan

PLAIN = CostWeights(load=0)


def reasons(asked: AssignmentTables, least: int = 0, most: int = 15) -> list[str]:
    """The reasons in English; without any there is a plan."""
    found = assign(asked, rules(least, most), PLAIN)
    assert found.is_possible == (not found.reasons)
    assert found.is_possible or (found.families.empty and found.moves.empty)
    return [say(reason, "en") for reason in found.reasons]


def families(count: int, **more: object) -> list[dict]:
    return [family(f"F{number}", **more) for number in range(1, count + 1)]


def helpers(count: int, **more: object) -> list[dict]:
    return [helper(f"H{number}", **more) for number in range(1, count + 1)]


def test_four_families_cannot_fill_a_minimum_of_five():
    """The oracle's infeasible case, in words."""
    assert reasons(tables(families(4), helpers(2)), 5) == [
        "4 harmed families cannot fill one helper's minimum of 5: relax the minimum, or wait."
    ]
    assert reasons(tables(families(5), helpers(2)), 5) == []


WHAT_TO_DO = (
    "Find a helper who fits. The wish for a woman, the language and a declared incompatibility can also be set aside "
    "for a family, by a choice by hand that is marked as made knowingly."
)


def test_no_helper():
    """A centre without helpers is told to enter them."""
    assert reasons(tables(families(5), [])) == ["There is no helper yet. Enter the helpers, then assign."]


def test_nobody_is_ready():
    """Where no helper may carry a family the causes are counted; one with both counts in both."""
    away = [helper("H3", is_active=False, hours_before=0)]

    assert reasons(tables(families(5), [*helpers(2, hours_before=39), *away])) == [
        "None of the 3 helpers may carry a family.",
        "3 of them lack the 40 hours of training before the first family. Complete them.",
        "1 of them does not serve in every month of the year, or is on leave. Correct the dates.",
    ]


def test_nobody_has_the_hours():
    """Helpers with hours for fewer families than the least are counted, and named as what would fit."""
    assert reasons(tables(families(5), helpers(2, room=4)), 5) == [
        "None of the 2 helpers may carry a family.",
        "2 of them have weekly hours for fewer than 5 families. Enter more hours.",
    ]
    asked = tables(families(5, language="ku"), [helper("H1"), helper("H2", languages="ku", room=4)])
    assert reasons(asked, 5)[1] == "Of the helpers who may not carry a family yet, these would fit: H2."


def test_hours_are_too_few():
    """Places are counted by the hours; where they bind, giving them up is among what would help."""
    assert reasons(tables(families(7), helpers(2, room=3))) == [
        "7 families need a place, and the 2 helpers who may carry families have 6 by their weekly hours, 1 too few. "
        "Find another helper, or more hours."
    ]
    kurdish = tables(families(3, language="ku"), [helper("H1", languages="ku", room=2), helper("H2")])
    assert reasons(kurdish)[0].startswith("3 families fit only these helpers: H1. They have 2 places, 1 too few.")
    assert (
        "There would be a plan if this did not bind every family: "
        "weekly hours enough for the least number of families." in reasons(kurdish)
    )
    chosen = pairs(*((f"F{number}", "H1") for number in (1, 2, 3)))
    assert reasons(tables(families(3), [helper("H1", room=2), helper("H2")], chosen=chosen)) == [
        "3 families were chosen by hand for helper H1, who can have 2. Choose another helper for 1 of them."
    ]


def test_nobody_speaks_the_language():
    """Families are grouped by language; a helper who only lacks training is named."""
    asked = tables(
        [*families(2, language="ku"), family("F3", language="az"), family("F4")],
        [helper("H1"), helper("H2", languages="ku", hours_before=0)],
    )

    assert reasons(asked) == [
        "2 families speak ku, and no helper who may carry families does: F1, F2.",
        "Of the helpers who may not carry a family yet, these would fit: H2.",
        "1 family speaks az, and no helper who may carry families does: F3.",
        WHAT_TO_DO,
    ]


def test_no_woman():
    """Women who ask for a woman are not given a man."""
    assert reasons(tables(families(2, asks_for_woman=True), helpers(2, sex="male"))) == [
        "2 women ask for a woman, and no helper who may carry families is one: F1, F2.",
        WHAT_TO_DO,
    ]


def test_incompatible_with_everybody():
    """A family declared incompatible with every helper waits."""
    asked = tables(families(1), helpers(2), incompatible=pairs(("F1", "H1"), ("F1", "H2")))

    assert reasons(asked) == [
        "1 family is declared incompatible with every helper who may carry families: F1.",
        WHAT_TO_DO,
    ]


def test_every_helper_breaks_another_rule():
    """Where no one rule is to blame all of them are named."""
    asked = tables(
        families(1, language="ku", asks_for_woman=True), [helper("H1"), helper("H2", languages="ku", sex="male")]
    )

    assert reasons(asked) == [
        "Nobody fits 1 family: every helper breaks one of these: a woman for those who ask for one, a common language. "
        "It is F1.",
        WHAT_TO_DO,
    ]


def test_too_many_chosen():
    """More choices by hand than a helper can have."""
    asked = tables(families(3), helpers(2), chosen=pairs(("F1", "H1"), ("F2", "H1"), ("F3", "H1")))

    assert reasons(asked, most=2) == [
        "3 families were chosen by hand for helper H1, who can have 2. Choose another helper for 1 of them."
    ]


def test_a_number_that_cannot_be_shared():
    """Sixteen families at 9 to 15 each are too many for one helper and too few for two."""
    assert reasons(tables(families(16), helpers(3)), 9) == [
        "16 families cannot be shared: with at most 15 each they need 2 helpers, with at least 9 each they are enough "
        "for 1. Relax one of the two."
    ]


def test_more_families_than_places():
    """The number of helpers that are missing is told; those who are not ready are no places."""
    asked = tables(families(7), [*helpers(2), helper("H3", hours_before=0)])

    assert reasons(asked, most=2) == [
        "7 families need 4 helpers with at most 2 each, and 2 may carry families. "
        "Find 2 more, or raise the greatest number."
    ]


def test_a_group_with_too_few_places():
    """Three who speak Kurdish fit one helper with two places; what would help is named, each by itself."""
    asked = tables(
        [*families(3, language="ku"), family("F4")], [helper("H1", languages="fa ku"), helper("H2"), helper("H3")]
    )

    assert reasons(asked, most=2) == [
        "3 families fit only these helpers: H1. They have 2 places, 1 too few. "
        "Find another helper for such families, or raise the greatest number. They are F1, F2, F3.",
        "There would be a plan if this did not bind every family: a common language.",
        "There would be a plan if this did not bind every family: the greatest number of families of a helper.",
    ]


def test_a_choice_that_takes_a_place():
    """A choice by hand can be what makes the places too few; giving it up is then among what would help."""
    asked = tables(
        [family("F1"), family("F2", language="ku")],
        [helper("H1", languages="fa ku"), helper("H2")],
        chosen=pairs(("F1", "H1")),
    )

    assert "There would be a plan if this did not bind every family: the choices made by hand." in reasons(
        asked, most=1
    )


def test_minimums_that_cannot_be_filled_together():
    """Three Persian and three Kurdish families cannot make five for anybody; with three they can."""
    asked = tables(
        [*families(3), *(family(f"K{n}", language="ku") for n in range(3))],
        [helper("H1"), helper("H2", languages="ku")],
    )

    assert reasons(asked, 5) == [
        "The families cannot be shared so that every helper has at least 5 or none, for those who fit one another are "
        "too few. With a minimum of 3 there is a plan.",
        "There would be a plan if this did not bind every family: a common language.",
        "There would be a plan if this did not bind every family: the least number of families of a helper.",
    ]


def test_two_rules_that_open_a_plan_only_together():
    """Where no rule is enough by itself every two that are enough are named."""
    speakers = [*families(2), *(family(f"K{n}", language="ku") for n in range(4))]
    asked = tables(
        speakers,
        [helper("H1"), helper("H2", languages="ku")],
        incompatible=pairs(*((row["family_id"], "H2" if row["language"] == "fa" else "H1") for row in speakers)),
    )

    assert reasons(asked, 3, 3)[1:] == [
        "There would be a plan if this did not bind every family: the declared incompatibilities, a common language.",
        "There would be a plan if this did not bind every family: the least number of families of a helper, "
        "the greatest number of families of a helper.",
    ]


def test_not_found_is_no_proof():
    """Where the search ends without a plan and without a proof, that is what is said."""
    situation = assign(tables(families(5), helpers(2)), rules(5), PLAIN).situation
    nobody = np.full(5, -1)
    told = why_impossible(situation, nobody, Solution("not_found", "search", nobody[:0]), 1.0)

    assert [say(reason, "en") for reason in told] == [
        "No plan was found within the effort allowed, and it is not proven that there is none. "
        "Allow more effort, or relax the minimum of 5 families."
    ]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_reasons_can_be_said(language: str):
    """Every hole of every reason is filled in both languages."""
    asked = tables(families(3, language="ku"), helpers(2))

    assert "{" not in say(assign(asked, rules(), PLAIN).reasons[0], language)


@st.composite
def centres(draw: st.DrawFn) -> tuple[AssignmentTables, int, int]:
    """Small centres in which much stands in the way."""
    made_families = [
        family(
            f"F{n}",
            language=draw(st.sampled_from(["fa", "ku", None])),
            asks_for_woman=draw(st.booleans()),
            until=draw(st.sampled_from([None, 140506, 140503])),
        )
        for n in range(draw(st.integers(1, 6)))
    ]
    made_helpers = [
        helper(
            f"H{n}",
            sex=draw(st.sampled_from(["female", "male"])),
            languages=draw(st.sampled_from(["fa", "fa ku", "ku"])),
            hours_before=draw(st.sampled_from([40, 40, 0])),
            room=draw(st.sampled_from([None, None, 1, 2, 4])),
            serves_until=draw(st.sampled_from([None, None, 140506])),
        )
        for n in range(draw(st.integers(0, 3)))
    ]
    apart = [
        (each["family_id"], other["helper_id"])
        for each in made_families
        for other in made_helpers
        if draw(st.integers(0, 5)) == 0
    ]
    most = draw(st.integers(1, 6))
    return tables(made_families, made_helpers, incompatible=pairs(*apart)), draw(st.integers(0, most)), most


@settings(max_examples=50)
@given(centres())
def test_reasons_exactly_where_there_is_no_plan(made: tuple[AssignmentTables, int, int]):
    """Brute force over the matrices agrees on whether there is a plan; without one there is always a sentence."""
    asked, least, most = made
    found = assign(asked, rules(least, most), PLAIN)
    exists = bool(every_plan(found.situation.problem(found.chosen))) if found.situation.size[1] else False

    assert exists == found.is_possible == (not found.reasons)
    assert all("{" not in say(reason, "en") for reason in found.reasons)
