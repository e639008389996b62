"""The bar of a score: how far the harms of one domain reach towards its cut-offs.

The part that is known is solid, the part that open answers may still add is hatched, and what lies under the bar
tells which level it has reached.  It is SVG inside the page, so that it prints sharp and keeps its tones on paper.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from markupsafe import Markup

from hamyar.core.message import N_, Message, message
from hamyar.faces.level_looks import LEVELS, LOOKS
from hamyar.words import Words

Text: TypeAlias = str | Message
Share: TypeAlias = float | Fraction

# The drawing units: the bar keeps its shape at any width.
BAR_WIDTH, BAR_HEIGHT, HATCH_STEP = 320.0, 22.0, 6.0


def written_share(share: Share, words: Words) -> str:
    """A share in whole per cent; one that would be rounded to nothing or to everything says so in words."""
    if 0 < share < Fraction(1, 200):
        return words(N_("under {share}"), share=Fraction(1, 100))
    if Fraction(199, 200) <= share < 1:
        return words(N_("over {share}"), share=Fraction(99, 100))
    return words.share(share)


@dataclass(frozen=True)
class DomainLevel:
    """One domain: its level, its range of scores and its cut-offs, all shares of the domain's own weights.

    ``note`` says what the bar cannot: that a critical harm decides whatever the score.
    """

    name: str
    level: str
    level_at_best: str
    level_at_worst: str
    score_at_least_share: Share
    score_at_most_share: Share
    at_risk_cut_off_share: Share
    harmed_cut_off_share: Share
    note: Text = ""


def score_bar(row: DomainLevel, words: Words) -> Markup:
    """The bar of a score as inline SVG, from the side where reading begins; its title says the same in words."""
    known, possible, at_risk, harmed = (
        BAR_WIDTH * float(share)
        for share in (
            *(row.score_at_least_share, row.score_at_most_share),
            *(row.at_risk_cut_off_share, row.harmed_cut_off_share),
        )
    )
    zones = zip(LEVELS, ((0.0, at_risk), (at_risk, harmed), (harmed, BAR_WIDTH)), strict=True)
    parts = [
        *(_box(*zone, f'fill="{LOOKS[level].tint}"', words) for level, zone in zones),
        f'<rect x=".5" y="4.5" width="{BAR_WIDTH - 1:g}" height="{BAR_HEIGHT - 9:g}" fill="none" stroke="#8a979b"/>',
        _box(0, known, 'fill="#1d5c63"', words),
    ]
    if possible > known:
        lines = " ".join(
            f"M{_x(x, words):.2f} {y:.2f}L{_x(to_x, words):.2f} {to_y:.2f}"
            for x, y, to_x, to_y in _hatching(known, possible)
        )
        parts += [
            f'<path d="{lines}" stroke="#1d5c63" stroke-width="1.5"/>',
            _box(known, possible, 'fill="none" stroke="#1d5c63"', words),
        ]
    parts += [
        f'<path d="M{_x(cut, words):.2f} 0V{BAR_HEIGHT:g}" stroke="#ffffff" stroke-width="4"/>'
        f'<path d="M{_x(cut, words):.2f} 0V{BAR_HEIGHT:g}" stroke="#22313a" stroke-width="1.8"/>'
        for cut in (at_risk, harmed)
    ]
    drawing = Markup("".join(parts))  # noqa: S704 - numbers and our own colours
    return Markup('<svg class="score-bar" viewBox="0 0 {:g} {:g}" role="img"><title>{}</title>{}</svg>').format(
        BAR_WIDTH, BAR_HEIGHT, words(_bar_message(row, words)), drawing
    )


def _bar_message(row: DomainLevel, words: Words) -> Message:
    known, possible, at_risk, harmed = (
        written_share(share, words)
        for share in (
            *(row.score_at_least_share, row.score_at_most_share),
            *(row.at_risk_cut_off_share, row.harmed_cut_off_share),
        )
    )
    cut_offs = message(N_("At risk from {at_risk}, harmed from {harmed}."), at_risk=at_risk, harmed=harmed)
    if row.score_at_least_share == row.score_at_most_share:
        return message(N_("The harms weigh {known}. {cut_offs}"), known=known, cut_offs=cut_offs)
    sentence = N_("The known harms weigh {known}; with the open answers it may be {possible}. {cut_offs}")
    return message(sentence, known=known, possible=possible, cut_offs=cut_offs)


def _x(place: float, words: Words) -> float:
    return BAR_WIDTH - place if words.direction == "rtl" else place


def _box(start: float, end: float, look: str, words: Words) -> str:
    left = min(_x(start, words), _x(end, words))
    return f'<rect x="{left:.2f}" y="4" width="{end - start:.2f}" height="{BAR_HEIGHT - 8:g}" {look}/>'


def _hatching(start: float, end: float) -> Iterator[tuple[float, float, float, float]]:
    """Slanting lines between two places, cut at both: without a pattern of the page, which would need a name."""
    height = BAR_HEIGHT - 8
    foot = start - height + HATCH_STEP / 2
    while foot < end:
        rise, stop = max(0.0, start - foot), min(height, end - foot)
        if stop > rise:
            yield foot + rise, 4 + height - rise, foot + stop, 4 + height - stop
        foot += HATCH_STEP


__all__ = ["DomainLevel", "Share", "Text", "score_bar", "written_share"]
