"""What became of the centre's levels: since a year of help, through which indicators, and did it last.

Three months are looked at besides the page's own: one period of help before it, the month of the last follow-up,
and one period of help before that.  Where nothing was asked yet by then there is a sentence and no empty chart.
"""

from decimal import Decimal
from functools import cached_property

import pandas as pd

from hamyar.core.economy.assessment import Assessment
from hamyar.core.jalali import Month
from hamyar.core.levels.counting import HARMED, LEVELS
from hamyar.core.levels.indicator_catalogue import CatalogueMissing
from hamyar.core.levels.profile import some_families
from hamyar.core.levels.stratification import ALL_LEVELS, Stratification, stratify_families
from hamyar.core.levels.transitions import Transitions, kept, transitions
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.parameters import ParameterMissing, ParameterSet
from hamyar.core.small_numbers import Published
from hamyar.core.tables import CaseTables
from hamyar.faces import level_charts
from hamyar.faces.blocks import Block, Finding, KeyFigure, KeyFigures, Notice
from hamyar.faces.drawn import Drawn
from hamyar.faces.labels import label
from hamyar.faces.pages import Several
from hamyar.faces.shown_levels import ShownLevels
from hamyar.faces.shown_tables import Title, shown_table
from hamyar.words import Words

# A page names those that matter most; the rest is in the researcher's tables.
MOST_INDICATORS = 10
# With less of the families in flows that may be shown, the flows are a table.
MOSTLY_TOLD = 0.8
LEAST_CHANCE = 0.001


