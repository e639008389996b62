"""The tables of helpers: who they are, when they work, what they learned, and which families they carry.

A helper is a volunteer and known by an opaque code; the name lies among the identities, encrypted, like a family's.
What a family wishes of its helper, and who was chosen or ruled out by hand, are facts like any other.
"""

from hamyar.core.message import N_
from hamyar.core.tables.declared import Column, Table
from hamyar.core.tables.families import SOURCES, YES_NO

TRAINING_PARTS = ("before_first_family", "in_service")
TRAINING_WAYS = ("in_person", "virtual")
# What became of a training or an event.
HELD_STATES = ("planned", "done", "cancelled")
CHOICES_BY_HAND = ("chosen", "chosen_knowingly", "never")

HELPERS = Table(
    "helpers",
    N_("One row for each helper."),
    (
        Column("helper_id", "id", N_("Opaque code of the helper."), required=True),
        Column("sex", "choice", N_("Sex as recorded."), allowed=("female", "male")),
        Column("languages", "text", N_("Codes of the languages spoken, with spaces between.")),
        Column("skills", "text", N_("Codes of the programmes the helper is skilled in, with spaces between.")),
        Column("areas", "text", N_("Areas in which the helper works, with semicolons between.")),
        Column("from_day", "day", N_("First day of service."), required=True),
        Column("until_day", "day", N_("Last day of service; missing while no end is set.")),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("helper_id",),
    format=3,
)
HELPER_HOURS = Table(
    "helper_hours",
    N_("When a helper works: one row for each weekday with working hours."),
    (
        Column("helper_id", "id", N_("Opaque code of the helper."), required=True),
        Column("weekday", "count", N_("Day of the week: 0 is Saturday, 6 is Friday."), required=True),
        Column("start_minute", "count", N_("When work begins, in minutes after midnight."), required=True),
        Column("minutes", "count", N_("How long work lasts, in minutes."), required=True),
    ),
    key=("helper_id", "weekday"),
    format=3,
)
HELPER_LEAVE = Table(
    "helper_leave",
    N_("Days on which a helper does not work."),
    (
        Column("helper_id", "id", N_("Opaque code of the helper."), required=True),
        Column("first_day", "day", N_("First day of the period."), required=True),
        Column("last_day", "day", N_("Last day of the period."), required=True),
    ),
    key=("helper_id", "first_day"),
    format=3,
)
HELPER_TRAVEL = Table(
    "helper_travel",
    N_("How far a helper lives from an area; where nothing is told, distance counts for nothing."),
    (
        Column("helper_id", "id", N_("Opaque code of the helper."), required=True),
        Column("area", "text", N_("Neighbourhood block or area of the centre."), required=True),
        Column("minutes", "count", N_("Minutes of way, one way."), required=True),
    ),
    key=("helper_id", "area"),
    format=3,
)
TRAININGS = Table(
    "trainings",
    N_("Trainings of helpers, planned and held; one row for each helper who takes part."),
    (
        Column("helper_id", "id", N_("Opaque code of the helper."), required=True),
        Column("training_id", "id", N_("Opaque code of the training."), required=True),
        Column("topic", "text", N_("What is taught.")),
        Column("part", "choice", N_("Before the first family, or in service."), required=True, allowed=TRAINING_PARTS),
        Column("way", "choice", N_("In person or virtual."), allowed=TRAINING_WAYS),
        Column("day", "day", N_("The day of the training."), required=True),
        Column("start_minute", "count", N_("When it begins, in minutes after midnight.")),
        Column("minutes", "count", N_("Length in minutes."), required=True),
        Column("state", "choice", N_("What became of it."), required=True, allowed=HELD_STATES),
        Column("reason", "text", N_("Why it was cancelled.")),
    ),
    key=("helper_id", "training_id"),
    format=3,
)
FAMILY_WISHES = Table(
    "family_wishes",
    N_("What a family asks of its helper; no row, or an empty cell, is not known."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("asks_for_woman", "choice", N_("Whether the family asks for a woman."), allowed=YES_NO),
        Column("language", "id", N_("Code of the language the family needs.")),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("family_id",),
    format=3,
)
HELPER_CHOICES = Table(
    "helper_choices",
    N_("Who was chosen for a family by hand, and who must not carry it."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("helper_id", "id", N_("Opaque code of the helper."), required=True),
        Column(
            "choice",
            "choice",
            N_("Chosen; chosen although a wish or an incompatibility stands against it; or never."),
            required=True,
            allowed=CHOICES_BY_HAND,
        ),
        Column("reason", "text", N_("Why, in plain words; no names.")),
        Column("source", "choice", N_("Who told us."), allowed=SOURCES),
    ),
    key=("family_id", "helper_id"),
    format=3,
)
ASSIGNMENTS = Table(
    "assignments",
    N_("Which helper carries which family, from which day until which."),
    (
        Column("family_id", "id", N_("The family."), required=True),
        Column("from_day", "day", N_("First day of the assignment."), required=True),
        Column("helper_id", "id", N_("Opaque code of the helper."), required=True),
        Column("until_day", "day", N_("Last day of the assignment."), required=True),
        Column("is_chosen", "choice", N_("Whether the helper was chosen by hand."), allowed=YES_NO),
        Column("reason", "text", N_("Why it began, or ended early.")),
    ),
    key=("family_id", "from_day"),
    format=3,
)
HELPER_TABLES = (
    *(HELPERS, HELPER_HOURS, HELPER_LEAVE, HELPER_TRAVEL, TRAININGS),
    *(FAMILY_WISHES, HELPER_CHOICES, ASSIGNMENTS),
)
