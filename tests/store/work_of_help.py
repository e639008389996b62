"""The work of helping the three invented families, one to three rows in every table of it."""

from dataclasses import replace

import pandas as pd

from hamyar.core.tables import FACT_TABLES, HELPER_TABLES, MEETING_TABLES, PLAN_TABLES, CaseTables, conform

WORK_TABLES = (*HELPER_TABLES, *PLAN_TABLES, *MEETING_TABLES)
WORK = {
    "helpers": [
        {"helper_id": "h1", "sex": "female", "languages": "fa az", "skills": "talking", "areas": "شمال؛ جنوب"}
        | {"from_day": 14040101, "source": "institution"},
        {"helper_id": "h2", "from_day": 14050101, "until_day": 14061229},
    ],
    "helper_hours": [
        {"helper_id": "h1", "weekday": 0, "start_minute": 0, "minutes": 1440},
        {"helper_id": "h1", "weekday": 6, "start_minute": 480, "minutes": 240},
    ],
    "helper_leave": [{"helper_id": "h1", "first_day": 14051010, "last_day": 14051010}],
    "helper_travel": [{"helper_id": "h2", "area": "شمال", "minutes": 0}],
    "trainings": [
        {"helper_id": "h1", "training_id": "t1", "topic": "گوش دادن", "part": "before_first_family", "way": "virtual"}
        | {"day": 14050101, "minutes": 2400, "state": "done"},
        {"helper_id": "h2", "training_id": "t1", "part": "in_service", "day": 14050901, "start_minute": 540}
        | {"minutes": 60, "state": "cancelled", "reason": "مربی نیامد"},
    ],
    "family_wishes": [{"family_id": "F1", "asks_for_woman": "yes", "language": "az", "source": "family"}],
    "helper_choices": [{"family_id": "F2", "helper_id": "h1", "choice": "never", "reason": "خویشاوند است"}],
    "assignments": [
        {"family_id": "F1", "from_day": 14050801, "helper_id": "h1", "until_day": 14051030, "is_chosen": "no"},
        {"family_id": "F1", "from_day": 14051101, "helper_id": "h2", "until_day": 14060730, "reason": "جابه‌جایی"},
        {"family_id": "F2", "from_day": 14050801, "helper_id": "h2", "until_day": 14060730},
    ],
    "resources": [
        {"resource_id": "r1", "title": "درمانگاه شهر", "reach": "province", "programmes": "talking", "capacity": 5},
        {"resource_id": "r2", "reach": "neighbourhood", "area": "شمال", "programmes": "talking"}
        | {"from_day": 14050101, "until_day": 14050101, "source": "local"},
    ],
    "plans": [
        {"family_id": "F1", "subject_id": "F1", "programme": "talking", "from_day": 14050801, "decision": "accepted"},
        {"family_id": "F1", "subject_id": "F1-2", "programme": "talking", "from_day": 14050801, "decision": "changed"}
        | {"reason": "کوتاه‌تر", "resource_id": "r1", "minutes": 30, "every_days": 14, "number": 6, "offset_days": 0}
        | {"until_day": 14051229, "decided_day": 14050803, "decided_by": "h1"},
    ],
    "goals": [
        {"family_id": "F1", "subject_id": "F1", "indicator": "housing", "from_day": 14050801, "aim_level": 2},
        {"family_id": "F1", "subject_id": "F1-2", "indicator": "child_labour", "from_day": 14050801}
        | {"reason": "خانواده نخواست", "decided_day": 14050803, "decided_by": "h1"},
    ],
    "visits": [
        {"visit_id": "F1.F1-2.talking.14050801.1", "activity_id": "F1.F1-2.talking.14050801", "number": 1}
        | {"helper_id": "h1", "family_id": "F1", "member_id": "F1-2", "programme": "talking", "kind": "activity"}
        | {"due_day": 14050804, "day": 14050805, "start_minute": 600, "minutes": 30, "status": "done"}
        | {"done_day": 14050806},
        {"visit_id": "s1.h1", "helper_id": "h1", "kind": "session", "day": 14050910, "start_minute": 600}
        | {"minutes": 90, "status": "fixed"},
        {"visit_id": "F2.F2.talking.14050801.1", "helper_id": "h2", "family_id": "F2", "day": 14050805}
        | {"start_minute": 600, "minutes": 30, "status": "cancelled", "reason": "بیمار بود"},
    ],
    "referrals": [
        {"family_id": "F1", "commission": "social", "proposed_day": 14050815, "rules": "harmed_domains"}
        | {"state": "accepted", "state_day": 14050815, "consent": "yes"},
        {"family_id": "F2", "commission": "economic", "proposed_day": 14050816, "proposed_by": "h2"}
        | {"state": "withdrawn", "state_day": 14050820, "consent": "no", "reason": "خانواده نپذیرفت"},
    ],
    "sessions": [
        {"session_id": "s1", "commission": "social", "day": 14050910, "start_minute": 600, "minutes": 90}
        | {"place": "کتابخانه", "state": "planned"},
    ],
    "session_people": [
        {"session_id": "s1", "person_id": "h1", "part": "helper"},
        {"session_id": "s1", "person_id": "p1", "part": "expert", "has_attended": "yes"},
    ],
    "session_cases": [{"session_id": "s1", "family_id": "F1"}],
    "decisions": [
        {"session_id": "s1", "family_id": "F1", "number": 1, "what": "نامه به اداره", "person_id": "p1"}
        | {"until_day": 14051001, "minutes": 60, "state": "open"},
    ],
    "help_groups": [{"group_id": "g1", "kind": "self_help_group", "helper_id": "h1", "from_day": 14050501}],
    "group_members": [
        {"group_id": "g1", "person_id": "F1-1", "family_id": "F1", "from_day": 14050501},
        {"group_id": "g1", "person_id": "h1", "from_day": 14050501, "until_day": 14050601},
    ],
    "events": [
        {"event_id": "e1", "kind": "workshop", "programme": "talking", "title": "کارگاه", "helper_id": "h1"}
        | {"day": 14050920, "start_minute": 1380, "minutes": 60, "capacity": 2, "state": "planned"},
        {"event_id": "e2", "kind": "group_meeting", "group_id": "g1", "area": "شمال", "place": "مسجد"}
        | {"day": 14050921, "start_minute": 600, "minutes": 60, "state": "cancelled", "reason": "برف"},
    ],
    "enrolments": [
        {"event_id": "e1", "family_id": "F2", "subject_id": "F2", "state": "enrolled", "enrolled_day": 14050901},
        {"event_id": "e1", "family_id": "F1", "subject_id": "F1-2", "state": "waiting", "enrolled_day": 14050902},
    ],
}


def with_work(families: CaseTables) -> CaseTables:
    """The three families of :mod:`tests.store.conftest` with :data:`WORK`."""
    return replace(families, **{name: conform(FACT_TABLES[name], pd.DataFrame(rows)) for name, rows in WORK.items()})
