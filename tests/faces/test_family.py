"""A family's month as its notebooks show it: every answer for every family, and the numbers of the assessment."""

import html
import re

import pandas as pd
import pytest
from tests.core.making import PARAMETERS

from hamyar.core.economy.assessment import assess_families, record_of
from hamyar.core.jalali import Month, NotAMonth
from hamyar.core.levels.centre import levels_of_centre
from hamyar.core.sample import generate
from hamyar.core.tables import OUTFLOWS, OWN_INFLOWS, ROLES
from hamyar.faces import family as family_module
from hamyar.faces.blocks import UnknownList
from hamyar.faces.family import FamilyCase, FamilyUnknown, open_family
from hamyar.faces.sources import sample_source
from hamyar.words import Words

MONTH = Month(1404, 8)
ANSWERS = (
    *("notices", "headline", "key_figures", "household", "money_in_and_out", "spending_shares", "lines"),
    *("gap_path", "bridge", "unknowns", "suggestion", "rules_used", "provenance"),
)


@pytest.fixture(name="source", scope="module")
def _source():
    return sample_source(PARAMETERS)


@pytest.fixture(name="cases", scope="module")
def _cases(source):
    """Every family of the sample's dozen in its last month, in English."""
    return [FamilyCase(source, code, MONTH, Words("en")) for code in source.tables().families["family_id"]]


def html_of(block):
    data = block._repr_mimebundle_() if hasattr(block, "_repr_mimebundle_") else {}
    return data.get("text/html") or block._repr_html_()


def text_of(block):
    return html.unescape(re.sub(r"<[^>]+>", " ", html_of(block)))


class TestEveryFamily:
    @pytest.mark.parametrize("answer", ANSWERS)
    def test_answers(self, cases, answer):
        """Each answer can be shown for each family, whatever is missing, and never says nan or None."""
        for case in cases:
            shown = html_of(getattr(case, answer)())

            assert shown
            assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b", shown) == []

    @pytest.mark.parametrize("month", [Month(1403, 8), Month(1404, 9), Month(1300, 1)])
    def test_any_month(self, source, cases, month):
        """The first month, one after the last and one long before can be shown as well."""
        for code in [cases[0].family_id, cases[-1].family_id]:
            case = FamilyCase(source, code, month, Words("fa"))

            assert [answer for answer in ANSWERS if not html_of(getattr(case, answer)())] == []

    def test_result_is_the_row_of_all(self, source, cases):
        """One family assessed by itself has the same row as among all."""
        tables = source.tables()
        economy = assess_families(tables, source.parameters, MONTH)
        levels = levels_of_centre(tables, source.parameters, MONTH, economy)
        everybody = pd.concat([economy.results, levels.results], axis=1)

        for case in cases:
            values = dict(case.result().values)
            del values["suggested_aid_money"], values["currency"]
            assert record_of(everybody.loc[case.family_id]) == values

    def test_status(self, cases):
        """A record is complete exactly when nothing is missing for the gap, and then the gap is known."""
        for case in cases:
            is_known = pd.notna(case.row["gap_before_aid_money"])

            assert (case.result().status == "complete") == (not case.row["unknown_facts"])
            assert is_known == (not case.row["unknown_facts"])

    def test_unknown_is_asked(self, cases):
        """For every fact that is missing the page has a question; where nothing is, it says so."""
        for case in cases:
            missing = case.row["unknown_facts"].split()
            block = case.unknowns()

            assert isinstance(block, UnknownList) == bool(missing)
            assert not missing or len(block.items) == len(missing)

    def test_constant_prices(self, cases):
        """The path in constant prices is told exactly of the families that have a path to hold against."""
        for case in cases:
            has_path = pd.notna(case.row["is_on_track"]) and case.row["baseline_gap_money"] > 0

            assert has_path == (case.path_in_real_terms() is not None)

    def test_synthetic_is_said(self, cases):
        """Made-up families are called so before anything else."""
        assert all("made by a program" in text_of(case.notices()) for case in cases)


class TestOneFamily:
    def test_key_figures_are_the_results(self, cases):
        """The four large numbers are those of the assessment."""
        case = next(case for case in cases if pd.notna(case.row["gap_after_aid_money"]))
        words = Words("en")
        text = text_of(case.key_figures())

        for name in ("outflow_money", "inflow_money", "gap_before_aid_money", "gap_after_aid_money"):
            assert words.amount(int(case.row[name])) in text

    def test_household_in_order_and_nameless(self, cases, source):
        """Members stand head first; neither their names nor their codes are shown."""
        secrets = set(generate(12, [MONTH], 1404).identities["value"])
        for case in cases:
            roles = list(case.household().frame["role"])
            text = text_of(case.household())

            assert roles[0] == "head"
            assert sorted(roles, key=ROLES.index) == roles
            assert [code for code in case.tables.members["member_id"] if code in text] == []
            assert [secret for secret in secrets if secret in text] == []

    def test_lines_sum_to_the_gap(self, cases):
        """The lines of a family whose all is known, brought to a month, sum to what went out less what came in."""
        for case in cases:
            if case.row["unknown_facts"]:
                continue
            sums = case.lines().frame.groupby("category")["monthly_money"].sum()
            spent, had = (sums[sums.index.isin(names)].sum() for names in (OUTFLOWS, OWN_INFLOWS))

            assert case.row["gap_before_aid_money"] == max(0, spent - had)

    def test_suggestion_is_the_centres(self, source, cases):
        """The suggested aid is what the centre's rule gives the family; without a known gap there is none."""
        for case in cases:
            rule = case.assessment.rules.value("allocation_rule")

            assert case.suggested_aid_money == source.suggested_aid(MONTH, case.family_id, rule)
            assert pd.notna(case.row["gap_after_aid_money"]) == (case.suggested_aid_money is not None)

    def test_bridge_starts_with_the_plan(self, cases):
        """The bridge begins in a known month before this one, and not before the plan where the plan is shown."""
        for case in cases:
            start = case.bridge_start()
            if start is None:
                continue
            assert start < MONTH
            assert pd.notna(case.assessment.of_month(start)["gap_before_aid_money"].iloc[0])
            assert pd.isna(case.row["plan_month"]) or start.code >= case.row["plan_month"]

    def test_rules_carry_their_status(self, cases):
        """Each rule used is listed once, with its value, date and status."""
        frame = cases[0].rules_used().frame

        assert len(frame) == len(set(frame["label"]))
        assert "provisional" in set(frame["status"])

    def test_both_languages(self, source, cases):
        """The same family can be shown in Persian, with Persian digits."""
        case = FamilyCase(source, cases[0].family_id, MONTH, Words("fa"))

        assert re.search("[۰-۹]", text_of(case.key_figures()))
        assert not re.search("[0-9]", text_of(case.key_figures()))


class TestOpening:
    @pytest.fixture(name="anywhere", autouse=True)
    def _anywhere(self, source, monkeypatch):
        monkeypatch.setattr(family_module, "find_source", lambda: source)

    def test_persian_digits(self, cases):
        """A month may be told in Persian digits."""
        assert open_family(cases[0].family_id, "۱۴۰۴-۰۸", "en").month == MONTH

    def test_unknown_family(self):
        """A case code that nobody has is refused with what to do."""
        with pytest.raises(FamilyUnknown, match="S-NOBODY"):
            open_family("S-NOBODY", "1404-08")

    def test_no_month(self, cases):
        """What is no month is refused."""
        with pytest.raises(NotAMonth):
            open_family(cases[0].family_id, "1404-13")
