"""Where a figure of the dashboard leads: to the page of each family behind it.

A family stands by its code, as on every page of the centre; helpers, too.
Which page a family leads to is a matter of the figure: its levels, its economy, or its file where it may be written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hamyar.core.jalali import Month
from hamyar.core.message import Message
from hamyar.core.rial import Money, currency_of
from hamyar.faces.addresses import address
from hamyar.faces.blocks import Hidden
from hamyar.faces.linked_blocks import Behind, Line, Link, Part
from hamyar.words import Words


@dataclass(frozen=True)
class Leads:
    """The ways on from a page about ``month``; ``may_write`` opens the files, else the economy stands for them."""

    month: Month
    may_write: bool
    currency: str
    words: Words

    def levels(self, code: str, note: str | Message = "", month: Month | None = None) -> Link:
        return Link(code, address("levels", family=code, month=month or self.month), note=note)

    def economy(self, code: str, note: str | Message = "") -> Link:
        return Link(code, address("economy", family=code, month=self.month), note=note)

    def file(self, code: str, note: str | Message = "") -> Link:
        slug = "family" if self.may_write else "economy"
        return Link(code, address(slug, family=code, month=self.month), note=note)

    def behind(self, summary: Line, links: Sequence[Link]) -> Behind:
        """A figure with the families behind it in one list."""
        return Behind(summary, [Part("", links)], self.words)

    def money(self, amount: int) -> Money:
        return Money(int(amount), currency_of(self.currency))


def shown_count(count: int, least: int | None, of: int | None = None) -> int | Hidden:
    """A count as a page may show it: hidden where it is smaller than ``least``, or what it leaves of ``of`` is."""
    if least is None:
        return count
    rest = 0 if of is None else of - count
    if 0 < count < least:
        return Hidden(least)
    return Hidden() if 0 < rest < least else count


__all__ = ["Leads", "shown_count"]
