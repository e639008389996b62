"""The work of help from a file: whom it points to, what a row can say, and one helper at a time."""

from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import ASSIGNMENTS, FACT_TABLES, IDENTITIES
from hamyar.core.tables.faults import free_text_columns
from hamyar.store.carrying import AssignmentsRefused, record_assignments
from hamyar.store.change import Recorded
from hamyar.store.importing import ImportRefused, ImportResult, import_file
from hamyar.store.mapping import load_mapping
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from tests.store.conftest import CATALOGUE
from tests.store.work_of_help import WORK

NATIVE = load_mapping(Settings.from_environment({}).parameters / "imports" / "hamyar.yaml")
PROGRAMMES = """
help: focused
label: &text {fa: نمونه, en: Sample}
means: {talk: *text}
programmes:
  - {code: talking, label: *text, description: *text, means: talk, indicators: {housing: 1}, since: 1400-01-01,
     plan: {minutes: 30, done_by: helper, success: *text}}
  - {code: healing, label: *text, description: *text, means: talk, indicators: {housing: 1}, since: 1400-01-01,
     needs_expert: true, plan: {minutes: 30, done_by: expert, success: *text}}
  - {code: judging, label: *text, description: *text, means: talk, indicators: {housing: 1}, since: 1400-01-01,
     needs_expert: true, plan: {minutes: 30, done_by: commission, commission: economic, success: *text}}
"""
SETTINGS = {path.name: path.read_text("utf-8") for path in Settings.from_environment({}).parameters.glob("*.yaml")}


@pytest.fixture(scope="session")
def rules() -> ParameterSet:
    """The shipped parameters with indicators and programmes of the tests: "talking", and others' to do."""
    return ParameterSet.from_texts({**SETTINGS, **CATALOGUE, "programmes/focused.yaml": PROGRAMMES})


def sheet(folder: Path, table: str, *rows: dict[str, object]) -> Path:
    """A folder with one sheet of the native form; columns that a row does not name are empty."""
    folder.mkdir(exist_ok=True)
    columns = (FACT_TABLES | {IDENTITIES.name: IDENTITIES})[table].column_names
    lines = [",".join(str(row.get(column, "")) for column in columns) for row in rows]
    (folder / f"{table}.csv").write_text("\n".join([",".join(columns), *lines]) + "\n", encoding="utf-8")
    return folder


def do_import(store: Store, path: Path, rules: ParameterSet, **options) -> ImportResult:
    return import_file(store, path, NATIVE, actor="omid", parameters=rules, **options)


