"""Which observations cannot stand, and what to do about each: asked at every edge where they come in.

The table's own declaration refuses what is no answer, no day or no level (:func:`hamyar.core.tables.conform`);
this module knows the catalogue, who lives in the family, and which day it is.

A reason is a helper's own words and is read by others, so numbers of persons do not belong there.
What looks like a telephone number or a valid national id is refused; a sum of money is not:
it has its unit behind it, or is written with separators.

A level of 2 or more without a reason is not refused: it counts, and the assessment is incomplete.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.frames import positions, whole_numbers
from hamyar.core.jalali import day_to_iso
from hamyar.core.levels.indicator_catalogue import IndicatorCatalogue
from hamyar.core.levels.indicators import LAST_DAY, asks_everybody
from hamyar.core.message import N_, Message, message
from hamyar.core.persian import HALF_SPACE, is_national_id, latin_digits, normal_text

# Between the digits of one number, as people type it.
_GAP = rf"[\s\-‐‑‒–—_.()/{HALF_SPACE}]{{0,2}}"
_NUMBER = rf"\d(?:{_GAP}\d)"
_MONEY = re.compile(r"\s*(?:هزار|میلیون|میلیارد|ریال|تومان|rials?|tomans?)", re.IGNORECASE)
_TELEPHONES = (
    # A mobile number of Iran, with or without the code of the country.
    re.compile(rf"(?<!\d)(?:(?:(?:\+|00){_GAP})?98{_GAP}|0)9(?:{_GAP}\d){{9}}(?!\d)"),
    # A line with the code of its town.
    re.compile(rf"(?<!\d)0[1-8](?:{_GAP}\d){{9}}(?!\d)"),
    # Of another country.
    re.compile(rf"(?<!\d)(?:\+|00)[1-9](?:{_GAP}\d){{7,13}}(?!\d)"),
    # Anything of seven digits or more that is said to be a telephone.
    re.compile(rf"(?:تلفن|موبایل|همراه|تماس|phone|mobile|tel\b)\D{{0,12}}{_NUMBER}{{6,}}", re.IGNORECASE),
)
# A mobile number without its zero is ten digits, as a sum of money may be; a comma before it makes it one only where
# more digits stand before the comma.
_TEN_DIGITS = re.compile(rf"(?<!\d)(?<!\d[,٬])(?:\d{{10}}|\d{{3}}{_GAP}\d{{6}}{_GAP}\d)(?![\d,٬]\d|\d)")
_SAID_TO_BE_ID = re.compile(r"(?:ملی|national\s+id)\D{0,12}(\d{8,10})(?!\d)", re.IGNORECASE)


class ObservationRefused(HamyarError):
    msgid = N_("Row {row} of the observations, column '{column}': {problem}")


@dataclass(frozen=True)
class ObservationFault:
    """One thing to correct: the row (its place, from 0), the column, and a sentence that says what to do."""

    row: int
    column: str
    message: Message


def observation_faults(
    observations: pd.DataFrame,
    families: pd.DataFrame,
    members: pd.DataFrame,
    catalogue: IndicatorCatalogue,
    today: int,
) -> list[ObservationFault]:
    """Everything to correct in ``observations`` (conformed to its table), in the order of rows.

    ``families`` and ``members`` are those the observations may be about; ``today`` is a Jalali day such as 14050830.
    """
    checks = _Checks(observations, families, members, catalogue, today)
    return sorted(checks.all(), key=lambda fault: (fault.row, list(observations.columns).index(fault.column)))


def require_sound(
    observations: pd.DataFrame,
    families: pd.DataFrame,
    members: pd.DataFrame,
    catalogue: IndicatorCatalogue,
    today: int,
) -> None:
    """Raise ``ObservationRefused`` for the first fault; nothing where there is none."""
    for fault in observation_faults(observations, families, members, catalogue, today):
        raise ObservationRefused(row=fault.row, column=fault.column, problem=fault.message)


def holds_number_of_person(text: str) -> bool:
    """Whether free text holds what looks like a telephone number or a valid national id."""
    # As the store will keep it: an id is one with the Arabic letters of "ملي" too.
    text = latin_digits(normal_text(text))
    if any(telephone.search(text) for telephone in _TELEPHONES):
        return True
    if any(is_national_id(found[1]) for found in _SAID_TO_BE_ID.finditer(text)):
        return True
    numbers = [found for found in _TEN_DIGITS.finditer(text) if not _MONEY.match(text, found.end())]
    digits = [re.sub(r"\D", "", found[0]) for found in numbers]
    return any(number.startswith("9") or is_national_id(number) for number in digits)


class _Checks:
    """The checks of one table of observations; each gives rows and their sentences."""

    def __init__(
        self,
        observations: pd.DataFrame,
        families: pd.DataFrame,
        members: pd.DataFrame,
        catalogue: IndicatorCatalogue,
        today: int,
    ) -> None:
        self.catalogue, self.today = catalogue, today
        self.reasons = observations["reason"]
        self.day = whole_numbers(observations["day"])
        self.indicators = list(catalogue.by_code.values())
        codes = pd.Index(list(catalogue.by_code), dtype="str")
        self.indicator = positions(observations["indicator"], codes)
        self.written = observations["indicator"]
        self.is_left_out = (observations["answer"] == "does_not_apply").to_numpy(dtype=bool)
        family_ids = pd.Index(families["family_id"])
        self.family = positions(observations["family_id"], family_ids)
        self.is_family = (positions(observations["subject_id"], family_ids) == self.family) & (self.family >= 0)
        person = positions(observations["subject_id"], pd.Index(members["member_id"]))
        home = np.append(positions(members["family_id"], family_ids), -1)
        self.is_member = (home[person] == self.family) & (person >= 0) & (self.family >= 0)

    def all(self) -> list[ObservationFault]:
        parts = (self._codes, self._subjects, self._scopes, self._answers, self._days, self._reasons)
        return [fault for part in parts for fault in part()]

    def _faults(self, column: str, is_bad: np.ndarray, say: Callable[[int], Message]) -> list[ObservationFault]:
        return [ObservationFault(row, column, say(row)) for row in np.flatnonzero(is_bad).tolist()]

    def _of_indicator(self, values: list[object], otherwise: object) -> np.ndarray:
        """By row: what its indicator has; ``otherwise`` where the catalogue does not know it."""
        return np.array([*values, otherwise])[self.indicator]

    def _code(self, row: int) -> str:
        return self.indicators[self.indicator[row]].code

    def _codes(self) -> list[ObservationFault]:
        unknown = N_(
            "There is no indicator '{code}' in the catalogue. Correct the code, or define the indicator first."
        )
        computed = N_(
            "'{code}' is computed, not observed. Leave the row out, and record the facts it is computed from."
        )
        is_computed = self._of_indicator([found.computed is not None for found in self.indicators], False)
        return [
            *self._faults(
                "indicator", self.indicator < 0, lambda row: message(unknown, code=str(self.written.iloc[row]))
            ),
            *self._faults("indicator", is_computed, lambda row: message(computed, code=self._code(row))),
        ]

    def _subjects(self) -> list[ObservationFault]:
        no_family = N_("No family has this case code. Correct it, or record the family first.")
        nobody = N_(
            "The subject is neither the family of the row nor one of its members. "
            "Correct it, or record the member first."
        )
        is_stranger = (self.family >= 0) & ~self.is_family & ~self.is_member
        return [
            *self._faults("family_id", self.family < 0, lambda _: message(no_family)),
            *self._faults("subject_id", is_stranger, lambda _: message(nobody)),
        ]

    def _scopes(self) -> list[ObservationFault]:
        of_member = N_("'{code}' is asked of each member. Write the member's code as the subject.")
        of_family = N_("'{code}' is asked of the family as a whole. Write the case code as the subject.")
        asks_member = self._of_indicator([found.scope == "member" for found in self.indicators], False)
        asks_family = self._of_indicator([found.scope == "family" for found in self.indicators], False)
        about_family = self.is_family & ~self.is_member & asks_member
        about_member = self.is_member & ~self.is_family & asks_family
        return [
            *self._faults("subject_id", about_family, lambda row: message(of_member, code=self._code(row))),
            *self._faults("subject_id", about_member, lambda row: message(of_family, code=self._code(row))),
        ]

    def _answers(self) -> list[ObservationFault]:
        of_all = N_("'{code}' is asked of every family. Write a level, or not_asked or not_known.")
        is_of_all = self._of_indicator([asks_everybody(found) for found in self.indicators], False)
        is_bad = is_of_all & self.is_left_out
        return self._faults("answer", is_bad, lambda row: message(of_all, code=self._code(row)))

    def _days(self) -> list[ObservationFault]:
        future = N_("The day {day} lies in the future. Write the day of the visit.")
        early = N_("'{code}' is asked from {since} on, and the day is {day}. Correct the day, or leave the row out.")
        late = N_("'{code}' was asked until {until}, and the day is {day}. Correct the day, or leave the row out.")
        since = self._of_indicator([found.since for found in self.indicators], 0)
        until = self._of_indicator([found.until for found in self.indicators], LAST_DAY)

        def say(sentence: str, row: int) -> Message:
            indicator = self.indicators[self.indicator[row]]
            dates = {"since": indicator.since, "until": indicator.until, "day": int(self.day[row])}
            holes = {name: day_to_iso(day) for name, day in dates.items() if f"{{{name}}}" in sentence}
            return message(sentence, code=indicator.code, **holes)

        return [
            *self._faults(
                "day", self.day > self.today, lambda row: message(future, day=day_to_iso(int(self.day[row])))
            ),
            *self._faults("day", self.day < since, lambda row: say(early, row)),
            *self._faults("day", self.day > until, lambda row: say(late, row)),
        ]

    def _reasons(self) -> list[ObservationFault]:
        private = N_(
            "The reason holds what looks like a telephone number or a national id. "
            "Leave numbers of persons out of the reason."
        )
        # Few reasons are said once only; each is read once.
        codes, texts = pd.factorize(self.reasons)
        is_private = np.array([*(holds_number_of_person(str(text)) for text in texts), False], dtype=bool)
        return self._faults("reason", is_private[codes], lambda _: message(private))
