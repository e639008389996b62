"""Tables for research: they join, compare and count as before, and name nobody."""

from dataclasses import replace

import pandas as pd
import pytest

from hamyar.core.tables import FACT_TABLES, FLOWS, MEMBERS, OBSERVATIONS, VISITS, CaseTables, conform
from hamyar.store.pseudonyms import CATALOGUE_CODES, pseudonymised, treatment
from hamyar.store.secrets import Keyring

KEYRING = Keyring([b"k" * 32])


@pytest.fixture
def treated(helped_families: CaseTables) -> CaseTables:
    return pseudonymised(helped_families, KEYRING)


def values_of(tables: CaseTables, names: set[str]) -> set[str]:
    return {
        value
        for name, table in FACT_TABLES.items()
        for column in set(table.column_names) & names
        for value in getattr(tables, name)[column].dropna()
    }


def test_no_code_and_no_free_text_is_left(helped_families: CaseTables, treated: CaseTables):
    """Whatever stood in a code of a person, family or visit, in an area or in free text, stands nowhere any more."""
    before, after = set(), set()
    for name, table in FACT_TABLES.items():
        for column in table.columns:
            if treatment(table, column) in ("replaced", "dropped"):
                before |= set(getattr(helped_families, name)[column.name].dropna())
        frame = getattr(treated, name)
        after |= {value for column in frame.columns for value in frame[column].dropna().astype(str)}
    assert {"F1", "F1-2", "h1", "شمال", "خویشاوند است"} <= before
    assert before & after == set()
    assert treated.title == ""


def test_codes_are_the_same_in_every_table(helped_families: CaseTables, treated: CaseTables):
    """A member, a family and a helper join as before: as many of each, and the same numbers of rows."""
    whose = {"family_id", "member_id", "subject_id", "helper_id", "observer_id", "person_id", "decided_by"}
    assert len(values_of(helped_families, whose)) == len(values_of(treated, whose))
    for name in FACT_TABLES:
        assert len(getattr(helped_families, name)) == len(getattr(treated, name))
    joined = treated.observations.merge(treated.members, left_on="subject_id", right_on="member_id")
    assert [KEYRING.pseudonym("F1-2")] == joined["member_id"].tolist()
    assert (joined["family_id_x"] == joined["family_id_y"]).all()


def test_the_same_code_is_the_same_pseudonym_at_every_time(helped_families: CaseTables, treated: CaseTables):
    """One family alone has the pseudonyms it has among all; another key has others; a newer key changes none."""
    alone = pseudonymised(helped_families.only(["F1"]), KEYRING)
    assert alone.families["family_id"].tolist() == [KEYRING.pseudonym("F1")]
    assert KEYRING.pseudonym("F1") in set(treated.families["family_id"])
    assert Keyring([b"x" * 32]).pseudonym("F1") != KEYRING.pseudonym("F1")
    assert Keyring([b"x" * 32, b"k" * 32]).pseudonym("F1") == KEYRING.pseudonym("F1")


def test_amounts_answers_and_catalogue_codes_stay(helped_families: CaseTables, treated: CaseTables):
    """What research is about is untouched."""
    for name, column in (("flows", "amount_money"), ("flows", "month"), ("observations", "answer")):
        assert sorted(getattr(helped_families, name)[column].dropna()) == sorted(
            getattr(treated, name)[column].dropna()
        )
    codes = set(CATALOGUE_CODES)
    assert values_of(helped_families, codes) == values_of(treated, codes)


def test_a_birthday_keeps_its_year_only(treated: CaseTables):
    """The first of Farvardin stands for the year; a birthday that is not known stays so."""
    assert {13600101, 13950101} == set(treated.members["birth_day"].dropna())
    assert treated.members["birth_day"].isna().sum() == 2


def test_days_are_counted_within_their_month():
    """Days of one family keep their order and number; those of another family are counted by themselves."""
    rows = [("F1", 14050812), ("F1", 14050830), ("F1", 14050812), ("F1", 14050901), ("F2", 14050830)]
    seen = pd.DataFrame(rows, columns=["family_id", "day"]).assign(
        subject_id=["a", "b", "c", "d", "e"], indicator="housing", observer_id="h", answer="1"
    )
    empty = CaseTables(
        families=FACT_TABLES["families"].empty(),
        members=MEMBERS.empty(),
        flows=FLOWS.empty(),
        budgets=FACT_TABLES["budgets"].empty(),
    )
    tables = replace(empty, observations=conform(OBSERVATIONS, seen))
    found = pseudonymised(tables, KEYRING).observations.set_index("subject_id")["day"]
    days = {code: found[KEYRING.pseudonym(code)] for code in "abcde"}
    assert days == {"a": 14050801, "b": 14050802, "c": 14050801, "d": 14050901, "e": 14050801}


def test_days_of_one_family_stay_apart_and_compare():
    """Two visits of a month stay two, in order, and what was done on its day or after it still was."""
    empty = CaseTables(
        families=FACT_TABLES["families"].empty(),
        members=MEMBERS.empty(),
        flows=FLOWS.empty(),
        budgets=FACT_TABLES["budgets"].empty(),
    )
    rows = [
        ("a", "h1", "F1", 14050812, 14050812),
        ("b", "h1", "F1", 14050820, 14050825),
        ("c", "h2", "F2", 14050820, None),
        ("d", "h1", None, 14050829, None),
    ]
    seen = pd.DataFrame(rows, columns=["visit_id", "helper_id", "family_id", "day", "done_day"])
    told = seen.assign(start_minute=600, minutes=30, status=["done", "done", "planned", "fixed"])
    found = pseudonymised(replace(empty, visits=conform(VISITS, told)), KEYRING).visits.set_index("visit_id")
    days = {code: found.loc[KEYRING.pseudonym(code), ["day", "done_day"]].tolist() for code in "abcd"}
    assert days == {
        "a": [14050801, 14050801],
        "b": [14050802, 14050803],
        "c": [14050801, pd.NA],
        "d": [14050801, pd.NA],
    }


def test_every_column_of_people_is_treated():
    """Only catalogues' codes are kept among codes, only lists of them among texts, and no day is kept."""
    kept = {
        (column.kind, column.name)
        for table in FACT_TABLES.values()
        for column in table.columns
        if treatment(table, column) == "kept" and column.kind in ("id", "text", "day")
    }
    assert kept == {
        *{("id", name) for name in CATALOGUE_CODES},
        *{("text", name) for name in ("languages", "skills", "rules", "programmes")},
    }
