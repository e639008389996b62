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
from hamyar.core.message import N_
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.plans import goal_progress, goals_of
from hamyar.core.tables import CaseTables
from hamyar.faces.helper_names import HelpNames
from hamyar.faces.helper_text import short_day

NONE = "–"
# The lines of a short list, in this order.
_LINES: Mapping[str, str] = {
    "reached": N_("Goal reached"),
    "nearer": N_("Nearer to the goal"),
    "same": N_("Goal, no change"),
    "worse": N_("Goal, but worse"),
    "unknown": N_("Goal, not known yet how far"),
    "private": N_("Goal"),
    "reason": N_("No goal, for a reason"),
    "open": N_("Still without a goal"),
}
PROGRESS_WORDS: Mapping[str, str] = {
    "reached": N_("reached"),
    "nearer": N_("nearer"),
    "same": N_("as it was"),
    "worse": N_("worse than it was"),
    "unknown": N_("not known yet"),
}


class HelpGoals:
    """The goals of the families in ``tables`` by their levels of ``month``; the month must have rules and catalogue.

    ``levels`` are the families' rows of :func:`hamyar.core.plan.levels.subject_levels`, where they are at hand.
    """

    def __init__(
        self,
        placed: Stratification,
        tables: CaseTables,
        parameters: ParameterSet,
        month: Month,
        on_day: int,
        names: HelpNames,
        levels: pd.DataFrame | None = None,
    ) -> None:
        self._asked = (placed, tables, parameters, month, on_day, None, levels)
        self.names, self.words = names, names.words

    @cached_property
    def _aims(self) -> pd.DataFrame:
        return goal_progress(*self._asked)

    @cached_property
    def _harms(self) -> pd.DataFrame:
        return goals_of(*self._asked)

    def rows(self, family_id: str) -> list[dict[str, str]]:
        """One row for each goal of a family: ``indicator, who, aim, until, state``, all in words."""
        aims = self._aims[self._aims["family_id"] == family_id]
        return [self._aim(goal) for goal in aims.itertuples()]

    def reasons(self, family_id: str) -> dict[str, list[str]]:
        """The harms that have no goal, by the reason why not; of a private one no reason is told."""
        told = self._harms[(self._harms["family_id"] == family_id) & (self._harms["state"] == "reason")]
        found: dict[str, list[str]] = {}
        for goal in told.itertuples():
            reason = NONE if self.names.is_private_indicator(goal.indicator) else str(goal.reason)
            found.setdefault(reason, []).append(self._whose(goal))
        return found

    def open_harms(self, family_id: str) -> list[str]:
        """The names of a family's harms that have neither a goal nor a reason why not."""
        found = self._harms[(self._harms["family_id"] == family_id) & (self._harms["state"] == "open")]
        return [self.names.indicator(code) for code in found["indicator"]]

    def lines(self, family_id: str) -> list[tuple[str, str]]:
        """The same in few lines, one for each state: what it is, and the names of the harms that are in it."""
        aims = self._aims[self._aims["family_id"] == family_id]
        rest = self._harms[(self._harms["family_id"] == family_id) & (self._harms["state"] != "goal")]
        told: dict[str, list[str]] = {line: [] for line in _LINES}
        for goal in [*aims.itertuples(), *rest.itertuples()]:
            is_veiled = goal.state in PROGRESS_WORDS and self.names.is_private_indicator(goal.indicator)
            told["private" if is_veiled else goal.state].append(self._whose(goal))
        joiner = "، " if self.words.language == "fa" else ", "
        return [(self.words(_LINES[line]), joiner.join(dict.fromkeys(names))) for line, names in told.items() if names]

    def _whose(self, goal: Any) -> str:
        head = self._head(goal)
        is_of_all = goal.subject_id == goal.family_id or head["who"] == NONE
        return head["indicator"] if is_of_all else f"{head['indicator']} ({head['who']})"

    def _aim(self, goal: Any) -> dict[str, str]:
        is_private = self.names.is_private_indicator(goal.indicator)
        meaning = self.names.level_meaning(goal.indicator, int(goal.aim_level))
        return {
            **self._head(goal),
            "aim": NONE if is_private else meaning or self.words(N_("level {level}"), level=int(goal.aim_level)),
            "until": NONE if pd.isna(goal.until_day) else short_day(int(goal.until_day), self.words),
            "state": NONE if is_private else self.words(PROGRESS_WORDS[goal.state]),
        }

    def _head(self, goal: Any) -> dict[str, str]:
        is_private = self.names.is_private_indicator(goal.indicator)
        return {
            "indicator": self.names.indicator(goal.indicator),
            "who": NONE if is_private else self.names.subject(goal.family_id, goal.subject_id),
        }


__all__ = ["PROGRESS_WORDS", "HelpGoals"]
