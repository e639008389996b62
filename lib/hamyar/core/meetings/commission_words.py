"""Why a rule proposes a family to a commission, in sentences that may be printed.

They name domains and counts, never an indicator or a programme; the codes stand in columns of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hamyar.core.documents import BilingualText
from hamyar.core.jalali import day_to_iso
from hamyar.core.levels.stratification import Stratification
from hamyar.core.meetings.faults import together
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.tables import COMMISSIONS
from hamyar.core.work_rules import WorkRules

HARMED_DOMAINS, CRITICAL, NO_PROGRESS, PROGRAMME = RULES = ("harmed_domains", "critical", "no_progress", "programme")


@dataclass(frozen=True, eq=False)
class Flags:
    """One rule: whom it brings before which commission; ``(commissions, families)`` of bool.

    What is certain is possible too.
    """

    certain: np.ndarray
    possible: np.ndarray


class Telling:
    """The rows of the table with their sentences."""

    def __init__(
        self,
        placed: Stratification,
        rules: WorkRules,
        programmes: Mapping[tuple[str, str], str],
        withdrawn: Mapping[tuple[str, str], int],
    ) -> None:
        """By family and commission: ``programmes`` that wait for it, and the day an earlier case was ``withdrawn``."""
        self._placed, self._rules = placed, rules
        self._programmes, self._withdrawn = programmes, withdrawn
        self._say: Mapping[str, Callable[[int, int, bool], Message]] = {
            HARMED_DOMAINS: self._say_harmed,
            CRITICAL: self._say_critical,
            NO_PROGRESS: self._say_no_progress,
            PROGRAMME: self._say_programmes,
        }

    def row(self, commission: int, family: int, found: Mapping[str, Flags]) -> dict[str, object]:
        """The row of one family and commission, by their places, under the rules as they were found."""
        certain = [code for code, flags in found.items() if flags.certain[commission, family]]
        possible = [
            code
            for code, flags in found.items()
            if flags.possible[commission, family] and not flags.certain[commission, family]
        ]
        key = self._key(commission, family)
        sentences = [self._say[code](commission, family, True) for code in certain]
        sentences += [self._say[code](commission, family, False) for code in possible]
        if key in self._withdrawn:
            sentence = N_(
                "An earlier case before this commission was withdrawn on {day}. "
                "Think of what has changed since before the family is asked again."
            )
            sentences.append(message(sentence, day=day_to_iso(int(self._withdrawn[key]))))
        return {
            "family_id": key[0],
            "commission": key[1],
            "rules": " ".join(certain),
            "possible_rules": " ".join(possible),
            "is_certain": bool(certain),
            "indicators": " ".join(self._critical_codes(commission, family)),
            "programmes": self._programmes.get(key, ""),
            "why": together(sentences),
        }

    def _key(self, commission: int, family: int) -> tuple[str, str]:
        return str(self._placed.family_ids[family]), COMMISSIONS[commission]

    def _label(self, commission: int) -> BilingualText:
        return self._placed.indicators.domain_labels[COMMISSIONS[commission]]

    def _critical_codes(self, commission: int, family: int) -> list[str]:
        part = self._placed.domain_slices.get(COMMISSIONS[commission])
        if part is None:
            return []
        is_critical = self._placed.levels("least")[part, family] >= self._placed.critical_from[part]
        return [self._placed.indicators.codes[part.start + row] for row in np.flatnonzero(is_critical)]

    def _say_harmed(self, commission: int, family: int, is_certain: bool) -> Message:
        count = self._rules.commission_harmed_domains
        weighs = {"domain": self._label(commission)}
        if is_certain:
            return nmessage(
                N_("The family is harmed in {count} domain or more; what weighs most lies in this one: {domain}."),
                N_("The family is harmed in {count} domains or more; what weighs most lies in this one: {domain}."),
                count,
                **weighs,
            )
        return nmessage(
            N_("Open answers may show that it is harmed in {count} domain or more ({domain}). Ask them first."),
            N_("Open answers may show that it is harmed in {count} domains or more ({domain}). Ask them first."),
            count,
            **weighs,
        )

    def _say_critical(self, commission: int, family: int, is_certain: bool) -> Message:
        sentence = N_("A harm that is critical by itself is known in this domain: {domain}.")
        if not is_certain:
            sentence = N_("An open answer may hide a critical harm in this domain: {domain}. Ask it first.")
        return message(sentence, domain=self._label(commission))

    def _say_no_progress(self, commission: int, family: int, is_certain: bool) -> Message:
        if is_certain:
            return nmessage(
                N_("In {count} month of help neither level nor score became better; what weighs most: {domain}."),
                N_("In {count} months of help neither level nor score became better; what weighs most: {domain}."),
                self._rules.commission_no_progress_months,
                domain=self._label(commission),
            )
        return nmessage(
            N_(
                "Whether {count} month of help made anything better is open ({domain}), "
                "because answers are missing or the rules of levels changed meanwhile. Look at them first."
            ),
            N_(
                "Whether {count} months of help made anything better is open ({domain}), "
                "because answers are missing or the rules of levels changed meanwhile. Look at them first."
            ),
            self._rules.commission_no_progress_months,
            domain=self._label(commission),
        )

    def _say_programmes(self, commission: int, family: int, is_certain: bool) -> Message:
        count = len(self._programmes[self._key(commission, family)].split())
        if is_certain:
            return nmessage(
                N_("{count} programme that the family needs can only be done by this commission."),
                N_("{count} programmes that the family needs can only be done by this commission."),
                count,
            )
        return nmessage(
            N_(
                "Open answers may show that the family needs {count} programme that only this commission can do. "
                "Ask them first."
            ),
            N_(
                "Open answers may show that the family needs {count} programmes that only this commission can do. "
                "Ask them first."
            ),
            count,
        )
