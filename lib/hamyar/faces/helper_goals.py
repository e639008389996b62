"""The goals of a year of help on a page: to which level a harm is to come, how far it is, and which have no goal.

What a goal is and how far it has come is the core's (:mod:`hamyar.core.plan.plans`); here it gets its words.
Of a private harm paper tells only that there is a goal: neither whom it is for, nor the level, nor the reason.
What has neither a goal nor a reason why not is listed, because it is the next thing to decide.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.plans import goal_progress, goals_of
from hamyar.core.tables import CaseTables
from hamyar.faces.helper_names import HelpNames
from hamyar.faces.helper_text import short_day

NONE = "–"
PROGRESS_WORDS: Mapping[str, str] = {
    "reached": N_("reached"),
    "nearer": N_("nearer"),
    "same": N_("as it was"),
    "worse": N_("worse than it was"),
    "unknown": N_("not known yet"),
}


class HelpGoals:
    """The goals of the families in ``tables`` by their levels of ``month``; the month must have rules and catalogue."""

    def __init__(
        self,
        placed: Stratification,
        tables: CaseTables,
        parameters: ParameterSet,
        month: Month,
        on_day: int,
        names: HelpNames,
    ) -> None:
        self._asked = (placed, tables, parameters, month, on_day)
        self.names, self.words = names, names.words

    @cached_property
    def _aims(self) -> pd.DataFrame:
        return goal_progress(*self._asked)

    @cached_property
    def _harms(self) -> pd.DataFrame:
        return goals_of(*self._asked)

    def rows(self, family_id: str) -> list[dict[str, str]]:
        """One row for each goal of a family, then one for each harm that has none with its reason.

        ``indicator, who, aim, until, state``, all in words.
        """
        aims = self._aims[self._aims["family_id"] == family_id]
        told = self._harms[(self._harms["family_id"] == family_id) & (self._harms["state"] == "reason")]
        return [*map(self._aim, aims.itertuples()), *map(self._reason, told.itertuples())]

    def open_harms(self, family_id: str) -> list[str]:
        """The names of a family's harms that have neither a goal nor a reason why not."""
        found = self._harms[(self._harms["family_id"] == family_id) & (self._harms["state"] == "open")]
        return [self.names.indicator(code) for code in found["indicator"]]

    def sentences(self, family_id: str) -> list[str]:
        """Each row as one line."""
        return [self.words(self._sentence(row)) for row in self.rows(family_id)]

    def _sentence(self, row: Mapping[str, str]) -> Message:
        what, aim = self._whose(row), row["aim"].rstrip(".")
        if aim == NONE:
            return message(N_("{what}: a goal is set."), what=what)
        if row["until"] == NONE:
            return message(N_("{what}: {aim}."), what=what, aim=aim)
        line = N_("{what}: {aim} (by {day}); {state}.")
        return message(line, what=what, aim=aim, day=row["until"], state=row["state"])

    def _whose(self, row: Mapping[str, str]) -> str:
        whole = self.words(N_("Whole family"))
        return row["indicator"] if row["who"] in (NONE, whole) else f"{row['indicator']} ({row['who']})"

    def _aim(self, goal: Any) -> dict[str, str]:
        is_private = self.names.is_private_indicator(goal.indicator)
        meaning = self.names.level_meaning(goal.indicator, int(goal.aim_level))
        return {
            **self._head(goal),
            "aim": NONE if is_private else meaning or self.words(N_("level {level}"), level=int(goal.aim_level)),
            "until": NONE if pd.isna(goal.until_day) else short_day(int(goal.until_day), self.words),
            "state": NONE if is_private else self.words(PROGRESS_WORDS[goal.state]),
        }

    def _reason(self, goal: Any) -> dict[str, str]:
        is_private = self.names.is_private_indicator(goal.indicator)
        no_goal = self.words(N_("no goal"))
        aim = no_goal if is_private else self.words(N_("no goal: {reason}"), reason=str(goal.reason))
        return {**self._head(goal), "aim": aim, "until": NONE, "state": NONE}

    def _head(self, goal: Any) -> dict[str, str]:
        is_private = self.names.is_private_indicator(goal.indicator)
        return {
            "indicator": self.names.indicator(goal.indicator),
            "who": NONE if is_private else self.names.subject(goal.family_id, goal.subject_id),
        }


__all__ = ["PROGRESS_WORDS", "HelpGoals"]
