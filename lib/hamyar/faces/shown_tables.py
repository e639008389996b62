"""Tables of counts and shares on a page of many families: one look for what is hidden and what cannot be said."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from hamyar.core.message import N_
from hamyar.faces.blocks import Field, FieldKind, Table
from hamyar.words import Words

Title = tuple[str, FieldKind]
# What cannot be said of nobody, which is not the same as unknown or hidden.
NONE = "–"
# In a column that only writes out what another one counts; that one says that it is not shown.
_LEFT_OUT = "…"


def shown_table(
    frame: pd.DataFrame,
    titles: Mapping[str, Title],
    words: Words,
    is_hidden: pd.DataFrame | None = None,
    currency: str = "IRR",
) -> Table:
    """The columns of ``titles`` in their order.

    A hidden cell says that it is not shown, and not why: which of two hidden cells is the small one tells of both.
    A column that is hidden in every row is left out, and the caption says so.
    """
    if is_hidden is None:
        is_hidden = pd.DataFrame(False, index=frame.index, columns=list(titles))
    wholly = [name for name in titles if name in is_hidden.columns and len(frame) and is_hidden[name].all()]
    fields = [Field(name, words(title), kind) for name, (title, kind) in titles.items() if name not in wholly]
    told = {
        field.name: frame[field.name].astype(object).mask(is_hidden[field.name].to_numpy(dtype=bool), _LEFT_OUT)
        for field in fields
        if field.kind == "text" and field.name in is_hidden.columns
    }
    caption = words(N_("Columns that would be hidden in every row are left out.")) if wholly else ""
    flags = is_hidden.drop(columns=[name for name in told if name in is_hidden.columns])
    return Table(frame.assign(**told), fields, words, currency, caption=caption, hidden=flags)


def share_text(share: Fraction | float | None, words: Words) -> str:
    """A share with one decimal; :data:`NONE` where there is none."""
    return NONE if share is None or pd.isna(share) else words.share(share, 1)


def interval_text(low: Any, high: Any, words: Words) -> str:
    """Both ends of an interval of shares, :data:`NONE` where there is none."""
    if pd.isna(low) or pd.isna(high):
        return NONE
    return words(N_("{low} to {high}"), low=words.share(float(low)), high=words.share(float(high)))
