"""The centre's month as its report shows it: sums that say what they rest on, and no name."""

import html
import re
from dataclasses import replace

import pandas as pd
import pytest
from tests.core.making import PARAMETERS, complete, families, members

from hamyar.core.economy.assessment import assess_families
from hamyar.core.jalali import Month
from hamyar.core.sample import generate
from hamyar.core.tables import BUDGETS, FAMILIES, FLOWS, MEMBERS, CaseTables, conform
from hamyar.faces import centre as centre_module
from hamyar.faces.centre import CentreCase, NobodyRecorded, open_centre
from hamyar.faces.sources import WholeTables, sample_source
from hamyar.words import Words

MONTH = Month(1404, 8)
ANSWERS = (
    *("notices", "headline", "key_figures", "gap_sizes", "gaps_over_months", "rules_compared", "rules_table"),
    *("families", "need", "unknowns", "rules_used", "provenance"),
)


@pytest.fixture(name="source", scope="module")
def _source():
    return sample_source(PARAMETERS)


@pytest.fixture(name="centre", scope="module")
def _centre(source):
    return CentreCase(source, MONTH, Words("en"))


def centre_of(tables, language="en"):
    return CentreCase(WholeTables(tables, sample_source(PARAMETERS).parameters), MONTH, Words(language))


def empty():
    return CaseTables(FAMILIES.empty(), MEMBERS.empty(), FLOWS.empty(), BUDGETS.empty(), is_synthetic=True)


def html_of(block):
    data = block._repr_mimebundle_() if hasattr(block, "_repr_mimebundle_") else {}
    return data.get("text/html") or block._repr_html_()


def text_of(block):
    return html.unescape(re.sub(r"<[^>]+>", " ", html_of(block)))


class TestAnswers:
    @pytest.mark.parametrize("language", ["fa", "en"])
    @pytest.mark.parametrize("answer", ANSWERS)
    def test_shown(self, source, answer, language):
        """Each answer can be shown in both languages, and never says nan or None."""
        shown = html_of(getattr(CentreCase(source, MONTH, Words(language)), answer)())

        assert shown
        assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b", shown) == []

    @pytest.mark.parametrize("answer", ANSWERS)
    @pytest.mark.parametrize(
        "tables",
        [
            replace(empty(), families=families("F1"), members=members(("head", "female", None))),
            replace(empty(), families=families("F1"), flows=complete(10**7, 2 * 10**7)),
            replace(empty(), families=families("F1"), flows=complete(2 * 10**7, 10**7)),
        ],
        ids=["nothing told", "one gap", "one surplus"],
    )
    def test_small_centres(self, tables, answer):
        """A centre with a single family can be shown as well, whatever is known of it."""
        assert html_of(getattr(centre_of(tables), answer)())

    def test_nobody(self):
        """A centre that has no family yet is told where families come from."""
        with pytest.raises(NobodyRecorded, match="hamyar import"):
            centre_of(empty())

    def test_month_of_which_nothing_is_told(self, source):
        """A month of which nothing is told can be shown: every gap in it is unknown."""
        case = CentreCase(source, Month(1405, 1), Words("en"))

        assert [answer for answer in ANSWERS if not html_of(getattr(case, answer)())] == []
        assert case.result().values["gaps_unknown"] == len(case.results)


