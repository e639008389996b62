"""The sample's year of help: repeatable, sound by the centre's own checks, and showing what a demonstration needs."""

import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.calendar.agendas import agenda_of, plan_calendar
from hamyar.core.calendar.check import check_schedule
from hamyar.core.jalali import FRIDAY, Month, gregorian, public_holiday, weekday
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.meetings.commissions import referral_faults, session_faults
from hamyar.core.meetings.events import event_faults
from hamyar.core.meetings.faults import refusing
from hamyar.core.plan.plans import goals_of, plan_faults
from hamyar.core.sample import generate, helper_identities, indicators_at, sample_work
from hamyar.core.sample.helpers import trainee_code
from hamyar.core.sample.work import EFFORT
from hamyar.core.tables import (
    COMMISSIONS,
    FACT_TABLES,
    HELPER_TABLES,
    MEETING_TABLES,
    PLAN_TABLES,
    REFERRAL_STATES,
    CaseTables,
    conform,
)
from hamyar.core.tables.faults import overlapping_assignments, row_faults
from hamyar.store.parameter_files import load_parameters

BEGIN, LAST = Month(1404, 4), Month(1404, 8)
SPAN = (LAST + -12).until(LAST)
FIRST_DAY, LAST_DAY = BEGIN.code * 100 + 1, LAST.code * 100 + LAST.days
SEED = 1404
FOLDER = Path(__file__).parents[2] / "parameters"
PARAMETERS = load_parameters(FOLDER, is_synthetic=True)
OF_WORK = [table.name for table in (*HELPER_TABLES, *PLAN_TABLES, *MEETING_TABLES)]


def families(count: int, seed: int = SEED, span: list[Month] = SPAN) -> CaseTables:
    return generate(count, span, seed, indicators=indicators_at(PARAMETERS, LAST)).tables


@pytest.fixture(scope="module")
def plain() -> CaseTables:
    """The notebooks' dozen, without a year of help."""
    return families(12)


@pytest.fixture(scope="module")
def dozen(plain) -> CaseTables:
    return sample_work(plain, PARAMETERS, LAST, SEED)


@pytest.fixture(scope="module")
def many() -> CaseTables:
    """Four dozen families, with three helpers or so."""
    return sample_work(families(48, seed=2), PARAMETERS, LAST, 2)


@pytest.fixture(params=["dozen", "many"])
def made(request) -> CaseTables:
    return request.getfixturevalue(request.param)


def activities(tables: CaseTables) -> pd.DataFrame:
    return tables.visits[tables.visits["kind"] == "activity"]


class TestRepeatable:
    def test_equal_arguments_give_equal_tables(self, plain, dozen):
        """The same families, parameters and seed give the same year to the last minute."""
        again = sample_work(plain, PARAMETERS, LAST, SEED)
        for name in OF_WORK:
            pd.testing.assert_frame_equal(getattr(dozen, name), getattr(again, name))

    def test_the_families_stay_as_they_were(self, plain, dozen):
        """Families, members, money and answers are those of the sample without a year of help."""
        for name in FACT_TABLES:
            if name not in OF_WORK:
                pd.testing.assert_frame_equal(getattr(plain, name), getattr(dozen, name))

    def test_every_table_conforms_and_none_is_empty(self, many):
        """Each table has exactly the declared columns and types, and rows."""
        for name, table in FACT_TABLES.items():
            frame = getattr(many, name)
            pd.testing.assert_frame_equal(conform(table, frame), frame)
            assert len(frame) > 0, name


