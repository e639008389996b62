"""Other weights and cut-offs on the months already run: what moves, and no small number told."""

import html
import json
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from tests.core.making import PARAMETERS

from hamyar.core.jalali import Month
from hamyar.core.levels.counting import CutOffsInvalid
from hamyar.core.levels.stratification import ALL_LEVELS
from hamyar.core.levels.what_if import DrawsTooFew, NothingWeighs, WeightUnknown, back_test, rejudged
from hamyar.core.sample import generate, indicators_at
from hamyar.faces import what_if_months
from hamyar.faces.blocks import Table
from hamyar.faces.pages import Several
from hamyar.faces.sources import WholeTables
from hamyar.faces.what_if import DrawsTooMany, open_what_if
from hamyar.faces.what_if_months import MonthNotRun, NothingRecorded, find_months
from hamyar.faces.what_if_rules import CutOffNotReadable, NameTwice, PairNotReadable, TriedRules
from hamyar.store.bundle import BundleMeta, data_hash, write_bundle
from hamyar.store.parameter_files import load_parameters, parameter_set, read_parameter_texts
from hamyar.store.settings import Settings

MONTH = Month(1404, 8)
QUESTIONS = (
    *("notices", "rules_tried", "who_moves", "who_in_which_group", "more_help", "back_test", "firm", "provenance"),
)
OTHERS = {"at_risk": "1/5", "harmed": "1/3"}


@pytest.fixture(name="source", scope="module")
def _source():
    rules = load_parameters(PARAMETERS, is_synthetic=True)
    months = (MONTH + -24).until(MONTH)
    return WholeTables(generate(600, months, 1404, indicators=indicators_at(rules, MONTH)).tables, rules)


@pytest.fixture(name="opened")
def _opened(source, monkeypatch, tmp_path):
    """Opens the page on the facts of ``source``, with no month run."""
    monkeypatch.setenv("HAMYAR_OUTPUTS", str(tmp_path))
    monkeypatch.delenv("HAMYAR_BUNDLE", raising=False)
    monkeypatch.setattr(what_if_months, "find_source", lambda settings: source)

    def open_it(language="en", month="1404-08", draws=50, **others):
        return open_what_if(month, **{**OTHERS, **others}, draws=draws, language=language)

    return open_it


def html_of(block):
    data = block._repr_mimebundle_() if hasattr(block, "_repr_mimebundle_") else {}
    return str(data.get("text/html") or block._repr_html_())


def text_of(block):
    return html.unescape(re.sub(r"<[^>]+>", " ", html_of(block)))


def tables_in(block):
    if isinstance(block, Several):
        return [table for part in block.blocks for table in tables_in(part)]
    return [block] if isinstance(block, Table) else []


class TestRulesAsWritten:
    @pytest.mark.parametrize("text", ["1/5", "0.2", "20%", " ۱/۵ ", "۲۰٪", "۰٫۲"])
    def test_cut_off(self, text):
        """A cut-off may be a fraction, a decimal or per cent, in digits of either language, and is exact."""
        assert TriedRules.read(text, "", "", "").at_risk == Fraction(1, 5)

    def test_pairs(self):
        """Shares and weights are pairs; spaces and a comma at the end do no harm."""
        read = TriedRules.read("", "", "economic: 2, social:1،", "debt:1/6")

        assert (dict(read.shares), dict(read.weights)) == (
            {"economic": Fraction(2), "social": Fraction(1)},
            {"debt": Fraction(1, 6)},
        )

    @pytest.mark.parametrize("text", ["a third", "1/0", "1/2/3", "--1", "nan"])
    def test_no_share(self, text):
        """What is not a share is refused with how to write one."""
        with pytest.raises(CutOffNotReadable, match="1/3"):
            TriedRules.read("", text, "", "")

    @pytest.mark.parametrize("text", ["economic=1", "economic", "economic:", ":1", "economic:much", "economic:1:2"])
    def test_no_pair(self, text):
        """What is not a pair is refused with an example."""
        with pytest.raises(PairNotReadable, match="economic:2,social:1"):
            TriedRules.read("", "", text, "")

    def test_twice(self):
        """A name that stands twice is refused: which of the two was meant?"""
        with pytest.raises(NameTwice, match="debt"):
            TriedRules.read("", "", "", "debt:1,debt:2")

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ({"at_risk": "1/2", "harmed": "1/3"}, CutOffsInvalid),
            ({"shares": "political:1"}, WeightUnknown),
            ({"weights": "no_such_thing:1"}, WeightUnknown),
            ({"shares": "economic:0,social:0,cultural:0"}, NothingWeighs),
            ({"draws": 0}, DrawsTooFew),
            ({"draws": 10**9}, DrawsTooMany),
        ],
    )
    def test_rules_that_cannot_hold(self, opened, given, error):
        """Rules that make no sense are refused when the page is opened, not in its middle."""
        with pytest.raises(error):
            opened(**given)


