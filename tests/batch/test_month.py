"""A month from frozen facts to printed pages: what the run leaves, and what it does when it is asked again."""

import csv
import json
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pandas as pd
import pytest
from filelock import FileLock

from hamyar.batch import month as month_module
from hamyar.batch.freeze import BUNDLE_NAME, read_run
from hamyar.batch.manifest import Manifest, hash_of
from hamyar.batch.month import FamiliesUnknown, RunDiffers, RunOptions, run_month
from hamyar.batch.one_writer import RunInProgress
from hamyar.batch.pages import PageOutcome, file_name
from hamyar.core.economy.assessment import record_of
from hamyar.core.labels import label_message
from hamyar.faces.result import read_result
from hamyar.store.bundle import Bundle
from hamyar.store.store import Store
from hamyar.words import Words
from tests.batch.making import run
from tests.batch.running import (
    FAMILIES,
    LONGEST_DOSSIER,
    MONTH,
    TITLE,
    all_names,
    closed_at_end,
    differing,
    files_of,
    fonts_of,
    holding,
    printed,
    text_of,
    text_outside,
    without_stamp,
)


@pytest.fixture(name="folder", scope="module")
def _folder(month_run):
    return month_run.outputs()


@pytest.fixture(name="results", scope="module")
def _results(folder):
    return read_run(Bundle(folder / BUNDLE_NAME)).results


class TestWhatARunLeaves:
    def test_files(self, folder, results):
        """A dossier and its notebook for each family, the centre's, the table, the index, the manifest; no more."""
        families = {f"families/{case}{suffix}" for case in results.index for suffix in (".pdf", ".ipynb")}
        others = {"centre_report.pdf", "centre_report.ipynb", "results.csv", "index.html", "manifest.json"}

        assert families | others | {"frozen.bundle", "run.json"} == set(files_of(folder))
        assert len(results) == FAMILIES

    def test_result_is_the_row(self, folder, results):
        """Each notebook's result record equals the family's row in the assessment of all."""
        for case, row in results.iterrows():
            notebook = nbformat.read(folder / "families" / f"{case}.ipynb", as_version=4)

            assert record_of(row) | {"currency": "IRR"} == read_result(notebook)["values"]

    def test_table_is_the_assessment(self, folder, results):
        """``results.csv`` holds the same rows, digit for digit."""
        table = pd.read_csv(folder / "results.csv", dtype=str, keep_default_na=False).set_index("family_id")
        expected = results.astype("object").where(results.notna(), "").map(str)

        assert ["month", "currency", *results.columns] == list(table.columns)
        assert expected.to_dict() == table[list(results.columns)].to_dict()
        assert {(str(MONTH), "IRR")} == set(zip(table["month"], table["currency"], strict=True))

    def test_no_name_outside_paper(self, month_run, folder):
        """No name, national id or telephone stands in any file but the PDFs, nor in a file's name."""
        with month_run.open() as store:
            secrets = all_names(store)
        others = {name: content for name, content in files_of(folder).items() if not name.endswith(".pdf")}

        assert len(secrets) > 2 * FAMILIES
        assert holding(others, secrets) == []

    def test_name_on_its_own_paper(self, month_run, folder, results):
        """Each family's dossier carries the name of its head, once, and no other family's; the report carries none."""
        with month_run.open() as store:
            names = month_module.printed_names(store, read_run(Bundle(folder / BUNDLE_NAME)), list(results.index))
        texts = {case: text_of(folder / "families" / f"{case}.pdf") for case in results.index}
        report = text_of(folder / "centre_report.pdf")

        assert set(results.index) == set(names)
        for case, name in names.items():
            assert [other for other, text in texts.items() if printed(name) in text] == [case]
            assert printed(name) not in report

    def test_manifest(self, folder, results):
        """The manifest has the hash of every file, the counts of the month, and the head of the audit log."""
        files, manifest = files_of(folder), Manifest.read(folder)
        del files["manifest.json"]
        counts = {
            "families": FAMILIES,
            "family_pages": FAMILIES,
            "failed": 0,
            "gaps_open": int((results["gap_before_aid_money"] > 0).sum()),
            "gaps_unknown": int(results["gap_before_aid_money"].isna().sum()),
        }

        assert {name: hash_of(content) for name, content in files.items()} == manifest.files
        assert counts == manifest.counts
        assert Bundle(folder / BUNDLE_NAME).meta.head_hash == manifest.inputs.head.hash
        assert {"started_at", "finished_at", "engine", "workers"} == set(manifest.stamp)

    def test_index_tells_the_levels(self, folder, results):
        """Beside each case stands the word of its level."""
        html = (folder / "index.html").read_text("utf-8")
        rows = dict(re.findall(r'<bdi dir="ltr">([^<]+)</bdi></a></td><td>.*?</svg>([^<]+)</td>', html, re.S))

        assert {case: Words("fa")(label_message(level)) for case, level in results["level"].items()} == rows

    def test_index_leads_everywhere(self, folder):
        """Every link of the index leads to a file of the run, every family has one, and nothing is asked outside."""
        html = (folder / "index.html").read_text("utf-8")
        links = [unquote(link) for link in re.findall(r'href="([^"]+)"', html)]

        assert [link for link in links if not (folder / link).is_file()] == []
        assert {f"families/{case}.pdf" for case in _cases(folder)} < set(links)
        assert re.findall(r"https?:|src=|<script|@import|url\((?!data:)", html) == []

    def test_no_absolute_path(self, month_run, folder):
        """No output tells where on the machine it was made."""
        texts = {name: content for name, content in files_of(folder).items() if not name.endswith(".pdf")}

        assert holding(texts, [str(month_run.folder), str(Path.home()), str(month_run.home)]) == []


