"""What a file's facts rest on: the families and members they point to, and the centre's catalogue.

Both may stand in the file itself or in the store already.  What cannot stand is noted with its place in the file
and left out; a row that is left out may take with it what rests on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from hamyar.core.jalali import day_to_iso
from hamyar.core.message import N_, Message, message
from hamyar.core.observations import ObservationFault, observation_faults
from hamyar.core.parameters import ParameterSet
from hamyar.core.tables import ALL_TABLES, FAMILIES, FOOD_WEEKS, IDENTITIES, MEMBERS, OBSERVATIONS, Table
from hamyar.store.applying import Mapped
from hamyar.store.notes import note_lines
from hamyar.store.observing import food_week_faults
from hamyar.store.problems import MASK
from hamyar.store.store import Store

# Lines of a table that cannot stand: their origins, the column, its values, and why.
_Lines = tuple[pd.DataFrame, str, list[str], Message]


@dataclass(frozen=True)
class _Known:
    """The codes that a fact may point to: families, and members with their family."""

    families: frozenset[str] = frozenset()
    family_of: Mapping[str, str] = field(default_factory=dict)

    def and_those_of(self, families: pd.DataFrame, members: pd.DataFrame) -> "_Known":
        own = dict(zip(members["member_id"], members["family_id"], strict=True))
        return _Known(self.families.union(families["family_id"]), {**self.family_of, **own})


@dataclass(frozen=True)
class _Stored:
    """What is recorded already, read when it is first needed."""

    store: Store

    @cached_property
    def known(self) -> _Known:
        return _Known().and_those_of(self.store.current(FAMILIES), self.store.current(MEMBERS))

    @cached_property
    def today(self) -> int:
        return self.store.today()

    def beside(self, table: Table, mapped: Mapped, facts: pd.DataFrame) -> pd.DataFrame:
        """The file's rows of a table and those stored of the families of ``facts``; where both tell, the file's."""
        stored = self.store.current(table, {"family_id": facts["family_id"].unique().tolist()})
        both = [mapped.frames.get(table.name, table.empty()), stored]
        return pd.concat(both, ignore_index=True).drop_duplicates(list(table.key), ignore_index=True)


def check_facts(mapped: Mapped, store: Store, parameters: ParameterSet) -> Mapped:
    """``mapped`` without the rows that cannot stand.

    Those are facts of families or members which are neither in the file nor in the store, observations that
    :func:`~hamyar.core.observations.observation_faults` finds wrong, and weeks of food that no week can hold.
    Leaving out a row may leave others pointing to nothing, so it is looked at again until nothing more falls.
    Raises ``CatalogueAbsent`` where there are observations and no catalogue.
    """
    stored = _Stored(store)
    is_asked = False
    while True:
        found = _dangling(mapped, stored.known if is_asked else _Known())
        if found and not is_asked:
            # The store is asked only where the file does not answer by itself.
            is_asked = True
            continue
        found = found or list(_not_observable(mapped, stored, parameters))
        if not found:
            return mapped
        for lines, column, values, reason in found:
            note_lines(mapped.notes, lines, column, reason, mapped.labels, values)
        mapped = mapped.without_bad_rows()


def _dangling(mapped: Mapped, stored: _Known) -> list[_Lines]:
    """The lines that point to nothing."""
    frames = {table.name: table.empty() for table in (FAMILIES, MEMBERS)} | mapped.frames
    known = stored.and_those_of(frames["families"], frames["members"])
    found = []
    for name, frame in mapped.frames.items():
        columns = ALL_TABLES[name].column_names
        if "family_id" in columns and name != FAMILIES.name:
            found.append((name, "family_id", ~frame["family_id"].isin(known.families), _FAMILY_UNKNOWN))
        for column in ("member_id", "subject_id"):
            if column not in columns or name == MEMBERS.name:
                continue
            own = frame[column].map(known.family_of)
            is_told = frame[column].notna()
            if column == "subject_id":
                # A subject may be the family itself.
                is_told &= frame[column] != frame["family_id"]
            found.append((name, column, is_told & own.isna(), _MEMBER_UNKNOWN))
            found.append((name, column, is_told & own.notna() & (own != frame["family_id"]), _MEMBER_ELSEWHERE))
        if name == IDENTITIES.name:
            owners = known.families.union(known.family_of)
            found.append((name, "owner_id", ~frame["owner_id"].isin(owners), _OWNER_UNKNOWN))
    lines = []
    for name, column, is_dangling, reason in found:
        is_left_out = mapped.frames[name][column].isin(mapped.left_out)
        for here, why in ((is_dangling & is_left_out, _ROW_LEFT_OUT), (is_dangling & ~is_left_out, reason)):
            if here.any():
                lines.append((mapped.origins[name][here], column, mapped.frames[name].loc[here, column].tolist(), why))
    return lines


def _not_observable(mapped: Mapped, stored: _Stored, parameters: ParameterSet) -> Iterator[_Lines]:
    """The observations and weeks of food that cannot be true."""
    for table in (OBSERVATIONS, FOOD_WEEKS):
        frame = mapped.frames.get(table.name)
        if frame is None or frame.empty:
            continue
        families = stored.beside(FAMILIES, mapped, frame)
        if table is OBSERVATIONS:
            members = stored.beside(MEMBERS, mapped, frame)
            faults = observation_faults(frame, families, members, parameters.indicators, stored.today)
        else:
            faults = food_week_faults(frame, families, stored.today)
        yield from (_line(mapped, table, fault) for fault in faults)


def _line(mapped: Mapped, table: Table, fault: ObservationFault) -> _Lines:
    value = mapped.frames[table.name][fault.column].iloc[fault.row]
    match table[fault.column].kind:
        case "text":
            # A reason is refused because it may hold a number of a person, which must not travel on.
            shown = MASK
        case "day":
            shown = day_to_iso(int(value))
        case _:
            shown = str(value)
    return mapped.origins[table.name].iloc[[fault.row]], fault.column, [shown], fault.message


_FAMILY_UNKNOWN = message(N_("The family is neither in the file nor in the store. Add its row, or correct the code."))
_MEMBER_UNKNOWN = message(N_("The member is neither in the file nor in the store. Add the row, or correct the code."))
_MEMBER_ELSEWHERE = message(N_("The member belongs to another family. Correct one of the two codes."))
_OWNER_UNKNOWN = message(N_("No family and no member has this code. Add the row, or correct the code."))
_ROW_LEFT_OUT = message(N_("The row that introduces this code has a problem of its own. Correct that one first."))