class TestPage:
    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_shown(self, opened, language):
        """Each question has an answer in both languages, and none says nan or None."""
        page = opened(language)
        shown = {question: html_of(getattr(page, question)()) for question in QUESTIONS}

        assert [question for question, text in shown.items() if not text] == []
        assert [text for text in shown.values() if re.search(r"\b(?:nan|None|NaN|<NA>|NaT)\b", text)] == []

    def test_names_nobody(self, source, opened):
        """No case code is on the page."""
        page = opened()
        shown = "".join(text_of(getattr(page, question)()) for question in QUESTIONS)

        assert [code for code in source.tables().families["family_id"] if code in shown] == []

    def test_no_small_count(self, opened):
        """No count from 1 to 4 stands in any table."""
        page = opened()
        tables = [table for question in QUESTIONS for table in tables_in(getattr(page, question)())]
        small = [
            (field.name, value)
            for table in tables
            for field in table.fields
            if field.kind == "number"
            for value in table._values(field)
            if isinstance(value, int) and 0 < value < 5
        ]

        assert len(tables) > 4
        assert small == []

    def test_a_dozen(self, opened, source, monkeypatch):
        """Of twelve families the page tells next to nothing, and is still a page."""
        few = WholeTables(source.tables(source.tables().families["family_id"].tolist()[:12]), source.parameters)
        monkeypatch.setattr(what_if_months, "find_source", lambda settings: few)
        page = opened()

        assert [question for question in QUESTIONS if not html_of(getattr(page, question)())] == []
        assert "small number" in text_of(page.more_help())

    def test_same_rules(self, opened):
        """With every cut-off empty and the shares in force, nobody moves."""
        page = opened(at_risk="", harmed="", shares="economic:1,social:1,cultural:1")

        assert page.result().values["moved"] == 0
        assert "No family changes" in text_of(page.who_moves())

    def test_shares_stand_beside_those_not_named(self, opened):
        """A share not named keeps its own: three and three beside a third make nine, nine and one of nineteen."""
        page = opened(shares="economic:3,social:3")

        assert page.result().values["domain_shares"] == {"economic": "9/19", "social": "9/19", "cultural": "1/19"}


class TestNumbers:
    def test_levels(self, opened):
        """The levels under both sets of rules are those of the core where they are shown."""
        page = opened()
        now = page.months.judged[MONTH].placed
        after = rejudged(now, page.here.after.level_rules, None, None).results["level"].value_counts()
        told = page.result().values["levels_after"]

        assert any(count is not None for count in told.values())
        assert {level: int(after[level]) for level in ALL_LEVELS if told[level] is not None} == {
            level: count for level, count in told.items() if count is not None
        }

    def test_back_test(self, opened):
        """Each month's shown numbers are the core's back-test."""
        page = opened()
        months = {month: found.placed for month, found in page.months.judged.items()}
        expected = back_test(months, page.here.after.level_rules)
        shown = tables_in(page.back_test())[0].frame.set_index("month")[["better", "worse", "now_open", "now_known"]]

        assert list(shown.index) == list(expected.index)
        assert shown.notna().to_numpy().sum() > len(shown)
        assert (shown == expected[shown.columns]).fillna(True).all(axis=None)

    def test_pairs_hide_together(self, opened):
        """What opened and what became known are told both or neither: with the levels one tells the other."""
        found = opened().here.directions

        assert found[["now_open", "now_known"]].isna().nunique() == 1
        assert found[["better", "worse"]].isna().nunique() == 1

    def test_small_difference(self, opened):
        """Where one family becomes safe, no level that changed is told, before or after; the others are."""
        page = opened(at_risk="", harmed="", weights="debt:1/37")
        before, after = page.here.levels

        assert int(page.here.matrix.at["at_risk", "safe"]) in range(1, 5)
        assert (
            list(before.index[before.isna()]) == list(after.index[after.isna()]) == ["safe", "at_risk", "undetermined"]
        )
        assert before["harmed"] == after["harmed"]

    def test_result_is_plain(self, opened):
        """The record is JSON and says which rules were tried."""
        values = opened().result().values

        assert json.loads(json.dumps(values)) == values
        assert (values["at_risk"], values["harmed"]) == ("1/5", "1/3")


class TestMonths:
    @pytest.fixture(name="outputs")
    def _outputs(self, tmp_path, source):
        """Two months that were run, and one file that is no frozen month."""
        texts = read_parameter_texts(PARAMETERS, is_synthetic=True)
        tables = source.tables(source.tables().families["family_id"].tolist()[:40])
        for month in (MONTH + -1, MONTH):
            meta = BundleMeta(month, data_hash(tables), 1, "", parameter_set(texts).fingerprint, texts)
            (tmp_path / str(month)).mkdir()
            write_bundle(tmp_path / str(month) / "frozen.bundle", tables, replace(meta, is_synthetic=True))
        (tmp_path / "1403-01").mkdir()
        (tmp_path / "1403-01" / "frozen.bundle").write_bytes(b"no frozen month")
        return tmp_path

    def settings(self, outputs):
        return Settings.from_environment({"HAMYAR_OUTPUTS": str(outputs), "HAMYAR_PARAMETERS": str(PARAMETERS)})

    def test_months_that_were_run(self, outputs):
        """Every frozen month that can be read is taken with its own rules; the other is counted."""
        found = find_months(MONTH, self.settings(outputs))

        assert (list(found.judged), found.unread, found.is_frozen) == ([MONTH + -1, MONTH], 1, True)
        assert found.judged[MONTH].placed.month == MONTH

    def test_unread_is_said(self, outputs, monkeypatch):
        """The page says that a month could not be read."""
        monkeypatch.setenv("HAMYAR_OUTPUTS", str(outputs))

        assert "cannot be read" in text_of(open_what_if("1404-08", language="en").notices())

    def test_not_run(self, outputs):
        """A month that was not run is refused, with those that were."""
        with pytest.raises(MonthNotRun, match="1404-07"):
            find_months(Month(1404, 2), self.settings(outputs))

    def test_nobody(self, source, monkeypatch, tmp_path):
        """Before any family was known there is nothing to try rules on."""
        monkeypatch.setattr(what_if_months, "find_source", lambda settings: source)
        nobody = replace(source.tables(), families=source.tables().families.iloc[:0])
        monkeypatch.setattr(source, "_tables", nobody)

        with pytest.raises(NothingRecorded, match="Import"):
            find_months(MONTH, self.settings(tmp_path))
