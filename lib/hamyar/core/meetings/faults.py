"""What is wrong with meetings of people, in sentences: one form for commissions, groups and events.

A *fault* keeps a row from being recorded.  A *notice* is something to know or to look at again, and keeps nobody
from anything: whoever plans a talk on a Friday may mean it.
What a single row shows by itself (an end before its beginning, a reason that is missing) is found by
:mod:`hamyar.core.tables.faults`, which an import asks too.

Faults name a row by the key of its table, because what is wrong often lies between two rows of different tables.
Keys are opaque codes; a sentence never repeats free text.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.jalali import FRIDAY, gregorian, public_holiday, weekday
from hamyar.core.message import N_, Message, message
from hamyar.core.tables.declared import Table
from hamyar.core.tables.faults import row_faults


@dataclass(frozen=True)
class MeetingFault:
    """One thing to correct, or to know (``is_notice``): the table, the key of its row, the column, and a sentence."""

    table: str
    key: tuple[Any, ...]
    column: str
    message: Message
    is_notice: bool = False


def faults_where(
    table: Table,
    frame: pd.DataFrame,
    column: str,
    is_bad: pd.Series | np.ndarray,
    say: Message | Callable[[Any], Message],
    *,
    is_notice: bool = False,
) -> Iterator[MeetingFault]:
    """A fault for each row in which a condition holds; one that is unknown (missing) does not hold.

    ``say`` is the sentence, or makes it from the row (a named tuple of ``frame``).
    """
    holds = pd.Series(is_bad).astype("boolean").fillna(False).to_numpy(dtype=bool)
    if not holds.any():
        return
    for row in frame[holds].itertuples(index=False):
        key = tuple(getattr(row, name) for name in table.key)
        yield MeetingFault(table.name, key, column, say if isinstance(say, Message) else say(row), is_notice)


def refusing(faults: Iterable[MeetingFault]) -> list[MeetingFault]:
    """The faults without the notices."""
    return [fault for fault in faults if not fault.is_notice]


def together(sentences: Iterable[Message]) -> Message:
    """Several sentences, at least one, as one text."""
    return reduce(lambda told, more: message(N_("{told} {more}"), told=told, more=more), sentences)


def row_faults_of(table: Table, frame: pd.DataFrame, already: Iterable[MeetingFault] = ()) -> Iterator[MeetingFault]:
    """What :func:`hamyar.core.tables.faults.row_faults` finds in single rows, but for cells told of ``already``."""
    told = {(fault.key, fault.column) for fault in already}
    for found in row_faults(table.name, frame):
        key = tuple(frame[name].iloc[found.row] for name in table.key)
        if (key, found.column) not in told:
            yield MeetingFault(table.name, key, found.column, found.message)


def free_days(table: Table, frame: pd.DataFrame, closed: pd.DataFrame | None) -> Iterator[MeetingFault]:
    """Notices of planned meetings on a Friday, a public holiday, or in a period the centre keeps closed.

    ``closed`` has the columns of :data:`hamyar.core.calendar.tables.CLOSED`.
    """
    planned = frame[frame["state"] == "planned"]
    reasons = {day: _why_free(int(day), closed) for day in planned["day"].unique()}
    is_free = planned["day"].map(lambda day: reasons[day] is not None)

    def say(row: Any) -> Message:
        return message(N_("{why} Choose another day, unless this one is meant."), why=reasons[row.day])

    yield from faults_where(table, planned, "day", is_free, say, is_notice=True)


def _why_free(day: int, closed: pd.DataFrame | None) -> Message | None:
    date = gregorian(day)
    if (holiday := public_holiday(date)) is not None:
        return message(N_("The day is a public holiday ({holiday})."), holiday=holiday)
    if weekday(date) == FRIDAY:
        return message(N_("The day is a Friday."))
    if closed is not None and ((closed["first_day"] <= day) & (closed["last_day"] >= day)).any():
        return message(N_("The day lies in a period in which the centre invites nobody."))
    return None


def held_in_time(table: Table, frame: pd.DataFrame, on_day: int) -> Iterator[MeetingFault]:
    """Meetings that are said to be held before their day, and those whose day has passed without a word."""
    too_early = message(
        N_("The day of the meeting has not come, so it cannot be held yet. Correct its state or its day.")
    )
    passed = message(N_("The day of the meeting has passed. Say whether it was held or cancelled."))
    state = frame["state"]
    yield from faults_where(table, frame, "state", (state == "done") & (frame["day"] > on_day), too_early)
    yield from faults_where(
        table, frame, "state", (state == "planned") & (frame["day"] < on_day), passed, is_notice=True
    )


def known_in(
    table: Table, frame: pd.DataFrame, column: str, codes: Iterable[Any], say: Message
) -> Iterator[MeetingFault]:
    """A fault for each code of a column that is told and is not among ``codes``."""
    is_unknown = frame[column].notna() & ~frame[column].isin(list(codes))
    yield from faults_where(table, frame, column, is_unknown, say)
