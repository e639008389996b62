"""The questions of the month: one field for every subject an indicator concerns or may concern, with why and by whom.

Whom a question concerns follows from ages, places in the household and sex as the form stands now, so a birthday that
is corrected brings questions or takes them away.  What the software computes is not asked.
"""

from collections.abc import Iterator

import pandas as pd

from hamyar.core.labels import ANSWERS, DOMAINS
from hamyar.core.levels.indicators import CAPACITY, Indicator, IndicatorSet, asks_everybody
from hamyar.core.message import N_, Message, message
from hamyar.faces.form.asked import SOURCES_OF_FACTS, Choices, People, subgroup
from hamyar.faces.form.fields import FormField, FormGroup, SectionName, in_words, observation_id
from hamyar.faces.form.rows import Overlay


def section_of(indicator: Indicator, indicators: IndicatorSet) -> SectionName:
    return "strengths" if indicator in indicators.capacities else "indicators"


def indicator_groups(indicators: IndicatorSet, section: SectionName) -> Iterator[FormGroup]:
    """The domains of harms, or the one group of strengths."""
    if section == "strengths":
        yield FormGroup(subgroup(section, CAPACITY), section, message(DOMAINS[CAPACITY]))
        return
    for domain in dict.fromkeys(harm.domain for harm in indicators.harms):
        yield FormGroup(subgroup(section, domain), section, in_words(indicators.domain_labels[domain]))


def indicator_fields(
    overlay: Overlay, indicators: IndicatorSet, details: pd.DataFrame, section: SectionName
) -> Iterator[FormField]:
    """The fields of one section; ``details`` are the answers of the form as it stands (``answer_details``)."""
    people = People(overlay)
    domain_of = {harm.code: harm.domain for harm in indicators.harms}
    known = {overlay.file.setting.family_id, *overlay.member_ids}
    for subject, code in zip(details["subject_id"], details["indicator"], strict=True):
        indicator = indicators[code]
        if indicator.computed is not None or section_of(indicator, indicators) != section or subject not in known:
            continue
        is_of_member = indicator.scope == "member"
        if is_of_member and subject == overlay.file.setting.family_id:
            # Nobody is recorded whom one could ask about.
            continue
        label = in_words(indicator.label)
        if is_of_member:
            label = message(N_("{indicator}: {who}"), indicator=indicator.label, who=people.label(subject))
        group = subgroup(section, domain_of.get(code, CAPACITY))
        private = indicator.is_sensitive or indicator.screen_only
        member = subject if is_of_member else None
        yield FormField(
            observation_id(subject, code),
            section,
            "level",
            label,
            in_words(indicator.question),
            level_choices(indicator),
            member,
            group,
            private,
        )
        yield FormField(
            observation_id(subject, code, "reason"),
            section,
            "text",
            message(N_("Why: {indicator}"), indicator=label),
            message(N_("In your own words; no names and no numbers of persons.")),
            (),
            member,
            group,
            private,
        )
        told = message(N_("Told by: {indicator}"), indicator=label)
        name = observation_id(subject, code, "source")
        yield FormField(name, section, "choice", told, None, SOURCES_OF_FACTS, member, group, private)


def level_choices(indicator: Indicator) -> Choices:
    """The levels with their meaning, then the ways of having none."""
    levels = [(str(level), in_words(meaning)) for level, meaning in sorted(indicator.levels.items())]
    others: list[tuple[str, Message]] = [("not_known", message(ANSWERS["not_known"]))]
    if not asks_everybody(indicator):
        others.append(("does_not_apply", message(ANSWERS["does_not_apply"])))
    return (*levels, *others)
