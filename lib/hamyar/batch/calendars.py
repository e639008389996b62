"""``hamyar calendar``: the calendars of helpers, planned, recorded, and written as files.

plan → record in one change → write the iCalendar files → print the pages.

What lands in ``outputs/calendars/<month>/``::

    helpers/<helper>.ics   for the helper's calendar program
    helpers/<helper>.pdf   the month on paper, and the executed notebook beside it
    families/<family>.ics  for the family's own calendar program, in plain words
    families/<family>.pdf  the page on the family's wall, and its notebook

Visits are recorded all or not at all, and a plan that changes nothing records nothing.  Planning takes its time and
nobody waits for it meanwhile; where somebody recorded something that the plan rests on, the plan is not recorded.

A calendar's SEQUENCE is the number of the last change in the audit log, and its stamp that change's moment.
So a later issue always replaces an earlier one, and the same facts give the same bytes.

Pages are made from a bundle of the facts as they now stand, so no notebook reaches the database.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hamyar.batch.calendar_files import FAMILIES, FAMILY_NOTEBOOK, HELPER_NOTEBOOK, HELPERS, Issue
from hamyar.batch.month import Progress, silent
from hamyar.batch.notebooks import check_parameters, execution_of
from hamyar.batch.one_writer import only_writer
from hamyar.batch.pages import PageOutcome
from hamyar.batch.planning import plan_helpers
from hamyar.batch.pool import make_pages
from hamyar.core import tables as declared
from hamyar.core.calendar.agendas import CalendarOfHelpers, helpers_with_work, require_plannable
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.labels import table_message
from hamyar.core.message import N_
from hamyar.core.tables import VISITS, CaseTables
from hamyar.store.bundle import BundleMeta, data_hash, write_bundle
from hamyar.store.change import Recorded
from hamyar.store.files import write_bytes_atomically
from hamyar.store.parameter_files import parameter_set, read_parameter_texts
from hamyar.store.settings import Settings
from hamyar.store.store import Store
from hamyar.store.version import code_version
from hamyar.words import Words

# What may not change between reading and recording.
_HELD_STILL = (
    *(declared.VISITS, declared.ASSIGNMENTS, declared.PLANS),
    *(declared.HELPERS, declared.HELPER_HOURS, declared.HELPER_LEAVE, declared.TRAININGS),
    *(declared.SESSIONS, declared.SESSION_PEOPLE, declared.DECISIONS, declared.EVENTS),
)


class CalendarOvertaken(HamyarError):
    msgid = N_(
        "While the calendar was planned somebody recorded something in '{table}'. "
        "Nothing was recorded; plan the calendar again."
    )


class NothingToPlan(HamyarError):
    msgid = N_(
        "In {month} no helper carries a family or has a session, so there is no calendar to plan. "
        "Assign the families first: hamyar assign --month {code}."
    )


@dataclass(frozen=True)
class CalendarOptions:
    """What an operator can choose.  ``pages`` false writes iCalendar files only; ``effort`` as in ``schedule``."""

    workers: int = 2
    language: str = "fa"
    engine: str = ""
    effort: float = 1.0
    pages: bool = True
    dry_run: bool = False
    actor: str = "operator"
    timeout_seconds: int = 300


@dataclass(frozen=True, eq=False)
class CalendarsSummary:
    """What came of it.  ``helpers`` and ``families`` have their files; ``failed`` are pages that could not be made."""

    folder: Path
    calendar: CalendarOfHelpers
    is_dry_run: bool
    recorded: Recorded = field(default_factory=Recorded)
    helpers: Sequence[str] = ()
    families: Sequence[str] = ()
    pages: int = 0
    failed: Sequence[PageOutcome] = ()

    @property
    def is_all_well(self) -> bool:
        """Whether every helper has a calendar and every page was made."""
        return not self.calendar.refused and not self.failed


def make_calendars(
    store: Store,
    settings: Settings,
    month: Month,
    helper_ids: Sequence[str] = (),
    on_day: int | None = None,
    options: CalendarOptions | None = None,
    *,
    progress: Progress = silent,
) -> CalendarsSummary:
    """Plan the calendars of these helpers (none named: of all who have work) as of ``on_day``, and issue them.

    ``on_day`` is today where it is left out, or the last day of ``month`` where that is over.
    Raises ``HelpersUnknown``, ``DayBehindMonth``, ``NothingToPlan``, ``CalendarOvertaken``, ``RunInProgress``,
    and the errors of notebooks and engines that stand in a run's way.
    """
    options = options or CalendarOptions()
    execution = execution_of(options.engine, options.timeout_seconds)
    if options.pages:
        for notebook in (HELPER_NOTEBOOK, FAMILY_NOTEBOOK):
            check_parameters(settings.notebooks / notebook)
    texts = read_parameter_texts(settings.parameters, is_synthetic=store.centre.is_synthetic)
    parameters, tables = parameter_set(texts), store.tables()
    day = min(store.today(), month.code * 100 + month.days) if on_day is None else on_day
    begin = require_plannable(tables, parameters, month, helper_ids, day)
    wanted = sorted(set(helper_ids)) or helpers_with_work(tables, begin)
    if not wanted:
        raise NothingToPlan(month=month, code=str(month))
    folder = settings.outputs / "calendars" / str(month)
    calendar = plan_helpers(tables, parameters, month, wanted, day, effort=options.effort, workers=options.workers)
    if options.dry_run or not calendar.planned_ids:
        return CalendarsSummary(folder, calendar, options.dry_run)
    with only_writer(folder):
        for name in (HELPERS, FAMILIES):
            (folder / name).mkdir(exist_ok=True)
        recorded = _recorded(store, tables, calendar, options.actor)
        issue = Issue(
            tables=store.tables(),
            parameters=parameters,
            month=month,
            begin=begin,
            seq=store.head().seq,
            stamp=store.last_moment(),
            words=Words(options.language),
        )
        # Whoever gave a visit away has another calendar now, too.
        former = issue.former_helpers(calendar.planned_ids)
        helpers = sorted({*calendar.planned_ids, *calendar.moved["from_helper_id"], *former})
        families = issue.families_of(helpers)
        for path, content in issue.calendars(helpers, families):
            write_bytes_atomically(folder / path, content)
        tasks = issue.pages(helpers, families, settings.notebooks, folder) if options.pages else []
        for task in tasks:
            task.forget()
        failed = []
        with _bundle_of(issue, texts, store.head().hash) as bundle:
            outcomes = make_pages(
                tasks, workers=options.workers, bundle=bundle, language=options.language, execution=execution
            )
            failed = [outcome for outcome in progress(outcomes, len(tasks), 0) if not outcome.is_made]
    failed.sort(key=lambda outcome: outcome.case)
    return CalendarsSummary(
        folder=folder,
        calendar=calendar,
        is_dry_run=False,
        recorded=recorded,
        helpers=helpers,
        families=families,
        pages=len(tasks) - len(failed),
        failed=failed,
    )


def _recorded(store: Store, tables: CaseTables, calendar: CalendarOfHelpers, actor: str) -> Recorded:
    """Record the rows of the plan, unless something it was made from is not what it was."""
    with store.change(actor, f"calendar {calendar.month}") as change:
        if changed := change.changed_since(tables, _HELD_STILL):
            raise CalendarOvertaken(table=table_message(changed.name))
        return change.record(VISITS, calendar.rows)


@contextlib.contextmanager
def _bundle_of(issue: Issue, texts: dict[str, str], head_hash: str) -> Iterator[Path]:
    """The facts as a file for notebooks to read; it is gone when the block ends."""
    meta = BundleMeta(
        month=issue.month,
        data_hash=data_hash(issue.tables),
        change_seq=issue.seq,
        head_hash=head_hash,
        parameters_fingerprint=issue.parameters.fingerprint,
        parameter_texts=texts,
        currency=issue.tables.currency,
        is_synthetic=issue.tables.is_synthetic,
        title=issue.tables.title,
        frozen_at=issue.stamp.isoformat(timespec="seconds"),
        code_version=code_version(),
    )
    with tempfile.TemporaryDirectory(prefix="hamyar-calendar-") as folder:
        path = Path(folder) / "facts.bundle"
        write_bundle(path, issue.tables, meta)
        yield path
