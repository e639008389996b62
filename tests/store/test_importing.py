"""Importing files into a store: whole or not at all, once, and with a list of what is wrong."""

import csv
import datetime as dt
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from hamyar.core.jalali import Month
from hamyar.core.parameters import ParameterSet
from hamyar.store.change import MonthFrozen, Recorded
from hamyar.store.importing import ImportRefused, ImportResult, import_file
from hamyar.store.mapping import MappingFile, load_mapping
from hamyar.store.problems import write_problems
from hamyar.store.settings import Settings
from hamyar.store.store import Store

UK = Path(__file__).parents[1] / "data" / "budget_uk.csv"
NAME = "زهرا مرادی نمونه"
HEAD = "name: sample\ndescription: {fa: نمونه, en: Sample}\nsource_note: made up\ncurrency: IRR\n"
FLOWS = """
flows:
  - family_id: {column: f}
    month: {column: m}
    category: subsidy
    recall: month
    amount_money: {column: a, unit: rial}
"""
WHOLE = """
families: [{family_id: {column: f}, area: {column: area}}]
members: [{member_id: {column: f, suffix: "-1"}, family_id: {column: f}, role: head}]
identities: [{owner_id: {column: f, suffix: "-1"}, field: name, value: {column: name}}]
"""


# None of these files observes anything, so no catalogue is asked for.
NO_PARAMETERS = ParameterSet({})


def native() -> MappingFile:
    return load_mapping(Settings.from_environment({}).parameters / "imports" / "hamyar.yaml")


def do_import(store: Store, folder: Path, mapping: str, text: str, **options: bool) -> ImportResult:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    return import_file(store, path, load_mapping(HEAD + mapping), actor="sara", parameters=NO_PARAMETERS, **options)


@pytest.fixture
def british_store(database_url: str, key_file: Path, clock: Callable[[], dt.datetime]) -> Iterator[Store]:
    """An empty store that counts in pence, on each kind of database in turn."""
    with Store.create(database_url, key_file, title="Survey", currency="GBP", clock=clock) as made:
        yield made


def test_the_british_survey_is_imported_once(british_store: Store) -> None:
    """All households are recorded; importing the file again records nothing and makes no entry in the log."""
    mapping = load_mapping(Settings.from_environment({}).parameters / "imports" / "uk_budget.yaml")
    first = import_file(british_store, UK, mapping, actor="sara", parameters=NO_PARAMETERS)
    assert (first.rows_read, first.rows_kept, first.problems) == (1519, 1519, ())
    assert first.recorded["families"] == Recorded(inserted=1519)
    assert first.recorded["flows"] == Recorded(inserted=7 * 1519)
    assert "treatment" in [entry.of for entry in first.unknown]
    head = british_store.head()
    again = import_file(british_store, UK, mapping, actor="sara", parameters=NO_PARAMETERS)
    assert {name: (done.inserted, done.corrected) for name, done in again.recorded.items()} == {
        "families": (0, 0),
        "members": (0, 0),
        "flows": (0, 0),
    }
    assert british_store.head() == head


def test_a_changed_cell_is_one_correction(store: Store, tmp_path: Path) -> None:
    """Importing a corrected file makes a new version of the fact that differs, and of no other."""
    mapping = "families: [{family_id: {column: f}}]\n" + FLOWS.lstrip("\n")
    do_import(store, tmp_path, mapping, "f,m,a\nF1,1405-08,5\nF2,1405-08,6\n")
    result = do_import(store, tmp_path, mapping, "f,m,a\nF1,1405-08,5\nF2,1405-08,7\n")
    assert result.recorded["flows"] == Recorded(corrected=1, unchanged=1)
    assert store.tables().flows["amount_money"].tolist() == [5, 7]


