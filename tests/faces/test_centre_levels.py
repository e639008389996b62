"""The levels of a whole centre as a page shows them: everything to the manager, no small number to others."""

import html
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from tests.core.making import PARAMETERS

from hamyar.core.catalogues import Catalogues
from hamyar.core.economy.assessment import assess_families
from hamyar.core.jalali import Month
from hamyar.core.levels.profile import levels_by
from hamyar.core.levels.stratification import ALL_LEVELS, stratify_families
from hamyar.core.levels.transitions import transitions
from hamyar.core.parameters import ParameterSet
from hamyar.core.sample import generate, indicators_at
from hamyar.core.tables import OBSERVATIONS
from hamyar.faces.blocks import Table
from hamyar.faces.centre import CentreCase
from hamyar.faces.centre_levels import CentreLevels
from hamyar.faces.drawn import Drawn
from hamyar.faces.pages import Several
from hamyar.faces.sources import WholeTables
from hamyar.store.parameter_files import load_parameters
from hamyar.words import Words

MONTH = Month(1404, 8)
FAMILIES, MONTHS = 60, 25
QUESTIONS = ("headline", "picture", "why", "weight", "by_head", "change", "since", "ask", "certainty", "help")


@pytest.fixture(name="rules", scope="module")
def _rules():
    return load_parameters(PARAMETERS, is_synthetic=True)


def source_of(rules, families=FAMILIES):
    months = (MONTH + (1 - MONTHS)).until(MONTH)
    return WholeTables(generate(families, months, 1404, indicators=indicators_at(rules, MONTH)).tables, rules)


@pytest.fixture(name="source", scope="module")
def _source(rules):
    return source_of(rules)


def page_of(source, language="en", month=MONTH, **others):
    return CentreLevels(source, assess_families(source.tables(), source.parameters, month), Words(language), **others)


@pytest.fixture(name="inside", scope="module")
def _inside(source):
    return page_of(source)


@pytest.fixture(name="outside", scope="module")
def _outside(source):
    return page_of(source, outside=True)


def html_of(block):
    data = block._repr_mimebundle_() if hasattr(block, "_repr_mimebundle_") else {}
    return str(data.get("text/html") or block._repr_html_())


def text_of(block):
    return html.unescape(re.sub(r"<[^>]+>", " ", html_of(block)))


def all_of(block):
    """The block, and those it is made of."""
    yield block
    if isinstance(block, Several):
        for part in block.blocks:
            yield from all_of(part)


def tables_of(page):
    return [(one, part) for one in QUESTIONS for part in all_of(getattr(page, one)()) if isinstance(part, Table)]


def charts_of(block):
    return [part for part in all_of(block) if isinstance(part, Drawn)]


class TestAnswers:
    @pytest.mark.parametrize("outside", [False, True])
    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_shown(self, source, language, outside):
        """Each question has an answer in both languages, and none says nan or None."""
        page = page_of(source, language, outside=outside)
        shown = {question: html_of(getattr(page, question)()) for question in QUESTIONS}

        assert [question for question, text in shown.items() if not text] == []
        assert [text for text in shown.values() if re.search(r"\b(?:nan|None|NaN|<NA>|NaT)\b", text)] == []

    @pytest.mark.parametrize("outside", [False, True])
    @pytest.mark.parametrize("families", [1, 4, 12])
    def test_small_centres(self, rules, families, outside):
        """A centre of any size has a page, inside and outside."""
        page = page_of(source_of(rules, families), outside=outside)

        assert [question for question in QUESTIONS if not html_of(getattr(page, question)())] == []
        assert page.record()["levels_safe"] is None or not outside or page.record()["levels_safe"] not in range(1, 5)

    def test_names_nobody(self, source, inside):
        """No case code and no code of a member or helper is on the page, for whomever it is."""
        tables = source.tables()
        codes = {*tables.families["family_id"], *tables.members["member_id"], *tables.observations["observer_id"]}
        shown = "".join(text_of(getattr(inside, question)()) for question in QUESTIONS)

        assert [code for code in codes if code in shown] == []

    def test_unconfirmed_weights(self, source, inside):
        """A page that rests on weights nobody has confirmed says so first."""
        page = page_of(source)
        told = replace(page.placed.indicators, status="provisional")
        page.placed = page.placed.under(page.placed.level_rules, told)

        assert "not confirmed" in text_of(page.headline())
        assert "not confirmed" not in text_of(inside.headline())

    def test_no_catalogue(self, source, rules):
        """A month frozen before there was a catalogue has a report, which says nothing of levels."""
        bare = ParameterSet.from_texts({path.name: path.read_text("utf-8") for path in PARAMETERS.glob("*.yaml")})
        assert bare._catalogues == Catalogues()
        case = CentreCase(WholeTables(source.tables(), bare), MONTH, Words("en"))

        assert "No catalogue" in text_of(case.levels.headline())
        assert "levels_safe" not in case.result().values


