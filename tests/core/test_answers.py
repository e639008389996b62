"""Observations and computed measures brought to levels, for each family and indicator."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.economy.households import age_ranges
from hamyar.core.levels.answers import STATES, Answers, answer_details, find_answers
from hamyar.core.levels.indicators import Indicator, IndicatorSet
from hamyar.core.levels.measures import EconomyNeeded
from hamyar.core.tables import ANSWERS, FLOWS, MEMBERS, OBSERVATIONS, CaseTables, conform
from tests.core.levels_making import MONTH, indicator, indicator_set
from tests.core.making import families, members, tables

LAST, VALID = MONTH.code * 100 + MONTH.days, 12
OUT_OF_DATE = 14030830
HOME = indicator("home")
GIRLS = indicator("girls", applies_to={"ages": [6, 17], "sex": "female"})
CHILD = indicator("child", scope="member", applies_to={"ages": [6, 17]})
PARENT = indicator("parent", scope="member", applies_to={"roles": ["head", "spouse"]})
HEALTH = indicator("health", scope="member")
SKILL = indicator("skill", scope="member")
SCHOOLED = indicator(
    "schooled", scope="member", computed={"measure": "years_of_schooling", "worse": "lower", "bounds": [11, 8, 5]}
)
OF_AGE = indicator(
    "of_age",
    scope="member",
    applies_to={"ages": [18, 60]},
    computed={"measure": "years_of_schooling", "worse": "lower", "bounds": [11, 8, 5]},
)


def a_set(*harms: Indicator, capacities: tuple[Indicator, ...] = ()) -> IndicatorSet:
    return indicator_set([(harm, "social", Fraction(1, len(harms))) for harm in harms], capacities)


EVERYTHING = a_set(HOME, GIRLS, CHILD, PARENT, HEALTH, SCHOOLED, OF_AGE, capacities=(SKILL,))
HOUSEHOLD = members(
    ("head", "male", 13600101), ("spouse", "female", 13650101), ("child", "female", 13920101), ("child", "male", None)
)


def observations(*rows: tuple) -> pd.DataFrame:
    """Rows of (subject, indicator, answer[, day[, observer[, reason]]]) of the family F1."""
    made = [
        {
            "family_id": "F1",
            "subject_id": subject,
            "indicator": code,
            "answer": answer,
            "day": rest[0] if rest else 14040805,
            "observer_id": rest[1] if len(rest) > 1 else "H1",
            "reason": rest[2] if len(rest) > 2 else None,
        }
        for subject, code, answer, *rest in rows
    ]
    return conform(OBSERVATIONS, pd.DataFrame(made, columns=OBSERVATIONS.column_names))


def case(*rows: tuple, people: pd.DataFrame = HOUSEHOLD, ids: tuple[str, ...] = ("F1",)) -> CaseTables:
    return tables(FLOWS.empty(), *ids, members=people, observations=observations(*rows))


def found(given_tables: CaseTables, indicators: IndicatorSet = EVERYTHING, valid: int = VALID) -> Answers:
    return find_answers(given_tables, indicators, MONTH, None, valid_months=valid)


def cell(code: str, *rows: tuple, people: pd.DataFrame = HOUSEHOLD) -> tuple[int, int, str]:
    """Least, most and state of one indicator in the family F1."""
    answers = found(case(*rows, people=people))
    place = EVERYTHING.codes.index(code)
    return int(answers.least[place, 0]), int(answers.most[place, 0]), STATES[answers.state[place, 0]]


def test_an_answer_is_the_level():
    """One answer of this month is known."""
    assert cell("home", ("F1", "home", "2")) == (2, 2, "known")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), (0, 3, "not_asked")),
        ((("F1", "home", "not_asked"),), (0, 3, "not_asked")),
        ((("F1", "home", "not_known"),), (0, 3, "not_known")),
        ((("F1", "home", "does_not_apply"),), (0, 0, "does_not_apply")),
        ((("F1", "home", "1", OUT_OF_DATE),), (0, 3, "out_of_date")),
        ((("F1", "home", "1", LAST + 71),), (0, 3, "not_asked")),
        ((("F1", "home", "1", LAST),), (1, 1, "known")),
        ((("F1", "home", "1", 14030901),), (1, 1, "known")),
        ((("F1", "home", "3", 14040601), ("F1", "home", "1", 14040602)), (1, 1, "known")),
        ((("F1", "home", "3", 14040601), ("F1", "home", "not_asked", 14040602)), (3, 3, "known")),
        ((("F1", "home", "3", 14040601), ("F1", "home", "not_known", 14040602)), (3, 3, "known")),
        ((("F1", "home", "3", OUT_OF_DATE), ("F1", "home", "not_known")), (0, 3, "not_known")),
        ((("F1", "home", "1"), ("F1", "home", "3", 14040805, "H2")), (1, 3, "disputed")),
        ((("F1", "home", "2"), ("F1", "home", "2", 14040805, "H2")), (2, 2, "known")),
        ((("F1", "home", "2"), ("F1", "home", "not_known", 14040805, "H2")), (2, 2, "known")),
        ((("F1", "home", "2"), ("F1", "home", "does_not_apply", 14040805, "H2")), (0, 2, "disputed")),
        ((("F1", "home", "does_not_apply"), ("F1", "home", "not_known", 14040805, "H2")), (0, 0, "does_not_apply")),
        ((("F1-1", "home", "2"), ("F1", "retired", "2"), ("F2", "home", "2")), (0, 3, "not_asked")),
    ],
)
def test_which_answers_count(rows, expected):
    """The latest day with an answer decides; "not asked" and "not known" take nothing back that is still valid."""
    assert cell("home", *rows) == expected


def test_how_long_an_answer_counts():
    """With one valid month only this month's answers count; with none, none."""
    asked = case(("F1", "home", "1", 14040801))
    assert STATES[found(asked, valid=1).state[0, 0]] == "known"
    assert STATES[found(asked, valid=0).state[0, 0]] == "out_of_date"
    assert STATES[found(case(("F1", "home", "1", 13000101)), valid=10**6).state[0, 0]] == "known"


