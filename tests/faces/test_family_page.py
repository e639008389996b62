"""The family's own page: plain, on one sheet, and with nothing that another person must not read."""

import html
import re
from dataclasses import replace

import pypdfium2
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tests.faces.help_making import (
    FIRST_DAY,
    MONTH,
    PRIVATE,
    carried_codes,
    help_source,
    help_tables,
    nobody_helps,
    source_of,
)

from hamyar.core.jalali import Month
from hamyar.faces import family_page
from hamyar.faces.family import FamilyUnknown
from hamyar.faces.family_page import FamilyPageCase, open_family_page
from hamyar.faces.render import html_to_pdf, notebook_to_html
from hamyar.words import Words

EN = Words("en")
START = MONTH.code * 100 + 1


def text_of(block):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", block._repr_html_())))


@pytest.fixture(name="source", scope="module")
def _source():
    return help_source()


def page_of(source, code, month=MONTH, words=EN):
    return FamilyPageCase(source, code, month, month.code * 100 + 1, words)


class TestNothingThatHurts:
    def test_sensitive_is_a_visit(self, source):
        """What answers a private or sensitive harm, and what is for one member, is a plain visit."""
        programmes = source.parameters.programmes.by_help["focused"].programmes
        labels = {found.code: found.label.en for found in programmes}

        for code in carried_codes():
            text = text_of(page_of(source, code).page())
            assert labels[PRIVATE] not in text
            assert labels["study_companion"] not in text
            assert "Visit of the helper" in text or "Monthly look" in text

    def test_no_level_no_amount_no_code(self, source):
        """No level, score or amount and no code of a person stands on any family's page."""
        members = set(help_tables().members["member_id"])

        for code in carried_codes():
            text = text_of(page_of(source, code).page())
            assert re.findall(r"(?i)\b(?:harmed|at risk|safe|score|gap|rial|level|private|H1)\b", text) == []
            assert [member for member in members if member in text] == []

    def test_sensitive_gathering_has_neither_name_nor_place(self, source):
        """An event about a sensitive matter is a gathering, without the place that would name it."""
        case = page_of(source, carried_codes()[0])
        text = text_of(case.page())

        assert "فیلم اعتیاد" not in text
        assert "A gathering at the centre" in text

    def test_no_telephone(self, source):
        """Whom to tell stands on the page, and no number."""
        text = text_of(page_of(source, carried_codes()[0]).page())

        assert "The centre’s office" in text
        assert re.findall(r"\d{5,}", text) == []


class TestVisits:
    def test_every_day_once(self, source):
        """Each day of the month with a visit is one line, in order; the next visit stands large."""
        for code in carried_codes():
            case = page_of(source, code)
            days = case.frame.loc[case.frame["day"] // 100 == MONTH.code, "day"].unique()

            assert len(case.visits) == len(days)

    def test_done_and_cancelled(self):
        """What is over says so; a cancelled visit is told where nobody comes on that day."""
        tables = help_tables()
        code = tables.visits.loc[tables.visits["status"] == "cancelled", "family_id"].iloc[0]
        case = page_of(help_source(), code)

        assert {"done", ""} >= {line.remark for line in case.visits}
        assert "done" in {line.remark for line in case.visits}

    def test_agreed_is_plain(self, source):
        """What every family has stands among what was agreed, with how often."""
        assert page_of(source, carried_codes()[1]).agreed == [
            "Monthly look at the economy: every month",
            "Budget plan with the helper: every month, 6 times",
        ]

    def test_month_without_visits(self, source):
        """A month without visits says that the helper will tell."""
        case = page_of(source, carried_codes()[0], Month(1406, 1))

        assert "No visit is planned in this month" in text_of(case.page())

    def test_one_sheet(self):
        """A month with a visit every third day, and gatherings, fits on one sheet of paper in both languages."""
        tables = help_tables()
        code = carried_codes()[0]
        visits = tables.visits.copy()
        mine = visits.index[(visits["family_id"] == code) & (visits["day"] > START)][:10]
        visits.loc[mine, "day"] = [START + 3 * place for place in range(10)]
        case = page_of(source_of(replace(tables, visits=visits)), code)
        output = new_output("display_data", data={"text/html": case.page()._repr_html_()})
        notebook = new_notebook(cells=[new_code_cell("", outputs=[output])])

        for language in ("fa", "en"):
            page = notebook_to_html(notebook, words=Words(language), title="Trial", header={"month": MONTH})
            assert len(pypdfium2.PdfDocument(html_to_pdf(page))) == 1

    def test_tasks_are_no_visits(self, source):
        """A task of the helper is work for the family and stands on no page of it."""
        code = help_tables().decisions["family_id"].iloc[0]

        assert "task" not in set(page_of(source, code).frame["kind"])

    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_any_family(self, language):
        """A family without helper, and any before there were helpers, has a page that can be shown."""
        for source in (help_source(), source_of(nobody_helps())):
            for code in source.tables().families["family_id"]:
                shown = page_of(source, code, words=Words(language)).page()._repr_html_()

                assert re.findall(r"\b(?:nan|None|NaN|<NA>|NaT)\b", shown) == []


class TestOpening:
    def test_first_day_of_the_month(self, monkeypatch):
        """Without a day the page is that of the month's beginning."""
        monkeypatch.setattr(family_page, "find_source", help_source)

        assert open_family_page(carried_codes()[0], "1404-08").on_day == START

    def test_unknown_family(self, source):
        """An unknown code is an error that says what to do."""
        with pytest.raises(FamilyUnknown, match="list of cases"):
            page_of(source, "nobody")

    def test_record(self, source):
        """The record counts and tells nothing else."""
        record = FamilyPageCase(source, carried_codes()[0], MONTH, FIRST_DAY, EN).result()

        assert set(record.values) == {"on_day", "visits_of_month", "visits_to_come", "agreed"}
