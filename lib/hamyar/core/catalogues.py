"""The centre's catalogues together: the indicators, the programmes of help that answer them, and the calendar.

Each lies in a folder of its own below ``parameters/``; the folder's name tells which catalogue a document belongs to.
A set of parameters may lack them (a month frozen before there were any), and then says so when they are needed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hamyar.core.calendar.catalogue import STANDING_FILE, CalendarCatalogue
from hamyar.core.documents import DocumentInvalid
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.levels.indicator_catalogue import IndicatorCatalogue
from hamyar.core.message import Message
from hamyar.core.plan.programmes import ProgrammeCatalogue

INDICATORS, PROGRAMMES, CALENDAR = "indicators/", "programmes/", "calendar/"
FOLDERS = (INDICATORS, PROGRAMMES, CALENDAR)


def is_of_catalogue(file: str) -> bool:
    """Whether a document, named by its path below ``parameters/``, is part of a catalogue."""
    return file.startswith(FOLDERS)


@dataclass(frozen=True)
class Catalogues:
    indicators: IndicatorCatalogue | None = None
    programmes: ProgrammeCatalogue | None = None
    calendar: CalendarCatalogue | None = None

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "Catalogues":
        """Those that ``texts`` hold; raises ``DocumentInvalid`` for the first that cannot be read whole.

        So it does for a standing activity with the code of a programme: a visit knows what it is for by that code.
        """
        indicators, programmes, calendar = (
            {file: text for file, text in texts.items() if file.startswith(folder)} for folder in FOLDERS
        )
        found = cls(
            IndicatorCatalogue.from_texts(indicators) if indicators else None,
            ProgrammeCatalogue.from_texts(programmes) if programmes else None,
            CalendarCatalogue.from_texts(calendar) if calendar else None,
        )
        if found.programmes is not None and found.calendar is not None:
            for code in found.calendar.by_code:
                if code in found.programmes.by_code:
                    problem = f"'{code}' is already the code of a programme"
                    raise DocumentInvalid(file=STANDING_FILE, where="activities", problem=problem)
        return found

    def content(self) -> list[Any]:
        """Everything as plain values, for a fingerprint; nothing where there is no catalogue."""
        found = (self.indicators, self.programmes, self.calendar)
        return [part for catalogue in found if catalogue is not None for part in catalogue.content()]

    def check(self, month: Month | None = None) -> Iterator[tuple[str, Message, bool]]:
        """What is to be corrected or confirmed in each, and between them."""
        if self.indicators is not None:
            yield from self.indicators.check()
            if month is not None:
                try:
                    self.indicators.at(month)
                except HamyarError as error:
                    yield self.indicators.file, error.message, True
        if self.programmes is not None:
            yield from self.programmes.check(self.indicators)
        if self.calendar is not None:
            yield from self.calendar.check(month)
