"""The catalogue of help: which programme answers which indicator, for whom, by which means.

FH knows two kinds of help.  General help (workshop, class, conference, talk, film) is for safe and at-risk families;
focused help (face to face, counselling, question and answer, links, kin and safe families, referral to an expert)
is for harmed ones and comes from the family's own helper.  Which programme is proposed for what is data:
``parameters/programmes/general.yaml`` and ``focused.yaml``.  How each is carried out is its ``plan``
(:mod:`hamyar.core.plan.activity_plans`); catalogues frozen before there were plans have none.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, field_validator, model_validator

from hamyar.core.documents import BilingualText, Closed, DocumentInvalid, Source, first_fault, read_yaml
from hamyar.core.jalali import Month
from hamyar.core.levels.indicator_catalogue import IndicatorCatalogue
from hamyar.core.levels.indicators import CAPACITY, WORST, CatalogueEntry
from hamyar.core.message import N_, Message, message
from hamyar.core.plan.activity_plans import DAYS_OF_YEAR, ActivityPlan, NeedsImpossible, in_order, last_due_days

Help = Literal["general", "focused"]


class Programme(CatalogueEntry):
    """One programme as written; ``indicators`` gives, by code, the level from which it is proposed.

    ``not_while`` gives, by code, the level at which it could do harm: it is not proposed while that level may stand.
    """

    means: str
    indicators: dict[str, int]
    not_while: dict[str, int] = Field(default_factory=dict)
    description: BilingualText
    needs_expert: bool = False
    source: Source | None = None
    plan: ActivityPlan | None = None

    @field_validator("indicators")
    @classmethod
    def _levels_exist(cls, indicators: dict[str, int]) -> dict[str, int]:
        if not indicators or any(not 1 <= level <= WORST for level in indicators.values()):
            raise ValueError("name at least one indicator, each with a level from 1 to 3")
        return indicators

    @field_validator("not_while")
    @classmethod
    def _bars_exist(cls, not_while: dict[str, int]) -> dict[str, int]:
        if any(not 1 <= level <= WORST for level in not_while.values()):
            raise ValueError("a level from 1 to 3 is needed")
        return not_while

    @model_validator(mode="after")
    def _plan_fits(self) -> "Programme":
        if self.plan is not None and self.needs_expert != (self.plan.done_by != "helper"):
            told = "needs" if self.needs_expert else "does not need"
            raise ValueError(f"'{self.code}' {told} an expert, and its plan is done by the {self.plan.done_by}")
        return self


class ProgrammeFile(Closed):
    """The programmes of one kind of help, as written."""

    help: Help
    label: BilingualText
    means: dict[str, BilingualText]
    programmes: tuple[Programme, ...]

    @model_validator(mode="after")
    def _means_are_named(self) -> "ProgrammeFile":
        for programme in self.programmes:
            if programme.means not in self.means:
                raise ValueError(f"'{programme.code}': '{programme.means}' is not one of {', '.join(self.means)}")
        return self


class ProgrammeCatalogue:
    """All programmes of a centre.  Immutable."""

    def __init__(self, files: Mapping[str, ProgrammeFile]) -> None:
        self._files = dict(files)
        self.by_help: dict[str, ProgrammeFile] = {found.help: found for found in files.values()}
        self.by_code = {programme.code: programme for found in files.values() for programme in found.programmes}

    @property
    def plans(self) -> dict[str, ActivityPlan]:
        """The plan of every programme that has one, by code."""
        return {code: programme.plan for code, programme in self.by_code.items() if programme.plan is not None}

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "ProgrammeCatalogue":
        """Read the YAML documents, keyed by file name.

        Raises ``DocumentInvalid`` for the first that cannot be read whole, for a code defined twice,
        and for a programme that needs one nobody defined, one without an end, or in a circle itself.
        """
        files: dict[str, ProgrammeFile] = {}
        seen: dict[str, str] = {}
        for file, text in sorted(texts.items()):
            try:
                found = ProgrammeFile.model_validate(read_yaml(text, file))
            except ValidationError as error:
                raise DocumentInvalid(file=file, **first_fault(error)) from error
            if found.help != file.rsplit("/", 1)[-1].removesuffix(".yaml"):
                raise DocumentInvalid(file=file, where="help", problem=f"'{found.help}' must be the file's name")
            for programme in found.programmes:
                if programme.code in seen:
                    problem = f"'{programme.code}' is already defined in {seen[programme.code]}"
                    raise DocumentInvalid(file=file, where="programmes", problem=problem)
                seen[programme.code] = file
            files[file] = found
        catalogue = cls(files)
        try:
            in_order(catalogue.plans)
        except NeedsImpossible as error:
            raise DocumentInvalid(file=seen[error.code], where="programmes", problem=str(error)) from error
        return catalogue

    def content(self) -> list[Any]:
        """The whole catalogue as plain values, for a fingerprint."""
        files = [found.model_dump(mode="json") for _, found in sorted(self._files.items())]
        for programme in (programme for found in files for programme in found["programmes"]):
            # A catalogue without plans has the fingerprint it had before there were any.
            if programme["plan"] is None:
                del programme["plan"]
        return files

    def at(self, month: Month) -> list[tuple[Help, Programme]]:
        """What can be proposed in ``month``, by its first day, in the order of the catalogue: focused help first."""
        on_day = month.code * 100 + 1
        return [
            (found.help, programme)
            for _, found in sorted(self._files.items())
            for programme in found.programmes
            if programme.holds_on(on_day)
        ]

    def check(self, indicators: IndicatorCatalogue | None) -> Iterator[tuple[str, Message, bool]]:
        """A kind of help without programmes, plans that cannot come true, unknown indicators, and unanswered harms."""
        for name in get_args(Help):
            if name not in self.by_help or not self.by_help[name].programmes:
                file = f"programmes/{name}.yaml"
                yield file, message(N_("This kind of help has no programme yet. Add one to the file.")), False
        yield from self._check_plans(indicators)
        if indicators is None:
            return
        for file, found in self._files.items():
            for programme in found.programmes:
                for code in (*programme.indicators, *programme.not_while):
                    if code not in indicators.by_code:
                        sentence = N_("'{programme}' names the indicator '{code}', which the catalogue does not have.")
                        yield file, message(sentence, programme=programme.code, code=code), True
            answered = {code for programme in found.programmes for code in programme.indicators}
            for code, domain in indicators.domain_of.items():
                if domain != CAPACITY and code not in answered:
                    yield file, message(N_("No programme of this kind of help answers '{code}'."), code=code), False

    def _check_plans(self, indicators: IndicatorCatalogue | None) -> Iterator[tuple[str, Message, bool]]:
        plans = self.plans
        ends = last_due_days(plans)
        known = {} if indicators is None else indicators.by_code
        for file, found in self._files.items():
            for programme in found.programmes:
                code, end = programme.code, ends.get(programme.code)
                if plans and programme.plan is None:
                    sentence = N_("'{programme}' has no plan. Write one, as the others have.")
                    yield file, message(sentence, programme=code), False
                if end is not None and end >= DAYS_OF_YEAR:
                    sentence = N_("'{programme}' may still be due on day {day} of the year of help. Shorten its plan.")
                    yield file, message(sentence, programme=code, day=end + 1), False
                for aim, level in programme.plan.aims.items() if programme.plan else ():
                    if level >= programme.indicators.get(aim, 0):
                        sentence = N_(
                            "'{programme}' aims at level {level} of '{code}'. Aim below the level that calls for it."
                        )
                        yield file, message(sentence, programme=code, code=aim, level=level), True
                    if aim in known and known[aim].can_change == "never":
                        sentence = N_("'{programme}' aims at '{code}', which never changes. Take the aim out.")
                        yield file, message(sentence, programme=code, code=aim), False