GIRL, BOY, OPEN = ("child", "female", 13920101), ("child", "male", 13920101), ("child", None, None)


@pytest.mark.parametrize(
    ("people", "rows", "expected"),
    [
        ((GIRL,), (), (0, 3, "not_asked")),
        ((BOY,), (), (0, 0, "does_not_apply")),
        ((BOY,), (("F1", "girls", "3"),), (0, 0, "does_not_apply")),
        ((OPEN,), (), (0, 3, "unclear_whom")),
        ((), (), (0, 3, "unclear_whom")),
        ((OPEN,), (("F1", "girls", "3"),), (3, 3, "known")),
        ((OPEN,), (("F1", "girls", "does_not_apply"),), (0, 0, "does_not_apply")),
        ((OPEN,), (("F1", "girls", "not_known"),), (0, 3, "unclear_whom")),
        ((BOY, GIRL), (("F1", "girls", "1"),), (1, 1, "known")),
    ],
)
def test_whom_an_indicator_of_the_family_concerns(people, rows, expected):
    """One about girls of school age needs one; where that is open only an answer settles it."""
    assert cell("girls", *rows, people=members(*people)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), (0, 3, "not_asked")),
        ((("F1-1", "parent", "1"), ("F1-2", "parent", "0")), (1, 1, "known")),
        ((("F1-1", "parent", "1"),), (1, 3, "partly_known")),
        ((("F1-1", "parent", "3"),), (3, 3, "known")),
        ((("F1-1", "parent", "1"), ("F1-2", "parent", "not_known")), (1, 3, "partly_known")),
        ((("F1-1", "parent", "not_known"), ("F1-2", "parent", "not_known")), (0, 3, "not_known")),
        ((("F1-1", "parent", "does_not_apply"), ("F1-2", "parent", "2")), (2, 2, "known")),
        ((("F1-1", "parent", "does_not_apply"), ("F1-2", "parent", "does_not_apply")), (0, 0, "does_not_apply")),
        ((("F1-3", "parent", "3"), ("F1-1", "parent", "0"), ("F1-2", "parent", "0")), (0, 0, "known")),
        ((("F1", "parent", "3"),), (0, 3, "not_asked")),
        ((("F2-1", "parent", "3"),), (0, 3, "not_asked")),
    ],
)
def test_a_family_stands_where_its_worst_member_does(rows, expected):
    """Asked of head and spouse: one at level 3 settles it, one without an answer leaves it open."""
    assert cell("parent", *rows) == expected


