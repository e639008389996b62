"""The centre and its areas: how many families are harmed, how deeply, in what, and where.

The measures are Alkire and Foster's (2011, Journal of Public Economics 95:476–487; Alkire et al. 2015, ch. 5), exact:
headcount H, the share that is harmed; intensity A, the mean score of the harmed; adjusted headcount M0 = H · A.
M0 can be taken apart without a remainder: by indicator, by domain, and by groups of families.
Poor, in their words, is *harmed* here, also where a critical harm alone makes a family harmed.

Open answers make a range.  Everything is counted twice: ``…_at_best`` takes every open answer as fine,
``…_at_worst`` as bad.  For counts, headcounts and M0 the two are bounds of the truth;
an intensity or a contribution is that of its own case, and the truth may lie outside the two.

``headcount_low`` and ``…_high`` add what chance does to small groups: Wilson's 95 % interval (Wilson 1927, Journal of
the American Statistical Association 22:209–212), its lower end of the best case and its upper end of the worst.
It speaks of families such as these, not of the recorded ones, who are counted and not sampled.
It is missing where families weigh by their persons: persons of one household are alike, so it would be too narrow.

Shares are exact fractions and missing (``None``) where undefined; counts are whole numbers of families.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from hamyar.core.economy.households import WORKING_AGES, age_ranges
from hamyar.core.errors import HamyarError
from hamyar.core.frames import positions, sum_into, word_codes
from hamyar.core.jalali import Month
from hamyar.core.levels.counting import HARMED, LEVELS, Poverty, poverty
from hamyar.core.levels.stratification import ALL_LEVELS, Case, Count, Stratification
from hamyar.core.message import N_, Message
from hamyar.core.tables import CaseTables

NOT_RECORDED = "not_recorded"
HEADS = ("woman", "man", NOT_RECORDED)
HEAD_AGES = ("child", "of_working_age", "elderly", NOT_RECORDED)
# Under 18 a person is a child in law; over the working ages, elderly.
ADULT_FROM = 18
GROUPS = {
    "woman": N_("Headed by a woman"),
    "man": N_("Headed by a man"),
    "child": N_("Headed by a child"),
    "of_working_age": N_("Headed by a person of working age"),
    "elderly": N_("Headed by an elderly person"),
    NOT_RECORDED: N_("Not recorded"),
}
CASES: tuple[tuple[str, Case], ...] = (("at_best", "least"), ("at_worst", "most"))


class PersonsUnknown(HamyarError):
    msgid = N_("{count} families have no number of persons. Leave them out (some_families), and say how many they are.")


def group_message(code: str) -> Message | None:
    """The name of a kind of head, or of the group without a record; ``None`` for an area, which names itself."""
    return Message(GROUPS[code]) if code in GROUPS else None


def some_families(stratification: Stratification, is_chosen: np.ndarray) -> Stratification:
    """The same levels of the chosen families only; ``is_chosen`` is a bool for each family."""
    answers = stratification.answers
    chosen = replace(
        answers,
        family_ids=answers.family_ids[is_chosen],
        least=answers.least[:, is_chosen],
        most=answers.most[:, is_chosen],
        state=answers.state[:, is_chosen],
        lacks_reason=answers.lacks_reason[:, is_chosen],
    )
    return replace(stratification, answers=chosen)


def profile(stratification: Stratification, case: Case, persons: "pd.Series | np.ndarray | None" = None) -> Poverty:
    """The measures of all families in one case.

    ``persons`` (by family id, or in the families' order) weighs each family by its members.
    Raises ``PersonsUnknown``.
    """
    is_harmed = _count(stratification, case).level == HARMED
    sizes = None if persons is None else _sizes(stratification, persons)
    return poverty(stratification.is_deprived(case), is_harmed, stratification.indicators.weights, sizes)


def group_of_area(tables: CaseTables, family_ids: pd.Index) -> pd.Categorical:
    """The area of each family; areas in the order of their names, families without one as a group of their own."""
    families = tables.families
    codes, names = pd.factorize(families["area"].astype("str"), use_na_sentinel=True)
    written = [index for index, name in enumerate(names) if str(name).strip() not in ("", NOT_RECORDED)]
    areas = sorted(str(names[index]) for index in written)
    place = np.full(len(names) + 1, len(areas), dtype=np.int64)
    for index in written:
        place[index] = areas.index(str(names[index]))
    at = positions(pd.Series(family_ids), pd.Index(families["family_id"]))
    # A missing area has the code -1, which reads the last place; a family not in the table likewise.
    found = np.append(place[codes], len(areas))[at]
    return pd.Categorical.from_codes(found, categories=pd.Index([*areas, NOT_RECORDED], dtype="str"))


def group_of_head(tables: CaseTables, family_ids: pd.Index, month: Month) -> pd.Categorical:
    """``woman``, ``man`` or ``not_recorded``: the sex of the head, where all who are recorded as head have the same."""
    heads = tables.members[_is_head(tables, month)]
    sex = word_codes(heads["sex"], ("female", "male"))
    return _agreed(heads, family_ids, [sex == 0, sex == 1], HEADS)


def group_of_head_age(tables: CaseTables, family_ids: pd.Index, month: Month) -> pd.Categorical:
    """``child`` (under 18), ``of_working_age``, ``elderly`` (over 64) or ``not_recorded``.

    A grouping of its own beside :func:`group_of_head`: taken together they would take the elderly women
    out of the women who head a household.  An age that leaves the group open is not recorded.
    """
    is_head = _is_head(tables, month)
    least, most = (ages[is_head] for ages in age_ranges(tables.members, month))
    elderly_from = WORKING_AGES[1] + 1
    classes = [most < ADULT_FROM, (least >= ADULT_FROM) & (most < elderly_from), least >= elderly_from]
    return _agreed(tables.members[is_head], family_ids, classes, HEAD_AGES)


def _is_head(tables: CaseTables, month: Month) -> np.ndarray:
    members = tables.members
    unborn = (members["birth_day"] > month.code * 100 + month.days).fillna(False).to_numpy(dtype=bool)
    return (word_codes(members["role"], ("head",)) == 0) & ~unborn


def _agreed(
    heads: pd.DataFrame, family_ids: pd.Index, classes: Sequence[np.ndarray], names: tuple[str, ...]
) -> pd.Categorical:
    """The class that holds for every head of a family; the last of ``names`` where none does or there is no head."""
    family = positions(heads["family_id"], family_ids)
    inside, size = family >= 0, len(family_ids)
    recorded = np.bincount(family[inside], minlength=size)
    found = np.full(size, len(names) - 1, dtype=np.int8)
    for code, holds in enumerate(classes):
        held = np.bincount(family[inside & holds], minlength=size)
        found[(recorded > 0) & (held == recorded)] = code
    return pd.Categorical.from_codes(found, categories=pd.Index(names, dtype="str"))


def levels_by(stratification: Stratification, groups: pd.Categorical) -> pd.DataFrame:
    """Families of each level, by group: ``safe``, ``at_risk``, ``harmed``, ``undetermined``, and all ``families``."""
    codes, names = _grouping(groups)
    least, most = stratification.least.level, stratification.most.level
    level = np.where(least == most, least, len(LEVELS)).astype(np.int64)
    size = len(ALL_LEVELS)
    counted = np.bincount(codes * size + level, minlength=len(names) * size).reshape(len(names), size)
    frame = pd.DataFrame(counted, index=names, columns=list(ALL_LEVELS), dtype="Int64")
    return frame.assign(families=frame.sum(axis=1).astype("Int64"))


def by_group(
    stratification: Stratification, groups: pd.Categorical, persons: "pd.Series | np.ndarray | None" = None
) -> pd.DataFrame:
    """The centre taken apart into groups of families (a group for each family, in the families' order).

    One row for each group that has families; columns:
    ``families``, ``population`` (families, or persons), ``population_share``;
    ``harmed_at_best``, ``may_be_harmed`` (open), ``harmed_at_worst``: families;
    ``headcount_…``, ``headcount_low``, ``headcount_high``, ``intensity_…``, ``adjusted_headcount_…``;
    ``contribution_…``: population share times M0 of the group as a share of M0 of all, which sum to 1.
    """
    codes, names = _grouping(groups)
    sizes = _sizes(stratification, persons)
    size, families = len(names), np.bincount(codes, minlength=len(names))
    population = sum_into(codes, sizes, size)
    everybody = int(population.sum())
    columns: dict[str, Any] = {
        "families": families,
        "population": population,
        "population_share": [_share(int(part), everybody) for part in population],
    }
    whole = stratification.weights.whole
    for suffix, case in CASES:
        count = _count(stratification, case)
        is_harmed = count.level == HARMED
        harmed = sum_into(codes, sizes * is_harmed, size).tolist()
        score = sum_into(codes, sizes * np.where(is_harmed, count.score, 0), size).tolist()
        columns[f"harmed_{suffix}"] = np.bincount(codes[is_harmed], minlength=size)
        columns[f"headcount_{suffix}"] = [_share(*pair) for pair in zip(harmed, population.tolist(), strict=True)]
        columns[f"intensity_{suffix}"] = [_share(part, whole * poor) for part, poor in zip(score, harmed, strict=True)]
        columns[f"adjusted_headcount_{suffix}"] = [
            _share(part, whole * people) for part, people in zip(score, population.tolist(), strict=True)
        ]
        columns[f"contribution_{suffix}"] = [_share(part, sum(score)) for part in score]
    return _framed(columns, names, "harmed", has_interval=persons is None)


def by_domain(stratification: Stratification, persons: "pd.Series | np.ndarray | None" = None) -> pd.DataFrame:
    """M0 taken apart by domain, and who is harmed in each domain by its own cut-offs.

    One row for each domain; columns: ``weight`` in the whole, ``families``;
    ``harmed_…``, ``may_be_harmed``, ``headcount_…``, ``headcount_low``, ``headcount_high``: in the domain by itself;
    ``adjusted_part_…``: the domain's part of M0, which sum to M0; ``contribution_…``: as shares, which sum to 1.
    """
    domains, sizes = stratification.domain_slices, _sizes(stratification, persons)
    weights = stratification.indicators.weights
    columns: dict[str, Any] = {
        "weight": [sum(weights[part], Fraction(0)) for part in domains.values()],
        "families": np.full(len(domains), len(stratification.family_ids)),
    }
    for suffix, case in CASES:
        whole = profile(stratification, case, persons)
        harmed = [stratification.domain_count(domain, case)[0].level == HARMED for domain in domains]
        parts = [_weighted(weights[part], whole.censored[part]) for part in domains.values()]
        columns[f"harmed_{suffix}"] = np.array([one.sum() for one in harmed], dtype=np.int64)
        columns[f"headcount_{suffix}"] = [_share(int(sizes[one].sum()), whole.population) for one in harmed]
        columns[f"adjusted_part_{suffix}"] = parts
        columns[f"contribution_{suffix}"] = [_over(part, whole.adjusted_headcount) for part in parts]
    return _framed(columns, pd.Index(list(domains), dtype="str"), "harmed", has_interval=persons is None)


def by_indicator(stratification: Stratification, persons: "pd.Series | np.ndarray | None" = None) -> pd.DataFrame:
    """M0 taken apart by indicator.

    One row for each harm, by code; columns: ``domain``, ``weight``, ``families``;
    ``deprived_…``, ``deprived_harmed_…``, ``deprived_not_harmed_…``: families deprived in it, harmed or not;
    ``uncensored_…``, ``censored_…``: the share that is deprived, and deprived and harmed; ``censored_low``, ``_high``;
    ``contribution_…``: weight times censored headcount as a share of M0, which sum to 1.
    """
    harms = stratification.indicators.harms
    columns: dict[str, Any] = {
        "domain": [harm.domain for harm in harms],
        "weight": list(stratification.indicators.weights),
        "families": np.full(len(harms), len(stratification.family_ids)),
    }
    for suffix, case in CASES:
        whole = profile(stratification, case, persons)
        deprived, is_harmed = stratification.is_deprived(case), _count(stratification, case).level == HARMED
        counted, both = deprived.sum(axis=1), (deprived & is_harmed).sum(axis=1)
        columns[f"deprived_{suffix}"] = counted
        columns[f"deprived_harmed_{suffix}"] = both
        columns[f"deprived_not_harmed_{suffix}"] = counted - both
        columns[f"uncensored_{suffix}"] = list(whole.uncensored)
        columns[f"censored_{suffix}"] = list(whole.censored)
        columns[f"contribution_{suffix}"] = list(whole.contribution)
    index = pd.Index([harm.code for harm in harms], dtype="str")
    return _framed(columns, index, "deprived_harmed", has_interval=persons is None)


def wilson(count: int, total: int) -> tuple[float, float] | None:
    """Wilson's 95 % interval of ``count`` in ``total``; ``None`` of nobody."""
    if not total:
        return None
    # Imported when asked for: every kernel would pay for it.
    from scipy.stats import binomtest

    found = binomtest(count, total).proportion_ci(confidence_level=0.95, method="wilson")
    return float(found.low), float(found.high)


def _count(stratification: Stratification, case: Case) -> Count:
    return stratification.least if case == "least" else stratification.most


def _sizes(stratification: Stratification, persons: "pd.Series | np.ndarray | None") -> np.ndarray:
    if persons is None:
        return np.ones(len(stratification.family_ids), dtype=np.int64)
    if isinstance(persons, pd.Series):
        persons = persons.reindex(stratification.family_ids)
    sizes = pd.array(persons, dtype="Int64")
    unknown = np.asarray(sizes.isna() | (sizes < 0).fillna(False), dtype=bool)
    if unknown.any():
        raise PersonsUnknown(count=int(unknown.sum()))
    return sizes.to_numpy(dtype=np.int64)


def _grouping(groups: "pd.Categorical | pd.Series") -> tuple[np.ndarray, pd.Index]:
    """Codes and names of the groups that occur; families in none are a group of their own."""
    found = pd.Categorical(groups)
    if (found.codes < 0).any():
        if NOT_RECORDED not in found.categories:
            found = found.add_categories([NOT_RECORDED])
        found = found.fillna(NOT_RECORDED)
    found = found.remove_unused_categories()
    return found.codes.astype(np.int64), pd.Index(found.categories, dtype="str")


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _over(part: Fraction, whole: Fraction) -> Fraction | None:
    return part / whole if whole else None


def _weighted(weights: Sequence[Fraction], shares: Sequence[Fraction]) -> Fraction:
    return sum((weight * share for weight, share in zip(weights, shares, strict=True)), Fraction(0))


def _framed(columns: dict[str, Any], index: pd.Index, counted: str, *, has_interval: bool) -> pd.DataFrame:
    """The columns in their types, with those that are made of two cases."""
    best, worst = columns[f"{counted}_at_best"], columns[f"{counted}_at_worst"]
    name = "censored"
    if counted == "harmed":
        name, columns["may_be_harmed"] = "headcount", worst - best
    for at, (end, counts) in enumerate((("low", best), ("high", worst))):
        pairs = zip(counts.tolist(), columns["families"].tolist(), strict=True)
        found = [wilson(*pair) if has_interval else None for pair in pairs]
        columns[f"{name}_{end}"] = pd.array([ends[at] if ends else pd.NA for ends in found], dtype="Float64")
    typed = {key: pd.Series(values, index, _dtype(values)) for key, values in columns.items()}
    return pd.DataFrame(typed, index=index)


def _dtype(values: Any) -> str:
    if isinstance(values, np.ndarray):
        return "Int64"
    return "Float64" if isinstance(values, pd.arrays.FloatingArray) else "object"
