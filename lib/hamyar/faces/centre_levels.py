"""The levels of a whole centre on a page: how many, where, through what, and what to do next.

It answers the same questions as the page of one family (:class:`hamyar.faces.levels.LevelsPage`) and names no family.
With ``outside`` the page is for eyes outside the centre: small numbers are hidden, and whatever would give them away
(:mod:`hamyar.faces.shown_levels`).  A private harm may be named here, because no family stands beside it.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from hamyar.core.economy.assessment import Assessment
from hamyar.core.levels.centre import CentreLevelsOfMonth, levels_of_centre
from hamyar.core.levels.explain_centre import centre_levels_sentence, centre_poverty_sentences
from hamyar.core.levels.profile import NOT_RECORDED, group_message, profile, wilson
from hamyar.core.levels.stratification import ALL_LEVELS
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.parameters import CatalogueAbsent
from hamyar.core.small_numbers import Published, hidden_message
from hamyar.faces import level_charts
from hamyar.faces.blocks import Block, Finding, Heading, Notice
from hamyar.faces.centre_change import CentreChange
from hamyar.faces.centre_work import CentreWork
from hamyar.faces.charting import Chart
from hamyar.faces.drawn import Drawn
from hamyar.faces.pages import Several
from hamyar.faces.shown_levels import ShownLevels
from hamyar.faces.shown_tables import NONE, Title, interval_text, share_text, shown_table
from hamyar.faces.sources import Source
from hamyar.words import Words

_HEADS = {"head": N_("By kind of head"), "area": N_("By area")}


class CentreLevels:
    """All families of a month; raises ``CatalogueAbsent`` or ``CatalogueMissing``."""

    def __init__(self, source: Source, assessment: Assessment, words: Words, *, outside: bool = False) -> None:
        self.source, self.assessment, self.words, self.outside = source, assessment, words, outside
        self.tables, self.month = source.tables(), assessment.month
        found = levels_of_centre(self.tables, source.parameters, self.month, assessment)
        if found is None:
            raise CatalogueAbsent(folder="parameters/indicators")
        self.found: CentreLevelsOfMonth = found
        self.placed = found.placed
        least = assessment.rules.value("smallest_shown_count")
        self.shown = ShownLevels(self.placed, self.tables, least if outside else None)
        self._least = least if outside else 1
        self._change = CentreChange(self.tables, source.parameters, assessment, self.placed, self.shown, words)
        self._work = CentreWork(self.tables, source.parameters, assessment, found, self.shown, words)

    # -- the levels --

    def headline(self) -> Block:
        """How many families have each level; first, what a reader must know of the page itself."""
        sentence = self._levels_sentence()
        chart = level_charts.level_counts(self.shown.levels[list(ALL_LEVELS)], self.words, self.words(sentence))
        return Several([*self.notices(), Drawn(chart)])

    def notices(self) -> list[Block]:
        """That small numbers are hidden, and that nobody has confirmed the weights."""
        found: list[Block] = []
        if self.outside:
            found.append(Notice("note", hidden_message(self._least), self.words))
        if self.placed.indicators.status == "provisional":
            sentence = message(N_("The weights of the indicators are not confirmed; the levels rest on them."))
            found.append(Notice("provisional", sentence, self.words))
        return found

    def _levels_sentence(self) -> Message:
        if self.shown.is_whole:
            return centre_levels_sentence(self.placed)
        families = self.shown.levels["families"]
        if pd.isna(families):
            return message(N_("The centre has fewer than {count} families in {month}."), **self._few())
        return nmessage(
            N_("In {month} the centre has {count} family."),
            N_("In {month} the centre has {count} families."),
            int(families),
            month=self.month,
        )

    def _few(self) -> dict[str, Any]:
        return {"count": self._least, "month": self.month}

    def picture(self) -> Chart:
        """A tile for each area, the one with the largest share of harmed families first."""
        frame = self.shown.areas.frame.rename(index=self._group_name)
        return level_charts.level_map(frame, self.words, self.words(self._area_sentence()))

    def _area_sentence(self) -> Message:
        """The area that has the largest share of harmed families, where one can be named."""
        frame = self.shown.areas.frame
        known = frame[frame["harmed"].notna() & frame["families"].notna() & (frame.index != NOT_RECORDED)]
        known = known[known["harmed"] > 0]
        if not len(known):
            return message(N_("No area stands out by its families known to be harmed."))
        share = (known["harmed"] / known["families"]).astype("float64")
        first = known.loc[share.idxmax()]
        return message(
            N_("{harmed} of {families} families are harmed where their share is largest: {area}."),
            area=str(share.idxmax()),
            harmed=int(first["harmed"]),
            families=int(first["families"]),
        )

    # -- how deep, and through what --

    def why(self) -> Block:
        """Headcount, intensity and adjusted headcount, and what they are made of."""
        if not self.shown.has_harmed:
            sentence = N_("Too few families are harmed to tell outside the centre through what.")
            return Finding(message(sentence), self.words)
        best, worst = profile(self.placed, "least"), profile(self.placed, "most")
        sentences = centre_poverty_sentences(best, worst if self.shown.has_may_be_harmed else None)
        if not self.shown.has_weight:
            sentences = sentences[:1]
        blocks: list[Block] = [Finding(sentence, self.words) for sentence in sentences]
        blocks.append(self._measures())
        if self.shown.has_weight and best.adjusted_headcount:
            blocks.append(Drawn(self._decomposition()))
        return Several(blocks)

    def _measures(self) -> Block:
        """H, A and M0: as known, at worst, and for H what chance adds."""
        best, worst = profile(self.placed, "least"), profile(self.placed, "most")
        low, high = wilson(best.poor, best.population), wilson(worst.poor, worst.population)
        high = high if self.shown.has_may_be_harmed else low
        interval = interval_text(low[0], high[1], self.words) if low and high else NONE
        rows: list[tuple[str, Fraction | None, Fraction | None, str]] = [
            (N_("Share of families that are harmed (H)"), best.headcount, worst.headcount, interval)
        ]
        if self.shown.has_weight:
            rows += [
                (N_("Mean score of a harmed family (A)"), best.intensity, worst.intensity, NONE),
                (N_("Adjusted headcount (M0)"), best.adjusted_headcount, worst.adjusted_headcount, NONE),
            ]
        frame = pd.DataFrame(
            [
                (self.words(name), share_text(known, self.words), share_text(most, self.words), chance)
                for name, known, most, chance in rows
            ],
            columns=["measure", "known", "worst", "interval"],
        )
        titles: dict[str, Title] = {
            "measure": (N_("Measure"), "text"),
            "known": (N_("By what is known"), "text"),
            "worst": (N_("If every open answer were bad"), "text"),
            "interval": (N_("Range (95%)"), "text"),
        }
        if not self.shown.has_may_be_harmed:
            del titles["worst"]
        return shown_table(frame, titles, self.words)

    def _decomposition(self) -> Chart:
        domains, indicators = self.shown.domains.frame, self.shown.indicators.frame
        parts = [
            domains.assign(name=[self._domain(code) for code in domains.index], kind="domain", censored_at_best=pd.NA),
            indicators.assign(name=[self._indicator(code) for code in indicators.index], kind="indicator"),
        ]
        columns = {"contribution_at_best": "contribution_share", "censored_at_best": "censored_headcount_share"}
        frame = pd.concat([part[["name", "kind", *columns]] for part in parts]).rename(columns=columns)
        # Nobody's harms make no bars; a hidden one does.
        frame = frame[frame["contribution_share"].isna() | (frame["contribution_share"] != 0)]
        return level_charts.decomposition(frame, self.words, self.words(self._heaviest(frame)))

    def _heaviest(self, frame: pd.DataFrame) -> Message:
        known = frame[(frame["kind"] == "domain") & frame["contribution_share"].notna()]
        if not len(known):
            return message(N_("What the harms of the families are made of; small numbers are hidden."))
        shares = known["contribution_share"].astype("float64").to_numpy()
        row = known.iloc[int(shares.argmax())]
        return message(
            N_("Of the harms of harmed families the domain “{domain}” makes the largest part: {share}."),
            domain=row["name"],
            share=Fraction(row["contribution_share"]),
        )

    def weight(self) -> Block:
        """Every indicator that is a harm in some family: in how many, in how many harmed ones, and its part of M0."""
        published = self.shown.indicators
        frame = published.frame
        frame = frame.assign(
            name=[self._indicator(code) for code in frame.index],
            interval=[interval_text(low, high, self.words) for low, high in self._pairs(frame, "censored")],
            part=[share_text(share, self.words) for share in frame["contribution_at_best"]],
        )
        is_somebodys = frame["deprived_at_worst"].isna() | (frame["deprived_at_worst"] > 0)
        frame = frame[is_somebodys].sort_values("deprived_at_best", ascending=False, na_position="last", kind="stable")
        titles: dict[str, Title] = {
            "name": (N_("Indicator"), "text"),
            "deprived_at_best": (N_("Families with this harm"), "number"),
            "deprived_harmed_at_best": (N_("Harmed ones among them"), "number"),
            "interval": (N_("Range of their share (95%)"), "text"),
            "part": (N_("Part of all harm"), "text"),
        }
        is_hidden = published.is_hidden.assign(
            interval=published.is_hidden["censored_low"] | published.is_hidden["censored_high"],
            part=published.is_hidden["contribution_at_best"],
        )
        table = shown_table(frame, titles, self.words, is_hidden.loc[frame.index])
        return Several([table, self._about_ranges()])

    def by_head(self) -> Block:
        """The harmed by the sex of the head and by area, with what chance does to small groups."""
        blocks: list[Block] = []
        for name, title in _HEADS.items():
            published = self.shown.groups[name]
            blocks.append(Heading(message(title), self.words, 3))
            blocks.append(self._too_few() if published is None else self._group_table(published))
        return Several([*blocks, self._about_ranges()])

    def _group_table(self, published: Published) -> Block:
        frame, is_hidden = published.frame, published.is_hidden
        has_open = not is_hidden["may_be_harmed"].all()
        ends = self._pairs(frame, "headcount") if has_open else self._known_ranges(frame)
        frame = frame.assign(
            group=[self._group_name(code) for code in frame.index],
            interval=[interval_text(low, high, self.words) for low, high in ends],
            share=[share_text(share, self.words) for share in frame["headcount_at_best"]],
            weight=[share_text(share, self.words) for share in frame["adjusted_headcount_at_best"]],
        )
        titles: dict[str, Title] = {
            "group": (N_("Group"), "text"),
            "families": (N_("Families"), "number"),
            "harmed_at_best": (N_("Harmed"), "number"),
            "may_be_harmed": (N_("May be harmed"), "number"),
            "share": (N_("Share harmed"), "text"),
            "interval": (N_("Range (95%)"), "text"),
            "weight": (N_("M0"), "text"),
        }
        if not has_open:
            del titles["may_be_harmed"]
        flags = is_hidden.assign(
            interval=is_hidden["headcount_low"] | (is_hidden["headcount_high"] & has_open),
            share=is_hidden["headcount_at_best"],
            weight=is_hidden["adjusted_headcount_at_best"],
        )
        return shown_table(frame, titles, self.words, flags)

    def _known_ranges(self, frame: pd.DataFrame) -> Sequence[tuple[Any, Any]]:
        """Ranges of what is known alone, where the open answers may not be told."""
        counts = zip(frame["harmed_at_best"].tolist(), frame["families"].tolist(), strict=True)
        found = [None if pd.isna(harmed) or pd.isna(of) else wilson(int(harmed), int(of)) for harmed, of in counts]
        return [(pd.NA, pd.NA) if ends is None else ends for ends in found]

    def _about_ranges(self) -> Notice:
        sentence = N_(
            "The range says where the share may lie among families such as these. "
            "In a small group it is wide: a difference within it may be chance."
        )
        return Notice("note", message(sentence), self.words)

    def _too_few(self) -> Finding:
        return Finding(message(N_("This table would give small numbers away and is not shown.")), self.words)

    # -- over time, and what to do --

    def change(self) -> Block:
        """From the levels a year of help ago to the levels now."""
        return self._change.change()

    def since(self) -> Block:
        """Through which indicators families improved or worsened, and how many improvements lasted."""
        return self._change.since()

    def ask(self) -> Block:
        """Which indicators are most often unanswered: where the next visits should look."""
        return self._work.ask()

    def certainty(self) -> Block:
        """How well two helpers agree, and how many levels deserve a second look."""
        return self._work.certainty()

    def help(self) -> Block:
        """For how many families which help is due, and how many helpers that takes."""
        return self._work.help()

    # -- for programs --

    def record(self) -> dict[str, Any]:
        """What the page found, as plain values: counts, exact shares as text, and ``None`` where hidden."""
        levels = {f"levels_{level}": _plain(self.shown.levels[level]) for level in ALL_LEVELS}
        measures: dict[str, Any] = {}
        for suffix, case in (("at_best", "least"), ("at_worst", "most")):
            found = profile(self.placed, case)  # type: ignore[arg-type]
            is_shown = self.shown.has_harmed and (suffix == "at_best" or self.shown.has_may_be_harmed)
            has_weight = is_shown and self.shown.has_weight
            measures[f"headcount_{suffix}"] = _exact(found.headcount) if is_shown else None
            measures[f"intensity_{suffix}"] = _exact(found.intensity) if has_weight else None
            measures[f"adjusted_headcount_{suffix}"] = _exact(found.adjusted_headcount) if has_weight else None
        families = {"families": _plain(self.shown.levels["families"])}
        return {**families, **levels, **measures, **self._work.record(), **self._change.record()}

    # -- helpers --

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {one.code: one.label.in_language(self.words.language) for one in self.placed.indicators.indicators}

    def _indicator(self, code: str) -> str:
        return self._labels[code]

    def _domain(self, code: str) -> str:
        return self.placed.indicators.domain_labels[code].in_language(self.words.language)

    def _group_name(self, code: str) -> str:
        named = group_message(code)
        return str(code) if named is None else self.words(named)

    def _pairs(self, frame: pd.DataFrame, name: str) -> Sequence[tuple[Any, Any]]:
        return list(zip(frame[f"{name}_low"].tolist(), frame[f"{name}_high"].tolist(), strict=True))


def _plain(count: Any) -> int | None:
    return None if pd.isna(count) else int(count)


def _exact(share: Fraction | None) -> str | None:
    return None if share is None else str(share)
