"""Plan and visits in a dossier: what was decided, with what is private veiled, and nothing where nothing is."""

import html
import re
from dataclasses import replace

import pytest
from tests.faces.help_making import (
    FIRST_DAY,
    MONTH,
    PRIVATE,
    carried_codes,
    goal,
    help_source,
    help_tables,
    nobody_helps,
    source_of,
    table,
)

from hamyar.core.jalali import Month
from hamyar.core.tables import GOALS
from hamyar.faces.family import FamilyCase
from hamyar.faces.helper_text import rhythm_message
from hamyar.words import Words, say

EN = Words("en")


def text_of(block):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", block._repr_html_())))


@pytest.fixture(name="source", scope="module")
def _source():
    return help_source()


@pytest.fixture(name="first", scope="module")
def _first(source):
    """The family with a private programme, a refused one and goals."""
    return FamilyCase(source, carried_codes()[0], MONTH, EN)


class TestSilence:
    def test_no_facts_no_heading(self):
        """A month without any facts of helpers shows nothing, for any family."""
        source = source_of(nobody_helps())
        codes = source.tables().families["family_id"]

        assert [code for code in codes if FamilyCase(source, code, MONTH, EN).plan.whole() is not None] == []

    def test_not_carried(self, source):
        """A family that nobody carries and nothing was planned for shows nothing."""
        code = next(code for code in help_tables().families["family_id"][::-1] if code not in carried_codes())

        assert FamilyCase(source, code, MONTH, EN).plan.whole() is None

    def test_record_is_as_before(self, source, first):
        """The result record of a dossier knows nothing of the plan: the run compares it with the families' rows."""
        before = FamilyCase(source_of(nobody_helps()), first.family_id, MONTH, EN)

        assert first.result().values == before.result().values

    def test_no_empty_heading(self, source):
        """Every heading is followed by something else than a heading."""
        for code in carried_codes():
            shown = FamilyCase(source, code, MONTH, EN).plan.whole()._repr_html_()

            assert re.findall(r"</h3>\s*<h3", shown) == []
            assert not shown.rstrip().endswith("</h3>")
            assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b", shown) == []


class TestDecisions:
    def test_accepted_changed_refused(self, first):
        """Each decision stands with its reason, what is refused last."""
        text = " ".join(map(text_of, first.plan.decided()))

        assert text.index("Accepted ") < text.index("Accepted with a change") < text.index("Not taken up")
        assert text.index("Not taken up") < text.index("خودشان تسویه می‌کنند")
        assert "every month" in text
        assert "درمانگاه محله" in text

    def test_last_years_plan_is_over(self, source, first):
        """When the year of help is over its decisions are not shown any more."""
        assert FamilyCase(source, first.family_id, Month(1405, 6), EN).plan.decided() == []

    @pytest.mark.parametrize(
        ("every", "number", "said"),
        [
            *((None, None, "once"), (30, 1, "once"), (1, None, "every day"), (7, None, "every week")),
            *((14, 3, "every two weeks, 3 times"), (21, None, "every three weeks"), (15, None, "every 15 days")),
            *((28, None, "every month"), (31, None, "every month"), (27, None, "every 27 days")),
            *((60, None, "every two months"), (91, 4, "every three months, 4 times"), (365, None, "every year")),
        ],
    )
    def test_rhythm(self, every, number, said):
        """How often something is done is said in words."""
        assert say(rhythm_message(every, number), "en") == said


class TestPrivate:
    def test_programme_is_veiled(self, first):
        """A programme for a private harm has no name, no person, no reason and no resource on paper."""
        programmes = first.source.parameters.programmes.by_help["focused"].programmes
        label = next(found.label.en for found in programmes if found.code == PRIVATE)
        shown = first.plan.whole()._repr_html_()
        row = next(row for row in shown.split("<tr>") if "Help in a private matter" in row)

        assert label not in html.unescape(shown)
        assert row.count("–") == 3

    def test_goal_is_veiled(self):
        """Of a goal for a private harm paper tells only that it is a private matter and by when."""
        tables = help_tables()
        code = carried_codes()[1]
        goals = table(GOALS, goal(code, "domestic_violence", aim_level=0, until_day=14050229))
        case = FamilyCase(source_of(replace(tables, goals=goals)), code, MONTH, EN)
        shown = " ".join(text_of(block) for block in case.plan.goals())

        assert "a private matter" in shown
        assert "violence" not in shown.lower()

    def test_free_text_of_sessions(self, first):
        """What a session wrote is told only where the family has no private matter."""
        tables = help_tables()
        told = tables.decisions.iloc[0]
        moved = tables.decisions.assign(family_id=first.family_id)
        cases = tables.session_cases.assign(family_id=first.family_id)
        is_task = tables.visits["kind"] == "task"
        visits = tables.visits.assign(family_id=tables.visits["family_id"].mask(is_task, first.family_id))
        veiled = FamilyCase(
            source_of(replace(tables, decisions=moved, session_cases=cases, visits=visits)), first.family_id, MONTH, EN
        )

        assert told["what"] not in text_of(veiled.plan.whole())
        assert all(told["what"] not in purpose for purpose in veiled.plan.frame["purpose"])
        assert "Told on the screen only" in text_of(veiled.plan.whole())


class TestGoalsAndVisits:
    def test_goals_and_open_harms(self, first):
        """Goals have their level in words and how far they are; harms without either are named."""
        text = " ".join(text_of(block) for block in first.plan.goals())

        assert "Monthly gap" in text
        assert re.search(r"harms? ha(?:s|ve) neither a goal nor a reason why not", text)

    def test_counts_and_next(self, first):
        """The visits of the year are counted and the next ones listed, never more than paper has room for."""
        text = " ".join(text_of(block) for block in first.plan.visits())

        assert re.search(r"Helper \W*H1\W* carries the family until", text)
        assert re.search(r"Visits due so far: \d+\. Done: \d+, of them late: 1\. Overdue: 1\.", text)
        assert "Next visits" in text
        assert "Overdue" in text

    def test_referral_and_task(self, source):
        """The case before a commission stands with its state, an open task with its day."""
        waiting = text_of(FamilyCase(source, carried_codes()[1], MONTH, EN).plan.whole())
        task = FamilyCase(source, help_tables().decisions["family_id"].iloc[0], MONTH, EN)

        assert "Economic Accepted" in waiting
        assert any("H1" in text_of(block) for block in task.plan.meetings())

    def test_first_day_is_in_force(self, first):
        """Every plan row shown began on the first day of the year of help."""
        assert set(first.plan.plan_rows["from_day"]) == {FIRST_DAY}
