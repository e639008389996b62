"""The sample where it is used: a database filled with it, and the notebooks' own dozen."""

from pathlib import Path

import pytest

from hamyar.core.jalali import Month
from hamyar.core.sample import generate, sample_work
from hamyar.core.tables import FACT_TABLES
from hamyar.faces.sources import SAMPLE_LAST_MONTH, sample_source
from hamyar.store.filling import DatabaseNotSynthetic, fill_with_sample
from hamyar.store.parameter_files import load_parameters
from hamyar.store.store import Store

PARAMETERS = Path(__file__).parents[2] / "parameters"
MONTH = Month(1404, 8)
GIVEN = {"families": 3, "last_month": MONTH, "months": 13, "seed": 1404, "actor": "test"}


def centre(folder: Path, *, is_synthetic: bool = True) -> Store:
    return Store.create(
        f"sqlite:///{folder / 'centre.sqlite3'}", folder / "key", title="a test", is_synthetic=is_synthetic
    )


def test_every_table_is_recorded(tmp_path):
    """The database holds each table of the sample, visits and food weeks with the rest."""
    rules = load_parameters(PARAMETERS, is_synthetic=True)
    made = generate(3, (MONTH - 12).until(MONTH), 1404, indicators=rules.indicators.at(MONTH)).tables
    with centre(tmp_path) as store:
        assert fill_with_sample(store, **GIVEN, parameters=rules).families == 3
        stored = store.tables()
    made = sample_work(made, rules, MONTH, 1404)
    assert {name: len(getattr(made, name)) for name in FACT_TABLES} == {
        name: len(getattr(stored, name)) for name in FACT_TABLES
    }
    assert min(len(stored.observations), len(stored.food_weeks), len(stored.helpers)) > 0
    keys = ["subject_id", "indicator", "observer_id", "day"]
    expected = made.observations.sort_values(keys, ignore_index=True)
    assert expected["reason"].equals(stored.observations.sort_values(keys, ignore_index=True)["reason"])


def test_a_year_of_help_is_recorded(tmp_path):
    """A dozen families come with their helper, assignments and visits, and with the helpers' names."""
    with centre(tmp_path) as store:
        filled = fill_with_sample(store, **(GIVEN | {"families": 12}))
        stored = store.tables()
        secrets = store.identities(stored.helpers["helper_id"].tolist())
    assert (filled.families, filled.helpers, filled.carried) == (12, 2, 5)
    assert min(len(stored.assignments), len(stored.plans), len(stored.visits), len(stored.decisions)) > 0
    assert set(stored.helpers["helper_id"]) == {owner for owner, told in secrets.items() if told["name"]}


def test_the_same_sample_twice_changes_nothing(tmp_path):
    """What is there already is left alone, observations too."""
    with centre(tmp_path) as store:
        fill_with_sample(store, **GIVEN)
        before = store.tables()
        fill_with_sample(store, **GIVEN)
        assert before.observations.equals(store.tables().observations)


def test_without_a_catalogue(tmp_path):
    """Parameters that hold no catalogue give families that nobody visited."""
    bare = load_parameters(PARAMETERS / "sample", is_synthetic=False)
    with centre(tmp_path) as store:
        fill_with_sample(store, **GIVEN, parameters=bare)
        assert len(store.tables().observations) == 0
        assert len(store.tables().families) == 3


def test_a_real_centre_takes_no_sample(tmp_path):
    """A database for real families refuses made-up ones, and stays empty."""
    with centre(tmp_path, is_synthetic=False) as store:
        with pytest.raises(DatabaseNotSynthetic):
            fill_with_sample(store, **GIVEN)
        assert len(store.tables().families) == 0


def test_the_notebooks_dozen_has_a_helper():
    """Of the twelve families that every notebook falls back on, five are carried: the least one helper may have."""
    tables = sample_source(PARAMETERS).tables()
    assert tables.assignments.groupby("helper_id").size().tolist() == [5]
    assert set(tables.assignments["helper_id"]) < set(tables.helpers["helper_id"])


def test_the_notebooks_dozen_was_visited():
    """The twelve families that every notebook falls back on were visited in the month it shows, or the one before."""
    tables = sample_source(PARAMETERS).tables()
    last = tables.observations.groupby("family_id")["day"].max()
    assert len(last) == 12
    assert (last // 100 >= (SAMPLE_LAST_MONTH - 1).code).mean() > 0.9
