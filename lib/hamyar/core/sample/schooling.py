"""What the members of a synthetic household have learned, and who goes to school now.

By age and cohort: most of those over sixty never finished primary school, most under forty finished more;
children are in the grade of their age, but for a few who fell behind or left, most of them in the same families.
A few answers are missing, as in every register.  All of it is as of the run's last month.
"""

from dataclasses import dataclass

import numpy as np

from hamyar.core.sample.draws import Draws
from hamyar.core.sample.households import FEMALE, MISSING, PLACES, Households
from hamyar.core.tables import SCHOOLING, YES_NO

NONE, READING, PRIMARY, LOWER, UPPER, ASSOCIATE, BACHELOR = range(7)
YES, NO = YES_NO.index("yes"), YES_NO.index("no")
# From which age on a cohort's weights hold, in the order of SCHOOLING.
_COHORTS = np.array([18, 25, 40, 60])
_WEIGHTS = np.array(
    [
        (0.02, 0.01, 0.07, 0.17, 0.48, 0.10, 0.14, 0.01),
        (0.04, 0.03, 0.15, 0.20, 0.34, 0.09, 0.13, 0.02),
        (0.12, 0.08, 0.26, 0.20, 0.23, 0.04, 0.06, 0.01),
        (0.44, 0.16, 0.24, 0.07, 0.06, 0.01, 0.02, 0.00),
    ]
)
_EDGES = _WEIGHTS.cumsum(axis=1)[:, :-1]
# The most that can be completed from an age on.
_AGES_OF_MOST, _MOST = np.array([0, 20, 22, 25]), np.array([UPPER, ASSOCIATE, BACHELOR, len(SCHOOLING) - 1])
_SCHOOL_AGES = (6, 17)
# Ages, and the share of those children who are not at school; twice that in the hardest families, none in others.
_LEAVING_AGES, _LEAVING = np.array([6, 7, 12, 15]), np.array([0.07, 0.03, 0.07, 0.15])
_STUDENT_AGES = (18, 23)


@dataclass(frozen=True)
class Schooling:
    """``completed`` (place in SCHOOLING) and ``attends`` (place in YES_NO), ``int8`` of n × 9 places; -1 is missing."""

    completed: np.ndarray
    attends: np.ndarray


def draw_schooling(draws: Draws, households: Households, ages: np.ndarray) -> Schooling:
    """``ages`` are the whole years of every place in the last month."""
    hardship = draws.uniform()[:, None]
    luck, pace, school, said, said_now = (draws.uniform(columns=PLACES) for _ in range(5))
    is_older_woman = (households.sexes == FEMALE) & (ages >= _COHORTS[2])
    grown = _by_cohort(np.where(is_older_woman, 0.85 * luck, luck), ages)
    leaving = 2 * hardship * _LEAVING[np.maximum(np.searchsorted(_LEAVING_AGES, ages, side="right") - 1, 0)]
    is_pupil_age = (ages >= _SCHOOL_AGES[0]) & (ages <= _SCHOOL_AGES[1])
    is_pupil = is_pupil_age & (school >= leaving)
    completed = np.where(ages >= _COHORTS[0], grown, _grade(ages, is_pupil, pace))

    is_student_age = (ages >= _STUDENT_AGES[0]) & (ages <= _STUDENT_AGES[1])
    is_student = is_student_age & (school < np.where(completed >= UPPER, 0.4, 0.03))
    attends = np.where(is_pupil | is_student, YES, NO)
    # Nobody thinks of asking about an infant; of the others a few are forgotten.
    unasked = np.where(ages < _SCHOOL_AGES[0], 0.3, np.where(is_pupil_age, 0.02, 0.05))
    return Schooling(
        np.where(said >= 0.03, completed, MISSING).astype(np.int8),
        np.where(said_now >= unasked, attends, MISSING).astype(np.int8),
    )


def _by_cohort(luck: np.ndarray, ages: np.ndarray) -> np.ndarray:
    cohort = np.maximum(np.searchsorted(_COHORTS, ages, side="right") - 1, 0)
    completed = np.zeros(ages.shape, dtype=np.int64)
    for edge in _EDGES.T:
        completed += luck >= edge[cohort]
    return np.minimum(completed, _MOST[np.searchsorted(_AGES_OF_MOST, ages, side="right") - 1])


def _grade(ages: np.ndarray, is_pupil: np.ndarray, pace: np.ndarray) -> np.ndarray:
    """What a child has completed: by age, less for those who are slow or have left."""
    due = np.select((ages < 7, ages < 12, ages < 15), (NONE, READING, PRIMARY), LOWER)
    is_slow = pace < np.where(is_pupil, 0.05, 0.5)
    return np.maximum(due - is_slow, NONE)
