"""The tables of a family's plan: what was decided for whom, with which means, and when it is done.

A *plan row* is one programme of the catalogue for one family or member in one year of help: accepted as proposed,
accepted with a change, or refused with a reason.  A *goal* says to which level an indicator is to come, or why there
is no goal.  A *visit* is one occurrence of what was accepted, on one day; a session, a training or a task of somebody
stands among the visits too, because it takes its time.
"""

from hamyar.core.message import N_
from hamyar.core.tables.declared import Column, Table
from hamyar.core.tables.families import SOURCES

DECISIONS_ON_PROPOSALS = ("accepted", "changed", "refused")
REACHES = ("neighbourhood", "province", "country")
VISIT_KINDS = ("activity", "session", "training", "event", "task")
# "dropped": it stood in an earlier plan and left it when the plan was made again.
VISIT_STATUSES = ("planned", "fixed", "done", "cancelled", "dropped")

RESOURCES = Table(
    "resources",
    N_("Bodies, clinics, donors and employers that can do a programme, near and far, and for how many families."),
    (
        Column("resource_id", "id", N_("Opaque code of the resource."), required=True),
        Column("title", "text", N_("What it is called.")),
        Column("reach", "choice", N_("Neighbourhood, province or country."), required=True, allowed=REACHES),
        Column("area", "text", N_("The only area it serves; missing: all areas.")),
        Column("programmes", "text", N_("Codes of the programmes it can do, with spaces between."), required=True),
        Column("capacity", "count", N_("How many families it can take at once; missing: not known.")),
        Column("from_day", "day", N_("First day it is available; missing: always was.")),
        Column("until_day", "day", N_("Last day it is available; missing: no end is set.")),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("resource_id",),
    format=3,
)
PLANS = Table(
    "plans",
    N_("What was decided on each proposed programme for a family or a member in a year of help."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("subject_id", "id", N_("Whom it is for: the family's own code, or a member's."), required=True),
        Column("programme", "id", N_("Code of the programme in the catalogue."), required=True),
        Column("from_day", "day", N_("First day of the year of help."), required=True),
        Column("decision", "choice", N_("What was decided."), required=True, allowed=DECISIONS_ON_PROPOSALS),
        Column("reason", "text", N_("Why it was changed or refused; no names.")),
        Column("resource_id", "id", N_("The resource that does it; missing: the family's own helper.")),
        Column("minutes", "count", N_("Length of one visit; missing: as the catalogue says.")),
        Column("every_days", "count", N_("Days from one visit to the next; missing: as the catalogue says.")),
        Column("number", "count", N_("How many visits; missing: as the catalogue says.")),
        Column("offset_days", "count", N_("Days from the beginning of the year; missing: as the catalogue says.")),
        Column("until_day", "day", N_("The day on which it was ended early.")),
        Column("decided_day", "day", N_("The day of the decision.")),
        Column("decided_by", "id", N_("Opaque code of who decided.")),
    ),
    key=("family_id", "subject_id", "programme", "from_day"),
    format=3,
)
GOALS = Table(
    "goals",
    N_("To which level a harm is to come in the year of help, or why there is no goal for it."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("subject_id", "id", N_("Whom it is about: the family's own code, or a member's."), required=True),
        Column("indicator", "id", N_("Code of the indicator in the centre's catalogue."), required=True),
        Column("from_day", "day", N_("First day of the year of help."), required=True),
        Column("aim_level", "count", N_("The level to come to, 0 to 2; missing: no goal, and the reason says why.")),
        Column("until_day", "day", N_("The day by which it is to be reached.")),
        Column("reason", "text", N_("Why there is no goal; no names.")),
        Column("decided_day", "day", N_("The day of the decision.")),
        Column("decided_by", "id", N_("Opaque code of who decided.")),
    ),
    key=("family_id", "subject_id", "indicator", "from_day"),
    format=3,
)
VISITS = Table(
    "visits",
    N_("One row for each visit of the calendar, planned, fixed, done or cancelled."),
    (
        Column("visit_id", "id", N_("Opaque code of the visit."), required=True),
        Column("activity_id", "id", N_("The activity it belongs to; missing for a session or a training.")),
        Column("number", "count", N_("Which visit of the activity it is, from 1.")),
        Column("helper_id", "id", N_("The helper."), required=True),
        Column("family_id", "id", N_("The family; missing for a session or a training.")),
        Column("member_id", "id", N_("The member it is for, where it is not for the whole family.")),
        Column("programme", "id", N_("Code of the programme in the catalogue.")),
        Column("kind", "choice", N_("Activity, session, training, event or task."), allowed=VISIT_KINDS),
        Column("due_day", "day", N_("The day on which the rhythm wants it.")),
        Column("day", "day", N_("The day for which it is planned."), required=True),
        Column("start_minute", "count", N_("When it begins, in minutes after midnight."), required=True),
        Column("minutes", "count", N_("Length in minutes."), required=True),
        Column("status", "choice", N_("What became of it."), required=True, allowed=VISIT_STATUSES),
        Column("done_day", "day", N_("The day on which it was done.")),
        Column("reason", "text", N_("Why it was cancelled; no names.")),
    ),
    key=("visit_id",),
    format=3,
)
PLAN_TABLES = (RESOURCES, PLANS, GOALS, VISITS)
