"""What the tables tell of commissions: which case belongs to which referral, and who has which task.

A family may come before the same commission twice in its life.  So a session's case is not a matter of family and
commission alone: it belongs to the latest referral that was proposed on or before the day of the session.
Everything that asks how far a case has come, who may see it, or whether its tasks still hold, asks through
:func:`cases`; a session of last year opens nothing of this year's case.
"""

import numpy as np
import pandas as pd

from hamyar.core.jalali import day_ordinals
from hamyar.core.labels import DOMAINS
from hamyar.core.message import Message
from hamyar.core.tables import CaseTables

# Before a commission or on the way to it; what is done or withdrawn is over.
OPEN_STATES = ("proposed", "accepted", "discussed", "decided")
# Accepted by the commission and not over: members may see the case, if the family agrees.
HEARD_STATES = ("accepted", "discussed", "decided")

TASK_COLUMNS = (
    *("session_id", "family_id", "number", "commission", "session_day", "what", "person_id", "until_day", "minutes"),
    *("state", "done_day", "reason", "days_left", "is_overdue"),
)


def commission_name(commission: str) -> Message:
    """What a commission is called: it bears the name of its domain."""
    return Message(DOMAINS[commission])


def days_since(days: pd.Series, on_day: int) -> pd.Series:
    """How many days lie between each Jalali day and ``on_day``; negative for days to come; missing stays missing."""
    since = pd.Series(pd.NA, index=days.index, dtype="Int64")
    told = days.notna()
    if told.any():
        ordinals = day_ordinals(days[told].to_numpy(dtype=np.int64))
        since[told] = day_ordinals(np.array([on_day]))[0] - ordinals
    return since


def open_referrals(referrals: pd.DataFrame, on_day: int) -> pd.DataFrame:
    """The rows of ``REFERRALS`` that were proposed by ``on_day`` and were not over by then."""
    is_over = ~referrals["state"].isin(OPEN_STATES) & (referrals["state_day"] <= on_day)
    return referrals[(referrals["proposed_day"] <= on_day) & ~is_over]


def cases(tables: CaseTables) -> pd.DataFrame:
    """One row for each case of a session whose session is known, with the referral it belongs to.

    ``session_id, family_id, commission, session_day, session_state`` and of the referral
    ``proposed_day, state, state_day, consent``, which are missing where nobody referred the family.
    """
    told = {"day": "session_day", "state": "session_state"}
    sessions = tables.sessions[["session_id", "commission", "day", "state"]].rename(columns=told)
    found = tables.session_cases.merge(sessions, on="session_id")
    names = ["family_id", "commission", "proposed_day", "state", "state_day", "consent"]
    referrals = tables.referrals[names].sort_values("proposed_day", kind="stable")
    both = found.merge(referrals, on=["family_id", "commission"])
    own = both[both["proposed_day"] <= both["session_day"]].drop_duplicates(["session_id", "family_id"], keep="last")
    return found.merge(own[["session_id", "family_id", *names[2:]]], on=["session_id", "family_id"], how="left")


def tasks(tables: CaseTables, on_day: int) -> pd.DataFrame:
    """Every decision as a task, the most pressing first.

    The columns of ``DECISIONS``, with ``commission``, ``session_day``, ``days_left`` (until ``until_day``; negative
    when it has passed) and ``is_overdue``.  ``state`` is ``open``, ``done``, ``cancelled``, or ``stopped`` where the
    task is open and its case was withdrawn: nobody works on a case that the family has taken back.
    """
    told = cases(tables)[["session_id", "family_id", "commission", "session_day", "state"]]
    found = tables.decisions.merge(told.rename(columns={"state": "case"}), on=["session_id", "family_id"], how="left")
    is_stopped = (found["state"] == "open") & (found["case"] == "withdrawn")
    found["state"] = found["state"].astype("str").mask(is_stopped, "stopped")
    found["days_left"] = -days_since(found["until_day"], on_day)
    found["is_overdue"] = ((found["state"] == "open") & (found["days_left"] < 0)).astype(bool)
    found["is_closed"] = found["state"] != "open"
    order = ["is_closed", "until_day", "session_id", "family_id", "number"]
    return found.sort_values(order, kind="stable", ignore_index=True)[list(TASK_COLUMNS)]


def tasks_of(person_id: str, tables: CaseTables, on_day: int) -> pd.DataFrame:
    """:func:`tasks` of one helper or other person."""
    found = tasks(tables, on_day)
    return found[found["person_id"] == person_id].reset_index(drop=True)


def cases_open_to(person_id: str, tables: CaseTables, on_day: int) -> pd.Index:
    """The families whose case a member of a commission may see on a day, sorted: the referred cases and no others.

    A case is open to a person who is named for a session that is not cancelled and that speaks of the family,
    while its referral is accepted, discussed or decided, and while the family agrees.
    It is closed before it is accepted, without consent (not asked is not consent), once it is done, and once it is
    withdrawn.  What is recorded of a later day opens nothing earlier.
    """
    found = cases(tables)
    people = tables.session_people
    own = people.loc[people["person_id"] == person_id, "session_id"]
    is_open = (
        found["session_id"].isin(own)
        & (found["session_state"] != "cancelled")
        & found["state"].isin(HEARD_STATES)
        & (found["consent"] == "yes")
        & (found["state_day"] <= on_day).fillna(False)
    )
    return pd.Index(sorted(set(found.loc[is_open, "family_id"])), dtype="str", name="family_id")


def may_see(person_id: str, family_id: str, tables: CaseTables, on_day: int) -> bool:
    """Whether the case of a family is open to a person as a member of a commission (:func:`cases_open_to`)."""
    return family_id in cases_open_to(person_id, tables, on_day)
