"""The visits of a calendar as they stand on a day: each with its name, for whom it is, and what became of it.

Every page of the calendar asks the same things: what is to come, what is overdue, what was last done.
They are asked here, of one frame, so that no two pages count differently.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from hamyar.core.calendar.adherence import adherence
from hamyar.core.message import N_, message
from hamyar.faces.blocks import Field, FieldKind, Table
from hamyar.faces.helper_names import HelpNames
from hamyar.faces.helper_text import clock_range, named_day, short_day, state_word
from hamyar.faces.month_grid import visit_entry
from hamyar.words import Words

NONE = "–"
SEEN_COLUMNS = (
    *("visit_id", "activity_id", "number", "helper_id", "family_id", "member_id", "programme", "kind"),
    *("day", "start_minute", "minutes", "done_day", "state", "days_late", "reason", "purpose", "person"),
)


def seen(visits: pd.DataFrame, on_day: int, names: HelpNames) -> pd.DataFrame:
    """``visits`` of the plan by day and time, with ``state`` and ``days_late`` as the core tells them on ``on_day``.

    ``purpose`` is what the visit is called, ``person`` the member it is for (empty: the family).
    What a later plan dropped is left out.  Of what ``names`` must not name, neither person nor reason is told,
    and no reason of a family about which nothing may be quoted.
    """
    frame = visits[visits["status"] != "dropped"].drop(columns="reason")
    told = adherence(visits, on_day)[["visit_id", "state", "days_late", "reason"]]
    frame = frame.merge(told.astype({"state": "str"}), on="visit_id", how="left")
    frame = frame.assign(
        kind=frame["kind"].fillna("activity"),
        purpose=[names.purpose(row) for row in frame.itertuples()],
        person=[names.person(code) for code in frame["member_id"]],
    )
    is_private = pd.Series([names.is_private(code) for code in frame["programme"]], index=frame.index, dtype=bool)
    frame["person"] = frame["person"].mask(is_private, NONE)
    has_reason = frame["reason"].notna()
    may_quote = frame["family_id"].map({code: names.may_quote(code) for code in frame["family_id"].dropna().unique()})
    frame["reason"] = frame["reason"].mask(has_reason & (is_private | may_quote.eq(False)), NONE)
    return frame.sort_values(["day", "start_minute", "visit_id"], kind="stable")[list(SEEN_COLUMNS)].reset_index(
        drop=True
    )


def of_families(frame: pd.DataFrame) -> pd.DataFrame:
    """What is done for a family: no session, training or event."""
    return frame[frame["family_id"].notna()]


def to_come(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["state"] == "to_come"]


def overdue(frame: pd.DataFrame) -> pd.DataFrame:
    """What should have been done and nobody has told of; the longest overdue first."""
    return frame[frame["state"] == "late"].sort_values(["day", "start_minute", "visit_id"], kind="stable")


def done(frame: pd.DataFrame) -> pd.DataFrame:
    """What was done, by the day on which it was."""
    found = frame[frame["state"].isin(["done", "done_late"])]
    return found.assign(done_day=found["done_day"].fillna(found["day"])).sort_values("done_day", kind="stable")


def busiest(frame: pd.DataFrame, workdays: int) -> tuple[int, int]:
    """Families on the busiest day, and the least that any plan of these visits could have as its busiest.

    An activity is there at most once a day, so a family needs as many days as its most frequent activity;
    shared evenly over ``workdays`` they make the bound.  Both are 0 where nothing is planned.
    """
    there = of_families(frame[~frame["state"].eq("cancelled")])
    if not len(there):
        return 0, 0
    peak = int(there.groupby("day")["family_id"].nunique().max())
    counts = there.groupby(["family_id", there["activity_id"].fillna(there["visit_id"])])["day"].nunique()
    days = int(counts.groupby(level="family_id").max().sum())
    return peak, min(peak, -(-days // workdays)) if workdays else peak


def by_visit(frame: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Rows of :func:`seen`, what is done for one family on one day brought to one row.

    ``start_minute`` and ``minutes`` span the visit, ``purpose`` names its parts, each with whom it is for and what
    became of it where that differs from the visit's ``state`` (:func:`~hamyar.faces.month_grid.visit_entry`).
    """
    alone = frame["visit_id"].where(frame["family_id"].isna(), "")
    rows = [
        _one_visit(list(group.itertuples()), words)
        for _, group in frame.groupby([frame["day"], frame["family_id"].fillna(""), alone], sort=False)
    ]
    kinds = frame.drop(columns="purpose").dtypes.to_dict()
    found = pd.DataFrame(rows, columns=list(frame.columns)).astype(kinds)
    return found.sort_values(["day", "start_minute"], kind="stable")


def _one_visit(parts: list[Any], words: Words) -> dict[str, Any]:
    first = parts[0]
    entry = visit_entry("", [(int(part.start_minute), str(part.state)) for part in parts])
    counted = [part for part in parts if part.state != "cancelled"] or parts
    told = [
        part.purpose
        + (f" ({part.person})" if part.person not in ("", NONE) else "")
        + (f" – {state_word(part.state, words)}" if part.state != entry.state else "")
        for part in parts
    ]
    return {
        **first._asdict(),
        "state": entry.state,
        "start_minute": entry.start_minute,
        "minutes": max(int(part.start_minute + part.minutes) for part in counted) - entry.start_minute,
        "purpose": message(N_("{parts}"), parts=told),
    }


def visit_table(frame: pd.DataFrame, columns: Iterable[str], words: Words, caption: str = "") -> Table:
    """Rows of :func:`seen` as a table; ``columns`` are names of :data:`COLUMNS` in their order."""
    shown = frame.assign(
        when=[named_day(day, words) for day in frame["day"]],
        time=[clock_range(int(row.start_minute), int(row.minutes), words) for row in frame.itertuples()],
        who=[person or words(N_("Whole family")) for person in frame["person"]],
        state_word=[state_word(state, words) for state in frame["state"]],
        done_on=[NONE if pd.isna(day) else short_day(day, words) for day in frame["done_day"]],
        why=frame["reason"].fillna(NONE),
        # A session or a training belongs to no family, which is not the same as an unknown one.
        family_or_none=frame["family_id"].fillna(NONE),
    )
    fields = [Field(name, words(COLUMNS[name][0]), COLUMNS[name][1]) for name in columns]
    return Table(shown, fields, words, caption=caption, is_dense=True)


COLUMNS: dict[str, tuple[str, FieldKind]] = {
    "when": (N_("Day"), "kept"),
    "time": (N_("Hour"), "kept"),
    "family_id": (N_("Case"), "case"),
    "family_or_none": (N_("Case"), "case"),
    "who": (N_("For whom"), "text"),
    "purpose": (N_("What for"), "text"),
    "minutes": (N_("Minutes"), "number"),
    "state_word": (N_("State"), "kept"),
    "done_on": (N_("Done on"), "kept"),
    "days_late": (N_("Days overdue"), "number"),
    "why": (N_("Why not"), "text"),
}