VISIT = {"visit_id": "v9", "helper_id": "h1", "family_id": "F1", "day": "1405-09-01", "start_minute": 600}
VISIT |= {"minutes": 60, "status": "planned"}
PLAN = {"family_id": "F1", "subject_id": "F1-1", "programme": "talking", "from_day": "1405-08-01"}
PLAN |= {"decision": "accepted"}
GOAL = {"family_id": "F2", "subject_id": "F2", "indicator": "housing", "from_day": "1405-08-01", "aim_level": 1}
REFERRAL = {"family_id": "F3", "commission": "social", "proposed_day": "1405-07-15", "state": "proposed"}
REFERRAL |= {"state_day": "1405-07-15", "consent": "not_asked", "rules": "critical"}
SESSION = {"session_id": "s9", "commission": "social", "day": "1405-09-01", "start_minute": 600, "minutes": 60}
SESSION |= {"state": "planned"}
DECISION = {"session_id": "s1", "family_id": "F1", "number": 9, "what": "x", "person_id": "anybody"}
DECISION |= {"until_day": "1405-10-01", "state": "open"}
EVENT = {"event_id": "e9", "kind": "talk", "day": "1405-09-01", "start_minute": 600, "minutes": 60, "state": "planned"}
ENROLMENT = {"event_id": "e1", "family_id": "F3", "subject_id": "F3", "state": "enrolled", "enrolled_day": "1405-07-30"}
ASSIGNMENT = {"family_id": "F3", "from_day": "1405-08-01", "helper_id": "h1", "until_day": "1406-07-30"}
HOURS = {"helper_id": "h1", "weekday": 3, "start_minute": 540, "minutes": 60}
TRAINING = {"helper_id": "h1", "training_id": "t9", "part": "in_service", "day": "1405-09-01", "minutes": 60}
TRAINING |= {"state": "planned"}
GROUP = {"group_id": "g9", "kind": "helper_group", "from_day": "1405-05-01"}
GROUP_MEMBER = {"group_id": "g1", "person_id": "F2-1", "family_id": "F2", "from_day": "1405-05-01"}
RESOURCE = {"resource_id": "r9", "reach": "country", "programmes": "talking"}
HELPER = {"helper_id": "h9", "from_day": "1405-01-01"}
LEAVE = {"helper_id": "h1", "first_day": "1405-09-02", "last_day": "1405-09-03"}
CHOICE = {"family_id": "F3", "helper_id": "h1", "choice": "chosen"}
GOOD = [
    *[("visits", VISIT), ("plans", PLAN), ("goals", GOAL), ("referrals", REFERRAL), ("sessions", SESSION)],
    *[("decisions", DECISION), ("events", EVENT), ("enrolments", ENROLMENT), ("assignments", ASSIGNMENT)],
    *[("helper_hours", HOURS), ("trainings", TRAINING), ("help_groups", GROUP), ("group_members", GROUP_MEMBER)],
    *[("resources", RESOURCE), ("helpers", HELPER), ("helper_leave", LEAVE), ("helper_choices", CHOICE)],
    *[("session_people", {"session_id": "s1", "person_id": "anybody", "part": "official"})],
    *[("session_cases", {"session_id": "s9", "family_id": "F1"})],
    *[("family_wishes", {"family_id": "F3"}), ("helper_travel", {"helper_id": "h1", "area": "x", "minutes": 0})],
]
UNKNOWN = [
    *[("visits", VISIT, {"helper_id": "no-one"}), ("visits", VISIT, {"family_id": "F9"})],
    *[("visits", VISIT, {"member_id": "F9-9"}), ("visits", VISIT, {"member_id": "F2-1"})],
    *[("visits", VISIT | {"family_id": ""}, {"member_id": "F2-1"})],
    *[("plans", PLAN, {"resource_id": "r7"}), ("plans", PLAN, {"programme": "no_such_thing"})],
    *[("plans", PLAN, {"subject_id": "F2-1"}), ("goals", GOAL, {"subject_id": "F1"})],
    *[("goals", GOAL, {"indicator": "no_such_thing"})],
    *[("decisions", DECISION, {"session_id": "s7"}), ("session_cases", {"family_id": "F1"}, {"session_id": "s7"})],
    *[("session_people", {"person_id": "p", "part": "chair"}, {"session_id": "s7"})],
    *[("help_groups", GROUP, {"helper_id": "no-one"}), ("events", EVENT, {"helper_id": "no-one"})],
    *[("events", EVENT, {"group_id": "g7"}), ("events", EVENT, {"programme": "no_such_thing"})],
    *[("enrolments", ENROLMENT, {"event_id": "e7"}), ("enrolments", ENROLMENT, {"subject_id": "F1-2"})],
    *[("group_members", GROUP_MEMBER, {"group_id": "g7"}), ("group_members", GROUP_MEMBER, {"person_id": "F1-2"})],
    *[("group_members", GROUP_MEMBER | {"family_id": ""}, {"person_id": "F1-2"})],
    *[("assignments", ASSIGNMENT, {"helper_id": "no-one"}), ("assignments", ASSIGNMENT, {"family_id": "F9"})],
    *[("helper_choices", CHOICE, {"helper_id": "no-one"}), ("helper_hours", HOURS, {"helper_id": "no-one"})],
    *[("helper_leave", LEAVE, {"helper_id": "no-one"}), ("trainings", TRAINING, {"helper_id": "no-one"})],
    *[("helper_travel", {"area": "x", "minutes": 5}, {"helper_id": "no-one"})],
    *[("family_wishes", {}, {"family_id": "F9"}), ("referrals", REFERRAL, {"family_id": "F9"})],
    *[("identities", {"field": "name", "value": "نمونه"}, {"owner_id": "no-one"})],
]


