"""What a command says when it has done its work, one sentence a line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hamyar.core.labels import column_message, label_message, table_message
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.words import current_language

if TYPE_CHECKING:
    # Named in signatures only: a command that prints its help must not load the database and the page makers.
    from hamyar.batch.month import RunSummary
    from hamyar.batch.verify import Verification
    from hamyar.core.parameters import ParameterSet, Problem
    from hamyar.store.audit import Head
    from hamyar.store.filling import Filled
    from hamyar.store.importing import ImportResult


def of_import(result: "ImportResult") -> Iterator[Message]:
    """Rows kept, facts by table, and what such a file leaves unknown."""
    yield message(
        N_("{file}: {kept} of {read} rows kept."), file=result.file, kept=result.rows_kept, read=result.rows_read
    )
    for table, counts in result.recorded.items():
        yield message(
            N_("{table}: {inserted} new, {corrected} corrected, {unchanged} unchanged."),
            table=table_message(table),
            inserted=counts.inserted,
            corrected=counts.corrected,
            unchanged=counts.unchanged,
        )
    for unknown in result.unknown:
        yield message(
            N_("Stays unknown: {what}. {because}"),
            what=_name_of(unknown.of),
            because=unknown.because.in_language(current_language()),
        )
    if result.ignored:
        yield message(N_("Columns not read: {columns}."), columns=result.ignored)


def _name_of(code: str) -> Message | str:
    """The name of what a mapping leaves unknown: a category, an item, or a column such as ``members.birth_day``."""
    table, _, column = code.partition(".")
    return column_message(table, column) if column else label_message(code) or code


def of_sample(filled: "Filled") -> Iterator[Message]:
    """How many families there are, and who helps them, or why nobody does."""
    from hamyar.core.sample import LARGEST_WITH_WORK

    yield nmessage(
        N_("{count} made-up family is in the database."),
        N_("{count} made-up families are in the database."),
        filled.families,
    )
    if filled.carried:
        yield message(
            N_("Helpers: {helpers}; families they carry: {carried}, with plans, a calendar and what was done of it."),
            helpers=filled.helpers,
            carried=filled.carried,
        )
    elif filled.helpers:
        yield message(
            N_("Helpers: {helpers}; too few families are harmed for anybody to be assigned, so there is no calendar."),
            helpers=filled.helpers,
        )
    elif filled.families > LARGEST_WITH_WORK:
        yield message(
            N_("Helpers and their year are made up for {most} families at most, so there are none."),
            most=LARGEST_WITH_WORK,
        )


def of_withdrawal(held: bool) -> Message:
    return message(N_("The row counts no more.")) if held else message(N_("The row counted no more already."))


def of_run(summary: "RunSummary") -> Iterator[Message]:
    """What the month found, what was made, and where it is."""
    yield nmessage(
        N_("{month}: {count} family, {open} with a gap, {unknown} not known yet."),
        N_("{month}: {count} families, {open} with a gap, {unknown} not known yet."),
        summary.families,
        month=summary.month,
        open=summary.gaps_open,
        unknown=summary.gaps_unknown,
    )
    yield message(
        N_("Pages: {made} made, {kept} already there, {failed} failed."),
        made=summary.made,
        kept=summary.kept,
        failed=len(summary.failed),
    )
    if not summary.names_printed:
        yield message(N_("The key of the secrets was not found, so no names are printed on the pages."))
    yield message(N_("Everything is in {folder}; begin with index.html there."), folder=str(summary.folder))


def of_failures(summary: "RunSummary") -> Iterator[Message]:
    """Each page that failed, and why."""
    for outcome in summary.failed:
        if outcome.reason is not None:
            yield message(N_("Not made: {case}. {reason}"), case=outcome.case, reason=outcome.reason)


def of_verification(found: "Verification") -> Iterator[Message]:
    yield message(
        N_("{files} files looked at, {pages} pages made again, {problems} remarks."),
        files=found.files,
        pages=found.pages,
        problems=len(found.problems),
    )
    if not found.pdf_compared:
        yield message(N_("PDFs were not made again: the names on them could not be read here."))


def of_parameters(parameters: "ParameterSet", problems: "list[Problem]") -> Message:
    return nmessage(
        N_("{count} remark on {files} parameters."),
        N_("{count} remarks on {files} parameters."),
        len(problems),
        files=len(parameters.names),
    )


def of_audit(head: "Head") -> Message:
    return nmessage(
        N_("{count} change, as it was written. Head of the log: {hash}"),
        N_("{count} changes, each as it was written. Head of the log: {hash}"),
        head.seq,
        hash=head.hash,
    )
