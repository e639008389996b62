"""A centre with two helpers, six carried families and a scheduled year, for the tests of the calendar's pages."""

from dataclasses import replace
from functools import lru_cache

import pandas as pd
from tests.core.making import PARAMETERS

from hamyar.core.calendar.scheduling import schedule
from hamyar.core.calendar.tables import Agenda
from hamyar.core.jalali import Month
from hamyar.core.tables import (
    ASSIGNMENTS,
    DECISIONS,
    ENROLMENTS,
    EVENTS,
    FACT_TABLES,
    FAMILY_WISHES,
    GOALS,
    GROUP_MEMBERS,
    HELP_GROUPS,
    HELPER_CHOICES,
    HELPER_HOURS,
    HELPER_LEAVE,
    HELPER_TABLES,
    HELPER_TRAVEL,
    HELPERS,
    MEETING_TABLES,
    PLAN_TABLES,
    PLANS,
    REFERRALS,
    RESOURCES,
    SESSION_CASES,
    SESSION_PEOPLE,
    SESSIONS,
    TRAININGS,
    VISITS,
    CaseTables,
    conform,
)
from hamyar.faces import sources
from hamyar.faces.sources import sample_source

MONTH = Month(1404, 8)
FIRST_DAY, LAST_DAY = 14040601, 14050531
ON_DAY = 14040830
SESSION_DAY, TRAINING_DAY = 14040806, 14040913
# Answers to a harm that is never printed by its name, and one that is.
PRIVATE, OPEN = "safety_first", "family_budget_plan"


def table(declared, *rows):
    return conform(declared, pd.DataFrame(list(rows), columns=None if rows else declared.column_names))


@lru_cache(maxsize=1)
def help_tables() -> CaseTables:
    """The sample's families; the first six are carried by H1 (five) and H2 (one), the rest by nobody."""
    tables = sample_source(PARAMETERS).tables()
    codes = tables.families["family_id"].tolist()[:6]
    child = {code: member_of(tables, code) for code in codes}
    carried = dict.fromkeys(codes[:5], "H1") | {codes[5]: "H2"}
    activities = [
        row
        for code, helper in carried.items()
        for row in (
            activity(code, code, helper, "economy_review", 60, every_days=30),
            activity(code, code, helper, OPEN, 60, every_days=28, offset_days=3),
            activity(code, child[code], helper, "study_companion", 45, every_days=21, offset_days=10),
        )
    ]
    activities.append(activity(codes[0], codes[0], "H1", PRIVATE, 45, every_days=14, offset_days=5))
    hours = [
        {"helper_id": helper, "weekday": weekday, "start_minute": 540, "minutes": 300}
        for helper in ("H1", "H2")
        for weekday in (0, 2, 4)
    ]
    leave = table(HELPER_LEAVE, {"helper_id": "H1", "first_day": 14040817, "last_day": 14040819})
    agenda = Agenda(FIRST_DAY, LAST_DAY, pd.DataFrame(activities), pd.DataFrame(hours), leave=leave)
    return replace(
        tables,
        helpers=table(
            HELPERS,
            *({"helper_id": code, "sex": "female", "from_day": 14030101} for code in ("H1", "H2", "H3")),
        ),
        helper_hours=table(HELPER_HOURS, *hours),
        helper_leave=leave,
        helper_travel=HELPER_TRAVEL.empty(),
        family_wishes=FAMILY_WISHES.empty(),
        helper_choices=HELPER_CHOICES.empty(),
        help_groups=table(
            HELP_GROUPS,
            {
                "group_id": "G1",
                "kind": "self_help_group",
                "title": "صندوق بنفشه",
                "helper_id": "H1",
                "from_day": FIRST_DAY,
            },
        ),
        group_members=GROUP_MEMBERS.empty(),
        trainings=table(TRAININGS, *trainings()),
        assignments=table(ASSIGNMENTS, *(assigned(code, helper) for code, helper in carried.items())),
        resources=table(
            RESOURCES,
            {
                "resource_id": "R1",
                "title": "درمانگاه محله",
                "reach": "neighbourhood",
                "programmes": OPEN,
                "capacity": 4,
                "from_day": 14030101,
            },
        ),
        plans=table(PLANS, *(row for code in codes for row in plan_rows(code, child[code], is_first=code == codes[0]))),
        goals=table(
            GOALS,
            goal(codes[0], "gap", aim_level=1, until_day=14050229),
            goal(codes[0], "savings", reason="اول کسری بسته شود"),
            goal(codes[0], "domestic_violence", aim_level=0, until_day=14050229),
        ),
        visits=conform(
            VISITS, pd.concat([told(schedule(agenda, effort=0.3).visits), fixed_visits(codes)], ignore_index=True)
        ),
        referrals=table(
            REFERRALS,
            *(referral(code, state) for code, state in zip(codes, ("proposed", "accepted", "decided"), strict=False)),
        ),
        sessions=table(
            SESSIONS,
            {
                "session_id": "S1",
                "commission": "economic",
                "day": SESSION_DAY,
                "start_minute": 600,
                "minutes": 90,
                "place": "دفتر مرکز",
                "state": "done",
            },
        ),
        session_people=table(
            SESSION_PEOPLE, {"session_id": "S1", "person_id": "H1", "part": "helper", "has_attended": "yes"}
        ),
        session_cases=table(SESSION_CASES, {"session_id": "S1", "family_id": codes[2]}),
        decisions=table(
            DECISIONS,
            {
                "session_id": "S1",
                "family_id": codes[2],
                "number": 1,
                "what": "پیگیری وام اشتغال",
                "person_id": "H1",
                "until_day": 14040920,
                "minutes": 30,
                "state": "open",
            },
        ),
        events=table(EVENTS, *events()),
        enrolments=table(
            ENROLMENTS,
            enrolment("E1", codes[0], codes[0], "attended"),
            enrolment("E1", codes[1], codes[1], "absent"),
            enrolment("E2", codes[0], codes[0], "enrolled"),
            enrolment("E2", codes[1], child[codes[1]], "waiting"),
            enrolment("E3", codes[0], codes[0], "enrolled"),
        ),
    )