FAULTY = [
    *[("helper_hours", HOURS, {"weekday": 7}), ("helper_hours", HOURS, {"start_minute": 1440})],
    *[("helper_hours", HOURS, {"minutes": 901}), ("helper_hours", HOURS, {"minutes": 0})],
    *[("helper_leave", LEAVE, {"last_day": "1405-09-01"}), ("helpers", HELPER, {"until_day": "1404-12-29"})],
    *[("resources", RESOURCE | {"from_day": "1405-01-02"}, {"until_day": "1405-01-01"})],
    *[("assignments", ASSIGNMENT, {"until_day": "1405-07-30"}), ("plans", PLAN, {"until_day": "1405-07-30"})],
    *[
        ("help_groups", GROUP, {"until_day": "1405-04-31"}),
        ("group_members", GROUP_MEMBER, {"until_day": "1405-04-31"}),
    ],
    *[("goals", GOAL, {"until_day": "1405-07-30"}), ("referrals", REFERRAL, {"state_day": "1405-07-14"})],
    *[("goals", GOAL, {"aim_level": 3}), ("plans", PLAN, {"every_days": 0}), ("visits", VISIT, {"minutes": 841})],
    *[("sessions", SESSION, {"minutes": 0}), ("events", EVENT, {"start_minute": 5000})],
    *[("decisions", DECISION, {"number": 0}), ("trainings", TRAINING, {"minutes": 0})],
]
UNREASONED = [
    *[("plans", PLAN | {"decision": "refused"}), ("plans", PLAN | {"decision": "changed"})],
    *[("goals", GOAL | {"aim_level": ""}), ("visits", VISIT | {"status": "cancelled"})],
    *[("referrals", REFERRAL | {"state": "withdrawn"}), ("events", EVENT | {"state": "cancelled"})],
    *[("trainings", TRAINING | {"state": "cancelled"}), ("decisions", DECISION | {"state": "cancelled"})],
]
TEXTS = [
    *[("trainings", TRAINING, "topic"), ("trainings", TRAINING, "reason"), ("helper_choices", CHOICE, "reason")],
    *[("assignments", ASSIGNMENT, "reason"), ("resources", RESOURCE, "title"), ("plans", PLAN, "reason")],
    *[("goals", GOAL, "reason"), ("visits", VISIT, "reason"), ("referrals", REFERRAL, "reason")],
    *[("sessions", SESSION, "place"), ("decisions", DECISION, "what"), ("decisions", DECISION, "reason")],
    *[("help_groups", GROUP, "title"), ("events", EVENT, "title"), ("events", EVENT, "place")],
    *[("events", EVENT, "reason"), ("events", EVENT, "area"), ("help_groups", GROUP, "area")],
    *[("helpers", HELPER, "areas"), ("resources", RESOURCE, "area")],
    *[("helper_travel", {"helper_id": "h1", "minutes": 0}, "area")],
]
PHONE = "زنگ بزن ۰۹۱۲۰۰۰۰۰۰۱"


def refusal(store: Store, folder: Path, rules: ParameterSet, table: str, row: dict[str, object]) -> tuple:
    """Where and what the only problem of a file with one row is; the file is gone afterwards."""
    path = sheet(folder, table, row)
    with pytest.raises(ImportRefused) as caught:
        do_import(store, path, rules)
    (path / f"{table}.csv").unlink()
    (problem,) = caught.value.problems
    assert str(problem.reason).endswith(".")
    return problem.file, problem.row, problem.column, problem.value


def test_good_rows_of_every_table_are_recorded(helped: Store, rules: ParameterSet, tmp_path: Path):
    """What they point to is in the store; persons of no family are free codes."""
    for table, row in GOOD:
        sheet(tmp_path / "in", table, row)
    result = do_import(helped, tmp_path / "in", rules)
    assert {table: Recorded(inserted=1) for table in WORK} == result.recorded


def test_a_code_that_nothing_introduces_is_refused(helped: Store, rules: ParameterSet, tmp_path: Path):
    """File, row, column and the code that points to nothing, of every column that points somewhere."""
    head = helped.head()
    for table, row, wrong in UNKNOWN:
        ((column, value),) = wrong.items()
        assert (f"{table}.csv", 2, column, value) == refusal(helped, tmp_path / "in", rules, table, row | wrong)
    assert helped.head() == head


def test_one_unknown_code_among_several_is_named(helped: Store, rules: ParameterSet, tmp_path: Path):
    """The list of a helper's skills and of a resource's programmes is read code by code."""
    for table, row, column in (("helpers", HELPER, "skills"), ("resources", RESOURCE, "programmes")):
        found = refusal(helped, tmp_path / "in", rules, table, row | {column: "talking no_such_thing"})
        assert found == (f"{table}.csv", 2, column, "no_such_thing")


