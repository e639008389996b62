"""Why there is no plan: the smallest reason, in words, with what to do about it.

Checks run from the plainest to the subtlest, and the first that finds something speaks alone,
because what is said later would only follow from it:

1. nobody may carry a family at all;
2. families whom nobody fits, grouped by the rule that stands in the way;
3. more choices by hand for one helper than he can have;
4. too few families for one helper's minimum, or a number that no number of helpers can share;
5. more families than places;
6. a group of families that fits only a few helpers, who have too few places (Hall's theorem: where every other check
   passes and a plan still lacks places, there is such a group; the smallest found is named);
7. minimums that cannot be filled together: the largest that could be.

With 6 and 7 come the rules that would open a plan if they were settled for some of the families: each by itself,
or each two of them where none is enough alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from hamyar.core.assignment.costs import HARD_RULES, HOURS, LANGUAGE, SERVICE, TRAINING, Situation, broken_rules
from hamyar.core.assignment.problem import Problem, Solution
from hamyar.core.assignment.solve import places_found, solve
from hamyar.core.levels.what_if import helpers_for
from hamyar.core.message import N_, Message, message, nmessage

RULE_NAMES = {
    "training": N_("the hours of training before the first family"),
    "service": N_("service in every month of the year"),
    "incompatible": N_("the declared incompatibilities"),
    "woman": N_("a woman for those who ask for one"),
    "language": N_("a common language"),
    "hours": N_("weekly hours enough for the least number of families"),
    "least": N_("the least number of families of a helper"),
    "most": N_("the greatest number of families of a helper"),
    "chosen": N_("the choices made by hand"),
}


def why_impossible(situation: Situation, chosen: np.ndarray, found: Solution, effort: float) -> tuple[Message, ...]:
    """The reasons why ``found`` is no plan; never empty.

    ``chosen`` is the helper fixed for each family, or -1; ``effort`` as in :func:`hamyar.core.assignment.solve.solve`.
    """
    problem = situation.problem(chosen)
    for check in (_nobody_may, _nobody_fits, _too_many_chosen, _wrong_number, _too_few_places, _crowded):
        if reasons := list(check(situation, problem, chosen)):
            if check is _crowded:
                reasons += _would_open(situation, chosen, effort)
            return tuple(reasons)
    if found.status == "not_found":
        return (
            message(
                N_(
                    "No plan was found within the effort allowed, and it is not proven that there is none. "
                    "Allow more effort, or relax the minimum of {least} families."
                ),
                least=problem.least,
            ),
        )
    return (*_unfilled(problem, effort), *_would_open(situation, chosen, effort))


def _nobody_may(situation: Situation, problem: Problem, chosen: np.ndarray) -> Iterator[Message]:
    if not situation.size[1]:
        yield message(N_("There is no helper yet. Enter the helpers, then assign."))
    elif not situation.is_ready.any():
        broken = situation.of_helpers
        yield nmessage(
            N_("The one helper may not carry a family."),
            N_("None of the {count} helpers may carry a family."),
            len(broken),
        )
        if untrained := int((broken & TRAINING > 0).sum()):
            yield nmessage(
                N_("{count} of them lacks the {hours} hours of training before the first family. Complete them."),
                N_("{count} of them lack the {hours} hours of training before the first family. Complete them."),
                untrained,
                hours=situation.rules.training_hours,
            )
        if away := int((broken & SERVICE > 0).sum()):
            yield nmessage(
                N_("{count} of them does not serve in every month of the year, or is on leave. Correct the dates."),
                N_("{count} of them do not serve in every month of the year, or are on leave. Correct the dates."),
                away,
            )
        if short := int((broken & HOURS > 0).sum()):
            yield nmessage(
                N_("{count} of them has weekly hours for fewer than {least} families. Enter more hours."),
                N_("{count} of them have weekly hours for fewer than {least} families. Enter more hours."),
                short,
                least=situation.rules.least,
            )


def _nobody_fits(situation: Situation, problem: Problem, chosen: np.ndarray) -> Iterator[Message]:
    broken = situation.broken[:, situation.is_ready]
    groups: dict[tuple[int, str], list[int]] = {}
    for family in np.flatnonzero(~problem.allowed.any(axis=1)):
        # One rule that everybody breaks says more than all that anybody breaks.
        common = int(np.bitwise_and.reduce(broken[family]))
        code = common & -common or int(np.bitwise_or.reduce(broken[family]))
        language = str(situation.families["language"].iat[family]) if code == LANGUAGE else ""
        groups.setdefault((code, language), []).append(int(family))
    for (code, language), places in groups.items():
        names = broken_rules(code)
        families = [str(situation.family_ids[place]) for place in places]
        yield _misfit(names, language, families)
        nearly = (situation.broken[places] & ~(TRAINING | SERVICE | HOURS) == 0).any(axis=0)
        if nearly.any():
            yield message(
                N_("Of the helpers who may not carry a family yet, these would fit: {helpers}."),
                helpers=[str(helper) for helper in situation.helper_ids[nearly]],
            )
    if groups:
        yield message(
            N_(
                "Find a helper who fits. The wish for a woman, the language and a declared incompatibility "
                "can also be set aside for a family, by a choice by hand that is marked as made knowingly."
            )
        )


def _misfit(names: tuple[str, ...], language: str, families: list[str]) -> Message:
    match names:
        case ("language",):
            return nmessage(
                N_("{count} family speaks {language}, and no helper who may carry families does: {families}."),
                N_("{count} families speak {language}, and no helper who may carry families does: {families}."),
                len(families),
                language=language,
                families=families,
            )
        case ("woman",):
            return nmessage(
                N_("{count} woman asks for a woman, and no helper who may carry families is one: {families}."),
                N_("{count} women ask for a woman, and no helper who may carry families is one: {families}."),
                len(families),
                families=families,
            )
        case ("incompatible",):
            return nmessage(
                N_("{count} family is declared incompatible with every helper who may carry families: {families}."),
                N_("{count} families are declared incompatible with every helper who may carry families: {families}."),
                len(families),
                families=families,
            )
    return nmessage(
        N_("Nobody fits {count} family: every helper breaks one of these: {rules}. It is {families}."),
        N_("Nobody fits {count} families: every helper breaks one of these: {rules}. They are {families}."),
        len(families),
        rules=[Message(RULE_NAMES[name]) for name in names],
        families=families,
    )


def _too_many_chosen(situation: Situation, problem: Problem, chosen: np.ndarray) -> Iterator[Message]:
    for helper, count in sorted(Counter(chosen[chosen >= 0].tolist()).items()):
        if count > (most := int(problem.places[helper])):
            yield message(
                N_(
                    "{chosen} families were chosen by hand for helper {helper}, who can have {most}. "
                    "Choose another helper for {over} of them."
                ),
                chosen=count,
                helper=str(situation.helper_ids[helper]),
                most=most,
                over=count - most,
            )


def _wrong_number(situation: Situation, problem: Problem, chosen: np.ndarray) -> Iterator[Message]:
    families, least, most = problem.size[0], problem.least, problem.most
    if families < least:
        yield nmessage(
            N_("{count} harmed family cannot fill one helper's minimum of {least}: relax the minimum, or wait."),
            N_("{count} harmed families cannot fill one helper's minimum of {least}: relax the minimum, or wait."),
            families,
            least=least,
        )
        return
    fewest, greatest = helpers_for(families, most, max(least, 1))
    if fewest > greatest:
        yield message(
            N_(
                "{families} families cannot be shared: with at most {most} each they need {fewest} helpers, "
                "with at least {least} each they are enough for {greatest}. Relax one of the two."
            ),
            families=families,
            most=most,
            least=least,
            fewest=fewest,
            greatest=greatest,
        )


def _too_few_places(situation: Situation, problem: Problem, chosen: np.ndarray) -> Iterator[Message]:
    families, most = problem.size[0], problem.most
    # A choice by hand cannot make a helper ready, so places are those of the ready ones.
    ready = int(situation.is_ready.sum())
    places = int(problem.places[situation.is_ready].sum())
    if families > places and places < ready * most:
        yield message(
            N_(
                "{families} families need a place, and the {ready} helpers who may carry families have {places} "
                "by their weekly hours, {missing} too few. Find another helper, or more hours."
            ),
            families=families,
            ready=ready,
            places=places,
            missing=families - places,
        )
    elif families > places:
        needed = helpers_for(families, most, max(problem.least, 1))[0]
        yield message(
            N_(
                "{families} families need {needed} helpers with at most {most} each, and {ready} may carry families. "
                "Find {missing} more, or raise the greatest number."
            ),
            families=families,
            needed=needed,
            most=most,
            ready=ready,
            missing=needed - ready,
        )


def _crowded(situation: Situation, problem: Problem, chosen: np.ndarray) -> Iterator[Message]:
    plan = places_found(problem)
    groups = [_group_around(problem, plan, int(family)) for family in np.flatnonzero(plan < 0)]
    if groups:
        families, helpers = min(groups, key=lambda group: int(group[0].sum()))
        places = int(problem.places[helpers].sum())
        yield message(
            N_(
                "{count} families fit only these helpers: {helpers}. They have {places} places, {missing} too few. "
                "Find another helper for such families, or raise the greatest number. They are {families}."
            ),
            count=int(families.sum()),
            helpers=[str(helper) for helper in situation.helper_ids[helpers]],
            places=places,
            missing=int(families.sum()) - places,
            families=[str(family) for family in situation.family_ids[families]],
        )


def _group_around(problem: Problem, plan: np.ndarray, family: int) -> tuple[np.ndarray, np.ndarray]:
    """The families that compete with one who has no place, directly or through others, and all the helpers they fit."""
    families = np.arange(len(plan)) == family
    while True:
        helpers = problem.allowed[families].any(axis=0)
        more = families | ((plan >= 0) & helpers[np.maximum(plan, 0)])
        if (more == families).all():
            return families, helpers
        families = more


def _is_possible(problem: Problem, effort: float) -> bool:
    plain = replace(problem, costs=np.zeros_like(problem.costs), load_weight=0)
    return solve(plain, effort).is_possible


def _unfilled(problem: Problem, effort: float) -> Iterator[Message]:
    """The largest minimum that can be filled: what a smaller one allows, a larger may not, so halving finds it."""
    possible, impossible = 0, problem.least
    while impossible - possible > 1:
        middle = (possible + impossible) // 2
        if _is_possible(replace(problem, least=middle), effort):
            possible = middle
        else:
            impossible = middle
    yield message(
        N_(
            "The families cannot be shared so that every helper has at least {least} or none, "
            "for those who fit one another are too few. With a minimum of {possible} there is a plan."
        ),
        least=problem.least,
        possible=possible,
    )


def _would_open(situation: Situation, chosen: np.ndarray, effort: float) -> list[Message]:
    """Which rules, given up, would leave a plan: each by itself, or each two.

    Two are always enough: every family fits somebody, and without the two bounds nothing else binds.
    """
    binds = {"chosen": (chosen >= 0).any(), "hours": (situation.places < situation.rules.most).any()}
    names = [name for name in RULE_NAMES if binds.get(name, True)]
    found: list[tuple[str, ...]] = []
    for size in (1, 2):
        found = found or [
            given_up
            for given_up in combinations(names, size)
            if _is_possible(_without_rules(situation, chosen, given_up), effort)
        ]
    return [
        message(
            N_("There would be a plan if this did not bind every family: {rules}."),
            rules=[Message(RULE_NAMES[name]) for name in given_up],
        )
        for given_up in found
    ]


def _without_rules(situation: Situation, chosen: np.ndarray, given_up: tuple[str, ...]) -> Problem:
    kept = sum(1 << place for place, name in enumerate(HARD_RULES) if name not in given_up)
    fixed = np.full_like(chosen, -1) if "chosen" in given_up else chosen
    problem = situation.problem(fixed)
    allowed = np.where((fixed >= 0)[:, None], problem.allowed, situation.broken & kept == 0)
    return replace(
        problem,
        allowed=allowed,
        least=0 if "least" in given_up else problem.least,
        most=max(problem.size[0], problem.most) if "most" in given_up else problem.most,
        room=None if {"most", "hours"} & set(given_up) else problem.room,
    )
