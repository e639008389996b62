"""What ``hamyar calendar`` says: what was planned for whom, how level it is, what moved, and what has no place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hamyar.core.jalali import day_to_iso
from hamyar.core.message import N_, Message, message, nmessage

if TYPE_CHECKING:
    from hamyar.batch.calendars import CalendarsSummary


def of_calendars(summary: "CalendarsSummary") -> Iterator[Message]:
    """Each helper's plan, its notices, what was recorded, and where the files are."""
    found = summary.calendar
    for row in found.schedule.loads.itertuples():
        yield from _of_helper(summary, row)
    yield from found.notices
    if summary.is_dry_run:
        yield message(N_("Nothing was recorded or written."))
        return
    if not found.planned_ids:
        yield message(N_("No calendar was planned, so nothing was recorded or written."))
        return
    yield _of_record(summary)
    yield nmessage(
        N_("Calendars of {count} helper and {families} families are in {folder}; {pages} pages were printed."),
        N_("Calendars of {count} helpers and {families} families are in {folder}; {pages} pages were printed."),
        len(summary.helpers),
        families=len(summary.families),
        folder=str(summary.folder),
        pages=summary.pages,
    )


def _of_helper(summary: "CalendarsSummary", row: Any) -> Iterator[Message]:
    calendar, helper_id = summary.calendar, str(row.helper_id)
    if not row.planned:
        yield message(
            N_("Helper {helper} has no visit to plan from {day} on."), helper=helper_id, day=day_to_iso(calendar.begin)
        )
    else:
        yield nmessage(
            N_(
                "Helper {helper}: {count} visit from {day} on; at most {peak} families a day, "
                "and no plan has less than {bound}."
            ),
            N_(
                "Helper {helper}: {count} visits from {day} on; at most {peak} families a day, "
                "and no plan has less than {bound}."
            ),
            int(row.planned),
            helper=helper_id,
            day=day_to_iso(calendar.begin),
            peak=int(row.peak),
            bound=int(row.peak_bound),
        )
    moved = calendar.moved[calendar.moved["helper_id"] == helper_id]
    taken = int((moved["from_helper_id"] != helper_id).sum())
    if int(row.moved):
        yield nmessage(
            N_("{count} visit of helper {helper} moved to another day."),
            N_("{count} visits of helper {helper} moved to other days."),
            int(row.moved),
            helper=helper_id,
        )
    if taken:
        yield nmessage(
            N_("Helper {helper} takes over {count} visit from another helper."),
            N_("Helper {helper} takes over {count} visits from other helpers."),
            taken,
            helper=helper_id,
        )
    dropped = int(((calendar.rows["status"] == "dropped") & (calendar.rows["helper_id"] == helper_id)).sum())
    if dropped:
        yield nmessage(
            N_("{count} visit of helper {helper} has left the calendar."),
            N_("{count} visits of helper {helper} have left the calendar."),
            dropped,
            helper=helper_id,
        )


def _of_record(summary: "CalendarsSummary") -> Message:
    recorded = summary.recorded
    if not recorded.inserted and not recorded.corrected:
        return message(N_("The plan stands in the store as it is, so nothing was recorded."))
    return message(
        N_("Recorded: {inserted} new visits, {corrected} changed, {unchanged} as they were."),
        inserted=recorded.inserted,
        corrected=recorded.corrected,
        unchanged=recorded.unchanged,
    )


def of_refusals(summary: "CalendarsSummary") -> Iterator[Message]:
    """Each helper without a plan, and each page that was not made, with the reason."""
    for refusal in summary.calendar.refused:
        yield message(N_("Not planned: helper {helper}. {reason}"), helper=refusal.helper_id, reason=refusal.reason)
    for outcome in summary.failed:
        if outcome.reason is not None:
            yield message(N_("Not made: {case}. {reason}"), case=outcome.case, reason=outcome.reason)
