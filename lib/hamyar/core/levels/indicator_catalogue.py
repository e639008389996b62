"""The centre's catalogue of indicators: its files, its dated weightings, and what is wrong with them.

``weightings.yaml`` says, version by version, which indicators count and with what weight.
A centre adds, reweights or retires an indicator by writing one more dated version; a month asks for the version of
its first day, so a month of last year is judged by last year's rules.

Weights are exact fractions: within a domain they sum to 1, and so do the shares of the domains (Alkire and Foster's
nested weights).  A set of weights that does not is refused when a month needs it and named by ``check`` before.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from pydantic import ValidationError, field_validator, model_validator

from hamyar.core.documents import BilingualText, Closed, DocumentInvalid, Source, first_fault, read_yaml
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, day_to_iso
from hamyar.core.levels.indicators import (
    CAPACITY,
    DOMAINS,
    LAST_DAY,
    MEASURES,
    WORST,
    DomainName,
    Indicator,
    IndicatorSet,
    WeightedIndicator,
    exact,
    read_day,
)
from hamyar.core.message import N_, Message, message


class CatalogueMissing(HamyarError):
    msgid = N_("No catalogue of indicators holds in {month}. Add a dated version to {file}.")


class WeightsDoNotSum(HamyarError):
    msgid = N_("{file}: in the version of {date} the weights of '{part}' sum to {total}, not to 1. Correct them.")


class IndicatorFile(Closed):
    """The indicators of one domain, as written."""

    domain: DomainName
    label: BilingualText
    indicators: tuple[Indicator, ...]

    @model_validator(mode="after")
    def _strengths_are_not_critical(self) -> "IndicatorFile":
        for indicator in self.indicators:
            if self.domain == CAPACITY and indicator.critical_from is not None:
                raise ValueError(f"'{indicator.code}' is a strength, so no level of it can be critical")
        return self


class DomainWeights(Closed):
    share: Fraction
    indicators: dict[str, Fraction]

    @field_validator("share", mode="before")
    @classmethod
    def _exact_share(cls, share: Any) -> Fraction:
        return exact(share)

    @field_validator("indicators", mode="before")
    @classmethod
    def _exact_weights(cls, weights: Any) -> Any:
        return {code: exact(weight) for code, weight in weights.items()} if isinstance(weights, Mapping) else weights

    @model_validator(mode="after")
    def _weights_are_positive(self) -> "DomainWeights":
        if self.share <= 0 or any(weight <= 0 for weight in self.indicators.values()):
            raise ValueError("a weight must be more than zero; to retire an indicator leave it out")
        return self


class Weighting(Closed):
    """One dated version of what counts."""

    status: Literal["confirmed", "provisional", "synthetic"] = "confirmed"
    source: Source
    domains: dict[str, DomainWeights]
    capacities: tuple[str, ...] = ()

    @field_validator("domains")
    @classmethod
    def _domains_exist(cls, domains: dict[str, DomainWeights]) -> dict[str, DomainWeights]:
        if unknown := sorted(set(domains) - set(DOMAINS)):
            raise ValueError(f"'{unknown[0]}' is not one of {', '.join(DOMAINS)}")
        return domains

    @field_validator("capacities")
    @classmethod
    def _capacities_stand_once(cls, capacities: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [code for place, code in enumerate(capacities) if code in capacities[:place]]:
            raise ValueError(f"'{twice[0]}' is written twice")
        return capacities

    @property
    def codes(self) -> list[str]:
        harms = [code for domain in DOMAINS if domain in self.domains for code in self.domains[domain].indicators]
        return [*harms, *self.capacities]

    def sums(self) -> Iterator[tuple[str, Fraction]]:
        """What must be 1, by name: the shares of the domains, and each domain's weights."""
        yield "domains", sum((weights.share for weights in self.domains.values()), Fraction(0))
        for domain, weights in self.domains.items():
            yield domain, sum(weights.indicators.values(), Fraction(0))


