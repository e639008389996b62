"""What the software computes of a family or member, and how far it can be when facts are missing."""

import numpy as np
import pandas as pd
import pytest

from hamyar.core.economy.assessment import assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import MEASURES, MEASURES_OF_MEMBERS, Computed
from hamyar.core.levels.measures import MEASURES_COMPUTED, EconomyNeeded, Facts, first_day_that_counts
from hamyar.core.levels.residents import Residents
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import (
    COPING,
    FLOWS,
    FOOD_GROUPS,
    FOOD_WEEKS,
    MEMBERS,
    OUTFLOWS,
    OWN_INFLOWS,
    SCHOOLING,
    CaseTables,
    conform,
)
from tests.core.making import MONTH, complete, families, flows, members, shipped_parameters, tables

ROOT_SCALE = """
name: equivalence_scale
label: {fa: مقیاس, en: Scale}
description: {fa: مقیاس, en: Scale}
unit: choice
reference: a test
kind: choice
choices: [oecd_modified, oecd_old, square_root, per_head]
values:
  1300-01-01: {value: square_root, source: a test}
"""
PARAMETERS = shipped_parameters()
LINE = 41_596_000  # 40 % of 103,990,000
GAP = Computed(measure="gap_share_of_outflows", worse="higher", bounds=["1/20", "1/5", "2/5"])
SHORT = Computed(measure="shortfall_under_support_line", worse="higher", bounds=["1/100", "1/10", "1/2"])
AID = Computed(measure="aid_share_of_means", worse="higher", bounds=["1/10", "1/4", "1/2"])
FOOD = Computed(measure="food_share_of_outflows", worse="higher", bounds=["1/2", "13/20", "3/4"])
DEPENDANTS = Computed(measure="dependants_per_working_age", worse="higher", bounds=["1", "3/2", "2"])
FCS = Computed(measure="food_consumption_score", worse="lower", bounds=["42", "28", "21"])
RCSI = Computed(measure="reduced_coping_strategies", worse="higher", bounds=["4", "19", "43"])
SCHOOL = Computed(measure="out_of_school", worse="higher", bounds=["1", "2", "3"])
YEARS = Computed(measure="years_of_schooling", worse="lower", bounds=["11", "8", "5"])
ALL = (GAP, SHORT, AID, FOOD, DEPENDANTS, FCS, RCSI, SCHOOL, YEARS)
COUPLE = members(("head", "male", 13600101), ("spouse", "female", 13650101))


def facts(given: CaseTables, parameters: ParameterSet = PARAMETERS, *, assessed: bool = True) -> Facts:
    family_ids = pd.Index(given.families["family_id"])
    residents = Residents.of(given.members, family_ids, MONTH)
    economy = assess_families(given, parameters, MONTH, history_months=0) if assessed else None
    return Facts(given.food_weeks, family_ids, residents, MONTH, economy, 12)


def levels(computed: Computed, given: CaseTables, **others: object) -> tuple[int, int]:
    """The least and the greatest level of the only family, or of the first member."""
    least, most = facts(given, **others).level_range(computed)
    return int(least[0]), int(most[0])


def money(*rows: tuple, people: pd.DataFrame | None = None) -> CaseTables:
    """A month in which all that is not among ``rows`` was asked for and is zero, but for what is ``...``: not asked."""
    told = {name: (name, 0) for name in (*OWN_INFLOWS, *OUTFLOWS)}
    for name, *rest in rows:
        told.pop(name, None)
        if rest[0] is not ...:
            told[name] = (name, *rest)
    return tables(flows(*told.values()), members=COUPLE if people is None else people)


def test_every_measure_an_indicator_may_name_is_computed():
    """The catalogue's measures and the functions are the same list."""
    assert list(MEASURES_COMPUTED) == list(MEASURES)
    assert {computed.measure for computed in ALL} == set(MEASURES)


@pytest.mark.parametrize(("gap", "level"), [(0, 0), (4, 0), (5, 1), (19, 1), (20, 2), (39, 2), (40, 3), (100, 3)])
def test_a_gap_on_a_bound_has_reached_it(gap, level):
    """Five, twenty and forty of a hundred are levels 1, 2 and 3."""
    assert levels(GAP, tables(complete(100 - gap, 100))) == (level, level)


