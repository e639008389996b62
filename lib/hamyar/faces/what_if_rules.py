"""The rules a researcher tries, as they are written in a notebook's parameters.

A cut-off is a share such as ``1/3``, ``0.3`` or ``30%``; shares of domains and weights of indicators are pairs such as
``economic:2,social:1``.  What is left empty stays as it is.  Numbers are exact as written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from hamyar.core.errors import HamyarError
from hamyar.core.levels.counting import CutOffs
from hamyar.core.levels.indicators import exact
from hamyar.core.levels.stratification import LevelRules, Stratification
from hamyar.core.levels.what_if import rejudged
from hamyar.core.message import N_
from hamyar.core.persian import latin_digits


class CutOffNotReadable(HamyarError):
    msgid = N_(
        "The cut-off '{text}' is not a share. Write it as 1/3, 0.3 or 30%; leave it empty to keep the present one."
    )


class PairNotReadable(HamyarError):
    msgid = N_("'{text}' cannot be read. Write each as name:number, with commas between them: {example}.")


class NameTwice(HamyarError):
    msgid = N_("'{name}' is written twice. Write it once.")


@dataclass(frozen=True)
class TriedRules:
    """Other cut-offs of the whole (``None``: the month's own), shares of domains and weights of indicators."""

    at_risk: Fraction | None
    harmed: Fraction | None
    shares: Mapping[str, Fraction]
    weights: Mapping[str, Fraction]

    @classmethod
    def read(cls, at_risk: str, harmed: str, shares: str, weights: str) -> "TriedRules":
        """Raises ``CutOffNotReadable``, ``PairNotReadable`` or ``NameTwice``."""
        return cls(
            _cut_off(at_risk),
            _cut_off(harmed),
            _pairs(shares, "economic:2,social:1,cultural:1"),
            _pairs(weights, "housing:1/12,debt:1/6"),
        )

    def judge(self, placed: Stratification) -> Stratification:
        """The same answers under these rules; raises what ``rejudged`` does, and ``CutOffsInvalid``."""
        own = placed.level_rules
        whole = CutOffs(
            own.whole.at_risk if self.at_risk is None else self.at_risk,
            own.whole.harmed if self.harmed is None else self.harmed,
        )
        return rejudged(placed, LevelRules(whole, own.domain), self.weights or None, self.shares or None)


def _plain(text: str) -> str:
    return latin_digits(str(text)).replace("٪", "%").replace("٫", ".").replace("،", ",").strip()


def _number(text: str) -> Fraction:
    """Raises ``ValueError``."""
    plain = text.strip()
    return exact(plain.removesuffix("%")) / 100 if plain.endswith("%") else exact(plain)


def _cut_off(text: str) -> Fraction | None:
    plain = _plain(text)
    if not plain:
        return None
    try:
        return _number(plain)
    except ValueError:
        raise CutOffNotReadable(text=plain) from None


def _pairs(text: str, example: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for part in filter(None, map(str.strip, _plain(text).split(","))):
        name, colon, number = (piece.strip() for piece in part.partition(":"))
        try:
            value = _number(number)
        except ValueError:
            raise PairNotReadable(text=part, example=example) from None
        if not colon or not name:
            raise PairNotReadable(text=part, example=example)
        if name in found:
            raise NameTwice(name=name)
        found[name] = value
    return found