def test_a_file_with_a_problem_is_refused_whole(store: Store, tmp_path: Path) -> None:
    """One bad row keeps all rows out, and the refusal carries every problem."""
    with pytest.raises(ImportRefused) as caught:
        do_import(store, tmp_path, WHOLE, f"f,area,name\nF1,A,{NAME}\nF 2,B,x\nF3,C,\n")
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [(3, "f"), (4, "name")]
    assert "2 problems" in str(caught.value)
    assert store.tables().families.empty
    assert store.identities() == {}


def test_a_refusal_tells_places_and_no_cells(sqlite_store: Store, tmp_path: Path) -> None:
    """A name that slipped into another column stays out of the exception, which may end in a log."""
    with pytest.raises(ImportRefused) as caught:
        do_import(sqlite_store, tmp_path, WHOLE, f"f,area,name\n{NAME},A,x\n")
    assert NAME not in str(caught.value)
    rebuilt = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - what we have just pickled ourselves
    assert (str(rebuilt), rebuilt.problems) == (str(caught.value), caught.value.problems)


def test_the_good_rows_are_kept_on_request(store: Store, tmp_path: Path) -> None:
    """With ``keep_good`` a bad row leaves nothing behind, not even the facts of it that could be read."""
    text = f"f,area,name\nF1,A,{NAME}\nF2,B,\nF3,C,x\n"
    result = do_import(store, tmp_path, WHOLE, text, keep_good=True)
    assert (result.rows_read, result.rows_kept, len(result.problems)) == (3, 2, 1)
    assert store.tables().families["family_id"].tolist() == ["F1", "F3"]
    assert store.tables().members["family_id"].tolist() == ["F1", "F3"]
    assert store.identities() == {"F1-1": {"name": NAME}, "F3-1": {"name": "x"}}


def test_a_fact_must_belong_to_a_family_of_the_file_or_the_store(store: Store, tmp_path: Path) -> None:
    """A flow of an unknown family is a problem; once the family is in the store it is not."""
    text = "f,m,a\nF1,1405-08,5\n"
    with pytest.raises(ImportRefused) as caught:
        do_import(store, tmp_path, FLOWS, text)
    assert [(problem.row, problem.column, problem.value) for problem in caught.value.problems] == [(2, "f", "F1")]
    do_import(store, tmp_path, "families: [{family_id: {column: f}}]", "f\nF1\n")
    assert do_import(store, tmp_path, FLOWS, text).recorded["flows"] == Recorded(inserted=1)


def write_folder(folder: Path, **sheets: str) -> Path:
    folder.mkdir()
    for name, text in sheets.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


FAMILIES = "family_id,area,joined_month,plan_month,source\n"
MEMBERS = "member_id,family_id,role,sex,birth_day,stated_age_years,stated_age_month,source,schooling,attends_school\n"
NATIVE_FLOWS = "family_id,month,category,line,amount_money,unit,recall,item,member_id,source\n"


def test_what_a_left_out_row_introduces_is_left_out_with_it(sqlite_store: Store, tmp_path: Path) -> None:
    """A bad family row takes its member with it, and the member the flow that names him; others stay."""
    folder = write_folder(
        tmp_path / "native",
        families=FAMILIES + "F1,,1405-13,,\nF2,,,,\n",
        members=MEMBERS + "M1,F1,head,,,,,,,\nM2,F2,head,,,,,,,\n",
        flows=NATIVE_FLOWS + "F2,1405-08,subsidy,1,5,rial,month,,M1,\nF2,1405-08,subsidy,2,5,rial,month,,M2,\n",
        identities="owner_id,field,value\nM1,name,x\nM2,name,y\nM3,name,z\n",
    )
    result = import_file(sqlite_store, folder, native(), actor="sara", parameters=NO_PARAMETERS, keep_good=True)
    places = {(problem.sheet, problem.row, problem.column) for problem in result.problems}
    assert places == {
        ("families", 2, "joined_month"),
        ("members", 2, "family_id"),
        ("flows", 2, "member_id"),
        ("identities", 2, "owner_id"),
        ("identities", 4, "owner_id"),
    }
    reasons = {problem.sheet: str(problem.reason) for problem in result.problems if problem.row == 2}
    assert "has a problem of its own" in reasons["members"]
    assert sqlite_store.tables().flows["line"].tolist() == [2]
    assert list(sqlite_store.identities()) == ["M2"]


