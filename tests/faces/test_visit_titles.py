"""What visits are called in calendar programs, and what nobody may read there."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.core.agenda_making import MONTH, centre, frame, parameters

from hamyar.core.tables import CaseTables
from hamyar.faces.visit_titles import PLAIN_VISIT, family_titles, family_visits, helper_titles
from hamyar.words import Words

WORDS = Words("en")


def visit(visit_id: str, **others: object) -> dict[str, object]:
    row = {"visit_id": visit_id, "activity_id": "A", "number": 1, "helper_id": "H1", "family_id": "F1"}
    when = {"day": 14040710, "start_minute": 540, "minutes": 60, "status": "planned", "kind": "activity"}
    return {**row, **when, **others}


def tables(*rows: dict[str, object], **others: list[dict[str, object]]) -> CaseTables:
    return replace(centre(["F1", "F2"], **others), visits=frame("visits", rows))


def titles(of: CaseTables, language: str = "en") -> dict[str, str]:
    return helper_titles(of.visits, of, parameters(), MONTH, Words(language))


def home_titles(of: CaseTables, language: str = "en") -> dict[str, str]:
    return family_titles(of.visits, of, parameters(), MONTH, Words(language))


def programmes(*, private: bool = False, sensitive: bool = False) -> list[str]:
    """Programmes with a plan that answer a private indicator, a sensitive one, or neither."""
    by_code = parameters().indicators.by_code
    found = []
    for code, programme in parameters().programmes.by_code.items():
        answered = [by_code[indicator] for indicator in programme.indicators]
        is_private = any(indicator.screen_only for indicator in answered)
        is_sensitive = any(indicator.is_sensitive for indicator in answered)
        if (is_private, is_sensitive) == (private, sensitive) or (private and is_private):
            found.append(code)
    assert found
    return found


def label(code: str, language: str = "en") -> str:
    return parameters().programmes.by_code[code].label.in_language(language)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_helper_reads_programme_case_and_member(language):
    """The place in the household stands for the member; a visit to the whole family has none."""
    code = programmes()[0]
    of = tables(visit("V1", programme=code), visit("V2", programme=code, member_id="F1-2", activity_id="B"))
    found = titles(of, language)
    assert label(code, language) in found["V1"]
    assert "F1" in found["V1"]
    assert found["V1"] != found["V2"]
    assert found["V2"].startswith(found["V1"])
    assert "F1-2" not in found["V2"]


def test_a_helpers_telephone_names_nothing_private():
    """A programme that answers a private harm is help in a private matter, as on paper."""
    for code in programmes(private=True):
        found = titles(tables(visit("V1", programme=code)))["V1"]
        assert label(code) not in found
        assert found.startswith("Help in a private matter")


def test_a_helpers_telephone_does_not_say_whom_a_private_matter_concerns():
    """With the member beside it, the veil would tell half of what it hides."""
    code = programmes(private=True)[0]
    found = titles(tables(visit("V1", programme=code), visit("V2", programme=code, member_id="F1-2")))
    assert found["V1"] == found["V2"] == "Help in a private matter, case F1"


def test_sessions_trainings_and_events_are_called_by_their_own_names():
    """Each by what its own table says of it; the words of a task, which a session wrote freely, stay on the screen."""
    of = tables(
        visit("S1.H1", kind="session", family_id=None, activity_id=None),
        visit("T1.H1", kind="training", family_id=None, activity_id=None),
        visit("E1.H1", kind="event", family_id=None, activity_id=None),
        visit("S1.F1.1.1", kind="task", activity_id="S1.F1.1"),
        sessions=[
            {
                **{"session_id": "S1", "commission": "social", "day": 14040710, "start_minute": 1, "minutes": 1},
                "state": "planned",
            }
        ],
        trainings=[
            {
                **{"helper_id": "H1", "training_id": "T1", "topic": "Listening", "part": "in_service"},
                **{"day": 14040710, "minutes": 60, "state": "planned"},
            }
        ],
        events=[
            {
                **{"event_id": "E1", "kind": "talk", "title": "Saving", "helper_id": "H1", "day": 14040710},
                **{"start_minute": 1, "minutes": 1, "state": "planned"},
            }
        ],
        decisions=[
            {
                **{"session_id": "S1", "family_id": "F1", "number": 1, "what": "Ask the clinic", "person_id": "H1"},
                **{"until_day": 14040720, "state": "open"},
            }
        ],
    )
    found = titles(of)
    assert "Social" in found["S1.H1"] or "social" in found["S1.H1"]
    assert "Listening" in found["T1.H1"]
    assert "Saving" in found["E1.H1"]
    assert found["S1.F1.1.1"] == "Task from a session, case F1"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_family_reads_what_everybody_at_home_may_read(language):
    """A standing activity and a programme that hurts nobody are called by their names."""
    code = programmes()[0]
    of = tables(visit("V1", programme=code), visit("V2", programme="economy_review"))
    found = home_titles(of, language)
    assert label(code, language) == found["V1"]
    assert parameters().calendar.by_code["economy_review"].label.in_language(language) == found["V2"]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_family_does_not_read_of_new_levels(language):
    """What every family has once, at the end of its year, is a visit, as on its page."""
    of = tables(visit("V1", programme="relevelling"))
    assert home_titles(of, language)["V1"] == Words(language)(PLAIN_VISIT)


def test_a_family_reads_nothing_private_and_nothing_that_is_mostly_sensitive():
    """What answers a private harm even in part, or mostly sensitive ones, is a visit; so is what a commission does."""
    by_code = parameters().indicators.by_code
    general = {found.code for found in parameters().programmes.by_help["general"].programmes}
    for code, programme in parameters().programmes.by_code.items():
        answered = [by_code[found] for found in programme.indicators]
        plain = sum(not found.is_sensitive for found in answered)
        is_hidden = any(found.screen_only for found in answered) or programme.plan.done_by == "commission"
        is_hidden |= plain == 0 if code in general else 2 * plain <= len(answered)
        expected = WORDS(PLAIN_VISIT) if is_hidden else label(code)
        assert home_titles(tables(visit("V1", programme=code)))["V1"] == expected


@pytest.mark.parametrize(
    "code",
    [
        *("safety_first", "couple_counselling", "where_to_turn_talk", "children_rights_film", "psychologist_sessions"),
        *("papers_and_rights", "back_to_school", "food_basket", "targeted_aid", "treatment_link", "debt_settlement"),
        *("housing_commission", "neighbourhood_commission", "case_management", "care_relief"),
    ],
)
def test_what_a_guest_or_a_violent_man_could_hold_against_somebody_has_no_name(code):
    """Violence, illness, papers, hunger, money given, a daughter kept from school, a complaint: each is a visit."""
    assert home_titles(tables(visit("V1", programme=code)))["V1"] == WORDS(PLAIN_VISIT)


@pytest.mark.parametrize(
    "others", [{"member_id": "F1-2"}, {"programme": "nobody_knows_it"}, {"programme": None}, {"kind": "task"}]
)
def test_a_family_reads_no_more_than_it_must(others):
    """A visit to one member, a code of no catalogue, and a task are plain visits."""
    of = tables(visit("V1", **{"programme": programmes()[0], **others}))
    assert home_titles(of)["V1"] == WORDS(PLAIN_VISIT)


def test_a_familys_calendar_holds_its_own_visits_and_no_tasks():
    """Another family's visits, and work that is no visit, stand elsewhere."""
    rows = frame("visits", [visit("V1"), visit("V2", family_id="F2"), visit("V3", kind="task"), visit("V4", kind=None)])
    assert family_visits(rows, "F1")["visit_id"].tolist() == ["V1", "V4"]


def test_a_title_for_every_visit():
    """A calendar refuses a visit without a title, so there is one for each row, whatever is missing in it."""
    of = tables(visit("V1", programme=None, kind=None), visit("V2", family_id="F9", member_id="gone"))
    assert set(of.visits["visit_id"]) == set(titles(of)) == set(home_titles(of))
    assert not any(pd.isna(title) or not title for title in titles(of).values())
