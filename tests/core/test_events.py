"""General help: the right families are invited, a room takes no more than its places, and nobody passes the queue."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamyar.core.calendar.tables import CLOSED
from hamyar.core.meetings.event_places import is_beyond_places
from hamyar.core.meetings.events import (
    SEATED,
    EventCalledOff,
    EventContext,
    EventOver,
    EventToCome,
    NotEnrolled,
    attend,
    attendance_by_family,
    busy_times,
    cancel,
    enrol,
    event_faults,
    event_use,
    invited,
    is_private,
    moved_up,
    places_left,
)
from hamyar.core.plan.help import demand, families_for, proposals
from hamyar.core.plan.programmes import ProgrammeCatalogue, ProgrammeFile
from hamyar.core.tables import (
    ENROLMENTS,
    EVENTS,
    HELPER_LEAVE,
    TRAININGS,
    CaseTables,
)
from tests.core.levels_making import UNKNOWN, even_set, stratified, text
from tests.core.meeting_making import (
    TODAY,
    Row,
    belongs,
    enrolment,
    event,
    facts,
    frame,
    group,
    person,
    session,
)

FOUR = even_set(4)
FAMILIES = ["F1", "F2", "F3", "F4"]


def catalogue(**indicators: Mapping[str, int]) -> ProgrammeCatalogue:
    """A workshop for h1, a film for h3, and a helper's visit for h1 from level 2 on."""

    def one(code: str, calls: Mapping[str, int]) -> dict[str, object]:
        given = {"label": text(code), "means": "talk", "description": text(code), "since": "1400-01-01"}
        return {"code": code, "indicators": dict(calls), **given}

    def file(kind: str, *programmes: dict[str, object]) -> ProgrammeFile:
        given = {"label": text(kind), "means": {"talk": text("a talk")}, "programmes": programmes}
        return ProgrammeFile.model_validate({"help": kind, **given})

    general = [one("workshop", {"h1": 1}), one("film", {"h3": 1}), *(one(code, c) for code, c in indicators.items())]
    return ProgrammeCatalogue(
        {"focused.yaml": file("focused", one("visit", {"h1": 2})), "general.yaml": file("general", *general)}
    )


BOTH = catalogue()
# At risk with h1; safe; harmed with h1 and h3; open between at risk and harmed, with h3.
PLACED = stratified(FOUR, [[2, 0, 0, 0], [0] * 4, [2, 2, 1, 0], [0, 2, 1, UNKNOWN]], ids=FAMILIES)


def asked(tables: CaseTables, row: Row, of: ProgrammeCatalogue = BOTH) -> list[tuple]:
    found = invited(PLACED, tables, of, row, TODAY)
    return list(found[["family_id", "help", "is_certain"]].itertuples(index=False, name=None))


def test_a_programme_invites_those_it_answers():
    """The at-risk family; not the harmed one, whose helper answers the same matter."""
    assert asked(facts(), event(programme="workshop")) == [("F1", "general", True)]


def test_a_harmed_family_is_welcome_to_what_its_helper_leaves():
    """The film answers a concern that no focused programme does; an open level brings it either way."""
    found = asked(facts(), event(programme="film"))
    assert found == [("F3", "focused", True), ("F4", "ask_first", True)]


def test_one_outcome_only_is_told_apart():
    """If it turns out to be harmed its helper answers h1; the workshop is for the other outcome."""
    placed = stratified(FOUR, [[2, 0, 0, UNKNOWN]], ids=["F1"])
    found = invited(placed, facts(), BOTH, event(programme="workshop"), TODAY)
    assert found[["help", "is_certain"]].values.tolist() == [["ask_first", False]]


def test_an_event_of_one_area_invites_its_families():
    """Elsewhere is left out; where nobody recorded the area the invitation is not certain."""
    found = invited(PLACED, facts(), BOTH, event(programme="film", area="N"), TODAY)
    assert found[["family_id", "is_certain", "is_area_known"]].values.tolist() == [["F4", False, False]]


