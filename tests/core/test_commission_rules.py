"""The rules propose whom they must, tell apart what is only possible, and pester nobody."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.core.levels.counting import HARMED
from hamyar.core.levels.indicators import DOMAINS
from hamyar.core.levels.stratification import Stratification
from hamyar.core.meetings.commissions import EarlierMonthDiffers, need_of, proposed_referrals, referral_rows
from hamyar.core.plan.programmes import ProgrammeCatalogue, ProgrammeFile
from hamyar.core.tables import ASSIGNMENTS, COMMISSIONS, PLANS, CaseTables
from hamyar.core.work_rules import WorkRules
from hamyar.words import say
from tests.core.levels_making import MONTH, UNKNOWN, indicator, indicator_set, ranged, stratified, text
from tests.core.making import shipped_parameters
from tests.core.meeting_making import TODAY, Row, facts, referral

HALF_YEAR = Month(1404, 2)
# Two harms in each domain; the second social one is critical at its worst.
SIX = indicator_set(
    [
        *((indicator(f"e{number}"), "economic", Fraction(1, 6)) for number in (1, 2)),
        (indicator("s1"), "social", Fraction(1, 6)),
        (indicator("s2", critical_from=3), "social", Fraction(1, 6)),
        *((indicator(f"c{number}"), "cultural", Fraction(1, 6)) for number in (1, 2)),
    ]
)
# e1, e2, s1, s2, c1, c2
FINE = [0] * 6
NOTHING_TOLD = facts()


@pytest.fixture(scope="module")
def rules() -> WorkRules:
    """The rules as shipped: two harmed domains, six months without progress."""
    return WorkRules.of(shipped_parameters(), MONTH)


def programmes(*commissions: str) -> ProgrammeCatalogue:
    """One focused programme for each commission, that only it can do; and one that the helper does."""

    def one(code: str, done_by: str, commission: str | None) -> dict[str, object]:
        plan = {"minutes": 60, "done_by": done_by, "commission": commission, "success": text("done")}
        given = {"label": text(code), "means": "talk", "description": text(code), "since": "1400-01-01"}
        return {"code": code, "indicators": {"e1": 2}, "needs_expert": done_by != "helper", "plan": plan, **given}

    own = [one(f"of_{name}", "commission", name) for name in commissions] + [one("visit", "helper", None)]
    file = {"help": "focused", "label": text("focused"), "means": {"talk": text("a talk")}, "programmes": own}
    return ProgrammeCatalogue({"focused.yaml": ProgrammeFile.model_validate(file)})


NO_PLANS = programmes()


def proposed(placed: Stratification, rules: WorkRules, tables: CaseTables | None = None, **others) -> list[tuple]:
    given = {"tables": tables or NOTHING_TOLD, "catalogue": NO_PLANS, "on_day": TODAY} | others
    found = proposed_referrals(placed, rules=rules, **given)
    return list(
        found[["family_id", "commission", "rules", "possible_rules", "is_certain"]].itertuples(index=False, name=None)
    )


def helped(*families: str, **others: object) -> list[Row]:
    days = {"from_day": 14040101, "until_day": 14041229, **others}
    return [
        dict.fromkeys(ASSIGNMENTS.column_names) | {"family_id": name, "helper_id": "H1", **days} for name in families
    ]


def planned(programme: str, family: str = "F1", **others: object) -> Row:
    given = {"from_day": 14040101, "decision": "accepted", **others}
    return dict.fromkeys(PLANS.column_names) | {
        "family_id": family,
        "subject_id": family,
        "programme": programme,
        **given,
    }


def test_each_domain_names_a_commission():
    """A harm's domain is the name of its commission, so none is without one."""
    assert set(DOMAINS) == set(COMMISSIONS)


def test_a_family_without_concern_is_proposed_to_nobody(rules: WorkRules):
    """Everything asked and fine."""
    assert proposed(stratified(SIX, [FINE]), rules) == []


def test_two_harmed_domains_go_to_the_heavier(rules: WorkRules):
    """Economic and cultural are harmed, cultural with both harms: the cultural commission."""
    assert proposed(stratified(SIX, [[2, 0, 0, 0, 2, 2]]), rules) == [("F1", "cultural", "harmed_domains", "", True)]


def test_one_harmed_domain_is_not_complex(rules: WorkRules):
    """Its helper can do it."""
    assert proposed(stratified(SIX, [[2, 2, 0, 0, 0, 0]]), rules) == []


