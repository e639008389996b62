"""Which rows of the tables of helpers, plans and meetings cannot stand, and what to do about each.

The table's own declaration refuses what is no day, no number and no word of its list
(:func:`hamyar.core.tables.conform`); this module holds the columns of a row against each other, and needs nothing
but the rows.  Whom a row points to is known to the store alone.

An import, a form and a planner ask here alike, so that a row which one of them refuses enters nowhere.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from hamyar.core.jalali import day_to_iso
from hamyar.core.levels.observations import holds_number_of_person
from hamyar.core.message import N_, Message, message
from hamyar.core.tables import ALL_TABLES, FOOD_WEEKS, OBSERVATIONS, Table

# A day of the first column never lies after one of the second.
_IN_ORDER = (("from_day", "until_day"), ("first_day", "last_day"), ("proposed_day", "state_day"))
_LARGEST: Mapping[tuple[str, str], int] = {("helper_hours", "weekday"): 6, ("goals", "aim_level"): 2}
# A rhythm of no days never ends, and what takes no time is no visit; a way of no minutes is next door.
_FROM_ONE = ("every_days", "number", "minutes")
_FROM_ZERO = (("helper_travel", "minutes"),)
_MINUTES_OF_DAY = 24 * 60
# Where the first column says one of the words, the reason may not be missing.
_REASONED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "trainings": ("state", ("cancelled",)),
    "plans": ("decision", ("changed", "refused")),
    "visits": ("status", ("cancelled",)),
    "referrals": ("state", ("withdrawn",)),
    "decisions": ("state", ("cancelled",)),
    "events": ("state", ("cancelled",)),
}
# Texts that are codes, one or several: nobody writes sentences there.
_NOT_FREE = ("languages", "skills", "programmes", "rules")
# Observations and weeks of food have checks of their own, which know the catalogue too.
_CHECKED_ELSEWHERE = (OBSERVATIONS, FOOD_WEEKS)


class RowFault(NamedTuple):
    """One thing to correct: the row (its place, from 0), the column, and a sentence that says what to do."""

    row: int
    column: str
    message: Message


def row_faults(table_name: str, frame: pd.DataFrame) -> Iterator[RowFault]:
    """Everything to correct in single rows of ``frame``, which is conformed to its table, in the order of rows.

    Days out of order, numbers no week or day can hold, a reason that is missing where one is needed, and free text
    with what looks like a number of a person.  Observations and weeks of food have checks of their own and none here.
    """
    table = ALL_TABLES[table_name]
    if table in _CHECKED_ELSEWHERE or frame.empty:
        return
    checks = (_days_in_order, _numbers, _times, _reasons, _texts)
    found = [fault for check in checks for fault in check(table, frame)]
    places = {name: place for place, name in enumerate(table.column_names)}
    yield from sorted(found, key=lambda fault: (fault.row, places[fault.column]))


def free_text_columns(table: Table) -> list[str]:
    """The columns in which people write as they like; the name of an area may have an address in it."""
    return [
        column.name
        for column in table.columns
        if column.kind == "text" and not column.secret and column.name not in _NOT_FREE
    ]


def overlapping_assignments(assignments: pd.DataFrame) -> Iterator[RowFault]:
    """Rows of ``ASSIGNMENTS`` in which a family has a second helper on some day, in the order of rows.

    Every row of an overlap is told, because only a person knows which of them is wrong.
    Rows whose days are out of order are passed over: :func:`row_faults` tells of them.
    """
    rows = assignments.assign(place=np.arange(len(assignments)))[["family_id", "from_day", "until_day", "place"]]
    rows = rows[(rows["from_day"] <= rows["until_day"]).fillna(False).to_numpy(dtype=bool)]
    rows = rows.astype({"family_id": "str"}).sort_values(["family_id", "from_day", "place"], ignore_index=True)
    # Few families have an overlap at all; only those are looked at row by row.
    latest_before = rows.groupby("family_id")["until_day"].cummax().groupby(rows["family_id"]).shift()
    is_met = (rows["from_day"] <= latest_before).fillna(False).to_numpy(dtype=bool)
    rows = rows[rows["family_id"].isin(rows.loc[is_met, "family_id"])]
    faults = []
    for _, own in rows.groupby("family_id", sort=False):
        periods = list(own[["from_day", "until_day", "place"]].itertuples(index=False, name=None))
        faults += [fault for number in range(len(periods)) for fault in _meeting(periods, number)]
    yield from sorted(faults, key=lambda fault: fault.row)


def _meeting(periods: list[tuple[int, int, int]], number: int) -> Iterator[RowFault]:
    """The fault of the ``number``-th of a family's periods, told with the first other that it meets."""
    first, last, place = periods[number]
    for other, (from_day, until_day, _) in enumerate(periods):
        if other != number and from_day <= last and first <= until_day:
            sentence = N_(
                "The family has a helper from {from_day} until {until_day} too. "
                "A family has one helper at a time: end one assignment the day before the other begins."
            )
            days = {"from_day": day_to_iso(int(from_day)), "until_day": day_to_iso(int(until_day))}
            yield RowFault(int(place), "from_day", message(sentence, **days))
            return


