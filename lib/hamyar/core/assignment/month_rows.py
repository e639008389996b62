"""From a plan to the rows that are to be recorded: new ones, and earlier ones that end sooner.

A row is recorded only where something changes, so a plan that is recorded already asks for nothing.
Each has its reason as a sentence; whoever records it writes it in a language.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hamyar.core.assignment.assign import Assignment
from hamyar.core.assignment.costs import broken_rules
from hamyar.core.assignment.month_families import FamiliesOfMonth
from hamyar.core.assignment.month_helpers import day_before
from hamyar.core.assignment.reasons import RULE_NAMES
from hamyar.core.message import N_, Message, message


@dataclass(frozen=True)
class Row:
    """One row of ``ASSIGNMENTS``, by column, and why it began or ended; ``None`` where the plan alone says it."""

    values: dict[str, Any]
    reason: Message | None


def rows_to_record(assignment: Assignment, families: FamiliesOfMonth) -> Iterator[Row]:
    """The rows that the plan adds to or changes in ``ASSIGNMENTS``, by family; an earlier one before its successor."""
    former = families.former
    for family_id, helper_id, is_chosen in assignment.families[["helper_id", "is_chosen"]].itertuples(name=None):
        values = {
            "family_id": family_id,
            "from_day": families.first_day,
            "helper_id": helper_id,
            "until_day": families.last_day,
            "is_chosen": "yes" if is_chosen else "no",
            "reason": None,
        }
        by_hand = message(N_("Chosen by hand.")) if is_chosen else None
        if family_id not in former.index:
            yield Row(values, by_hand)
            continue
        before = former.loc[family_id]
        if before["helper_id"] == helper_id:
            continue
        if before["from_day"] < families.first_day:
            ended = {name: before[name] for name in ("from_day", "helper_id", "is_chosen")}
            until = day_before(families.first_day)
            yield Row({**values, **ended, "until_day": until}, why_ended(assignment, family_id, before["helper_id"]))
        goes_on = message(N_("Goes on from helper {helper}."), helper=str(before["helper_id"]))
        yield Row({**values, "until_day": int(before["until_day"])}, by_hand or goes_on)


def why_ended(assignment: Assignment, family_id: str, helper_id: str) -> Message:
    """Why the family's helper until now does not go on, where the plan gives it another."""
    situation = assignment.situation
    place = int(situation.family_ids.get_loc(family_id))
    if helper_id not in situation.helper_ids:
        return message(N_("Ended early: helper {helper} is not known any more."), helper=helper_id)
    if broken := broken_rules(int(situation.broken[place, situation.helper_ids.get_loc(helper_id)])):
        rules = [Message(RULE_NAMES[name]) for name in broken]
        return message(N_("Ended early, because a rule now stands against it: {rules}."), rules=rules)
    if assignment.chosen[place] >= 0:
        return message(N_("Ended early: another helper was chosen by hand."))
    if not assignment.can_all_stay:
        bounds = situation.rules
        said = N_("Ended early: not all families could stay, for each helper has {least} to {most} of them or none.")
        return message(said, least=bounds.least, most=bounds.most)
    return message(N_("Ended early: the whole plan gains by another helper."))
