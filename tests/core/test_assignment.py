"""The assignment of families to helpers: hard rules, costs with their parts, choices by hand, and a plan in force."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hamyar.core.assignment.assign import Assignment, assign
from hamyar.core.assignment.costs import COSTS, Situation
from hamyar.core.assignment.tables import (
    AssignmentRules,
    BoundsInvalid,
    ChosenTwice,
    ChosenUnknown,
    CostWeightInvalid,
    CostWeights,
    DistanceInvalid,
    EffortInvalid,
    FamilyTwice,
    HelperTwice,
    InForceTwice,
    LoadInvalid,
    PenaltyInvalid,
)
from hamyar.core.assignment.words import moves_told, why
from hamyar.words import say
from tests.core.assignment_making import MONTH, centre, family, helper, pairs, rules, tables

PLAIN = CostWeights(load=0)


def helpers_of(assignment: Assignment) -> dict[str, str]:
    return assignment.families["helper_id"].to_dict()


def said(sentences: list) -> list[str]:
    return [str(sentence) for sentence in sentences]


@pytest.mark.parametrize(
    "unfit",
    [
        {"hours_before": 39},
        {"hours_before": None},
        {"is_active": False},
        {"is_active": None},
        {"serves_from": 140502},
        {"serves_from": None},
        {"serves_until": 140511},
    ],
)
def test_who_may_not_carry_a_family(unfit: dict):
    """Training not complete, or not recorded, or a month of the year not served: the helper carries nobody."""
    found = assign(tables([family("F1")], [helper("H1", **unfit), helper("H2", areas="B")]), rules(), PLAIN)

    assert helpers_of(found) == {"F1": "H2"}
    assert ["training" if "hours_before" in unfit else "service", ""] == found.helpers["may_not"].tolist()


def test_service_to_the_last_month_is_enough():
    """A helper who serves exactly the twelve months may carry a family."""
    found = assign(tables([family("F1")], [helper("H1", serves_from=140501, serves_until=140512)]), rules(), PLAIN)

    assert helpers_of(found) == {"F1": "H1"}


def test_service_as_long_as_the_family_needs():
    """A family whose year ends earlier needs a helper until then only; another needs him to the end."""
    asked = tables(
        [family("F1", until=140506), family("F2")], [helper("H1", serves_until=140506), helper("H2", areas="B")]
    )
    found = assign(asked, rules(), PLAIN)

    assert helpers_of(found) == {"F1": "H1", "F2": "H2"}
    assert found.helpers["may_not"].tolist() == ["", ""]


def test_without_a_family_a_short_service_is_no_free_place():
    """Who serves long enough for a family whose year ends earlier, and has none, may not take a new one."""
    asked = tables([family("F1", until=140506)], [helper("H1"), helper("H2", areas="B", serves_until=140506)])

    assert assign(asked, rules(), PLAIN).helpers["may_not"].tolist() == ["", "service"]


def test_hours_bound_the_families():
    """Nobody has more families than his hours hold, and who has hours for fewer than the least has none."""
    asked = tables(
        [family(f"F{n}") for n in range(9)],
        [helper("H1", room=4), helper("H2", areas="B", room=6), helper("H3", room=2)],
    )
    found = assign(asked, rules(3), PLAIN)

    assert found.helpers["families"].tolist() == [4, 5, 0]
    assert found.helpers["may_not"].tolist() == ["", "", "hours"]


def test_a_wish_that_does_not_bind_is_weighed():
    """A wish for a woman that does not bind costs its weight with a man, and is not counted as unknown."""
    asked = tables([family("F1", prefers_woman=True)], [helper("H1", sex="male")])
    found = assign(asked, rules(), PLAIN)

    assert found.families["wish_cost"].tolist() == [40]
    assert said(found.notes) == []


@pytest.mark.parametrize(
    ("asking", "unfit"),
    [
        ({"asks_for_woman": True}, {"sex": "male"}),
        ({"asks_for_woman": True}, {"sex": None}),
        ({"language": "ku"}, {"languages": "fa az"}),
        ({"language": "ku"}, {"languages": None}),
    ],
)
def test_who_may_not_carry_this_family(asking: dict, unfit: dict):
    """The wish for a woman and the language bind, whatever they cost; what is not recorded of a helper does not fit."""
    other = helper("H2", languages="fa ku", areas="B")
    found = assign(tables([family("F1", **asking)], [helper("H1", **unfit), other]), rules(), PLAIN)

    assert helpers_of(found) == {"F1": "H2"}


def test_incompatible():
    """A declared incompatibility binds."""
    asked = tables([family("F1")], [helper("H1"), helper("H2", areas="B")], incompatible=pairs(("F1", "H1")))

    assert helpers_of(assign(asked, rules(), PLAIN)) == {"F1": "H2"}


def test_costs_and_their_parts():
    """Each reason costs its weight, the parts sum to the cost, and the sentence names them."""
    travel = pd.DataFrame([("H1", "B", 25), ("H1", "A", 5)], columns=["helper_id", "area", "minutes"])
    asked = tables(
        [family("F1", area="B", needed_skills="job law health", asks_for_woman=None)],
        [helper("H1", sex="male", skills="law"), helper("H2", hours_before=0)],
        last_year=pairs(("F1", "H2")),
        travel=travel,
    )
    row = assign(asked, rules(), PLAIN).families.loc["F1"]

    assert [row[f"{name}_cost"] for name in COSTS] == [30, 40, 25, 60, 40]
    assert row["cost"] == 195
    assert say(why(assign(asked, rules(), PLAIN), "F1")[0], "en") == (
        "Helper H1 costs 195 in minutes of travel: another area: 30, skills the family needs and the helper lacks: 40, "
        "the way: 25, another helper last year: 60, a wish for a woman not yet asked about: 40."
    )


def test_areas_may_hold_spaces():
    """A helper's areas stand apart by semicolons of either script, and a name of two words is one area."""
    parts = Situation(
        tables(
            [family("F1", area="North Lane"), family("F2", area="Lane")], [helper("H1", areas="South؛ North Lane;")]
        ),
        rules(),
        PLAIN,
    ).parts

    assert parts["area"].tolist() == [[0], [30]]