class TestNumbers:
    def test_result(self, centre, source):
        """The record's sums and counts are those of the assessment of all."""
        results = assess_families(source.tables(), source.parameters, MONTH).results
        gaps, values = results["gap_before_aid_money"], centre.result().values

        assert values["families"] == len(results)
        assert (values["gaps_open"], values["gaps_unknown"]) == (int((gaps > 0).sum()), int(gaps.isna().sum()))
        assert values["gap_before_aid_money"] == int(gaps.dropna().sum())
        assert centre.result().status == ("incomplete" if gaps.isna().any() else "complete")

    def test_every_rule_spends_the_budget(self, centre):
        """Each rule gives away the whole budget, or fills every gap; none gives a rial more."""
        needed = int(centre.results["gap_after_aid_money"].sum())

        for given in centre.result().values["aid_money"].values():
            assert given == min(centre.budget_money, needed)

    def test_largest_gaps_first(self, centre):
        """The list begins with the largest gap, ends with those unknown, and leaves out those without a gap."""
        listed = centre.families().blocks[1].frame
        gaps = centre.results["gap_before_aid_money"]

        assert set(listed["family_id"]) == set(gaps[gaps.fillna(1) > 0].index)
        assert list(listed["gap_before_aid_money"].dropna()) == sorted(gaps[gaps > 0], reverse=True)
        assert list(listed["gap_before_aid_money"].isna()) == sorted(listed["gap_before_aid_money"].isna())

    def test_suggested_aid_belongs_to_its_family(self, centre):
        """Beside each family stands what the centre's rule gives it, and not its neighbour's."""
        listed = centre.families().blocks[1].frame.set_index("family_id")["suggested_aid_money"]
        given = centre.allocations[centre.rule].aid["aid_money"]

        assert listed.sort_index().equals(given.reindex(listed.index).astype("Int64").sort_index().rename(listed.name))

    def test_unknown_is_counted_and_not_zero(self, centre):
        """The sum of gaps says on how many families it rests."""
        known = int(centre.results["gap_after_aid_money"].notna().sum())

        assert known < len(centre.results)
        assert f"of {known} families" in text_of(centre.key_figures())

    def test_nothing_known(self, source):
        """Where no family's month is told there is no sum of gaps, which is another thing than none."""
        shown = text_of(centre_of(replace(source.tables(), flows=FLOWS.empty())).key_figures())

        assert "of 0 families" in shown
        assert "0 rial of" not in shown

    def test_aid_without_an_amount(self, source):
        """A sum of aid in which somebody's is missing says whose it is."""
        tables = source.tables()
        aid = {"family_id": tables.families["family_id"].iloc[0], "month": MONTH.code, "category": "centre_cash"}
        row = pd.DataFrame([{**aid, "line": 9, "recall": "month"}])
        flows = conform(FLOWS, pd.concat([tables.flows, row]))
        told = "Aid given by this centre"

        assert told in (whole := text_of(centre_of(tables).key_figures()))
        assert "families" not in whole.split(told)[1].split("Budget")[0]
        assert "of 11 families" in text_of(centre_of(replace(tables, flows=flows)).key_figures()).split(told)[1]

    def test_most_missing_first(self, centre):
        """What is missing most often is asked first."""
        counts = list(centre.unknowns().frame["families"])

        assert counts == sorted(counts, reverse=True)
        assert counts

    def test_no_budget(self, source):
        """Where no budget is recorded the report says so, and suggests nothing."""
        tables = replace(source.tables(), budgets=BUDGETS.empty())
        case = centre_of(tables)

        assert "budget" in text_of(case.rules_compared())
        assert case.result().values["budget_money"] is None
        assert case.families().blocks[1].frame["suggested_aid_money"].isna().all()

    def test_pounds(self, source):
        """A centre that counts in pounds has no support line, and its amounts are in pounds."""
        case = centre_of(replace(source.tables(), currency="GBP"))

        assert "rial" not in text_of(case.key_figures())
        assert "pound" in text_of(case.key_figures())
        assert case.results["support_line_money"].isna().all()


class TestSecrecy:
    def test_no_name(self, source):
        """No name, national id or telephone is in any answer."""
        secrets = set(generate(12, [MONTH], 1404).identities["value"])
        case = CentreCase(source, MONTH, Words("fa"))
        shown = "".join(html_of(getattr(case, answer)()) for answer in ANSWERS)

        assert [secret for secret in secrets if secret in shown] == []

    def test_hostile_area_and_code(self):
        """A case code of markup stands in the list as letters."""
        code = "<script>alert(1)</script>"
        tables = replace(empty(), families=families(code), flows=complete(10**7, 2 * 10**7, family=code))
        shown = html_of(centre_of(tables).families())

        assert "<script" not in shown
        assert "&lt;script&gt;" in shown


def test_opening(source, monkeypatch):
    """A month in Persian digits opens the centre where the facts are found."""
    monkeypatch.setattr(centre_module, "find_source", lambda: source)

    assert open_centre("۱۴۰۴/۸", "en").month == MONTH
