"""Somebody else changed the family meanwhile: both values side by side, each with the decision it gives.

Nothing is chosen for anybody.  Two columns stand beside each other in the same type and width, with the same button;
which one was chosen is told by a word and a frame.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from hamyar.core.jalali import day_of, format_day
from hamyar.core.message import N_
from hamyar.core.persian import persian_digits
from hamyar.faces.blocks import value_html
from hamyar.faces.form.clash import Clash, Side
from hamyar.faces.form.fields import FieldUnknown
from hamyar.faces.form.heads import FormTools, button
from hamyar.faces.form.live import Live
from hamyar.faces.form.panel import outcome
from hamyar.faces.text import isolated, sentence_html
from hamyar.words import Words

_IRAN = dt.timezone(dt.timedelta(hours=3, minutes=30))
_SIDES: Mapping[Side, tuple[str, str]] = {
    "ours": (N_("Yours"), N_("Keep yours")),
    "theirs": (N_("Theirs"), N_("Take theirs")),
}


def clash_html(clashes: Sequence[Clash], chosen: Mapping[str, str], tools: FormTools) -> Markup:
    """Every row that two people wrote; ``chosen`` is the side by the key of a clash, where one was chosen.

    A private matter is only counted while private matters are hidden.
    """
    return Markup("").join(
        _veiled(tools) if _is_veiled(clash, tools) else _clash(clash, chosen.get(clash.key), tools.words)
        for clash in clashes
    )


def _is_veiled(clash: Clash, tools: FormTools) -> bool:
    for field_id in clash.field_ids:
        try:
            if not tools.shows(tools.state.field(field_id)):
                return True
        except FieldUnknown:
            continue
    return False


def _veiled(tools: FormTools) -> Markup:
    words = tools.words
    sentence = words(N_("Show private matters to compare both values and to choose."))
    show = button("private", words(N_("Show private matters")))
    return Markup('<div class="hamyar-clash"><h3>{}</h3><p>{}</p>{}</div>').format(
        words(N_("A private matter")), sentence, show
    )


def _clash(clash: Clash, chosen: str | None, words: Words) -> Markup:
    name = sentence_html(clash.label, words)
    told = words(N_("Changed by {actor} on {when}"), actor="\x00", when=_when(clash.their_at, words))
    before, after = (escape(part) for part in told.split("\x00"))
    said = before + isolated(clash.their_actor) + after
    sides = [_side(clash, side, name, chosen == side, chosen is None, words) for side in ("ours", "theirs")]
    return Markup(
        '<div class="hamyar-clash"><h3>{}</h3><p class="small">{}</p><div class="both">{}</div></div>'
    ).format(name, said, Markup("").join(sides))


def _side(clash: Clash, side: Side, name: Markup, is_chosen: bool, is_open: bool, words: Words) -> Markup:
    title, choose = (words(text) for text in _SIDES[side])
    live: Live = clash.ours_live if side == "ours" else clash.theirs_live
    rows: list[tuple[Markup, Any]] = [
        (sentence_html(field.label, words), value_html(getattr(field, side), words)) for field in clash.fields
    ]
    facts = Markup("").join(Markup("<p>{}: <strong>{}</strong></p>").format(*row) for row in rows)
    ending = button(f"decide:{clash.key}:{side}", choose, name) if is_open else Markup("")
    if is_chosen:
        ending = Markup('<p class="chosen-word"><strong>✓ {}</strong></p>').format(words(N_("Chosen")))
    return Markup('<div class="side{}"><h4>{}</h4>{}<p class="small">{}</p>{}{}</div>').format(
        *(" chosen" if is_chosen else "", title, facts, words(N_("With it:")), outcome(live, words), ending)
    )


def _when(moment: str, words: Words) -> str:
    """The moment of a change as people in Iran write it."""
    at = dt.datetime.fromisoformat(moment).astimezone(_IRAN)
    clock = at.strftime("%H:%M")
    return (
        f"{format_day(day_of(at.date()), words.language)} {persian_digits(clock) if words.language == 'fa' else clock}"
    )


__all__ = ["clash_html"]
