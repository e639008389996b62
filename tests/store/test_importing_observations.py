"""Observations from a file: checked against the catalogue, the members and the day, row by row."""

from pathlib import Path

import pytest

from hamyar.core.jalali import Month
from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.core.tables import FOOD_WEEKS, MEMBERS, OBSERVATIONS, CaseTables
from hamyar.store.applying import ColumnsAbsent
from hamyar.store.change import MonthFrozen, Recorded
from hamyar.store.importing import ImportRefused, ImportResult, import_file
from hamyar.store.mapping import load_mapping
from hamyar.store.settings import Settings
from hamyar.store.store import Store

NATIVE = Settings.from_environment({}).parameters / "imports" / "hamyar.yaml"
OBSERVED = ",".join(OBSERVATIONS.column_names)
FORM = """
name: form
description: {fa: نمونه, en: Sample}
source_note: made up
members: [{member_id: {column: m}, family_id: {column: f}, role: {column: role}}]
observations:
  - family_id: {column: f}
    subject_id: {column: f}
    indicator: {constant: housing, because: the form asks one thing}
    observer_id: {column: h}
    day: {column: d, calendar: gregorian}
    answer: {column: housing, values: {خوب: "0", بد: "2", نپرسیدم: not_asked}}
"""


def sheets(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def do_import(store: Store, path: Path, catalogue: ParameterSet, **options) -> ImportResult:
    return import_file(store, path, load_mapping(NATIVE), actor="sara", parameters=catalogue, **options)


def test_observations_of_known_families_are_imported(filled: Store, catalogue: ParameterSet, tmp_path: Path):
    """Answers in any digits, of families and members in the store; imported again they change nothing."""
    rows = "F1,F1,housing,h1,1405/07/10,۲,تاریک و نمور,observed\nF1,F1-2,child_labour,h1,1405-07-10,Not_Asked,,\n"
    folder = sheets(tmp_path / "in", observations=f"{OBSERVED}\n{rows}")
    assert do_import(filled, folder, catalogue).recorded == {"observations": Recorded(inserted=2)}
    assert filled.tables().observations["answer"].tolist() == ["2", "not_asked"]
    head = filled.head()
    assert do_import(filled, folder, catalogue).recorded == {"observations": Recorded(unchanged=2)}
    assert filled.head() == head


BAD = [
    ("F1,F1,no_such_thing,h1,1405-07-10,2,,", "indicator", "no_such_thing"),
    ("F1,F1,gap,h1,1405-07-10,2,,", "indicator", "gap"),
    ("F1,F1,housing,h1,1405-07-10,7,,", "answer", "7"),
    ("F1,F1,housing,h1,1405-07-10,,,", "answer", None),
    ("F1,F2-1,child_labour,h1,1405-07-10,2,,", "subject_id", "F2-1"),
    ("F1,F9-1,child_labour,h1,1405-07-10,2,,", "subject_id", "F9-1"),
    ("F9,F9,housing,h1,1405-07-10,2,,", "family_id", "F9"),
    ("F1,F2,housing,h1,1405-07-10,2,,", "subject_id", "F2"),
    ("F1,F1-2,housing,h1,1405-07-10,2,,", "subject_id", "F1-2"),
    ("F1,F1,housing,h1,1405-08-02,2,,", "day", "1405-08-02"),
    ("F1,F1,housing,h1,1405-07-31,2,,", "day", "1405-07-31"),
    ("F1,F1,old_debt,h1,1405-07-10,2,,", "day", "1405-07-10"),
    ("F1,F1,housing,زهرا مرادی,1405-07-10,2,,", "observer_id", "زهرا مرادی"),
    ("F1,F1,housing,09120000001,1405-07-10,2,,", "observer_id", "09120000001"),
    ("F1,F1,housing,h1,1405-07-10,2,تلفن ۰۹۱۲۰۰۰۰۰۰۱,", "reason", "•••"),
]


@pytest.mark.parametrize(("row", "column", "value"), BAD)
def test_a_bad_row_is_refused_with_its_place(
    filled: Store, catalogue: ParameterSet, tmp_path: Path, row: str, column: str, value: str | None
):
    """File, row, column, what stands there and what to do; nothing is written, not even the good rows."""
    head = filled.head()
    good = "F1,F1,housing,h1,1405-07-09,1,,"
    folder = sheets(
        tmp_path / "in",
        budgets="month,budget_money,unit,source\n1405-09,5,rial,\n",
        observations=f"{OBSERVED}\n{good}\n{row}\n",
    )
    with pytest.raises(ImportRefused) as caught:
        do_import(filled, folder, catalogue)
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column) == ("observations.csv", 3, column)
    assert problem.value == value
    assert str(problem.reason).endswith(".")
    assert filled.head() == head


def test_good_rows_are_kept_on_request(filled: Store, catalogue: ParameterSet, tmp_path: Path):
    """With ``keep_good`` every bad row is listed and only the good one is recorded."""
    # Each by a helper of its own: two answers of one helper to one question would be a problem of theirs.
    bad = [row.replace(",h1,", f",h{number},") for number, (row, _, _) in enumerate(BAD)]
    lines = "\n".join([OBSERVED, *bad, "F1,F1,housing,h,1405-07-09,1,,"])
    result = do_import(filled, sheets(tmp_path / "in", observations=lines), catalogue, keep_good=True)
    assert [problem.row for problem in result.problems] == list(range(2, 2 + len(BAD)))
    assert (result.rows_kept, result.recorded["observations"]) == (1, Recorded(inserted=1))
    assert filled.tables().observations["day"].tolist() == [14050709]


