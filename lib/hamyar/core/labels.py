"""What the words of the tables are called on paper: each code once, with its English name as catalogue key.

Codes such as ``own_income`` are for files and programs; a family reads "Own income" or its translation.
Every chart and table takes its names from here, so one thing has one name everywhere.
"""

from collections.abc import Mapping

from hamyar.core.message import N_, Message, message

CATEGORIES: Mapping[str, str] = {
    "own_income": N_("Own income"),
    "subsidy": N_("Government subsidy"),
    "charity_cash": N_("Other charities, cash"),
    "charity_in_kind": N_("Other charities, in kind"),
    "other_inflow": N_("Other money in"),
    "undivided_inflow": N_("Money in, not divided"),
    "centre_cash": N_("This centre, cash"),
    "centre_in_kind": N_("This centre, in kind"),
    "treatment": N_("Treatment"),
    "education": N_("Education"),
    "livelihood": N_("Livelihood"),
    "housing": N_("Housing"),
    "other_outflow": N_("Other money out"),
    "undivided_outflow": N_("Money out, not divided"),
}
TOTALS: Mapping[str, str] = {
    "inflow": N_("All money in"),
    "outflow": N_("All money out"),
    "centre_aid": N_("Aid of this centre"),
    "gap_before_aid": N_("Gap before aid"),
    "gap_after_aid": N_("Gap after aid"),
    "surplus": N_("Surplus"),
    "target": N_("Target"),
}
ITEMS: Mapping[str, str] = {
    "food": N_("Food"),
    "clothing": N_("Clothing"),
    "fuel": N_("Fuel"),
    "rent": N_("Rent"),
    "transport": N_("Transport"),
    "drugs": N_("Drugs"),
    "tuition": N_("Tuition"),
    "debt": N_("Debt repayment"),
    "alcohol": N_("Alcohol"),
}
ROLES: Mapping[str, str] = {
    "head": N_("Head of household"),
    "spouse": N_("Spouse"),
    "child": N_("Child"),
    "parent": N_("Parent"),
    "sibling": N_("Brother or sister"),
    "grandchild": N_("Grandchild"),
    "other": N_("Other member"),
}
SEXES: Mapping[str, str] = {"female": N_("Female"), "male": N_("Male")}
SOURCES: Mapping[str, str] = {
    "government": N_("Government body"),
    "institution": N_("Support institution"),
    "people_group": N_("People's group"),
    "local": N_("Local source"),
    "family": N_("The family itself"),
    "observed": N_("Seen by the helper"),
}
RULES: Mapping[str, str] = {
    "proportional": N_("In proportion to the gap"),
    "equal_coverage": N_("Least covered spending first"),
    "max_min": N_("Largest gap left first"),
}
RECALL_PERIODS: Mapping[str, str] = {
    "week": N_("A week"),
    "month": N_("A month"),
    "quarter": N_("Three months"),
    "half_year": N_("Six months"),
    "year": N_("A year"),
}
STATUSES: Mapping[str, str] = {
    "confirmed": N_("confirmed"),
    "provisional": N_("provisional"),
    "synthetic": N_("made up for demonstration"),
}
CHOICES: Mapping[str, str] = {
    "linear": N_("Straight line"),
    "geometric": N_("Equal proportion each month"),
    "thirty_days": N_("Thirty sevenths"),
    "days_of_month": N_("By the days of the month"),
    "oecd_modified": N_("OECD, modified"),
    "oecd_old": N_("OECD, original"),
    "square_root": N_("Square root of the persons"),
    "per_head": N_("Per head"),
}
TABLES: Mapping[str, str] = {
    "families": N_("Families"),
    "members": N_("Members"),
    "flows": N_("Money in and out"),
    "budgets": N_("Budgets"),
    "identities": N_("Names and addresses"),
}
COLUMNS: Mapping[str, str] = {
    "family_id": N_("Case code"),
    "member_id": N_("Member code"),
    "owner_id": N_("Case or member code"),
    "area": N_("Area"),
    "joined_month": N_("Month of joining"),
    "plan_month": N_("First month of the plan"),
    "source": N_("Told by"),
    "role": N_("Place in the household"),
    "sex": N_("Sex"),
    "birth_day": N_("Birthday"),
    "stated_age_years": N_("Stated age"),
    "stated_age_month": N_("Month of the stated age"),
    "month": N_("Month"),
    "category": N_("Category"),
    "line": N_("Line"),
    "amount_money": N_("Amount"),
    "recall": N_("Period"),
    "item": N_("Item"),
    "budget_money": N_("Budget"),
    "field": N_("Which it is"),
    "value": N_("Value"),
}
# The parts of a bridge: every category, and what can be put down to none of them.
PARTS: Mapping[str, str] = {
    **CATEGORIES,
    "not_attributed": N_("Not told apart"),
    "surplus": N_("Surplus"),
}
UNKNOWN = N_("unknown")

# "other" is a role only; no two tables share a code with two meanings.
_EVERYTHING: Mapping[str, str] = {
    **PARTS,
    **TOTALS,
    **ITEMS,
    **ROLES,
    **SEXES,
    **SOURCES,
    **RULES,
    **RECALL_PERIODS,
    **STATUSES,
    **CHOICES,
}


def label_message(code: str) -> Message | None:
    """The name of any code of the tables, or ``None`` for a code without one."""
    return Message(_EVERYTHING[code]) if code in _EVERYTHING else None


def table_message(name: str) -> Message:
    """The name of a declared table."""
    return Message(TABLES[name])


def column_message(table: str, column: str) -> Message:
    """The name of a column of a declared table, with the table it belongs to."""
    return message(N_("{column} ({table})"), column=message(COLUMNS[column]), table=table_message(table))