def test_a_meeting_invites_its_group_and_an_open_talk_general_help():
    """Members of the day, whatever their level; and every family in general help where nothing is named."""
    members = [belongs(), belongs("F3-1", "F3", until_day=14040501)]
    tables = facts(help_groups=[group()], group_members=members)
    assert [row[0] for row in asked(tables, event(kind="group_meeting", group_id="G1"))] == ["F1"]
    assert asked(facts(), event(kind="talk")) == [
        ("F1", "general", True),
        ("F2", "general", True),
        ("F4", "ask_first", False),
    ]


def test_the_list_tells_who_is_enrolled_already():
    """The furthest state of any of the family's members."""
    rows = [enrolment(state="cancelled"), enrolment(subject_id="F1-1", state="waiting"), enrolment(event_id="E2")]
    found = invited(PLACED, facts(enrolments=rows), BOTH, event(programme="workshop"), TODAY)
    assert found["state"].tolist() == ["waiting"]
    assert invited(PLACED, facts(), BOTH, event(programme="workshop"), TODAY)["state"].isna().tolist() == [True]


def test_an_unknown_programme_invites_nobody():
    """A code that is not of the month answers nothing."""
    assert asked(facts(), event(programme="retired")) == []


@pytest.mark.parametrize("mark", ["is_sensitive", "screen_only"])
def test_events_of_private_matters_are_marked(mark: str):
    """A list of who is invited to them would tell what nobody may read."""
    placed = stratified(even_set(4, **{mark: True}), [[2, 0, 0, 0]])
    told = event(programme="workshop")
    assert (is_private(told, BOTH, placed), is_private(told, BOTH, PLACED)) == (True, False)
    assert not is_private(event(), BOTH, placed)


@settings(max_examples=50)
@given(rows=st.lists(st.lists(st.sampled_from([0, 1, 2, 3, UNKNOWN]), min_size=4, max_size=4), min_size=1, max_size=5))
def test_invitations_are_the_proposals_of_all_families(rows: list):
    """What is called for at both outcomes is what each family's own page proposes now, and what demand counts."""
    placed = stratified(FOUR, rows)
    counted = demand(placed, BOTH)
    for code in ("workshop", "film", "visit"):
        found = families_for(placed, BOTH, [code])
        now = (found["at_best"] & found["at_worst"]).tolist()
        told = [
            [one.when for one in proposals(placed, BOTH, place) if one.programme.code == code]
            for place in range(len(rows))
        ]
        assert now == [whens == ["now"] for whens in told]
        assert (found["at_best"] | found["at_worst"]).tolist() == [bool(whens) for whens in told]
        assert sum(now) == counted.loc[code, "families"]


def people(*families: str) -> pd.DataFrame:
    return pd.DataFrame({"family_id": list(families), "subject_id": list(families)})


def applied(enrolments: pd.DataFrame, changed: pd.DataFrame) -> pd.DataFrame:
    """The table after the rows were recorded, in the order in which the store reads it back."""
    both = pd.concat([changed, enrolments], ignore_index=True).drop_duplicates(list(ENROLMENTS.key))
    return both.sort_values(list(ENROLMENTS.key), ignore_index=True)


def states(enrolments: pd.DataFrame) -> dict[str, str]:
    return dict(zip(enrolments["subject_id"], enrolments["state"], strict=True))


def test_places_go_in_the_order_of_asking():
    """Two places: the first two have them, the third waits; asking again changes nothing."""
    new = enrol(event(), ENROLMENTS.empty(), people("F3", "F1", "F2"), TODAY)
    assert states(new) == {"F3": "enrolled", "F1": "enrolled", "F2": "waiting"}
    assert new["enrolled_day"].tolist() == [TODAY] * 3
    assert enrol(event(), new, people("F3", "F1", "F2"), TODAY).empty