def test_of_equal_domains_the_first_is_asked(rules: WorkRules):
    """A tie is settled the same way each time."""
    assert proposed(stratified(SIX, [[2, 0, 2, 0, 2, 0]]), rules)[0][1] == "economic"


def test_a_critical_harm_goes_to_the_commission_of_its_domain(rules: WorkRules):
    """One critical harm, whatever else is fine; its code stands in a column of its own and not in the sentence."""
    placed = stratified(SIX, [[0, 0, 0, 3, 0, 0]])
    assert proposed(placed, rules) == [("F1", "social", "critical", "", True)]
    row = proposed_referrals(placed, NOTHING_TOLD, NO_PLANS, rules, TODAY).iloc[0]
    assert (row["indicators"], "s2" in str(row["why"])) == ("s2", False)
    assert say(row["why"], "en") == "A harm that is critical by itself is known in this domain: social."


def test_an_open_critical_question_is_told_apart(rules: WorkRules):
    """What may be is no proposal: nothing of it becomes a referral, and the question comes first."""
    placed = stratified(SIX, [[0, 0, 0, UNKNOWN, 0, 0]])
    assert proposed(placed, rules) == [("F1", "social", "", "critical", False)]
    found = proposed_referrals(placed, NOTHING_TOLD, NO_PLANS, rules, TODAY)
    assert ("Ask it first" in str(found["why"].iloc[0]), len(referral_rows(found, TODAY))) == (True, 0)


def test_open_answers_may_make_a_second_domain_harmed(rules: WorkRules):
    """One domain is harmed, another is open: harmed domains perhaps, before the heavier by what is known."""
    assert proposed(stratified(SIX, [[2, 2, 0, 0, UNKNOWN, 0]]), rules) == [
        ("F1", "economic", "", "harmed_domains", False)
    ]


def test_several_rules_meet_in_one_row(rules: WorkRules):
    """Both rules name the social commission, so there is one proposal with two grounds."""
    assert proposed(stratified(SIX, [[2, 0, 2, 3, 0, 0]]), rules) == [
        ("F1", "social", "harmed_domains critical", "", True)
    ]


def test_a_certain_family_stands_before_a_possible_one_and_a_critical_one_first(rules: WorkRules):
    """The order of the list is the order of need."""
    rows = [[0, 0, 0, UNKNOWN, 0, 0], [2, 2, 2, 0, 2, 0], [0, 0, 0, 3, 0, 0]]
    assert [row[0] for row in proposed(stratified(SIX, rows), rules)] == ["F3", "F2", "F1"]


@pytest.mark.parametrize(
    ("state", "is_proposed"),
    [
        ("proposed", False),
        ("accepted", False),
        ("discussed", False),
        ("decided", False),
        ("done", True),
        ("withdrawn", True),
    ],
)
def test_a_case_that_is_open_is_not_proposed_again(rules: WorkRules, state: str, is_proposed: bool):
    """While a case is before the commission nothing is added; once it is over the rule speaks again."""
    tables = facts(referrals=[referral(state=state)])
    assert is_proposed == bool(proposed(stratified(SIX, [[0, 0, 0, 3, 0, 0]]), rules, tables))


def test_a_case_before_another_commission_hinders_nothing(rules: WorkRules):
    """An economic case says nothing of a social one."""
    tables = facts(referrals=[referral(commission="economic")])
    assert [row[1] for row in proposed(stratified(SIX, [[0, 0, 0, 3, 0, 0]]), rules, tables)] == ["social"]


def test_a_family_that_took_its_case_back_is_not_asked_as_if_it_had_not(rules: WorkRules):
    """The sentence tells the day of the withdrawal."""
    tables = facts(referrals=[referral(state="withdrawn", state_day=14040721, consent="no")])
    found = proposed_referrals(stratified(SIX, [[0, 0, 0, 3, 0, 0]]), tables, NO_PLANS, rules, TODAY)
    assert "was withdrawn on 1404-07-21" in str(found["why"].iloc[0])