def test_a_member_of_another_family_counts_nowhere():
    """An answer about somebody who lives elsewhere is not looked at, in either family."""
    both = pd.concat([HOUSEHOLD, members(("head", None, None), family="F2")], ignore_index=True)
    answers = found(case(("F2-1", "parent", "3"), people=both, ids=("F1", "F2")))
    assert answers.most[EVERYTHING.codes.index("parent")].tolist() == [3, 3]
    assert answers.least[EVERYTHING.codes.index("parent")].tolist() == [0, 0]


def test_who_is_not_of_the_age_is_not_asked_for():
    """Of four, one is a child for certain and one may be; both are open until both are answered."""
    assert cell("child", ("F1-3", "child", "1")) == (1, 3, "partly_known")
    assert cell("child", ("F1-3", "child", "1"), ("F1-4", "child", "0")) == (1, 1, "known")
    assert cell("child", ("F1-1", "child", "3"), ("F1-3", "child", "1"), ("F1-4", "child", "0")) == (1, 1, "known")


def test_nobody_recorded_is_not_an_empty_house():
    """A member's indicator in a family without members is open; with members of other ages it does not apply."""
    assert cell("health", people=members()) == (0, 3, "unclear_whom")
    assert cell("child", people=members(("head", "male", 13600101))) == (0, 0, "does_not_apply")


def test_who_is_born_later_does_not_live_there_yet():
    """A child born after the month is nobody in it, and its answer counts nowhere."""
    people = members(("head", "male", 13600101), ("child", "male", 14040901))
    assert cell("health", ("F1-1", "health", "0"), ("F1-2", "health", "3"), people=people) == (0, 0, "known")


def test_levels_computed_for_members():
    """Schooling unknown for all leaves all levels; observations of a computed indicator are not read."""
    assert cell("schooled", *((f"F1-{n}", "schooled", "0") for n in range(1, 5))) == (0, 3, "not_computable")
    people = HOUSEHOLD.assign(schooling=["primary", "lower_secondary", "upper_secondary", "higher"])
    assert cell("schooled", people=people) == (2, 2, "known")


def test_a_computed_level_where_it_is_open_whom_it_concerns():
    """Somebody without schooling who may be too old: at best it does not apply, at worst it is severe."""
    person = members(("head", "male", None)).assign(schooling="none")
    assert cell("of_age", people=person) == (0, 3, "unclear_whom")
    assert cell("of_age", people=person.assign(schooling="higher")) == (0, 0, "known")
    assert cell("of_age", people=members(("head", "male", 13200101))) == (0, 0, "does_not_apply")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((("F1", "home", "2"),), True),
        ((("F1", "home", "1"),), False),
        ((("F1", "home", "2", 14040805, "H1", "  "),), True),
        ((("F1", "home", "2", 14040805, "H1", "a leaking roof"),), False),
        ((("F1", "home", "2"), ("F1", "home", "3", 14040805, "H2", "a leaking roof")), False),
        ((("F1", "home", "2", 14040101, "H1", "a leaking roof"), ("F1", "home", "2")), True),
        ((("F1", "home", "2", OUT_OF_DATE),), False),
        ((("F1", "home", "2", LAST + 71),), False),
    ],
)
def test_severe_levels_want_a_reason(rows, expected):
    """An answer of 2 or more that counts lacks a reason where no helper gave one on that day."""
    assert bool(found(case(*rows)).lacks_reason[0, 0]) is expected


def test_a_reason_of_one_member_is_not_one_of_another():
    """Two members with a severe level, one with a reason: the family lacks one; who is not concerned needs none."""
    place = EVERYTHING.codes.index("child")
    told = ("F1-3", "child", "2", 14040805, "H1", "works in the market")
    assert found(case(told, ("F1-4", "child", "2"))).lacks_reason[place, 0]
    assert not found(case(told, ("F1-1", "child", "2"))).lacks_reason[place, 0]


def test_no_economy_is_needed_until_one_is():
    """Where an indicator is computed from money, the month's economy is asked for by name."""
    of_money = indicator(
        "gap", computed={"measure": "gap_share_of_outflows", "worse": "higher", "bounds": ["1/20", "1/5", "2/5"]}
    )
    with pytest.raises(EconomyNeeded, match="1404-08"):
        found(case(), a_set(HOME, of_money))