@pytest.fixture(name="pdfs", scope="module")
def _pdfs(folder):
    return sorted(folder.rglob("*.pdf"))


class TestPaper:
    def test_title_in_logical_order(self, folder):
        """The centre's Persian name can be found on every first page as it is written."""
        for pdf in folder.rglob("*.pdf"):
            with closed_at_end(pdf) as document:
                assert TITLE in document[0].get_textpage().get_text_range()

    def test_nothing_leaves_its_page(self, pdfs):
        """Every piece of text of every page lies within the paper."""
        assert {pdf.name: [] for pdf in pdfs} == {pdf.name: text_outside(pdf) for pdf in pdfs}

    def test_number_of_pages(self, folder):
        """A dossier is short enough to be read."""
        for pdf in (folder / "families").glob("*.pdf"):
            with closed_at_end(pdf) as document:
                assert 1 <= len(document) <= LONGEST_DOSSIER

    def test_only_our_fonts(self, pdfs):
        """Every font of every PDF is Vazirmatn, and its program is in the file."""
        for pdf in pdfs:
            assert fonts_of(pdf) == {"Vazirmatn": 1, "Vazirmatn-Bold": 1}

    def test_no_address(self, pdfs):
        """No PDF holds a link, an action or a script."""
        for pdf in pdfs:
            assert re.findall(rb"/(?:URI|JavaScript|Launch|SubmitForm)\b", pdf.read_bytes()) == []


class TestAskedAgain:
    def test_nothing_twice(self, own_run, planned):
        """A second run makes no page and leaves every byte but the stamp."""
        before = files_of(own_run.outputs())
        summary = run(own_run)

        assert (planned, summary.made, summary.kept) == ([], 0, FAMILIES + 1)
        assert differing(without_stamp(before), without_stamp(files_of(own_run.outputs()))) == []

    @pytest.mark.slow
    def test_fresh_gives_the_same_bytes(self, own_run):
        """Made anew, by one worker instead of two, every file comes out the same."""
        before = files_of(own_run.outputs())
        inodes = {path: path.stat().st_ino for path in own_run.outputs().rglob("*.pdf")}
        summary = run(own_run, fresh=True, workers=1)
        after = files_of(own_run.outputs())

        assert (summary.made, summary.kept) == (FAMILIES + 1, 0)
        assert [path for path, inode in inodes.items() if path.stat().st_ino == inode] == []
        assert differing(without_stamp(before), without_stamp(after)) == []

    @pytest.mark.parametrize("lost", [".pdf", ".ipynb"])
    def test_half_a_page_is_made_again(self, own_run, planned, results, lost):
        """A page of which only one file is there is not done."""
        case = results.index[1]
        (own_run.outputs() / "families" / f"{case}{lost}").unlink()
        run(own_run)

        assert [task.case for task in planned] == [case]

    def test_leftovers_go(self, own_run, planned):
        """What a killed run left half written is removed."""
        partial = own_run.outputs() / "families" / ".x.pdf.0a1b2c3d.hamyar-partial"
        partial.write_bytes(b"half")
        run(own_run)

        assert not partial.exists()

    def test_other_language_is_refused(self, own_run, planned):
        """Pages in another language are not mixed among those that are there."""
        before = files_of(own_run.outputs())
        with own_run.open() as store, pytest.raises(RunDiffers, match="--fresh"):
            run_month(store, own_run.settings, MONTH, RunOptions(language="en"))

        assert before == files_of(own_run.outputs())

    def test_without_the_key_is_refused(self, own_run, planned):
        """A run that cannot read the names does not add nameless pages to those with names."""
        with Store.open(own_run.settings.database_url) as store, pytest.raises(RunDiffers, match="without names"):
            run_month(store, own_run.settings, MONTH, RunOptions(language="fa"))

    def test_a_second_run_at_once_is_refused(self, own_run, planned):
        """While one run writes a folder, another one is refused and changes nothing."""
        with FileLock(own_run.outputs() / ".lock"), pytest.raises(RunInProgress, match="Another run"):
            run(own_run)

        assert planned == []


