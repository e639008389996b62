"""A helper's calendar: one helper's own families, what is due and overdue, and what may not be printed."""

import html
import re
from dataclasses import replace

import pandas as pd
import pytest
from tests.faces.help_making import (
    MONTH,
    ON_DAY,
    OPEN,
    PRIVATE,
    carried_codes,
    help_source,
    help_tables,
    nobody_helps,
    source_of,
)

from hamyar.core.calendar.adherence import adherence_counts
from hamyar.core.jalali import Month
from hamyar.faces import helper_calendar
from hamyar.faces.helper_calendar import HelperCase, HelperUnknown, open_helper
from hamyar.faces.helper_text import clock, hours
from hamyar.faces.helper_visits import busiest
from hamyar.words import Words

EN = Words("en")
ANSWERS = (
    *("notices", "headline", "key_figures", "families", "month_grid", "this_week", "overdue", "duties", "load"),
    *("programmes", "adherence", "provenance"),
)


@pytest.fixture(name="case", scope="module")
def _case():
    return HelperCase(help_source(), "H1", MONTH, ON_DAY, EN)


def html_of(block):
    data = block._repr_mimebundle_() if hasattr(block, "_repr_mimebundle_") else {}
    return data.get("text/html") or block._repr_html_()


def text_of(block):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html_of(block))))


def everything(case):
    return " ".join(text_of(getattr(case, answer)()) for answer in ANSWERS) + text_of(case.work.training())


class TestWhoseCalendar:
    def test_own_families_only(self, case):
        """No case of another helper, and none that nobody carries, stands anywhere on the page."""
        others = set(help_tables().families["family_id"]) - set(carried_codes())

        assert [code for code in others if code in everything(case)] == []

    def test_empty_is_the_first_with_families(self):
        """An empty code is the first helper who carries somebody."""
        assert HelperCase(help_source(), "", MONTH, ON_DAY, EN).helper_id == "H1"

    def test_unknown_code(self):
        """A code nobody has is an error that says what to do."""
        with pytest.raises(HelperUnknown, match="list of helpers"):
            HelperCase(help_source(), "H9", MONTH, ON_DAY, EN)

    @pytest.mark.parametrize("language", ["fa", "en"])
    @pytest.mark.parametrize("helper", ["H1", "H2", "H3"])
    def test_every_answer(self, helper, language):
        """Each answer can be shown for each helper, with and without families, and never says nan or None."""
        case = HelperCase(help_source(), helper, MONTH, ON_DAY, Words(language))

        for answer in ANSWERS:
            assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b", html_of(getattr(case, answer)())) == []

    def test_nobody_at_all(self):
        """Before there are helpers the page says so, and every answer can be shown."""
        case = HelperCase(source_of(nobody_helps()), "", MONTH, ON_DAY, EN)

        assert "No helper is recorded yet" in text_of(case.notices())
        assert [answer for answer in ANSWERS if not html_of(getattr(case, answer)())] == []
        assert case.result().status == "incomplete"

    def test_opened_by_words(self, monkeypatch):
        """Without a day the page is seen from the last day of the month."""
        monkeypatch.setattr(helper_calendar, "find_source", help_source)

        assert open_helper("H1", "1404-08").on_day == ON_DAY
        assert open_helper("H1", "1404-08", "1404-08-05").on_day == 14040805

    def test_after_the_year(self):
        """When the year of help is over the helper carries nobody, and the page can be shown."""
        case = HelperCase(help_source(), "H1", Month(1405, 6), 14050630, EN)

        assert len(case.carried) == 0
        assert "carries no family" in text_of(case.families())