def test_a_place_that_is_given_back_goes_to_the_first_who_waits():
    """By the day of the enrolment, not by the code; the rows that change are all that is returned."""
    rows = [enrolment("F1"), enrolment("F2"), enrolment("F3", "waiting", enrolled_day=14040805)]
    rows += [enrolment("F4", "waiting", enrolled_day=14040803)]
    told = frame(ENROLMENTS, rows)
    changed = cancel(event(), told, people("F1"), TODAY)
    assert states(changed) == {"F1": "cancelled", "F4": "enrolled"}
    assert changed.loc[changed["subject_id"] == "F4", "enrolled_day"].tolist() == [14040803]


def test_who_waits_and_leaves_frees_no_place():
    """The queue is shorter, the room as full."""
    told = frame(ENROLMENTS, [enrolment("F1"), enrolment("F2"), enrolment("F3", "waiting"), enrolment("F4", "waiting")])
    assert states(cancel(event(), told, people("F3"), TODAY)) == {"F3": "cancelled"}


def test_nobody_passes_those_who_wait():
    """Where a place is free and somebody waits, the newcomer waits and the one before moves up."""
    told = frame(ENROLMENTS, [enrolment("F1"), enrolment("F3", "waiting")])
    assert states(enrol(event(), told, people("F2"), TODAY)) == {"F2": "waiting", "F3": "enrolled"}


def test_who_had_cancelled_comes_last():
    """Enrolling again is a new enrolment of the day on which it is asked for."""
    told = frame(ENROLMENTS, [enrolment("F1", "cancelled"), enrolment("F2"), enrolment("F3")])
    changed = enrol(event(), told, people("F1"), TODAY)
    assert changed[["state", "enrolled_day"]].values.tolist() == [["waiting", TODAY]]


def test_more_places_let_the_first_move_up():
    """After the room grew; without a limit everybody has a place, and a cancelled event moves nobody."""
    told = frame(ENROLMENTS, [enrolment(name, "waiting") for name in FAMILIES])
    assert [len(moved_up(event(capacity=places), told)) for places in (0, 3, 9, None)] == [0, 3, 4, 4]
    assert moved_up(event(state="cancelled", reason="x"), told).empty


def test_how_many_places_are_left():
    """Who came or did not took a place; who cancelled did not."""
    told = frame(ENROLMENTS, [enrolment("F1"), enrolment("F2", "absent"), enrolment("F3", "cancelled")])
    assert [places_left(event(capacity=places), told) for places in (1, 2, 3, None)] == [0, 0, 1, None]


def test_attendance_is_told_after_the_event():
    """Who came came, also from the queue; the others who had a place did not; the last word holds."""
    told = frame(
        ENROLMENTS, [enrolment("F1"), enrolment("F2"), enrolment("F3", "waiting"), enrolment("F4", "cancelled")]
    )
    held = event(day=14040815)
    changed = attend(held, told, {"F1", "F3"}, TODAY)
    assert states(changed) == {"F1": "attended", "F2": "absent", "F3": "attended"}
    assert states(attend(held, applied(told, changed), {"F2", "F3"}, TODAY)) == {"F1": "absent", "F2": "attended"}
    with pytest.raises(EventToCome, match="1404-08-20"):
        attend(event(), told, {"F1"}, TODAY)
    with pytest.raises(NotEnrolled, match="'F5'"):
        attend(held, told, {"F5"}, TODAY)
    with pytest.raises(EventCalledOff):
        attend(event(state="cancelled"), told, {"F1"}, TODAY)


def test_nobody_enters_or_leaves_what_is_over():
    """Past, held or cancelled events take nobody; leaving needs an enrolment."""
    nobody = ENROLMENTS.empty()
    for row, error in (
        (event(day=14040816), EventOver),
        (event(day=TODAY, state="done"), EventOver),
        (event(state="cancelled"), EventCalledOff),
    ):
        with pytest.raises(error):
            enrol(row, nobody, people("F1"), TODAY)
    with pytest.raises(EventOver):
        cancel(event(day=14040816), frame(ENROLMENTS, [enrolment()]), people("F1"), TODAY)
    with pytest.raises(NotEnrolled):
        cancel(event(), nobody, people("F1"), TODAY)


