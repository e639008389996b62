"""The tables the core speaks, declared once.

A table is a pandas frame whose columns, types, units and allowed values are written here and nowhere else.
The database, the importer, the frozen month and the documentation are all made from these declarations,
and :func:`conform` checks a frame against them at every edge.

Kinds of column
    ``id``     opaque text, or a code of the centre's own catalogues; never a name or a number of a person
    ``month``  a Jalali month as a whole number, ``140508``
    ``day``    a Jalali day as a whole number, ``14050830``
    ``money``  whole smallest units of the data set's declared currency (for Iran, rial), ``int64``
    ``count``  a whole number, zero or more
    ``choice`` one of the words listed in ``allowed``
    ``text``   free text; anybody's script; never markup

Three things are easily confused and kept apart here: a row with an amount of zero ("nothing was spent"),
a row with a missing amount ("asked, and not known"), and no row at all ("not asked").  The last two are unknown.
Only the centre's own ledger (``centre_cash``, ``centre_in_kind``) may be read as zero where it is silent,
because paying outside it is forbidden.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import is_day
from hamyar.core.message import N_
from hamyar.core.rial import LARGEST_MONEY

ColumnKind = Literal["id", "month", "day", "money", "count", "choice", "text"]
NUMERIC_KINDS = ("month", "day", "money", "count")


@dataclass(frozen=True)
class Column:
    name: str
    kind: ColumnKind
    description: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    secret: bool = False
    format: int = 1


@dataclass(frozen=True)
class Table:
    """One declared table.  ``key`` names the columns that tell one fact from another.

    ``format``, of a table or a column, is the format of frozen months in which it appeared.
    What is newer than the first and holds nothing counts for nothing in a frozen month's hash,
    so months frozen by an earlier Hamyar keep theirs.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    format: int = 1

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        return conform(self, pd.DataFrame(columns=self.column_names))


# Who told us: FH names the first four; the family itself and the helper's own eyes complete them.
SOURCES = ("government", "institution", "people_group", "local", "family", "observed")

OWN_INFLOWS = ("own_income", "subsidy", "charity_cash", "charity_in_kind", "other_inflow")
CENTRE_AID = ("centre_cash", "centre_in_kind")
OUTFLOWS = ("treatment", "education", "livelihood", "housing", "other_outflow")
# For a source that gives a sum and not its parts.  It holds what the categories told beside it do not:
# with it the whole is known, a category told beside it is told wholly, and one not told lies inside it, unknown.
UNDIVIDED = ("undivided_inflow", "undivided_outflow")
CATEGORIES = (*OWN_INFLOWS, "undivided_inflow", *CENTRE_AID, *OUTFLOWS, "undivided_outflow")

# The period an amount was told for.
RECALL_PERIODS = ("week", "month", "quarter", "half_year", "year")
ITEMS = ("food", "clothing", "fuel", "rent", "transport", "drugs", "tuition", "debt", "alcohol")
# The highest schooling completed; "reading" is to read and write without a certificate.
SCHOOLING = ("none", "reading", "primary", "lower_secondary", "upper_secondary", "associate", "bachelor", "higher")
YES_NO = ("yes", "no")
# Three ways of having no level, which mean three different things, and the four levels.
LEVEL_ANSWERS = ("0", "1", "2", "3")
ANSWERS = (*LEVEL_ANSWERS, "not_asked", "not_known", "does_not_apply")
ROLES = ("head", "spouse", "child", "parent", "sibling", "grandchild", "other")

