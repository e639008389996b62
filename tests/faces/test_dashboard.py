"""The manager's page: each figure agrees with the core, opens to the families behind it, and hides what must stay."""

import html
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.faces.help_making import MONTH, ON_DAY, carried_codes, help_source, help_tables, nobody_helps, source_of
from tests.faces.home_making import PlayedSession

from hamyar.core.calendar.adherence import adherence
from hamyar.core.economy.assessment import assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.answers import DOES_NOT_APPLY, KNOWN
from hamyar.core.levels.stratification import ALL_LEVELS, stratify_families
from hamyar.core.meetings.commissions import cases_waiting
from hamyar.core.message import N_, message
from hamyar.core.tables import REFERRALS, conform
from hamyar.faces.blocks import Hidden
from hamyar.faces.dashboard import Dashboard, open_dashboard
from hamyar.faces.dashboard_leads import Leads, shown_count
from hamyar.faces.dashboard_levels import MONTHS, LevelsOverMonths
from hamyar.words import Words

EN, FA = Words("en"), Words("fa")
QUESTIONS = ("notices", "headline", "levels_over_months", "load", "overdue", "commissions", "gaps", "completeness")
HOSTILE = '"><img src=x onerror=alert(1)><script>\u202e</script>'


def dashboard(source=None, *, role="manager", outside=False, words=EN, month=MONTH, today=ON_DAY):
    session = PlayedSession(role, source or help_source())
    session.today = today
    return Dashboard(session, month, words, outside=outside)


def page(found):
    return "\n".join(getattr(found, question)()._repr_html_() for question in QUESTIONS)


def text_of(markup):
    plain = re.sub(r"[\u2066-\u2069]", "", re.sub(r"<[^>]+>", " ", markup))
    return html.unescape(re.sub(r"\s+", " ", plain))


def lists_of(block):
    """Each figure that opens: its sentence, and the families behind it in order."""
    found = {}
    for part in re.findall(r"<details.*?</details>", block._repr_html_(), re.DOTALL):
        summary = re.search(r"<summary>(.*?)</summary>", part, re.DOTALL)[1]
        found[text_of(summary).strip()] = re.findall(r"family=([^&\"]+)", part)
    return found


@pytest.fixture(name="inside", scope="module")
def _inside():
    return dashboard()


@pytest.fixture(name="outside", scope="module")
def _outside():
    return dashboard(outside=True)


class TestLevels:
    def test_months(self, inside):
        """Each month counts what a stratification of that month gives, of the families known by then."""
        source = help_source()
        tables = source.tables()
        frame = inside.over_months.frame.set_index("month")

        assert len(frame) == MONTHS
        for month in (MONTH, MONTH + -1, MONTH + (1 - MONTHS)):
            known = tables.families[(tables.families["joined_month"] <= month.code).fillna(True)]["family_id"]
            placed = stratify_families(tables.only(known.tolist()), source.parameters, month)
            wanted = placed.results["level"].value_counts()

            assert {level: frame.at[month.code, level] for level in ALL_LEVELS} == wanted.reindex(ALL_LEVELS).to_dict()

    def test_the_families_behind(self, inside):
        """Each month opens to exactly the families it counts, each of which leads to its levels of that month."""
        lists = lists_of(inside.over_months.behind())
        frame = inside.over_months.frame

        for row in frame.itertuples():
            month = Month.from_code(row.month)
            (codes,) = [codes for told, codes in lists.items() if told.startswith(f"{month.label('en')} –")]
            assert len(codes) == len(set(codes)) == sum(getattr(row, level) for level in ALL_LEVELS)
        assert f"month={MONTH + -3}" in inside.over_months.behind()._repr_html_()

    def test_long_lists(self):
        """Of many families everyone can be reached: the month's own are folded, an earlier month's page lists them."""
        source = help_source()
        found = dashboard(source_of(copies_of(source.tables(), 20)))
        blocks = found.over_months.behind()._repr_html_()
        (now,) = re.findall(r"<summary>[^<]*Aban 1404 –.*?(?=<summary>[^<]*Mehr 1404 –)", blocks, re.DOTALL)

        assert len(set(re.findall(r'href="levels\?family=([^&"]+)', now))) == len(found.case.results)
        earlier = f"centre?month={MONTH + -1}"
        assert f'href="{earlier}"' in blocks
        assert "page of levels lists" not in blocks

    def test_who_moved(self, inside):
        """The families with another level than a month ago are listed, and nobody else."""
        now, before = inside.over_months.found[MONTH], inside.over_months.found[MONTH + -1]
        levels = [placed.results["level"].astype("str") for placed in (before, now)]
        moved = [code for code in levels[1].index if code in levels[0].index and levels[0][code] != levels[1][code]]
        told, codes = next(iter(lists_of(inside.over_months.behind()).items()))

        assert sorted(codes) == sorted(moved)
        assert told.startswith(f"{len(moved)} famil")

    def test_before_anybody_was_asked(self):
        """A month before the first visit has no levels, and a family is not counted before it was known."""
        source = help_source()
        tables = source.tables()
        later = tables.observations["day"] > 14040531
        joined = tables.families["joined_month"].astype("Int64")
        joined.iloc[0] = MONTH.code
        tables = replace(
            tables, observations=tables.observations[later], families=tables.families.assign(joined_month=joined)
        )
        frame = dashboard(source_of(tables)).over_months.frame.set_index("month")

        assert frame.index.min() == tables.observations["day"].min() // 100 == 140407
        assert frame.loc[140407, list(ALL_LEVELS)].sum() == len(tables.families) - 1
        assert frame.loc[MONTH.code, list(ALL_LEVELS)].sum() == len(tables.families)