steps = st.lists(
    st.tuples(st.sampled_from(["enrol", "cancel", "grow"]), st.sampled_from(["F1", "F2", "F3", "F4", "F5"])),
    max_size=14,
)


@settings(max_examples=30)
@given(steps=steps, places=st.one_of(st.none(), st.integers(1, 3)))
def test_whatever_happens_no_place_is_given_twice_or_left_empty(steps: list, places: int | None):
    """After any sequence the seated are exactly as many as fit, and nobody overtook one who asked on an earlier day."""
    row, told = event(capacity=places), ENROLMENTS.empty()
    for number, (what, family) in enumerate(steps):
        on_day = 14040801 + number
        seated_before = set(told.loc[told["state"] == "enrolled", "subject_id"])
        if what == "grow":
            row["capacity"] = None if row["capacity"] is None else row["capacity"] + 1
            changed = moved_up(row, told)
        elif what == "enrol":
            changed = enrol(row, told, people(family), on_day)
        elif family in set(told["subject_id"]):
            changed = cancel(row, told, people(family), on_day)
        else:
            continue
        told = applied(told, changed)
        seated, waiting = (told[told["state"] == state] for state in ("enrolled", "waiting"))
        wanting = len(seated) + len(waiting)
        assert len(seated) == (wanting if row["capacity"] is None else min(wanting, row["capacity"]))
        came_in = seated[~seated["subject_id"].isin(seated_before)]
        assert waiting.empty or came_in.empty or came_in["enrolled_day"].max() <= waiting["enrolled_day"].min()


def found(tables: CaseTables, *, notices: bool = False, on_day: int = TODAY, **others) -> list[tuple[str, str]]:
    faults = event_faults(tables, on_day, **others)
    return [(fault.table, fault.column) for fault in faults if fault.is_notice == notices]


def test_an_event_in_order_has_nothing_to_correct():
    """A helper at work, a weekday, two places and two people."""
    tables = facts(events=[event(helper_id="H1")], enrolments=[enrolment(), enrolment("F2")])
    assert event_faults(tables, TODAY) == []


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"capacity": 0}, "capacity"),
        ({"minutes": 0}, "minutes"),
        ({"start_minute": 1400}, "minutes"),
        ({"helper_id": "H9"}, "helper_id"),
        ({"helper_id": "H2", "day": 14040901}, "helper_id"),
        ({"kind": "group_meeting"}, "group_id"),
        ({"group_id": "G9"}, "group_id"),
        ({"state": "done"}, "state"),
        ({"state": "cancelled"}, "reason"),
        ({"title": "call 09120000001"}, "title"),
    ],
)
def test_slips_in_an_event(changed: Row, column: str):
    """Each is one fault in its column."""
    assert found(facts(events=[event() | changed])) == [("events", column)]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"day": 14040823}, "day"),
        ({"day": 14040903}, "day"),
        ({"helper_id": "H1", "start_minute": 420}, "start_minute"),
        ({"helper_id": "H1", "day": 14040822}, "start_minute"),
        ({"day": 14040815}, "state"),
    ],
)
def test_what_is_only_unusual_is_a_notice(changed: Row, column: str):
    """A Friday, a public holiday, before the helper's hours, a day without hours, a day that has passed."""
    tables = facts(events=[event() | changed])
    assert (found(tables), found(tables, notices=True)) == ([], [("events", column)])


def test_a_closed_period_and_a_leave():
    """The centre's closed days are a notice; a helper on leave cannot lead."""
    closed = frame(CLOSED, [{"first_day": 14040818, "last_day": 14040825, "why": "mourning"}])
    tables = facts(events=[event(helper_id="H1")])
    assert found(tables, notices=True, beside=EventContext(closed=closed)) == [("events", "day")]
    leave = frame(HELPER_LEAVE, [{"helper_id": "H1", "first_day": 14040818, "last_day": 14040820}])
    assert found(replace(tables, helper_leave=leave)) == [("events", "helper_id")]