def test_details_tell_what_stands_behind_a_level():
    """One row for each subject concerned, in the order of the catalogue, with the answer that decides."""
    rows = (
        ("F1", "home", "1", 14040805, "H1", "damp walls"),
        ("F1", "home", "3", 14040805, "H2", "a leaking roof"),
        ("F1-3", "child", "2", OUT_OF_DATE),
        ("F1-1", "parent", "does_not_apply"),
    )
    shown = answer_details(case(*rows), EVERYTHING, MONTH, None, valid_months=VALID)
    columns = ["indicator", "subject_id", "state", "least", "most", "day", "observer_id", "reason"]
    told = shown[shown["indicator"].isin(["home", "girls", "child", "parent"])][columns]
    assert told.astype(object).where(told.notna(), None).to_numpy().tolist() == [
        ["home", "F1", "disputed", 1, 3, 14040805, "H2", "a leaking roof"],
        ["girls", "F1", "not_asked", 0, 3, None, None, None],
        ["child", "F1-3", "out_of_date", 0, 3, OUT_OF_DATE, "H1", None],
        ["child", "F1-4", "unclear_whom", 0, 3, None, None, None],
        ["parent", "F1-1", "does_not_apply", 0, 0, 14040805, "H1", None],
        ["parent", "F1-2", "not_asked", 0, 3, None, None, None],
    ]
    assert shown["indicator"].unique().tolist() == list(EVERYTHING.codes)


def test_details_of_a_family_without_members():
    """Where nobody is recorded, what is asked of members is one row about the family."""
    shown = answer_details(case(people=members()), EVERYTHING, MONTH, None, valid_months=VALID)
    assert shown["subject_id"].unique().tolist() == ["F1"]
    assert shown.loc[shown["indicator"] == "health", "state"].tolist() == ["unclear_whom"]


# A slow reading of the same rules, and random households to hold against it.


def slow(given_tables: CaseTables, indicators: IndicatorSet) -> list[list[tuple[int, int, str, bool]]]:
    """By indicator and family, in plain Python from the rules as they are written."""
    people = given_tables.members.assign(least=0, most=0)
    people["least"], people["most"] = age_ranges(given_tables.members, MONTH)
    everybody = [row for row in people.to_dict("records") if pd.isna(row["birth_day"]) or row["birth_day"] <= LAST]
    rows = given_tables.observations.to_dict("records")
    result = []
    for item in indicators.indicators:
        line = []
        for family in given_tables.families["family_id"]:
            at_home = [person for person in everybody if person["family_id"] == family]
            matches = [slow_match(item, person) for person in at_home]
            is_bound = bool(item.applies_to.ages or item.applies_to.roles or item.applies_to.sex)
            if item.scope == "family":
                concerned = (max(matches) if matches else 1) if is_bound else 2
                line.append(slow_subject(item, family, family, rows, concerned))
            elif not at_home:
                line.append((0, 3, "unclear_whom", False))
            else:
                each = [
                    slow_subject(item, family, person["member_id"], rows, match)
                    for person, match in zip(at_home, matches, strict=True)
                ]
                line.append(slow_worst(each))
        result.append(line)
    return result


def slow_match(item: Indicator, person: dict) -> int:
    """0 certainly not, 1 open, 2 certainly."""
    wanted, found_ = item.applies_to, [2]
    if wanted.ages:
        ages = set(range(person["least"], person["most"] + 1))
        inside = ages & set(range(wanted.ages[0], wanted.ages[1] + 1))
        found_.append(2 if inside == ages else 1 if inside else 0)
    if wanted.roles:
        found_.append(2 if person["role"] in wanted.roles else 0)
    if wanted.sex:
        found_.append(1 if pd.isna(person["sex"]) else 2 if person["sex"] == wanted.sex else 0)
    return min(found_)


