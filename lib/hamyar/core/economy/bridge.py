"""From one month's gap to another's: which categories widened it, which narrowed it, to the last rial.

The parts of a bridge sum to the change of the gap exactly:

* each category adds the rise of an outflow or the fall of an inflow;
* ``not_attributed`` is the change inside sums that were told undivided or in categories unknown in one of the months;
* ``surplus`` is what the floor at zero hides: a family that had 3 to spare and now lacks 2
  has a gap wider by 2 although its position fell by 5.
"""

import numpy as np
import pandas as pd

from hamyar.core.economy.balance import INFLOW_PARTS, OUTFLOW_PARTS, money
from hamyar.core.frames import Amounts

BRIDGE_PARTS = (*INFLOW_PARTS, *OUTFLOW_PARTS, "not_attributed", "surplus")


def gap_bridge(start: pd.DataFrame, end: pd.DataFrame) -> pd.DataFrame:
    """The parts of each family's change of gap before aid, from ``start`` to ``end``.

    Both are balances (:func:`hamyar.core.economy.balance.monthly_balance`) of the same families in the same order.
    Returns nullable ``Int64`` columns ``<part>_money`` for ``BRIDGE_PARTS``, ``start_gap_money``, ``end_gap_money``
    and ``change_money``.  A category unknown in either month is missing and its change is in ``not_attributed``;
    where a gap is known without its totals, the surplus is missing and lies in ``not_attributed``;
    where either gap is unknown, ``not_attributed``, ``surplus`` and the change are missing too.
    """
    columns: dict[str, Amounts] = {}
    for names, sign in ((INFLOW_PARTS, -1), (OUTFLOW_PARTS, 1)):
        for name in names:
            change = Amounts.of(end[money(name)]) - Amounts.of(start[money(name)])
            columns[name] = Amounts(sign * change.values, change.known)
    gap_start, gap_end = Amounts.of(start["gap_before_aid_money"]), Amounts.of(end["gap_before_aid_money"])
    position_start, position_end = _position(start), _position(end)
    change, position = gap_end - gap_start, position_end - position_start
    attributed = np.sum([part.values for part in columns.values()], axis=0)
    decided = change.known & position.known
    # Where a gap is known although a total is not (means that already cover all spending), all the rest is unnamed.
    rest = np.where(decided, position.values, change.values) - attributed
    columns["not_attributed"] = Amounts(rest, change.known).where(change.known)
    columns["surplus"] = Amounts(change.values - position.values, decided).where(decided)
    columns["start_gap"], columns["end_gap"], columns["change"] = gap_start, gap_end, change
    return pd.DataFrame({money(name): part.column() for name, part in columns.items()}, index=end.index)


def _position(balance: pd.DataFrame) -> Amounts:
    """Outflows less inflows, negative for a family with something to spare."""
    return Amounts.of(balance["outflow_money"]) - Amounts.of(balance["inflow_money"])