def nobody_helps() -> CaseTables:
    """The same families as they were before there were helpers."""
    tables = sample_source(PARAMETERS).tables()
    names = [*(table.name for table in (*HELPER_TABLES, *PLAN_TABLES, *MEETING_TABLES))]
    return replace(tables, **{name: FACT_TABLES[name].empty() for name in names})


def source_of(tables: CaseTables):
    """These tables with the sample's parameters, as a notebook reads them."""
    return sources.WholeTables(tables, sample_source(PARAMETERS).parameters)


def help_source():
    return source_of(help_tables())


def carried_codes() -> list[str]:
    """The families of H1 in the order of the tables."""
    frame = help_tables().assignments
    return frame.loc[frame["helper_id"] == "H1", "family_id"].tolist()


def member_of(tables, code):
    members = tables.members[tables.members["family_id"] == code]
    children = members[members["role"] == "child"]
    return (children if len(children) else members)["member_id"].iloc[-1]


def activity(family, subject, helper, programme, minutes, **others):
    return {
        "activity_id": f"{family}.{subject}.{programme}.{FIRST_DAY}",
        "helper_id": helper,
        "family_id": family,
        "member_id": None if subject == family else subject,
        "programme": programme,
        "minutes": minutes,
        "tolerance_days": 5,
        **others,
    }


def assigned(family, helper):
    return {"family_id": family, "from_day": FIRST_DAY, "helper_id": helper, "until_day": LAST_DAY}


def plan_rows(family, child, *, is_first):
    row = {"family_id": family, "subject_id": family, "from_day": FIRST_DAY, "decided_day": FIRST_DAY}
    yield row | {"programme": OPEN, "decision": "accepted", "resource_id": "R1", "every_days": 28}
    yield row | {"programme": "study_companion", "subject_id": child, "decision": "changed", "reason": "عصرها"}
    if is_first:
        yield row | {"programme": PRIVATE, "decision": "accepted", "every_days": 14}
        yield row | {"programme": "debt_settlement", "decision": "refused", "reason": "خودشان تسویه می‌کنند"}


