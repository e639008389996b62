"""Which decisions of a plan cannot stand, and what to do about each: asked at every edge where they come in.

The declared tables refuse what is no day, no number and no word of a list, and :mod:`hamyar.core.tables.faults` what
one row says against itself.  This module knows the catalogues, who lives in the family, what others can do, and what
stands beside the row: the family's other programmes, its levels, and its referrals.

What only an expert may do needs somebody who can; what only a commission may do needs the case before it.
Capacities are counted exactly: the families a resource has at once, on every day, those recorded before first.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hamyar.core.economy.assessment import Assessment, assess_families
from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.levels.stratification import stratify_families
from hamyar.core.message import N_, Message, message
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.activities import OVERRIDES
from hamyar.core.plan.calls import Calls
from hamyar.core.plan.goal_faults import goal_faults
from hamyar.core.plan.levels import subject_levels
from hamyar.core.plan.programmes import Programme
from hamyar.core.plan.proposals import COMMISSION_WORDS
from hamyar.core.plan.referrals import referred_commissions
from hamyar.core.plan.resource_faults import resource_faults
from hamyar.core.plan.years import ACCEPTED, last_days, months_of_help, year_ends
from hamyar.core.tables import GOALS, PLANS, CaseTables, Table, conform
from hamyar.core.tables.faults import row_faults

FIRST_DAY = 1


class PlanFault(NamedTuple):
    """One thing to correct: the table, the row (its place, from 0), the column, and a sentence that says what to do."""

    table: str
    row: int
    column: str
    message: Message


def plan_faults(
    plans: pd.DataFrame, goals: pd.DataFrame, tables: CaseTables, parameters: ParameterSet, month: Month
) -> Iterator[PlanFault]:
    """Everything to correct in rows of ``PLANS`` and ``GOALS`` that are to be recorded in ``month``, by table and row.

    ``tables`` holds the facts they are to stand among; a row of theirs with the same key is taken as replaced.
    Rows of years of help that are over are held against what does not change: codes, subjects and resources.
    Raises ``CatalogueAbsent``, ``ParameterMissing`` or ``ParameterUnknown``, and what ``conform`` raises.
    """
    checks = _Checks(conform(PLANS, plans), conform(GOALS, goals), tables, parameters, month)
    yield from _in_order(PLANS, (*checks.of_plans(), *checks.of_resources()))
    yield from _in_order(GOALS, checks.of_goals())


def told_plan_faults(
    plans: pd.DataFrame, goals: pd.DataFrame, tables: CaseTables, parameters: ParameterSet, today: int
) -> Iterator[PlanFault]:
    """:func:`plan_faults` of rows that tell what was decided before, each held against the month of its decision.

    ``tables`` holds everything as it would stand, the rows themselves and what they rest on among them.
    A row without a day of decision was decided when its year of help began.  Resources are asked for the years that
    are not over, those recorded before served first, then the rows in their order.
    Raises as :func:`plan_faults`.
    """
    told, aimed = conform(PLANS, plans), conform(GOALS, goals)
    this = Month.from_code(today // 100)
    months = months_of_help(parameters, this)
    decided, set_ = (_months_of_decision(rows, months, this) for rows in (told, aimed))
    found: list[PlanFault] = []
    for code in np.unique(np.concatenate([decided, set_])).tolist():
        places = {PLANS.name: np.flatnonzero(decided == code), GOALS.name: np.flatnonzero(set_ == code)}
        some, some_goals = told.iloc[places[PLANS.name]], aimed.iloc[places[GOALS.name]]
        month = Month.from_code(int(code))
        checks = _Checks(some.reset_index(drop=True), some_goals.reset_index(drop=True), tables, parameters, month)
        for table, faults in ((PLANS, checks.of_plans()), (GOALS, checks.of_goals())):
            found += [PlanFault(table.name, int(places[table.name][row]), column, said) for row, column, said in faults]
    is_open = last_days(told, months) >= today if len(told) else np.zeros(0, dtype=bool)
    places_open = np.flatnonzero(is_open)
    checks = _Checks(told.iloc[places_open].reset_index(drop=True), GOALS.empty(), tables, parameters, this)
    found += [PlanFault(PLANS.name, int(places_open[row]), column, said) for row, column, said in checks.of_resources()]
    for table in (PLANS, GOALS):
        yield from _in_order(table, (fault[1:] for fault in found if fault.table == table.name))


Fault = tuple[int, str, Message]


def _in_order(table: Table, faults: Iterable[Any]) -> list[PlanFault]:
    order = {column: place for place, column in enumerate(table.column_names)}
    return sorted(
        (PlanFault(table.name, *fault) for fault in faults), key=lambda fault: (fault.row, order[fault.column])
    )


def _months_of_decision(rows: pd.DataFrame, months: int, this: Month) -> np.ndarray:
    """By row, the month against which it is held, as a code: no later than ``this``, and ``this`` for what is over."""
    if rows.empty:
        return np.zeros(0, dtype=np.int64)
    decided = rows["decided_day"].fillna(rows["from_day"]).to_numpy(dtype=np.int64) // 100
    is_over = year_ends(rows["from_day"], months) // 100 < this.code
    return np.where(is_over, this.code, np.minimum(decided, this.code))


@dataclass(frozen=True, eq=False)
class _Checks:
    plans: pd.DataFrame
    goals: pd.DataFrame
    tables: CaseTables
    parameters: ParameterSet
    month: Month

    def of_plans(self) -> Iterator[Fault]:
        yield from row_faults(PLANS.name, self.plans)
        yield from self._years(self.plans)
        yield from self._subjects(self.plans)
        yield from self._programmes()
        yield from self._numbers()
        yield from self._done_by()
        yield from self._needs()
        yield from self._may_harm()

    def of_resources(self) -> Iterator[Fault]:
        yield from resource_faults(self.plans, self._together, self.tables, self._months)

    def of_goals(self) -> Iterator[Fault]:
        yield from row_faults(GOALS.name, self.goals)
        yield from self._years(self.goals)
        yield from self._subjects(self.goals)
        if len(self.goals):
            yield from goal_faults(self.goals, self.parameters.indicators, self._levels, self.month, self._months)

    @cached_property
    def _months(self) -> int:
        return months_of_help(self.parameters, self.month)

    @property
    def _on_day(self) -> int:
        return self.month.code * 100 + self.month.days

    @cached_property
    def _together(self) -> pd.DataFrame:
        """The plans as they would stand: those of the tables without what is replaced, then the new ones."""
        key = list(PLANS.key)
        stored = self.tables.plans
        is_replaced = pd.MultiIndex.from_frame(stored[key]).isin(pd.MultiIndex.from_frame(self.plans[key]))
        kept = stored[~is_replaced]
        return pd.concat([kept, self.plans], ignore_index=True) if len(kept) else self.plans

    @cached_property
    def _is_accepted(self) -> np.ndarray:
        return self.plans["decision"].isin(ACCEPTED).to_numpy(dtype=bool)

    @cached_property
    def _is_current(self) -> np.ndarray:
        """Accepted, and of a year of help that is not over: what begins next month is decided by what is known now."""
        first = self.month.code * 100 + FIRST_DAY
        return np.asarray(self._is_accepted & (last_days(self.plans, self._months) >= first), dtype=bool)

    def _each(self, is_meant: np.ndarray) -> Iterator[tuple[int, Any, Programme]]:
        """The rows that are meant and whose programme the catalogue has."""
        known = self.parameters.programmes.by_code
        for row in self.plans[is_meant].itertuples():
            if row.programme in known:
                yield int(row.Index), row, known[row.programme]

    def _years(self, rows: pd.DataFrame) -> Iterator[Fault]:
        sentence = N_("A year of help begins with a month, and {day} is not the first of one. Write the first day.")
        for row in np.flatnonzero((rows["from_day"] % 100 != FIRST_DAY).to_numpy(dtype=bool)).tolist():
            yield row, "from_day", message(sentence, day=day_to_iso(int(rows["from_day"].iloc[row])))

    def _subjects(self, rows: pd.DataFrame) -> Iterator[Fault]:
        no_family = N_("No family has this case code. Correct it, or record the family first.")
        nobody = N_(
            "The subject is neither the family of the row nor one of its members. "
            "Correct it, or record the member first."
        )
        members = self.tables.members
        homes = set(zip(members["member_id"].astype("str"), members["family_id"].astype("str"), strict=True))
        families = set(self.tables.families["family_id"].astype("str"))
        for place, (family, subject) in enumerate(zip(rows["family_id"], rows["subject_id"], strict=True)):
            if family not in families:
                yield place, "family_id", message(no_family)
            elif subject != family and (subject, family) not in homes:
                yield place, "subject_id", message(nobody)

    def _programmes(self) -> Iterator[Fault]:
        unknown = N_("There is no programme '{code}' in the catalogue. Correct the code, or define it first.")
        ended = N_("'{code}' is not offered on {day}. Choose another programme, or correct its dates in the catalogue.")
        planless = N_("The catalogue does not say how '{code}' is carried out. Add its plan before it is accepted.")
        catalogue = self.parameters.programmes
        general = catalogue.by_help.get("general")
        for_all = {programme.code for programme in general.programmes} if general is not None else set()
        for row in self.plans.itertuples():
            programme = catalogue.by_code.get(row.programme)
            if programme is None:
                yield row.Index, "programme", message(unknown, code=row.programme)
            elif self._is_accepted[row.Index]:
                if not programme.holds_on(int(row.from_day)):
                    yield row.Index, "programme", message(ended, code=row.programme, day=day_to_iso(int(row.from_day)))
                elif programme.plan is None and row.programme not in for_all:
                    yield row.Index, "programme", message(planless, code=row.programme)

    def _numbers(self) -> Iterator[Fault]:
        other = N_("It is accepted as proposed, and this number is another. Write 'changed' and why, or leave it out.")
        rhythm = N_("Several visits need the days from one to the next. Write them, or one visit.")
        for place, row, programme in self._each(self._is_accepted):
            for name in OVERRIDES:
                if row.decision == "accepted" and pd.notna(getattr(row, name)):
                    yield place, name, message(other)
            every = programme.plan.every_days if programme.plan is not None else None
            if pd.notna(row.number) and row.number > 1 and every is None and pd.isna(row.every_days):
                yield place, "every_days", message(rhythm)

    def _done_by(self) -> Iterator[Fault]:
        expert = N_(
            "Only an expert may do '{programme}', and none is named. "
            "Name a resource that can do it, or refuse it with the reason."
        )
        commission = N_(
            "Only {commission} decides on '{programme}', and the family is not before it. "
            "Propose the family to it first, or refuse the programme with the reason."
        )
        referred = referred_commissions(self.tables.referrals, self._on_day, self._months)
        for place, row, programme in self._each(self._is_current):
            plan = programme.plan
            if plan is None:
                continue
            if plan.done_by == "expert" and pd.isna(row.resource_id):
                yield place, "resource_id", message(expert, programme=programme.label)
            if plan.commission is not None and (row.family_id, plan.commission) not in referred:
                who = message(COMMISSION_WORDS[plan.commission])
                yield place, "decision", message(commission, programme=programme.label, commission=who)

    def _needs(self) -> Iterator[Fault]:
        sentence = N_(
            "'{needed}' comes before '{programme}', and is not accepted. "
            "Accept it first, or refuse '{programme}' with the reason."
        )
        rows = [each for each in self._each(self._is_current) if each[2].plan is not None and each[2].plan.needs]
        if not rows:
            return
        accepted = self._together[self._together["decision"].isin(ACCEPTED)]
        has = _by_family(accepted, lambda row: int(row.from_day))
        called = _by_family(self._calls.rows, lambda _: 0)
        for place, row, programme in rows:
            for code in programme.plan.needs if programme.plan is not None else ():
                key = (row.family_id, code)
                is_called = any(_concerns(subject, row) for subject, _ in called.get(key, ()))
                is_had = any(_concerns(subject, row) and since <= row.from_day for subject, since in has.get(key, ()))
                if is_called and not is_had:
                    needed = self.parameters.programmes.by_code[code].label
                    yield place, "programme", message(sentence, needed=needed, programme=programme.label)

    def _may_harm(self) -> Iterator[Fault]:
        sentence = N_(
            "'{programme}' may do harm while this stands, or may: {indicator}. "
            "Settle that first, or refuse the programme with the reason."
        )
        for place, row, programme in self._each(self._is_current):
            if programme.not_while and row.family_id in self._calls.placed.family_ids:
                found = int(self._calls.may_harm(programme, pd.Series([row.family_id]))[0])
                if found >= 0:
                    label = self._calls.placed.indicators.indicators[found].label
                    yield place, "programme", message(sentence, programme=programme.label, indicator=label)

    @cached_property
    def _calls(self) -> Calls:
        """What calls for which programme in the families of the rows, whatever their level."""
        some, economy = self._looked_at
        placed = stratify_families(some, self.parameters, self.month, economy)
        return Calls(placed, self.parameters.programmes, self.month, self._levels)

    @cached_property
    def _levels(self) -> pd.DataFrame:
        """The levels of the families of which something is to be known."""
        some, economy = self._looked_at
        return subject_levels(some, self.parameters, self.month, some.families["family_id"], economy=economy)

    @cached_property
    def _looked_at(self) -> tuple[CaseTables, Assessment]:
        aimed = self.goals.loc[self.goals["aim_level"].notna(), "family_id"]
        families = pd.concat([self.plans.loc[self._is_current, "family_id"], aimed]).unique().tolist()
        some = self.tables.only(families)
        return some, assess_families(some, self.parameters, self.month, history_months=0)


def _by_family(rows: pd.DataFrame, value: Callable[[Any], int]) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """By family and programme: the subjects, each with a value of its row."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for row in rows.itertuples():
        found.setdefault((row.family_id, row.programme), []).append((row.subject_id, value(row)))
    return found


def _concerns(subject: str, row: Any) -> bool:
    """Whether a programme for ``subject`` can come before the row's: for the same, or for or by the whole family."""
    return bool(subject in (row.subject_id, row.family_id) or row.subject_id == row.family_id)
