"""The assignment of a month from a centre's facts: who is assigned, who stays, what moves, and what is recorded."""

import json
from functools import cache

import pytest

from hamyar.core.assignment.month import assignment_of_month
from hamyar.core.assignment.month_families import FamiliesOfMonth, LaterAssigned, loads
from hamyar.core.assignment.month_helpers import minutes_within
from hamyar.core.assignment.tables import ChosenUnknown, FamilyTwice, InForceTwice
from hamyar.core.assignment.words import why
from hamyar.core.calendar.tables import HoursImpossible
from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.activity_plans import Rhythm
from hamyar.core.plan.help import FOCUSED, focused_with_helper, proposals
from hamyar.core.tables import CaseTables
from hamyar.core.work_rules import WorkRules
from hamyar.words import say
from tests.core.assigning_making import (
    CRITICAL,
    FIRST_DAY,
    LAST_DAY,
    MONTH,
    assigned,
    carried,
    centre,
    changed,
    codes,
    helper_rows,
    hours,
    mixed,
    notes,
    observed,
    pairs,
    parameters,
    recorded,
    training,
)
from tests.core.levels_making import even_set, stratified

ROWS = ["family_id", "from_day", "helper_id", "until_day"]
ALL_YEAR = [{"helper_id": "H01", "first_day": 14040701, "last_day": 14060101}]


def rows(found) -> list[tuple]:
    return [tuple(row) for row in found.rows[ROWS].to_numpy().tolist()]


def reasons(found) -> list[str]:
    return [say(row.reason, "en") for row in found.records if row.reason is not None]


@cache
def ten() -> CaseTables:
    """Ten families, five with each of two helpers since Ordibehesht."""
    both = [carried(code, "H01" if place < 5 else "H02") for place, code in enumerate(codes(10))]
    return centre(codes(10), codes(3, "H"), assignments=both)


class TestNew:
    def test_a_year_for_the_harmed(self):
        """Each family that is harmed for certain gets a helper from the month's first day to the year's last."""
        found = assigned(centre(codes(5), ["H01"]))

        assert [(code, FIRST_DAY, "H01", LAST_DAY) for code in codes(5)] == rows(found)
        assert {"new"} == set(found.families["state"])
        assert {"no"} == set(found.rows["is_chosen"])
        assert found.waiting.empty

    def test_who_is_not_known_to_be_harmed_waits(self):
        """A family of whom nothing is known gets no helper; it is counted with its open answers."""
        tables = centre(codes(5), ["H01"])
        more = [*tables.families.to_dict("records"), {"family_id": "X", "area": "A"}]
        found = assigned(changed(tables, families=more))

        assert "X" not in pairs(found)
        assert list(found.waiting[["family_id", "why"]].itertuples(index=False, name=None)) == [("X", "ask_first")]
        assert found.waiting.at[0, "open_answers"] > 5

    def test_four_families(self):
        """Four harmed families are too few for one helper: the reason in words, and nothing to record."""
        found = assigned(centre(codes(4), ["H01"]))

        assert not found.is_possible
        assert found.rows.empty
        assert found.waiting["why"].tolist() == ["no_plan"] * 4
        assert [str(reason) for reason in found.reasons] == [
            "4 harmed families cannot fill one helper's minimum of 5: relax the minimum, or wait."
        ]

    def test_nobody_to_assign(self):
        """A month without a harmed family has a plan in which nothing happens."""
        found = assigned(centre([], ["H01"]))

        assert (found.is_possible, len(found.rows), len(found.families)) == (True, 0, 0)

    def test_last_helper_within_the_year(self):
        """A family whose year has ended goes to its last helper of the year before, unless he is long gone."""
        ended = [carried(code, "H02", 14030801, 14040730) for code in codes(5)]
        long_ago = [carried(code, "H03", 14020101, 14030729) for code in codes(5)]
        tables = centre(codes(5), codes(3, "H"), assignments=[*long_ago, *ended])

        assert {"H02"} == set(pairs(assigned(tables)).values())
        assert assigned(tables).families["continuity_cost"].sum() == 0
        gone = assigned(changed(tables, assignments=long_ago)).assignment.situation
        assert gone.parts["continuity"].sum() == 0