class TestNumbers:
    def test_counts_are_the_cores(self, case):
        """The counts of the record are those of the core's adherence."""
        visits = help_tables().visits
        counts = adherence_counts(visits[visits["helper_id"] == "H1"], ON_DAY, "helper_id").loc["H1"]
        values = case.result().values

        assert {f"visits_{state}": int(count) for state, count in counts.items()} == {
            name: value for name, value in values.items() if name.startswith("visits_")
        }
        assert values["families"] == sorted(carried_codes())

    def test_overdue_since_when(self, case):
        """What is overdue stands with its day and how long it is, the longest first."""
        late = case.frame[case.frame["state"] == "late"]
        text = text_of(case.overdue())

        assert len(late) == 2
        assert late["days_late"].tolist() == sorted(late["days_late"], reverse=True)
        assert all(str(days) in text for days in late["days_late"])

    def test_cancelled_with_its_reason(self, case):
        """A cancelled visit is listed with its reason, on paper only of a family without a private matter."""
        code = case.frame.loc[case.frame["state"] == "cancelled", "family_id"].iloc[0]
        tables, reason = help_tables(), "خانواده سفر بود"
        tables = replace(
            tables,
            goals=tables.goals.iloc[:0],
            plans=tables.plans[tables.plans["programme"] != PRIVATE],
            visits=tables.visits[tables.visits["programme"].fillna("") != PRIVATE],
        )
        private = tables.observations.iloc[:1].assign(
            family_id=code, subject_id=code, indicator="domestic_violence", answer="2", day=ON_DAY
        )
        told = [
            HelperCase(source_of(replace(tables, observations=found)), "H1", MONTH, ON_DAY, EN, private=alone)
            for found, alone in ((tables.observations.iloc[:0], False), (private, False), (private, True))
        ]

        assert [reason in text_of(found.adherence()) for found in told] == [True, False, True]

    def test_training(self, case):
        """Hours held are those of trainings that were held, before the first family and in service."""
        assert case.result().values["training_minutes_before"] == 2400
        assert case.result().values["training_minutes_in_service"] == 0
        assert "40 + 0" in text_of(case.key_figures())

    def test_weeks_hold_all_minutes(self, case):
        """The weeks of the year hold every minute that is planned in it and not cancelled."""
        frame = case.year.frame
        taken = frame[frame["state"] != "cancelled"]
        weeks = case.year.weeks()

        assert int(taken["minutes"].sum()) == int(weeks["visit_minutes"].sum() + weeks["fixed_minutes"].sum())
        assert int(weeks["is_now"].sum()) == 1

    def test_hours_there_are(self, case):
        """In an ordinary week there are the helper's hours; leave takes some away."""
        weeks = case.year.weeks().set_index("day")

        assert int(weeks["free_minutes"].max()) == 3 * 300
        # Leave from Saturday to Monday takes two of the three days.
        assert int(weeks.at[14040817, "free_minutes"]) == 300

    def test_peak_is_never_under_its_bound(self, case):
        """The busiest day has at least as many families as the bound says."""
        peak, bound = busiest(case.year.frame, case.year.workdays)

        assert peak >= bound >= 1
        assert busiest(case.year.frame.iloc[:0], 10) == (0, 0)

    def test_month_and_week(self, case):
        """The grid has every family once a day with all that is done for it; the week those of its seven days."""
        grid = case.month_grid()
        month = case.frame[case.frame["day"] // 100 == MONTH.code]

        visits = month.assign(whose=month["family_id"].fillna(month["visit_id"])).groupby(["day", "whose"]).size()
        week = visits[visits.index.get_level_values("day") >= 14040824]
        counted = month[~((month["state"] == "cancelled") & month.duplicated(["day", "family_id"], keep=False))]

        assert sum(map(len, grid.entries.values())) == len(visits)
        assert sum(entry.count for entries in grid.entries.values() for entry in entries) == len(counted)
        assert len(re.findall(r"<tr>", html_of(case.this_week()))) - 1 == len(week)

    def test_programme_says_what_success_is(self, case):
        """The programme has a row for each activity, the goals, and once what success is."""
        text = text_of(case.programmes())
        plan = case.source.parameters.programmes.by_help["focused"]
        success = next(found.plan.success.en for found in plan.programmes if found.code == OPEN)

        assert html_of(case.programmes()).count('class="year-table"') == 5
        assert "Goal" in text
        assert text.count(re.sub(r"\s+", " ", success)[:60]) == 1

    def test_duties(self, case):
        """Session, training, event and task stand with what they are."""
        text = text_of(case.duties())

        for what in ("Session of the commission: Economic", "Training: گوش دادن", "کلاس تغذیه", "پیگیری وام اشتغال"):
            assert what in text


class TestPrivate:
    def test_veiled_on_paper(self, case):
        """A programme for a private harm is not named on what may be printed."""
        names = case.source.parameters.programmes.by_help["focused"].programmes
        label = next(found.label.en for found in names if found.code == PRIVATE)
        alone = HelperCase(help_source(), "H1", MONTH, ON_DAY, EN, private=True)

        assert label not in everything(case)
        assert "Help in a private matter" in text_of(case.programmes())
        assert label in text_of(alone.programmes())

    def test_free_text_of_a_task(self):
        """What a session wrote of a family stands on paper only where the family has no private matter."""
        tables = help_tables()
        task = tables.visits[tables.visits["kind"] == "task"].iloc[0]
        what, code = tables.decisions["what"].iloc[0], task["family_id"]
        found = tables.observations.iloc[:1].assign(
            family_id=code, subject_id=code, indicator="domestic_violence", answer="2", day=ON_DAY
        )
        told = [
            everything(HelperCase(source_of(replace(tables, observations=rows)), "H1", MONTH, ON_DAY, EN))
            for rows in (tables.observations.iloc[:0], found, found.assign(answer="1"))
        ]

        assert [what in text for text in told] == [True, False, True]
        assert "Task from a session" in told[1]

    def test_neither_person_nor_reason(self):
        """Of a veiled visit neither the member it is for nor why it was cancelled is told."""
        tables = help_tables()
        visits = tables.visits.copy()
        child = tables.members["member_id"].iloc[-1]
        rows = visits.index[visits["programme"] == PRIVATE][:1]
        visits.loc[rows, ["member_id", "status", "reason"]] = [child, "cancelled", "sheltered"]
        case = HelperCase(source_of(replace(tables, visits=visits)), "H1", MONTH, ON_DAY, EN)

        row = case.frame[case.frame["visit_id"] == visits.at[rows[0], "visit_id"]].iloc[0]
        assert (row["person"], row["reason"]) == ("–", "–")
        assert "sheltered" not in everything(case)


class TestText:
    def test_clock(self):
        """Hours are written with two digits, in the digits of the language."""
        assert clock(570, EN) == "09:30"
        assert clock(570, Words("fa")) == "۰۹:۳۰"

    def test_hours(self):
        """A length is whole hours, or has one decimal."""
        assert [hours(minutes, EN) for minutes in (0, 60, 90)] == ["0", "1", "1.5"]

    def test_dropped_visits_are_gone(self):
        """A visit that a later plan dropped stands nowhere."""
        tables = help_tables()
        visits = tables.visits.assign(status=pd.Series("dropped", index=tables.visits.index))

        assert len(HelperCase(source_of(replace(tables, visits=visits)), "H1", MONTH, ON_DAY, EN).frame) == 0