def test_without_a_catalogue_any_programme_is_taken(helped: Store, catalogue: ParameterSet, tmp_path: Path):
    """A centre that has no programmes written down yet can still keep its plans."""
    folder = sheet(tmp_path / "in", "plans", PLAN | {"programme": "no_such_thing"})
    assert do_import(helped, folder, catalogue).recorded == {"plans": Recorded(inserted=1)}


def test_a_row_that_contradicts_itself_is_refused(helped: Store, rules: ParameterSet, tmp_path: Path):
    """Days out of order, times beyond the day, levels and weekdays that do not exist: each with its place."""
    head = helped.head()
    for table, row, wrong in FAULTY:
        ((column, value),) = wrong.items()
        assert (f"{table}.csv", 2, column, str(value)) == refusal(helped, tmp_path / "in", rules, table, row | wrong)
    assert helped.head() == head


def test_what_needs_a_reason_is_refused_without(helped: Store, rules: ParameterSet, tmp_path: Path):
    """Refusals, changes, withdrawals, cancellations and goals that are none; spaces are no reason."""
    for table, row in UNREASONED:
        for reason in ("", "  "):
            found = refusal(helped, tmp_path / "in", rules, table, row | {"reason": reason})
            assert (f"{table}.csv", 2, "reason", None) == found


def test_no_free_text_takes_a_number_of_a_person(helped: Store, rules: ParameterSet, tmp_path: Path):
    """A telephone number is refused in every column in which people write sentences, and not shown again."""
    for table, row, column in TEXTS:
        found = refusal(helped, tmp_path / "in", rules, table, row | {column: PHONE})
        assert (f"{table}.csv", 2, column, "•••") == found
    assert {(table, column) for table, _, column in TEXTS} == {
        (table, column) for table in WORK for column in free_text_columns(FACT_TABLES[table])
    }


def test_names_of_helpers_and_of_people_at_sessions_are_taken(helped: Store, rules: ParameterSet, tmp_path: Path):
    """Whoever helps or sits in a session may have a name among the identities."""
    rows = [{"owner_id": owner, "field": "name", "value": "نمونه"} for owner in ("h1", "p1", "F1", "F1-1")]
    result = do_import(helped, sheet(tmp_path / "in", "identities", *rows), rules)
    assert (result.problems, sorted(helped.identities(["h1", "p1"]))) == ((), ["h1", "p1"])


def test_what_a_file_brings_may_be_pointed_to(filled: Store, rules: ParameterSet, tmp_path: Path):
    """Helper, session and group may come in the same folder; what points to a refused one falls with it."""
    sheet(tmp_path / "in", "helpers", HELPER | {"helper_id": "h1"}, HELPER | {"from_day": "1405-13-01"})
    sheet(tmp_path / "in", "help_groups", GROUP | {"helper_id": "h1"}, GROUP | {"group_id": "g8", "helper_id": "h9"})
    sheet(tmp_path / "in", "events", EVENT | {"group_id": "g9"}, EVENT | {"event_id": "e8", "group_id": "g8"})
    result = do_import(filled, tmp_path / "in", rules, keep_good=True)
    assert [(problem.sheet, problem.row, problem.column) for problem in result.problems] == [
        ("events", 3, "group_id"),
        ("help_groups", 3, "helper_id"),
        ("helpers", 3, "from_day"),
    ]
    assert ["problem of its own" in str(problem.reason) for problem in result.problems] == [True, True, False]
    assert {recorded.inserted for recorded in result.recorded.values()} == {1}


OVERLAPPING = [
    # Beside h1 until 1405-10-30 and h2 from 1405-11-01, which are stored.
    [ASSIGNMENT | {"family_id": "F1", "from_day": "1405-09-01", "until_day": "1405-09-30"}],
    [ASSIGNMENT | {"family_id": "F1", "from_day": "1406-07-30", "until_day": "1407-06-31"}],
    [ASSIGNMENT | {"family_id": "F1", "from_day": "1405-05-01", "until_day": "1405-08-01"}],
    # The stored row is lengthened into the next.
    [ASSIGNMENT | {"family_id": "F1", "from_day": "1405-08-01", "until_day": "1405-11-01"}],
    # Two of the file itself.
    [ASSIGNMENT, ASSIGNMENT | {"from_day": "1405-09-01"}],
]


