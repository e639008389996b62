"""The gaps of the families against the month's budget and the aid that was given, with the families behind each sum.

The sums and charts are those of the centre's report (:mod:`hamyar.faces.centre`).
Outside the centre a sum over few families tells of each of them, so it is shown only where enough of them stand
behind it, and no chart is drawn from which one family could be read.
Aid that was entered without its amount is not nothing: the page then says what is known of the sum, and of whom not.
"""

from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.small_numbers import hide_small
from hamyar.faces.blocks import Block, Finding, Hidden, KeyFigure, KeyFigures
from hamyar.faces.centre import CentreCase
from hamyar.faces.charting import Chart
from hamyar.faces.dashboard_leads import Leads
from hamyar.faces.drawn import Drawn
from hamyar.faces.labels import label
from hamyar.faces.pages import Several
from hamyar.words import Words

_GROUPS = ("open", "closed", "unknown")


class CentreMoney:
    """The month of ``case``; ``least`` is the smallest number of families behind a sum, ``None`` for any."""

    def __init__(self, case: CentreCase, leads: Leads, words: Words, least: int | None = None) -> None:
        self.case, self.leads, self.words, self.least = case, leads, words, least
        self.results = case.results

    @cached_property
    def _of_group(self) -> dict[str, pd.DataFrame]:
        """The families with a gap, the largest first; those without one; and those whose gap is not known."""
        gap = self.results["gap_before_aid_money"]
        is_open = (gap > 0).fillna(False).astype(bool)
        largest = self.results[is_open].sort_values("gap_before_aid_money", ascending=False, kind="stable")
        return {"open": largest, "closed": self.results[~is_open & gap.notna()], "unknown": self.results[gap.isna()]}

    @cached_property
    def _helped(self) -> pd.DataFrame:
        aid = self.results["centre_aid_money"]
        return self.results[(aid > 0).fillna(False).astype(bool)].sort_values(
            "centre_aid_money", ascending=False, kind="stable"
        )

    @cached_property
    def _aid_unknown(self) -> list[str]:
        """The families whose aid of the month was entered without an amount."""
        aid = self.results["centre_aid_money"]
        return aid.index[aid.isna()].astype("str").tolist()

    def figures(self) -> Block:
        """The sums of the month, and how the aid stands to the budget."""
        if self.least is not None:
            return self._outside()
        return Several([Finding(self._budget_sentence(), self.words), self.case.key_figures()])

    def _budget_sentence(self) -> Message:
        budget, aid = self.case.budget_money, int(self.results["centre_aid_money"].sum())
        values: dict[str, Any] = {"month": self.case.month, "aid": self.leads.money(aid)}
        if budget is None:
            return message(N_("In {month} {aid} of aid is recorded; the budget of the month is not."), **values)
        values["budget"] = self.leads.money(budget)
        if aid > budget:
            over = self.leads.money(aid - budget)
            return message(
                N_("In {month} {aid} of aid was given: {over} more than the budget of {budget}."), over=over, **values
            )
        if self._aid_unknown:
            return message(
                N_("In {month} at least {aid} of the budget of {budget} was given as aid; what is left is not known."),
                **values,
            )
        left = self.leads.money(budget - aid)
        return message(
            N_("In {month} {aid} of the budget of {budget} was given as aid; {left} is left."), left=left, **values
        )

    def _outside(self) -> Block:
        counts = {name: len(rows) for name, rows in self._of_group.items()}
        frame = pd.DataFrame([{**counts, "families": len(self.results)}])
        least = int(self.least or 0)
        shown = hide_small(
            frame, _GROUPS, least=least, total="families", total_shown=False, keep_total=True
        ).frame.iloc[0]
        told = {name: Hidden() if pd.isna(shown[name]) else int(shown[name]) for name in _GROUPS}
        titles = {
            "open": N_("Families with a gap"),
            "closed": N_("Families without a gap"),
            "unknown": N_("Families whose gap is not known"),
        }
        figures = [KeyFigure(self.words(title), told[name]) for name, title in titles.items()]
        figures += [
            KeyFigure(self.words(N_("Sum of the gaps before aid")), self._sum("gap_before_aid_money", "open", told)),
            KeyFigure(self.words(N_("Aid given by this centre")), self._aid()),
        ]
        return KeyFigures(figures, self.words)

    def _sum(self, column: str, group: str, told: dict[str, int | Hidden]) -> Any:
        if isinstance(told[group], Hidden):
            return Hidden()
        return self.leads.money(int(self._of_group[group][column].sum()))

    def _aid(self) -> Any:
        if self._aid_unknown:
            return None
        if 0 < len(self._helped) < int(self.least or 0):
            return Hidden()
        return self.leads.money(int(self._helped["centre_aid_money"].sum()))

    def charts(self) -> Block:
        """How the gaps spread, and their sums over the months; inside the centre only."""
        if self.least is not None:
            return Finding(message(N_("How the gaps spread is shown inside the centre only.")), self.words)
        sizes = self.case.gap_sizes()
        shown = Drawn(sizes) if isinstance(sizes, Chart) else sizes
        return Several([shown, Drawn(self.case.gaps_over_months())])

    def behind(self) -> Block:
        """The families behind the sums: with a gap, without one, not known, and those that had aid."""
        if self.least is not None:
            return Several([])
        groups = self._of_group
        return Several(
            [
                self.leads.behind(
                    nmessage(N_("{count} family has a gap"), N_("{count} families have a gap"), len(groups["open"])),
                    [self.leads.economy(str(row.Index), self._gap(row)) for row in groups["open"].itertuples()],
                ),
                self.leads.behind(
                    nmessage(
                        N_("Of {count} family the gap is not known"),
                        N_("Of {count} families the gap is not known"),
                        len(groups["unknown"]),
                    ),
                    [self.leads.file(str(row.Index), self._missing(row)) for row in groups["unknown"].itertuples()],
                ),
                self.leads.behind(
                    nmessage(
                        N_("{count} family has no gap"), N_("{count} families have no gap"), len(groups["closed"])
                    ),
                    [self.leads.economy(str(code)) for code in groups["closed"].index],
                ),
                self.leads.behind(
                    nmessage(
                        N_("{count} family had aid from this centre"),
                        N_("{count} families had aid from this centre"),
                        len(self._helped),
                    ),
                    [
                        self.leads.economy(
                            str(row.Index), message(N_("{aid}"), aid=self.leads.money(row.centre_aid_money))
                        )
                        for row in self._helped.itertuples()
                    ],
                ),
                *self._aid_unknown_list(),
            ]
        )

    def _aid_unknown_list(self) -> list[Block]:
        if not self._aid_unknown:
            return []
        told = nmessage(
            N_("The aid of {count} family is entered without its amount and stands in no sum"),
            N_("The aid of {count} families is entered without its amount and stands in no sum"),
            len(self._aid_unknown),
        )
        return [self.leads.behind(told, [self.leads.economy(code) for code in self._aid_unknown])]

    def _gap(self, row: Any) -> Message:
        gap = self.leads.money(row.gap_before_aid_money)
        aid = self._suggested.get(str(row.Index))
        if aid is None:
            return message(N_("gap {gap}"), gap=gap)
        return message(N_("gap {gap}, suggested aid {aid}"), gap=gap, aid=self.leads.money(aid))

    @cached_property
    def _suggested(self) -> dict[str, int]:
        """What the centre's rule gives each family of the budget; empty without a budget."""
        found = self.case.allocations.get(self.case.rule)
        if found is None:
            return {}
        return {str(code): int(aid) for code, aid in found.aid["aid_money"].dropna().items()}

    def _missing(self, row: Any) -> Message:
        names = [label(code, self.words) for code in row.unknown_facts.split()]
        return message(N_("not known: {facts}"), facts=names)

    def record(self) -> dict[str, Any]:
        """Sums and counts for programs; nothing of them leaves the centre."""
        if self.least is not None:
            return {}
        return {
            "gaps_open": len(self._of_group["open"]),
            "gaps_unknown": len(self._of_group["unknown"]),
            "gap_before_aid_money": int(self.results["gap_before_aid_money"].sum()),
            "aid_unknown": len(self._aid_unknown),
            "centre_aid_money": int(self.results["centre_aid_money"].sum()),
            "budget_money": self.case.budget_money,
        }


__all__ = ["CentreMoney"]
