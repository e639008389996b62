"""What the visits of a calendar are called, and which of them must not be named.

A visit is called by its programme, a session by its commission, a training by its topic, a task by what is to be done.
Three readers see three things:

- the helper on the screen, alone, sees everything by its name;
- paper in the helper's bag, and a dossier, call a programme that answers a ``screen_only`` harm "help in a private
  matter" (:mod:`hamyar.faces.veil`);
- the family's own page names nothing that is private or merely ``is_sensitive``, and nothing that is for one member
  alone: there such a visit is a visit.

A programme that is in no catalogue cannot be judged, so the family's page does not name it either.
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.calendar.catalogue import StandingActivity
from hamyar.core.economy.households import age_ranges
from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import Indicator
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.activity_plans import ActivityPlan
from hamyar.core.plan.programmes import Programme
from hamyar.core.tables import CaseTables
from hamyar.faces.labels import label
from hamyar.faces.veil import PRIVATE, PRIVATE_HELP
from hamyar.words import Words


class HelpNames:
    """Names for one page.  ``on_paper`` veils what may not be printed."""

    def __init__(
        self, parameters: ParameterSet, tables: CaseTables, month: Month, words: Words, *, on_paper: bool = True
    ) -> None:
        self.parameters, self.tables, self.month = parameters, tables, month
        self.words, self.on_paper = words, on_paper

    # -- programmes --

    @cached_property
    def _programmes(self) -> dict[str, Programme]:
        files = self.parameters.programmes.by_help.values() if self.parameters.has_indicators else ()
        return {programme.code: programme for found in files for programme in found.programmes}

    @cached_property
    def _standing(self) -> dict[str, StandingActivity]:
        return self.parameters.calendar.by_code if self.parameters.has_calendar else {}

    @cached_property
    def _indicators(self) -> dict[str, Indicator]:
        return self.parameters.indicators.by_code if self.parameters.has_indicators else {}

    def programme(self, code: Any) -> str:
        """The programme's or standing activity's name; the veil where it is private, its code where nobody knows it."""
        if pd.isna(code):
            return self.words(N_("Visit"))
        found = self._programmes.get(code) or self._standing.get(code)
        if self.is_private(code):
            return self.words(PRIVATE_HELP)
        return str(code) if found is None else str(found.label.in_language(self.words.language))

    def is_private(self, code: Any) -> bool:
        """Whether this page must not name the programme."""
        return self.on_paper and any(indicator.screen_only for indicator in self._answered(code))

    def may_be_told_at_home(self, code: Any) -> bool:
        """Whether the family's own page may name it: known, and neither private nor sensitive."""
        if self.is_standing(code):
            return True
        answered = self._answered(code)
        return bool(answered) and not any(found.screen_only or found.is_sensitive for found in answered)

    def is_standing(self, code: Any) -> bool:
        """Whether every carried family has it, whatever its harms."""
        return not pd.isna(code) and code in self._standing

    def _answered(self, code: Any) -> list[Indicator]:
        programme = None if pd.isna(code) else self._programmes.get(code)
        codes = () if programme is None else programme.indicators
        return [self._indicators[code] for code in codes if code in self._indicators]

    def success(self, code: Any) -> str:
        """What success of the programme is, in the catalogue's words; nothing for what is private or has no plan."""
        plan = self.plan_of(code)
        return "" if plan is None or self.is_private(code) else str(plan.success.in_language(self.words.language))

    def plan_of(self, code: Any) -> ActivityPlan | None:
        programme = None if pd.isna(code) else self._programmes.get(code)
        return None if programme is None else programme.plan

    def rhythm_of(self, code: Any) -> tuple[int | None, int | None]:
        """Days from one visit to the next and number of visits, as the catalogue says; missing where it does not."""
        found = self.plan_of(code) or (None if pd.isna(code) else self._standing.get(code))
        return (None, None) if found is None else (found.every_days, found.number)

    # -- indicators --

    def indicator(self, code: str) -> str:
        found = self._indicators.get(code)
        if found is None:
            return code
        return self.words(PRIVATE) if self._is_veiled(found) else str(found.label.in_language(self.words.language))

    def level_meaning(self, code: str, level: int) -> str:
        """What a level of the indicator means, in the catalogue's words; nothing of a private one."""
        found = self._indicators.get(code)
        if found is None or self._is_veiled(found) or level not in found.levels:
            return ""
        return str(found.levels[level].in_language(self.words.language))

    def is_private_indicator(self, code: str) -> bool:
        found = self._indicators.get(code)
        return found is not None and self._is_veiled(found)

    def _is_veiled(self, indicator: Indicator) -> bool:
        return self.on_paper and indicator.screen_only

    # -- people --

    @cached_property
    def _people(self) -> dict[str, str]:
        """Each member's place in the household, with the age where two would be called alike; never a name."""
        members = self.tables.members
        least, most = age_ranges(members, self.month)
        alike = members.duplicated(["family_id", "role"], keep=False).tolist()
        rows = zip(members["member_id"], members["role"], alike, least, most, strict=True)
        return {code: self._person(role, double, int(low), int(high)) for code, role, double, low, high in rows}

    def _person(self, role: Any, has_double: bool, least: int, most: int) -> str:
        name = self.words(N_("a member")) if pd.isna(role) else label(role, self.words)
        if not has_double or most > least + 1:
            return name
        return self.words(N_("{role}, {age} years"), role=name, age=least)

    def person(self, code: Any) -> str:
        """Whom a visit is for: a member's place in the household; empty for the whole family."""
        return "" if pd.isna(code) else self._people.get(code, self.words(N_("a member")))

    def subject(self, family_id: str, subject_id: Any) -> str:
        """Whom a plan row or a goal is for, with the family itself named."""
        is_family = pd.isna(subject_id) or subject_id == family_id
        return self.words(N_("Whole family")) if is_family else self.person(subject_id)

    # -- visits --

    def purpose(self, visit: Any) -> str:
        """What a row of the visits is about, without its family."""
        kind = "activity" if pd.isna(visit.kind) else visit.kind
        told = {"session": self._sessions, "training": self._trainings, "event": self._events, "task": self._tasks}
        if kind == "activity":
            return self.programme(visit.programme)
        key = visit.activity_id if kind == "task" else visit.visit_id.removesuffix(f".{visit.helper_id}")
        found = told[kind].get(key)
        return label(kind, self.words) if found is None or pd.isna(found) else str(found)

    @cached_property
    def _sessions(self) -> dict[str, str]:
        rows = self.tables.sessions
        title = N_("Session of the commission: {commission}")
        held = zip(rows["session_id"], rows["commission"], strict=True)
        return {code: self.words(title, commission=label(commission, self.words)) for code, commission in held}

    @cached_property
    def _trainings(self) -> dict[str, str]:
        rows = self.tables.trainings
        topics = zip(rows["training_id"], rows["topic"], strict=True)
        return {code: self._called("training", topic) for code, topic in topics}

    @cached_property
    def _events(self) -> dict[str, str]:
        rows = self.tables.events
        titles = zip(rows["event_id"], rows["kind"], rows["title"], strict=True)
        return {code: self._called(kind, title) for code, kind, title in titles}

    def _called(self, kind: str, title: Any) -> str:
        name = label(kind, self.words)
        return name if pd.isna(title) else self.words(N_("{kind}: {title}"), kind=name, title=str(title))

    @cached_property
    def _tasks(self) -> dict[str, str]:
        rows = self.tables.decisions
        return {f"{row.session_id}.{row.family_id}.{row.number}": row.what for row in rows.itertuples()}
