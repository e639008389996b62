"""What the family's month comes to as the form stands: the gap and its path, the levels and why, and what to ask next.

It is the same vectorised assessment that the monthly run makes for everybody, made of one family.
Nothing here is typed, saved or shown: a page takes the numbers and the sentences and draws them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hamyar.core.economy import explain
from hamyar.core.economy.assessment import Assessment
from hamyar.core.economy.explain import FamilyMonth
from hamyar.core.economy.path import target_gap
from hamyar.core.jalali import Month, month_codes
from hamyar.core.labels import DOMAINS, LEVELS, TOTALS, UNKNOWN
from hamyar.core.levels import explain_family
from hamyar.core.levels.background import Background
from hamyar.core.levels.chances import ask_next
from hamyar.core.levels.indicators import Indicator
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message
from hamyar.core.rial import Money
from hamyar.core.tables import CaseTables
from hamyar.faces.form.judged import Judged
from hamyar.faces.veil import veiled

# What is said to ask next; a visit has no time for more.
MOST_QUESTIONS = 8
PATH_COLUMNS = ("month", "gap_before_aid_money", "gap_after_aid_money", "target_money")


@dataclass(frozen=True)
class LiveLevel:
    """A level with its range, and the sentence that says why; ``share`` is the weight of the known harms, and the
    greatest still possible."""

    name: str
    label: Message
    level: str
    level_at_best: str
    level_at_worst: str
    share: tuple[float, float]
    sentence: Message


@dataclass(frozen=True)
class LiveChange:
    """One result that the drafts change: what it is called, before and now; ``None`` is not known."""

    label: Message
    before: "Money | Message"
    now: "Money | Message"

    @property
    def sentence(self) -> Message:
        return message(N_("{what}: {before} → {now}"), what=self.label, before=self.before, now=self.now)


@dataclass(frozen=True, eq=False)
class Live:
    """One family's month.  Money is ``None`` where it is not known; ``domains`` and ``overall`` are empty and ``None``
    in a month without a catalogue of indicators.

    ``path``        by month: the gap before and after aid, and the target (:data:`PATH_COLUMNS`)
    ``why``         the sentences behind the level: critical harms, the score, the domains, the strengths
    ``unknown``     what is still lacking, in sentences; ``ask_next`` what to ask, the most deciding first
    ``changes``     what is another than in the file, before and now
    ``assessment, placed``  the results behind it, for charts
    """

    month: Month
    gap_before_aid: Money | None
    gap_after_aid: Money | None
    gap_at_least: Money | None
    gap_at_most: Money | None
    gap_sentence: Message
    aid_sentence: Message | None
    path_sentence: Message
    path: pd.DataFrame
    overall: LiveLevel | None
    domains: tuple[LiveLevel, ...]
    why: tuple[Message, ...]
    unknown: tuple[Message, ...]
    ask_next: tuple[Message, ...]
    changes: tuple[LiveChange, ...]
    assessment: Assessment
    placed: Stratification | None


def look(
    judged: Judged,
    background: Background | None = None,
    *,
    hide_private: bool = False,
    before: Live | None = None,
) -> Live:
    """What a family's month comes to, in numbers and sentences.

    Without ``background`` the questions of the levels are left out of ``ask_next``.
    ``hide_private`` calls what is asked in private a private matter, for a screen that others may see.
    ``before`` is the file's, to tell what changed.
    """
    month, assessment, placed = judged.month, judged.assessment, judged.placed
    told = _for_other_eyes(placed) if placed is not None and hide_private else placed
    family = FamilyMonth(assessment.results.iloc[0], month, assessment.currency)
    amounts = {
        name: _money(family, name) for name in ("gap_before_aid", "gap_after_aid", "gap_at_least", "gap_at_most")
    }
    overall = None if told is None else _overall(told)
    domains = () if told is None else tuple(_domain(told, name) for name in told.domain_slices)
    return Live(
        month,
        **amounts,
        gap_sentence=explain.gap_sentence(family),
        aid_sentence=explain.aid_sentence(family),
        path_sentence=explain.path_sentence(family),
        path=_path(judged.tables, assessment),
        overall=overall,
        domains=domains,
        why=() if told is None else tuple(_why(told)),
        unknown=() if placed is None else _unknown(placed),
        ask_next=_questions(family, told, background),
        changes=() if before is None else tuple(_changes(before, amounts, overall, domains)),
        assessment=assessment,
        placed=placed,
    )


def _for_other_eyes(placed: Stratification) -> Stratification:
    """The same levels without the names of what is asked in private; on paper only some of these are veiled."""
    known = placed.indicators

    def hidden(indicator: Indicator) -> Indicator:
        return indicator.model_copy(update={"screen_only": True}) if indicator.is_sensitive else indicator

    harms = tuple(replace(harm, indicator=hidden(harm.indicator)) for harm in known.harms)
    screened = replace(known, harms=harms, capacities=tuple(map(hidden, known.capacities)))
    return veiled(placed.under(placed.level_rules, screened))


def _money(family: FamilyMonth, name: str) -> Money | None:
    column = f"{name}_money"
    return family.money(column) if family.known(column) else None


def _path(tables: CaseTables, assessment: Assessment) -> pd.DataFrame:
    """The months to look back on, none before the first that anything was told of."""
    balance = assessment.balance.droplevel("family_id")
    told = tables.flows["month"].min()
    first = assessment.month.code if pd.isna(told) else min(int(told), assessment.month.code)
    shown = balance.loc[balance.index >= first, ["gap_before_aid_money", "gap_after_aid_money"]].reset_index()
    row = assessment.results.iloc[0]
    if pd.isna(row["plan_month"]):
        return shown.assign(target_money=pd.Series(pd.NA, index=shown.index, dtype="Int64"))
    began = Month.from_code(int(row["plan_month"]))
    steps = pd.Series(month_codes(shown["month"]) - began.ordinal, index=shown.index, dtype="Int64")
    start = pd.Series(row["baseline_gap_money"], index=shown.index, dtype="Int64")
    return shown.assign(target_money=target_gap(start, steps, assessment.target))


def _overall(placed: Stratification) -> LiveLevel:
    sentence = explain_family.critical_sentence(placed, 0) or explain_family.level_sentence(placed, 0)
    return _level(placed, "", "overall", message(N_("The level of the family")), sentence)


def _domain(placed: Stratification, name: str) -> LiveLevel:
    label = message(DOMAINS[name])
    return _level(placed, f"{name}_", name, label, explain_family.domain_sentence(placed, 0, name))


def _level(placed: Stratification, prefix: str, name: str, label: Message, sentence: Message) -> LiveLevel:
    row = placed.results.iloc[0]
    level, at_best, at_worst = (str(row[f"{prefix}{part}"]) for part in ("level", "level_at_best", "level_at_worst"))
    share = float(row[f"{prefix}score_at_least_share"]), float(row[f"{prefix}score_at_most_share"])
    return LiveLevel(name, label, level, at_best, at_worst, share, sentence)


def _why(placed: Stratification) -> list[Message]:
    found = [
        explain_family.critical_sentence(placed, 0),
        explain_family.level_sentence(placed, 0),
        explain_family.score_sentence(placed, 0),
        explain_family.strengths_sentence(placed, 0),
    ]
    return [sentence for sentence in found if sentence is not None]


def _unknown(placed: Stratification) -> tuple[Message, ...]:
    row = placed.results.iloc[0]
    return tuple(explain_family.incomplete_sentences(int(row["unanswered"]), int(row["unreasoned"])))


def _questions(
    family: FamilyMonth, placed: Stratification | None, background: Background | None
) -> tuple[Message, ...]:
    """What would settle the gap, then what decides the level most."""
    asked: Sequence[Message] = explain.ask_next(family.row["unknown_facts"])
    if placed is not None and background is not None:
        found = ask_next(placed, 0, background)
        asked = [*asked, *(explain_family.ask_next_sentence(placed, 0, question.code) for question in found)]
    return tuple(asked[:MOST_QUESTIONS])


def _changes(
    before: Live, amounts: Mapping[str, Money | None], overall: LiveLevel | None, domains: Sequence[LiveLevel]
) -> list[LiveChange]:
    found: list[LiveChange] = []

    def note(label: Message, then: Any, now: Any) -> None:
        if then != now:
            found.append(LiveChange(label, then, now))

    for name in ("gap_before_aid", "gap_after_aid"):
        note(message(TOTALS[name]), _or_unknown(getattr(before, name)), _or_unknown(amounts[name]))
    pairs = [(before.overall, overall), *zip(before.domains, domains, strict=False)]
    for then, now in pairs:
        if then is not None and now is not None:
            note(now.label, message(LEVELS[then.level]), message(LEVELS[now.level]))
    return found


def _or_unknown(amount: Money | None) -> "Money | Message":
    return message(UNKNOWN) if amount is None else amount


__all__ = ["MOST_QUESTIONS", "PATH_COLUMNS", "Live", "LiveChange", "LiveLevel", "look"]
