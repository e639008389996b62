"""The blocks of a family's level: what it is, what it rests on, and how sure it is.

What would change it, what to ask and what may help is :mod:`hamyar.faces.step_blocks`.

They draw values that the core has found and decide nothing.
A level shows by its shape, its colour and its word together (:mod:`hamyar.faces.level_looks`);
where answers are open the page shows the range of levels still possible, never the better end alone.
Strengths stand beside harms in the same type and the same width: they are listed, and weigh nothing up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from markupsafe import Markup

from hamyar.core.jalali import format_day
from hamyar.core.message import N_
from hamyar.faces.blocks import Block
from hamyar.faces.level_looks import (
    LEVELS,
    UNDETERMINED,
    level_icon,
    level_title,
    range_message,
)
from hamyar.faces.score_bar import DomainLevel, Share, Text, score_bar, written_share
from hamyar.faces.step_blocks import AskNext, Change, ChangeList, ProgrammeList, ProposedHelp, Question
from hamyar.faces.text import clip, sentence_html
from hamyar.words import Words

# Nearer to each other than this share of the bar, two labels would touch.
CLOSE_CUT_OFFS = 0.14


# From more than so many entries on, a side of strengths or harms has the width of the paper.
LONG_LIST = 4


@dataclass(frozen=True, repr=False)
class LevelBadge(Block):
    """The level, large.  Where it is undetermined, the levels still possible stand beside it with their shapes.

    ``note`` is a sentence below, for instance that one critical harm decides.
    """

    template: ClassVar[str] = "level_badge"
    level: str
    level_at_best: str
    level_at_worst: str
    words: Words
    note: Text = ""

    def context(self) -> dict[str, Any]:
        possible = _possible(self.level_at_best, self.level_at_worst) if self.level == UNDETERMINED else []
        return {
            "level": self.level,
            "icon": level_icon(self.level, self.words),
            "word": level_title(self.level, self.words),
            "range": sentence_html(range_message(self.level_at_best, self.level_at_worst), self.words)
            if possible
            else "",
            "possible": [level_icon(level, self.words) for level in possible],
            "note": sentence_html(self.note, self.words),
        }


def _possible(at_best: str, at_worst: str) -> Sequence[str]:
    return LEVELS[LEVELS.index(at_best) : LEVELS.index(at_worst) + 1]


@dataclass(frozen=True, repr=False)
class DomainLevels(Block):
    """Each domain's level beside a bar of its score: the known part solid, what is still possible hatched."""

    template: ClassVar[str] = "domain_levels"
    rows: Sequence[DomainLevel]
    words: Words

    def context(self) -> dict[str, Any]:
        return {"rows": [self._row(row) for row in self.rows]}

    def _row(self, row: DomainLevel) -> dict[str, Any]:
        centred = float(row.harmed_cut_off_share - row.at_risk_cut_off_share) >= CLOSE_CUT_OFFS
        undetermined = row.level == UNDETERMINED
        return {
            "name": clip(row.name),
            "level": row.level,
            "icon": level_icon(row.level, self.words),
            "word": level_title(row.level, self.words),
            "range": sentence_html(range_message(row.level_at_best, row.level_at_worst), self.words)
            if undetermined
            else "",
            "note": sentence_html(row.note, self.words),
            "score": self._score(row),
            "bar": score_bar(row, self.words),
            "centred": centred,
            "cut_offs": [
                self._cut_off("at_risk", row.at_risk_cut_off_share, centred, leads=False),
                self._cut_off("harmed", row.harmed_cut_off_share, centred, leads=True),
            ],
        }

    def _cut_off(self, level: str, share: Share, centred: bool, leads: bool) -> tuple[Markup, str, str]:
        """A cut-off's shape, its share, and its place: below its mark, or leaning away from a close neighbour."""
        start, end = ("right", "left") if self.words.direction == "rtl" else ("left", "right")
        place = 100 * float(share)
        if centred:
            style = f"{start}: {place:.3f}%; margin-{start}: -3em"
        elif not leads and share < CLOSE_CUT_OFFS:
            # Leaning back, it would leave the bar.
            style = f"{start}: 0"
        else:
            side, distance = (start, place) if leads else (end, 100 - place)
            style = f"{side}: {distance:.3f}%; padding-{side}: .3em"
        return level_icon(level, self.words), written_share(share, self.words), style

    def _score(self, row: DomainLevel) -> str:
        known = written_share(row.score_at_least_share, self.words)
        if row.score_at_least_share == row.score_at_most_share:
            return known
        possible = written_share(row.score_at_most_share, self.words)
        return self.words(N_("{known} to {possible}"), known=known, possible=possible)