class TestAgain:
    @pytest.mark.parametrize(("seed", "size", "effort"), [(0, (24, 4), 0.02), (3, (30, 4), 0.001), (4, (60, 7), 0.001)])
    def test_same_month_twice(self, seed, size, effort):
        """What is recorded once is not recorded again, with moves and with a plan not proven the best."""
        tables = mixed(seed, *size)
        first = assigned(tables, effort=effort)
        again = assigned(recorded(tables, first), effort=effort)

        assert len(first.rows) >= 18
        assert (again.is_possible, len(again.rows)) == (True, 0)
        assert pairs(first) == pairs(again)

    def test_same_month_twice_without_a_penalty(self):
        """Where a move costs nothing a plan not proven the best is solved until nothing moves any more."""
        text = parameters().describe("assignment_move_penalty").model_dump(mode="json")
        text["values"] = {"1300-01-01": {**text["values"]["13000101"], "value": 0}}
        other = ParameterSet.from_texts({"assignment_move_penalty.yaml": json.dumps(text)})
        free = parameters().overlaid(other)
        tables = mixed(8, 40, 5)
        first = assignment_of_month(tables, free, MONTH, effort=0.001)
        again = assignment_of_month(recorded(tables, first), free, MONTH, effort=0.001)

        assert not first.assignment.is_optimal
        assert (0, pairs(first)) == (len(again.rows), pairs(again))
        assert first.assignment.bound <= first.assignment.objective

    def test_those_in_force_count(self):
        """Four carried families and one new one fill a helper's five; the four are not recorded again."""
        tables = centre(codes(5), ["H01"], assignments=[carried(code, "H01") for code in codes(4)])
        found = assigned(tables)

        assert rows(found) == [("F05", FIRST_DAY, "H01", LAST_DAY)]
        assert found.helpers["families"].tolist() == [5]

    def test_no_longer_harmed_keeps_the_year(self):
        """A carried family of whom the harm has gone keeps its helper until its year ends, and no longer."""
        tables = changed(ten(), observations=[observed(code, CRITICAL, 0) for code in codes(10)])
        found = assigned(tables)

        assert {"stays"} == set(found.families["state"])
        assert len(found.rows) == 0
        assert assigned(tables, Month(1405, 2)).families.empty

    def test_later_rows_are_not_planned_around(self):
        """Where an assignment begins after the month's first day the month is refused by name."""
        with pytest.raises(LaterAssigned, match=r"F01 .* begins on 1404-08-02"):
            assigned(centre(codes(5), ["H01"], assignments=[carried("F01", "H01", 14040802, LAST_DAY)]))


