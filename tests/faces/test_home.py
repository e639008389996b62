"""The first page after signing in: whose families, what is due, what is incomplete, and what it never tells."""

import datetime as dt
import html
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.faces.help_making import MONTH, ON_DAY, carried_codes, help_source, help_tables, source_of
from tests.faces.home_making import PlayedSession

from hamyar.core.calendar.adherence import adherence, adherence_counts
from hamyar.core.economy import assessment
from hamyar.core.economy.assessment import assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.answers import find_answers
from hamyar.core.levels.stratification import stratify_families
from hamyar.faces import home_families
from hamyar.faces.addresses import address
from hamyar.faces.home import Home, open_home
from hamyar.faces.home_families import MOST_WITH_MEMBERS, OwnFamilies, owners_of
from hamyar.faces.home_rows import MOST_ROWS, FamilyRows
from hamyar.store.drafts import Draft
from hamyar.store.recent import RecentChange
from hamyar.words import Words

EN, FA = Words("en"), Words("fa")
BLOCKS = ("notices", "headline", "links", "drafts", "tasks", "since", "provenance")
HOSTILE = '"><img src=x onerror=alert(1)><script>\u202e</script>'


def home_of(role="helper", words=EN, **given):
    return Home(PlayedSession(role, **given), MONTH, words)


def html_of(home, *parts):
    """The page as markup, the list of families with it."""
    shown = [getattr(home, part)()._repr_html_() for part in parts or BLOCKS]
    found = home.my_families()
    shown.append(found._found["html"] if hasattr(found, "_found") else found._repr_html_())
    return "\n".join(shown)


def text_of(markup):
    plain = re.sub(r"[\u2066-\u2069]", "", re.sub(r"<[^>]+>", " ", markup))
    return html.unescape(re.sub(r"\s+", " ", plain))


def draft_of(code, month=MONTH, answers=3):
    return Draft(code, month, answers, dt.datetime(2025, 11, 10, 8, tzinfo=dt.UTC))


@pytest.fixture(name="codes", scope="module")
def _codes():
    return carried_codes()


class TestWhose:
    def test_a_helper_sees_the_families_carried(self, codes):
        """A helper's page lists the families carried today, and no other code stands anywhere on it."""
        home = home_of()
        others = set(help_tables().families["family_id"]) - set(codes)

        assert set(home.families.frame["family_id"]) == set(codes)
        assert [code for code in others if code in html_of(home)] == []

    def test_a_centre_without_families(self):
        """Whoever may open every file is not told that none is open, where there is none."""
        tables = help_tables()
        home = home_of("manager", source=source_of(tables.only([])))

        assert "There is no family to list" in text_of(home.headline()._repr_html_())
        assert "opens no family" not in text_of(html_of(home))

    def test_after_the_last_day(self):
        """Families whose assignment has ended are gone, whatever the tables still hold."""
        session = PlayedSession()
        session.today = 14050601

        assert Home(session, MONTH, EN).families is None
        assert "No family is assigned to you today" in text_of(Home(session, MONTH, EN).headline()._repr_html_())

    @pytest.mark.parametrize("role", ["manager", "supervisor", "commission_member"])
    def test_others_see_what_is_open_to_them(self, role):
        """Whoever reads more families than are carried sees all that the session gives."""
        assert len(home_of(role).families.frame) == len(help_tables().families)

    @pytest.mark.parametrize("role", ["researcher", "operator"])
    def test_no_family_is_asked_for(self, role):
        """A role that opens no family's file asks for no table, and the page says where it may go."""
        home = home_of(role)
        text = text_of(html_of(home))

        assert home.session.asked == 0
        assert "opens no family’s file" in text
        assert home.result().values["families"] == 0

    @pytest.mark.parametrize(
        ("role", "person", "slugs"),
        [
            ("helper", "H1", ["visits"]),
            ("manager", "H1", ["visits", "centre", "levels", "report"]),
            # Without a calendar its page would be none.
            ("manager", "M1", ["centre", "levels", "report"]),
            ("commission_member", "P1", []),
            ("commission_member", "H2", ["visits"]),
            ("supervisor", None, ["centre", "levels", "report"]),
            ("researcher", None, ["levels"]),
            ("operator", None, []),
        ],
    )
    def test_links(self, role, person, slugs):
        """Each role is led to the pages that are open to it, and to the changing of the password."""
        led = re.findall(r'href="([a-z]+)', home_of(role, person_id=person).links()._repr_html_())

        assert led == [*slugs, "password"]

    def test_where_a_family_leads(self, codes):
        """A family leads to its file of the month where it may be written, else to its economy."""
        written = address("family", family=codes[0], month=MONTH).replace("&", "&amp;")
        read = address("economy", family=codes[0], month=MONTH).replace("&", "&amp;")

        assert f'href="{written}"' in html_of(home_of("helper"))
        assert f'href="{written}"' not in html_of(home_of("supervisor"))
        assert f'href="{read}"' in html_of(home_of("supervisor"))