FAMILIES = Table(
    "families",
    N_("One row for each family the centre knows."),
    (
        Column("family_id", "id", N_("Opaque case code."), required=True),
        Column("area", "text", N_("Neighbourhood block or area of the centre.")),
        Column("joined_month", "month", N_("Month in which the centre came to know the family.")),
        Column("plan_month", "month", N_("Month in which the family's economy plan began; its gap is the baseline.")),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("family_id",),
)
MEMBERS = Table(
    "members",
    N_("One row for each person of a household."),
    (
        Column("member_id", "id", N_("Opaque member code."), required=True),
        Column("family_id", "id", N_("The family the person belongs to."), required=True),
        Column("role", "choice", N_("Place in the household."), required=True, allowed=ROLES),
        Column("sex", "choice", N_("Sex as recorded."), allowed=("female", "male")),
        Column("birth_day", "day", N_("Birthday in the Jalali calendar.")),
        Column("stated_age_years", "count", N_("Age as stated, where the birthday is not known.")),
        Column("stated_age_month", "month", N_("Month in which the age was stated.")),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
        Column("schooling", "choice", N_("Highest schooling completed."), allowed=SCHOOLING, format=2),
        Column(
            "attends_school", "choice", N_("Whether the person goes to school now."), allowed=("yes", "no"), format=2
        ),
    ),
    key=("member_id",),
)
FLOWS = Table(
    "flows",
    N_("Money and goods into and out of a household in a month; one row for each amount told."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("month", "month", N_("The month the amount belongs to."), required=True),
        Column("category", "choice", N_("Inflow or outflow category."), required=True, allowed=CATEGORIES),
        Column("line", "count", N_("Number of the line within the category, from 1."), required=True),
        Column("amount_money", "money", N_("Amount for the recall period; missing means asked and not known.")),
        Column("recall", "choice", N_("The period the amount was told for."), required=True, allowed=RECALL_PERIODS),
        Column("item", "choice", N_("What it was for, where known."), allowed=ITEMS),
        Column("member_id", "id", N_("The member who earned or used it, where known.")),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("family_id", "month", "category", "line"),
)
BUDGETS = Table(
    "budgets",
    N_("What the centre can give in a month."),
    (
        Column("month", "month", N_("The month."), required=True),
        Column("budget_money", "money", N_("Money the centre can share among gaps in the month."), required=True),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("month",),
)
OBSERVATIONS = Table(
    "observations",
    N_("What a helper found of an indicator, for a family or a member, on a day."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("subject_id", "id", N_("Whom it is about: the family's own code, or a member's."), required=True),
        Column("indicator", "id", N_("Code of the indicator in the centre's catalogue."), required=True),
        Column("observer_id", "id", N_("Opaque code of the helper who recorded it."), required=True),
        Column("day", "day", N_("The day of the visit."), required=True),
        Column("answer", "choice", N_("The level, or why there is none."), required=True, allowed=ANSWERS),
        Column("reason", "text", N_("Why this level, in the helper's own words; no names.")),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("family_id", "subject_id", "indicator", "observer_id", "day"),
    format=2,
)
FOOD_GROUPS = ("staples", "pulses", "vegetables", "fruit", "meat", "dairy", "sugar", "oil")
COPING = ("less_preferred", "borrowed_food", "smaller_portions", "adults_ate_less", "fewer_meals")
FOOD_WEEKS = Table(
    "food_weeks",
    N_("What a household ate, and how it coped, on how many of the seven days before a visit."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("day", "day", N_("The day of the visit."), required=True),
        *(Column(f"{name}_days", "count", N_("Days in the last seven.")) for name in FOOD_GROUPS + COPING),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("family_id", "day"),
    format=2,
)
IDENTITIES = Table(
    "identities",
    N_("Names, national ids, telephones and addresses: the one place that knows them, encrypted at rest."),
    (
        Column("owner_id", "id", N_("The family or member it belongs to."), required=True),
        Column(
            "field",
            "choice",
            N_("Which secret it is."),
            required=True,
            allowed=("name", "national_id", "phone", "address"),
        ),
        Column("value", "text", N_("The secret itself."), required=True, secret=True),
    ),
    key=("owner_id", "field"),
)
FACT_TABLES = {table.name: table for table in (FAMILIES, MEMBERS, FLOWS, BUDGETS, OBSERVATIONS, FOOD_WEEKS)}
ALL_TABLES = FACT_TABLES | {IDENTITIES.name: IDENTITIES}


class ColumnsMissing(HamyarError):
    msgid = N_("The table '{table}' lacks the columns {missing}. It has {existing}.")


class ValueNotAllowed(HamyarError):
    msgid = N_("Table '{table}', row {row}, column '{column}': '{value}' {problem}.")


class KeyRepeated(HamyarError):
    msgid = N_("Table '{table}': the key {key} stands in rows {first} and {second}. Keep one, or number the lines.")


@dataclass(frozen=True)
class CaseTables:
    """Everything the core needs to know of a set of families, and in which currency it is told."""

    families: pd.DataFrame
    members: pd.DataFrame
    flows: pd.DataFrame
    budgets: pd.DataFrame
    currency: str = "IRR"
    is_synthetic: bool = False
    title: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)
    observations: pd.DataFrame = field(default_factory=OBSERVATIONS.empty)
    food_weeks: pd.DataFrame = field(default_factory=FOOD_WEEKS.empty)

    def only(self, family_ids: "list[str] | pd.Index") -> "CaseTables":
        """The same tables with these families only; the centre's budgets stay whole."""
        frames = {name: getattr(self, name) for name in FACT_TABLES if name != BUDGETS.name}
        kept = {name: frame[frame["family_id"].isin(family_ids)] for name, frame in frames.items()}
        return replace(self, **kept)


def dtype_of(column: Column) -> str:
    """The pandas type of a column: nullable whole numbers, or text."""
    return "Int64" if column.kind in NUMERIC_KINDS else "str"


def conform(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with exactly the declared columns, in order, in their types.

    Columns that are not required may be absent and become missing.
    Raises ``ColumnsMissing``, ``ValueNotAllowed`` (first offending row, counted from 0) or ``KeyRepeated``.
    Categorical text stays categorical: for millions of rows it is the fast form.
    """
    missing = [column.name for column in table.columns if column.required and column.name not in frame.columns]
    if missing:
        raise ColumnsMissing(table=table.name, missing=", ".join(missing), existing=", ".join(map(str, frame.columns)))
    columns = {}
    for column in table.columns:
        values = frame[column.name] if column.name in frame.columns else pd.Series(pd.NA, index=frame.index)
        columns[column.name] = _typed(table, column, values)
    result = pd.DataFrame(columns, index=frame.index).reset_index(drop=True)
    repeated = result.duplicated(list(table.key))
    if repeated.any():
        second = int(repeated.to_numpy().argmax())
        key = tuple(result.loc[second, list(table.key)])
        same = (result[list(table.key)] == pd.Series(key, index=list(table.key))).all(axis=1)
        raise KeyRepeated(table=table.name, key=key, first=int(same.to_numpy().argmax()), second=second)
    return result


def _typed(table: Table, column: Column, values: pd.Series) -> pd.Series:
    if column.kind in NUMERIC_KINDS:
        try:
            # Infinity and 1e30 are refused below, in words; numpy would also warn of them.
            with np.errstate(invalid="ignore"):
                typed = values.astype("Int64")
        except (TypeError, ValueError, OverflowError):
            whole = pd.to_numeric(values, errors="coerce")
            bad = values.notna() & (whole.isna() | (whole % 1 != 0) | (whole.abs() >= 2.0**63))
            raise _fault(table, column, values, bad, "is not a whole number") from None
        _refuse(table, column, values, _out_of_range(column, typed), "is out of range")
    elif isinstance(values.dtype, pd.CategoricalDtype):
        typed = values
        if column.allowed:
            # A missing value has the code -1, which reads the last place: allowed here, judged below.
            allowed = np.append(values.cat.categories.isin(column.allowed), True)
            _refuse(table, column, values, pd.Series(~allowed[values.cat.codes], values.index), _one_of(column))
    else:
        typed = values.astype("str")
        if column.allowed:
            _refuse(table, column, values, typed.notna() & ~typed.isin(column.allowed), _one_of(column))
    if column.required:
        _refuse(table, column, values, typed.isna(), "is missing")
    return typed


def _one_of(column: Column) -> str:
    return f"is not one of {', '.join(column.allowed)}"


def _out_of_range(column: Column, typed: pd.Series) -> pd.Series:
    match column.kind:
        case "month":
            return (~typed.between(120001, 160012) | ~(typed % 100).between(1, 12)).fillna(False)
        case "day":
            return typed.notna() & ~typed.isin([code for code in typed.dropna().unique() if is_day(code)])
        case "money":
            return (~typed.between(0, LARGEST_MONEY)).fillna(False)
        case _:
            return (typed < 0).fillna(False)


def _refuse(table: Table, column: Column, values: pd.Series, bad: pd.Series, problem: str) -> None:
    if bad.to_numpy().any():
        raise _fault(table, column, values, bad, problem)


def _fault(table: Table, column: Column, values: pd.Series, bad: pd.Series, problem: str) -> ValueNotAllowed:
    row = int(bad.to_numpy().argmax())
    # A secret must not travel inside an error into a log.
    value = "•••" if column.secret else values.iloc[row]
    return ValueNotAllowed(table=table.name, row=row, column=column.name, value=value, problem=problem)