@pytest.mark.parametrize("rows", OVERLAPPING, ids=["inside", "last day", "first day", "corrected", "in the file"])
def test_a_family_has_one_helper_at_a_time(helped: Store, rules: ParameterSet, tmp_path: Path, rows):
    """Every row of the file that takes part in an overlap is a problem, and nothing is written."""
    head = helped.head()
    with pytest.raises(ImportRefused) as caught:
        do_import(helped, sheet(tmp_path / "in", "assignments", *rows), rules)
    places = [(problem.row, problem.column) for problem in caught.value.problems]
    assert places == [(2 + number, "from_day") for number in range(len(rows))]
    assert helped.head() == head


def test_a_family_changes_its_helper_in_one_file(helped: Store, rules: ParameterSet, tmp_path: Path):
    """The row that ends early and the one that follows are recorded together."""
    rows = [
        ASSIGNMENT | {"family_id": "F2", "helper_id": "h2", "until_day": "1405-09-30"},
        ASSIGNMENT | {"family_id": "F2", "helper_id": "h1", "from_day": "1405-10-01"},
    ]
    result = do_import(helped, sheet(tmp_path / "in", "assignments", *rows), rules)
    assert result.recorded == {"assignments": Recorded(inserted=1, corrected=1)}


def test_a_second_helper_is_refused_at_the_writing_too(helped: Store):
    """Whoever records without a file is held to the same, all rows or none; a withdrawn assignment is none."""
    row = {"family_id": "F2", "from_day": 14050901, "helper_id": "h1", "until_day": 14060829}
    good = {**row, "family_id": "F3"}
    with helped.change("sara", "another helper") as change:
        with pytest.raises(AssignmentsRefused, match=r"row 1, column 'from_day': The family has a helper from 1405-08"):
            record_assignments(change, pd.DataFrame([good, row]))
        with pytest.raises(AssignmentsRefused, match="row 0, column 'until_day'"):
            record_assignments(change, pd.DataFrame([{**good, "until_day": 14050830}]))
        assert (change.current(ASSIGNMENTS)["family_id"] != "F3").all()
        change.withdraw(ASSIGNMENTS, pd.DataFrame([{"family_id": "F2", "from_day": 14050801}]))
        assert record_assignments(change, pd.DataFrame([good, row])) == Recorded(inserted=2)


def test_a_code_put_together_from_others_may_be_long(helped: Store, rules: ParameterSet, tmp_path: Path):
    """A visit's code holds the activity's, which holds three; other codes end at 64 letters."""
    long = {"activity_id": "a" * 253, "visit_id": "a" * 253 + ".1"}
    assert do_import(helped, sheet(tmp_path / "in", "visits", VISIT | long), rules).recorded["visits"].inserted == 1
    found = refusal(helped, tmp_path / "in", rules, "visits", VISIT | {"programme": "a" * 65})
    assert found == ("visits.csv", 2, "programme", "a" * 65)


# The stored referral of F1 to the social commission is accepted, and s1 is a session to come that speaks of F1.
HEARD = REFERRAL | {"family_id": "F1", "proposed_day": "1405-07-01", "state_day": "1405-07-20", "consent": "yes"}
HELD = SESSION | {"session_id": "s5", "day": "1405-07-20", "state": "done"}
CAME = {"session_id": "s5", "person_id": "h1", "part": "helper", "has_attended": "yes"}
SPOKEN_OF = {"session_id": "s5", "family_id": "F3"}
WORK_OF = {"session_id": "s5", "family_id": "F3", "number": 1, "what": "x", "person_id": "h1"}
WORK_OF |= {"until_day": "1405-10-01", "state": "open"}
HISTORY = {
    "referrals": REFERRAL | {"proposed_day": "1405-07-01", "state": "decided", "state_day": "1405-07-20"},
    "sessions": HELD,
    "session_people": CAME,
    "session_cases": SPOKEN_OF,
    "decisions": WORK_OF,
}
HARMFUL = [
    # Consent and steps.
    *[("referrals", REFERRAL | {"state": "discussed", "consent": "yes"}, "state")],
    *[("referrals", REFERRAL | {"state": "accepted", "consent": "no"}, "state")],
    *[("referrals", HEARD, "commission")],
    *[("session_cases", {"session_id": "s1", "family_id": "F3"}, "family_id")],
    *[("decisions", DECISION | {"family_id": "F3", "person_id": "h1"}, "family_id")],
    *[("decisions", DECISION | {"number": 2, "person_id": "somebody"}, "person_id")],
    *[("session_people", {"session_id": "s1", "person_id": "F1-1", "part": "expert"}, "person_id")],
    # What is another's to do.
    *[("plans", PLAN | {"programme": "healing"}, "resource_id")],
    *[("plans", PLAN | {"programme": "healing", "resource_id": "r1"}, "resource_id")],
    *[("plans", PLAN | {"programme": "judging"}, "decision")],
    *[("plans", PLAN | {"from_day": "1405-09-01", "programme": "judging"}, "decision")],
    *[("goals", GOAL | {"subject_id": "F2-1"}, "subject_id")],
    # Groups and places.
    *[("group_members", GROUP_MEMBER | {"person_id": "F1-2", "family_id": "F1"}, "person_id")],
    *[("enrolments", ENROLMENT | {"state": "attended"}, "state")],
]


