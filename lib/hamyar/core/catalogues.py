"""The centre's catalogues together: the indicators, and the programmes of help that answer them.

Each lies in a folder of its own below ``parameters/``; the folder's name tells which catalogue a document belongs to.
A set of parameters may lack them (a month frozen before there were any), and then says so when they are needed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hamyar.core.errors import HamyarError
from hamyar.core.indicator_catalogue import IndicatorCatalogue
from hamyar.core.jalali import Month
from hamyar.core.message import Message
from hamyar.core.programmes import ProgrammeCatalogue

INDICATORS, PROGRAMMES = "indicators/", "programmes/"


def is_of_catalogue(file: str) -> bool:
    """Whether a document, named by its path below ``parameters/``, is part of a catalogue."""
    return file.startswith((INDICATORS, PROGRAMMES))


@dataclass(frozen=True)
class Catalogues:
    indicators: IndicatorCatalogue | None = None
    programmes: ProgrammeCatalogue | None = None

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> "Catalogues":
        """Those that ``texts`` hold; raises ``DocumentInvalid`` for the first that cannot be read whole."""
        indicators = {file: text for file, text in texts.items() if file.startswith(INDICATORS)}
        programmes = {file: text for file, text in texts.items() if file.startswith(PROGRAMMES)}
        return cls(
            IndicatorCatalogue.from_texts(indicators) if indicators else None,
            ProgrammeCatalogue.from_texts(programmes) if programmes else None,
        )

    def content(self) -> list[Any]:
        """Everything as plain values, for a fingerprint; nothing where there is no catalogue."""
        return [part for found in (self.indicators, self.programmes) if found for part in found.content()]

    def check(self, month: Month | None = None) -> Iterator[tuple[str, Message, bool]]:
        """What is to be corrected or confirmed in either, and between them."""
        if self.indicators is not None:
            yield from self.indicators.check()
            if month is not None:
                try:
                    self.indicators.at(month)
                except HamyarError as error:
                    yield self.indicators.file, error.message, True
        if self.programmes is not None:
            yield from self.programmes.check(self.indicators)
