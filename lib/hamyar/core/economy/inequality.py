"""Poverty and inequality of a group: Foster–Greer–Thorbecke indices and the Gini coefficient.

A household may count once or once per person: ``weights`` are the persons.
Rows with an unknown income belong to neither the poor nor the others; the caller leaves them out and says how many.
"""

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_


class IncomeNegative(HamyarError):
    msgid = N_(
        "The Gini coefficient is not defined for negative incomes ({count} found). Leave them out or floor them."
    )


class IncomeUnknown(HamyarError):
    msgid = N_("{count} incomes are not known. Leave them out, and say how many they are.")


def _refuse_unknown(incomes: np.ndarray) -> None:
    if np.isnan(incomes).any():
        raise IncomeUnknown(count=int(np.isnan(incomes).sum()))


def fgt(incomes: np.ndarray, line: float, alpha: int, weights: np.ndarray | None = None) -> float | None:
    """P_α: mean of ``((line - income) / line) ** α`` over all, counting only those strictly below ``line``.

    α = 0 is the headcount, 1 the poverty gap, 2 its severity (Foster, Greer and Thorbecke 1984, Econometrica 52).
    ``None`` for an empty group.
    """
    incomes = pd.array(incomes).to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse_unknown(incomes)
    weights = np.ones(len(incomes)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weights.sum() == 0:
        return None
    if line <= 0:
        return 0.0
    poor = incomes < line
    depth = np.where(poor, (line - incomes) / line, 0.0)
    return float((weights * np.where(poor, depth**alpha, 0.0)).sum() / weights.sum())


def gini(incomes: np.ndarray, weights: np.ndarray | None = None) -> float | None:
    """The Gini coefficient, population form: mean absolute difference over twice the mean.

    ``None`` where it is undefined (nobody, or incomes that sum to zero); raises ``IncomeNegative``.
    """
    incomes = pd.array(incomes).to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse_unknown(incomes)
    if (incomes < 0).any():
        raise IncomeNegative(count=int((incomes < 0).sum()))
    weights = np.ones(len(incomes)) if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.argsort(incomes, kind="stable")
    income, weight = incomes[order], weights[order]
    total = (income * weight).sum()
    if total == 0:
        return None
    # Twice the rank of a weighted unit, less the whole: each pair is counted once with its sign.
    rank = 2 * np.cumsum(weight) - weight - weight.sum()
    return float((weight * income * rank).sum() / (weight.sum() * total))
