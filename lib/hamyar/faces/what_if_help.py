"""What other rules would ask of a centre: harmed families, the helpers they need, and the gaps to fill."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hamyar.core.levels.what_if import help_needed
from hamyar.core.message import N_, Message, message
from hamyar.core.rial import Money, currency_of
from hamyar.faces.blocks import Block, Finding
from hamyar.faces.pages import Several
from hamyar.faces.shown_tables import Title, shown_table
from hamyar.faces.what_if_months import JudgedMonth
from hamyar.faces.what_if_shown import Compared
from hamyar.words import Words

FORCE, TRIED = N_("Rules in force"), N_("Rules tried")
_NEEDS: Mapping[str, str] = {
    "harmed": N_("Families harmed"),
    "possibly_harmed": N_("Families that may be harmed"),
    "helpers_at_least": N_("Helpers, at least"),
    "helpers_at_most": N_("Helpers, at most"),
    "gaps_of_harmed_money": N_("Open gaps of the harmed"),
    "unknown_gaps_of_harmed": N_("Harmed families whose gap is not known"),
}


def help_asked(compared: Compared, month: JudgedMonth, words: Words) -> Block:
    """What either set of rules asks of the centre: harmed families, helpers, and the gaps to fill."""
    needed = help_needed(compared.before, compared.after, gaps=month.gaps)
    is_hidden = _hidden(compared, needed)
    sentence = Finding(_sentence(compared, needed), words)
    if all(is_hidden):
        return sentence
    rows = [(words(title), *_values(name, needed, month.tables.currency)) for name, title in _NEEDS.items()]
    frame = pd.DataFrame(rows, columns=["what", "before", "after", "change"])
    flags = pd.DataFrame(dict.fromkeys(frame.columns[1:], is_hidden), index=frame.index)
    titles: dict[str, Title] = {
        "what": (N_("What it asks for"), "text"),
        "before": (FORCE, "text"),
        "after": (TRIED, "text"),
        "change": (N_("Difference"), "text"),
    }
    return Several([sentence, shown_table(frame, titles, words, flags)])


def _values(name: str, needed: pd.DataFrame, currency: str) -> list[Any]:
    values = [int(needed.at[name, column]) for column in ("before", "after", "change")]
    if not name.endswith("_money"):
        return values
    return [Money(value, currency_of(currency)) for value in values]


def _hidden(compared: Compared, needed: pd.DataFrame) -> list[bool]:
    """Which rows rest on a small count; helpers and gaps rest on the harmed."""
    no_harmed = bool(compared.levels[0].isna()["harmed"])
    counts = needed.loc["harmed", ["before", "after"]] - needed.loc["unknown_gaps_of_harmed", ["before", "after"]]
    unknown = needed.loc["unknown_gaps_of_harmed"].abs()
    gaps = [*counts, abs(counts["after"] - counts["before"]), *unknown]
    no_gaps = no_harmed or any(0 < count < compared.least for count in gaps)
    hidden = {"possibly_harmed": not compared.has_possibly_harmed}
    hidden |= dict.fromkeys(("gaps_of_harmed_money", "unknown_gaps_of_harmed"), no_gaps)
    return [hidden.get(name, no_harmed) for name in _NEEDS]


def _sentence(compared: Compared, needed: pd.DataFrame) -> Message:
    before, after = compared.levels
    if pd.isna(before["harmed"]):
        return message(N_("What these rules would ask of the centre rests on a small number and is not shown."))
    values = {"before": int(before["harmed"]), "after": int(after["harmed"])}
    if values["before"] == values["after"]:
        return message(N_("As many families would be harmed as now: {after}."), after=values["after"])
    helpers = {
        "helpers_before": int(needed.at["helpers_at_least", "before"]),
        "helpers_after": int(needed.at["helpers_at_least", "after"]),
    }
    sentence = N_(
        "{after} families would be harmed instead of {before}; "
        "they need at least {helpers_after} helpers instead of {helpers_before}."
    )
    return message(sentence, **values, **helpers)