class TestMoves:
    def test_a_helper_leaves(self):
        """When a helper's service ends his families alone move: the old rows end the day before, the last day stays."""
        found = assigned(changed(ten(), helpers=helper_rows(ten(), "H01", until_day=14040730)))
        moved = found.families.query("state == 'moves'")

        assert (codes(5), {"stays"}) == (moved.index.tolist(), set(found.families.drop(moved.index)["state"]))
        assert found.assignment.moves["is_forced"].all()
        to = pairs(found)["F01"]
        assert [("F01", 14040201, "H01", 14040730), ("F01", FIRST_DAY, to, 14050130)] == rows(found)[:2]
        assert reasons(found)[:2] == [
            "Ended early, because a rule now stands against it: service in every month of the year.",
            "Goes on from helper H01.",
        ]
        assert len(assigned(recorded(ten(), found)).rows) == 0

    def test_a_helper_serves_as_long_as_his_families_need(self):
        """Who serves to the last day of his families' year keeps them, and takes no family for a longer one."""
        tables = changed(ten(), helpers=helper_rows(ten(), "H01", until_day=14050130))
        new = [observed(code, CRITICAL, 2) for code in [*codes(10), "X"]]
        more = [*tables.families.to_dict("records"), {"family_id": "X", "area": "A"}]
        found = assigned(changed(tables, families=more, observations=new))

        assert {"stays", "new"} == set(found.families["state"])
        assert pairs(found)["X"] == "H02"
        assert "Helper H01 serves until 1405-01-30 and takes no family for a year that ends on 1405-07-30." in notes(
            found
        )

    def test_begun_on_the_same_day(self):
        """A row of this very month is corrected in its place: no day is without a helper, and none has two."""
        first = assigned(centre(codes(5), ["H01", "H02"]))
        tables = recorded(centre(codes(5), ["H01", "H02"]), first)
        gone = first.families["helper_id"].iat[0]
        found = assigned(changed(tables, helpers=helper_rows(tables, gone, until_day=14040820)))

        assert [(code, FIRST_DAY, {"H01": "H02", "H02": "H01"}[gone], LAST_DAY) for code in codes(5)] == rows(found)

    def test_too_few_are_left(self):
        """Who is left with fewer than the least gives them up, and the old rows name the bounds, not a gain."""
        carries = [carried(code, "H01") for code in codes(4)] + [carried(code, "H02") for code in codes(9)[4:]]
        found = assigned(centre(codes(9), codes(2, "H"), assignments=carries))

        assert found.families.query("state == 'moves'").index.tolist() == codes(4)
        assert reasons(found)[0] == (
            "Ended early: not all families could stay, for each helper has 5 to 15 of them or none."
        )

    def test_an_unknown_helper_is_replaced(self):
        """A family carried by a code that is no helper any more gets a helper, and the old row ends."""
        tables = centre(codes(5), ["H01"], assignments=[carried("F01", "H99")])
        found = assigned(tables)

        assert found.families.at["F01", "state"] == "moves"
        assert rows(found)[:2] == [("F01", 14040201, "H99", 14040730), ("F01", FIRST_DAY, "H01", 14050130)]
        assert reasons(found)[0] == "Ended early: helper H99 is not known any more."


class TestByHand:
    def choice(self, family_id: str, helper_id: str, choice: str = "chosen") -> dict:
        return {"family_id": family_id, "helper_id": helper_id, "choice": choice}

    def test_a_choice_is_kept(self):
        """A choice by hand stands, the others are planned around it, and the row says so; again it changes nothing."""
        tables = changed(centre(codes(10), codes(2, "H")), helper_choices=[self.choice("F03", "H02")])
        found = assigned(tables)

        assert pairs(found)["F03"] == "H02"
        assert found.rows.loc[found.rows["is_chosen"] == "yes", "family_id"].tolist() == ["F03"]
        assert "Chosen by hand." in reasons(found)
        assert len(assigned(recorded(tables, found)).rows) == 0

    def test_a_choice_moves_a_family(self):
        """A choice by hand moves a carried family, without a penalty, and says why the earlier row ended."""
        full = [carried(code, "H01") for code in codes(6)] + [carried(code, "H02") for code in codes(12)[6:]]
        tables = centre(codes(12), codes(2, "H"), assignments=full, helper_choices=[self.choice("F01", "H02")])
        found = assigned(tables)

        assert found.families.query("state == 'moves'").index.tolist() == ["F01"]
        assert reasons(found) == ["Ended early: another helper was chosen by hand.", "Chosen by hand."]

    def test_never(self):
        """Whom a family must not have it does not get, and leaves."""
        tables = changed(ten(), helper_choices=[self.choice("F01", "H01", "never")])
        six = [*codes(10), "X"]
        tables = changed(
            tables,
            families=[{"family_id": code, "area": "A"} for code in six],
            observations=[observed(code, CRITICAL, 2) for code in six],
        )
        found = assigned(tables)

        assert pairs(found)["F01"] == "H02"
        assert pairs(found)["X"] == "H01"

    def test_a_choice_may_wait(self):
        """A choice for a family that needs no helper now waits; one for a family nobody knows is refused."""
        tables = centre(codes(5), ["H01"])
        more = [*tables.families.to_dict("records"), {"family_id": "X", "area": "A"}]
        waiting = changed(tables, families=more, helper_choices=[self.choice("X", "H01")])

        assert codes(5) == list(pairs(assigned(waiting)))
        with pytest.raises(ChosenUnknown, match="NOBODY"):
            assigned(changed(tables, helper_choices=[self.choice("NOBODY", "H01")]))


