"""The fields of the plan: what is proposed to the family, and what was decided already.

A proposal of the year of help is accepted or refused; what was decided in a year that is in force can be decided anew.
The year is that of the assignment under which the family is carried; without one there is nothing to decide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.labels import OUTCOMES
from hamyar.core.levels.indicators import Indicator
from hamyar.core.message import N_, Message, message
from hamyar.core.parameters import CatalogueAbsent, ParameterMissing, ParameterSet, ParameterUnknown
from hamyar.core.plan.activity_plans import ActivityPlan
from hamyar.core.plan.programmes import Programme
from hamyar.core.plan.proposals import PROPOSAL_COLUMNS, plan_proposals
from hamyar.core.plan.years import carriers, in_force, months_of_help
from hamyar.core.tables.labels import COLUMNS
from hamyar.faces.form.asked import Choices, People
from hamyar.faces.form.fields import FormField, FormGroup, in_words, plan_id
from hamyar.faces.form.file import Row, plain_rows
from hamyar.faces.form.rows import Overlay

DECISIONS = ("accepted", "refused")


@dataclass(frozen=True, eq=False)
class PlanAsked:
    """The proposals of one family, by its levels as the form stands now, and what was decided already."""

    overlay: Overlay

    @property
    def _on_day(self) -> int:
        return self.overlay.file.setting.day

    @cached_property
    def _months(self) -> int:
        return months_of_help(self.overlay.file.parameters, self.overlay.file.setting.month)

    @cached_property
    def year_from(self) -> int | None:
        """The first day of the family's year of help; ``None`` where nobody carries it."""
        try:
            found = carriers(self.overlay.tables.assignments, self._on_day, self._months)
        except (ParameterMissing, ParameterUnknown):
            return None
        return int(found["year_from"].iloc[0]) if len(found) else None

    @cached_property
    def proposals(self) -> pd.DataFrame:
        """As :func:`~hamyar.core.plan.proposals.plan_proposals` has them; empty where there can be none."""
        of, placed = self.overlay.file.setting, self.overlay.judged.placed
        if placed is None or self.year_from is None:
            return pd.DataFrame(columns=list(PROPOSAL_COLUMNS))
        tables, parameters = self.overlay.tables, self.overlay.file.parameters
        try:
            return plan_proposals(placed, tables, parameters, of.month, [of.family_id], self._on_day)
        except (CatalogueAbsent, ParameterMissing, ParameterUnknown):
            return pd.DataFrame(columns=list(PROPOSAL_COLUMNS))

    @cached_property
    def decided(self) -> dict[tuple[str, str], Row]:
        """What is decided in the file and in force, by subject and programme."""
        try:
            rows = in_force(self.overlay.file.tables.plans, self._on_day, self._months)
        except (ParameterMissing, ParameterUnknown):
            return {}
        return {(row["subject_id"], row["programme"]): row for row in plain_rows(rows)}

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], Any]:
        return {(row.subject_id, row.programme): row for row in self.proposals.itertuples()}

    @cached_property
    def asked(self) -> list[tuple[str, str, int]]:
        """Subject, programme and first day of the year: proposals in their order, then what else was decided."""
        found = []
        for subject, programme in dict.fromkeys([*self._by_key, *self.decided]):
            row = self.decided.get((subject, programme))
            year = self.year_from if row is None else row["from_day"]
            if year is not None:
                found.append((subject, programme, int(year)))
        return found

    def groups(self) -> Iterator[FormGroup]:
        """One for each programme and subject, with why it is proposed."""
        people, family_id = People(self.overlay), self.overlay.file.setting.family_id
        for subject, programme, year in self.asked:
            label = self._label(programme)
            if subject != family_id:
                label = message(N_("{programme}: {who}"), programme=label, who=people.label(subject))
            row = self._by_key.get((subject, programme))
            why = None if row is None else row.why
            member = None if subject == family_id else subject
            name, is_private = self._group(subject, programme, year), self._names_private(programme)
            yield FormGroup(name, "plan", label, subject=member, help=why, is_help_private=is_private)

    def _names_private(self, programme: str) -> bool:
        """Whether the reason of a proposal may name an indicator that is asked in private."""
        answered = indicators_of(self.overlay, programme)
        return any(indicator.is_sensitive or indicator.screen_only for indicator in answered)

    def _group(self, subject: str, programme: str, year: int) -> str:
        return plan_id(subject, programme, year).removesuffix(":decision")

    def _label(self, programme: str) -> Message:
        return programme_label(self.overlay.file.parameters, programme)

    def _programme(self, code: str) -> Programme | None:
        return programme_of(self.overlay.file.parameters, code)

    def fields(self) -> Iterator[FormField]:
        for subject, programme, year in self.asked:
            group = self._group(subject, programme, year)
            member = None if subject == self.overlay.file.setting.family_id else subject
            values: dict[str, Any] = {
                "subject": member,
                "group": group,
                "is_private": is_private_programme(self.overlay, programme),
            }
            name = plan_id(subject, programme, year)
            choices = self._decisions((subject, programme))
            open_ = message(N_("Not decided yet"))
            yield FormField(name, "plan", "choice", message(COLUMNS["decision"]), None, choices, **values, empty=open_)
            resources = self._resources((subject, programme))
            if resources:
                name = plan_id(subject, programme, year, "resource_id")
                yield FormField(name, "plan", "choice", message(N_("Who does it")), None, resources, **values)
            name = plan_id(subject, programme, year, "reason")
            help_ = message(N_("What is refused needs its reason; no names and no numbers of persons."))
            yield FormField(name, "plan", "text", message(COLUMNS["reason"]), help_, **values)

    def _decisions(self, key: tuple[str, str]) -> Choices:
        row = self.decided.get(key)
        # What was changed elsewhere can stay as it is.
        codes = (*DECISIONS, "changed") if row is not None and row["decision"] == "changed" else DECISIONS
        return tuple((code, message(OUTCOMES[code])) for code in codes)

    def _resources(self, key: tuple[str, str]) -> Choices:
        """Who could do it, the best first, where an expert is needed; who does it already is always among them."""
        row, decided = self._by_key.get(key), self.decided.get(key)
        found = [] if row is None else [able.resource_id for able in row.resources]
        if decided is not None and decided["resource_id"] is not None:
            found.append(decided["resource_id"])
        plan = self._plan_of(key[1])
        if plan is None or plan.done_by != "expert":
            return ()
        titles = self.overlay.file.tables.resources.set_index("resource_id")["title"].to_dict()
        return tuple(
            (code, message(N_("{text}"), text=str(titles.get(code) or code))) for code in dict.fromkeys(map(str, found))
        )

    def _plan_of(self, programme: str) -> ActivityPlan | None:
        known = self._programme(programme)
        return None if known is None else known.plan


def indicators_of(overlay: Overlay, programme: str) -> list[Indicator]:
    """The indicators that a programme answers, as far as they are asked in the month."""
    known, indicators = programme_of(overlay.file.parameters, programme), overlay.file.indicators
    if known is None or indicators is None:
        return []
    return [indicators[code] for code in known.indicators if code in indicators.codes]


def is_private_programme(overlay: Overlay, programme: str) -> bool:
    """Whether the very name of a programme tells a matter that is never said before others."""
    return any(indicator.screen_only for indicator in indicators_of(overlay, programme))


def programme_of(parameters: ParameterSet, code: str) -> Programme | None:
    """A programme of the catalogue; ``None`` for a code it has not."""
    try:
        return parameters.programmes.by_code.get(code)
    except CatalogueAbsent:
        return None


def programme_label(parameters: ParameterSet, code: str) -> Message:
    """What a programme is called; its code where nobody knows it."""
    known = programme_of(parameters, code)
    return message(N_("{text}"), text=code) if known is None else in_words(known.label)