class WeightingFile(Closed):
    name: Literal["weightings"]
    description: BilingualText
    versions: dict[int, Weighting]

    @field_validator("versions", mode="before")
    @classmethod
    def _read_days(cls, versions: Any) -> Any:
        if not isinstance(versions, Mapping):
            return versions
        read: dict[int, Any] = {}
        for text, version in versions.items():
            if (day := read_day(text)) in read:
                raise ValueError(f"the day {day_to_iso(day)} is written twice")
            read[day] = version
        return read


class IndicatorCatalogue:
    """All indicators and weightings of a centre.  Immutable."""

    def __init__(self, domains: Mapping[str, IndicatorFile], weightings: WeightingFile, file: str) -> None:
        self.file, self.weightings = file, weightings
        self.labels: dict[str, BilingualText] = {found.domain: found.label for found in domains.values()}
        self.by_code = {indicator.code: indicator for found in domains.values() for indicator in found.indicators}
        self.domain_of = {item.code: found.domain for found in domains.values() for item in found.indicators}
        self._files = dict(domains)

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "IndicatorCatalogue":
        """Read the YAML documents, keyed by file name: one for each domain, and ``weightings.yaml``.

        Raises ``DocumentInvalid`` for the first that cannot be read whole, for a code defined twice,
        and for a weighting that names an indicator nobody defined.
        """
        domains: dict[str, IndicatorFile] = {}
        weightings: tuple[str, WeightingFile] | None = None
        for file, text in sorted(texts.items()):
            stem = file.rsplit("/", 1)[-1].removesuffix(".yaml")
            if stem == "weightings":
                weightings = file, _read(WeightingFile, text, file)
                continue
            found = _read(IndicatorFile, text, file)
            if found.domain != stem:
                raise DocumentInvalid(file=file, where="domain", problem=f"'{found.domain}' must be '{stem}'")
            domains[file] = found
        if weightings is None:
            file = next(iter(texts), "weightings.yaml")
            raise DocumentInvalid(file=file, where="the folder", problem="lacks weightings.yaml")
        _refuse_twice(domains)
        catalogue = cls(domains, weightings[1], weightings[0])
        catalogue._refuse_unknown()
        return catalogue

    def _refuse_unknown(self) -> None:
        for day, version in self.weightings.versions.items():
            expected = {code: domain for domain, weights in version.domains.items() for code in weights.indicators}
            expected |= dict.fromkeys(version.capacities, CAPACITY)
            for code, domain in expected.items():
                if self.domain_of.get(code) != domain:
                    problem = f"'{code}' is not an indicator of '{domain}'"
                    raise DocumentInvalid(file=self.file, where=f"versions.{day_to_iso(day)}", problem=problem)

    def content(self) -> list[Any]:
        """The whole catalogue as plain values, for a fingerprint."""
        files = [found.model_dump(mode="json") for _, found in sorted(self._files.items())]
        return [*files, self.weightings.model_dump(mode="json")]

    def at(self, month: Month) -> IndicatorSet:
        """What counts in ``month``, by the version of its first day.

        Raises ``CatalogueMissing`` where no version holds or one names an indicator that is not valid then,
        and ``WeightsDoNotSum``.
        """
        on_day = month.code * 100 + 1
        since = max((day for day in self.weightings.versions if day <= on_day), default=None)
        if since is None:
            raise CatalogueMissing(month=month, file=self.file)
        version = self.weightings.versions[since]
        for part, total in version.sums():
            if total != 1:
                raise WeightsDoNotSum(file=self.file, date=day_to_iso(since), part=part, total=str(total))
        if any(not self.by_code[code].holds_on(on_day) for code in version.codes):
            raise CatalogueMissing(month=month, file=self.file)
        harms = tuple(
            WeightedIndicator(self.by_code[code], domain, version.domains[domain].share * weight)
            for domain in DOMAINS
            if domain in version.domains
            for code, weight in version.domains[domain].indicators.items()
        )
        capacities = tuple(self.by_code[code] for code in version.capacities)
        return IndicatorSet(since, version.status, version.source, self.file, harms, capacities, self.labels)

    def check(self) -> Iterator[tuple[str, Message, bool]]:
        """Everything to correct or confirm: the file, the sentence, and whether results can go wrong by it."""
        for file, found in self._files.items():
            for indicator in found.indicators:
                yield from ((file, problem, True) for problem in _unreachable(indicator))
        days = sorted(self.weightings.versions)
        if not days:
            yield self.file, message(N_("There is no weighting yet. Add a dated version.")), True
        for day, end in pairwise([*days, LAST_DAY]):
            yield from ((self.file, *found) for found in self._check_version(day, end))
        used = {code for version in self.weightings.versions.values() for code in version.codes}
        for file, found in self._files.items():
            for indicator in found.indicators:
                if indicator.code not in used:
                    sentence = N_("'{code}' is defined and counts in no version. Weight it, or remove it.")
                    yield file, message(sentence, code=indicator.code), False

    def _check_version(self, day: int, end: int) -> Iterator[tuple[Message, bool]]:
        """One version, which holds from ``day`` until the next begins on ``end``."""
        version, date = self.weightings.versions[day], day_to_iso(day)
        for part, total in version.sums():
            if total != 1:
                sentence = N_("The version of {date}: the weights of '{part}' sum to {total}, not to 1.")
                yield message(sentence, date=date, part=part, total=str(total)), True
        for domain in DOMAINS:
            if domain not in version.domains:
                sentence = N_("The version of {date} leaves out the domain '{domain}'.")
                yield message(sentence, date=date, domain=domain), False
        for code in version.codes:
            indicator = self.by_code[code]
            if indicator.since > day or indicator.until < _last_asked(end):
                sentence = N_("The version of {date} counts '{code}' beyond the dates on which the indicator is valid.")
                yield message(sentence, date=date, code=code), True
        if version.status == "provisional":
            sentence = N_("The version of {date} is provisional. Confirm it and name the source.")
            yield message(sentence, date=date), False


