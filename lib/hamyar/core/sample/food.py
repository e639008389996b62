"""What a synthetic household ate in the week before a visit, and how it coped.

For each of four states of food there is a range of days for every group, narrow enough that whatever is drawn inside
gives one class of WFP's food consumption score (bounds 21, 28 and 42), and likewise of the reduced coping strategies
index (bounds 4, 19 and 43).  In a few weeks one answer is missing.
"""

import numpy as np

from hamyar.core.sample.draws import Draws
from hamyar.core.sample.households import MISSING
from hamyar.core.tables import COPING, FOOD_GROUPS

# From fine to severe; days in the order of FOOD_GROUPS.
_EATEN_LEAST = np.array(
    [(7, 2, 4, 2, 3, 3, 6, 7), (7, 1, 2, 0, 1, 1, 6, 7), (7, 0, 1, 0, 0, 0, 7, 6), (5, 0, 0, 0, 0, 0, 3, 4)]
)
_EATEN_MOST = np.array(
    [(7, 4, 7, 5, 5, 7, 7, 7), (7, 2, 4, 1, 1, 1, 7, 7), (7, 1, 2, 0, 0, 0, 7, 7), (6, 0, 1, 0, 0, 0, 7, 5)]
)
# In the order of COPING.
_COPED_LEAST = np.array([(0, 0, 0, 0, 0), (2, 0, 1, 0, 1), (5, 2, 4, 2, 2), (7, 5, 6, 5, 6)])
_COPED_MOST = np.array([(3, 0, 0, 0, 0), (5, 2, 3, 1, 2), (7, 3, 6, 4, 4), (7, 6, 7, 7, 7)])

_FORGOTTEN = 0.05


def draw_weeks(draws: Draws, eaten: np.ndarray, coped: np.ndarray) -> np.ndarray:
    """Days of every group and way of coping, ``int8`` of shape (families, 13); -1 is missing.

    ``eaten`` and ``coped`` are the states from 0 to 3.
    """
    groups, ways = len(FOOD_GROUPS), len(COPING)
    days = np.concatenate(
        [
            _between(_EATEN_LEAST[eaten], _EATEN_MOST[eaten], draws.uniform(columns=groups)),
            _between(_COPED_LEAST[coped], _COPED_MOST[coped], draws.uniform(columns=ways)),
        ],
        axis=1,
    )
    # Forgotten only where the class is the same whatever the answer would have been.
    forgets = draws.uniform(columns=2) < _FORGOTTEN
    for lacks, column in (
        (forgets[:, 0] & (eaten <= 1), FOOD_GROUPS.index("dairy")),
        (forgets[:, 1] & (coped == 0), groups + COPING.index("smaller_portions")),
    ):
        days[:, column] = np.where(lacks, MISSING, days[:, column])
    return days


def _between(least: np.ndarray, most: np.ndarray, luck: np.ndarray) -> np.ndarray:
    return (least + np.floor(luck * (most - least + 1))).astype(np.int8)