def slow_subject(item: Indicator, family: str, subject: str, rows: list[dict], concerned: int) -> tuple:
    if concerned == 0:
        return 0, 0, "does_not_apply", False
    mine = [
        row
        for row in rows
        if (row["family_id"], row["subject_id"], row["indicator"]) == (family, subject, item.code)
        and row["day"] <= LAST
        and row["answer"] != "not_asked"
    ]
    fresh = [row for row in mine if row["day"] // 100 > MONTH.code - 100]
    latest = [row for row in fresh if row["day"] == max(row["day"] for row in fresh)]
    said = {row["answer"] for row in latest}
    levels = {int(answer) for answer in said if answer.isdigit()}
    if levels:
        severe = [row for row in latest if row["answer"] in ("2", "3")]
        lacks = bool(severe) and not any(isinstance(row["reason"], str) and row["reason"].strip() for row in severe)
        ends = levels | ({0} if "does_not_apply" in said else set())
        return min(ends), max(ends), "known" if len(ends) == 1 else "disputed", lacks
    if "does_not_apply" in said:
        return 0, 0, "does_not_apply", False
    if concerned == 1:
        return 0, 3, "unclear_whom", False
    return 0, 3, "not_known" if said else "out_of_date" if mine else "not_asked", False


def slow_worst(each: list[tuple]) -> tuple:
    least, most = max(part[0] for part in each), max(part[1] for part in each)
    states = {part[2] for part in each} - {"does_not_apply"}
    lacks = any(part[3] for part in each)
    if not states:
        return 0, 0, "does_not_apply", lacks
    if least == most:
        return least, most, "known", lacks
    return least, most, states.pop() if len(states) == 1 else "partly_known", lacks


OBSERVED = a_set(HOME, GIRLS, CHILD, PARENT, HEALTH, capacities=(SKILL,))
IDS = ("F1", "F2", "F3")
PERSON = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(["head", "spouse", "child"]),
    st.sampled_from(["female", "male", None]),
    st.sampled_from([None, 13600101, 13870901, 13980830, 13981001, 14040830, 14040901]),
)
ROW = st.tuples(
    st.sampled_from((*IDS, "F9")),
    st.sampled_from(("self", 0, 1, 2, 3)),
    st.sampled_from((*OBSERVED.codes, "retired")),
    st.sampled_from(["H1", "H2"]),
    st.sampled_from([14030830, 14030901, 14040805, 14040830, 14040901]),
    st.sampled_from(ANSWERS),
    st.sampled_from([None, " ", "seen"]),
)


@st.composite
def centres(draw: st.DrawFn) -> CaseTables:
    """Three families with up to six members in any order, and up to forty observations of them and others."""
    people = [
        {"member_id": f"M{n}", "family_id": family, "role": role, "sex": sex, "birth_day": born}
        for n, (family, role, sex, born) in enumerate(draw(st.lists(PERSON, max_size=6)))
    ]
    rows = [
        {
            "family_id": family,
            "subject_id": family if whom == "self" else f"M{whom}",
            "indicator": code,
            "observer_id": observer,
            "day": day,
            "answer": answer,
            "reason": reason,
        }
        for family, whom, code, observer, day, answer, reason in draw(st.lists(ROW, max_size=40))
    ]
    frame = pd.DataFrame(rows, columns=OBSERVATIONS.column_names).drop_duplicates(list(OBSERVATIONS.key))
    return CaseTables(
        families=families(*IDS),
        members=conform(MEMBERS, pd.DataFrame(people, columns=MEMBERS.column_names)),
        flows=FLOWS.empty(),
        budgets=tables(FLOWS.empty()).budgets,
        observations=conform(OBSERVATIONS, frame),
    )


def plain(answers: Answers) -> list[list[tuple[int, int, str, bool]]]:
    parts = (answers.least, answers.most, answers.state, answers.lacks_reason)
    rows = zip(*(part.tolist() for part in parts), strict=True)
    return [[(lo, up, STATES[state], no) for lo, up, state, no in zip(*row, strict=True)] for row in rows]


def same(one: Answers, other: Answers) -> bool:
    return plain(one) == plain(other)


@given(centres())
@settings(max_examples=50)
def test_every_cell_equals_the_slow_reading(centre):
    """Whatever is recorded, the vectorised answers are those of the rules read out one by one."""
    assert plain(found(centre, OBSERVED)) == slow(centre, OBSERVED)


@given(centres(), st.randoms(use_true_random=False))
@settings(max_examples=12)
def test_the_order_of_rows_changes_nothing(centre, random):
    """Observations and members in any order, and as categories, give the same answers."""
    rows, people = list(range(len(centre.observations))), list(range(len(centre.members)))
    random.shuffle(rows)
    random.shuffle(people)
    texts = dict.fromkeys(("family_id", "subject_id", "indicator", "answer", "reason"), "category")
    # Families and subjects may share their categories, or each have their own.
    shared = pd.CategoricalDtype([*IDS, "F9", *(f"M{n}" for n in range(6))])
    for kinds in (texts, texts | {"family_id": shared, "subject_id": shared}):
        mixed = CaseTables(
            centre.families.astype({"family_id": "category"}),
            centre.members.iloc[people].reset_index(drop=True),
            centre.flows,
            centre.budgets,
            observations=centre.observations.iloc[rows].reset_index(drop=True).astype(kinds),
        )
        assert same(found(centre, OBSERVED), found(mixed, OBSERVED))