@pytest.mark.parametrize(("start", "is_booked"), [(510, False), (511, True), (689, True), (690, False)])
def test_a_helper_leads_one_thing_at_a_time(start: int, is_booked: bool):
    """Another event, a session or a training that overlaps by a minute is refused; one that touches is not."""
    mine = event(helper_id="H1")
    other = event("E2", helper_id="H1", start_minute=start)
    led = facts(events=[mine, other])
    sat = facts(
        events=[mine],
        sessions=[session(state="planned", day=14040820, start_minute=start, minutes=90)],
        session_people=[person("H1", part="helper", has_attended=None)],
    )
    training = {"training_id": "T1", "helper_id": "H1", "day": 14040820, "part": "in_service", "state": "planned"}
    learned = facts(events=[mine], trainings=[training | {"start_minute": start, "minutes": 90}])
    for tables, count in ((led, 2), (sat, 1), (learned, 1)):
        assert found(tables) == [("events", "helper_id")] * (count if is_booked else 0)
        assert found(tables, event_ids=["E1"]) == [("events", "helper_id")] * is_booked


def test_what_was_cancelled_takes_no_time():
    """Neither a cancelled event nor a training without an hour is in the way."""
    rows = [event(helper_id="H1"), event("E2", helper_id="H1", state="cancelled", reason="x")]
    training = {"training_id": "T1", "helper_id": "H1", "day": 14040820, "part": "in_service", "state": "planned"}
    tables = replace(facts(events=rows), trainings=frame(TRAININGS, [training | {"minutes": 60}]))
    assert (found(tables), busy_times(tables)["code"].tolist()) == ([], ["E1"])


def test_a_full_room_and_a_place_left_empty():
    """More people than places is a fault; a free place beside a queue is a notice."""
    three = [enrolment(name) for name in ("F1", "F2", "F3")]
    assert found(facts(events=[event()], enrolments=three)) == [("events", "capacity")]
    waiting = facts(events=[event()], enrolments=[enrolment(), enrolment("F2", "waiting")])
    assert (found(waiting), found(waiting, notices=True)) == ([], [("events", "capacity")])
    assert event_faults(facts(events=[event(capacity=None)], enrolments=three), TODAY) == []


def test_after_the_event_it_is_told_who_came():
    """A held event with people of whom nothing is told, and a cancelled one with people in it, are notices."""
    held = facts(events=[event(day=14040815, state="done")], enrolments=[enrolment()])
    assert (found(held), found(held, notices=True)) == ([], [("events", "state")])
    off = facts(events=[event(state="cancelled", reason="x")], enrolments=[enrolment()])
    assert (found(off), found(off, notices=True)) == ([], [("events", "state")])


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"event_id": "E9"}, "event_id"),
        ({"subject_id": "F2-1"}, "subject_id"),
        ({"subject_id": "X"}, "subject_id"),
        ({"state": "attended"}, "state"),
        ({"state": "absent"}, "state"),
        ({"enrolled_day": TODAY + 1}, "enrolled_day"),
    ],
)
def test_slips_in_an_enrolment(changed: Row, column: str):
    """Each is one fault in its column."""
    assert found(facts(events=[event()], enrolments=[enrolment() | changed])) == [("enrolments", column)]


def test_an_enrolment_of_a_family_nobody_knows():
    """The family is not recorded, though the subject is the family's own code."""
    assert found(facts(events=[event()], enrolments=[enrolment("F9")])) == [("enrolments", "family_id")]


def test_an_enrolment_after_the_event_and_a_visitor_of_a_cancelled_one():
    """Nobody enrols in the past, and nobody comes to what did not take place."""
    late = facts(events=[event(day=14040810)], enrolments=[enrolment(enrolled_day=14040811)])
    assert found(late) == [("enrolments", "enrolled_day")]
    off = facts(events=[event(day=14040810, state="cancelled", reason="x")], enrolments=[enrolment(state="attended")])
    assert found(off) == [("enrolments", "state")]