class TestChoosing:
    def test_limit(self, own_run, planned, results):
        """``limit`` narrows the families to the first; the centre's report is made as well."""
        summary = run(own_run, limit=2, fresh=True)

        assert [*results.index[:2], "centre_report"] == [task.case for task in planned]
        assert (summary.families, summary.selected) == (FAMILIES, 2)

    def test_families(self, own_run, planned, results):
        """``families`` chooses by case code, whatever the order."""
        chosen = [results.index[3], results.index[0]]
        run(own_run, families=chosen, fresh=True)

        assert {*chosen, "centre_report"} == {task.case for task in planned}

    @pytest.mark.slow
    def test_fresh_leaves_the_others(self, own_run, planned, results):
        """Making some pages again takes nothing away from the families that were not asked for."""
        before = {path.name for path in (own_run.outputs() / "families").iterdir()}
        run(own_run, families=[results.index[0]], fresh=True)
        gone = before - {path.name for path in (own_run.outputs() / "families").iterdir()}

        assert {name.split(".")[0] for name in gone} == {results.index[0]}

    def test_unknown_family(self, own_run, planned, results):
        """Case codes that nobody has are named, and nothing is made."""
        with pytest.raises(FamiliesUnknown, match="S-NOBODY, X") as refused:
            run(own_run, families=["X", results.index[0], "S-NOBODY"], fresh=True)

        assert results.index[0] not in str(refused.value)
        assert planned == []

    def test_table_is_whole(self, own_run, planned):
        """Whatever is chosen, the table and the index have every family."""
        before = (own_run.outputs() / "results.csv").read_bytes()
        run(own_run, limit=1, fresh=True)

        assert before == (own_run.outputs() / "results.csv").read_bytes()
        assert all(case in (own_run.outputs() / "index.html").read_text("utf-8") for case in _cases(own_run.outputs()))


class TestFailuresOfEarlierRuns:
    def test_index_hides_none(self, own_run, monkeypatch, results):
        """A page that failed stays named in index and manifest while other families are run."""
        bad, good = results.index[0], results.index[1]
        folder = own_run.outputs()
        (folder / "families" / f"{bad}.pdf").unlink()

        def failing(tasks, **_):
            yield from (
                PageOutcome(task.case, "execute", month_module.message("it is {what}", what="broken")) for task in tasks
            )

        monkeypatch.setattr(month_module, "make_pages", failing)
        run(own_run)
        summary = run(own_run, families=[good])

        assert [bad] == [outcome.case for outcome in summary.failed]
        assert [bad] == [failure["case"] for failure in json.loads((folder / "manifest.json").read_text())["failures"]]
        assert "it is broken" in (folder / "index.html").read_text("utf-8")


class TestFileNames:
    @pytest.mark.parametrize(
        ("case", "name"),
        [("S-D2DCZS", "S-D2DCZS"), ("a/b", "a%2Fb"), ("..", "%2E%2E"), ("a b", "a%20b"), ("C:\\x", "C%3A%5Cx")],
    )
    def test_harmless(self, case, name):
        """A case code cannot climb out of its folder, whatever it holds."""
        assert name == file_name(case)

    def test_long_codes_stay_apart(self):
        """Two long codes that begin alike have different file names, short enough for every file system."""
        codes = [f"خانواده شماره {'۱' * 40}{number}" for number in range(20)]
        names = {file_name(code) for code in codes}

        assert len(names) == 20
        assert max(map(len, names)) <= 100


def _cases(folder):
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        return [row["family_id"] for row in csv.DictReader(file)]
