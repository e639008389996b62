"""What a file's facts rest on: what they point to, the centre's catalogues, and what a row can say at all.

What is pointed to may stand in the file itself or in the store already.  What cannot stand is noted with its place
in the file and left out; a row that is left out may take with it what rests on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from hamyar.core.jalali import day_to_iso
from hamyar.core.levels.observations import ObservationFault, observation_faults
from hamyar.core.message import N_, Message, message
from hamyar.core.parameters import CatalogueAbsent, ParameterSet
from hamyar.core.tables import ALL_TABLES, ASSIGNMENTS, FAMILIES, FOOD_WEEKS, MEMBERS, OBSERVATIONS, Table
from hamyar.core.tables.faults import RowFault, overlapping_assignments, row_faults
from hamyar.store.applying import Mapped
from hamyar.store.notes import note_lines
from hamyar.store.observing import food_week_faults
from hamyar.store.problems import MASK
from hamyar.store.references import Known, dangling
from hamyar.store.store import Store
from hamyar.store.told_work import ToldFault, told_faults

# Lines of a table that cannot stand: their origins, the column, its values, and why.
_Lines = tuple[pd.DataFrame, str, list[str | None], Message]
# Columns that hold codes of programmes, one or several with spaces between.
_PROGRAMMES = (("plans", "programme"), ("events", "programme"), ("resources", "programmes"), ("helpers", "skills"))


@dataclass(frozen=True)
class _Stored:
    """What is recorded already, read when it is first needed."""

    store: Store
    _read: dict[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def today(self) -> int:
        return self.store.today()

    def known(self, mapped: Mapped) -> Known:
        """What the file and the store introduce together; where both tell, the file's."""
        return Known(lambda table: _joined(table, mapped, self._whole(table)))

    def beside(self, table: Table, mapped: Mapped, facts: pd.DataFrame) -> pd.DataFrame:
        """The file's rows of a table, first and in their order, and those stored of the families of ``facts``."""
        return _joined(table, mapped, self.store.current(table, {"family_id": facts["family_id"].unique().tolist()}))

    def rows(self, table: Table, family_ids: list[str] | None) -> pd.DataFrame:
        """What is recorded of a table, of some families or (``None``) all."""
        if family_ids is None:
            return self._whole(table)
        return self.store.current(table, {"family_id": family_ids})

    def _whole(self, table: Table) -> pd.DataFrame:
        if table.name not in self._read:
            self._read[table.name] = self.store.current(table)
        return self._read[table.name]


def _joined(table: Table, mapped: Mapped, stored: pd.DataFrame) -> pd.DataFrame:
    both = [mapped.frames.get(table.name, table.empty()), stored]
    return pd.concat(both, ignore_index=True).drop_duplicates(list(table.key), ignore_index=True)


def check_facts(mapped: Mapped, store: Store, parameters: ParameterSet) -> Mapped:
    """``mapped`` without the rows that cannot stand.

    Those are facts that point to families, members, helpers, sessions … which are neither in the file nor in the
    store, observations that :func:`~hamyar.core.levels.observations.observation_faults` finds wrong, weeks of food
    that no week can hold, rows that :func:`~hamyar.core.tables.faults.row_faults` finds wrong, codes that the
    catalogues do not know, assignments that would give a family two helpers on one day, and what
    :func:`~hamyar.store.told_work.told_faults` finds wrong with plans, cases, groups and enrolments.
    Leaving out a row may leave others pointing to nothing, so it is looked at again until nothing more falls.
    Raises ``CatalogueAbsent`` where there are observations and no catalogue, and what ``told_faults`` raises.
    """
    stored = _Stored(store)
    is_asked = False
    while True:
        known = stored.known(mapped) if is_asked else _known_to_file(mapped)
        found = list(_dangling(mapped, known))
        if found and not is_asked:
            # The store is asked only where the file does not answer by itself.
            is_asked = True
            continue
        found = found or [
            *_not_observable(mapped, stored, parameters),
            *_faulty(mapped),
            *_not_in_catalogue(mapped, parameters),
            *_second_helpers(mapped, stored),
        ]
        # What was done together and decided rests on everything else, so that stands first.
        found = found or list(_not_come_about(mapped, stored, parameters))
        if not found:
            return mapped
        for lines, column, values, reason in found:
            note_lines(mapped.notes, lines, column, reason, mapped.labels, values)
        mapped = mapped.without_bad_rows()