@dataclass(frozen=True)
class Strength:
    """One capacity: its name, what its level means in words, who has it, the helper's words and the day."""

    name: str
    meaning: Text = ""
    who: str = ""
    reason: Text = ""
    day: int | None = None


@dataclass(frozen=True)
class Harm:
    """One indicator in which a family is deprived.

    ``level`` from 0 to 3 with its word (``level_word``: "harm", "severe") and its ``meaning`` in the catalogue;
    ``who`` is the place in the household, never a name.
    ``lacks_reason`` says that a reason was due and nobody wrote one; ``is_poorly_agreed`` that helpers who visit
    one family often differ on this indicator.
    """

    name: str
    level: int
    level_word: str
    meaning: Text = ""
    who: str = ""
    reason: Text = ""
    day: int | None = None
    is_critical: bool = False
    lacks_reason: bool = False
    is_poorly_agreed: bool = False


@dataclass(frozen=True, repr=False)
class StrengthsAndHarms(Block):
    """What the family can do and what harms it, side by side; below each other where the page is narrow."""

    template: ClassVar[str] = "strengths_and_harms"
    strengths: Sequence[Strength]
    harms: Sequence[Harm]
    words: Words

    def context(self) -> dict[str, Any]:
        words = self.words
        return {
            "is_long": self._is_long,
            "sides": [
                {
                    "kind": "strengths",
                    "title": words(N_("Strengths")),
                    "columns": self._columns(self.strengths),
                    "empty": words(N_("No strength is recorded yet. Ask what the family is able to do.")),
                },
                {
                    "kind": "harms",
                    "title": words(N_("Harms")),
                    "columns": self._columns(self.harms),
                    "empty": words(N_("No harm is known.")),
                },
            ],
            "reason_word": words(N_("The helper’s reason")),
            "critical_word": words(N_("critical by itself")),
            "critical_icon": level_icon("harmed", words),
            "no_reason": words(N_("No reason is written yet.")),
            "poorly_agreed": words(N_("Helpers often differ on this one; look again.")),
        }

    @property
    def _is_long(self) -> bool:
        return max(len(self.strengths), len(self.harms)) > LONG_LIST

    def _columns(self, found: Sequence[Strength | Harm]) -> list[list[dict[str, Any]]]:
        """The entries in one column, or in two of a long list; the style's own columns take the printer seconds."""
        items = [self._item(one) for one in found]
        middle = -(-len(items) // 2) if self._is_long else len(items)
        return [column for column in (items[:middle], items[middle:]) if column]

    def _item(self, found: Strength | Harm) -> dict[str, Any]:
        item: dict[str, Any] = {
            "name": clip(found.name),
            "meaning": sentence_html(found.meaning, self.words),
            "about": [clip(found.who)] if found.who else [],
            "reason": sentence_html(found.reason, self.words),
            "level": 0,
            "level_word": "",
            "is_critical": False,
            "lacks_reason": False,
            "is_poorly_agreed": False,
        }
        if found.day is not None:
            item["about"].append(format_day(int(found.day), self.words.language))
        if isinstance(found, Harm):
            item |= {
                "level": found.level,
                "level_word": clip(found.level_word),
                "is_critical": found.is_critical,
                "lacks_reason": found.lacks_reason,
                "is_poorly_agreed": found.is_poorly_agreed,
            }
        return item


@dataclass(frozen=True, repr=False)
class Chances(Block):
    """The chance of each level when answers may be mistaken, and the call for a second look where it is close.

    ``shares`` has ``safe``, ``at_risk`` and ``harmed``, between 0 and 1.
    """

    template: ClassVar[str] = "chances"
    shares: Mapping[str, Share]
    words: Words
    second_look: Text = ""

    def context(self) -> dict[str, Any]:
        words = self.words
        return {
            "title": words(N_("How sure the level is, since answers may be mistaken")),
            "second_look_word": words(N_("Second look")),
            "second_look": sentence_html(self.second_look, words),
            "rows": [
                {
                    "level": level,
                    "icon": level_icon(level, words),
                    "word": level_title(level, words),
                    "share": written_share(self.shares[level], words),
                    "width": f"{100 * float(self.shares[level]):.3f}%",
                }
                for level in LEVELS
            ],
        }


__all__ = [
    "AskNext",
    "Chances",
    "Change",
    "ChangeList",
    "DomainLevel",
    "DomainLevels",
    "Harm",
    "LevelBadge",
    "ProgrammeList",
    "ProposedHelp",
    "Question",
    "Strength",
    "StrengthsAndHarms",
]