class TestHelpers:
    @pytest.mark.parametrize(
        ("other", "said"),
        [
            ({"helper_leave": ALL_YEAR}, "Helper H01 is on leave on every working day from 1404-08-01 to 1405-07-30"),
            ({"helper_hours": hours("H02")}, "Helper H01 has no weekly hours and carries no family."),
            (
                {"helper_hours": [*hours("H02"), *hours("H01", 600, [6])]},
                "Helper H01 has no weekly hours and carries no family.",
            ),
            (
                {"helper_hours": [*hours("H02"), *hours("H01", 20)]},
                "The weekly hours of helper H01 are enough for 4 families, and 5 are the least.",
            ),
            (
                {"trainings": [training("H02"), training("H01", 2399)]},
                "Helper H01 has done 39 of the 40 hours of training before the first family",
            ),
            (
                {"trainings": [training("H02"), training("H01", day=FIRST_DAY)]},
                "Helper H01 has done 0 of the 40 hours of training before the first family",
            ),
        ],
        ids=["leave", "no hours", "Fridays only", "few hours", "a minute short", "too late"],
    )
    def test_who_carries_none(self, other, said):
        """A helper whom leave, hours or training keep from families carries none, and is named with what to do."""
        found = assigned(changed(centre(codes(5), ["H01", "H02"]), **other))

        assert {"H02"} == set(pairs(found).values())
        assert [note for note in notes(found) if note.startswith(said)] != []

    def test_leave_of_a_day_less(self):
        """A single working day of the year is enough to be there; hours then decide."""
        leave = [{"helper_id": "H01", "first_day": 14040701, "last_day": 14050728}]
        found = assigned(changed(centre(codes(5), ["H01", "H02"]), helper_leave=leave))

        assert [note for note in notes(found) if note.startswith("The weekly hours of helper H01")] != []

    def test_a_long_leave_is_told(self):
        """Leave on more than half of the working days is told with both numbers; on less of them it is not."""
        tables = changed(centre(codes(5), ["H01"]), helper_hours=hours("H01", weekdays=[0]))
        counted = []
        for last in (14050301, 14050201):
            leave = [{"helper_id": "H01", "first_day": 14040701, "last_day": last}]
            counted.append([note for note in notes(assigned(changed(tables, helper_leave=leave))) if "leave" in note])

        assert counted[1] == []
        assert [note.split(" working days")[0] for note in counted[0]] == ["Helper H01 is on leave on 24 of 43"]

    def test_hours_bound_the_families(self):
        """A helper with hours for seven families has seven at most, and so many places are told."""
        tables = centre(codes(10), codes(2, "H"), helper_hours=[*hours("H01", 30), *hours("H02", 28)])
        found = assigned(
            changed(
                tables,
                helper_travel=[
                    {"helper_id": "H01", "area": "A", "minutes": 1},
                    {"helper_id": "H02", "area": "A", "minutes": 50},
                ],
            )
        )
        places = found.helpers["places"].tolist()

        assert places[0] < 10
        assert [places[0], 10 - places[0]] == found.helpers["families"].tolist() or found.helpers[
            "families"
        ].tolist() == [5, 5]
        assert f"The weekly hours of helper H01 are enough for {places[0]} families at most." in notes(found)

    def test_hours_too_few_for_all(self):
        """Where all helpers together have too few hours the places are counted aloud."""
        tables = centre(codes(20), codes(2, "H"), helper_hours=[*hours("H01", 30), *hours("H02", 30)])
        found = assigned(tables)

        assert not found.is_possible
        assert "by their weekly hours" in str(found.reasons[0])

    def test_who_carries_more_keeps_them(self):
        """A helper who carries more families than his hours hold keeps them, and is told of."""
        seven = [carried(code, "H01") for code in codes(7)]
        tables = centre(codes(7), codes(2, "H"), assignments=seven, helper_hours=[*hours("H01", 25), *hours("H02")])
        found = assigned(tables)

        assert {"stays"} == set(found.families["state"])
        assert [note for note in notes(found) if note.startswith("Helper H01 carries 7 families and has weekly")] != []

    def test_hours_that_cannot_be(self):
        """Hours beyond a day are refused by name."""
        with pytest.raises(HoursImpossible, match="H01"):
            assigned(changed(centre(codes(5), ["H01"]), helper_hours=hours("H01", 1200)))

    def test_whole_steps_only(self):
        """What a rhythm surely takes in a year: whole steps after its offset, no more than its number, or once."""
        assert minutes_within(Rhythm(minutes=45, every_days=30), 365) == 45 * 12
        assert minutes_within(Rhythm(minutes=60, every_days=91, number=4), 365) == 60 * 4
        assert minutes_within(Rhythm(minutes=60, every_days=91, number=4, offset_days=10), 365) == 60 * 3
        assert minutes_within(Rhythm(minutes=90, number=1, offset_days=340), 365) == 90