class TestWork:
    def test_load(self, inside):
        """Each helper opens to the families carried; who carries nobody opens to nothing."""
        lists = lists_of(inside.load())

        (told,) = [told for told in lists if told.startswith("H1")]
        assert sorted(lists[told]) == sorted(carried_codes())
        assert [told for told in lists if told.startswith("H3")] == []
        assert "helper=H1" in inside.load()._repr_html_()

    def test_hours(self, inside):
        """Planned hours are those of the month's visits, and the hours there are leave out Fridays and leave."""
        visits = help_tables().visits
        taken = visits[(visits["day"] // 100 == MONTH.code) & ~visits["status"].isin(["cancelled", "dropped"])]
        hours = inside.work.hours

        assert (
            hours["planned"].to_dict()
            == taken.groupby("helper_id")["minutes"].sum().reindex(["H1", "H2", "H3"]).fillna(0).to_dict()
        )
        # Both work the same days, but H1 was away for three of them.
        assert 0 < hours.at["H1", "there"] < hours.at["H2", "there"]
        assert hours.at["H2", "there"] % 300 == 0
        assert hours.at["H3", "there"] == 0

    def test_overdue(self, inside):
        """The groups by age hold every family with an overdue visit once, the longest first."""
        told = adherence(help_tables().visits, ON_DAY)
        late = told[(told["state"] == "late") & told["family_id"].notna()].groupby("family_id")["days_late"].max()
        lists = list(lists_of(inside.overdue()).values())

        assert sorted(code for codes in lists for code in codes) == sorted(late.index)
        for codes in lists:
            assert late[codes].is_monotonic_decreasing
        assert f"{len(late)} families" in text_of(inside.overdue()._repr_html_())

    def test_commissions(self, inside):
        """Each commission opens to its waiting cases with their state, and what holds them up."""
        waiting = cases_waiting(help_tables(), ON_DAY)
        lists = lists_of(inside.commissions())

        assert {told.split(":")[0]: sorted(codes) for told, codes in lists.items()} == {
            "Economic": sorted(waiting["family_id"])
        }
        assert "no session yet" in text_of(inside.commissions()._repr_html_())

    def test_a_case_that_ended_later(self):
        """A case that is over by now is in neither the table nor the list of an earlier day, so the two agree."""
        tables = help_tables()
        over = tables.referrals["family_id"] == tables.referrals["family_id"].iloc[0]
        referrals = tables.referrals.assign(
            state=tables.referrals["state"].astype("str").mask(over, "done"),
            state_day=tables.referrals["state_day"].mask(over, ON_DAY + 100),
        )
        found = dashboard(source_of(replace(tables, referrals=conform(REFERRALS, referrals))))
        (codes,) = lists_of(found.commissions()).values()

        assert sorted(codes) == sorted(referrals.loc[~over, "family_id"])
        assert found.result().values["cases_waiting"] == len(codes)
        assert "Done" not in text_of(found.commissions()._repr_html_())

    def test_without_helpers(self):
        """A centre without helpers says so in a sentence for each question."""
        found = dashboard(source_of(nobody_helps()))

        assert "No helper is recorded yet" in text_of(found.load()._repr_html_())
        assert "Nothing is overdue" in text_of(found.overdue()._repr_html_())
        assert "No case waits" in text_of(found.commissions()._repr_html_())


class TestToday:
    """A month is opened before it is over: what lies ahead is not overdue, and not begun."""

    TODAY = 14040815

    def test_overdue(self):
        """Only visits whose day has passed today are overdue; in a month that is over, those of its last day."""
        tables = help_tables()
        tables = replace(tables, visits=tables.visits.assign(status="planned", done_day=pd.NA))
        source = source_of(tables)
        for today, on_day in ((self.TODAY, self.TODAY), (14041110, ON_DAY)):
            visits = tables.visits[tables.visits["family_id"].notna()]
            late = visits[visits["day"] < on_day].groupby("family_id").size()
            found = dashboard(source, today=today).work._late["visits"]

            assert late.to_dict() == found.to_dict()
            assert late.sum() > 0

    def test_a_visit_of_this_very_day(self):
        """The day itself is not over, and a cancelled visit is nobody's."""
        tables = help_tables()
        visits = tables.visits[tables.visits["family_id"].notna()].head(3)
        visits = visits.assign(done_day=pd.NA, day=[self.TODAY, self.TODAY - 1, self.TODAY - 1])
        visits = visits.assign(status=["planned", "planned", "cancelled"], reason=[None, None, "سفر"])
        found = dashboard(source_of(replace(tables, visits=visits)), today=self.TODAY)

        assert found.work._late["visits"].sum() == 1
        assert "In 1 family a visit is overdue" in text_of(found.overdue()._repr_html_())

    @pytest.mark.parametrize(
        ("from_day", "until_day", "carried"),
        [
            (14040601, TODAY - 1, False),
            (14040601, TODAY, True),
            (TODAY, 14050630, True),
            (TODAY + 1, 14050630, False),
        ],
    )
    def test_who_is_carried(self, from_day, until_day, carried):
        """A family whose assignment ended yesterday or begins tomorrow is carried by nobody today."""
        tables = help_tables()
        rows = tables.assignments
        code = carried_codes()[0]
        is_it = rows["family_id"] == code
        rows = rows.assign(
            from_day=rows["from_day"].mask(is_it, from_day), until_day=rows["until_day"].mask(is_it, until_day)
        )
        found = dashboard(source_of(replace(tables, assignments=rows)), today=self.TODAY)

        assert (code in set(found.work.help.carried["family_id"])) is carried
        assert any(code in codes for codes in lists_of(found.load()).values()) is carried

    def test_hours_are_those_of_the_month(self, inside):
        """What is planned and what there is are of the whole month, whatever day it is."""
        assert dashboard(today=self.TODAY).work.hours.to_dict() == inside.work.hours.to_dict()

    def test_waiting(self):
        """A case waits since it was proposed and until today."""
        found = dashboard(today=self.TODAY).work._waiting["days_in_all"]

        assert set(found) == {30 + 14}

    def test_families_of_the_month(self):
        """Who came later is in no figure of the month; who came at an unknown time is."""
        tables = help_tables()
        joined = tables.families["joined_month"].astype("Int64").copy()
        joined.iloc[0], joined.iloc[1] = (MONTH + 1).code, pd.NA
        late, unknown = tables.families["family_id"].iloc[:2]
        found = dashboard(source_of(replace(tables, families=tables.families.assign(joined_month=joined))))

        assert found.over_months.frame.iloc[-1][list(ALL_LEVELS)].sum() == len(tables.families) - 1
        assert len(found.case.results) == len(tables.families) - 1
        assert late not in page(found)
        assert unknown in page(found)
        # The sessions and trainings of helpers name no family, and still take hours.
        assert found.work.tables.visits["family_id"].isna().sum() == tables.visits["family_id"].isna().sum() > 0


class TestMoney:
    def test_the_families_behind(self, inside):
        """Open, closed and unknown gaps share all families among them; aid is listed by its size."""
        results = assess_families(help_tables(), help_source().parameters, MONTH).results
        lists = lists_of(inside.money.behind())
        gap, aid = results["gap_before_aid_money"], results["centre_aid_money"]
        by_words = {
            "has? (?:a|no) gap|have (?:a|no) gap|is not known": set(results.index),
            "have a gap": set(gap.index[(gap > 0).fillna(False)]),
            "is not known": set(gap.index[gap.isna()]),
            "aid from this centre": set(aid.index[(aid > 0).fillna(False)]),
        }

        for words, wanted in by_words.items():
            assert {code for told, codes in lists.items() if re.search(words, told) for code in codes} == wanted
        (largest,) = [codes for told, codes in lists.items() if "have a gap" in told]
        assert gap[largest].is_monotonic_decreasing

    @pytest.mark.parametrize(
        ("budget", "said"),
        [(10**9, "is left"), (1000, "more than the budget"), (None, "the budget of the month is not")],
    )
    def test_budget(self, budget, said):
        """The aid is held against the budget, whatever is left of it, and without one that is said."""
        tables = help_tables()
        kept = tables.budgets if budget is None else tables.budgets.assign(budget_money=budget)
        kept = kept[kept["month"] != MONTH.code] if budget is None else kept
        found = dashboard(source_of(replace(tables, budgets=kept)))

        assert said in text_of(found.gaps()._repr_html_())

    @pytest.mark.parametrize("outside", [True, False])
    def test_aid_without_an_amount(self, outside):
        """Aid that was entered without its amount is no zero: nothing is said to be left, and the family is named."""
        tables = help_tables()
        aid = tables.flows["category"].isin(["centre_cash", "centre_in_kind"]) & (tables.flows["month"] == MONTH.code)
        code = tables.flows.loc[aid, "family_id"].iloc[0]
        is_it = aid & (tables.flows["family_id"] == code)
        flows = tables.flows.assign(amount_money=tables.flows["amount_money"].mask(is_it))
        found = dashboard(source_of(replace(tables, flows=flows)), outside=outside)
        text = text_of(found.gaps()._repr_html_())

        if outside:
            assert "Aid given by this centre unknown" in text
            return
        assert "at least" in text
        assert "what is left is not known" in text
        assert [codes for told, codes in lists_of(found.gaps()).items() if "without its amount" in told] == [[code]]
        assert found.result().values["aid_unknown"] == 1


class TestFiles:
    def test_share_known(self, inside):
        """The share counts questions that apply, and answered ones among them."""
        state = inside.levels.placed.answers.state
        asked, known = int((state != DOES_NOT_APPLY).sum()), int((state == KNOWN).sum())

        assert f"{known} of {asked}" in text_of(inside.files.share_known()._repr_html_())
        assert inside.result().values["questions_known"] == known

    def test_most_unknown_first(self, inside):
        """Files that lack something stand with most missing first, the complete ones by themselves."""
        results = inside.levels.placed.results
        facts = inside.case.results["unknown_facts"].str.split().str.len()
        missing = results["unanswered"] + results["unreasoned"] + facts
        lists = lists_of(inside.files.families())
        (lacking,) = [codes for told, codes in lists.items() if "most first" in told]
        (complete,) = [codes for told, codes in lists.items() if "complete" in told]

        assert missing[lacking].is_monotonic_decreasing
        assert set(lacking) == set(missing.index[missing > 0])
        assert set(complete) == set(missing.index[missing == 0])

    def test_open_questions(self, inside):
        """Each open question leads to the families in which it is open, and a private one to nobody."""
        placed = inside.levels.placed
        indicators = {one.label.in_language("en"): place for place, one in enumerate(placed.indicators.indicators)}
        lists = lists_of(inside.files.open_questions())

        assert lists
        for told, codes in lists.items():
            place = indicators[re.search("“ ?(.+?) ?”", told)[1]]
            assert set(codes) == set(placed.family_ids[placed.answers.is_open[place]])
            assert not placed.indicators.indicators[place].screen_only
        private = [place for place, one in enumerate(placed.indicators.indicators) if one.screen_only]
        assert placed.answers.is_open[private].any()


class TestRoles:
    def test_a_supervisor_writes_nothing(self):
        """A supervisor is led to pages that may be read, never to a form or another's calendar."""
        markup = page(dashboard(role="supervisor"))

        assert re.findall(r'href="(?:family|visits)\?', markup) == []
        assert 'href="economy?' in markup

    def test_no_names(self):
        """Families and helpers stand by their codes: names are not even asked for."""
        session = PlayedSession("manager")
        session.names = None

        assert page(Dashboard(session, MONTH, EN))
        assert session.asked == 1

    def test_over_the_sample(self):
        """Without a server the page is the sample's."""
        assert open_dashboard("1404-08", "en").case.tables.is_synthetic


class TestOutside:
    def test_no_code(self, outside):
        """Outside the centre no family, no helper and nowhere to go stands anywhere."""
        text = page(outside)
        codes = [*help_tables().families["family_id"], "H1", "H2", "H3"]

        assert [code for code in codes if code in text] == []
        assert "<a " not in text
        assert "<details" not in text

    def test_small_numbers(self, outside):
        """Counts from one to four are not shown, nor what would give them away."""
        assert "stay inside" in text_of(outside.levels_over_months()._repr_html_())
        text = text_of(outside.gaps()._repr_html_())
        results = outside.case.results["gap_before_aid_money"]

        assert 0 < int(results.isna().sum()) < 5
        assert re.search(r"Families whose gap is not known not shown", text)
        values = outside.result().values
        assert values["levels_by_month"] == {}
        assert values["cases_waiting"] is None
        assert [name for name in values if name.startswith(("gap", "files_complete", "families_carried"))] == []

    def test_questions_in_all(self, outside):
        """How many questions are open in all would give back the counts that are hidden: it stays inside."""
        is_open = outside.levels.placed.answers.is_open
        text = text_of(outside.completeness()._repr_html_())

        assert ((is_open.sum(axis=1) > 0) & (is_open.sum(axis=1) < 5)).any()
        assert "Questions that apply" not in text
        assert "answered:" not in text
        assert [name for name in outside.result().values if name.startswith("questions")] == []

    def test_the_record_hides_what_the_page_hides(self):
        """All families but a few have an overdue visit: neither the page nor its record tells how many."""
        tables = help_tables()
        codes = tables.families["family_id"].tolist()[:10]
        row = tables.visits[tables.visits["family_id"].notna()].iloc[:1]
        visits = pd.concat(
            [
                row.assign(visit_id=f"V{code}", family_id=code, status="planned", done_day=pd.NA, day=14040801)
                for code in codes
            ],
            ignore_index=True,
        )
        found = dashboard(source_of(replace(tables, visits=visits)), outside=True)

        assert "not shown" in text_of(found.overdue()._repr_html_())
        assert found.result().values["families_overdue"] is None

    def test_a_level_that_the_page_hides(self):
        """Where the page hides a level for another table's sake, the series does not tell it."""
        source = help_source()
        placed = stratify_families(source.tables(), source.parameters, MONTH)
        leads = Leads(MONTH, True, "IRR", EN)
        told = [
            LevelsOverMonths(source.tables(), source.parameters, placed, leads, EN, least, hides_levels=hides)
            for least, hides in ((5, True), (5, False), (None, False))
        ]
        for series in told:
            series.__dict__["frame"] = pd.DataFrame([[10, 20, 30, 0]], columns=list(ALL_LEVELS)).assign(
                month=[MONTH.code]
            )

        assert [series.tells_small for series in told] == [True, False, False]
        assert dashboard(outside=True).over_months.hides_levels

    @pytest.mark.parametrize(
        ("counts", "tells"),
        [
            ([[10, 20, 30, 0], [10, 20, 30, 0]], False),
            ([[10, 20, 30, 0], [15, 20, 25, 0]], False),
            ([[10, 20, 30, 0], [12, 20, 28, 0]], True),
            ([[10, 20, 30, 4], [10, 20, 30, 4]], True),
            # Nobody's level tells it, but one family came.
            ([[10, 20, 30, 0], [16, 15, 30, 0]], True),
            # The first and the last month are held against each other, too.
            ([[10, 20, 30, 0], [20, 10, 30, 0], [12, 18, 30, 0]], True),
        ],
    )
    def test_differences_over_months(self, counts, tells):
        """A series is shown where neither a count nor the difference of any two months is small."""
        source = help_source()
        placed = stratify_families(source.tables(), source.parameters, MONTH)
        leads = Leads(MONTH, True, "IRR", EN)
        series = LevelsOverMonths(source.tables(), source.parameters, placed, leads, EN, 5)
        months = [(MONTH + (place + 1 - len(counts))).code for place in range(len(counts))]
        series.__dict__["frame"] = pd.DataFrame(counts, columns=list(ALL_LEVELS)).astype("Int64").assign(month=months)

        assert series.tells_small is tells
        assert bool(series.record()) is not tells

    @pytest.mark.parametrize(
        ("count", "of", "shown"),
        [(0, 9, 0), (4, 20, Hidden(5)), (5, 20, 5), (17, 20, Hidden()), (20, 20, 20), (7, None, 7)],
    )
    def test_one_count(self, count, of, shown):
        """A small count is hidden, and so is one whose rest is small."""
        assert shown_count(count, 5, of) == shown
        assert shown_count(count, None, of) == count

    def test_large_centre(self):
        """Where a sum rests on enough families it is told outside, too."""
        source = help_source()
        tables = source.tables()
        # Twenty copies of a dozen families.
        found = dashboard(source_of(copies_of(tables, 20)), outside=True)
        told = text_of(found.gaps()._repr_html_())

        assert "Aid given by this centre not shown" not in told
        assert "Sum of the gaps before aid not shown" not in told


def copies_of(tables, times):
    """The same families under other codes, so many times, without anything of helpers."""
    bare = nobody_helps()

    def several(frame, columns):
        parts = [
            frame.assign(**{name: frame[name].astype("str") + f"x{turn}" for name in columns}) for turn in range(times)
        ]
        return pd.concat(parts, ignore_index=True)

    return replace(
        bare,
        families=several(tables.families, ["family_id"]),
        members=several(tables.members, ["family_id", "member_id"]),
        flows=several(tables.flows, ["family_id"]),
        observations=several(tables.observations, ["family_id", "subject_id"]),
        food_weeks=several(tables.food_weeks, ["family_id"]),
    )


class TestText:
    @pytest.mark.parametrize("language", ["fa", "en"])
    @pytest.mark.parametrize("outside", [True, False])
    def test_nothing_half_written(self, language, outside):
        """No value of Python and no empty hole stands on the page."""
        text = text_of(page(dashboard(words=Words(language), outside=outside)))

        assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b|\{\w+\}", text) == []

    def test_text_of_people(self):
        """What people wrote is text on the page."""
        tables = help_tables()
        families = tables.families.assign(area=HOSTILE)
        referrals = tables.referrals.assign(reason=HOSTILE)
        markup = page(dashboard(source_of(replace(tables, families=families, referrals=referrals)), words=FA))

        assert re.findall(r"<script|<img src=x|\u202e", markup) == []

    def test_without_a_catalogue(self):
        """A month without indicators has everything but levels and questions."""
        found = dashboard()
        found.__dict__["levels"] = None
        text = text_of(page(found))

        assert "no catalogue of indicators" in text
        assert "levels_by_month" not in found.result().values
        assert "Overdue" in text

    def test_leads(self):
        """A figure leads to the pages of the month it is about."""
        leads = Leads(MONTH, False, "IRR", EN)

        assert leads.file("S-1").href == "economy?family=S-1&month=1404-08"
        assert leads.levels("S-1", month=MONTH + -1).href == "levels?family=S-1&month=1404-07"
        assert (
            leads.behind(message(N_("{count} families"), count=1), [leads.economy("S-1")]).parts[0].links[0].text
            == "S-1"
        )


def test_shares_are_whole(inside):
    """The questions of all domains together are those of all families and indicators that apply."""
    frame = inside.files._shares

    assert np.all(frame["known"] <= frame["asked"])
    assert frame["domain"].tolist() == ["economic", "social", "cultural", "capacity"]
