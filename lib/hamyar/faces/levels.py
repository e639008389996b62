"""The page of levels, for one family or for the whole centre: what ``stratification.ipynb`` opens.

Both answer the same questions in the same order (:class:`LevelsPage`), so one notebook serves a helper before a visit,
a manager and a researcher.  Without a family it is the centre's page.

``private`` tells the private harms by name, for a helper alone before a screen; a page that may be printed leaves it.
``outside`` hides small numbers, for everything that leaves the centre.
"""

from typing import Any, Protocol

from hamyar.core.economy.assessment import assess_families
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_, message
from hamyar.faces.blocks import Block, Notice
from hamyar.faces.centre import NobodyRecorded
from hamyar.faces.centre_levels import CentreLevels
from hamyar.faces.family import FamilyUnknown
from hamyar.faces.family_levels import FamilyLevels
from hamyar.faces.pages import Several, notices, provenance, rules_table
from hamyar.faces.result import Result
from hamyar.faces.sources import find_source
from hamyar.words import Words


class NotForOutside(HamyarError):
    msgid = N_("The page of one family never leaves the centre. Leave the family empty, or set outside to False.")


class LevelsPage(Protocol):
    """The questions that both pages answer; each answer is a block or a chart."""

    def headline(self) -> Any: ...
    def picture(self) -> Any: ...
    def why(self) -> Any: ...
    def weight(self) -> Any: ...
    def change(self) -> Any: ...
    def since(self) -> Any: ...
    def ask(self) -> Any: ...
    def certainty(self) -> Any: ...
    def help(self) -> Any: ...
    def record(self) -> dict[str, Any]: ...


class Levels:
    """A page of levels with what every page has: notices, the rules used, the record, and where it comes from."""

    def __init__(self, family: str, month: Month, words: Words, *, private: bool, outside: bool) -> None:
        if family and outside:
            raise NotForOutside()
        self.source = find_source()
        self.family, self.month, self.words, self.private = family, month, words, private
        self.tables = self.source.tables([family] if family else None)
        if not len(self.tables.families):
            raise FamilyUnknown(family=family) if family else NobodyRecorded()
        self.assessment = assess_families(self.tables, self.source.parameters, month)
        self.page: LevelsPage = (
            FamilyLevels(self.source, self.assessment, words, on_paper=not private)
            if family
            else CentreLevels(self.source, self.assessment, words, outside=outside)
        )

    def __getattr__(self, question: str) -> Any:
        # Notebooks ask levels.why(); what this class does not answer itself is a question to the page.
        if question.startswith("_") or question == "page":
            raise AttributeError(question)
        return getattr(self.page, question)

    def notices(self) -> Block:
        """Invented data, unconfirmed values, and on a helper's own screen that it is for nobody else's eyes."""
        found: list[Block] = [notices(self.tables.is_synthetic, self.assessment.rules, self.words)]
        if self.family and self.private:
            sentence = message(N_("Private matters stand here by name. Look at it alone, and do not print it."))
            found.append(Notice("warning", sentence, self.words))
        return Several(found)

    def rules_used(self) -> Block:
        return rules_table(self.assessment.rules, self.words)

    def result(self) -> Result:
        values = self.page.record()
        subject = self.family or "centre"
        status = "complete" if values.get("is_complete", values.get("levels_undetermined") == 0) else "incomplete"
        return Result("levels", subject, str(self.month), status, values)

    def provenance(self) -> Block:
        return provenance(self.source.origin, self.month, self.words)


def open_levels(
    family: str, month: str, language: str | None = None, *, private: bool = False, outside: bool = False
) -> Levels:
    """The page of a family (by case code), or of the centre where ``family`` is empty, in a month such as ``1404-08``.

    Raises ``FamilyUnknown``, ``NobodyRecorded``, ``NotForOutside``, ``NotAMonth``, ``CatalogueAbsent`` or
    ``CatalogueMissing``.
    """
    return Levels(family, Month.parse(month), Words(language), private=private, outside=outside)
