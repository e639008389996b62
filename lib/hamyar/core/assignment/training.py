"""The training of helpers: what each has done, what is planned, and what is missing (FH: 40 hours before, 40 then).

Only a training that was held counts, and only from its day on; one that is planned is followed and carries nobody.
Minutes are added up before they become hours, and hours are whole: 39 hours and 59 minutes are 39.
A helper of whom no training is recorded has none.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.message import N_, Message, message
from hamyar.core.tables import TRAINING_PARTS
from hamyar.core.work_rules import MINUTES_OF_HOUR, WorkRules

BEFORE, IN_SERVICE = TRAINING_PARTS
_SHORT = {BEFORE: "before", IN_SERVICE: "in_service"}


def training_progress(
    trainings: pd.DataFrame, rules: WorkRules, on_day: int, helper_ids: Iterable[str] | None = None
) -> pd.DataFrame:
    """How far each helper's training has come on the Jalali day ``on_day``; one row per helper, by ``helper_id``.

    ``trainings`` are rows of ``TRAININGS``; ``helper_ids`` also names helpers of whom there are none.

    ======================================================  =======================================================
    ``helper_id``                                           the helper
    ``minutes_before_done, minutes_in_service_done``        held until that day, the day included
    ``minutes_before_planned, minutes_in_service_planned``  still to come
    ``minutes_before_missing, minutes_in_service_missing``  what the rules ask for beyond what is done
    ``planned, missing``                                    the sums of both parts
    ``unplanned``                                           what is missing and not planned either
    ``may_carry``                                           whether the part before the first family is complete
    ======================================================  =======================================================

    All but the first and the last are whole minutes, ``int64``.
    """
    named = {*trainings["helper_id"], *(helper_ids if helper_ids is not None else ())}
    ids = pd.Index(sorted(named), name="helper_id", dtype="str")
    is_past = (trainings["day"] <= on_day).to_numpy(dtype=bool)
    is_done = (trainings["state"] == "done").to_numpy(dtype=bool) & is_past
    is_planned = (trainings["state"] == "planned").to_numpy(dtype=bool) & ~is_past
    needed = {BEFORE: rules.training_minutes_before, IN_SERVICE: rules.training_minutes_in_service}
    columns: dict[str, Any] = {}
    unplanned = np.zeros(len(ids), dtype=np.int64)
    for part, short in _SHORT.items():
        is_part = (trainings["part"] == part).to_numpy(dtype=bool)
        done, planned = (_minutes(trainings[is_part & chosen], ids) for chosen in (is_done, is_planned))
        missing = np.maximum(needed[part] - done, 0)
        columns |= {f"minutes_{short}_done": done, f"minutes_{short}_planned": planned}
        columns[f"minutes_{short}_missing"] = missing
        unplanned += np.maximum(missing - planned, 0)
    frame = pd.DataFrame(columns, index=ids)
    frame["planned"] = frame["minutes_before_planned"] + frame["minutes_in_service_planned"]
    frame["missing"] = frame["minutes_before_missing"] + frame["minutes_in_service_missing"]
    frame["unplanned"] = unplanned
    frame["may_carry"] = frame["minutes_before_missing"] == 0
    return frame.reset_index()


def _minutes(rows: pd.DataFrame, ids: pd.Index) -> np.ndarray:
    found = rows.groupby("helper_id", observed=True)["minutes"].sum()
    return found.reindex(ids).fillna(0).to_numpy(dtype=np.int64)


def training_told(progress: pd.DataFrame, rules: WorkRules) -> Iterator[Message]:
    """Who lacks what, one sentence a helper and part, for rows of :func:`training_progress`; nothing for the others.

    Hours are whole: those done are rounded down and those missing up, so that a sentence never promises too much.
    """
    for row in progress.itertuples():
        values = {"helper": str(row.helper_id), "needed": rules.training_minutes_before // MINUTES_OF_HOUR}
        if not row.may_carry:
            values |= _hours(row.minutes_before_done, row.minutes_before_missing, row.minutes_before_planned)
            yield message(
                N_(
                    "Helper {helper} has done {done} of the {needed} hours of training before the first family and "
                    "carries none until the {missing} missing are done; {planned} are planned."
                ),
                **values,
            )
        elif row.minutes_in_service_missing:
            values["needed"] = rules.training_minutes_in_service // MINUTES_OF_HOUR
            values |= _hours(
                row.minutes_in_service_done, row.minutes_in_service_missing, row.minutes_in_service_planned
            )
            yield message(
                N_(
                    "Helper {helper} has done {done} of the {needed} hours of training in service; "
                    "{missing} are missing, {planned} of them planned."
                ),
                **values,
            )


def _hours(done: int, missing: int, planned: int) -> dict[str, int]:
    return {
        "done": int(done) // MINUTES_OF_HOUR,
        "missing": -(-int(missing) // MINUTES_OF_HOUR),
        "planned": min(int(planned), int(missing)) // MINUTES_OF_HOUR,
    }