def _last_asked(end: int) -> int:
    """The last first of a month before a version's ``end``: on that day an indicator must still hold."""
    if end == LAST_DAY:
        return end
    month = Month.from_code(end // 100)
    return end // 100 * 100 + 1 if end % 100 > 1 else (month + -1).code * 100 + 1


def _unreachable(indicator: Indicator) -> Iterator[Message]:
    """Levels that no family can ever have: bounds that do not move apart, or lie outside what the measure can be."""
    computed = indicator.computed
    if computed is None:
        return
    least, most = MEASURES[computed.measure]
    best, worst = (least, most) if computed.worse == "higher" else (most, least)
    sign = 1 if computed.worse == "higher" else -1
    bounds = [sign * bound for bound in computed.bounds]
    unreachable = [
        level
        for level in range(WORST + 1)
        # A level lies between its own bound and the next; the first and the last end where the measure ends.
        if (0 < level < WORST and bounds[level - 1] >= bounds[level])
        or (level == 0 and best is not None and bounds[0] <= sign * best)
        or (level > 0 and worst is not None and bounds[level - 1] > sign * worst)
    ]
    for level in unreachable:
        sentence = N_("'{code}': no family can have level {level}. Correct the bounds.")
        yield message(sentence, code=indicator.code, level=level)


def _refuse_twice(domains: Mapping[str, IndicatorFile]) -> None:
    seen: dict[str, str] = {}
    for file, found in domains.items():
        for indicator in found.indicators:
            if indicator.code in seen:
                problem = f"'{indicator.code}' is already defined in {seen[indicator.code]}"
                raise DocumentInvalid(file=file, where="indicators", problem=problem)
            seen[indicator.code] = file


def _read(model: type[Any], text: str, file: str) -> Any:
    document = read_yaml(text, file)
    try:
        return model.model_validate(document)
    except (ValidationError, ArithmeticError) as error:
        if isinstance(error, ValidationError):
            raise DocumentInvalid(file=file, **first_fault(error)) from error
        raise DocumentInvalid(file=file, where="the file", problem=str(error)) from error
