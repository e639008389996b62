"""Names, areas and codes as people type them by mistake or by malice: they are text, and they break nothing."""

import csv
import io
import re

import pandas as pd
import pytest

from hamyar.batch.pages import file_name
from hamyar.core.tables import FAMILIES, FLOWS, IDENTITIES, MEMBERS
from tests.batch.running import MONTH, Centre, files_of, holding, text_of, text_outside

# A whole run, whose every page is made and read.
pytestmark = pytest.mark.slow

SCRIPT, FORMULA = "<script>alert(1)</script>", "=cmd|' /C calc'!A0"
NAMES = {
    "S-1": SCRIPT,
    "S-2": "]]> {{7*7}} {% raw %} ${x}",
    "S-3": FORMULA,
    "S-4": "علی\u202eرضا\u2066 abc",
    "S-5": "ز" * 10_000,
    "S-6": "url(http://example.invalid/x) @import y",
    # Codes, too, come from somebody's file.
    "=1+1": "x" * 10_000,
    "<b>&\"'/..": "%s %(a)s {0} {name}",
}

# The centre's report names areas, so theirs are other than the names of families.
AREAS = [
    *("<svg onload=alert(2)>", "=2+2|' /C calc'!A1", "url(http://example.invalid/area) @import z"),
    *("محله\u202e باغ\u2066", "م" * 5_000, "{{6*6}} {% raw %}", "]]> $[y]", "&amp;\"'><b>"),
]


@pytest.fixture(name="centre", scope="module")
def _centre(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    centre = Centre(folder)
    flows = [
        (code, MONTH.code, category, 1, amount)
        for code in NAMES
        for category, amount in (("own_income", 10**7), ("livelihood", 2 * 10**7))
    ]
    with (
        centre.create(title=f"{SCRIPT} {'مرکز ' * 2_000}") as store,
        store.change("test", "hostile") as change,
    ):
        change.record(FAMILIES, pd.DataFrame({"family_id": list(NAMES), "area": AREAS}))
        members = {"member_id": [f"M-{code}" for code in NAMES], "family_id": list(NAMES), "role": "head"}
        change.record(MEMBERS, pd.DataFrame(members))
        frame = pd.DataFrame(flows, columns=["family_id", "month", "category", "line", "amount_money"])
        change.record(FLOWS, frame.assign(recall="month"))
        secrets = {"owner_id": list(NAMES), "field": "name", "value": list(NAMES.values())}
        change.record(IDENTITIES, pd.DataFrame(secrets))
    said = centre.command("monthly", "--month", MONTH, "--quiet")
    assert (said.returncode, said.stderr) == (0, "")
    return centre


def pdf_of(centre, code):
    return centre.outputs() / "families" / f"{file_name(code)}.pdf"


class TestHostile:
    def test_all_made(self, centre):
        """Every family has its page, whatever it is called."""
        assert [code for code in NAMES if not pdf_of(centre, code).is_file()] == []
        assert not (centre.outputs() / "failed").exists()

    @pytest.mark.parametrize("code", ["S-1", "S-2", "S-3", "<b>&\"'/.."])
    def test_names_are_text(self, centre, code):
        """Markup, templates and formulas stand on the page as letters."""
        # Between two directions a reader of PDFs turns signs round; the words and their number stay.
        text = text_of(pdf_of(centre, code))

        assert [word for word in re.findall(r"\w+", NAMES[code]) if word not in text] == []
        assert [sign for sign in "&=|%$7'" if text.count(sign) < NAMES[code].count(sign)] == []
        assert "&lt;" not in text

    def test_override_does_not_reorder(self, centre):
        """A direction override in a name reaches no page."""
        text = text_of(pdf_of(centre, "S-4"))

        assert "علیرضا" in text
        assert [sign for sign in "\u202e\u2066" if sign in text] == []

    @pytest.mark.parametrize("code", ["S-5", "=1+1"])
    def test_endless_name_is_clipped(self, centre, code):
        """A name of ten thousand letters is cut, with a sign that it was."""
        text = text_of(pdf_of(centre, code)).replace("\r\n", "")

        assert 50 < text.count(NAMES[code][0] * 2) * 2 < 500
        assert re.search(r"…|\.\.\.", text)

    def test_nothing_leaves_its_page(self, centre):
        """No text of any page lies outside the paper."""
        pdfs = sorted(centre.outputs().rglob("*.pdf"))

        assert {pdf.name: [] for pdf in pdfs} == {pdf.name: text_outside(pdf) for pdf in pdfs}

    def test_index_escapes(self, centre):
        """The index holds no markup of others, and no name."""
        html = (centre.outputs() / "index.html").read_text("utf-8")

        assert "<script" not in html
        assert "<b>" not in html
        assert "&lt;b&gt;&amp;" in html
        assert len(html) < 400_000

    def test_table_computes_nothing(self, centre):
        """No cell of the table begins as a formula does, and every code can be read back."""
        rows = list(csv.DictReader(io.StringIO((centre.outputs() / "results.csv").read_text("utf-8"))))
        codes = [row["family_id"] for row in rows]

        assert [code for code in codes if code[0] in "=+-@"] == []
        assert set(NAMES) == {code.removeprefix("'") for code in codes}

    def test_names_stay_on_paper(self, centre):
        """The names reach no other file of the run."""
        others = {name: content for name, content in files_of(centre.outputs()).items() if not name.endswith(".pdf")}
        telling = [NAMES["S-2"], FORMULA, "ز" * 50, "x" * 50, NAMES["<b>&\"'/.."]]
        content = {name: content for name, content in others.items() if name != "frozen.bundle"}

        assert holding(content, telling) == []
