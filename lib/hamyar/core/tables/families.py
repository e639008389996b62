"""The tables of families: who they are, what goes in and out, what was seen, and who they are called.

Three things are easily confused and kept apart here: a row with an amount of zero ("nothing was spent"),
a row with a missing amount ("asked, and not known"), and no row at all ("not asked").  The last two are unknown.
Only the centre's own ledger (``centre_cash``, ``centre_in_kind``) may be read as zero where it is silent,
because paying outside it is forbidden.
"""

from hamyar.core.message import N_
from hamyar.core.tables.declared import Column, Table

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
