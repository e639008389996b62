"""Reading files as plain text."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from hamyar.core.persian import normal_text
from hamyar.store import workbooks
from hamyar.store.reading import (
    SheetMissing,
    SheetUnclear,
    SourceAbsent,
    SourceNotUtf8,
    _read_csv,
    open_source,
    read_source,
)
from hamyar.store.sourcetable import HeaderRepeated, SourceEmpty, SourceTable, SourceUnreadable
from hamyar.store.spreadsheets import csv_bytes
from hamyar.store.workbooks import SourceTooLarge, cell_text

HOSTILE = [
    "<script>alert(1)</script>",
    "]]>",
    "{{ 7 * 7 }}",
    "=cmd|' /C calc'!A0",
    "'quoted'",
    "-",
    "+98",
    "@here",
    "'=1",
]


def from_csv(tmp_path: Path, content: bytes | str) -> SourceTable:
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_source(path)


def from_workbook(tmp_path: Path, rows: list[list[object]], title: str = "Sheet") -> SourceTable:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    path = tmp_path / "file.xlsx"
    book.save(path)
    book.close()
    return read_source(path)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte-order mark"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_with_any_of_three_separators_with_or_without_a_mark(
    tmp_path: Path, start: bytes, separator: str
) -> None:
    """UTF-8 with a byte-order mark or without, and comma, semicolon or tab, give the same table."""
    text = "نام,مبلغ\nالف,۱۲\n".replace(",", separator)
    source = from_csv(tmp_path, start + text.encode())
    assert source.columns == ("نام", "مبلغ")
    assert source.cells.to_numpy().tolist() == [["الف", "۱۲"]]


def test_the_separator_is_that_of_the_header(tmp_path: Path) -> None:
    """A row full of commas does not make a comma the separator of a file whose header has semicolons."""
    source = from_csv(tmp_path, 'a;"b,c,d"\n1,2,3;4,5,6\n')
    assert source.columns == ("a", "b,c,d")
    assert source.cells.to_numpy().tolist() == [["1,2,3", "4,5,6"]]


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(tmp_path: Path) -> None:
    """The header is row 1, a line break inside a cell makes no row, and an empty row counts without being kept."""
    source = from_csv(tmp_path, 'a,b\n1,"x\ny"\n\n,\n2,z\n')
    assert source.cells.index.tolist() == [2, 5]
    assert source.cells["b"].tolist() == ["x y", "z"]


def test_a_row_that_is_cut_short_or_too_long_is_a_problem(tmp_path: Path) -> None:
    """Rows with fewer or more cells than the header are reported by number; empty extra cells are not."""
    source = from_csv(tmp_path, "a,b\n1\n1,2,3\n1,2,,\n")
    assert [problem.row for problem in source.problems] == [2, 3]


@pytest.mark.parametrize("encoding", ["cp1256", "utf-16"])
def test_an_encoding_is_never_guessed(tmp_path: Path, encoding: str) -> None:
    """A file in another encoding is refused with the way to save it as UTF-8."""
    with pytest.raises(SourceNotUtf8, match="CSV UTF-8"):
        from_csv(tmp_path, "نام\nزهرا\n".encode(encoding))


def test_text_comes_in_one_form(tmp_path: Path) -> None:
    """Arabic letters become Persian and direction overrides go, in cells and in the header."""
    source = from_csv(tmp_path, "علي\n\u202eكاظمي\u202c\n")
    assert source.columns == ("علی",)
    assert source.cells["علی"].tolist() == ["کاظمی"]


@pytest.mark.parametrize("text", [*HOSTILE, "ن" * 10_000])
def test_hostile_text_is_text(tmp_path: Path, text: str) -> None:
    """Markup, formulas, template braces and ten thousand letters come out as they went in."""
    content = csv_bytes(["name"], [[text]])
    assert from_csv(tmp_path, content).cells["name"].tolist() == [text]
    book = from_workbook(tmp_path, [["name", "x"], [f" {text}" if text.startswith("=") else text, 1]])
    assert book.cells["name"].tolist() == [text]


@given(st.text(alphabet="'=+-@\tab ", min_size=1).filter(lambda text: normal_text(text) == text))
def test_our_guard_of_csv_is_taken_off_again(text: str) -> None:
    """Whatever begins with apostrophes and formula signs survives being written and read."""
    rows = csv_bytes(["a"], [[text], ["x"]])
    assert _read_csv("a.csv", "a", rows).cells["a"].tolist()[0] == text


def test_an_unfinished_quote_is_an_error_that_names_the_row(tmp_path: Path) -> None:
    """CSV whose last quote never ends is refused; nothing is taken from half of it."""
    with pytest.raises(SourceUnreadable, match="row 2"):
        from_csv(tmp_path, 'a\n"1\n')


def test_a_header_must_be_there_and_name_each_column_once(tmp_path: Path) -> None:
    """An empty file, an empty first row and a repeated name are refused."""
    with pytest.raises(SourceEmpty):
        from_csv(tmp_path, "")
    with pytest.raises(SourceEmpty):
        from_csv(tmp_path, ",\n1,2\n")
    with pytest.raises(HeaderRepeated, match="'a'"):
        from_csv(tmp_path, "a,a\n1,2\n")


def test_a_file_that_is_not_there_is_named_without_its_folder(tmp_path: Path) -> None:
    """The folder of a missing file may be somebody's name and is left out."""
    with pytest.raises(SourceAbsent) as caught:
        read_source(tmp_path / "none.csv")
    assert "none.csv" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12_500_000.0, "12500000"),
        (0.4272, "0.4272"),
        (0.1 + 0.2, "0.3"),
        (1e14, "100000000000000"),
        (1e-7, "0.0000001"),
        (9_007_199_254_740_993, "9007199254740993"),
        (True, "true"),
        (None, ""),
        (dt.datetime(2026, 11, 21), "2026-11-21"),
        (dt.datetime(2026, 11, 21, 8, 30), "2026-11-21T08:30:00"),
    ],
)
def test_a_workbooks_values_are_exact_text(value: object, text: str) -> None:
    """Numbers, dates and truth values become the text that a person sees, never an exponent or a binary rest."""
    assert cell_text(value) == text