def test_unknown_facts_cost_the_same_with_everybody():
    """A family whose area, language and skills are not known costs nothing, and what is not known is told."""
    unknown = family("F1", area=None, language=None, asks_for_woman=None)
    travel = pd.DataFrame([("H1", "A", 25)], columns=["helper_id", "area", "minutes"])
    found = assign(tables([unknown], [helper("H1")], travel=travel), rules(), PLAIN)

    assert found.families.at["F1", "cost"] == 0
    assert said(found.notes) == [
        "Of 1 family it is not known whether it asks for a woman: ask before the year begins.",
        "The language of 1 family is not recorded, so nobody was ruled out for it.",
    ]
    assert str(why(found, "F1")[0]) == "Nothing speaks against helper H1."


def test_a_way_not_recorded_is_the_longest():
    """A distance nobody wrote down counts as the longest one that is known."""
    travel = pd.DataFrame([("H1", "A", 25), ("H2", "C", 50)], columns=["helper_id", "area", "minutes"])
    parts = Situation(
        tables([family("F1"), family("F2", area="Z")], [helper("H1"), helper("H2")], travel=travel), rules(), PLAIN
    ).parts

    assert parts["travel"].tolist() == [[25, 50], [50, 50]]


def test_load_is_spread():
    """With its weight the largest load counts, and heavy families part."""
    asked = tables([family(f"F{n}", load=load) for n, load in enumerate([8, 7, 6, 5, 4])], [helper("H1"), helper("H2")])
    found = assign(asked, rules(), CostWeights(load=1))

    assert (found.largest_load, found.objective) == (15, 15)
    assert found.helpers["load"].tolist() == [15, 15]


def test_next_best():
    """The next best helper of one family may be another's, and costs what the whole plan then costs more."""
    asked = tables([family("F1"), family("F2", area="B")], [helper("H1"), helper("H2", areas="B")])
    found = assign(asked, rules(most=1), PLAIN)

    assert tuple(found.families.loc["F1", ["next_helper_id", "next_extra_cost", "next_is_exact"]]) == ("H2", 60, True)
    assert found.next_best("F1") == ("H2", 60, True)
    assert str(why(found, "F1")[-1]) == "The next best is helper H2: the whole plan would cost 60 more."


def test_no_next_best():
    """Where nobody else may, that is said."""
    found = assign(tables([family("F1")], [helper("H1")]), rules(), PLAIN)

    assert found.families["next_extra_cost"].isna().all()
    assert found.next_best("F1") == (None, None, True)
    assert str(why(found, "F1")[-1]) == "No other helper is possible in this plan."


def test_choices_by_hand_are_kept_and_the_rest_is_made_best_around_them():
    """A choice takes the better place of another family, and its row says what that costs."""
    asked = tables(
        [family("F1", area="B"), family("F2")], [helper("H1"), helper("H2", areas="B")], chosen=pairs(("F1", "H1"))
    )
    found = assign(asked, rules(most=1), PLAIN)

    assert helpers_of(found) == {"F1": "H1", "F2": "H2"}
    assert found.families["is_chosen"].tolist() == [True, False]
    assert found.families.at["F1", "next_extra_cost"] == -60
    assert said(why(found, "F1")[1:]) == [
        "Helper H1 was chosen by hand.",
        "With helper H2 the whole plan would cost 60 less.",
    ]


