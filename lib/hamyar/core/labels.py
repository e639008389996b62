"""What the words of the tables are called on paper: each code once, with its English name as catalogue key.

Codes such as ``own_income`` are for files and programs; a family reads "Own income" or its translation.
Every chart and table takes its names from here, so one thing has one name everywhere.
"""

from collections.abc import Mapping

from hamyar.core.message import N_, Message, message
from hamyar.core.tables.labels import COLUMNS, TABLES

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
SCHOOLING: Mapping[str, str] = {
    "none": N_("No schooling"),
    "reading": N_("Reads and writes"),
    "primary": N_("Primary school"),
    "lower_secondary": N_("Lower secondary school"),
    "upper_secondary": N_("Upper secondary school"),
    "associate": N_("Associate degree"),
    "bachelor": N_("Bachelor's degree"),
    "higher": N_("Master's degree or higher"),
}
YES_NO: Mapping[str, str] = {"yes": N_("Yes"), "no": N_("No")}
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
DOMAINS: Mapping[str, str] = {
    "economic": N_("Economic"),
    "social": N_("Social"),
    "cultural": N_("Cultural"),
    "capacity": N_("Strengths"),
}
LEVELS: Mapping[str, str] = {
    "safe": N_("Safe"),
    "at_risk": N_("At risk"),
    "harmed": N_("Harmed"),
    "undetermined": N_("Undetermined"),
}
# Neutral, because a level of a harm and a level of a strength mean opposite things; the catalogue tells each in words.
ANSWERS: Mapping[str, str] = {
    "0": N_("Level 0"),
    "1": N_("Level 1"),
    "2": N_("Level 2"),
    "3": N_("Level 3"),
    "not_asked": N_("Not asked"),
    "not_known": N_("Asked, not known"),
    "does_not_apply": N_("Does not apply"),
}
# Why an indicator has the level it has, or has a range.
STATES: Mapping[str, str] = {
    "known": N_("Known"),
    "does_not_apply": ANSWERS["does_not_apply"],
    "not_asked": ANSWERS["not_asked"],
    "not_known": ANSWERS["not_known"],
    "out_of_date": N_("The answer is out of date"),
    "disputed": N_("Two helpers answered differently"),
    "partly_known": N_("Known for some of the members"),
    "not_computable": N_("A fact it is computed from is missing"),
    "unclear_whom": N_("Not clear whom it concerns"),
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
TRAININGS: Mapping[str, str] = {
    "before_first_family": N_("Before the first family"),
    "in_service": N_("In service"),
    "in_person": N_("In person"),
    "virtual": N_("Virtual"),
}
CHOICES_BY_HAND: Mapping[str, str] = {
    "chosen": N_("Chosen by hand"),
    "chosen_knowingly": N_("Chosen by hand in spite of an objection"),
    "never": N_("Never"),
}
# What became of a proposal, a visit, a referral, a task, an event or an enrolment: one word means one thing in all.
OUTCOMES: Mapping[str, str] = {
    "proposed": N_("Proposed"),
    "accepted": N_("Accepted"),
    "changed": N_("Accepted with a change"),
    "refused": N_("Refused"),
    "discussed": N_("Discussed"),
    "decided": N_("Decided"),
    "withdrawn": N_("Withdrawn"),
    "planned": N_("Planned"),
    "fixed": N_("Fixed"),
    "open": N_("Open"),
    "done": N_("Done"),
    "cancelled": N_("Cancelled"),
    "dropped": N_("Left the plan"),
    "enrolled": N_("Has a place"),
    "waiting": N_("Waits for a place"),
    "attended": N_("Came"),
    "absent": N_("Did not come"),
}
REACHES: Mapping[str, str] = {
    "neighbourhood": N_("Neighbourhood"),
    "province": N_("Province"),
    "country": N_("Country"),
}
VISIT_KINDS: Mapping[str, str] = {
    "activity": N_("Visit of the plan"),
    "session": N_("Session of a commission"),
    "training": N_("Training"),
    "event": N_("General help"),
    "task": N_("Task from a session"),
}
PARTS_IN_SESSION: Mapping[str, str] = {
    "chair": N_("Chair"),
    "helper": N_("Helper"),
    "expert": N_("Expert"),
    "official": N_("Official"),
    "activist": N_("Local activist"),
}
GROUP_KINDS: Mapping[str, str] = {
    "helper_group": N_("Helper group"),
    "self_help_group": N_("Self-help group"),
}
EVENT_KINDS: Mapping[str, str] = {
    "workshop": N_("Workshop"),
    "class": N_("Class"),
    "conference": N_("Conference"),
    "talk": N_("Talk"),
    "film": N_("Film showing"),
    "group_meeting": N_("Meeting of a group"),
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
    **SCHOOLING,
    **YES_NO,
    **DOMAINS,
    **LEVELS,
    **STATES,
    **ANSWERS,
    **TRAININGS,
    **CHOICES_BY_HAND,
    **OUTCOMES,
    **REACHES,
    **VISIT_KINDS,
    **PARTS_IN_SESSION,
    **GROUP_KINDS,
    **EVENT_KINDS,
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
