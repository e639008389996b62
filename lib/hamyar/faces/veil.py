"""What is never printed by its name.

A dossier lies at home, where the person who does harm may read it.  So the indicators that the catalogue marks
``screen_only`` (violence, addiction, a child's work …) are veiled on paper: they count as they count everywhere,
and every sentence and table calls them "a private matter".  Their words, the helper's reason and the member concerned
stay on the screen of the helper, who opens ``stratification.ipynb`` alone.

Veiling gives the catalogue other words and leaves its codes, so whatever writes sentences from it can name nothing.
"""

from dataclasses import replace

from hamyar.core.documents import BilingualText
from hamyar.core.levels.indicators import Indicator, IndicatorSet
from hamyar.core.levels.stratification import Stratification
from hamyar.core.message import N_, Message, message
from hamyar.words import say

PRIVATE = message(N_("a private matter"))
PRIVATE_QUESTION = message(N_("A private question; it stands on the screen and is asked alone."))
PRIVATE_MEANING = message(N_("Told on the screen only."))
PRIVATE_HELP = message(N_("Help in a private matter"))


def _in_both(sentence: Message) -> BilingualText:
    return BilingualText(fa=say(sentence, "fa"), en=say(sentence, "en"))


def _veiled(indicator: Indicator) -> Indicator:
    if not indicator.screen_only:
        return indicator
    meaning = _in_both(PRIVATE_MEANING)
    words = {
        "label": _in_both(PRIVATE),
        "question": _in_both(PRIVATE_QUESTION),
        "levels": dict.fromkeys(indicator.levels, meaning),
    }
    return indicator.model_copy(update=words)


def veiled_set(indicators: IndicatorSet) -> IndicatorSet:
    """The same indicators in the same order, the private ones under their veil."""
    harms = tuple(replace(harm, indicator=_veiled(harm.indicator)) for harm in indicators.harms)
    return replace(indicators, harms=harms, capacities=tuple(map(_veiled, indicators.capacities)))


def veiled(stratification: Stratification) -> Stratification:
    """The same levels, told with veiled words."""
    return stratification.under(stratification.level_rules, veiled_set(stratification.indicators))