@pytest.mark.parametrize(("table", "row", "column"), HARMFUL)
def test_what_could_harm_a_family_is_refused_from_a_file_too(
    helped: Store, rules: ParameterSet, tmp_path: Path, table: str, row: dict[str, object], column: str
):
    """One line that a form would refuse: its place, and nothing is written."""
    head = helped.head()
    file, line, where, _ = refusal(helped, tmp_path / "in", rules, table, row)
    assert (f"{table}.csv", 2, column, head) == (file, line, where, helped.head())


def test_a_case_of_last_month_may_be_brought_whole(helped: Store, rules: ParameterSet, tmp_path: Path):
    """Decided with consent, its session and who does what: a new case need not be told step by step."""
    for table, row in HISTORY.items():
        sheet(tmp_path / "in", table, row | ({"consent": "yes"} if table == "referrals" else {}))
    result = do_import(helped, tmp_path / "in", rules)
    assert {recorded.inserted for recorded in result.recorded.values()} == {1}


def test_without_consent_a_case_of_last_month_falls_with_its_session(
    helped: Store, rules: ParameterSet, tmp_path: Path
):
    """The case and what was spoken of it are told; the session itself stands."""
    for table, row in HISTORY.items():
        sheet(tmp_path / "in", table, row)
    result = do_import(helped, tmp_path / "in", rules, keep_good=True)
    assert {problem.sheet for problem in result.problems} == {"referrals", "session_cases", "decisions"}
    assert set(result.recorded) == set(HISTORY)
    assert [result.recorded[table].inserted for table in HISTORY] == [0, 1, 1, 0, 0]


def test_a_known_case_goes_on_step_by_step(helped: Store, rules: ParameterSet, tmp_path: Path):
    """What stands at accepted is not decided by a line of a file, nor withdrawn and proposed again."""
    stored = {"family_id": "F1", "commission": "social", "proposed_day": "1405-08-15", "rules": "harmed_domains"}
    for state in ("decided", "proposed"):
        row = {**stored, "state": state, "state_day": "1405-08-15", "consent": "yes"}
        with pytest.raises(ImportRefused) as caught:
            do_import(helped, sheet(tmp_path / "in", "referrals", row), rules)
        assert "state" in {problem.column for problem in caught.value.problems}


def test_only_the_last_to_come_are_too_many(helped: Store, rules: ParameterSet, tmp_path: Path):
    """Of two places one is taken: the first of three lines is recorded, the others are told."""
    rows = [
        ENROLMENT | {"subject_id": subject, "family_id": subject[:2], "enrolled_day": f"1405-07-{day}"}
        for subject, day in (("F3-1", 12), ("F3", 10), ("F2-1", 11))
    ]
    result = do_import(helped, sheet(tmp_path / "in", "enrolments", *rows), rules, keep_good=True)
    assert [(problem.row, problem.column) for problem in result.problems] == [(2, "state"), (4, "state")]
    assert result.recorded["enrolments"] == Recorded(inserted=1)


def test_what_is_recorded_already_is_not_judged_anew(helped: Store, rules: ParameterSet, tmp_path: Path):
    """The stored rows contradict each other here and there; bringing them again changes nothing."""
    row = {"session_id": "s1", "family_id": "F1", "number": 1, "what": "نامه به اداره", "person_id": "p1"}
    row |= {"until_day": "1405-10-01", "minutes": 60, "state": "open"}
    result = do_import(helped, sheet(tmp_path / "in", "decisions", row), rules)
    assert result.recorded == {"decisions": Recorded(unchanged=1)}
