"""The fields of the goals: to which level each harm is to come in the year of help, until when, or why to none.

Asked is what the helper's calendar counts as open (:mod:`hamyar.core.plan.goals`), by the levels of the form as it
stands: every harm at level 2 or worse, of the family or of a member.  What was decided in the year stays on the page
when its harm has passed, or when its day has, because it is still what stands in the file.
Where an accepted programme aims at a harm, that is its goal until another is written, so nothing is open there.
No programme is named here: its name may tell a private matter at a goal that is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from hamyar.core.jalali import is_day
from hamyar.core.levels.indicators import WORST, Indicator, IndicatorSet
from hamyar.core.message import N_, Message, message
from hamyar.core.parameters import CatalogueAbsent, ParameterMissing, ParameterUnknown
from hamyar.core.plan.goals import goals_of
from hamyar.core.plan.years import end_of_year, months_of_help
from hamyar.core.tables import GOALS
from hamyar.faces.form.asked import Choices, People, subgroup
from hamyar.faces.form.asked_visits import day_text
from hamyar.faces.form.fields import AIMS, NO_GOAL, FormField, FormGroup, goal_id, in_words, target_of
from hamyar.faces.form.file import Row, plain_rows
from hamyar.faces.form.rows import Overlay

GROUP = subgroup("plan", "goals")
# What a goal without a day means.
YEAR_ENDS = N_("When the year of help ends")


class AskedGoal(NamedTuple):
    """Whose goal for which harm, and the first day of the year of help it belongs to."""

    subject: str
    indicator: str
    from_day: int


@dataclass(frozen=True, eq=False)
class GoalsAsked:
    """The goals of one family, by its levels and answers as the form stands now.

    ``year_from`` is the first day of its year of help, ``None`` where nobody carries it.
    """

    overlay: Overlay
    year_from: int | None

    @cached_property
    def _months(self) -> int | None:
        try:
            return months_of_help(self.overlay.file.parameters, self.overlay.file.setting.month)
        except (ParameterMissing, ParameterUnknown):
            return None

    @property
    def _indicators(self) -> IndicatorSet | None:
        return self.overlay.file.indicators

    @cached_property
    def _harms(self) -> dict[tuple[str, str], Row]:
        """The harms that need a goal, by subject and indicator, with the level that accepted programmes aim at."""
        of, judged = self.overlay.file.setting, self.overlay.judged
        if judged.placed is None or self.year_from is None:
            return {}
        unwritten = replace(self.overlay.tables, goals=GOALS.empty())
        parameters = self.overlay.file.parameters
        try:
            rows = goals_of(judged.placed, unwritten, parameters, of.month, of.day, [of.family_id], judged.details)
        except (CatalogueAbsent, ParameterMissing, ParameterUnknown):
            return {}
        return {(row["subject_id"], row["indicator"]): row for row in plain_rows(rows)}

    @cached_property
    def _decided(self) -> dict[tuple[str, str], int]:
        """What the file has of a year of help that holds the form's day: the first day of the year, the last such."""
        if self._months is None:
            return {}
        day, rows = self.overlay.file.setting.day, self.overlay.file.rows["goals"].values()
        held = [row for row in rows if row["from_day"] <= day <= end_of_year(row["from_day"], self._months)]
        held.sort(key=lambda row: row["from_day"])
        return {(row["subject_id"], row["indicator"]): int(row["from_day"]) for row in held}

    @cached_property
    def asked(self) -> list[AskedGoal]:
        """The harms in the order of the catalogue, then what else was decided, then what else was typed."""
        found: dict[tuple[str, str], int] = {}
        if self.year_from is not None:
            found = dict.fromkeys(self._harms, self.year_from)
        found |= self._decided
        for target in map(target_of, self.overlay.typed):
            if target.what == "goal" and target.key[2].isdecimal() and is_day(int(target.key[2])):
                found.setdefault((target.key[0], target.key[1]), int(target.key[2]))
        known = {self.overlay.file.setting.family_id, *self.overlay.member_ids}
        goals = (AskedGoal(*harm, year) for harm, year in found.items())
        return [goal for goal in goals if goal.subject in known and self._indicator(goal.indicator) is not None]

    def groups(self) -> Iterator[FormGroup]:
        if self.asked:
            help_ = message(
                N_(
                    "To which level each harm is to come in the year of help, and until which day; "
                    "or why there is no goal for it."
                )
            )
            yield FormGroup(GROUP, "plan", message(N_("Goals")), help=help_)

    def fields(self) -> Iterator[FormField]:
        people, family_id = People(self.overlay), self.overlay.file.setting.family_id
        for goal in self.asked:
            indicator = self._indicator(goal.indicator)
            if indicator is None or self._months is None:
                continue
            name = in_words(indicator.label)
            if goal.subject != family_id:
                name = message(N_("{indicator}: {who}"), indicator=indicator.label, who=people.label(goal.subject))
            same: dict[str, Any] = {
                "subject": None if goal.subject == family_id else goal.subject,
                "group": GROUP,
                "is_private": indicator.is_sensitive or indicator.screen_only,
            }
            yield self._aim(goal, indicator, name, same)
            end = end_of_year(goal.from_day, self._months)
            yield FormField(
                goal_id(*goal, "until_day"),
                "plan",
                "day",
                message(N_("Until which day: {harm}"), harm=name),
                message(N_("Empty: until the year of help ends, on {day}."), day=day_text(end)),
                **same,
                min=goal.from_day,
                max=end,
                empty=message(YEAR_ENDS),
            )
            yield FormField(
                goal_id(*goal, "reason"),
                "plan",
                "text",
                message(N_("Why there is no goal: {harm}"), harm=name),
                message(N_("In your own words; no names and no numbers of persons.")),
                **same,
            )

    def _aim(self, goal: AskedGoal, indicator: Indicator, name: Message, same: dict[str, Any]) -> FormField:
        harm = self._harms.get((goal.subject, goal.indicator))
        aim = None if harm is None else harm["aim_level"]
        empty = message(N_("Not decided yet"))
        if aim is not None:
            empty = message(N_("As the accepted programmes aim: {level}"), level=indicator.levels[aim])
        return FormField(
            goal_id(*goal),
            "plan",
            "level",
            name,
            self._now(goal, indicator),
            self._choices(goal, indicator),
            **same,
            empty=empty,
            is_settled=aim is not None,
        )

    def _now(self, goal: AskedGoal, indicator: Indicator) -> Message:
        """How the harm stands as the form does."""
        least, most = self._levels.get((goal.subject, goal.indicator), (None, None))
        if least is None or least != most:
            return message(N_("How it stands now is not known."))
        return message(N_("Now: {level}"), level=indicator.levels[least])

    def _choices(self, goal: AskedGoal, indicator: Indicator) -> Choices:
        """The levels better than the harm's own with their meaning, then to have none; what was chosen stays."""
        least, most = self._levels.get((goal.subject, goal.indicator), (None, None))
        worst = WORST if most is None or least != most else max(most, 1)
        name = goal_id(*goal)
        chosen = (self.overlay.filed(name), self.overlay.value(name))
        levels = [code for code in AIMS if code != NO_GOAL and (int(code) < worst or code in chosen)]
        return (*((code, in_words(indicator.levels[int(code)])) for code in levels), (NO_GOAL, message(N_("No goal"))))

    @cached_property
    def _levels(self) -> dict[tuple[str, str], tuple[int, int]]:
        details = self.overlay.judged.details
        if details is None:
            return {}
        rows = plain_rows(details[["subject_id", "indicator", "least", "most"]])
        return {(row["subject_id"], row["indicator"]): (row["least"], row["most"]) for row in rows}

    def _indicator(self, code: str) -> Indicator | None:
        known = self._indicators
        return known[code] if known is not None and code in known.codes else None


def outdone_by(field_id: str, value: Any) -> list[str]:
    """The fields whose drafts a newly typed ``aim_level`` leaves without meaning: a day of no goal, a reason of one."""
    target = target_of(field_id)
    if (target.what, target.column) != ("goal", "aim_level") or value not in AIMS:
        return []
    return [target.beside("until_day" if value == NO_GOAL else "reason")]


__all__ = ["YEAR_ENDS", "AskedGoal", "GoalsAsked", "outdone_by"]
