"""From the visits in the store to those a plan is made around, and from the plan back to rows to record.

A plan is made from a day ``begin`` on.  What lies before it is history: it is never dropped and never rewritten,
but a visit that was due then and is still undone may be planned anew, and is then the same visit on another day.

Where a coming month is planned ahead there are days between today and ``begin``.  What stands on them stands;
for the planner it is fixed, and it comes back as the planned visit it is.

What belongs to an assignment that begins only later is no part of this plan: it was planned ahead, and stands
(:func:`planned_ahead`), whether the plan is of the year before or somebody mistook the month.

Whatever else stood after ``begin`` and has no place in the new plan is *dropped*: it stays in the store under that
name, so that calendar programs can be told, and comes to life again where its activity is planned again.
"""

from collections.abc import Collection

import pandas as pd

from hamyar.core.calendar.agenda_meetings import MEETINGS, TASK
from hamyar.core.tables import VISITS, conform

ACTIVITY = "activity"


def concerned(visits: pd.DataFrame, helper_ids: Collection[str], activity_ids: Collection[str]) -> pd.Series:
    """Which visits are of these helpers, or of these activities, whoever makes them."""
    return visits["helper_id"].isin(list(helper_ids)) | visits["activity_id"].isin(list(activity_ids))


def planned_ahead(stored: pd.DataFrame, assignments: pd.DataFrame, begin: int) -> frozenset[str]:
    """The ids of planned visits that lie in an assignment of their own helper that begins after ``begin``."""
    later = assignments.loc[assignments["from_day"] > begin, ["family_id", "helper_id", "from_day", "until_day"]]
    planned = stored.loc[stored["status"] == "planned", ["visit_id", "family_id", "helper_id", "day"]]
    both = planned.dropna(subset="family_id").merge(later, on=["family_id", "helper_id"])
    return frozenset(both.loc[both["day"].between(both["from_day"], both["until_day"]), "visit_id"])


def known_visits(
    stored: pd.DataFrame,
    meetings: pd.DataFrame,
    helper_ids: Collection[str],
    activity_ids: Collection[str],
    *,
    first_day: int,
    on_day: int,
    begin: int,
    ahead: Collection[str] = (),
) -> pd.DataFrame:
    """The ``VISITS`` a plan of these activities is made around, with ``meetings`` among them.

    ``stored`` holds all visits, ``first_day`` is that of the agenda; ``on_day`` is today, and ``begin`` the first day
    that is planned; ``ahead`` are the visits of :func:`planned_ahead`.
    """
    rows = stored[concerned(stored, helper_ids, activity_ids) & ~stored["visit_id"].isin(meetings["visit_id"])]
    is_ours = rows["activity_id"].isin(list(activity_ids))
    is_planned = rows["status"] == "planned"
    is_held = is_planned & (rows["day"] >= on_day) & (rows["day"] < begin)
    is_held |= is_planned & rows["visit_id"].isin(list(ahead)) & rows["helper_id"].isin(list(helper_ids)) & ~is_ours
    is_revived = _revived(rows, is_ours & is_planned, begin) & is_ours
    # A meeting that its own table does not tell any more is none.
    has_no_source = (rows["status"] == "fixed") & rows["kind"].isin(MEETINGS)
    is_open = is_planned | is_revived
    is_kept = (is_open & (is_ours | is_held)) | (~is_open & (is_ours | (rows["day"] >= first_day)))
    is_kept &= ~has_no_source & (is_revived | (rows["status"] != "dropped"))
    status = rows["status"].mask(is_held, "fixed").mask(is_revived, "planned")
    found = rows.assign(status=status)[is_kept]
    return conform(VISITS, pd.concat([frame for frame in (found, meetings) if len(frame)] or [found]))


def _revived(rows: pd.DataFrame, is_planned: pd.Series, begin: int) -> pd.Series:
    """Dropped visits to come of activities without a planned one: they show where the rhythm stood."""
    going_on = rows.loc[is_planned, "activity_id"]
    return (rows["status"] == "dropped") & (rows["day"] >= begin) & ~rows["activity_id"].isin(going_on)


def rows_to_record(
    visits: pd.DataFrame,
    stored: pd.DataFrame,
    helper_ids: Collection[str],
    activity_ids: Collection[str],
    task_ids: Collection[str],
    begin: int,
    ahead: Collection[str] = (),
) -> pd.DataFrame:
    """``VISITS`` as they are to stand in the store: those of the plan, and as dropped those that left it.

    ``visits`` are the plan's; the other arguments are those of :func:`known_visits`.
    """
    were_planned = stored.loc[stored["status"] == "planned", "visit_id"]
    is_held = (visits["status"] == "fixed") & visits["visit_id"].isin(were_planned)
    kind = pd.Series(ACTIVITY, visits.index, dtype="str").mask(visits["activity_id"].isin(list(task_ids)), TASK)
    stands = visits.assign(
        status=visits["status"].mask(is_held, "planned"),
        kind=visits["kind"].fillna(kind.where(visits["activity_id"].notna())),
    )
    is_meeting = stored["kind"].isin(MEETINGS)
    is_gone = (
        concerned(stored, helper_ids, activity_ids)
        & stored["status"].isin(["planned", "fixed"])
        & (is_meeting | (stored["day"] >= begin))
        & ~stored["visit_id"].isin([*visits["visit_id"], *ahead])
    )
    gone = stored[is_gone].assign(status="dropped")
    return conform(VISITS, pd.concat([frame for frame in (stands, gone) if len(frame)] or [stands]))


def without_repeats(rows: pd.DataFrame) -> pd.DataFrame:
    """Each visit once: what one helper's plan dropped and another's took over stands as the other's."""
    is_dropped = rows["status"] == "dropped"
    ordered = rows.assign(is_dropped=is_dropped).sort_values(["is_dropped", "helper_id", "day", "start_minute"])
    return conform(VISITS, ordered.drop_duplicates("visit_id")[VISITS.column_names])


def moved_visits(rows: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """Visits that stood on another day, at another time or with another helper.

    ``visit_id, helper_id, family_id, from_helper_id, from_day, from_minute, day, start_minute``.
    """
    before = stored.loc[stored["status"].isin(["planned", "fixed"]), ["visit_id", "helper_id", "day", "start_minute"]]
    before = before.rename(columns={"helper_id": "from_helper_id", "day": "from_day", "start_minute": "from_minute"})
    now = rows.loc[rows["status"].isin(["planned", "fixed"])]
    both = now.merge(before, on="visit_id")
    is_moved = (
        (both["day"] != both["from_day"])
        | (both["start_minute"] != both["from_minute"])
        | (both["helper_id"] != both["from_helper_id"])
    )
    columns = ["visit_id", "helper_id", "family_id", "from_helper_id", "from_day", "from_minute"]
    return both.loc[is_moved, [*columns, "day", "start_minute"]].reset_index(drop=True)


def taken_over(visits: pd.DataFrame, assignments: pd.DataFrame, helper_id: str) -> pd.DataFrame:
    """Visits that stood in this helper's calendar until another took the family over, as dropped ones of his own.

    A calendar program keeps what it was given until it is told otherwise, and the row in the store is the other's now.
    """
    mine = assignments[assignments["helper_id"] == helper_id]
    ended = mine.groupby("family_id", observed=True)["until_day"].max()
    is_after = (visits["day"] > visits["family_id"].map(ended)).fillna(False)
    is_taken = (visits["helper_id"] != helper_id) & visits["activity_id"].notna() & is_after
    return conform(VISITS, visits[is_taken].assign(helper_id=helper_id, status="dropped"))
