"""The real budgets of 1,519 British households, through the whole of a monthly run."""

import csv
import re
from fractions import Fraction

import pytest

from hamyar.core.jalali import Month
from tests.batch.running import ROOT, Centre, text_of, text_outside

# A survey of 1,519 households is imported and run.
pytestmark = pytest.mark.slow

MONTH = Month(1360, 1)
BUDGETS = ROOT / "tests" / "data" / "budget_uk.csv"
MAPPING = ROOT / "parameters" / "imports" / "uk_budget.yaml"
HOUSEHOLDS = 1519


@pytest.fixture(name="centre", scope="module")
def _centre(tmp_path_factory):
    """The survey in a database of pounds, not yet run."""
    centre = Centre(tmp_path_factory.mktemp("uk"))
    centre.create(title="BudgetUK", currency="GBP", is_synthetic=False).close()
    said = centre.command("import", BUDGETS, "--mapping", MAPPING)
    assert (said.returncode, said.stderr) == (0, "")
    assert "1,519 of 1,519 rows kept" in said.stdout
    return centre


@pytest.fixture(name="run", scope="module")
def _run(centre):
    said = centre.command("monthly", "--month", MONTH, "--limit", 4, "--quiet")
    assert (said.returncode, said.stderr) == (0, "")
    return centre


@pytest.fixture(name="pages", scope="module")
def _pages(run):
    """The pages of the four and the report, before anybody asks for more."""
    return sorted(run.outputs(MONTH).rglob("*.pdf"))


def pence_a_month(pounds_a_week: str) -> int:
    """Weekly pounds as monthly pence: a month is 30 days, a half penny counts up."""
    exact = Fraction(pounds_a_week) * 100 * 30 / 7
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def rows_of(folder):
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        return {row["family_id"]: row for row in csv.DictReader(file)}


class TestBudgets:
    def test_every_gap(self, run):
        """The gap of every household is what its spending exceeds its income by, to the penny."""
        with BUDGETS.open(encoding="utf-8", newline="") as file:
            expected = {
                f"UK-{row['household']}": str(max(0, pence_a_month(row["totexp"]) - pence_a_month(row["income"])))
                for row in csv.DictReader(file)
            }
        found = {case: row["gap_before_aid_money"] for case, row in rows_of(run.outputs(MONTH)).items()}

        assert len(expected) == HOUSEHOLDS
        assert expected == found

    def test_no_line_in_pounds(self, run):
        """Iran's support line is not held against pounds: it is unknown, and so is who lives under it."""
        rows = rows_of(run.outputs(MONTH)).values()

        assert {("", "", "GBP")} == {(row["support_line_money"], row["is_under_line"], row["currency"]) for row in rows}

    def test_pages_speak_of_pounds(self, pages):
        """Every amount of every page is in pounds: none says rial, and the report fits its paper."""
        assert len(pages) == 5
        for pdf in pages:
            text = text_of(pdf)
            assert "پوند" in text
            assert re.findall(r"[۰-۹]\s*ریال", text) == []
            assert text_outside(pdf) == []

    def test_not_made_up(self, run):
        """Real budgets are not called made-up."""
        assert 'role="note"' not in (run.outputs(MONTH) / "index.html").read_text("utf-8")

    def test_fifty(self, run, pages):
        """Fifty dossiers and the report of all are made, and the four that were there are kept."""
        said = run.command("monthly", "--month", MONTH, "--limit", 50, "--quiet")

        assert (said.returncode, said.stderr) == (0, "")
        assert "46 made, 5 already there, 0 failed" in said.stdout
        assert len(made := set(run.outputs(MONTH).rglob("*.pdf"))) == 51
        assert made >= set(pages)
