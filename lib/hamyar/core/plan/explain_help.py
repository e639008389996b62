"""Which help a family is offered and why, in sentences a helper can read to the family.

They follow :mod:`hamyar.core.levels.explain_family`, of which they are a part: typed values, names in both languages,
and where a level is still open, what each outcome would bring.
"""

from collections.abc import Sequence

from hamyar.core.levels.explain_family import labels, level_word
from hamyar.core.levels.indicators import IndicatorSet
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message
from hamyar.core.plan.help import ASK_FIRST, FOCUSED, Proposal, kind_of_help


def help_sentence(stratification: Stratification, place: int) -> Message:
    """Which kind of help is the family's, and why; where that is open, what each outcome would bring."""
    best, worst = int(stratification.least.level[place]), int(stratification.most.level[place])
    kind = kind_of_help(stratification, place)
    if kind == ASK_FIRST:
        return message(
            N_(
                "Ask first: if the family turns out to be harmed, a helper stands by it with focused help; "
                "if not, general help is open to it. Until then it is refused nothing."
            )
        )
    if kind == FOCUSED:
        return message(N_("Because the family is harmed, a helper stands by it with focused help."))
    if best != worst:
        sentence = N_("Whether the family is {best} or {worst}, general help is open to it.")
        return message(sentence, best=level_word(best), worst=level_word(worst))
    return message(N_("Because the family is {level}, general help is open to it."), level=level_word(best))


def proposal_sentence(found: Proposal, indicators: IndicatorSet) -> Message:
    """One programme, its means, what calls for it, and whether an expert or an answer is needed first."""
    values = {
        "programme": found.programme.label,
        "means": found.means,
        "indicators": labels(indicators, (call.code for call in found.calls)),
    }
    sentence = (
        message(N_("{programme} ({means}, with an expert), because of: {indicators}."), **values)
        if found.programme.needs_expert
        else message(N_("{programme} ({means}), because of: {indicators}."), **values)
    )
    if found.when == "if_harmed":
        return message(N_("If the family turns out to be harmed: {proposal}"), proposal=sentence)
    if found.when == "if_not_harmed":
        return message(N_("If the family turns out not to be harmed: {proposal}"), proposal=sentence)
    return sentence


def unanswered_sentence(indicators: IndicatorSet, codes: Sequence[str]) -> Message | None:
    """The harms that no programme of the centre answers (:func:`hamyar.core.plan.help.unanswered_harms`)."""
    if not codes:
        return None
    return message(
        N_("No programme of the centre answers this yet; think of kin, neighbours and other bodies: {indicators}."),
        indicators=labels(indicators, codes),
    )
