"""The tables of what people do together: commissions, groups, and general help in workshops, classes, talks and films.

A *referral* brings one family before one commission; a *session* is a meeting of a commission on a day, with the
people who took part and the families it spoke of; a *decision* divides the work: who does what until when.
A *group* is a helper group or a self-help group of women heads; an *event* has a date and a number of places,
and an *enrolment* says who has a place, who waits, and who came.
"""

from hamyar.core.message import N_
from hamyar.core.tables.declared import Column, Table
from hamyar.core.tables.families import YES_NO
from hamyar.core.tables.helpers import HELD_STATES

COMMISSIONS = ("economic", "social", "cultural")
REFERRAL_STATES = ("proposed", "accepted", "discussed", "decided", "done", "withdrawn")
CONSENTS = ("yes", "no", "not_asked")
PARTS_IN_SESSION = ("chair", "helper", "expert", "official", "activist")
TASK_STATES = ("open", "done", "cancelled")
GROUP_KINDS = ("helper_group", "self_help_group")
EVENT_KINDS = ("workshop", "class", "conference", "talk", "film", "group_meeting")
ENROLMENT_STATES = ("enrolled", "waiting", "attended", "absent", "cancelled")

REFERRALS = Table(
    "referrals",
    N_("One row for each family that is brought before a commission."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("commission", "choice", N_("Economic, social or cultural."), required=True, allowed=COMMISSIONS),
        Column("proposed_day", "day", N_("The day it was proposed."), required=True),
        Column("proposed_by", "id", N_("Opaque code of the helper who proposed it; missing: proposed by rule.")),
        Column("rules", "text", N_("Codes of the rules that propose it, with spaces between.")),
        Column("state", "choice", N_("How far it has come."), required=True, allowed=REFERRAL_STATES),
        Column("state_day", "day", N_("The day it came so far."), required=True),
        Column("consent", "choice", N_("Whether the family agrees."), required=True, allowed=CONSENTS),
        Column("reason", "text", N_("Why it is proposed or withdrawn; no names.")),
    ),
    key=("family_id", "commission", "proposed_day"),
    format=3,
)
SESSIONS = Table(
    "sessions",
    N_("One row for each session of a commission."),
    (
        Column("session_id", "id", N_("Opaque code of the session."), required=True),
        Column("commission", "choice", N_("Economic, social or cultural."), required=True, allowed=COMMISSIONS),
        Column("day", "day", N_("The day of the session."), required=True),
        Column("start_minute", "count", N_("When it begins, in minutes after midnight."), required=True),
        Column("minutes", "count", N_("Length in minutes."), required=True),
        Column("place", "text", N_("Where it is.")),
        Column("state", "choice", N_("What became of it."), required=True, allowed=HELD_STATES),
    ),
    key=("session_id",),
    format=3,
)
SESSION_PEOPLE = Table(
    "session_people",
    N_("Who takes part in a session."),
    (
        Column("session_id", "id", N_("Opaque code of the session."), required=True),
        Column("person_id", "id", N_("Opaque code of the helper or other person."), required=True),
        Column("part", "choice", N_("In which part."), required=True, allowed=PARTS_IN_SESSION),
        Column("has_attended", "choice", N_("Whether the person came."), allowed=YES_NO),
    ),
    key=("session_id", "person_id"),
    format=3,
)
SESSION_CASES = Table(
    "session_cases",
    N_("Of which families a session speaks."),
    (
        Column("session_id", "id", N_("Opaque code of the session."), required=True),
        Column("family_id", "id", N_("The family."), required=True),
    ),
    key=("session_id", "family_id"),
    format=3,
)
DECISIONS = Table(
    "decisions",
    N_("The division of labour a session decided for a family: who does what until when."),
    (
        Column("session_id", "id", N_("Opaque code of the session."), required=True),
        Column("family_id", "id", N_("The family."), required=True),
        Column("number", "count", N_("Number of the decision within session and family, from 1."), required=True),
        Column("what", "text", N_("What is to be done; no names."), required=True),
        Column("person_id", "id", N_("Opaque code of the helper or other person who does it."), required=True),
        Column("until_day", "day", N_("The day by which it is done."), required=True),
        Column("minutes", "count", N_("How long it takes; missing: as the parameters say.")),
        Column("state", "choice", N_("What became of it."), required=True, allowed=TASK_STATES),
        Column("done_day", "day", N_("The day on which it was done.")),
        Column("reason", "text", N_("Why it was cancelled; no names.")),
    ),
    key=("session_id", "family_id", "number"),
    format=3,
)
HELP_GROUPS = Table(
    "help_groups",
    N_("Helper groups, and self-help groups of women heads."),
    (
        Column("group_id", "id", N_("Opaque code of the group."), required=True),
        Column("kind", "choice", N_("Helper group or self-help group."), required=True, allowed=GROUP_KINDS),
        Column("title", "text", N_("What it is called.")),
        Column("area", "text", N_("Neighbourhood block or area of the centre.")),
        Column("helper_id", "id", N_("The helper who accompanies it.")),
        Column("from_day", "day", N_("The day it was founded."), required=True),
        Column("until_day", "day", N_("The day it ended.")),
    ),
    key=("group_id",),
    format=3,
)
GROUP_MEMBERS = Table(
    "group_members",
    N_("Who belongs to a group."),
    (
        Column("group_id", "id", N_("Opaque code of the group."), required=True),
        Column("person_id", "id", N_("Opaque code of the member of a family, or of the helper."), required=True),
        Column("family_id", "id", N_("The family of the person; missing for a helper.")),
        Column("from_day", "day", N_("The day the person joined."), required=True),
        Column("until_day", "day", N_("The day the person left.")),
    ),
    key=("group_id", "person_id"),
    format=3,
)
EVENTS = Table(
    "events",
    N_("Workshops, classes, conferences, talks, films and meetings of groups, with their dates and places."),
    (
        Column("event_id", "id", N_("Opaque code of the event."), required=True),
        Column("kind", "choice", N_("What it is."), required=True, allowed=EVENT_KINDS),
        Column("programme", "id", N_("Code of the programme in the catalogue.")),
        Column("title", "text", N_("What it is called.")),
        Column("group_id", "id", N_("The group that meets.")),
        Column("helper_id", "id", N_("The helper who leads it.")),
        Column("area", "text", N_("The only area it is for; missing: all areas.")),
        Column("place", "text", N_("Where it is.")),
        Column("day", "day", N_("The day of the event."), required=True),
        Column("start_minute", "count", N_("When it begins, in minutes after midnight."), required=True),
        Column("minutes", "count", N_("Length in minutes."), required=True),
        Column("capacity", "count", N_("How many places it has; missing: no limit.")),
        Column("state", "choice", N_("What became of it."), required=True, allowed=HELD_STATES),
        Column("reason", "text", N_("Why it was cancelled.")),
    ),
    key=("event_id",),
    format=3,
)
ENROLMENTS = Table(
    "enrolments",
    N_("Who is enrolled in an event, who waits for a place, and who came."),
    (
        Column("event_id", "id", N_("Opaque code of the event."), required=True),
        Column("family_id", "id", N_("The family."), required=True),
        Column("subject_id", "id", N_("Who comes: the family's own code, or a member's."), required=True),
        Column("state", "choice", N_("Enrolled, waiting, came or not."), required=True, allowed=ENROLMENT_STATES),
        Column("enrolled_day", "day", N_("The day of the enrolment."), required=True),
    ),
    key=("event_id", "family_id", "subject_id"),
    format=3,
)
MEETING_TABLES = (
    *(REFERRALS, SESSIONS, SESSION_PEOPLE, SESSION_CASES, DECISIONS),
    *(HELP_GROUPS, GROUP_MEMBERS, EVENTS, ENROLMENTS),
)