def test_a_history_is_not_asked_for_the_days_of_helpers():
    """Who went on leave after the workshop was planned keeps nobody from bringing the file; a full room does."""
    away = frame(HELPER_LEAVE, [{"helper_id": "H1", "first_day": 14040820, "last_day": 14040821}])
    rows = {"events": [event(helper_id="H1", capacity=1)]}
    told = replace(facts(**rows), helper_leave=away)
    assert found(told) == [("events", "helper_id")]
    assert found(told, beside=EventContext(as_history=True)) == []
    full = facts(**rows, enrolments=[enrolment("F1"), enrolment("F2")])
    assert found(full, beside=EventContext(as_history=True)) == [("events", "capacity")]


def test_who_has_a_place_that_does_not_exist():
    """Two of three have the places; who waits or cancelled takes none, and no limit is beyond nothing."""
    events = frame(EVENTS, [event("E1", capacity=2), event("E2", capacity=None)])
    states = ("enrolled", "waiting", "enrolled", "cancelled", "enrolled")
    rows = [enrolment(f"F{number}", state) for number, state in enumerate(states, 1)]
    rows.append(enrolment("F1", event_id="E2"))
    assert is_beyond_places(events, frame(ENROLMENTS, rows)).tolist() == [False, False, False, False, True, False]


def test_a_meeting_is_of_a_group_that_exists_on_its_day():
    """Before it was founded and after it ended a group does not meet."""
    meets = {"kind": "group_meeting", "group_id": "G1"}
    groups = [group(from_day=14040818, until_day=14040821)]
    days = {14040817: 1, 14040818: 0, 14040821: 0, 14040824: 1}
    for day, faults in days.items():
        tables = facts(events=[event(day=day) | meets], help_groups=groups)
        assert len(found(tables)) == faults


def test_programmes_are_of_the_catalogue_and_harmed_families_are_better_helped():
    """An unknown programme is a fault; a harmed family in a workshop that its helper answers is a notice only."""
    beside = EventContext(catalogue=BOTH, placed=PLACED)
    assert found(facts(events=[event(programme="retired")]), beside=beside) == [("events", "programme")]
    rows = {"events": [event(programme="workshop", capacity=9)], "enrolments": [enrolment("F1"), enrolment("F3")]}
    faults = event_faults(facts(**rows), TODAY, beside=beside)
    assert [(fault.key[1], fault.is_notice) for fault in faults] == [("F3", True)]
    rows["events"] = [event(programme="film", capacity=9)]
    assert event_faults(facts(**rows), TODAY, beside=beside) == []


def test_how_the_places_were_used():
    """Places, people in each state, what is free, and shares; unknown where there is no limit or nothing is told."""
    rows = [
        enrolment("F1", "attended"),
        enrolment("F2", "absent"),
        enrolment("F3", "waiting"),
        enrolment("F4", "cancelled"),
        enrolment("F1", event_id="E2"),
    ]
    events = [event("E2", capacity=None), event("E1", 14040815, "done", capacity=4), event("E3", 14040901)]
    tables = facts(events=events, enrolments=rows)
    use = event_use(tables)
    assert use.index.tolist() == ["E1", "E2", "E3"]
    counts = ["enrolled", "waiting", "attended", "absent", "cancelled"]
    assert use.loc["E1", [*counts, "places", "free"]].tolist() == [0, 1, 1, 1, 1, 4, 2]
    assert use[["taken_share", "attended_share"]].astype(object).where(use.notna(), None).values.tolist() == [
        [0.5, 0.5],
        [None, None],
        [0.0, None],
    ]
    assert use["free"].astype(object).where(use["free"].notna(), None).tolist() == [2, None, 2]
    assert event_use(tables, 14040820, 14040830).index.tolist() == ["E2"]
    assert event_use(facts()).empty
    told = attendance_by_family(tables)
    assert told.loc["F1", ["enrolled", "attended"]].tolist() == [1, 1]
    assert attendance_by_family(tables, TODAY).loc["F1", ["enrolled", "attended"]].tolist() == [0, 1]
    assert set(SEATED) < set(told.columns)