class CentreChange:
    """The same families at other months; ``shown`` knows what a page may show."""

    def __init__(
        self,
        tables: CaseTables,
        parameters: ParameterSet,
        assessment: Assessment,
        placed: Stratification,
        shown: ShownLevels,
        words: Words,
    ) -> None:
        self.tables, self.parameters, self.placed, self.shown, self.words = tables, parameters, placed, shown, words
        self.month = assessment.month
        self.then = self.month + -int(assessment.rules.value("relevelling_months"))
        self._follow_up = int(assessment.rules.value("follow_up_months"))

    # -- the months --

    def _placed_in(self, month: Month) -> Stratification | None:
        """The levels of the families that the centre knew in ``month``; ``None`` where nothing was asked by then."""
        days = self.tables.observations["day"]
        if not (days <= month.code * 100 + month.days).any():
            return None
        try:
            placed = stratify_families(self.tables, self.parameters, month)
        except (CatalogueMissing, ParameterMissing):
            return None
        joined = self.tables.families["joined_month"]
        return some_families(placed, ~(joined > month.code).fillna(False).to_numpy(dtype=bool))

    @cached_property
    def found(self) -> Transitions | None:
        """From then to now; ``None`` where no family has a known level at both ends."""
        before = self._placed_in(self.then)
        found = None if before is None else transitions(before, self.placed)
        return found if found is not None and found.determined else None

    @cached_property
    def lasting(self) -> tuple[Month, pd.Series] | None:
        """The month to which families had improved at the last follow-up, and whether each improvement holds now."""
        end = self.month + -self._follow_up
        start = end + (self.then.ordinal - self.month.ordinal)
        first, second = self._placed_in(start), self._placed_in(end)
        if first is None or second is None:
            return None
        held = kept(first, second, self.placed)
        return (end, held) if len(held) else None

    def _no_earlier(self) -> Finding:
        sentence = N_("There are no levels of {month} to compare with yet; the change shows once there are.")
        return Finding(message(sentence, month=self.then), self.words)

    # -- the page --

    def change(self) -> Block:
        """The flow from then to now, the shares, and the cautions that belong to them."""
        found = self.found
        if found is None:
            return self._no_earlier()
        published = self.shown.flow(found)
        if published is None or pd.isna(published.totals["families"]):
            sentence = N_("The change since {month} would give small numbers away and is not shown.")
            return Finding(message(sentence, month=self.then), self.words)
        is_whole = "directions" not in published.withheld
        blocks: list[Block] = [self._flow(published, self._sentence(found, is_whole))]
        if is_whole:
            blocks.append(self._shares(found))
        blocks += self._test(found) if is_whole else []
        return Several([*blocks, *self._cautions(found)])

    def _flow(self, published: Published, sentence: Message) -> Block:
        levels = list(ALL_LEVELS)
        matrix, ends = published.frame.loc[levels, levels], (self.words.month(self.then), self.words.month(self.month))
        told = int(matrix.sum().sum())
        if told < MOSTLY_TOLD * int(self.shown.levels["families"]):
            # Bands of unknown thickness make no picture.
            return Several(
                [Finding(sentence, self.words), self._matrix(matrix, published.is_hidden.loc[levels, levels])]
            )
        return Drawn(level_charts.transition_flow(matrix, self.words, self.words(sentence), *ends))

    def _matrix(self, matrix: pd.DataFrame, is_hidden: pd.DataFrame) -> Block:
        titles: dict[str, Title] = {"then": (N_("Level then"), "code")}
        titles |= {level: (label(level, self.words), "number") for level in ALL_LEVELS}
        return shown_table(matrix.assign(then=list(ALL_LEVELS)), titles, self.words, is_hidden)

    def _sentence(self, found: Transitions, is_whole: bool) -> Message:
        months = {"start": self.then, "end": self.month}
        if not is_whole:
            return message(N_("How levels went from {start} to {end}; small numbers are hidden."), **months)
        counts = {name: int(found.directions[name]) for name in ("improved", "stayed", "worsened")}
        return message(
            N_("From {start} to {end}, {improved} families improved, {stayed} stayed and {worsened} worsened."),
            **months,
            **counts,
        )

    def _shares(self, found: Transitions) -> KeyFigures:
        words = self.words
        of_all = nmessage(N_("of {count} family"), N_("of {count} families"), found.determined)
        left = int(found.matrix.loc[LEVELS[HARMED], list(LEVELS)].sum())
        of_harmed = nmessage(N_("of {count} harmed family"), N_("of {count} harmed families"), left)
        figures = [
            KeyFigure(words(N_("Improved")), found.improved_share, of_all),
            KeyFigure(words(N_("Stayed")), found.stayed_share, of_all),
            KeyFigure(words(N_("Worsened")), found.worsened_share, of_all),
        ]
        if found.exits_from_harmed is not None:
            figures.append(KeyFigure(words(N_("No longer harmed")), found.exits_from_harmed, of_harmed))
        return KeyFigures(figures, words)

    def _test(self, found: Transitions) -> list[Block]:
        test = found.bowker
        if test is None:
            return []
        sentence = message(
            N_(
                "Bowker's test of net change: {statistic} with {degrees} degrees of freedom; "
                "if nothing but chance moved families, so much or more would be seen with a probability of {chance}."
            ),
            statistic=round(Decimal(test.statistic.numerator) / test.statistic.denominator, 2),
            degrees=test.degrees,
            chance=self._chance(test.p_value),
        )
        return [Notice("note", sentence, self.words)]

    def _chance(self, share: float) -> str:
        # A probability is never nothing.
        if share < LEAST_CHANCE:
            return self.words(N_("less than {share}"), share=self.words.share(LEAST_CHANCE, 1))
        return self.words.share(share, 1)

    def _cautions(self, found: Transitions) -> list[Block]:
        """The core's notes; outside the centre, where they would carry small numbers, a plain one instead."""
        if self.shown.least is None:
            return [Notice("note" if place else "warning", note, self.words) for place, note in enumerate(found.notes)]
        plain = N_(
            "Families that were chosen in a bad moment are, on average, nearer to the usual at the next look, "
            "even if nobody helps them. Do not read the whole change as the effect of the help."
        )
        return [Notice("warning", message(plain), self.words)]

    def since(self) -> Block:
        """Through which indicators levels changed, and how many of the earlier improvements hold."""
        if self.found is None:
            return Several([self._no_earlier(), self._kept()])
        return Several([self._through(self.found), self._kept()])

    def _through(self, found: Transitions) -> Block:
        counts = ["improved", "worsened", "ended", "began"]
        # Who improved through an indicator is among those for whom it ended: the two are published as part and whole.
        parts = {"ended": "improved", "began": "worsened"}
        pieces = [
            self.shown.counted(found.through[[part, whole]], [part], whole, is_total_known=False)
            for whole, part in parts.items()
        ]
        shown, hidden = (
            pd.concat([getattr(piece, name) for piece in pieces], axis=1) for name in ("frame", "is_hidden")
        )
        # In the order of what is shown: the place of a hidden row would tell of it.
        ranked = shown.sort_values(counts, ascending=False, kind="stable", na_position="last").index
        chosen = [code for code in ranked if found.through.loc[code].sum() > 0][:MOST_INDICATORS]
        if not len(chosen):
            return Finding(
                message(N_("No harm is known to have ended or begun since {month}."), month=self.then), self.words
            )
        names = [self.placed.indicators[code].label.in_language(self.words.language) for code in chosen]
        titles: dict[str, Title] = {
            "name": (N_("Indicator"), "text"),
            "improved": (N_("Families that improved through it"), "number"),
            "worsened": (N_("Families that worsened through it"), "number"),
            "ended": (N_("No longer a harm"), "number"),
            "began": (N_("A harm now and not before"), "number"),
        }
        return shown_table(shown.loc[chosen].assign(name=names), titles, self.words, hidden.loc[chosen])

    def _kept(self) -> Finding:
        if self.lasting is None:
            sentence = message(
                N_("There is no earlier improvement yet of which a follow-up could tell whether it lasts.")
            )
            return Finding(sentence, self.words)
        end, held = self.lasting
        counts = {"held": int(held.sum()), "lost": int((~held).sum()), "open": int(held.isna().sum())}
        shown = self.shown.counted(pd.DataFrame([counts | {"all": len(held)}]), list(counts), "all")
        if bool(shown.is_hidden.to_numpy().any()):
            return Finding(message(N_("How many improvements lasted are small numbers and not shown.")), self.words)
        sentence = nmessage(
            N_(
                "Of {count} family that had improved by {end}, {held} held the better level until {month}, "
                "{lost} did not, and of {open} it is not known."
            ),
            N_(
                "Of {count} families that had improved by {end}, {held} held the better level until {month}, "
                "{lost} did not, and of {open} it is not known."
            ),
            len(held),
            end=end,
            month=self.month,
            **counts,
        )
        return Finding(sentence, self.words)

    def record(self) -> dict[str, int | None]:
        """Families by direction since then; ``None`` where there is nothing to compare or it is hidden."""
        found = self.found
        published = None if found is None else self.shown.flow(found)
        is_shown = published is not None and "directions" not in published.withheld
        names = ("improved", "stayed", "worsened")
        return {name: int(found.directions[name]) if found is not None and is_shown else None for name in names}