def test_a_choice_against_a_rule_is_set_aside():
    """It is refused with a sentence, and the family is assigned like the others."""
    asked = tables(
        [family("F1", language="ku")], [helper("H1"), helper("H2", languages="ku")], chosen=pairs(("F1", "H1"))
    )
    found = assign(asked, rules(), PLAIN)

    assert helpers_of(found) == {"F1": "H2"}
    assert not found.families["is_chosen"].any()
    assert str(found.notes[0]).startswith("Helper H1 was chosen by hand for family F1 against a rule")
    assert str(found.notes[0]).endswith("The choice was set aside; mark it as made knowingly to keep it.")


def test_a_choice_against_a_rule_made_knowingly_is_kept():
    """What it breaks stands beside it."""
    asked = tables(
        [family("F1", language="ku")], [helper("H1"), helper("H2", languages="ku")], chosen=pairs(("F1", "H1", True))
    )
    found = assign(asked, rules(), PLAIN)

    assert helpers_of(found) == {"F1": "H1"}
    assert found.families["broken_rules"].tolist() == ["language"]
    assert str(found.notes[0]).startswith("Helper H1 was knowingly chosen for family F1 against a rule")


@pytest.mark.parametrize("unfit", [{"hours_before": 0}, {"is_active": False}])
def test_training_and_service_cannot_be_waived(unfit: dict):
    """A helper without the first 40 hours, or not in service, carries no family, knowingly or not."""
    asked = tables([family("F1")], [helper("H1", **unfit), helper("H2")], chosen=pairs(("F1", "H1", True)))
    found = assign(asked, rules(), PLAIN)

    assert helpers_of(found) == {"F1": "H2"}
    assert str(found.notes[0]).endswith("The choice was set aside.")


def changed(penalty: int) -> Assignment:
    """Two families in force with one another's helper, and a third whose helper has left."""
    asked = tables(
        [family("F1"), family("F2", area="B"), family("F3")],
        [helper("H1"), helper("H2", areas="B"), helper("H3", is_active=False)],
        in_force=pairs(("F1", "H2"), ("F2", "H1"), ("F3", "H3")),
    )
    return assign(asked, rules(), PLAIN, move_penalty=penalty)


def test_a_move_must_gain_more_than_its_penalty():
    """A gain of 30 for each family moves them at a penalty of 29 and no more at 30; who cannot stay is no choice."""
    assert changed(29).moves.index.tolist() == ["F1", "F2", "F3"]
    assert changed(30).moves.index.tolist() == ["F3"]
    assert changed(30).moves["is_forced"].tolist() == [True]
    assert changed(29).objective == 58
    assert list(
        changed(29).moves.loc[["F1", "F2"], ["cost_before", "cost_after"]].itertuples(index=False, name=None)
    ) == [(30, 0), (30, 0)]


def test_moves_are_told():
    """Who has to move is told apart from who gains by it."""
    assert said(moves_told(changed(29))) == [
        "1 family cannot stay with its helper and goes to another.",
        "2 families change their helpers, which gains the plan more than 29 for each.",
    ]
    still = assign(tables([family("F1")], [helper("H1")], in_force=pairs(("F1", "H1"))), rules(), PLAIN)
    assert said(moves_told(still)) == ["Every family keeps its helper."]


def test_moves_for_a_choice_and_for_the_bounds_are_told():
    """A choice by hand and the least number of families are no gain of the plan, and none is claimed."""
    in_force = pairs(("F1", "H1"), ("F2", "H1"), ("F3", "H2"), ("F4", "H2"))
    asked = tables([family(f"F{n}") for n in (1, 2, 3, 4)], TWO, in_force=in_force, chosen=pairs(("F1", "H2")))

    assert said(moves_told(assign(asked, rules(2), PLAIN, move_penalty=9))) == [
        "1 family goes to another helper who was chosen by hand.",
        "1 family changes its helper, because not all can stay: each has 2 to 15 families or none.",
    ]


def test_a_helper_who_is_gone_is_told():
    """Families whose helper is no helper any more are counted among those who cannot stay."""
    found = assign(tables([family("F1")], ONE), rules(), PLAIN)

    assert said(moves_told(found, gone=1)) == ["1 family cannot stay with its helper and goes to another."]


def test_a_next_best_that_costs_no_more():
    """Where another helper is as good that is said without a number."""
    found = assign(tables([family("F1")], TWO), rules(), PLAIN)

    assert said(why(found, "F1"))[-1] == "With helper H2 the whole plan would cost no more."