def test_what_a_file_brings_is_known_to_its_observations(store: Store, catalogue: ParameterSet, tmp_path: Path):
    """Family, child and observation may come in one folder; an observation of a refused child falls with it."""
    folder = sheets(
        tmp_path / "in",
        families="family_id,area,joined_month,plan_month,source\nF1,,,,\n",
        members=",".join(MEMBERS.column_names)
        + "\nC1,F1,child,,1395-01-01,,,,reading,yes\nC2,F1,child,,1395-13-01,,,,none,no\n",
        observations=f"{OBSERVED}\nF1,C1,child_labour,h1,1405-07-10,0,,\nF1,C2,child_labour,h1,1405-07-10,3,x,\n",
    )
    result = do_import(store, folder, catalogue, keep_good=True)
    places = [(problem.sheet, problem.row, problem.column) for problem in result.problems]
    assert places == [("members", 3, "birth_day"), ("observations", 3, "subject_id")]
    assert "problem of its own" in str(result.problems[1].reason)
    tables = store.tables()
    assert tables.observations["subject_id"].tolist() == ["C1"]
    assert tables.members[["schooling", "attends_school"]].to_numpy().tolist() == [["reading", "yes"]]


def test_a_row_falls_as_a_whole_and_takes_others_with_it(filled: Store, catalogue: ParameterSet, tmp_path: Path):
    """A bad observation spoils the member told in the same row of a form."""
    path = tmp_path / "form.csv"
    path.write_text("f,m,role,h,d,housing\nF1,N1,child,h1,2026-10-01,بد\nF2,N2,child,h1,2027-10-01,خوب\n", "utf-8")
    mapping = load_mapping(FORM)
    result = import_file(filled, path, mapping, actor="sara", parameters=catalogue, keep_good=True)
    assert [(problem.row, problem.column) for problem in result.problems] == [(3, "d")]
    assert result.recorded == {"members": Recorded(inserted=1), "observations": Recorded(inserted=1)}
    assert filled.tables().observations[["day", "answer"]].to_numpy().tolist() == [[14050709, "2"]]


def test_weeks_of_food_are_checked_too(filled: Store, catalogue: ParameterSet, tmp_path: Path):
    """Eight days of seven and a visit to come are problems; zero and an empty cell are not."""
    blank = "," * (len(FOOD_WEEKS.columns) - 3)
    rows = [f"F1,1405-07-10,0{blank}", f"F1,1405-07-11,8{blank}", f"F2,1405-08-02,1{blank}"]
    folder = sheets(tmp_path / "in", food_weeks="\n".join([",".join(FOOD_WEEKS.column_names), *rows]))
    result = do_import(filled, folder, catalogue, keep_good=True)
    assert [(problem.row, problem.column) for problem in result.problems] == [(3, "staples_days"), (4, "day")]
    week = filled.tables().food_weeks
    assert (week["staples_days"].tolist(), week["oil_days"].isna().tolist()) == ([0], [True])


def test_a_frozen_month_takes_no_observation_from_a_file(filled: Store, catalogue: ParameterSet, tmp_path: Path):
    """The whole file is refused; said to be a correction, it goes in."""
    filled.freeze(Month(1405, 7), "sara", parameters_fingerprint="p")
    folder = sheets(tmp_path / "in", observations=f"{OBSERVED}\nF1,F1,housing,h1,1405-07-10,2,x,\n")
    with pytest.raises(MonthFrozen, match="1405-07"):
        do_import(filled, folder, catalogue)
    assert filled.tables().observations.empty
    assert do_import(filled, folder, catalogue, corrects_frozen=True).recorded["observations"].inserted == 1


def test_observations_need_a_catalogue(filled: Store, tmp_path: Path):
    """Without one the import says which folder is missing, and writes nothing."""
    folder = sheets(tmp_path / "in", observations=f"{OBSERVED}\nF1,F1,housing,h1,1405-07-10,2,x,\n")
    with pytest.raises(CatalogueAbsent, match="indicators"):
        do_import(filled, folder, ParameterSet({}))
    assert filled.tables().observations.empty


def test_a_file_without_the_new_columns_is_refused_not_read_as_empty(
    filled: Store, catalogue: ParameterSet, tmp_path: Path
):
    """Members exported by an earlier Hamyar lack schooling; read as empty they would take away what is recorded."""
    columns = [name for name in MEMBERS.column_names if name not in ("schooling", "attends_school")]
    folder = sheets(tmp_path / "in", members=",".join(columns) + "\nF1-1,F1,head,,,,,\n")
    with pytest.raises(ColumnsAbsent, match="attends_school, schooling"):
        do_import(filled, folder, catalogue)


def test_an_observation_rests_on_who_is_in_the_store(
    filled: Store, catalogue: ParameterSet, observed_families: CaseTables, tmp_path: Path
):
    """A child that moved to another family is observed there."""
    with filled.change("sara", "moved to the aunt") as change:
        change.record(MEMBERS, observed_families.members.iloc[[1]].assign(family_id="F3"))
    rows = "F3,F1-2,child_labour,h1,1405-07-10,0,,\nF1,F1-2,child_labour,h1,1405-07-10,0,,\n"
    result = do_import(filled, sheets(tmp_path / "in", observations=f"{OBSERVED}\n{rows}"), catalogue, keep_good=True)
    assert [(problem.row, problem.column) for problem in result.problems] == [(3, "subject_id")]
    assert "another family" in str(result.problems[0].reason)