def goal(family, indicator, **others):
    return {"family_id": family, "subject_id": family, "indicator": indicator, "from_day": FIRST_DAY, **others}


def referral(family, state):
    return {
        "family_id": family,
        "commission": "economic",
        "proposed_day": 14040701,
        "state": state,
        "state_day": 14040715,
        "consent": "yes",
    }


def trainings():
    before = {"part": "before_first_family", "way": "in_person", "start_minute": 540}
    done = {"topic": "آغاز همیاری", "day": 14040510, "minutes": 2400, "state": "done"}
    for helper in ("H1", "H2"):
        yield {"helper_id": helper, "training_id": "T1"} | before | done
    yield {"helper_id": "H3", "training_id": "T1"} | before | done | {"minutes": 600}
    yield {
        "helper_id": "H1",
        "training_id": "T2",
        "topic": "گوش دادن",
        "part": "in_service",
        "way": "virtual",
        "day": TRAINING_DAY,
        "start_minute": 540,
        "minutes": 180,
        "state": "planned",
    }


def events():
    row = {
        "kind": "workshop",
        "area": None,
        "place": "مسجد محله",
        "start_minute": 960,
        "minutes": 120,
        "helper_id": "H1",
    }
    yield row | {
        "event_id": "E1",
        "programme": "budgeting_workshop",
        "title": "کارگاه دخل و خرج",
        "day": 14040811,
        "capacity": 10,
        "state": "done",
    }
    yield row | {
        "event_id": "E2",
        "programme": "nutrition_class",
        "title": "کلاس تغذیه",
        "day": 14040910,
        "capacity": 1,
        "state": "planned",
    }
    yield row | {
        "event_id": "E3",
        "programme": "addiction_film",
        "title": "فیلم اعتیاد",
        "day": 14040912,
        "capacity": None,
        "state": "planned",
    }


def enrolment(event, family, subject, state):
    return {
        "event_id": event,
        "family_id": family,
        "subject_id": subject,
        "state": state,
        "enrolled_day": 14040801,
    }


def fixed_visits(codes) -> pd.DataFrame:
    """A session, a training to come, an event that H1 leads, and a task."""
    row = {"helper_id": "H1", "status": "fixed"}
    return pd.DataFrame(
        [
            row
            | {"visit_id": "S1.H1", "kind": "session", "day": SESSION_DAY, "start_minute": 600, "minutes": 90}
            | {"status": "done"},
            row | {"visit_id": "T2.H1", "kind": "training", "day": TRAINING_DAY, "start_minute": 540, "minutes": 180},
            row | {"visit_id": "E2.H1", "kind": "event", "day": 14040910, "start_minute": 960, "minutes": 120},
            row
            | {
                "visit_id": f"S1.{codes[2]}.1.1",
                "activity_id": f"S1.{codes[2]}.1",
                "number": 1,
                "family_id": codes[2],
                "kind": "task",
                "day": 14040908,
                "start_minute": 810,
                "minutes": 30,
                "status": "planned",
            },
        ]
    )


def told(visits: pd.DataFrame) -> pd.DataFrame:
    """The year as it stands at the end of Aban: most visits done, some late, one done late, one cancelled."""
    visits = visits.assign(kind="activity").sort_values(["day", "start_minute", "visit_id"]).reset_index(drop=True)
    passed = visits.index[visits["day"] <= ON_DAY]
    mine = visits.index[(visits["day"] <= ON_DAY) & (visits["helper_id"] == "H1")]
    visits.loc[passed, "status"] = "done"
    visits.loc[passed, "done_day"] = visits.loc[passed, "day"]
    visits.loc[mine[-3:-1], ["status", "done_day"]] = ["planned", pd.NA]
    visits.loc[mine[-4], "done_day"] = ON_DAY
    visits.loc[mine[-5], ["status", "done_day", "reason"]] = ["cancelled", pd.NA, "خانواده سفر بود"]
    return visits
