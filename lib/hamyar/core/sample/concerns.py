"""Whom an indicator concerns in a synthetic household."""

import numpy as np

from hamyar.core.levels.indicators import Indicator
from hamyar.core.sample.households import SEXES, Ages, Households
from hamyar.core.tables import ROLES


def concerned(indicator: Indicator, households: Households, ages: Ages) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The members it concerns in truth, those it may concern by what is recorded, and those it surely does.

    Three arrays of bool over the places of n households.
    """
    rule = indicator.applies_to
    fits = households.taken
    if rule.roles:
        fits = fits & np.isin(households.roles, [ROLES.index(role) for role in rule.roles])
    if rule.sex is not None:
        fits = fits & (households.sexes == SEXES.index(rule.sex))
    if rule.ages is None:
        return fits, fits, fits
    low, high = rule.ages
    true = fits & (ages.true >= low) & (ages.true <= high)
    possible = fits & (ages.most >= low) & (ages.least <= high)
    return true, possible, fits & (ages.least >= low) & (ages.most <= high)