class TestFamilies:
    def test_load(self):
        """Four harms are one step, a critical one counts twice, and the load is from 1 to 5."""
        plain = stratified(even_set(20), [[2] * harms + [0] * (20 - harms) for harms in (0, 1, 4, 5, 8, 9, 16, 17, 20)])
        critical = stratified(even_set(20, critical_from=3), [[3] * n + [0] * (20 - n) for n in (2, 3, 4, 5)])

        assert loads(plain).tolist() == [1, 1, 1, 2, 2, 3, 4, 5, 5]
        assert loads(critical).tolist() == [1, 2, 2, 3]

    def test_skills_are_the_proposals(self):
        """The skills a family needs are its focused proposals of now that no expert is needed for."""
        tables = mixed(1, 12)
        placed = stratify_families(tables, parameters(), MONTH)
        found = focused_with_helper(placed, parameters().programmes)

        for place in range(12):
            proposed = {
                one.programme.code
                for one in proposals(placed, parameters().programmes, place)
                if one.kind == FOCUSED and one.when == "now" and not one.programme.needs_expert
            }
            assert proposed == set(found.columns[found.iloc[place]])
        assert found.to_numpy().any(axis=0).sum() >= 2
        families = FamiliesOfMonth(tables, placed, WorkRules.of(parameters(), MONTH), parameters().programmes)
        assert found.sum(axis=1).tolist() == families.table["needed_skills"].str.split().str.len().tolist()

    @pytest.mark.parametrize(
        ("heads", "binds"),
        [(["female"], True), (["male"], False), ([None], True), ([], True), (["male", "female"], True)],
    )
    def test_whose_wish_binds(self, heads, binds):
        """The wish for a woman binds unless a man is known to head the family; then it is weighed."""
        asks = [{"family_id": code, "asks_for_woman": "yes", "language": "fa"} for code in codes(5)]
        members = [
            {"member_id": f"{code}-{place}", "family_id": code, "role": "head", "sex": sex}
            for code in codes(5)
            for place, sex in enumerate(heads)
        ]
        tables = centre(codes(5), ["H01"], family_wishes=asks, members=members)
        found = assigned(changed(tables, helpers=helper_rows(tables, "H01", sex="male")))

        assert binds != found.is_possible
        if not binds:
            assert {40} == set(found.families["wish_cost"])
            assert "a wish for a woman, which binds for women heads only: 40" in say(
                why(found.assignment, "F01")[0], "en"
            )
            assert [note for note in notes(found) if "woman" in note] == []

    def test_two_areas(self):
        """A family in two areas is refused by name, and nothing is planned."""
        with pytest.raises(FamilyTwice, match="F01"):
            assigned(
                changed(
                    centre(codes(5), ["H01"]),
                    families=[{"family_id": code, "area": "A; B" if code == "F01" else "A"} for code in codes(5)],
                )
            )

    def test_two_helpers_in_force(self):
        """A family with two helpers on the first day is refused by name."""
        two = [carried("F01", "H01", 14040201), carried("F01", "H02", 14040301)]
        with pytest.raises(InForceTwice, match="F01"):
            assigned(centre(codes(5), ["H01", "H02"], assignments=two))
