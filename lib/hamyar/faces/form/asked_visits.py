"""The fields of the visits: those of the form's month, and earlier ones nobody has told the outcome of."""

from collections.abc import Iterator

from hamyar.core.documents import BilingualText
from hamyar.core.jalali import format_day
from hamyar.core.labels import OUTCOMES, VISIT_KINDS
from hamyar.core.message import N_, Message, message
from hamyar.core.tables.labels import COLUMNS
from hamyar.faces.form.asked import Choices, People
from hamyar.faces.form.asked_plan import is_private_programme, programme_label
from hamyar.faces.form.fields import FormField, FormGroup, in_words, visit_field
from hamyar.faces.form.file import Row
from hamyar.faces.form.rows import Overlay

OPEN_STATUSES = ("planned", "fixed")


def day_text(day: int) -> BilingualText:
    """A Jalali day as both languages write it."""
    return BilingualText(fa=format_day(day, "fa"), en=format_day(day, "en"))


def visits_asked(overlay: Overlay) -> list[Row]:
    """The file's visits of the month, and earlier ones still open; by day."""
    of = overlay.file.setting
    rows = [
        row
        for row in overlay.file.rows["visits"].values()
        if row["family_id"] == of.family_id
        and row["status"] != "dropped"
        and (row["day"] // 100 == of.month.code or (row["day"] < of.day and row["status"] in OPEN_STATUSES))
    ]
    return sorted(rows, key=lambda row: (row["day"], row["start_minute"], row["visit_id"]))


def visit_label(overlay: Overlay, row: Row) -> Message:
    """What a visit is for, and on which day it is planned."""
    return message(N_("{day}: {purpose}"), day=day_text(row["day"]), purpose=_purpose(overlay, row))


def _purpose(overlay: Overlay, row: Row) -> Message:
    code, parameters = row["programme"], overlay.file.parameters
    if code is None:
        return message(VISIT_KINDS.get(row["kind"] or "activity", VISIT_KINDS["activity"]))
    standing = parameters.calendar.by_code.get(code) if parameters.has_calendar else None
    return programme_label(parameters, code) if standing is None else in_words(standing.label)


def visit_groups(overlay: Overlay) -> Iterator[FormGroup]:
    people = People(overlay)
    for row in visits_asked(overlay):
        member = row["member_id"]
        whom = None if member is None else people.label(member)
        yield FormGroup(f"visit:{row['visit_id']}", "visits", visit_label(overlay, row), subject=member, help=whom)


def visit_fields(overlay: Overlay) -> Iterator[FormField]:
    for row in visits_asked(overlay):
        visit, group, member = row["visit_id"], f"visit:{row['visit_id']}", row["member_id"]
        # A session or a training is fixed by others; it is never planned by its helper.
        stands = row["status"] if row["status"] in OPEN_STATUSES else "planned" if row["activity_id"] else "fixed"
        statuses: Choices = tuple((code, message(OUTCOMES[code])) for code in (stands, "done", "cancelled"))
        private = row["programme"] is not None and is_private_programme(overlay, row["programme"])
        label = message(N_("What became of it"))
        yield FormField(visit_field(visit, "status"), "visits", "choice", label, None, statuses, member, group, private)
        yield FormField(
            visit_field(visit, "done_day"),
            "visits",
            "day",
            message(COLUMNS["done_day"]),
            subject=member,
            group=group,
            is_private=private,
            max=overlay.file.setting.today,
        )
        help_ = message(N_("Why it was cancelled; no names and no numbers of persons."))
        reason = visit_field(visit, "reason")
        yield FormField(reason, "visits", "text", message(COLUMNS["reason"]), help_, (), member, group, private)
