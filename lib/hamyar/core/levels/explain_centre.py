"""The levels of a whole centre in plain words: how many, how deeply, and how many are still open.

The counts are whole: a page that leaves the centre hides small ones first (:mod:`hamyar.core.publishing`)
and says these sentences only of sums that may be shown.
"""

from hamyar.core.levels.counting import LEVELS, UNDETERMINED, Poverty
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message, nmessage


def centre_levels_sentence(stratification: Stratification) -> Message:
    """How many families have each level, and for how many it is still open."""
    levels = stratification.results["level"].value_counts()
    return nmessage(
        N_("In {month} the centre has {count} family: {safe} safe, {at_risk} at risk, {harmed} harmed, {open} open."),
        N_("In {month} the centre has {count} families: {safe} safe, {at_risk} at risk, {harmed} harmed, {open} open."),
        len(stratification.family_ids),
        month=stratification.month,
        open=int(levels[UNDETERMINED]),
        **{level: int(levels[level]) for level in LEVELS},
    )


def centre_poverty_sentences(found: Poverty, at_worst: Poverty | None = None) -> list[Message]:
    """Headcount, intensity and adjusted headcount of families in plain words.

    ``found`` counts what is known; ``at_worst``, where it is given, takes every open answer as bad.
    """
    if not found.population:
        return []
    values = {"poor": found.poor, "population": found.population, "share": found.headcount}
    more = 0 if at_worst is None else at_worst.poor - found.poor
    first = (
        message(
            N_("Known to be harmed are {poor} of {population} families ({share}); {more} more may be."),
            **values,
            more=more,
        )
        if more
        else message(N_("Harmed are {poor} of {population} families ({share})."), **values)
    )
    if found.intensity is None:
        return [first]
    return [
        first,
        message(
            N_("By what is known, a harmed family carries on average {share} of the weight of all harms."),
            share=found.intensity,
        ),
        message(
            N_("Together they carry {share} of the weight there would be if every harm were in every home."),
            share=found.adjusted_headcount,
        ),
    ]
