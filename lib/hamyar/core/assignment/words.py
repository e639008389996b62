"""Why this helper: what a family's row in an assignment says, as sentences."""

from typing import Any

from hamyar.core.assignment.assign import Assignment
from hamyar.core.assignment.costs import COSTS
from hamyar.core.assignment.reasons import RULE_NAMES
from hamyar.core.message import N_, Message, message, nmessage

PART_NAMES = {
    "area": N_("another area"),
    "skill": N_("skills the family needs and the helper lacks"),
    "travel": N_("the way"),
    "continuity": N_("another helper last year"),
    "wish": N_("a wish for a woman not yet asked about"),
}
WISH_OF_OTHERS = N_("a wish for a woman, which binds for women heads only")


def part_name(assignment: Assignment, family_id: str, part: str) -> Message:
    """The name of one part of a family's cost."""
    situation = assignment.situation
    is_preferred = part == "wish" and situation.prefers_woman[int(situation.family_ids.get_loc(family_id))]
    return Message(WISH_OF_OTHERS if is_preferred else PART_NAMES[part])


def why(assignment: Assignment, family_id: str) -> list[Message]:
    """Why the family has this helper: what speaks against him by its parts, who is next, and who chose."""
    row: Any = assignment.families.loc[family_id]
    helper = str(row["helper_id"])
    told = [
        message(N_("{name}: {cost}"), name=part_name(assignment, family_id, part), cost=int(row[f"{part}_cost"]))
        for part in COSTS
        if row[f"{part}_cost"]
    ]
    if told:
        said = N_("Helper {helper} costs {cost} in minutes of travel: {parts}.")
        sentences = [message(said, helper=helper, cost=int(row["cost"]), parts=told)]
    else:
        sentences = [message(N_("Nothing speaks against helper {helper}."), helper=helper)]
    if row["is_chosen"]:
        sentences.append(message(N_("Helper {helper} was chosen by hand."), helper=helper))
    if broken := str(row["broken_rules"]).split():
        rules = [Message(RULE_NAMES[name]) for name in broken]
        sentences.append(message(N_("This was done knowingly against a rule: {rules}."), rules=rules))
    return [*sentences, next_best(row)]


def next_best(row: Any) -> Message:
    """The next best helper of a family, by its row, and what he would cost the whole plan more."""
    if row.isna()["next_helper_id"]:
        return message(N_("No other helper is possible in this plan."))
    values = {"helper": str(row["next_helper_id"]), "extra": abs(int(row["next_extra_cost"]))}
    if row["next_extra_cost"] == 0:
        return message(N_("With helper {helper} the whole plan would cost no more."), helper=values["helper"])
    if row["next_extra_cost"] < 0:
        return message(N_("With helper {helper} the whole plan would cost {extra} less."), **values)
    said = N_("The next best known is helper {helper}: the whole plan would cost {extra} more at most.")
    if row["next_is_exact"]:
        said = N_("The next best is helper {helper}: the whole plan would cost {extra} more.")
    return message(said, **values)


def moves_told(assignment: Assignment, gone: int = 0) -> list[Message]:
    """What a re-assignment changes: how many had to move, how many were chosen for, and how many move for the plan.

    ``gone`` counts families whose helper is not among the helpers any more.
    """
    moves = assignment.moves
    forced, by_hand = int(moves["is_forced"].sum()) + gone, int(moves["is_chosen"].sum())
    sentences = []
    if forced:
        sentences.append(
            nmessage(
                N_("{count} family cannot stay with its helper and goes to another."),
                N_("{count} families cannot stay with their helpers and go to others."),
                forced,
            )
        )
    if by_hand:
        sentences.append(
            nmessage(
                N_("{count} family goes to another helper who was chosen by hand."),
                N_("{count} families go to other helpers who were chosen by hand."),
                by_hand,
            )
        )
    if free := len(moves) - int(moves["is_forced"].sum()) - by_hand:
        sentences.append(_free_told(assignment, free))
    return sentences or [message(N_("Every family keeps its helper."))]


def _free_told(assignment: Assignment, count: int) -> Message:
    if assignment.can_all_stay:
        return nmessage(
            N_("{count} family changes its helper, which gains the plan more than {penalty}."),
            N_("{count} families change their helpers, which gains the plan more than {penalty} for each."),
            count,
            penalty=assignment.move_penalty,
        )
    rules = assignment.situation.rules
    return nmessage(
        N_("{count} family changes its helper, because not all can stay: each has {least} to {most} families or none."),
        N_(
            "{count} families change their helpers, because not all can stay: "
            "each has {least} to {most} families or none."
        ),
        count,
        least=rules.least,
        most=rules.most,
    )
