"""The sample's plans and goals: what a helper who says yes accepts, but for a few things refused or changed.

A year has room for so many things in one family: beyond the most needed ones the helper says "not this year".
Nothing that answers a critical harm is refused, and nothing that another programme waits for is refused by luck.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hamyar.core.jalali import Month
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import Message
from hamyar.core.parameters import ParameterSet
from hamyar.core.plan.help import FOCUSED
from hamyar.core.plan.plans import accepted_plan, open_harms, plan_proposals
from hamyar.core.sample.work_groups import Centre
from hamyar.core.sample.work_words import CHANGED, NOT_THIS_YEAR, PLAN_REASONS, REFUSED
from hamyar.core.tables import GOALS, PLANS, CaseTables, conform

PLAN_STREAM = 1_005
_KEY = ("family_id", "subject_id", "programme")
# Of the proposals that a helper may decide alone.
_REFUSED, _CHANGED = 0.06, 0.14
_MOST_OF_A_FAMILY = 5
# The referrals were proposed shortly before; see work_meetings.
_DECIDED = 0.17


def plan_frames(
    tables: CaseTables, parameters: ParameterSet, begun: Stratification, centre: Centre
) -> Mapping[str, pd.DataFrame]:
    """PLANS and GOALS of the assigned families of ``tables``; ``begun`` are the levels when the year began."""
    time = centre.time
    carriers = dict(zip(tables.assignments["family_id"], tables.assignments["helper_id"], strict=True))
    decided_day = time.past(_DECIDED)
    month = Month.from_code(decided_day // 100)
    proposed = plan_proposals(begun, tables, parameters, time.first, list(carriers), decided_day)
    luck = centre.uniform(PLAN_STREAM, 2 * len(proposed)).reshape(-1, 2)
    is_free = _is_free(proposed, parameters, time.first)
    is_late = _is_too_much(proposed)
    is_refused = is_late | (is_free & (luck[:, 0] < _REFUSED))
    is_changed = is_free & ~is_refused & (luck[:, 0] < _CHANGED) & (proposed["number"] > 1).fillna(False).to_numpy(bool)
    harms = open_harms(begun, tables, parameters, month, decided_day, list(carriers))
    plan = accepted_plan(proposed[~is_refused], time.first_day, "", decided_day, harms, say=_said)
    reasons = np.where(is_late, NOT_THIS_YEAR, [REFUSED[int(share * len(REFUSED))] for share in luck[:, 1]])
    told = {"from_day": time.first_day, "decision": "refused", "decided_day": decided_day}
    refused = proposed[list(_KEY)].assign(reason=reasons, **told)[is_refused]
    plans = pd.concat([plan.plans, conform(PLANS, refused)])
    plans = _with_changes(plans, proposed[is_changed])
    frames = {PLANS: plans, GOALS: plan.goals}
    return {
        table.name: conform(table, frame.assign(decided_by=frame["family_id"].map(carriers)))
        for table, frame in frames.items()
    }


def _is_free(proposed: pd.DataFrame, parameters: ParameterSet, month: Month) -> np.ndarray:
    """By row: whether luck may refuse or change it."""
    offered = [programme.plan for _, programme in parameters.programmes.at(month)]
    needed = {code for plan in offered if plan is not None for code in plan.needs}
    is_free = ~proposed["programme"].isin(needed) & ~proposed["is_critical"].astype(bool)
    return is_free.to_numpy(dtype=bool) & _is_own(proposed)


def _is_own(proposed: pd.DataFrame) -> np.ndarray:
    """By row: whether it takes the helper's own time; general help is open to all and takes none."""
    is_own = proposed["help"].eq(FOCUSED) & proposed["done_by"].eq("helper") & proposed["waits_for"].eq("")
    return is_own.to_numpy(dtype=bool)


def _is_too_much(proposed: pd.DataFrame) -> np.ndarray:
    """By row: whether the helper has enough to do for the family with what is more needed."""
    is_own = _is_own(proposed)
    place = proposed[is_own].groupby("family_id").cumcount().reindex(proposed.index).fillna(0)
    return is_own & (place >= _MOST_OF_A_FAMILY).to_numpy(dtype=bool) & ~proposed["is_critical"].to_numpy(dtype=bool)


def _with_changes(plans: pd.DataFrame, changed: pd.DataFrame) -> pd.DataFrame:
    """Half the visits at twice the distance, where that was agreed."""
    key = list(_KEY)
    told = changed.set_index(key)[["number", "every_days"]]
    found = conform(PLANS, plans).sort_values(key, ignore_index=True)
    places = pd.MultiIndex.from_frame(found[key])
    agreed = np.flatnonzero(places.isin(told.index) & found["decision"].eq("accepted").to_numpy(dtype=bool))
    for turn, place in enumerate(agreed):
        number, every = (int(value) for value in told.loc[places[place]])
        told_of_change = ["changed", CHANGED[turn % len(CHANGED)], -(-number // 2), 2 * every]
        found.loc[found.index[place], ["decision", "reason", "number", "every_days"]] = told_of_change
    return found


def _said(reason: Message) -> str:
    return PLAN_REASONS.get(reason.msgid, PLAN_REASONS[""])
