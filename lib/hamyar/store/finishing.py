"""What is judged when all facts of a table are together: lines, what is required, check digits, keys."""

from collections.abc import Mapping, Sequence

import pandas as pd

from hamyar.core.message import N_, message
from hamyar.core.persian import is_national_id
from hamyar.core.tables import FLOWS, IDENTITIES, Table, dtype_of
from hamyar.store.cells import with_lost_zeros
from hamyar.store.notes import ORIGIN, Notes, note_lines
from hamyar.store.problems import MASK
from hamyar.store.templates import Template, is_in_order


def finish(
    table: Table,
    frame: pd.DataFrame,
    templates: Sequence[Template],
    labels: Mapping[tuple[int, str], str],
    notes: Notes,
) -> pd.DataFrame:
    """What needs all templates of a table together: lines in order, what is required, keys, check digits."""
    if table is FLOWS:
        frame = _numbered(frame, templates)
    if table is IDENTITIES:
        frame = _checked_identities(frame, labels, notes)
    for column in table.columns:
        if column.required:
            reason = message(N_("The value is missing, and '{column}' cannot do without."), column=column.name)
            note_lines(notes, frame[frame[column.name].isna()], column.name, reason, labels)
    return _without_repeats(table, frame, templates, labels, notes)


def _numbered(frame: pd.DataFrame, templates: Sequence[Template]) -> pd.DataFrame:
    counting = [
        number
        for number, template in enumerate(templates)
        if "line" in template.fields and is_in_order("line", template.fields["line"])
    ]
    here = frame[frame[ORIGIN[2]].isin(counting)].sort_values([ORIGIN[0], ORIGIN[1]], kind="stable")
    if here.empty:
        return frame
    lines = here.groupby(["family_id", "month", "category"], dropna=False).cumcount() + 1
    frame.loc[lines.index, "line"] = lines.astype(dtype_of(FLOWS["line"]))
    return frame


def _checked_identities(frame: pd.DataFrame, labels: Mapping[tuple[int, str], str], notes: Notes) -> pd.DataFrame:
    """National ids with ten digits and a right check digit."""
    is_id = (frame["field"] == "national_id") & frame["value"].notna()
    is_wrong = is_id & ~frame["value"].where(is_id, "").map(is_national_id)
    reason = message(N_("The check digit of the national id is wrong. Read it again from the card."))
    note_lines(notes, frame[is_wrong], "value", reason, labels, [MASK] * int(is_wrong.sum()))
    return frame.assign(value=frame["value"].mask(is_id, frame["value"].where(is_id, "").map(with_lost_zeros)))


def _without_repeats(
    table: Table,
    frame: pd.DataFrame,
    templates: Sequence[Template],
    labels: Mapping[tuple[int, str], str],
    notes: Notes,
) -> pd.DataFrame:
    """Refuse a key that stands twice: a later equal row, or all rows where they say different things."""
    key = list(table.key)
    is_whole = frame[key].notna().all(axis=1)
    repeated = frame[is_whole & frame.duplicated(key, keep=False)]
    if repeated.empty:
        return frame
    again = repeated.duplicated(table.column_names)
    is_allowed = repeated[ORIGIN[2]].map(lambda number: templates[number].may_repeat).astype(bool)
    dropped = repeated.index[again & is_allowed]
    repeated = repeated.drop(dropped)
    for _, lines in repeated.groupby(key, sort=False):
        if len(lines) < 2:
            continue
        first = lines.iloc[0]
        values = {"row": int(first[ORIGIN[1]]), "key": " / ".join(str(first[name]) for name in key)}
        later = lines.iloc[1:]
        if lines.duplicated(table.column_names).sum() == len(later):
            reason = message(N_("The fact {key} stands already in row {row}. Keep one of the two."), **values)
            note_lines(notes, later, key[0], reason, labels)
        else:
            reason = message(
                N_(
                    "The fact {key} stands in several rows with different values, first in row {row}. "
                    "Keep the right one."
                ),
                **values,
            )
            note_lines(notes, lines, key[0], reason, labels)
    return frame.drop(dropped)
