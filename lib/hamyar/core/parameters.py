"""Dated parameters: every rate, limit and choice of the centre, with its source.

A parameter is one YAML document::

    name: minimum_wage_per_month
    label: {fa: «حداقل دستمزد ماهانه», en: Minimum wage per month}
    description: {fa: …, en: …}
    kind: money            # money, share, count, choice or text
    unit: rial
    reference: where the rule comes from
    lasts: year            # open: until the next value; year or month: only that long
    values:
      1404-01-01: {value: 103990000, status: provisional, source: as the press reported it}

Values are looked up *at a month* (its first day) and never overwritten: a change is one more dated value.
Asking for a date that no value covers is an error that names the file, the key and the date,
because last year's wage in this year's sum is a wrong answer that looks right.
A value that nobody has confirmed is used, and marked wherever its result is shown.

Beside the single values stand the centre's catalogues, in folders of their own: the indicators
(:mod:`hamyar.core.levels.indicators`), the programmes of help (:mod:`hamyar.core.plan.programmes`) and what stands in
every calendar (:mod:`hamyar.core.calendar.catalogue`).
They are dated data like the rest, so one set holds all of it and one fingerprint names it.

Numbers are read exactly: ``0.15`` and ``3/20`` are the fraction 3/20, never a binary float.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from hamyar.core.calendar.catalogue import CalendarCatalogue
from hamyar.core.catalogues import Catalogues, is_of_catalogue
from hamyar.core.documents import BilingualText, Closed, DocumentInvalid, Source, first_fault, read_yaml
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, day_to_iso, parse_day
from hamyar.core.levels.indicator_catalogue import IndicatorCatalogue
from hamyar.core.message import N_, Message, message
from hamyar.core.parameter_limits import LIMITS, RISING, beyond_limits
from hamyar.core.plan.programmes import ProgrammeCatalogue

Kind = Literal["money", "share", "count", "choice", "text"]
Status = Literal["confirmed", "provisional", "synthetic"]


class CatalogueAbsent(HamyarError):
    msgid = N_("There is no catalogue in {folder}. Restore the folder, or name another with HAMYAR_PARAMETERS.")


class ParameterUnknown(HamyarError):
    msgid = N_("There is no parameter '{name}'. Known are: {known}.")


class ParameterMissing(HamyarError):
    msgid = N_("{file}: '{name}' has no value for {date}. Add one with its source, or ask the centre for it.")


class ValueEntry(Closed):
    value: Any
    status: Status = "confirmed"
    source: Source
    until: int | None = None

    @field_validator("until", mode="before")
    @classmethod
    def _read_until(cls, until: Any) -> int | None:
        return None if until is None else _day(until)


class ParameterFile(Closed):
    """One YAML document, as written."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: BilingualText
    description: BilingualText
    kind: Kind
    unit: str = Field(min_length=1)
    reference: Source
    lasts: Literal["open", "year", "month"] = "open"
    choices: tuple[str, ...] = ()
    values: dict[int, ValueEntry]

    @field_validator("values", mode="before")
    @classmethod
    def _read_days(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        read: dict[int, Any] = {}
        for text, entry in values.items():
            if (day := _day(text)) in read:
                raise ValueError(f"the day {day_to_iso(day)} is written twice")
            read[day] = entry
        return read

    @model_validator(mode="after")
    def _values_have_their_kind(self) -> "ParameterFile":
        for day, entry in self.values.items():
            try:
                read_value(entry.value, self.kind, self.choices)
            except (ValueError, ArithmeticError) as error:
                raise ValueError(f"values: {day_to_iso(day)}: {error}") from error
        return self


def _day(text: Any) -> int:
    try:
        return parse_day(text)
    except HamyarError as error:
        raise ValueError(str(error)) from error


def read_value(value: Any, kind: Kind, choices: tuple[str, ...] = ()) -> Any:
    """``value`` as its kind: whole number for money and count, fraction for a share, text otherwise."""
    match kind:
        case "money" | "count":
            number = Fraction(str(value).replace("_", ""))
            if number.denominator != 1 or number < 0:
                raise ValueError(f"'{value}' must be a whole number, zero or more")
            return int(number)
        case "share":
            share = Fraction(str(value))
            if share < 0:
                raise ValueError(f"'{value}' must be zero or more")
            return share
        case "choice":
            if value not in choices:
                raise ValueError(f"'{value}' is not one of {', '.join(choices)}")
            return value
        case _:
            return str(value)


@dataclass(frozen=True)
class DatedValue:
    """A value as it was used, with everything a reader needs to question it."""

    name: str
    value: Any
    unit: str
    since: int
    status: Status
    source: Source
    reference: Source
    label: BilingualText
    file: str


@dataclass(frozen=True)
class Problem:
    """Something ``hamyar check-parameters`` found: in which file, what, and whether results can go wrong by it."""

    file: str
    message: Message
    is_fault: bool = False


class ParameterSet:
    """All parameters of a centre.  Immutable; ``fingerprint`` names exactly this content."""

    def __init__(self, files: Mapping[str, ParameterFile], catalogues: Catalogues | None = None) -> None:
        self._by_name = {parameter.name: (file, parameter) for file, parameter in sorted(files.items())}
        self._catalogues = catalogues or Catalogues()

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "ParameterSet":
        """Read YAML documents, keyed by file name.

        Raises ``DocumentInvalid`` for the first file that cannot be read whole:
        broken YAML, a key twice, an unknown key, a value of the wrong kind, a name that is not the file's.
        """
        files = {}
        single = {file: text for file, text in texts.items() if not is_of_catalogue(file)}
        for file, text in single.items():
            files[file] = parameter = _read_file(text, file)
            stem = file.rsplit("/", 1)[-1].removesuffix(".yaml")
            if parameter.name != stem:
                raise DocumentInvalid(file=file, where="name", problem=f"'{parameter.name}' must be '{stem}'")
        return cls(files, Catalogues.from_texts(texts))

    def overlaid(self, other: "ParameterSet") -> "ParameterSet":
        """This set with ``other``'s parameters in place of those of the same name."""
        merged = {file: parameter for file, parameter in self._by_name.values() if parameter.name not in other._by_name}
        return ParameterSet(merged | dict(other._by_name.values()), self._catalogues)

    @property
    def has_indicators(self) -> bool:
        return self._catalogues.indicators is not None

    @property
    def indicators(self) -> IndicatorCatalogue:
        """The centre's catalogue of indicators; raises ``CatalogueAbsent``."""
        if self._catalogues.indicators is None:
            raise CatalogueAbsent(folder="parameters/indicators")
        return self._catalogues.indicators

    @property
    def programmes(self) -> ProgrammeCatalogue:
        """The centre's catalogue of programmes of help; raises ``CatalogueAbsent``."""
        if self._catalogues.programmes is None:
            raise CatalogueAbsent(folder="parameters/programmes")
        return self._catalogues.programmes

    @property
    def has_calendar(self) -> bool:
        return self._catalogues.calendar is not None

    @property
    def calendar(self) -> CalendarCatalogue:
        """What stands in every calendar; raises ``CatalogueAbsent``."""
        if self._catalogues.calendar is None:
            raise CatalogueAbsent(folder="parameters/calendar")
        return self._catalogues.calendar

    @property
    def names(self) -> list[str]:
        return sorted(self._by_name)

    def describe(self, name: str) -> ParameterFile:
        if name not in self._by_name:
            raise ParameterUnknown(name=name, known=", ".join(self.names))
        return self._by_name[name][1]

    def at(self, name: str, month: Month) -> DatedValue:
        """The value of ``name`` on the first day of ``month``; ``ParameterMissing`` where none covers it."""
        parameter = self.describe(name)
        file = self._by_name[name][0]
        on_day = month.code * 100 + 1
        # Only the latest value counts: when it has run out, the one it ended does not come back.
        since = max((day for day in parameter.values if day <= on_day), default=None)
        if since is None or on_day > _last_day(since, parameter.values[since], parameter.lasts):
            raise ParameterMissing(file=file, name=name, date=day_to_iso(on_day))
        entry = parameter.values[since]
        return DatedValue(
            name=name,
            value=read_value(entry.value, parameter.kind, parameter.choices),
            unit=parameter.unit,
            since=since,
            status=entry.status,
            source=entry.source,
            reference=parameter.reference,
            label=parameter.label,
            file=file,
        )

    def value(self, name: str, month: Month) -> Any:
        return self.at(name, month).value

    def find(self, name: str, month: Month) -> DatedValue | None:
        """:meth:`at`, with ``None`` where no value covers the month: for results that may stay unknown."""
        try:
            return self.at(name, month)
        except ParameterMissing:
            return None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the content, whatever the order or layout of the files."""
        content = [parameter.model_dump(mode="json") for _, (_, parameter) in sorted(self._by_name.items())]
        # A set without catalogues has the fingerprint it had before there were any.
        content += self._catalogues.content()
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def check(self, month: Month | None = None) -> list[Problem]:
        """Gaps, overlaps and contradictions of dated values, values still unconfirmed, and what ``month`` lacks."""
        problems = []
        for file, parameter in self._by_name.values():
            problems += [Problem(file, found, is_fault) for found, is_fault in _check_dates(parameter)]
            if month is not None and self.find(parameter.name, month) is None:
                lacking = message(N_("'{name}' has no value for {month}."), name=parameter.name, month=month)
                problems.append(Problem(file, lacking, is_fault=True))
        problems += [Problem(self._by_name[name][0], found, is_fault=True) for name, found in self._beyond_limits()]
        problems += [Problem(file, found, is_fault) for file, found, is_fault in self._catalogues.check(month)]
        return problems

    def _beyond_limits(self) -> Iterable[tuple[str, Message]]:
        bounded = {name: self._by_name[name][1] for name in {*LIMITS, *chain(*RISING)} if name in self._by_name}
        return beyond_limits(
            {
                name: {day: read_value(entry.value, found.kind) for day, entry in found.values.items()}
                for name, found in bounded.items()
                if found.kind == "count"
            }
        )


def _read_file(text: str, file: str) -> ParameterFile:
    document = read_yaml(text, file)
    if not isinstance(document, Mapping):
        raise DocumentInvalid(file=file, where="the file", problem="holds no parameter")
    try:
        return ParameterFile.model_validate(document)
    except ValidationError as error:
        raise DocumentInvalid(file=file, **first_fault(error)) from error


def _last_day(since: int, entry: ValueEntry, lasts: str) -> int:
    """The last day, as a table's number, on which a value holds by itself (the next value may end it sooner)."""
    if entry.until is not None:
        return entry.until
    return {"year": since // 10000 * 10000 + 1231, "month": since // 100 * 100 + 31, "open": 99991231}[lasts]


def _check_dates(parameter: ParameterFile) -> Iterable[tuple[Message, bool]]:
    """What is wrong or open with the dates of one parameter, and whether it is a fault."""
    days = sorted(parameter.values)
    if not days:
        yield message(N_("'{name}' has no value yet."), name=parameter.name), False
    for day, following in pairwise(days):
        entry = parameter.values[day]
        last = _last_day(day, entry, parameter.lasts)
        if entry.until is not None and last >= following:
            dates = {"first": day_to_iso(day), "second": day_to_iso(following)}
            yield (
                message(N_("'{name}': the values of {first} and {second} overlap."), name=parameter.name, **dates),
                True,
            )
        elif last < 99991231 and _next_start(last) < following:
            dates = {"first": day_to_iso(last), "second": day_to_iso(following)}
            yield (
                message(N_("'{name}': nothing holds between {first} and {second}."), name=parameter.name, **dates),
                True,
            )
    for day in days:
        last = _last_day(day, parameter.values[day], parameter.lasts)
        # A month asks for the value of its first day; the first one on or after the value's own start must be reached.
        month = Month.from_code(day // 100) + (0 if day % 100 == 1 else 1)
        if last < month.code * 100 + 1:
            sentence = N_("'{name}': the value of {date} never holds on the first day of a month.")
            yield message(sentence, name=parameter.name, date=day_to_iso(day)), True
        if parameter.values[day].status == "provisional":
            sentence = N_("'{name}': the value of {date} is provisional. Confirm it and name the source.")
            yield message(sentence, name=parameter.name, date=day_to_iso(day)), False


def _next_start(last: int) -> int:
    """The first day after ``last`` on which a successor may start without leaving a gap.

    ``last`` may be a period's nominal end (day 31 of month 12), so the month, not the day, decides.
    """
    month = Month.from_code(last // 100)
    return last + 1 if last % 100 < month.days else (month + 1).code * 100 + 1
