"""Exporting the facts, and reading them back."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from hamyar.core.parameters import ParameterSet
from hamyar.core.rial import RIAL
from hamyar.core.tables import FACT_TABLES, FAMILIES, IDENTITIES, OBSERVATIONS, SESSIONS
from hamyar.store.bundle import data_hash
from hamyar.store.change import Recorded
from hamyar.store.exporting import export_tables, sheets_of
from hamyar.store.importing import import_file
from hamyar.store.mapping import load_mapping
from hamyar.store.settings import Settings
from hamyar.store.spreadsheets import CellTooLong, TooManyRows, guarded, unguarded, workbook_bytes
from hamyar.store.store import Store

NATIVE = Settings.from_environment({}).parameters / "imports" / "hamyar.yaml"
OBSERVATION = {
    **{"family_id": "F1", "subject_id": "F1", "indicator": "housing", "observer_id": "h"},
    **{"day": 14050701, "answer": "3"},
}
HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "<script>", "{{ 1 }}", "'=1"]


@pytest.fixture
def empty_store(tmp_path: Path) -> Store:
    """Another store, on SQLite, with a key of its own, opened when all that is told has happened."""
    later = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    url = f"sqlite:///{tmp_path / 'other' / 'hamyar.sqlite3'}"
    return Store.create(url, tmp_path / "other" / "key", title="Sample centre", is_synthetic=True, clock=lambda: later)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_is_exported_can_be_imported_again(
    helped: Store, empty_store: Store, catalogue: ParameterSet, tmp_path: Path, form: str
) -> None:
    """A round trip into an empty store gives equal tables and identities; into the same store it changes nothing."""
    with helped.change("sara", "the session was held") as change:
        change.record(SESSIONS, helped.current(SESSIONS).assign(state="done"))
    path = tmp_path / ("export" + (".xlsx" if form == "xlsx" else ""))
    export_tables(helped, path, form=form, with_identities=True)
    with empty_store:
        result = import_file(empty_store, path, load_mapping(NATIVE), actor="sara", parameters=catalogue)
        assert result.problems == ()
        expected, found = helped.tables(), empty_store.tables()
        assert data_hash(found) == data_hash(expected)
        assert empty_store.identities() == helped.identities()
        for name in FACT_TABLES:
            assert len(getattr(found, name)) > 0
            pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))
    head = helped.head()
    again = import_file(helped, path, load_mapping(NATIVE), actor="sara", parameters=catalogue)
    assert {(done.inserted, done.corrected) for done in again.recorded.values()} == {(0, 0)}
    assert helped.head() == head


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_names_leave_the_store_only_when_asked_for(filled: Store, tmp_path: Path, form: str) -> None:
    """Without ``with_identities`` no byte of a name or a telephone is in the export."""
    files = export_tables(filled, tmp_path / "plain", form=form)
    names = [value for secrets in filled.identities().values() for value in secrets.values()]
    content = b"".join(_unpacked(path) for path in files)
    assert len(names) == 3
    assert [name for name in names if name.encode() in content] == []
    files = export_tables(filled, tmp_path / "names", form=form, with_identities=True)
    with_names = b"".join(_unpacked(path) for path in files)
    assert [name for name in names if name.encode() in with_names] == names


def _unpacked(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_a_workbook_is_laid_out_for_its_readers(helped: Store, tmp_path: Path) -> None:
    """One sheet for each table, right to left, header frozen; months, days and units are written out."""
    (path,) = export_tables(helped, tmp_path / "export.xlsx")
    book = openpyxl.load_workbook(path)
    try:
        assert book.sheetnames == list(FACT_TABLES)
        assert {(page.sheet_view.rightToLeft, page.freeze_panes) for page in book.worksheets} == {(True, "A2")}
        rows = [dict(zip(*[(cell.value for cell in row) for row in (page[1], page[2])], strict=True)) for page in book]
    finally:
        book.close()
    by_sheet = dict(zip(FACT_TABLES, rows, strict=True))
    assert by_sheet["families"]["joined_month"] == "1404-01"
    assert by_sheet["members"]["birth_day"] == "1360-01-15"
    assert by_sheet["flows"] == by_sheet["flows"] | {"amount_money": 90_000_000, "unit": "rial", "month": "1405-07"}
    assert by_sheet["budgets"]["unit"] == "rial"
    assert by_sheet["members"]["attends_school"] == "no"
    assert by_sheet["observations"] == by_sheet["observations"] | {"day": "1405-07-12", "answer": "1", "reason": None}
    assert by_sheet["food_weeks"] == by_sheet["food_weeks"] | {"staples_days": 0, "oil_days": None, "source": None}
    assert by_sheet["helper_hours"] == {"helper_id": "h1", "weekday": 0, "start_minute": 0, "minutes": 1440}
    assert by_sheet["assignments"]["until_day"] == "1405-10-30"


def test_a_number_that_a_spreadsheet_would_round_is_written_as_text(filled: Store, tmp_path: Path) -> None:
    """Spreadsheets keep fifteen digits; the largest amount has nineteen and keeps them all."""
    (path,) = export_tables(filled, tmp_path / "export.xlsx")
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        assert "1000000000000000" in [row[4].value for row in book["flows"].iter_rows()]
    finally:
        book.close()


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_same_facts_give_the_same_bytes(filled: Store, tmp_path: Path, form: str) -> None:
    """Two exports of one state are equal byte for byte, whenever they are made."""
    first = export_tables(filled, tmp_path / "one", form=form)
    second = export_tables(filled, tmp_path / "two", form=form)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_workbook_says_nothing_of_when_it_was_made() -> None:
    """Neither the archive's entries nor the document's properties carry a time."""
    made = workbook_bytes([("a", ["x"], [[1]])])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode()
    assert str(dt.date.today().year) not in properties
    assert properties.count("1980-01-01T00:00:00Z") == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_no_exported_cell_is_a_formula(store: Store, tmp_path: Path, text: str) -> None:
    """A hostile text is text in the workbook, marked where it looks like a formula, and guarded in CSV."""
    with store.change("sara", "hostile") as change:
        change.record(FAMILIES, pd.DataFrame([{"family_id": "F1", "area": text}]))
        change.record(IDENTITIES, pd.DataFrame([{"owner_id": "F1", "field": "name", "value": text}]))
        change.record(OBSERVATIONS, pd.DataFrame([{**OBSERVATION, "reason": text}]))
    (path,) = export_tables(store, tmp_path / "export.xlsx", with_identities=True)
    book = openpyxl.load_workbook(path)
    try:
        cells = [book["families"]["B2"], book["identities"]["C2"], book["observations"]["G2"]]
        is_like_formula = text.lstrip("'")[0] in "=+-@"
        assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in cells] == [(text, "s", is_like_formula)] * 3
    finally:
        book.close()
    files = export_tables(store, tmp_path / "csv", form="csv", with_identities=True)
    written = {file.stem: pd.read_csv(file, encoding="utf-8-sig", dtype=str) for file in files}
    assert written["identities"]["value"].tolist() == written["observations"]["reason"].tolist() == [guarded(text)]
    assert guarded(text)[0] not in "=+-@"
    assert unguarded(guarded(text)) == text


def test_an_export_is_readable_by_its_owner_only(filled: Store, tmp_path: Path) -> None:
    """Even without names, a household's budget is nobody else's business."""
    files = export_tables(filled, tmp_path / "csv", form="csv")
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    assert sorted(path.name for path in (tmp_path / "csv").iterdir()) == sorted(path.name for path in files)


def test_a_text_too_long_for_a_workbook_is_refused() -> None:
    """A workbook would cut it without a word; the error names the place and the way out."""
    with pytest.raises(CellTooLong, match=r"row 3, column 'x'.*CSV"):
        workbook_bytes([("a", ["x"], [["short"], ["ن" * 40_000]])])


def test_more_rows_than_a_workbook_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The header counts as a row."""
    monkeypatch.setattr("hamyar.store.spreadsheets._MOST_ROWS", 3)
    assert workbook_bytes([("a", ["x"], [[1], [2]])])
    with pytest.raises(TooManyRows, match="CSV"):
        workbook_bytes([("a", ["x"], [[1], [2], [3]])])


def test_an_empty_store_exports_its_headers(sqlite_store: Store, tmp_path: Path) -> None:
    """Every declared column is there for somebody to fill in, and the empty form can be imported."""
    sheets = sheets_of(sqlite_store.tables(), RIAL)
    for name, table in FACT_TABLES.items():
        assert [column for column in sheets[name] if column != "unit"] == table.column_names
    (path,) = export_tables(sqlite_store, tmp_path / "form.xlsx")
    result = import_file(sqlite_store, path, load_mapping(NATIVE), actor="sara", parameters=ParameterSet({}))
    assert set(result.recorded.values()) == {Recorded()}
