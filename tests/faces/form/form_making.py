"""What the tests of the form share: a store with the sample, forms over it, and values that fields can hold."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from hamyar.core.jalali import Month
from hamyar.core.tables import FACT_TABLES, CaseTables
from hamyar.faces.form.fields import FormField
from hamyar.faces.form.file import WRITTEN
from hamyar.faces.form.page import FamilyForm
from hamyar.faces.form.sections import Section
from hamyar.faces.form.state import FormState
from hamyar.faces.local_session import LocalSession

MONTH = Month(1404, 8)
# A family that the sample's first helper carries.
FAMILY = "S-0SWD4Q"


def opened(session: LocalSession, family: str = FAMILY, month: Month = MONTH) -> FormState:
    return FormState(session, family, month)


def open_section(form: FamilyForm, name: str) -> Section:
    """Open a section of a page, with all its parts."""
    section = form.sections[name]
    section.open()
    for part in section._parts.values():
        part.open()
    return section


def beside(aim: str, column: str) -> str:
    """The field of another column of the goal whose aim is named."""
    return aim.removesuffix("aim_level") + column


def facts_of(tables: CaseTables) -> dict[str, pd.DataFrame]:
    """The tables a form writes, rows by key, so that two of the same facts are equal."""
    return {name: getattr(tables, name).sort_values(list(FACT_TABLES[name].key), ignore_index=True) for name in WRITTEN}


def is_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> bool:
    return all(one[name].equals(other[name]) for name in one)


def everything(form: FormState) -> dict[str, Any]:
    """What every field shows and where from, but for the plan, which takes long to propose."""
    return {field.id: (form.value(field.id), form.origin(field.id)) for field in all_fields(form, without=("plan",))}


def all_fields(form: FormState, without: tuple[str, ...] = ()) -> Iterator[FormField]:
    for section in form.sections:
        if section.name not in without:
            yield from form.fields(section.name)


def values_of(field: FormField) -> st.SearchStrategy[Any]:
    """What a field of a kind may be given."""
    match field.kind:
        case "money":
            return st.one_of(st.none(), st.integers(0, 10**9))
        case "count":
            return st.one_of(st.none(), st.integers(field.min or 0, field.max or 100))
        case "day":
            return st.sampled_from([None, 13600101, 14030229, 14040801])
        case "choice" | "level":
            return st.sampled_from([code for code, _ in field.choices])
        case "text":
            return st.one_of(st.none(), st.text(max_size=30))
    known = {"national_id": "0499370899", "phone": "۰۲۱ ۴۴"}
    return st.sampled_from([known.get(field.id.rsplit(":", 1)[1], "نام تازه"), "0084575948"])
