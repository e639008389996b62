"""Why a family has its level and what would change it, in sentences a helper can read to the family.

Every sentence is made from what was counted and carries its numbers as typed values and the names of indicators in
both languages; :mod:`hamyar.words` says it in Persian or English.  The sentences speak of what weighs on a family,
never of what a family did.  Nothing is asserted that the answers leave open: where they do, the sentence says
between what, and how many answers would settle it.

One family is given by the stratification and its place in it.
A function returns ``None``, or an empty list, where there is nothing to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from statistics import median
from typing import Any

import numpy as np

from hamyar.core.documents import BilingualText
from hamyar.core.jalali import Month
from hamyar.core.levels.answers import STATES
from hamyar.core.levels.counting import AT_RISK, HARMED, LEVELS, SAFE, UNDETERMINED
from hamyar.core.levels.flips import Change, Edge, FlipSet, distance
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message, nmessage

# The levels inside a sentence; on a chart or in a table they stand as in hamyar.core.labels.
LEVEL_WORDS: Mapping[str, str] = {"safe": N_("safe"), "at_risk": N_("at risk"), "harmed": N_("harmed")}


def level_word(level: str | int) -> Message:
    """A level inside a sentence, by its word or its place in ``LEVELS``."""
    return message(LEVEL_WORDS[level if isinstance(level, str) else LEVELS[level]])


def labels(indicators: IndicatorSet, codes: Iterable[str]) -> tuple[BilingualText, ...]:
    """What the indicators are called, in the order given; raises ``IndicatorUnknown``.

    A name is said once, also where several bear it, as private matters do on paper.
    """
    return tuple(dict.fromkeys(indicators[code].label for code in codes))


# The level and its parts ----------------------------------------------------------------------------------------


def level_sentence(stratification: Stratification, place: int) -> Message:
    """The level and the domain that weighs most; or between which levels it is open, and what would settle it."""
    best, worst = int(stratification.least.level[place]), int(stratification.most.level[place])
    if best != worst:
        return _open_level_sentence(best, worst, int(_matters(stratification, place).sum()))
    domain = _heaviest_domain(stratification, place)
    if best == SAFE:
        if domain is None and not _matters(stratification, place).any():
            return message(N_("The family is safe: none of the harms that are looked at was found."))
        if domain is None:
            return message(N_("The family is safe: no harm is known, and no open answer could change the level."))
        return message(N_("The family is safe. What weighs most on it lies in this domain: {domain}."), domain=domain)
    if best == AT_RISK:
        sentence = N_("The family is at risk. What weighs most on it lies in this domain: {domain}.")
        return message(sentence, domain=domain)
    if domain is None:
        return message(N_("The family is harmed; focused help comes first."))
    sentence = N_(
        "The family is harmed; focused help comes first. What weighs most on it lies in this domain: {domain}."
    )
    return message(sentence, domain=domain)


def _open_level_sentence(best: int, worst: int, answers: int) -> Message:
    if worst - best == HARMED:
        return nmessage(
            N_("It is still open whether the family is safe, at risk or harmed; {count} answer would settle it."),
            N_("It is still open whether the family is safe, at risk or harmed; {count} answers would settle it."),
            answers,
        )
    return nmessage(
        N_("It is still open whether the family is {best} or {worst}; {count} answer would settle it."),
        N_("It is still open whether the family is {best} or {worst}; {count} answers would settle it."),
        answers,
        best=level_word(best),
        worst=level_word(worst),
    )


def score_sentence(stratification: Stratification, place: int) -> Message:
    """What the harms weigh, known and still possible, beside the two cut-offs."""
    whole, rules = stratification.weights.whole, stratification.level_rules.whole
    least, most = int(stratification.least.score[place]), int(stratification.most.score[place])
    values = {"at_risk": rules.at_risk, "harmed": rules.harmed, "score": Fraction(least, whole)}
    if least == most:
        sentence = N_(
            "The harms found weigh {score} of all; from {at_risk} on a family is at risk, from {harmed} harmed."
        )
        return message(sentence, **values)
    sentence = N_(
        "The harms known weigh {score} of all and with the open answers at most {most}; "
        "from {at_risk} on a family is at risk, from {harmed} harmed."
    )
    return message(sentence, most=Fraction(most, whole), **values)


def critical_sentence(stratification: Stratification, place: int) -> Message | None:
    """The harms that are reason enough for focused help by themselves."""
    found = stratification.levels("least")[:, place] >= stratification.critical_from
    if not found.any():
        return None
    return message(
        N_("This alone is reason enough for focused help now: {indicators}."),
        indicators=_labels_at(stratification, np.flatnonzero(found)),
    )


def domain_sentence(stratification: Stratification, place: int, domain: str) -> Message:
    """One domain by itself: its level, and the harms known in it."""
    best, worst = (int(stratification.domain_count(domain, case)[0].level[place]) for case in ("least", "most"))
    part = stratification.domain_slices[domain]
    rows = np.flatnonzero(_is_deprived(stratification, place)[part]) + part.start
    values: dict[str, Any] = {
        "domain": stratification.indicators.domain_labels[domain],
        "level": level_word(best)
        if best == worst
        else message(N_("open between {best} and {worst}"), best=level_word(best), worst=level_word(worst)),
    }
    if len(rows):
        indicators = _labels_at(stratification, rows)
        return message(N_("{domain}: {level}. Found here: {indicators}."), **values, indicators=indicators)
    if _matters(stratification, place)[part].any():
        return message(N_("{domain}: {level}. No harm is known here so far."), **values)
    return message(N_("{domain}: {level}. No harm was found here."), **values)


def strengths_sentence(stratification: Stratification, place: int) -> Message | None:
    """What the family can build on; ``None`` where the catalogue lists no strengths."""
    capacities = stratification.indicators.capacities
    if not capacities:
        return None
    start = len(stratification.indicators.harms)
    levels = stratification.answers.least[start:, place].tolist()
    present = [found.label for found, level in zip(capacities, levels, strict=True) if level >= found.counts_from]
    if present:
        return message(N_("The family can build on: {strengths}."), strengths=tuple(present))
    if stratification.answers.is_open[start:, place].any():
        return message(N_("The family's strengths have not all been asked about yet; none is recorded so far."))
    return message(N_("None of the strengths that are looked at is recorded yet."))


# What would change it -------------------------------------------------------------------------------------------


def distance_sentence(stratification: Stratification, place: int) -> Message | None:
    """How many harms of usual weight lie between the family and the next level; for a score that is known whole.

    The usual weight is the median of the weights that count.  A critical harm asks for another sentence.
    """
    count = stratification.least
    if count.score[place] != stratification.most.score[place] or stratification.most.is_critical[place]:
        return None
    level = int(count.level[place])
    usual = median(weight for weight in stratification.indicators.weights if weight)
    if level == HARMED:
        # Standing on the cut-off is harmed, so one more than fits must go.
        return nmessage(
            N_("With {count} harm of usual weight less, the family would no longer be harmed."),
            N_("With {count} harms of usual weight less, the family would no longer be harmed."),
            distance(stratification, place, "harmed") // usual + 1,
        )
    more = -(distance(stratification, place, "harmed" if level == AT_RISK else "at_risk") // usual)
    # Few heavy indicators may lead past the next level.
    reached = HARMED if distance(stratification, place, "harmed") + more * usual >= 0 else level + 1
    return nmessage(
        N_("With {count} more harm of usual weight, the family would be {level}."),
        N_("With {count} more harms of usual weight, the family would be {level}."),
        more,
        level=level_word(reached),
    )


def flip_sentence(found: FlipSet | None, indicators: IndicatorSet) -> Message:
    """The smallest change for the better (:func:`hamyar.core.levels.flips.better`), known or in the worst case."""
    if found is None:
        return message(N_("This is the best level; the aim is to keep it."))
    if not found.is_possible:
        return message(
            N_("As long as these stand, the level cannot improve, and they do not change: {indicators}."),
            indicators=labels(indicators, found.blocked_by),
        )
    values = {
        "level": level_word(found.to_level),
        "indicators": labels(indicators, (change.code for change in found.changes)),
    }
    if found.case == "most":
        return nmessage(
            N_("If every open answer were bad, {count} change would bring the level “{level}”: {indicators}."),
            N_(
                "If every open answer were bad, {count} changes together would bring the level “{level}”: {indicators}."
            ),
            len(found.changes),
            **values,
        )
    return nmessage(
        N_("{count} change would bring the family to the level “{level}”: {indicators}."),
        N_("{count} changes together would bring the family to the level “{level}”: {indicators}."),
        len(found.changes),
        **values,
    )


def change_sentence(change: Change, indicators: IndicatorSet) -> Message:
    """One change of a flip set: what would have to be true, and whether that takes an answer, a while or long."""
    indicator = indicators[change.code]
    values = {"indicator": indicator.label, "goal": indicator.levels[change.to_level]}
    if change.is_open:
        return message(N_("{indicator} (an answer may be enough): {goal}"), **values)
    if change.can_change == "slowly":
        return message(N_("{indicator} (takes time): {goal}"), **values)
    return message(N_("{indicator} (can change soon): {goal}"), **values)


def edge_sentence(edge: Edge | None, indicators: IndicatorSet) -> Message | None:
    """The smallest worsening that would bring the next worse level (:func:`hamyar.core.levels.flips.worse`)."""
    if edge is None or edge.nearest is None:
        return None
    changes = edge.nearest.changes
    return nmessage(
        N_("What to watch: {count} more harm could bring the level “{level}”, first of all: {indicators}."),
        N_("What to watch: {count} more harms could bring the level “{level}”, first of all: {indicators}."),
        len(changes),
        level=level_word(edge.nearest.to_level),
        indicators=labels(indicators, (change.code for change in changes)),
    )


# What is still open ---------------------------------------------------------------------------------------------

ASK: Mapping[str, str] = {
    "known": N_("Check once more: {question}"),
    "does_not_apply": N_("Check whether this concerns the family: {question}"),
    "not_asked": N_("Ask: {question}"),
    "not_known": N_("Asked before and not known; ask again, or ask somebody else: {question}"),
    "out_of_date": N_("The last answer is too old; ask again: {question}"),
    "disputed": N_("Two helpers answered differently; ask together: {question}"),
    "partly_known": N_("Answered for some members only; ask for the others: {question}"),
    "not_computable": N_("Facts are missing that this is computed from; record them: {question}"),
    "unclear_whom": N_("An age or another fact about a member is missing; record it, then ask: {question}"),
}


def ask_next_sentence(stratification: Stratification, place: int, code: str) -> Message:
    """What to do about one open indicator, with its question; raises ``IndicatorUnknown``."""
    indicators = stratification.indicators
    question = indicators[code].question
    state = STATES[stratification.answers.state[indicators.codes.index(code), place]]
    return message(ASK[state], question=question)


def incomplete_sentences(unanswered: int, unreasoned: int) -> list[Message]:
    """What an assessment still lacks, by the columns of the same names; nothing where it is complete."""
    sentences = []
    if unanswered:
        sentences.append(
            nmessage(N_("{count} question has no answer yet."), N_("{count} questions have no answer yet."), unanswered)
        )
    if unreasoned:
        sentences.append(
            nmessage(
                N_("{count} serious answer still lacks the helper's reason."),
                N_("{count} serious answers still lack the helper's reason."),
                unreasoned,
            )
        )
    return sentences


def second_look_sentence(chance: float | Fraction) -> Message:
    """That a level stands near an edge, with the chance that it is right; for where a second look is due."""
    return message(
        N_("Take a second look: of 100 families with such answers, about {count} truly have this level."),
        count=round(100 * chance),
    )


def agreement_warning(indicators: IndicatorSet, codes: Sequence[str]) -> Message | None:
    """The indicators of a dossier on which helpers often disagree."""
    if not codes:
        return None
    return message(
        N_("Helpers often answer this differently, so read it with care: {indicators}."),
        indicators=labels(indicators, codes),
    )


# From one time to another ---------------------------------------------------------------------------------------


def transition_sentence(
    start: Month, end: Month, before: str, after: str, through: Sequence[BilingualText] = ()
) -> Message:
    """How a level changed between two months and through which indicators; ``before`` and ``after`` are its words."""
    months = {"start": start, "end": end}
    if UNDETERMINED in (before, after):
        return message(N_("The levels of {start} and {end} cannot be compared: one of them is still open."), **months)
    values: dict[str, Any] = {**months, "before": level_word(before), "after": level_word(after)}
    step = LEVELS.index(after) - LEVELS.index(before)
    if step == 0:
        return message(N_("The family is {after}, in {end} as in {start}."), **months, after=values["after"])
    if not through:
        if step < 0:
            return message(N_("From {start} to {end} the family improved from {before} to {after}."), **values)
        return message(N_("From {start} to {end} life became harder for the family: {before}, now {after}."), **values)
    values["indicators"] = tuple(through)
    sentence = (
        N_("From {start} to {end} the family improved from {before} to {after}, through: {indicators}.")
        if step < 0
        else N_(
            "From {start} to {end} life became harder for the family: {before}, now {after}, through: {indicators}."
        )
    )
    return message(sentence, **values)


def kept_sentence(is_kept: bool | None, follow_up: Month) -> Message:
    """Whether an improved level held at the follow-up; ``None`` where that is not known yet."""
    if is_kept is None:
        return message(N_("Whether the better level holds will show at the follow-up of {month}."), month=follow_up)
    if is_kept:
        return message(N_("The better level still held in {month}."), month=follow_up)
    return message(N_("The better level did not hold until {month}; ask what the family needs now."), month=follow_up)


# What the sentences are made from -------------------------------------------------------------------------------


def _is_deprived(stratification: Stratification, place: int) -> np.ndarray:
    """In which harms the family is known to be deprived; one column, so that a page is quick in any centre."""
    return stratification.levels("least")[:, place] >= stratification.counts_from


def _matters(stratification: Stratification, place: int) -> np.ndarray:
    """The harms of which it is open whether they count, or whether they are critical."""
    least, most = (stratification.levels(case)[:, place] for case in ("least", "most"))
    bounds = (stratification.counts_from, stratification.critical_from)
    return np.logical_or.reduce([(least < bound) & (most >= bound) for bound in bounds])


def _labels_at(stratification: Stratification, rows: np.ndarray) -> tuple[BilingualText, ...]:
    return labels(stratification.indicators, (stratification.indicators.codes[row] for row in rows))


def _heaviest_domain(stratification: Stratification, place: int) -> BilingualText | None:
    """The domain whose known harms weigh most; of equals the first of the catalogue, ``None`` where none weighs."""
    parts = stratification.weights.parts * _is_deprived(stratification, place)
    sums = {domain: int(parts[part].sum()) for domain, part in stratification.domain_slices.items()}
    heaviest = max(sums, key=lambda domain: sums[domain])
    return stratification.indicators.domain_labels[heaviest] if sums[heaviest] else None