def _known_to_file(mapped: Mapped) -> Known:
    return Known(lambda table: mapped.frames.get(table.name, table.empty()))


def _dangling(mapped: Mapped, known: Known) -> Iterator[_Lines]:
    """The lines that point to nothing."""
    for found in dangling(mapped.frames, known):
        told = mapped.frames[found.table][found.column]
        is_left_out = told.isin(mapped.left_out)
        for here, why in ((found.is_bad & is_left_out, _ROW_LEFT_OUT), (found.is_bad & ~is_left_out, found.message)):
            if here.any():
                yield mapped.origins[found.table][here], found.column, told[here].tolist(), why


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


def _faulty(mapped: Mapped) -> Iterator[_Lines]:
    """The rows that contradict themselves."""
    for name, frame in mapped.frames.items():
        yield from (_line(mapped, ALL_TABLES[name], fault) for fault in row_faults(name, frame))


def _second_helpers(mapped: Mapped, stored: _Stored) -> Iterator[_Lines]:
    """The assignments of families that another helper carries on the same day."""
    own = mapped.frames.get(ASSIGNMENTS.name, ASSIGNMENTS.empty())
    if own.empty:
        return
    for fault in overlapping_assignments(stored.beside(ASSIGNMENTS, mapped, own)):
        # What is stored stands; the file's rows come first.
        if fault.row < len(own):
            yield _line(mapped, ASSIGNMENTS, fault)


def _not_come_about(mapped: Mapped, stored: _Stored, parameters: ParameterSet) -> Iterator[_Lines]:
    """The plans, cases, groups and enrolments that cannot have come about, or may not stand."""
    currency = stored.store.centre.currency
    for fault in told_faults(mapped.frames, stored.rows, parameters, stored.today, currency):
        yield _line(mapped, ALL_TABLES[fault.table], fault)


def _not_in_catalogue(mapped: Mapped, parameters: ParameterSet) -> Iterator[_Lines]:
    """The codes of programmes and indicators that a catalogue, where there is one, does not know."""
    programme = N_("There is no programme '{code}' in the catalogue. Correct the code, or define the programme first.")
    indicator = N_("There is no indicator '{code}' in the catalogue. Correct the code, or define the indicator first.")
    for table, column in _PROGRAMMES:
        yield from _unknown_codes(mapped, table, column, _programmes(parameters), programme)
    if parameters.has_indicators:
        yield from _unknown_codes(mapped, "goals", "indicator", frozenset(parameters.indicators.by_code), indicator)


def _programmes(parameters: ParameterSet) -> frozenset[str] | None:
    """The codes of all programmes; ``None`` without a catalogue."""
    try:
        files = parameters.programmes.by_help.values()
    except CatalogueAbsent:
        return None
    return frozenset(programme.code for found in files for programme in found.programmes)


def _unknown_codes(
    mapped: Mapped, table: str, column: str, codes: frozenset[str] | None, sentence: str
) -> Iterator[_Lines]:
    if codes is None or table not in mapped.frames:
        return
    told = mapped.frames[table][column]
    for text in told.dropna().unique():
        for code in str(text).split():
            if code not in codes:
                lines = mapped.origins[table][told == text]
                yield lines, column, [code] * len(lines), message(sentence, code=code)


def _line(mapped: Mapped, table: Table, fault: ObservationFault | RowFault | ToldFault) -> _Lines:
    value = mapped.frames[table.name][fault.column].iloc[fault.row]
    return (
        mapped.origins[table.name].iloc[[fault.row]],
        fault.column,
        [_shown(table, fault.column, value)],
        fault.message,
    )


def _shown(table: Table, column: str, value: object) -> str | None:
    if pd.isna(value):
        return None
    match table[column].kind:
        case "text":
            # A text is refused because it may hold a number of a person, which must not travel on.
            return MASK
        case "day":
            return day_to_iso(int(str(value)))
    return str(value)


_ROW_LEFT_OUT = message(N_("The row that introduces this code has a problem of its own. Correct that one first."))