def _days_in_order(table: Table, frame: pd.DataFrame) -> Iterator[RowFault]:
    sentence = N_("The day {last} lies before {first}, on which it begins. Correct one of the two days.")
    for first, last in _IN_ORDER:
        if {first, last} <= set(table.column_names):
            for row in _rows(frame[last] < frame[first]):
                days = {"first": frame[first].iloc[row], "last": frame[last].iloc[row]}
                said = message(sentence, **{name: day_to_iso(int(day)) for name, day in days.items()})
                yield RowFault(row, last, said)


def _numbers(table: Table, frame: pd.DataFrame) -> Iterator[RowFault]:
    for (name, column), largest in _LARGEST.items():
        if name == table.name:
            sentence = N_("{number} is too large. Write a number from 0 to {largest}.")
            for row in _rows(frame[column] > largest):
                yield RowFault(row, column, message(sentence, number=int(frame[column].iloc[row]), largest=largest))
    for column in _FROM_ONE:
        if column in table.column_names and (table.name, column) not in _FROM_ZERO:
            sentence = N_("Zero cannot stand here. Write 1 or more, or leave out what does not take place.")
            for row in _rows(frame[column] == 0):
                yield RowFault(row, column, message(sentence))


def _times(table: Table, frame: pd.DataFrame) -> Iterator[RowFault]:
    if not {"start_minute", "minutes"} <= set(table.column_names):
        return
    late = N_("A day has no minute {minute}. Write the minutes after midnight, from 0 to 1439.")
    long = N_("It would end after midnight, {end} minutes after the day began. Begin earlier, or make it shorter.")
    start, minutes = frame["start_minute"], frame["minutes"]
    is_late = start >= _MINUTES_OF_DAY
    for row in _rows(is_late):
        yield RowFault(row, "start_minute", message(late, minute=int(start.iloc[row])))
    # Compared by what is left of the day: a sum of two large numbers would leave the range of whole numbers.
    for row in _rows(~is_late & (minutes > _MINUTES_OF_DAY - start)):
        yield RowFault(row, "minutes", message(long, end=int(start.iloc[row]) + int(minutes.iloc[row])))


def _reasons(table: Table, frame: pd.DataFrame) -> Iterator[RowFault]:
    if table.name == "goals":
        sentence = N_(
            "There is neither a level to come to nor a reason. Write a level from 0 to 2, or why none is set."
        )
        for row in _rows(frame["aim_level"].isna() & _is_unsaid(frame["reason"])):
            yield RowFault(row, "reason", message(sentence))
    if table.name in _REASONED:
        column, words = _REASONED[table.name]
        sentence = N_("What was changed, refused, withdrawn or cancelled needs its reason. Write why.")
        for row in _rows(frame[column].isin(words) & _is_unsaid(frame["reason"])):
            yield RowFault(row, "reason", message(sentence))


def _texts(table: Table, frame: pd.DataFrame) -> Iterator[RowFault]:
    sentence = N_("The text holds what looks like a telephone number or a national id. Leave numbers of persons out.")
    for column in free_text_columns(table):
        # Few texts are said once only; each is read once.
        codes, texts = pd.factorize(frame[column])
        is_private = np.array([*(holds_number_of_person(str(text)) for text in texts), False], dtype=bool)
        for row in np.flatnonzero(is_private[codes]).tolist():
            yield RowFault(row, column, message(sentence))


def _is_unsaid(texts: pd.Series) -> pd.Series:
    return texts.astype("str").fillna("").str.strip() == ""


def _rows(is_bad: pd.Series) -> list[int]:
    """Where a condition holds; one that is unknown does not."""
    return np.flatnonzero(is_bad.fillna(False).to_numpy(dtype=bool)).tolist()