class TestSound:
    def test_no_row_is_refused(self, made):
        """An import would take every row: days in order, reasons where they are needed, no number of a person."""
        for name in OF_WORK:
            assert [str(fault.message) for fault in row_faults(name, getattr(made, name))] == []
        assert list(overlapping_assignments(made.assignments)) == []

    def test_plans_and_goals_stand(self, made):
        """No decision of a plan is refused: subjects, resources and their capacities, experts, what comes first."""
        others = replace(made, plans=made.plans.head(0), goals=made.goals.head(0))
        assert [str(fault.message) for fault in plan_faults(made.plans, made.goals, others, PARAMETERS, BEGIN)] == []

    def test_every_harm_has_a_goal_or_a_reason(self, made):
        """Of the families that are carried no harm at level 2 or worse was left without a word."""
        placed = stratify_families(made, PARAMETERS, BEGIN)
        carried = made.assignments["family_id"].tolist()
        told = goals_of(placed, made, PARAMETERS, BEGIN, BEGIN.code * 100 + BEGIN.days, carried)
        assert {"goal", "reason"} == set(told["state"])

    def test_meetings_stand(self, made):
        """No session and no event is refused: nobody is on leave, in two places, or asked against the family's will."""
        faults = [*session_faults(made, LAST_DAY), *event_faults(made, LAST_DAY)]
        assert [str(fault.message) for fault in refusing(faults)] == []

    def test_every_case_took_its_step(self, made):
        """Each referral may follow from the step before it."""
        before = {"accepted": "proposed", "discussed": "accepted", "decided": "discussed", "done": "decided"}
        states = made.referrals["state"].map({**before, "withdrawn": "proposed", "proposed": "proposed"})
        recorded = made.referrals.assign(state=states, state_day=made.referrals["proposed_day"])
        faults = referral_faults(recorded, made.referrals, made, LAST_DAY)
        assert [str(fault.message) for fault in refusing(faults)] == []

    def test_the_calendar_holds(self, dozen):
        """By the check that knows nothing of the planner the year holds, as it was planned on its first day."""
        told = dozen.visits
        planned = told.assign(status=told["status"].mask(told["kind"].isin(["activity", "task"]), "planned"))
        none = replace(dozen, visits=dozen.visits.head(0))
        for helper_id in dozen.helpers["helper_id"]:
            left_out = plan_calendar(none, PARAMETERS, BEGIN, [helper_id], FIRST_DAY, EFFORT).schedule.left_out
            agenda, _ = agenda_of(none, PARAMETERS, BEGIN, [helper_id], FIRST_DAY)
            own = planned[planned["helper_id"] == helper_id]
            assert [str(breach) for breach in check_schedule(agenda, own, left_out, today=FIRST_DAY)] == []
            assert len(left_out) <= 0.02 * len(own)

    def test_nobody_is_visited_on_a_free_day(self, made):
        """No visit to a family is planned for a Friday, a public holiday or a day of the helper's leave."""
        visits = activities(made)
        days = [gregorian(int(day)) for day in visits["day"].unique()]
        assert all(weekday(date) != FRIDAY and public_holiday(date) is None for date in days)
        away = visits.merge(made.helper_leave, on="helper_id")
        assert not (away["day"].ge(away["first_day"]) & away["day"].le(away["last_day"])).any()


class TestYear:
    def test_the_harmed_are_carried(self, made):
        """Whoever was harmed for certain when the year began has one helper until its end, and nobody else has."""
        levels = stratify_families(made, PARAMETERS, BEGIN).results["level"]
        harmed = sorted(str(family_id) for family_id in levels.index[levels.eq("harmed")])
        assert harmed == sorted(made.assignments["family_id"])
        assert {(FIRST_DAY, 14050331)} == set(
            made.assignments[["from_day", "until_day"]].itertuples(index=False, name=None)
        )

    def test_five_to_fifteen(self, made):
        """Every helper has from five to fifteen families, or none; a made-up centre keeps the rule of a real one."""
        counts = made.assignments.groupby("helper_id").size()
        assert counts.between(5, 15).all()

    def test_the_trainee_carries_nobody(self, made):
        """Without the first forty hours there is no family, and no visit to one."""
        trainee = trainee_code(made.extra["seed"])
        assert trainee in set(made.helpers["helper_id"])
        assert trainee not in set(made.assignments["helper_id"]) | set(activities(made)["helper_id"])

    def test_who_asks_for_a_woman_has_one(self, many):
        """Women who head their family and ask for a woman have a woman, and each family somebody of its language."""
        carried = many.assignments.merge(many.family_wishes, on="family_id").merge(many.helpers, on="helper_id")
        heads = many.members[many.members["role"].eq("head") & many.members["sex"].eq("female")]
        asks = carried[
            carried["asks_for_woman"].eq("yes").fillna(False) & carried["family_id"].isin(heads["family_id"])
        ]
        assert len(asks) > 0
        assert {"female"} == set(asks["sex"])
        spoken = carried.dropna(subset="language")
        assert all(row.language in row.languages.split() for row in spoken.itertuples())

    def test_choices_by_hand_are_kept(self, many):
        """The chosen helper has the family, and the one who was ruled out has not."""
        both = many.helper_choices.merge(many.assignments, on="family_id", suffixes=("", "_now"))
        is_same = both["helper_id"] == both["helper_id_now"]
        assert dict(zip(both["choice"], is_same, strict=True)) == {"chosen": True, "never": False}

    def test_decisions_of_every_kind(self, many):
        """Most of what was proposed is accepted, some of it changed, some refused with a reason."""
        shares = many.plans["decision"].value_counts(normalize=True)
        assert shares["accepted"] > 0.5
        assert 0 < shares["changed"] < 0.15
        assert 0.05 < shares["refused"] < 0.5

    def test_what_became_of_the_visits(self, many):
        """Until the last day some 85 of 100 visits were done, some late, some were cancelled, and some are overdue."""
        due = activities(many)[activities(many)["day"] <= LAST_DAY]
        shares = due["status"].value_counts(normalize=True)
        assert 0.8 < shares["done"] < 0.9
        assert 0.02 < shares["cancelled"] < 0.09
        assert 0.05 < shares["planned"] < 0.15
        done = due[due["status"] == "done"]
        assert 0.05 < (done["done_day"] > done["day"]).mean() < 0.2
        assert done["done_day"].max() <= LAST_DAY
        assert due.loc[due["status"] == "cancelled", "reason"].notna().all()

    def test_nothing_is_done_ahead(self, made):
        """What lies after the last day is planned or fixed."""
        ahead = made.visits[made.visits["day"] > LAST_DAY]
        assert {"planned", "fixed"} == set(ahead["status"])

    def test_every_calendar_has_sessions_trainings_and_tasks(self, dozen):
        """Beside the visits stand what takes the helper's time otherwise."""
        assert {"activity", "task", "session", "training", "event"} == set(dozen.visits["kind"])