class TestNumbers:
    def test_record(self, source, inside):
        """The record's counts are those of the stratification of all families, and its shares are exact."""
        placed = stratify_families(source.tables(), source.parameters, MONTH)
        counts = placed.results["level"].value_counts()
        record = inside.record()

        assert {level: int(counts[level]) for level in ALL_LEVELS} == {
            level: record[f"levels_{level}"] for level in ALL_LEVELS
        }
        assert record["headcount_at_best"] == str(Fraction(int(counts["harmed"]), len(placed.family_ids)))

    def test_centre_report_carries_the_levels(self, source, inside):
        """The report's record holds the counts of levels that the monthly run checks."""
        values = CentreCase(source, MONTH, Words("en")).result().values

        assert inside.record().items() <= values.items()

    def test_areas(self, source, inside):
        """The map holds every family once."""
        frame = inside.shown.areas.frame

        assert list(frame["families"]) == list(levels_by(inside.placed, inside.shown._area)["families"])
        assert int(frame["families"].sum()) == len(source.tables().families)

    def test_change(self, source, inside):
        """The flow is that from a year before, among the families the centre knew then."""
        tables = source.tables()
        then = MONTH + -12
        known = tables.families.loc[~(tables.families["joined_month"] > then.code), "family_id"]
        before = stratify_families(tables.only(known.tolist()), source.parameters, then)
        expected = transitions(before, inside.placed).directions

        assert [int(expected[name]) for name in ("improved", "stayed", "worsened")] == [
            inside.record()[name] for name in ("improved", "stayed", "worsened")
        ]
        assert len(charts_of(inside.change())) == 1

    def test_regression_to_the_mean(self, inside, outside):
        """Beside the change stands the plain warning, for both readers."""
        assert "some would have been found better" in text_of(inside.change())
        assert "even if nobody helps them" in text_of(outside.change())

    def test_demand(self, inside):
        """Focused and general help are told, and the helpers that the harmed need."""
        shown = text_of(inside.help())

        assert "the 15 harmed ones need 1 to 3" in shown
        assert ("Focused help" in shown, "General help" in shown) == (True, True)


class TestNothingEarlier:
    def test_no_visits_yet(self, source):
        """Without earlier visits there is a sentence and no empty chart."""
        tables = source.tables()
        recent = tables.observations[tables.observations["day"] > 14040701]
        page = page_of(WholeTables(replace(tables, observations=recent), source.parameters))

        assert charts_of(page.change()) == []
        assert "no levels of Aban 1403" in text_of(page.change())
        assert "no earlier improvement" in text_of(page.since())
        assert page.record()["improved"] is None

    def test_nothing_observed(self, source):
        """A centre that has asked nothing has a page on which every level is open."""
        tables = replace(source.tables(), observations=OBSERVATIONS.empty())
        page = page_of(WholeTables(tables, source.parameters))

        assert [question for question in QUESTIONS if not html_of(getattr(page, question)())] == []
        assert page.record()["levels_harmed"] == 0

    def test_follow_up(self, inside):
        """Of those who had improved by the last follow-up it is told who held the level."""
        _, held = inside._change.lasting

        assert f"Of {len(held)} families that had improved" in text_of(inside.since())


class TestOutside:
    def test_no_small_count(self, outside):
        """No count from 1 to 4 stands in any table that leaves the centre."""
        small = [
            (question, field.name)
            for question, table in tables_of(outside)
            for field in table.fields
            if field.kind == "number"
            for value in table._values(field)
            if isinstance(value, int) and 0 < value < 5
        ]

        assert tables_of(outside)
        assert small == []

    def test_inside_has_them(self, inside):
        """The same tables inside the centre hold small counts, so the check above can fail."""
        values = [
            value
            for _, table in tables_of(inside)
            for field in table.fields
            if field.kind == "number"
            for value in table._values(field)
        ]

        assert any(isinstance(value, int) and 0 < value < 5 for value in values)

    def test_hidden_is_not_called_small(self, outside):
        """A hidden cell does not say whether it is the small one or the one that would give it away."""
        assert "fewer than 5" not in "".join(text_of(getattr(outside, question)()) for question in QUESTIONS)

    def test_says_so(self, inside, outside):
        """The page outside says that small counts are hidden; the one inside has nothing to say."""
        assert "are hidden" in text_of(outside.headline())
        assert "are hidden" not in text_of(inside.headline())

    def test_map_hides(self, outside):
        """No tile of the map holds a small number, and no area has exactly one hidden level beside its sum."""
        frame = outside.shown.areas.frame
        levels = frame[list(ALL_LEVELS)]

        assert not ((levels > 0) & (levels < 5)).fillna(False).any(axis=None)
        assert not ((levels.isna().sum(axis=1) == 1) & frame["families"].notna()).any()

    def test_flow_hides(self, outside):
        """Where flows are hidden, neither the directions nor their shares are told."""
        published = outside.shown.flow(outside._change.found)

        assert published.is_hidden.to_numpy().any()
        assert outside.record()["improved"] is None
        assert "Bowker" not in text_of(outside.change())

    def test_order_tells_nothing(self, outside):
        """Rows with a hidden count stand after those that are shown."""
        table = next(part for part in all_of(outside.ask()) if isinstance(part, Table))
        hidden = table.frame["open"].isna().tolist()

        assert any(hidden)
        assert hidden == sorted(hidden)

    def test_few_harmed(self, source):
        """Where the harmed are few, nothing that rests on their number is told."""
        tables = source.tables()
        levels = stratify_families(tables, source.parameters, MONTH).results["level"]
        chosen = [*levels.index[levels != "harmed"], *levels.index[levels == "harmed"][:3]]
        page = page_of(WholeTables(tables.only(chosen), source.parameters), outside=True)
        record = page.record()

        assert [
            name for name in record if name.startswith(("head", "intens", "adj")) and record[name] is not None
        ] == []
        assert (record["levels_harmed"], record["help_focused"]) == (None, None)
        assert "Too few families are harmed" in text_of(page.why())