@given(centres())
@settings(max_examples=12)
def test_order_and_names_of_indicators_change_nothing(centre):
    """Each indicator is read by itself: in another order, under another name, its answers are the same."""
    codes = OBSERVED.codes
    turned = a_set(*(item.model_copy(update={"code": f"x_{item.code}"}) for item in reversed(OBSERVED.indicators)))
    frame = centre.observations
    renamed = frame.assign(indicator=[f"x_{code}" if code in codes else code for code in frame["indicator"]])
    again = CaseTables(
        centre.families,
        centre.members,
        centre.flows,
        centre.budgets,
        observations=conform(OBSERVATIONS, renamed),
    )
    assert plain(found(centre, OBSERVED)) == plain(found(again, turned))[::-1]


@given(centres(), st.integers(0, 200))
@settings(max_examples=25)
def test_forgetting_what_was_said_of_a_subject_only_widens(centre, which):
    """Without any answer about one subject and indicator, every range holds the range it had."""
    frame = centre.observations
    before = found(centre, OBSERVED)
    if not len(frame):
        return
    chosen = frame.iloc[which % len(frame)]
    is_same = (frame["subject_id"] == chosen["subject_id"]) & (frame["indicator"] == chosen["indicator"])
    kept = frame[~is_same].reset_index(drop=True)
    less = CaseTables(centre.families, centre.members, centre.flows, centre.budgets, observations=kept)
    after = found(less, OBSERVED)
    assert (after.least <= before.least).all()
    assert (after.most >= before.most).all()


@given(centres())
@settings(max_examples=10)
def test_one_family_has_the_answers_it_has_among_others(centre):
    """A family by itself gives its column of the whole centre."""
    whole = plain(found(centre, OBSERVED))
    for place, family in enumerate(IDS):
        alone = plain(found(centre.only([family]), OBSERVED))
        assert [row[0] for row in alone] == [row[place] for row in whole]


@given(centres())
@settings(max_examples=10)
def test_details_agree_with_the_answers(centre):
    """The worst of a family's rows is the family's level, and every row's least is within its most."""
    answers = found(centre, OBSERVED)
    shown = answer_details(centre, OBSERVED, MONTH, None, valid_months=VALID)
    assert (shown["least"] <= shown["most"]).all()
    worst = shown.groupby(["indicator", "family_id"])[["least", "most"]].max()
    whole = pd.MultiIndex.from_product([OBSERVED.codes, IDS])
    expected = np.stack([answers.least.ravel(), answers.most.ravel()], axis=1)
    assert (worst.reindex(whole, fill_value=0).to_numpy() == expected).all()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Another helper soon after: a critical harm is not put aside by a second answer.
        ((("F1", "beaten", "2", 14040805), ("F1", "beaten", "0", 14040807, "H2")), (0, 2, "disputed")),
        ((("F1", "beaten", "3", 14040805), ("F1", "beaten", "1", 14040807, "H2")), (1, 3, "disputed")),
        # The same helper, or another a month later: the situation has changed.
        ((("F1", "beaten", "2", 14040805), ("F1", "beaten", "0", 14040807)), (0, 0, "known")),
        ((("F1", "beaten", "2", 14040705), ("F1", "beaten", "0", 14040807, "H2")), (0, 0, "known")),
        # The later answer is critical as well, or the earlier was not.
        ((("F1", "beaten", "2", 14040805), ("F1", "beaten", "3", 14040807, "H2")), (3, 3, "known")),
        ((("F1", "beaten", "1", 14040805), ("F1", "beaten", "0", 14040807, "H2")), (0, 0, "known")),
        # A question that is put to every family has no "does not apply".
        ((("F1", "beaten", "does_not_apply"),), (0, 3, "not_known")),
    ],
)
def test_a_critical_harm_is_not_put_aside(rows, expected):
    """Where two helpers differ on a critical harm within the window it is disputed, and nobody is left out of it."""
    beaten = indicator_set([(indicator("beaten", critical_from=2), "social", Fraction(1))])
    answers = find_answers(case(*rows), beaten, MONTH, None, valid_months=VALID, window_days=14)
    assert (int(answers.least[0, 0]), int(answers.most[0, 0]), STATES[answers.state[0, 0]]) == expected