class TestMeetings:
    def test_commissions(self, made):
        """Each commission has a session that was held, with decisions, and one to come."""
        held = made.sessions[made.sessions["state"] == "done"]
        assert sorted(COMMISSIONS) == sorted(held["commission"])
        assert set(made.decisions["session_id"]) == set(held["session_id"])
        assert sorted(COMMISSIONS) == sorted(made.sessions.loc[made.sessions["state"] == "planned", "commission"])

    def test_referrals_of_every_state(self, made):
        """Cases stand on every step, some proposed by a rule and some by a helper, with and without consent."""
        referrals = made.referrals
        assert set(REFERRAL_STATES) == set(referrals["state"])
        assert {"yes", "no", "not_asked"} == set(referrals["consent"])
        assert referrals["rules"].notna().any()
        assert referrals["proposed_by"].notna().any()

    def test_events_behind_and_ahead(self, made):
        """General help was held, called off and is to come; somebody waits for a place."""
        assert {"done", "cancelled", "planned"} == set(made.events["state"])
        assert {"attended", "absent", "enrolled", "waiting", "cancelled"} == set(made.enrolments["state"])
        full = made.enrolments[made.enrolments["state"] == "enrolled"].merge(made.events, on="event_id")
        taken = full.groupby("event_id").agg(taken=("family_id", "size"), capacity=("capacity", "first"))
        assert (taken["taken"] <= taken["capacity"].fillna(99)).all()

    def test_groups(self, made):
        """Women who head their family meet in a self-help group, and the helpers in one of theirs."""
        kinds = made.help_groups.set_index("group_id")["kind"]
        members = made.group_members.assign(kind=made.group_members["group_id"].map(kinds))
        women = made.members[made.members["role"].eq("head") & made.members["sex"].eq("female")]["member_id"]
        assert set(members.loc[members["kind"] == "self_help_group", "person_id"]) <= set(women)
        assert set(made.helpers["helper_id"]) == set(members.loc[members["kind"] == "helper_group", "person_id"])


def test_no_name_stands_in_the_tables(many):
    """No value of the identities, a family's or a helper's, appears in a table of facts."""
    secrets = {
        *generate(48, SPAN, 2).identities["value"],
        *helper_identities(many.helpers, 2)["value"],
    }
    for name in FACT_TABLES:
        assert not secrets & set(getattr(many, name).astype("str").to_numpy().ravel())


def test_sentences_are_persian(many):
    """What people wrote is in the language of the centre: no planner's English sentence is left among it."""
    for name, column in (("plans", "reason"), ("goals", "reason"), ("visits", "reason"), ("decisions", "what")):
        written = getattr(many, name)[column].dropna()
        assert len(written) > 0
        assert not written.map(lambda text: bool(re.search("[A-Za-z]", text))).any()


def test_too_few_harmed_families():
    """Where the harmed are fewer than one helper must have nobody is assigned, and helpers and events are there."""
    found = sample_work(families(3), PARAMETERS, LAST, SEED)
    assert (len(found.assignments), len(found.plans), len(found.visits)) == (0, 0, 0)
    assert min(len(found.helpers), len(found.trainings), len(found.events)) > 0


def test_a_short_run_begins_with_its_last_month():
    """In a run of one month the year begins with it, and nothing in it lies further back or is done ahead."""
    short = families(24, span=[LAST])
    found = sample_work(short, PARAMETERS, LAST, SEED)
    assert {LAST.code * 100 + 1} == set(found.assignments["from_day"])
    assert found.visits.loc[found.visits["status"] == "done", "day"].max() <= LAST_DAY
    assert [fault for name in OF_WORK for fault in row_faults(name, getattr(found, name))] == []


def test_a_large_sample_has_families_only(plain, monkeypatch):
    """Beyond the largest number the tables come back as they were."""
    monkeypatch.setattr(import_module("hamyar.core.sample.work"), "LARGEST_WITH_WORK", 11)
    assert sample_work(plain, PARAMETERS, LAST, SEED) is plain


def test_without_rules_there_is_no_work(plain):
    """Parameters without catalogues, and families that nobody visited, have no helpers."""
    bare = load_parameters(FOLDER / "sample", is_synthetic=False)
    assert sample_work(plain, bare, LAST, SEED) is plain
    unseen = generate(12, SPAN, SEED).tables
    assert sample_work(unseen, PARAMETERS, LAST, SEED) is unseen