BEFORE = [2, 2, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ([2, 2, 0, 0, 0, 0], [("economic", "no_progress", "")]),
        ([2, 2, 2, 0, 0, 0], [("economic", "harmed_domains no_progress", "")]),
        # One harm less and harmed no more: progress.
        ([2, 0, 0, 0, 0, 0], []),
        # Harmed as before by another harm, with the same score: no progress.
        ([2, 0, 0, 0, 2, 0], [("economic", "harmed_domains no_progress", "")]),
        # The second answer is open: there may have been progress, or not.
        ([2, UNKNOWN, 0, 0, 0, 0], [("economic", "", "no_progress")]),
        (FINE, []),
    ],
)
def test_no_progress_in_two_quarters(rules: WorkRules, now: list, expected: list):
    """Level first and then score: the same or worse is no progress, and what is open is told apart."""
    tables = facts(assignments=helped("F1"))
    found = proposed(stratified(SIX, [now]), rules, tables, placed_before=stratified(SIX, [BEFORE], month=HALF_YEAR))
    assert [(row[1], row[2], row[3]) for row in found] == expected


@pytest.mark.parametrize(
    ("assigned", "is_proposed"),
    [
        (helped("F1"), True),
        (helped("F2"), False),
        ([], False),
        # Begun after the earlier month; and over by now.
        (helped("F1", from_day=14040301), False),
        (helped("F1", until_day=14040816), False),
        # Another helper in between.
        (helped("F1", until_day=14040530) + helped("F1", from_day=14040601), True),
    ],
)
def test_progress_is_asked_only_in_a_year_of_help(rules: WorkRules, assigned: list[Row], is_proposed: bool):
    """Whoever was not helped on both days is not measured by the help."""
    before, now = stratified(SIX, [BEFORE], month=HALF_YEAR), stratified(SIX, [BEFORE])
    found = proposed(now, rules, facts(assignments=assigned), placed_before=before)
    assert is_proposed == bool(found)


def test_a_family_not_placed_before_has_no_progress_to_show(rules: WorkRules):
    """It was not there half a year ago."""
    before = stratified(SIX, [BEFORE], ids=["F2"], month=HALF_YEAR)
    assert proposed(stratified(SIX, [BEFORE]), rules, facts(assignments=helped("F1")), placed_before=before) == []


def test_other_rules_of_levels_make_progress_uncertain(rules: WorkRules):
    """Where the cut-offs changed meanwhile, what did not become better may be the rule."""
    before = stratified(SIX, [BEFORE], month=HALF_YEAR, harmed=Fraction(1, 4))
    found = proposed(stratified(SIX, [BEFORE]), rules, facts(assignments=helped("F1")), placed_before=before)
    assert found == [("F1", "economic", "", "no_progress", False)]


def test_the_earlier_month_is_the_one_the_rule_asks_for(rules: WorkRules):
    """Levels of another month are refused by name."""
    before = stratified(SIX, [BEFORE], month=Month(1404, 3))
    with pytest.raises(EarlierMonthDiffers, match="1404-03, and the rule compares with 1404-02"):
        proposed(stratified(SIX, [BEFORE]), rules, placed_before=before)


@pytest.mark.parametrize(
    ("row", "is_proposed"),
    [
        (planned("of_economic"), True),
        (planned("of_economic", decision="changed"), True),
        (planned("of_economic", decision="refused"), False),
        (planned("of_economic", until_day=14040816), False),
        (planned("of_economic", from_day=14030901), True),
        (planned("of_economic", from_day=14030801), False),
        (planned("of_economic", from_day=14040901), False),
        (planned("visit"), False),
        (planned("of_economic", family="F9"), False),
    ],
)
def test_a_programme_that_only_a_commission_can_do_proposes(rules: WorkRules, row: Row, is_proposed: bool):
    """Accepted, in force on the day, of a family that is here, and done by a commission."""
    found = proposed(stratified(SIX, [FINE]), rules, facts(plans=[row]), catalogue=programmes("economic"))
    assert found == ([("F1", "economic", "programme", "", True)] if is_proposed else [])


@pytest.mark.parametrize(
    ("decision", "expected"), [("accepted", "programme"), ("refused", ""), (None, "programme")], ids=str
)
def test_a_programme_that_only_a_commission_can_do_waits_until_it_is_refused(
    rules: WorkRules, decision: str | None, expected: str
):
    """The levels call for it before anybody can accept it; a refusal with its reason is an answer."""
    plans = [planned("of_economic", decision=decision)] if decision else []
    found = proposed(stratified(SIX, [[2, 2, 2, 2, 0, 0]]), rules, facts(plans=plans), catalogue=programmes("economic"))
    by_rule = {row[1]: row[2].split() for row in found}
    assert ("programme" in by_rule["economic"]) == bool(expected)