class TestMonth:
    def test_served(self):
        """Served, the page is about the month of today, whatever the notebook says."""
        assert Home(PlayedSession(), Month(1403, 1), EN).month == Month.from_code(ON_DAY // 100)

    def test_over_the_sample(self):
        """Over the sample it is about the month it is asked for, seen from a day of it."""
        home = open_home("1404-06", "en")

        assert home.month == Month(1404, 6)
        assert home.today == 14040631
        assert "password" not in home.links()._repr_html_()


class TestFigures:
    def test_levels_and_gaps(self, codes):
        """Each family's row is what an assessment of that family alone gives."""
        source = help_source()
        frame = home_of().families.frame
        for code in codes:
            tables = source.tables([code])
            alone = assess_families(tables, source.parameters, MONTH, history_months=0)
            level = stratify_families(tables, source.parameters, MONTH, alone).results.iloc[0]
            row = frame.loc[code]

            assert (row["level"], row["level_at_best"], row["level_at_worst"]) == tuple(
                level[["level", "level_at_best", "level_at_worst"]]
            )
            assert row["open"] == level["unanswered"]
            gap = alone.results["gap_before_aid_money"].iloc[0]
            assert (pd.isna(row["gap"]) and pd.isna(gap)) or row["gap"] == gap

    def test_visits(self, codes):
        """Overdue visits are those of the calendar, and the next visit is the first that is still to come."""
        visits = help_tables().visits[help_tables().visits["helper_id"] == "H1"]
        counts = adherence_counts(visits, ON_DAY, "family_id")["late"]
        told = adherence(visits, ON_DAY)
        frame = home_of().families.frame
        for code in codes:
            coming = told[(told["family_id"] == code) & (told["state"] == "to_come")]["day"].min()

            assert (frame.at[code, "late"], frame.at[code, "next_day"]) == (counts.get(code, 0), coming)
        assert frame["late"].sum() > 0

    def test_one_pass(self, monkeypatch):
        """All own families are assessed at once, not each by itself."""
        calls = []
        monkeypatch.setattr(
            home_families,
            "assess_families",
            lambda *given, **named: calls.append(1) or assessment.assess_families(*given, **named),
        )
        html_of(home_of())

        assert len(calls) == 1

    @pytest.mark.parametrize("month", [Month(1404, 6), Month(1404, 7)])
    def test_answers_that_go_out_of_date(self, month):
        """An answer is said to end with the month exactly when it counts at its end and not at the end of the next."""
        source = help_source()
        tables = source.tables()
        day = month.code * 100 + month.days
        # What is answered in the next month is not known yet.
        told = {name: getattr(tables, name) for name in ("observations", "food_weeks")}
        tables = replace(tables, **{name: frame[frame["day"] <= day] for name, frame in told.items()})
        found = OwnFamilies(tables, source.parameters, month, day)
        placed, rules = found.placed, found.assessment.rules
        named = {
            "valid_months": rules.value("observation_valid_months"),
            "window_days": rules.value("agreement_window_days"),
        }
        economy = assess_families(tables, source.parameters, month + 1, history_months=0)
        later = find_answers(tables, placed.indicators, month + 1, economy, **named)
        # What comes from a visit: observations, and the food of a week; the rest comes from the month's own flows.
        weekly = ("food_consumption_score", "reduced_coping_strategies")
        is_told = [one.computed is None or one.computed.measure in weekly for one in placed.indicators.indicators]
        ending = (later.is_open & ~placed.answers.is_open)[np.array(is_told)].sum(axis=0)

        assert ending.sum() > 0
        assert found._ending.tolist() == ending.tolist()

    def test_most_pressing_first(self, codes):
        """A family with a draft comes first, then who has waited longest."""
        days = home_of(drafts=[draft_of(codes[3])]).families.frame["late_days"]

        assert days.index[0] == codes[3]
        assert days.iloc[1:].fillna(0).is_monotonic_decreasing

    def test_month_that_has_just_begun(self, codes):
        """Where this month's gap is not known, the month before stands beside it."""
        source = help_source()
        tables = source.tables(codes)
        tables = replace(tables, flows=tables.flows[tables.flows["month"] != MONTH.code])
        found = OwnFamilies(tables, source.parameters, MONTH, ON_DAY, "H1")
        text = text_of(FamilyRows(found, "family", EN).find("").html)

        assert found.frame["gap"].isna().all()
        assert found.frame["gap_before"].notna().any()
        assert "in Mehr 1404:" in text

    def test_counts_of_the_record(self, codes):
        """The record counts what the page shows."""
        home = home_of(drafts=[draft_of(codes[0])])
        values, frame = home.result().values, home.families.frame

        assert values["families"] == len(codes) == sum(values[f"levels_{level}"] for level in frame["level"].unique())
        assert values["visits_overdue"] == frame["late"].sum()
        assert (values["drafts"], values["tasks_open"]) == (1, 1)
        assert home.result().status == "incomplete"

    def test_without_a_catalogue(self, codes, monkeypatch):
        """A month before the catalogue began has families, gaps and visits, and no levels."""
        found = OwnFamilies(help_source().tables(codes), help_source().parameters, Month(1360, 1), ON_DAY)
        monkeypatch.setattr(OwnFamilies, "placed", None)

        assert found.frame["level"].isna().all()
        assert "unknown" in FamilyRows(found, "family", EN).find("").html


class TestNews:
    def test_drafts(self, codes):
        """Each draft leads back to its own month, and the page's first sentence tells of it."""
        home = home_of(drafts=[draft_of(codes[1], Month(1404, 7), 9)])
        back = address("family", family=codes[1], month=Month(1404, 7)).replace("&", "&amp;")

        assert f'href="{back}"' in home.drafts()._repr_html_()
        assert "1 draft waits to be submitted" in text_of(home.headline()._repr_html_())
        assert "A draft was begun" in text_of(home.my_families()._found["html"])

    def test_tasks(self, codes):
        """The user's own open task stands with its family and its last day; another's does not."""
        text = text_of(home_of().tasks()._repr_html_())

        assert "پیگیری وام اشتغال" in text
        assert codes[2] in text
        assert "No task of a commission" in text_of(home_of(person_id="H2").tasks()._repr_html_())

    def test_overdue_task(self):
        """A task whose day has passed says for how long."""
        tables = help_tables()
        source = source_of(replace(tables, decisions=tables.decisions.assign(until_day=ON_DAY - 3)))

        assert "overdue by 3 days" in text_of(home_of(source=source).tasks()._repr_html_())

    def test_an_overdue_task_is_not_nothing(self):
        """The first sentence does not say that nothing is overdue while a task of a commission is."""
        tables = help_tables()
        quiet = replace(tables, visits=tables.visits.iloc[:0])
        overdue = source_of(replace(quiet, decisions=tables.decisions.assign(until_day=ON_DAY - 3)))

        assert "1 task of a commission is overdue" in text_of(home_of(source=overdue).headline()._repr_html_())
        assert "No visit to a family is overdue" in text_of(home_of(source=source_of(quiet)).headline()._repr_html_())

    def test_much_is_new(self):
        """Of very much news the latest are listed, and the page says so; the day has its year."""
        at = dt.datetime(2025, 11, 9, tzinfo=dt.UTC)
        changes = [RecentChange(f"S-{number}", "flows", 1, at, False) for number in range(25)]
        markup = home_of(changes=changes).since()._repr_html_()

        assert markup.count("<tr>") == 20 + 1
        assert "others recorded something of 25 families" in text_of(markup)
        assert "20 of 25 are listed" in text_of(markup)
        assert "17 Aban 1404" in text_of(markup)
        assert "are listed" not in text_of(home_of(changes=changes[:20]).since()._repr_html_())

    def test_since(self, codes):
        """What others recorded is listed by family; one's own changes are not."""
        at = dt.datetime(2025, 11, 9, tzinfo=dt.UTC)
        changes = [RecentChange(codes[0], "flows", 3, at, False), RecentChange(codes[1], "members", 1, at, True)]
        text = text_of(home_of(changes=changes).since()._repr_html_())

        assert "others recorded something of 1 family" in text
        assert "Money in and out: 3 rows" in text
        assert codes[0] in text
        assert codes[1] not in text

    @pytest.mark.parametrize(
        ("since", "changes", "said"),
        [
            (None, [], "for the first time"),
            (dt.datetime(2025, 11, 8, tzinfo=dt.UTC), [], "Nothing was recorded since"),
            (
                dt.datetime(2025, 11, 8, tzinfo=dt.UTC),
                [RecentChange("S", "flows", 2, dt.datetime(2025, 11, 9, tzinfo=dt.UTC), True)],
                "nobody else recorded anything; 2 rows are your own",
            ),
        ],
    )
    def test_nothing_new(self, since, changes, said):
        """A first visit, a quiet time, and one's own changes alone are told apart."""
        assert said in text_of(home_of(since=since, changes=changes).since()._repr_html_())


class TestNames:
    def test_where_they_are_allowed(self, codes):
        """The family's own name stands before its code; without one, its head's."""
        tables = help_tables()
        heads = tables.members[(tables.members["role"] == "head") & (tables.members["family_id"] == codes[1])]
        names = {codes[0]: {"name": "آل‌یاسین"}, heads["member_id"].iloc[0]: {"name": "Nguyễn"}}
        frame = home_of(names=names).families.frame

        assert (frame.at[codes[0], "name"], frame.at[codes[1], "name"], frame.at[codes[2], "name"]) == (
            "آل‌یاسین",
            "Nguyễn",
            "",
        )

    def test_where_they_are_not(self, codes):
        """A member of a commission sees codes only, even if the session would give names."""
        home = home_of("commission_member", names={codes[0]: {"name": "آل‌یاسین"}})

        assert "آل‌یاسین" not in html_of(home)

    def test_many_families(self):
        """Of very many families only the families' and their heads' names are asked for."""
        tables = help_tables()
        many = pd.concat([tables.families] * (MOST_WITH_MEMBERS // len(tables.families) + 1), ignore_index=True)
        heads = int((tables.members["role"] == "head").sum())

        assert len(owners_of(tables)) == len(tables.families) + len(tables.members)
        assert len(owners_of(replace(tables, families=many))) == len(many) + heads


class TestHostile:
    def test_text_of_people(self, codes):
        """Names, areas and tasks are shown as text: nothing of them becomes markup or turns the page round."""
        tables = help_tables()
        source = source_of(
            replace(
                tables,
                families=tables.families.assign(area=HOSTILE),
                decisions=tables.decisions.assign(what=HOSTILE),
            )
        )
        names = {code: {"name": HOSTILE, "phone": HOSTILE} for code in codes}
        markup = html_of(home_of(source=source, names=names, words=FA))

        assert re.findall(r"<(?:img|script)", markup) == []
        assert "\u202e" not in markup
        assert "&lt;script&gt;" in markup

    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_nothing_half_written(self, language, codes):
        """No value of Python and no empty hole stands on the page."""
        text = text_of(html_of(home_of(words=Words(language), drafts=[draft_of(codes[0])])))

        assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b|\{\w+\}", text) == []


class TestList:
    def test_long_lists_are_cut(self):
        """Of very many families the first are shown, and the sentence says so."""
        source = help_source()
        found = OwnFamilies(source.tables(), source.parameters, MONTH, ON_DAY)
        rows = FamilyRows(found, "family", EN)
        found.__dict__["frame"] = pd.concat([found.frame] * 8, ignore_index=True)
        shown = rows.find("")

        assert shown.html.count("<tr>") == MOST_ROWS + 1
        assert shown.told.startswith(f"{len(found.frame)} families")
        assert f"The first {MOST_ROWS} are shown" in shown.told