def test_a_share_that_no_float_can_tell_is_decided():
    """A gap one rial under two fifths of 10**15 is under it, and one rial more reaches it."""
    assert levels(GAP, tables(complete(6 * 10**14 + 1, 10**15))) == (2, 2)
    assert levels(GAP, tables(complete(6 * 10**14, 10**15))) == (3, 3)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), (0, 0)),
        ((("own_income", 10),), (0, 0)),
        ((("own_income", 90), ("livelihood", 100), ("subsidy", ...)), (0, 1)),
        ((("own_income", 60), ("livelihood", 100), ("subsidy", None)), (0, 3)),
        ((("own_income", 100), ("livelihood", 100), ("subsidy", None)), (0, 0)),
        ((("own_income", 60), ("livelihood", 100), ("housing", None)), (3, 3)),
        ((("own_income", 70), ("livelihood", 100), ("housing", ...)), (2, 3)),
        ((("own_income", 70), ("livelihood", 50), ("housing", ...)), (0, 3)),
        ((("own_income", ...), ("housing", ...), ("livelihood", 50)), (0, 3)),
    ],
)
def test_how_far_the_gap_can_be(rows, expected):
    """No spending is no gap; the known parts prove a least and a most, and more spending only raises the share."""
    assert levels(GAP, money(*rows)) == expected