def test_an_open_answer_makes_a_programme_wait_only_perhaps(rules: WorkRules):
    """Harmed for certain, and what calls for the programme is open: asked first, proposed to nobody."""
    found = proposed(stratified(SIX, [[UNKNOWN, 0, 2, 2, 2, 0]]), rules, catalogue=programmes("cultural"))
    told = {row[1]: (row[2], row[3]) for row in found}
    assert told["cultural"] == ("", "programme")


def test_programmes_are_counted_and_named_only_in_their_column(rules: WorkRules):
    """Two members with one programme are one programme."""
    rows = [planned("of_economic"), planned("of_economic") | {"subject_id": "F1-1"}]
    row = proposed_referrals(stratified(SIX, [FINE]), facts(plans=rows), programmes("economic"), rules, TODAY).iloc[0]
    assert row["programmes"] == "of_economic"
    assert str(row["why"]) == "1 programme that the family needs can only be done by this commission."


def test_certain_proposals_become_referrals_by_rule(rules: WorkRules):
    """Nobody proposed it, nobody asked the family yet, and the rules are told."""
    found = proposed_referrals(
        stratified(SIX, [[2, 0, 2, 3, 0, 0], [0, 0, 0, UNKNOWN, 0, 0]]), NOTHING_TOLD, NO_PLANS, rules, TODAY
    )
    [row] = referral_rows(found, TODAY).to_dict("records")
    told = ("family_id", "commission", "proposed_day", "rules", "state", "state_day", "consent")
    assert [row[name] for name in told] == [
        *("F1", "social", TODAY, "harmed_domains critical", "proposed", TODAY, "not_asked"),
    ]
    assert pd.isna(row["proposed_by"])


def test_no_family(rules: WorkRules):
    """An empty centre proposes nobody, with the same columns."""
    one = stratified(SIX, [FINE])
    none = stratified(SIX, [])
    first, second = (proposed_referrals(placed, NOTHING_TOLD, NO_PLANS, rules, TODAY) for placed in (one, none))
    assert (list(first), len(second)) == (list(second), 0)


cells = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted).map(tuple)


@settings(max_examples=30)
@given(rows=st.lists(st.lists(cells, min_size=6, max_size=6), min_size=1, max_size=4), data=st.data())
def test_what_is_certain_stays_so_whatever_the_answers_turn_out_to_be(
    rules: WorkRules, rows: list, data: st.DataObject
):
    """Any completion of the open answers keeps every certain ground, and brings none that was not possible."""
    placed = ranged(SIX, rows)
    settled = [[data.draw(st.integers(low, high)) for low, high in row] for row in rows]
    whole = stratified(SIX, settled)

    def grounds(found: Stratification) -> tuple[set, set]:
        frame = proposed_referrals(found, NOTHING_TOLD, NO_PLANS, rules, TODAY)
        sure = {(row.family_id, rule) for row in frame.itertuples() for rule in row.rules.split()}
        may = {(row.family_id, rule) for row in frame.itertuples() for rule in row.possible_rules.split()}
        return sure, may

    sure, may = grounds(placed)
    settled_sure, settled_may = grounds(whole)
    assert sure <= settled_sure <= sure | may
    assert settled_may == set()


@settings(max_examples=30)
@given(rows=st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=5))
def test_the_rules_are_what_the_levels_say_family_by_family(rules: WorkRules, rows: list):
    """Harmed domains and critical harms as the results of the levels tell them."""
    placed = stratified(SIX, rows)
    results = placed.results
    found = {(row[0], rule) for row in proposed(placed, rules) for rule in row[2].split()}
    harmed = (results[[f"{domain}_level" for domain in DOMAINS]].astype("str") == "harmed").sum(axis=1)
    complex_ones = {(family, "harmed_domains") for family in results.index[harmed >= 2]}
    critical = {(family, "critical") for family in results.index[results["critical_indicators"] != ""]}
    assert found == complex_ones | critical


def test_need_orders_critical_then_score_then_code():
    """Equals stand in the order of their codes."""
    placed = stratified(SIX, [FINE, [2, 2, 2, 0, 0, 0], [0, 0, 0, 3, 0, 0], FINE], ids=["F4", "F2", "F3", "F1"])
    assert need_of(placed).sort_values().index.tolist() == ["F3", "F2", "F1", "F4"]
    assert np.array_equal(placed.level == HARMED, [False, True, True, False])
