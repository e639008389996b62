"""What if other weights or cut-offs held: a back-test for the researcher, against months that were already run.

The answers stay as they are; only what counts, and from where, changes.  :func:`rejudged` gives the levels under other
rules, :func:`moved` and its neighbours tell who changes level, :func:`help_needed` what that would ask of the centre,
:func:`back_test` all of it month by month.  :func:`stability` asks the question without a second set of rules in mind:
how much of a family's level rests on the weights that somebody chose?

Everything is counted exactly.  Weights are fractions; random weights are drawn as whole parts of one denominator,
so small that floating point holds every sum of them without rounding, and the same seed gives the same shares on
every machine.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.levels.counting import HARMED, LEVELS, WholeWeights
from hamyar.core.levels.indicators import IndicatorSet, exact
from hamyar.core.levels.profile import NOT_RECORDED
from hamyar.core.levels.stratification import ALL_LEVELS, LevelRules, Stratification
from hamyar.core.message import N_

Number = int | str | Decimal | Fraction | float
MOST_FAMILIES_PER_HELPER = 15
LEAST_FAMILIES_PER_HELPER = 5
# A domain's share and a weight within it have this many parts each; their products sum to 2**40, below 2**53.
PARTS = 2**20
_CHUNK = 2048


class WeightUnknown(HamyarError):
    msgid = N_("'{code}' does not count in {month}, so it can have no weight. Known are: {known}.")


class WeightNegative(HamyarError):
    msgid = N_("The weight {weight} of '{code}' is below zero. Write zero to leave it out, or a larger number.")


class WeightNotANumber(HamyarError):
    msgid = N_("The weight '{weight}' of '{code}' is not a number. Write it as 2, 0.5 or 1/12.")


class NothingWeighs(HamyarError):
    msgid = N_("Every weight of '{part}' is zero, so nothing would count. Give one of them a weight.")


class OtherFamilies(HamyarError):
    msgid = N_("The two judgements are not of the same families. Compare the same families in the same order.")


class DrawsTooFew(HamyarError):
    msgid = N_("{draws} random weightings tell nothing. Ask for at least 1; 1,000 are usual.")


def rejudged(
    stratification: Stratification,
    rules: LevelRules | None = None,
    weights: Mapping[str, Number] | None = None,
    domain_shares: Mapping[str, Number] | None = None,
) -> Stratification:
    """The same answers under other cut-offs, weights of indicators, or shares of domains.

    ``weights`` gives, by code of a harm, its weight in the whole beside the others, which keep theirs;
    ``domain_shares`` then gives, by domain, its share beside the other domains', each domain dividing it as before.
    Numbers are exact as written and need not sum to 1: the result is brought to that.
    A weight of zero leaves a harm out of the score; a critical harm stays critical whatever it weighs.
    Raises ``WeightUnknown``, ``WeightNegative``, ``WeightNotANumber``, ``NothingWeighs`` or ``WeightsTooFine``.
    """
    if weights is None and domain_shares is None:
        return stratification.under(rules or stratification.level_rules)
    found = _with_weights(stratification, weights or {})
    found = _with_shares(stratification, found, domain_shares or {})
    # Weights too fine to be counted are refused here, where they were chosen, and not in the first count.
    WholeWeights.of(found)
    indicators = _weighted(stratification.indicators, found)
    return stratification.under(rules or stratification.level_rules, indicators)


def _with_weights(stratification: Stratification, weights: Mapping[str, Number]) -> list[Fraction]:
    harms = stratification.indicators.harms
    given = _checked(weights, [harm.code for harm in harms], stratification.month)
    found = [given.get(harm.code, harm.weight) for harm in harms]
    return _summing_to_one(found, "indicators")


def _with_shares(
    stratification: Stratification, weights: list[Fraction], shares: Mapping[str, Number]
) -> list[Fraction]:
    parts = stratification.domain_slices
    given = _checked(shares, list(parts), stratification.month)
    sums = {domain: sum(weights[part], Fraction(0)) for domain, part in parts.items()}
    for domain, share in given.items():
        if share and not sums[domain]:
            raise NothingWeighs(part=domain)
    found = list(weights)
    for domain, share in given.items():
        if sums[domain]:
            found[parts[domain]] = [weight * share / sums[domain] for weight in weights[parts[domain]]]
    return _summing_to_one(found, "domains")


def _checked(numbers: Mapping[str, Number], known: list[str], month: Month) -> dict[str, Fraction]:
    found = {}
    for code, number in numbers.items():
        if code not in known:
            raise WeightUnknown(code=code, month=month, known=", ".join(known))
        try:
            found[code] = number if isinstance(number, Fraction) else exact(number)
        except (ValueError, ArithmeticError):
            raise WeightNotANumber(code=code, weight=str(number)) from None
        if found[code] < 0:
            raise WeightNegative(code=code, weight=str(number))
    return found


def _summing_to_one(weights: list[Fraction], part: str) -> list[Fraction]:
    whole = sum(weights, Fraction(0))
    if not whole:
        raise NothingWeighs(part=part)
    return [weight / whole for weight in weights]


def _weighted(indicators: IndicatorSet, weights: list[Fraction]) -> IndicatorSet:
    pairs = zip(indicators.harms, weights, strict=True)
    return replace(indicators, harms=tuple(replace(harm, weight=weight) for harm, weight in pairs))


def movers(before: Stratification, after: Stratification) -> pd.DataFrame:
    """The families whose level is another: ``level_before`` and ``level_after``, by family.

    Raises ``OtherFamilies``.
    """
    first, second = _pair(before, after)
    changed = first != second
    return pd.DataFrame(
        {"level_before": _words(first[changed]), "level_after": _words(second[changed])},
        index=before.family_ids[changed],
    )


def moved(before: Stratification, after: Stratification) -> pd.DataFrame:
    """How many families of each level (rows) have which level afterwards (columns); ``undetermined`` is one of them.

    Raises ``OtherFamilies``.
    """
    first, second = _pair(before, after)
    size = len(ALL_LEVELS)
    counts = np.bincount(first.astype(np.int64) * size + second, minlength=size**2).reshape(size, size)
    names = pd.Index(ALL_LEVELS, dtype="str")
    return pd.DataFrame(counts, index=names.rename("level_before"), columns=names.rename("level_after"))


def moved_by_group(before: Stratification, after: Stratification, groups: "pd.Series | pd.Categorical") -> pd.DataFrame:
    """Who changes level, by area, kind of head or any other ``groups``.

    ``groups`` is a label for each family: a series by family, or a categorical in the families' order
    (:func:`hamyar.core.levels.profile.group_of_area` and its neighbours).
    One row per group that has families, in the order of the labels; families without one are ``not_recorded``, last.
    ``families``, ``moved``; of these ``better``, ``worse``, ``now_open`` (a known level that is undetermined now) and
    ``now_known``; ``harmed_before``, ``harmed_after``.  Raises ``OtherFamilies``.
    """
    first, second = _pair(before, after)
    opened, settled = second == len(LEVELS), first == len(LEVELS)
    both = ~opened & ~settled
    columns = {
        "families": np.ones(len(first), dtype=bool),
        "moved": first != second,
        "better": both & (second < first),
        "worse": both & (second > first),
        "now_open": opened & ~settled,
        "now_known": settled & ~opened,
        "harmed_before": first == HARMED,
        "harmed_after": second == HARMED,
    }
    frame = pd.DataFrame(columns).astype(np.int64)
    labels = _with_the_unlabelled_last(groups.reindex(before.family_ids) if isinstance(groups, pd.Series) else groups)
    counts = frame.groupby(labels, observed=True).sum()
    return counts.set_axis(pd.Index(counts.index.astype("str"), name="group"))


def _with_the_unlabelled_last(groups: "pd.Series | pd.Categorical") -> pd.Categorical:
    found = pd.Categorical(groups)
    names = [name for name in found.categories if name != NOT_RECORDED]
    return found.set_categories([*names, NOT_RECORDED]).fillna(NOT_RECORDED)


def helpers_for(
    harmed: int,
    most_families_per_helper: int = MOST_FAMILIES_PER_HELPER,
    least_families_per_helper: int = LEAST_FAMILIES_PER_HELPER,
) -> tuple[int, int]:
    """The fewest and the most helpers that can carry ``harmed`` families between them.

    Where the fewest exceed the most, no number of helpers can (four families are too few for one who needs five).
    """
    return -(-harmed // most_families_per_helper), harmed // least_families_per_helper


def help_needed(
    before: Stratification,
    after: Stratification,
    most_families_per_helper: int = MOST_FAMILIES_PER_HELPER,
    least_families_per_helper: int = LEAST_FAMILIES_PER_HELPER,
    gaps: pd.Series | None = None,
) -> pd.DataFrame:
    """What each judgement asks of the centre: columns ``before``, ``after`` and ``change``.

    Rows: ``harmed`` families, ``possibly_harmed`` (undetermined, with harmed as one outcome), ``helpers_at_least`` and
    ``helpers_at_most`` for the harmed (see :func:`helpers_for`), and with ``gaps`` (nullable whole money, by family)
    ``gaps_of_harmed_money``, the sum of those known, and ``unknown_gaps_of_harmed``, how many are not.
    Raises ``OtherFamilies``.
    """
    _pair(before, after)

    def needed(judged: Stratification) -> dict[str, int]:
        is_harmed = judged.least.level == HARMED
        harmed = int(is_harmed.sum())
        fewest, most = helpers_for(harmed, most_families_per_helper, least_families_per_helper)
        found = {
            "harmed": harmed,
            "possibly_harmed": int((judged.most.level == HARMED).sum()) - harmed,
            "helpers_at_least": fewest,
            "helpers_at_most": most,
        }
        if gaps is not None:
            own = gaps.reindex(judged.family_ids)[is_harmed].astype("Int64")
            found |= {"gaps_of_harmed_money": int(own.sum()), "unknown_gaps_of_harmed": int(own.isna().sum())}
        return found

    table = pd.DataFrame({"before": needed(before), "after": needed(after)}, dtype="int64")
    return table.assign(change=table["after"] - table["before"])


def back_test(
    months: Mapping[Month, Stratification],
    rules: LevelRules | None = None,
    weights: Mapping[str, Number] | None = None,
    domain_shares: Mapping[str, Number] | None = None,
    gaps: Mapping[Month, pd.Series] | None = None,
) -> pd.DataFrame:
    """Other rules against every month already run: one row per month, in the order of time, indexed by its number.

    ``families``, ``moved``, ``better``, ``worse``, ``now_open``, ``now_known`` as in :func:`moved_by_group`,
    and every row of :func:`help_needed` as ``…_before`` and ``…_after``.
    Raises what :func:`rejudged` does, for the first month in which the rules cannot be applied.
    """
    rows = {}
    for month in sorted(months):
        before = months[month]
        after = rejudged(before, rules, weights, domain_shares)
        everybody = pd.Series("all", index=before.family_ids, dtype="str")
        counts = moved_by_group(before, after, everybody).drop(columns=["harmed_before", "harmed_after"])
        needed = help_needed(before, after, gaps=None if gaps is None else gaps[month])
        asked = {f"{name}_{when}": needed.at[name, when] for name in needed.index for when in ("before", "after")}
        # A month without families has no group and still a row.
        rows[month.code] = counts.sum().to_dict() | asked
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("month").astype("int64")


def stability(stratification: Stratification, draws: int = 1000, seed: int = 0) -> pd.DataFrame:
    """How often each family keeps its level when the weights are anybody's: one row per family.

    In each draw the shares of the domains, and the weights within each domain, are uniform among all that sum to 1
    (flat Dirichlet); cut-offs and critical harms stay.  ``level`` now; ``same_level_share``, the share of the draws
    that give it; ``<level>_share`` of each level, undetermined among them.  Raises ``DrawsTooFew``.
    """
    if draws < 1:
        raise DrawsTooFew(draws=draws)
    weights = _random_weights(stratification, draws, np.random.default_rng(seed))
    families = len(stratification.family_ids)
    is_deprived = stratification.is_deprived("least"), stratification.is_deprived("most")
    counts = np.zeros((len(ALL_LEVELS), families), dtype=np.int64)
    for start in range(0, families, _CHUNK):
        part = slice(start, start + _CHUNK)
        counts[:, part] = _level_counts(stratification, weights, *is_deprived, part)
    now = stratification.level
    shares = {f"{level}_share": counts[code] / draws for code, level in enumerate(ALL_LEVELS)}
    same = counts[now, np.arange(families)] / draws
    return pd.DataFrame({"level": _words(now), "same_level_share": same, **shares}, index=stratification.family_ids)


def _random_weights(stratification: Stratification, draws: int, random: np.random.Generator) -> np.ndarray:
    """``(draws, harms)`` of whole parts of ``PARTS**2``, held in floating point, which holds them exactly."""
    slices = stratification.domain_slices
    shares = _random_parts(random, draws, len(slices))
    weights = np.zeros((draws, len(stratification.indicators.harms)), dtype=np.int64)
    for place, part in enumerate(slices.values()):
        weights[:, part] = shares[:, [place]] * _random_parts(random, draws, part.stop - part.start)
    return weights.astype(np.float64)


def _random_parts(random: np.random.Generator, draws: int, count: int) -> np.ndarray:
    """``count`` whole numbers that sum to ``PARTS``, in each draw: the pieces of a stick cut at random places."""
    cuts = np.sort(random.integers(0, PARTS + 1, size=(draws, count - 1)), axis=1)
    return np.diff(cuts, axis=1, prepend=0, append=PARTS)


def _level_counts(
    stratification: Stratification, weights: np.ndarray, least: np.ndarray, most: np.ndarray, part: slice
) -> np.ndarray:
    """In how many draws the families of ``part`` have each of ``ALL_LEVELS``, ``(4, families)``.

    ``least`` and ``most`` tell in which harms a family is deprived in either case.
    """
    cut_offs = stratification.level_rules.whole
    at_risk, harmed = (-(-cut.numerator * PARTS**2 // cut.denominator) for cut in (cut_offs.at_risk, cut_offs.harmed))
    at_least, at_most = (weights @ is_deprived[:, part].astype(np.float64) for is_deprived in (least, most))
    # More is never less: what is harmed at best is harmed at worst, and what is safe at worst is safe at best.
    is_harmed = (at_least >= harmed) | stratification.least.is_critical[part]
    can_be_harmed = (at_most >= harmed) | stratification.most.is_critical[part]
    is_safe = (at_most < at_risk) & ~stratification.most.is_critical[part]
    is_at_risk = (at_least >= at_risk) & ~can_be_harmed
    known = [found.sum(axis=0) for found in (is_safe, is_at_risk, is_harmed)]
    return np.stack([*known, len(weights) - sum(known)])


def _pair(before: Stratification, after: Stratification) -> tuple[np.ndarray, np.ndarray]:
    if not before.family_ids.equals(after.family_ids):
        raise OtherFamilies()
    return before.level, after.level


def _words(codes: np.ndarray) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(ALL_LEVELS, dtype="str"))