@pytest.mark.parametrize(
    ("income", "level"),
    [
        (15 * LINE // 10, 0),
        (15 * LINE // 10 * 99 // 100 + 1, 0),
        (15 * LINE // 1000 * 99, 1),
        (15 * LINE * 9 // 100, 2),
        (15 * LINE * 9 // 100 + 1, 1),
        (15 * LINE // 20, 3),
        (15 * LINE // 20 + 1, 2),
        (0, 3),
    ],
)
def test_the_distance_to_the_line_is_exact(income, level):
    """A couple (1.5 adults) at 99, 90 and 50 % of the line reach the bounds; a rial more does not."""
    assert levels(SHORT, tables(complete(income, 0), members=COUPLE)) == (level, level)


@pytest.mark.parametrize(("income", "level"), [(29_412_813, 3), (29_412_814, 2), (52_943_064, 2), (52_943_065, 1)])
def test_the_distance_to_the_line_by_the_root_is_exact(income, level):
    """A couple under the square-root scale: a half and nine tenths of the line times √2, to the rial."""
    rules = PARAMETERS.overlaid(ParameterSet.from_texts({"equivalence_scale.yaml": ROOT_SCALE}))
    assert levels(SHORT, tables(complete(income, 0), members=COUPLE), parameters=rules) == (level, level)


@pytest.mark.parametrize(
    ("rows", "people", "expected"),
    [
        ((("own_income", 15 * LINE // 10), ("subsidy", ...)), COUPLE, (0, 0)),
        ((("own_income", 15 * LINE // 10 * 19 // 20), ("subsidy", ...)), COUPLE, (0, 1)),
        ((("own_income", LINE),), members(("head", None, 13600101), ("child", None, None)), (2, 2)),
        ((("own_income", 13 * LINE // 10),), members(("head", None, 13600101), ("child", None, None)), (0, 2)),
        ((("own_income", LINE // 2),), members(), (3, 3)),
        ((("own_income", LINE),), members(), (0, 3)),
        ((("own_income", 0),), members(), (3, 3)),
    ],
)
def test_how_far_from_the_line_a_family_can_be(rows, people, expected):
    """More income only helps; a child who may be 14 and members nobody recorded only raise what is needed."""
    assert levels(SHORT, money(*rows, people=people)) == expected


def test_without_a_line_nothing_is_said():
    """A currency without a minimum wage leaves every level possible."""
    told = complete(0, 0)
    given = CaseTables(families("F1"), COUPLE, told, tables(told).budgets, currency="GBP")
    assert levels(SHORT, given) == (0, 3)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), (0, 0)),
        ((("own_income", 90), ("charity_cash", 10)), (1, 1)),
        ((("own_income", 91), ("charity_cash", 9)), (0, 0)),
        ((("own_income", 60), ("charity_in_kind", 20), ("centre_cash", 20)), (2, 2)),
        ((("centre_in_kind", 5),), (3, 3)),
        ((("own_income", 90), ("charity_cash", 10), ("subsidy", ...)), (0, 1)),
        ((("own_income", 90), ("charity_cash", 10), ("charity_in_kind", None), ("housing", 200)), (1, 3)),
        ((("own_income", 90), ("centre_cash", None)), (0, 3)),
        ((("own_income", 80), ("charity_cash", 10), ("charity_in_kind", ...), ("undivided_inflow", 10)), (1, 1)),
        ((("own_income", 50), ("charity_cash", ...), ("charity_in_kind", ...), ("undivided_inflow", 50)), (0, 3)),
        ((("own_income", ...), ("charity_cash", 20), ("undivided_inflow", 80)), (1, 1)),
        ((("own_income", ...), ("charity_cash", 0)), (0, 0)),
        ((("own_income", 90), ("charity_cash", 10), ("undivided_inflow", None)), (0, 1)),
    ],
)
def test_dependence_on_aid(rows, expected):
    """Aid of others and of this centre out of all means; what is not told may lie inside an undivided sum."""
    assert levels(AID, money(*rows)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((("livelihood", 0, "month", "food"),), (0, 0)),
        ((("livelihood", 50, "month", "food"), ("housing", 50)), (1, 1)),
        ((("livelihood", 49, "month", "food"), ("housing", 51)), (0, 0)),
        ((("livelihood", 75, "month", "food"), ("housing", 25)), (3, 3)),
        ((("livelihood", 60), ("housing", 40)), (0, 1)),
        ((("livelihood", 0), ("housing", 40)), (0, 0)),
        ((("livelihood", 60, "month", "food"), ("housing", 40), ("treatment", ...)), (0, 1)),
        ((("livelihood", ...), ("housing", 40)), (0, 3)),
        ((("livelihood", ...), ("housing", 40), ("undivided_outflow", 60)), (0, 1)),
        ((("livelihood", 60), ("housing", 40), ("treatment", None)), (0, 1)),
    ],
)
def test_food_out_of_spending(rows, expected):
    """What may be food is at most the livelihood told, or the undivided sum that holds it."""
    assert levels(FOOD, money(*rows)) == expected


def adults(count: int) -> list[tuple]:
    return [("head", None, 13600101)] * count


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([*adults(2), ("child", None, 13980101)], (0, 0)),
        ([*adults(1), ("child", None, 13980101)], (1, 1)),
        ([*adults(1), ("child", None, 13980101), ("parent", None, 13250101)], (3, 3)),
        ([("parent", None, 13250101)], (3, 3)),
        ([*adults(1), ("child", None, None)], (0, 1)),
        ([("child", None, None)], (0, 3)),
        ([], (0, 3)),
    ],
)
def test_dependants_for_each_of_working_age(people, expected):
    """As many as the bound reach it; with nobody of working age every bound is reached."""
    assert levels(DEPENDANTS, tables(FLOWS.empty(), members=members(*people)), assessed=False) == expected


def weeks(*rows: tuple[int, tuple, tuple]) -> pd.DataFrame:
    """Rows of (day, days of the food groups, days of the coping strategies)."""
    made = []
    for day, food, coping in rows:
        days = dict(zip(FOOD_GROUPS, food, strict=False)) | dict(zip(COPING, coping, strict=False))
        made.append({"family_id": "F1", "day": day, **{f"{name}_days": told for name, told in days.items()}})
    return conform(FOOD_WEEKS, pd.DataFrame(made, columns=FOOD_WEEKS.column_names))


GOOD, POOR = (7,) * 8, (7, 1, 3, 0, 0, 0, 7, 7)


@pytest.mark.parametrize(
    ("rows", "food", "coping"),
    [
        ([], (0, 3), (0, 3)),
        ([(14040805, POOR, (4, 0, 0, 0, 0))], (2, 2), (1, 1)),
        ([(14040805, (3, 4, 3, 0, 0, 0, 0, 0), (0,) * 5)], (3, 3), (0, 0)),
        ([(14040805, (3, 4, 3, 0, 0, 0, 1, 0), (0,) * 5)], (2, 2), (0, 0)),
        ([(14040801, POOR, (7,) * 5), (14040830, GOOD, (0,) * 5)], (0, 0), (0, 0)),
        ([(14040801, POOR, (7,) * 5), (14040901, GOOD, (0,) * 5)], (2, 2), (3, 3)),
        ([(14030830, POOR, (7,) * 5)], (0, 3), (0, 3)),
        ([(14030901, POOR, (7,) * 5)], (2, 2), (3, 3)),
        ([(14040801, POOR, (7,) * 5), (14040805, (), (0,) * 5)], (2, 2), (0, 0)),
        ([(14040805, (7, 1, 3, 0, None, 0, 7, 7), (4, None, 0, 0, 0))], (0, 2), (1, 1)),
    ],
)
def test_the_latest_food_week_counts(rows, food, coping):
    """Of valid weeks up to the month's end the latest in which anything of the score was told."""
    given = tables(FLOWS.empty(), food_weeks=weeks(*rows))
    assert (levels(FCS, given, assessed=False), levels(RCSI, given, assessed=False)) == (food, coping)


@pytest.mark.parametrize(
    ("age", "schooling", "attends", "expected"),
    [
        (8, "none", "yes", (0, 0)),
        (8, "none", "no", (3, 3)),
        (8, None, "no", (3, 3)),
        (8, None, None, (0, 3)),
        (13, "none", "yes", (0, 0)),
        (14, "reading", "yes", (1, 1)),
        (14, "primary", "yes", (0, 0)),
        (14, None, "yes", (0, 1)),
        (14, "primary", "no", (3, 3)),
        (15, "primary", "no", (2, 2)),
        (17, "primary", "yes", (1, 1)),
        (17, "lower_secondary", "yes", (0, 0)),
        (17, "lower_secondary", "no", (2, 2)),
        (17, "upper_secondary", "no", (0, 0)),
        (17, None, "no", (0, 2)),
        (5, "none", "no", (0, 0)),
        (18, "none", "no", (0, 0)),
        (None, None, "no", (0, 3)),
        (None, "primary", "yes", (0, 1)),
    ],
)
def test_out_of_school(age, schooling, attends, expected):
    """In school, behind, away at 15 to 17, away before: by what is recorded, and as far as it is not."""
    born = None if age is None else (1404 - age) * 10000 + 101
    people = members(("child", None, born)).assign(schooling=schooling, attends_school=attends)
    given = tables(FLOWS.empty(), members=conform(MEMBERS, people))
    assert levels(SCHOOL, given, assessed=False) == expected


def test_an_age_between_two_birthdays_leaves_school_open():
    """Stated as 14 some months ago, a child who does not attend is 14 or 15 now."""
    people = members(("child", None, None, 14, 140403)).assign(schooling="primary", attends_school="no")
    assert levels(SCHOOL, tables(FLOWS.empty(), members=people), assessed=False) == (2, 3)


@pytest.mark.parametrize(
    ("schooling", "expected"),
    [*zip(SCHOOLING, [(3, 3), (3, 3), (2, 2), (1, 1), *[(0, 0)] * 4], strict=True), (None, (0, 3))],
)
def test_years_of_schooling(schooling, expected):
    """Completed years by the highest schooling: 0, 1, 6, 9, 12, 14, 16 and 18."""
    people = conform(MEMBERS, members(("head", None, None)).assign(schooling=schooling))
    assert levels(YEARS, tables(FLOWS.empty(), members=people), assessed=False) == expected


def test_the_economy_must_be_of_the_month():
    """An assessment of another month is refused by name, as is none."""
    given = tables(complete(0, 0))
    of_june = assess_families(given, PARAMETERS, Month(1404, 3), history_months=0)
    made = facts(given, assessed=False)
    for economy in (of_june, None):
        with pytest.raises(EconomyNeeded, match="1404-08"):
            Facts(made.food_weeks, made.family_ids, made.residents, MONTH, economy, 12).level_range(GAP)


def test_an_economy_of_more_families_will_do():
    """One family's levels from the assessment of the whole centre are its own."""
    both = pd.concat([complete(100, 100), complete(0, 100, family="F2")], ignore_index=True)
    economy = assess_families(tables(both, "F1", "F2"), PARAMETERS, MONTH, history_months=2)
    alone = facts(tables(both, "F2"), assessed=False)
    made = Facts(alone.food_weeks, alone.family_ids, alone.residents, MONTH, economy, 12)
    assert [part.tolist() for part in made.level_range(GAP)] == [[3], [3]]


@pytest.mark.parametrize(
    ("valid", "expected"), [(1, 14040801), (8, 14040101), (9, 14031201), (12, 14030901), (0, 14040901), (10**6, 101)]
)
def test_the_first_day_that_counts(valid, expected):
    """The month itself is the first of the valid months."""
    assert first_day_that_counts(MONTH, valid) == expected


# Random families told in part, and the same told wholly.


class Told:
    """One family in two tellings: as recorded, and as it was."""

    def __init__(self, family: str, generator: np.random.Generator) -> None:
        self.family, self.generator = family, generator
        self.recorded: list[tuple] = []
        self.real: list[tuple] = []
        self._direction(OWN_INFLOWS, "undivided_inflow")
        self._direction(OUTFLOWS, "undivided_outflow")
        for name in ("centre_cash", "centre_in_kind"):
            if self._chance(2):
                self._line(name, self._amount(), None, is_known=not self._chance(5))
        people = [self._person() for _ in range(generator.integers(1, 6))]
        self.real_people = [real for real, _ in people]
        self.recorded_people = [] if self._chance(8) else [recorded for _, recorded in people]
        days = {f"{name}_days": int(generator.integers(0, 8)) for name in FOOD_GROUPS + COPING}
        self.real_week = days
        self.recorded_week = {name: None if self._chance(10) else told for name, told in days.items()}

    def _chance(self, one_in: int) -> bool:
        return int(self.generator.integers(one_in)) == 0

    def _amount(self) -> int:
        return int(self.generator.choice([0, 1, 10, 10, 50])) * 5_000_000

    def _line(self, name: str, amount: int, item: str | None, *, is_known: bool = True, item_told: bool = True) -> None:
        self.real.append((name, amount, "month", item))
        self.recorded.append((name, amount if is_known else None, "month", item if item_told else None))

    def _direction(self, names: tuple[str, ...], undivided: str) -> None:
        has_undivided, inside = self._chance(4), self._amount()
        if has_undivided:
            self.real.append((undivided, inside))
        for name in names:
            parts = (
                [("food", self._amount()), ("rent", self._amount())]
                if name == "livelihood"
                else [(None, self._amount())]
            )
            if self._chance(5):
                # Nobody asked: the amounts lie inside the undivided sum, or were told to nobody.
                self.real += [(name, amount, "month", item) for item, amount in parts]
                inside += sum(amount for _, amount in parts)
            else:
                for item, amount in parts:
                    self._line(name, amount, item, is_known=not self._chance(8), item_told=not self._chance(6))
        if has_undivided:
            self.recorded.append((undivided, inside))

    def _person(self) -> tuple[tuple, tuple]:
        age = int(self.generator.choice([3, 13, 14, 15, 30, 64, 65, 80]))
        born = (1404 - age) * 10000 + 501
        recorded = [("other", None, born), ("other", None, None), ("other", None, None, age, 140406)]
        return ("other", None, born), recorded[int(self.generator.choice(3, p=[0.7, 0.1, 0.2]))]


def centre(told: list[Told], kind: str) -> CaseTables:
    rows = [flows(*getattr(one, kind), family=one.family) for one in told]
    people = [members(*getattr(one, f"{kind}_people"), family=one.family) for one in told]
    eaten = [{"family_id": one.family, "day": 14040805, **getattr(one, f"{kind}_week")} for one in told]
    return tables(
        conform(FLOWS, pd.concat(rows, ignore_index=True)),
        *(one.family for one in told),
        members=conform(MEMBERS, pd.concat(people, ignore_index=True)),
        food_weeks=conform(FOOD_WEEKS, pd.DataFrame(eaten)),
    )


@pytest.mark.parametrize("seed", range(2))
def test_the_truth_lies_within_what_the_recorded_facts_allow(seed):
    """Told wholly, every level is known; told in part, the range holds it, narrower than everything for some."""
    generator = np.random.default_rng(seed)
    told = [Told(f"F{number}", generator) for number in range(80)]
    recorded, real = (facts(centre(told, kind)) for kind in ("recorded", "real"))
    for computed in ALL:
        if computed.measure in MEASURES_OF_MEMBERS:
            continue
        (least, most), (true, true_most) = recorded.level_range(computed), real.level_range(computed)
        assert (true == true_most).all(), computed.measure
        assert ((least <= true) & (true <= most)).all(), computed.measure
        assert ((least < most) & ((least > 0) | (most < 3))).any(), computed.measure
