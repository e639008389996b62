"""Commissions: complex families before a cultural, social or economic commission that divides the work.

The parts, each in a module of its own, are gathered here for whoever shows or records them:

- :mod:`~hamyar.core.meetings.commission_rules`: which families the rules propose, certainly or perhaps, and why
- :mod:`~hamyar.core.meetings.commission_programmes`: which programmes wait for a commission
- :mod:`~hamyar.core.meetings.commission_states`: how far a case has come, which step is next, and the family's consent
- :mod:`~hamyar.core.meetings.commission_sessions`: sessions, their people and cases, decisions, and the order of need
- :mod:`~hamyar.core.meetings.commission_facts`: tasks of a person, and who may see which case

and how long cases wait, for the centre's page.
"""

import pandas as pd

from hamyar.core.meetings.commission_facts import (
    HEARD_STATES,
    OPEN_STATES,
    cases,
    cases_open_to,
    commission_name,
    days_since,
    may_see,
    open_referrals,
    tasks,
    tasks_of,
)
from hamyar.core.meetings.commission_programmes import plans_of_commissions, waiting_for_commissions
from hamyar.core.meetings.commission_rules import (
    EarlierMonthDiffers,
    need_of,
    proposed_referrals,
    referral_rows,
)
from hamyar.core.meetings.commission_sessions import session_agenda, session_faults
from hamyar.core.meetings.commission_states import STEPS, Hearing, hearings, referral_faults, transition_faults
from hamyar.core.meetings.commission_words import RULES
from hamyar.core.tables import COMMISSIONS, CaseTables

__all__ = [
    "HEARD_STATES",
    "OPEN_STATES",
    "RULES",
    "STEPS",
    "EarlierMonthDiffers",
    "Hearing",
    "cases",
    "cases_open_to",
    "cases_waiting",
    "commission_name",
    "commissions_waiting",
    "days_since",
    "hearings",
    "may_see",
    "need_of",
    "open_referrals",
    "plans_of_commissions",
    "proposed_referrals",
    "referral_faults",
    "referral_rows",
    "session_agenda",
    "session_faults",
    "tasks",
    "tasks_of",
    "transition_faults",
    "waiting_for_commissions",
]


def cases_waiting(tables: CaseTables, on_day: int) -> pd.DataFrame:
    """Every case that is before a commission on a day, those that have waited longest in their state first.

    The columns of ``REFERRALS``; ``days_in_state``, ``days_in_all`` (both zero or more); ``has_session``: whether a
    planned session on or after the day speaks of it; ``open_tasks`` and ``overdue_tasks`` of the case.
    """
    found = open_referrals(tables.referrals, on_day).copy()
    # A step that is recorded for a later day has not been taken yet, so the case waits since it was proposed.
    since = found["state_day"].where(found["state_day"] <= on_day, found["proposed_day"])
    found["days_in_state"] = days_since(since, on_day)
    found["days_in_all"] = days_since(found["proposed_day"], on_day)
    key = ["family_id", "commission", "proposed_day"]
    told = cases(tables)
    coming = told[(told["session_state"] == "planned") & (told["session_day"] >= on_day)][key].drop_duplicates()
    found = found.merge(coming.assign(has_session=True), on=key, how="left")
    found["has_session"] = found["has_session"].notna()
    work = tasks(tables, on_day)
    work = work[work["state"] == "open"].merge(told[["session_id", *key]], on=["session_id", "family_id", "commission"])
    counted = work.groupby(key, observed=True)["is_overdue"].agg(["size", "sum"])
    counted = counted.set_axis(["open_tasks", "overdue_tasks"], axis=1).reset_index()
    found = found.merge(counted, on=key, how="left")
    found[["open_tasks", "overdue_tasks"]] = found[["open_tasks", "overdue_tasks"]].fillna(0).astype(int)
    order = {"days_in_state": False, "days_in_all": False, "family_id": True, "commission": True}
    return found.sort_values(list(order), ascending=list(order.values()), kind="stable", ignore_index=True)


def commissions_waiting(tables: CaseTables, on_day: int) -> pd.DataFrame:
    """How many cases wait before each commission in each state, and how long; for the centre's page.

    One row for every commission and open state, also where nobody waits:
    ``cases``, ``without_consent`` (the family has not said yes), ``without_session`` (no planned session speaks of
    it), ``median_days`` and ``longest_days`` in this state (missing where nobody waits), ``overdue_tasks``.
    """
    found = cases_waiting(tables, on_day)
    found["without_consent"] = found["consent"] != "yes"
    found["without_session"] = ~found["has_session"]
    grouped = found.astype({"commission": "str", "state": "str"}).groupby(["commission", "state"])
    days = grouped["days_in_state"]
    counted = pd.DataFrame(
        {
            "cases": grouped.size(),
            "without_consent": grouped["without_consent"].sum(),
            "without_session": grouped["without_session"].sum(),
            "overdue_tasks": grouped["overdue_tasks"].sum(),
            "median_days": days.median(),
            "longest_days": days.max(),
        }
    )
    every = pd.MultiIndex.from_product([COMMISSIONS, OPEN_STATES], names=["commission", "state"])
    counted = counted.reindex(every)
    whole = ["cases", "without_consent", "without_session", "overdue_tasks"]
    counted[whole] = counted[whole].fillna(0).astype(int)
    return counted.astype({"median_days": "Float64", "longest_days": "Int64"})