def test_a_member_named_in_a_flow_must_be_of_its_family(sqlite_store: Store, tmp_path: Path) -> None:
    """Income of one family's member in another family's book is a slip of one of the two codes."""
    folder = write_folder(
        tmp_path / "native",
        families=FAMILIES + "F1,,,,\nF2,,,,\n",
        members=MEMBERS + "M1,F1,head,,,,,,,\n",
        flows=NATIVE_FLOWS + "F2,1405-08,own_income,1,5,rial,month,,M1,\n",
    )
    with pytest.raises(ImportRefused) as caught:
        import_file(sqlite_store, folder, native(), actor="sara", parameters=NO_PARAMETERS)
    assert ["another family" in str(problem.reason) for problem in caught.value.problems] == [True]


def test_one_sheet_of_the_native_form_may_come_alone(sqlite_store: Store, tmp_path: Path) -> None:
    """A single CSV file is the table it is called after; an amount without its unit is a problem."""
    folder = write_folder(
        tmp_path / "native", families=FAMILIES + "F1,,,,\n", budgets="month,budget_money,unit,source\n1405-08,5,,\n"
    )
    result = import_file(sqlite_store, folder / "families.csv", native(), actor="sara", parameters=NO_PARAMETERS)
    assert result.recorded == {"families": Recorded(inserted=1)}
    with pytest.raises(ImportRefused) as caught:
        import_file(sqlite_store, folder / "budgets.csv", native(), actor="sara", parameters=NO_PARAMETERS)
    assert "no unit" in str(caught.value.problems[0].reason)


def test_a_frozen_month_is_changed_only_as_a_correction(store: Store, tmp_path: Path) -> None:
    """The store's refusal leaves nothing of the file behind; a recorded correction goes through."""
    mapping = "families: [{family_id: {column: f}}]\n" + FLOWS.lstrip("\n")
    store.freeze(Month(1405, 8), "sara", parameters_fingerprint="none")
    with pytest.raises(MonthFrozen):
        do_import(store, tmp_path, mapping, "f,m,a\nF1,1405-08,5\n")
    assert store.tables().families.empty
    do_import(store, tmp_path, mapping, "f,m,a\nF1,1405-08,5\n", corrects_frozen=True)
    assert store.tables().flows["amount_money"].tolist() == [5]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_list_of_problems_opens_in_a_spreadsheet(sqlite_store: Store, tmp_path: Path, language: str) -> None:
    """The list is UTF-8 with a mark, one line for each problem, and none of its cells is a formula."""
    mapping = "families: [{family_id: {column: f}}]"
    with pytest.raises(ImportRefused) as caught:
        do_import(sqlite_store, tmp_path, mapping, "f\n=cmd|' /C calc'!A0\n@x\n")
    path = write_problems(tmp_path / "lists" / "problems.csv", caught.value.problems, language)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert [row[2] for row in rows[1:]] == ["2", "3"]
    assert [row[4] for row in rows[1:]] == ["'=cmd|' /C calc'!A0", "'@x"]
    assert path.stat().st_mode & 0o077 == 0


def test_hostile_names_are_stored_as_text(store: Store, tmp_path: Path) -> None:
    """Markup, braces, a formula and ten thousand letters come back as they are; direction overrides are gone."""
    names = ["<script>x</script>", "]]>", "{{ 1 }}", "=cmd|' /C calc'!A0", "ن" * 10_000]
    frame = pd.DataFrame({"f": [f"F{n}" for n in range(6)], "area": "", "name": [*names, "\u202eabc\u202c"]})
    do_import(store, tmp_path, WHOLE, frame.to_csv(index=False))
    found = [secrets["name"] for secrets in store.identities().values()]
    assert found == [*names, "abc"]