def test_a_workbook_is_read_like_a_csv_file(tmp_path: Path) -> None:
    """Numbers typed as numbers and empty rows give the same cells and row numbers as the same file in CSV."""
    book = from_workbook(tmp_path, [["a", "b"], [1, "x"], [None, None], [2.0, None]])
    source = from_csv(tmp_path, "a,b\n1,x\n,\n2,\n")
    assert book.cells.to_numpy().tolist() == source.cells.to_numpy().tolist()
    assert book.cells.index.tolist() == source.cells.index.tolist() == [2, 4]


def test_a_formula_is_never_computed(tmp_path: Path) -> None:
    """A formula without a saved result is a problem that names its cell and its column."""
    source = from_workbook(tmp_path, [["a", "b"], [1, "=1+1"], ["#REF!", 2]])
    places = {(problem.row, problem.column): str(problem.reason) for problem in source.problems}
    assert places.keys() == {(2, "b"), (3, "a")}
    assert "B2" in places[2, "b"]
    assert "#REF!" in places[3, "a"]


def test_a_formula_gives_the_result_it_was_saved_with(tmp_path: Path) -> None:
    """A spreadsheet program's own result beside the formula is read; an error among the results is a problem."""
    book = Workbook()
    for row in (["a", "b"], ["=1+1", "=1/0"]):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    book.close()
    path = tmp_path / "file.xlsx"
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
                content = content.replace(b'<c r="B2"><f>1/0</f><v />', b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v>')
                assert b"<v>2</v>" in content
            after.writestr(name, content)
    source = read_source(path)
    assert source.cells["a"].tolist() == ["2"]
    assert [(problem.row, problem.column, problem.value) for problem in source.problems] == [(2, "b", "#DIV/0!")]


def test_among_several_sheets_one_must_be_named(tmp_path: Path) -> None:
    """A workbook of two sheets is read only when told which; hidden sheets are not offered."""
    book = Workbook()
    for title in ("one", "two", "hidden"):
        book.create_sheet(title).append([title])
    book.remove(book["Sheet"])
    book["hidden"].sheet_state = "hidden"
    path = tmp_path / "file.xlsx"
    book.save(path)
    book.close()
    with pytest.raises(SheetUnclear, match="one, two"):
        read_source(path)
    with pytest.raises(SheetMissing, match="three"):
        read_source(path, "three")
    assert read_source(path, "two").columns == ("two",)


def test_a_folder_holds_one_table_for_each_csv_file(tmp_path: Path) -> None:
    """The CSV files of a folder are its sheets, by their names."""
    (tmp_path / "b.csv").write_text("x\n1\n")
    (tmp_path / "a.csv").write_text("y\n2\n")
    (tmp_path / "note.txt").write_text("left aside")
    with open_source(tmp_path) as source:
        assert source.sheets == ["a", "b"]
        assert source.read("b").columns == ("x",)


@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0 old"], ids=["broken", "old format"])
def test_a_workbook_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    """A broken archive and a workbook of the old format are refused with a way out."""
    with pytest.raises(SourceUnreadable, match="Save it again"):
        from_csv(tmp_path, content)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unpacked size is looked at before anything is unpacked."""
    monkeypatch.setattr(workbooks, "LARGEST_UNPACKED", 1000)
    with pytest.raises(SourceTooLarge, match="1000"):
        from_workbook(tmp_path, [["a"], [1]])
