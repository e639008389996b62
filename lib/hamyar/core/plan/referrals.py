"""Which families have been brought before which commission, so that what only it may do can be accepted.

A case counts from the day it is proposed, while it is open, and after it is done for as long as a year of help lasts.
One that was withdrawn, or to which the family does not agree, allows nothing.
"""

import numpy as np
import pandas as pd

from hamyar.core.jalali import month_codes
from hamyar.core.meetings.commission_facts import OPEN_STATES


def referred_commissions(referrals: pd.DataFrame, on_day: int, months: int) -> set[tuple[str, str]]:
    """Pairs of family and commission before which it has been brought by a day; ``months`` as a year of help has."""
    begun = (referrals["proposed_day"] <= on_day).to_numpy(dtype=bool)
    is_open = referrals["state"].isin(OPEN_STATES).to_numpy(dtype=bool)
    age = month_codes(np.array([on_day // 100])) - month_codes(referrals["state_day"] // 100)
    is_fresh = (referrals["state"] == "done").to_numpy(dtype=bool) & (age < months)
    is_agreed = (referrals["consent"] != "no").to_numpy(dtype=bool)
    held = referrals[begun & is_agreed & (is_open | is_fresh)]
    return set(zip(held["family_id"].astype("str"), held["commission"].astype("str"), strict=True))