def test_the_order_of_rows_decides_nothing():
    """Shuffled tables give the same plan."""
    asked = centre(40, 5)
    shuffled = replace(
        asked,
        families=asked.families.sample(frac=1, random_state=1),
        helpers=asked.helpers.sample(frac=1, random_state=2),
    )
    first, second = assign(asked, rules(5)), assign(shuffled, rules(5))

    pd.testing.assert_frame_equal(first.families, second.families)


def test_a_plan_of_a_centre_keeps_every_rule():
    """Checked from the tables again: training, wishes, languages, 5 to 15 or none, sums of parts, and the objective."""
    asked = centre(60, 9)
    found = assign(asked, rules(5), effort=2)
    rows = found.families.join(asked.families.set_index("family_id")).join(
        asked.helpers.set_index("helper_id"), on="helper_id"
    )

    assert len(rows) == 60
    assert (rows["hours_before"] >= 40).all()
    assert (rows.loc[rows["asks_for_woman"].astype("boolean").fillna(False), "sex"] == "female").all()
    assert all(row.language in row.languages.split() for row in rows.itertuples())
    assert set(rows["helper_id"].value_counts()) <= set(range(5, 16))
    assert rows["cost"].equals(rows[[f"{name}_cost" for name in COSTS]].sum(axis=1))
    largest = rows.groupby("helper_id")["load"].sum().max()
    assert found.objective == rows["cost"].sum() + CostWeights().load * largest
    assert found.bound <= found.objective
    assert found.helpers["families"].sum() == 60
    assert (largest, rows["load"].sum()) == (found.largest_load, found.helpers["load"].sum())


def test_nobody_to_assign():
    """Without families the plan is empty, and every helper rests."""
    found = assign(tables([], [helper("H1")]), rules(5))

    assert (found.is_optimal, len(found.families), len(found.moves)) == (True, 0, 0)
    assert found.helpers["families"].tolist() == [0]


ONE, TWO = [helper("H1")], [helper("H1"), helper("H2")]
BOTH = pairs(("F1", "H1"), ("F1", "H2"))
BACKWARDS = pd.DataFrame([("H1", "A", -1)], columns=["helper_id", "area", "minutes"])


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (tables([family("F1"), family("F1")], ONE), FamilyTwice),
        (tables([family("F1", area="A; B")], ONE), FamilyTwice),
        (tables([family("F1")], [helper("H1"), helper("H1")]), HelperTwice),
        (tables([family("F1", load=0)], ONE), LoadInvalid),
        (tables([family("F1", load=None)], ONE), LoadInvalid),
        (tables([family("F1", load=1.5)], ONE), LoadInvalid),
        (tables([family("F1")], ONE, chosen=pairs(("F1", "H9"))), ChosenUnknown),
        (tables([family("F1")], ONE, chosen=pairs(("F9", "H1"))), ChosenUnknown),
        (tables([family("F1")], TWO, chosen=BOTH), ChosenTwice),
        (tables([family("F1")], TWO, in_force=BOTH), InForceTwice),
        (tables([family("F1")], ONE, travel=BACKWARDS), DistanceInvalid),
    ],
)
def test_rows_that_cannot_be_read(asked: object, error: type[Exception]):
    """A family in two areas, a helper twice, no load, an unknown or a double choice: refused by name."""
    with pytest.raises(error):
        assign(asked, rules())


def test_a_family_in_two_areas_is_told():
    """The sentence names the family and both areas."""
    with pytest.raises(FamilyTwice, match=r"Family F1 stands in more than one row or area .*A.*B"):
        assign(tables([family("F1", area="B"), family("F1")], [helper("H1")]), rules())


def test_bounds_and_weights_are_checked():
    """Bounds that hold nobody, weights and penalties that are no whole numbers of zero or more, are refused."""
    with pytest.raises(BoundsInvalid):
        AssignmentRules(MONTH, 6, 5)
    with pytest.raises(CostWeightInvalid):
        CostWeights(area=-1)
    with pytest.raises(CostWeightInvalid):
        CostWeights(skill=0.5)  # type: ignore[arg-type]
    with pytest.raises(PenaltyInvalid):
        assign(tables([], []), rules(), move_penalty=-1)
    for effort in (0.0, float("nan")):
        with pytest.raises(EffortInvalid):
            assign(tables([], []), rules(), effort=effort)


def test_costs_are_whole():
    """Every part is a whole number for every pair."""
    parts = Situation(centre(12, 4), rules(), CostWeights()).parts

    assert list(COSTS) == list(parts)
    assert all(part.dtype == np.int64 and part.shape == (12, 4) and (part >= 0).all() for part in parts.values())
