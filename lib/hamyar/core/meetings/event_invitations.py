"""Whom an event is for: the families that its programme answers, or the members of the group that meets.

General help is for safe and at-risk families.  A harmed one is invited only where :mod:`hamyar.core.plan.help`
proposes the programme to it beside its focused help, because nothing its helper does answers that concern.
An event without a programme and without a group is open to every family in general help.

What is open is told apart: a family is *certainly* invited, or only by one outcome of what is still to be asked.
To invite somebody is to say something about him.  So an invitation names no indicator, and ``is_private`` marks
events whose very subject is a private matter: their lists stay on the screen.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.levels.stratification import Stratification
from hamyar.core.meetings.commission_rules import need_of
from hamyar.core.meetings.groups import members_on
from hamyar.core.plan.help import GENERAL, KINDS_OF_HELP, addressed, families_for
from hamyar.core.plan.programmes import ProgrammeCatalogue
from hamyar.core.tables import CaseTables

INVITED_COLUMNS = ("family_id", "help", "is_certain", "is_area_known", "state", "is_private")


def is_private(event: Mapping[str, Any], catalogue: ProgrammeCatalogue, placed: Stratification) -> bool:
    """Whether an event's programme answers a matter that is talked of in private or never printed by its name."""
    programme = None if pd.isna(event["programme"]) else catalogue.by_code.get(event["programme"])
    if programme is None:
        return False
    marked = {found.code for found in placed.indicators.indicators if found.is_sensitive or found.screen_only}
    return not marked.isdisjoint(programme.indicators)


def invited(
    placed: Stratification,
    tables: CaseTables,
    catalogue: ProgrammeCatalogue,
    event: Mapping[str, Any],
    on_day: int,
) -> pd.DataFrame:
    """The families to invite to an event (a row of ``EVENTS``), the certain first and then the most needed.

    ``family_id``
    ``help``           the kind of help its level opens: ``general``, ``focused`` or ``ask_first``
    ``is_certain``     whether it is invited whatever the open answers turn out to be
    ``is_area_known``  false where the event is for one area and nobody recorded the family's
    ``state``          its enrolment so far: the best of its members' (missing: none)
    ``is_private``     whether the list is of a private matter (:func:`is_private`)
    """
    ids = placed.family_ids.astype("str")
    help_of = addressed(placed)["help"].astype("str").to_numpy()
    if not pd.isna(event["group_id"]):
        members = members_on(tables.group_members, on_day)
        own = members.loc[members["group_id"] == event["group_id"], "family_id"].dropna()
        at_best = at_worst = ids.isin(own)
    elif not pd.isna(event["programme"]):
        called = families_for(placed, catalogue, [event["programme"]])
        at_best, at_worst = called["at_best"].to_numpy(), called["at_worst"].to_numpy()
    else:
        both = addressed(placed)
        at_best, at_worst = ((both[name] == GENERAL).to_numpy() for name in ("help_at_best", "help_at_worst"))
    area = tables.families.astype({"family_id": "str"}).set_index("family_id")["area"].reindex(ids)
    is_area_known, is_here = np.ones(len(ids), dtype=bool), np.ones(len(ids), dtype=bool)
    if not pd.isna(event["area"]):
        is_area_known = area.notna().to_numpy()
        is_here = ~is_area_known | (area == event["area"]).fillna(False).to_numpy(dtype=bool)
    frame = pd.DataFrame(
        {
            "family_id": ids,
            "help": pd.Categorical(help_of, categories=list(KINDS_OF_HELP)),
            "is_certain": at_best & at_worst & is_area_known,
            "is_area_known": is_area_known,
            "state": _states(tables.enrolments, event, ids),
            "is_private": is_private(event, catalogue, placed),
        }
    )[(at_best | at_worst) & is_here]
    need = need_of(placed).reindex(frame["family_id"]).to_numpy()
    return frame.iloc[np.lexsort((need, ~frame["is_certain"]))].reset_index(drop=True)


def _states(enrolments: pd.DataFrame, event: Mapping[str, Any], ids: pd.Index) -> np.ndarray:
    """By family: the enrolment of whichever member has come furthest; missing where nobody is enrolled."""
    own = enrolments[(enrolments["event_id"] == event["event_id"]).to_numpy(dtype=bool)]
    order = {state: place for place, state in enumerate(("attended", "enrolled", "waiting", "absent", "cancelled"))}
    own = own.assign(place=own["state"].astype("str").map(order)).sort_values("place", kind="stable")
    first = own.drop_duplicates("family_id").astype({"family_id": "str", "state": "str"})
    return first.set_index("family_id")["state"].reindex(ids).to_numpy(dtype=object)
