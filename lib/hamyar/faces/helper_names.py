"""What the visits of a calendar are called, and which of them must not be named.

A visit is called by its programme, a session by its commission, a training by its topic, a task by what is to be done.
Three readers see three things:

- the helper on the screen, alone, sees everything by its name;
- paper in the helper's bag, and a dossier, call a programme that answers a ``screen_only`` harm "help in a private
  matter" (:mod:`hamyar.faces.veil`);
- the family's own page and calendar are read by everybody at home and by guests, and name no more than
  :meth:`HelpNames.may_be_told_at_home` allows: there any other visit is a visit.

What people wrote freely (a task, a reason) may name what a code would not.  On paper it is left out wherever anything
private was ever found or planned in the family.
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.calendar.catalogue import StandingActivity
from hamyar.core.economy.households import age_ranges
from hamyar.core.jalali import Month
from hamyar.core.levels.indicators import WORST, Indicator
from hamyar.core.message import N_, Message
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.activity_plans import ActivityPlan
from hamyar.core.plan.help import GENERAL
from hamyar.core.plan.programmes import Programme
from hamyar.core.plan.years import accepted_rows
from hamyar.core.tables import CaseTables
from hamyar.faces.helper_text import rhythm_message
from hamyar.faces.labels import label
from hamyar.faces.veil import PRIVATE, PRIVATE_HELP
from hamyar.words import Words


def _counting(indicator: Indicator) -> list[str]:
    """The answers with which an indicator counts as a harm, or is critical."""
    least = min(indicator.counts_from, indicator.critical_from or WORST)
    return [str(level) for level in range(least, WORST + 1)]


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
        """Whether the family's own page and calendar may name it, although anybody may read them.

        - What every carried family has tells nothing of this one.  What it has once a year is about its level,
          and therefore not named.
        - Nothing that answers a ``screen_only`` harm even in part: who does the harm would know that it was told.
        - Nothing that goes before a commission (aid, housing, the neighbourhood): it is about money and about others,
          such as the landlord, and a guest could be one of them.
        - Focused help only where more than half of what it answers is not sensitive: what it is mostly about is what
          a reader takes from its name (missing papers, a psychologist, a daughter kept from school).
        - General help is open to everybody and shames nobody, so one indicator that is not sensitive is enough.

        What is in no catalogue, or answers what is in none, cannot be judged and is not named.
        """
        if self.is_standing(code):
            return self.rhythm_of(code)[0] is not None
        programme, plan = None if pd.isna(code) else self._programmes.get(code), self.plan_of(code)
        answered = self._answered(code)
        if programme is None or len(answered) < len(programme.indicators) or any(one.screen_only for one in answered):
            return False
        if plan is not None and plan.done_by == "commission":
            return False
        plain = sum(not one.is_sensitive for one in answered)
        return plain > 0 if code in self._general else 2 * plain > len(answered)

    @cached_property
    def _general(self) -> set[str]:
        found = self.parameters.programmes.by_help.get(GENERAL) if self.parameters.has_indicators else None
        return set() if found is None else {programme.code for programme in found.programmes}

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

    def rhythm(self, row: Any) -> Message:
        """How often a row of ``PLANS`` is done, in plain words; what the row leaves open the catalogue says."""
        every, number = self.rhythm_of(row.programme)
        every = every if pd.isna(row.every_days) else int(row.every_days)
        return rhythm_message(every, number if pd.isna(row.number) else int(row.number))

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

    # -- families --

    def may_quote(self, family_id: Any) -> bool:
        """Whether this page may show what somebody wrote freely about a family."""
        if not self.on_paper:
            return True
        return self.parameters.has_indicators and family_id not in self._with_private_matter

    @cached_property
    def _with_private_matter(self) -> set[str]:
        """The families in which a private harm was ever found, or focused help for one was accepted.

        What was found once counts for ever: a text may speak of what is over.  A talk or a film is for everybody,
        and an invitation to it says nothing of a family.
        """
        tables, private = self.tables, [found for found in self._indicators.values() if found.screen_only]
        helps = [code for code in self._programmes if self.is_private(code) and code not in self._general]
        told = tables.observations
        counting = [
            told[(told["indicator"] == found.code) & told["answer"].isin(_counting(found)).to_numpy(dtype=bool)]
            for found in private
        ]
        frames = (
            *counting,
            tables.goals[tables.goals["indicator"].isin([found.code for found in private])],
            *(frame[frame["programme"].isin(helps)] for frame in (accepted_rows(tables.plans), tables.visits)),
        )
        return {str(code) for frame in frames for code in frame["family_id"].dropna().unique()}

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
        if kind == "task" and not self.may_quote(visit.family_id):
            return label(kind, self.words)
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
