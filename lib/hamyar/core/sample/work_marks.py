"""What became of the sample's visits until the last day: done, done late, called off, or left."""

import datetime as dt

import pandas as pd

from hamyar.core.jalali import gregorian
from hamyar.core.sample.work_groups import Centre
from hamyar.core.sample.work_words import EVENT_CANCELLED, TRAINING_MISSED, VISIT_CANCELLED
from hamyar.core.tables import VISITS, conform

MARK_STREAM = 1_006
# Of the visits that were due: this share was done, then called off; the rest was left and is overdue.
DONE, CANCELLED = 0.85, 0.90
_LATE, _LATEST_DAYS = 0.12, 4


def marked(visits: pd.DataFrame, centre: Centre) -> pd.DataFrame:
    """``visits`` (rows of ``VISITS``) with what became of the activities that were planned for a day gone by."""
    last_day = centre.time.last_day
    found = visits.sort_values("visit_id", ignore_index=True).to_dict("records")
    luck = centre.uniform(MARK_STREAM, 2 * len(found)).reshape(-1, 2)
    for row, (fate, delay) in zip(found, luck.tolist(), strict=True):
        if row["status"] == "cancelled":
            # Why a meeting was called off stands with the meeting; the helper's own calendar repeats it.
            row |= {"reason": TRAINING_MISSED if row["kind"] == "training" else EVENT_CANCELLED}
        if row["kind"] != "activity" or row["status"] != "planned" or row["day"] > last_day:
            continue
        if fate < DONE:
            days = 1 + int(delay / _LATE * _LATEST_DAYS) if delay < _LATE else 0
            day = centre.time_of(row["helper_id"]).open_from(gregorian(int(row["day"])) + dt.timedelta(days))
            row |= {"status": "done", "done_day": day if day <= last_day else int(row["day"])}
        elif fate < CANCELLED:
            row |= {"status": "cancelled", "reason": VISIT_CANCELLED[int(delay * len(VISIT_CANCELLED))]}
    return conform(VISITS, pd.DataFrame(found, columns=VISITS.column_names)).sort_values(
        ["helper_id", "day", "start_minute", "visit_id"], ignore_index=True
    )
