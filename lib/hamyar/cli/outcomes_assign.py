"""What ``hamyar assign`` says: each family and its helper, each helper and his families, and who waits; codes only."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hamyar.core.assignment.costs import COSTS
from hamyar.core.assignment.month import ASK_FIRST, MOVES, NO_PLAN, STAYS
from hamyar.core.assignment.month_rows import why_ended
from hamyar.core.assignment.reasons import RULE_NAMES
from hamyar.core.assignment.words import moves_told, next_best, part_name, why
from hamyar.core.jalali import day_to_iso
from hamyar.core.message import N_, Message, message, nmessage

if TYPE_CHECKING:
    from hamyar.batch.assigning import AssignmentSummary
    from hamyar.core.assignment.month import AssignmentOfMonth


def of_assignment(summary: "AssignmentSummary") -> Iterator[Message]:
    """The plan: families, helpers, what moves, what waits, what a manager must know, and what was recorded."""
    found = summary.found
    families = found.families
    yield message(
        N_("{month}: the year of help from {first} to {last}."),
        month=found.month,
        first=day_to_iso(found.first_day),
        last=day_to_iso(found.last_day),
    )
    if (families["state"] != STAYS).any():
        yield message(N_("A cost is no money: it weighs what speaks against a helper, in minutes of travel."))
    for row in families.itertuples():
        yield from _of_family(found, str(row.Index))
    yield from _of_helpers(found)
    moved = int((families["state"] == MOVES).sum())
    if moved or (len(families) and not found.new_ids):
        yield from moves_told(found.assignment, moved - len(found.assignment.moves))
    yield from found.notes
    yield from of_waiting(found)
    if not len(families):
        yield message(N_("No family needs a helper in {month}."), month=found.month)
        return
    if found.assignment.is_optimal:
        # What is not proven the best is told by a note of the plan itself, with the gap.
        said = N_("The plan is the best there is; it costs {objective}.")
        yield message(said, objective=found.assignment.objective)
    yield _what_was_recorded(summary)


def of_no_assignment(summary: "AssignmentSummary") -> Iterator[Message]:
    """Why there is no plan, what else to know, and who waits."""
    found = summary.found
    yield message(N_("{month}: no plan is possible, and nothing was recorded."), month=found.month)
    yield from found.reasons
    yield from found.notes
    yield from of_waiting(found)


def _of_family(found: "AssignmentOfMonth", family_id: str) -> Iterator[Message]:
    row: Any = found.families.loc[family_id]
    values = {"family": family_id, "helper": str(row["helper_id"])}
    if row["state"] == STAYS:
        yield message(N_("Family {family} stays with helper {helper}."), **values)
        return
    if row["state"] == MOVES:
        said = N_("Family {family} moves from helper {before} to helper {helper}.")
        before = str(row["former_helper_id"])
        yield message(said, **values, before=before)
        yield why_ended(found.assignment, family_id, before)
    if row["cost"]:
        largest = max(COSTS, key=lambda part: int(row[f"{part}_cost"]))
        yield message(
            N_("Family {family} goes to helper {helper}: cost {cost}, most of it for {part} ({most})."),
            **values,
            cost=int(row["cost"]),
            part=part_name(found.assignment, family_id, largest),
            most=int(row[f"{largest}_cost"]),
        )
    else:
        yield message(N_("Family {family} goes to helper {helper}; nothing speaks against it."), **values)
    # Between the cost, told above, and the next best: who chose, and what was knowingly set aside.
    yield from why(found.assignment, family_id)[1:-1]
    yield next_best(row)


def _of_helpers(found: "AssignmentOfMonth") -> Iterator[Message]:
    bounds = found.rules.assignment
    for row in found.helpers.itertuples():
        if row.families:
            yield nmessage(
                N_("Helper {helper}: {count} family of {least} to {places}, load {load}."),
                N_("Helper {helper}: {count} families of {least} to {places}, load {load}."),
                int(row.families),
                helper=str(row.Index),
                least=bounds.least,
                places=int(row.places),
                load=int(row.load),
            )
        elif row.may_not:
            rules = [Message(RULE_NAMES[name]) for name in row.may_not.split()]
            yield message(N_("Helper {helper} may carry none; missing: {rules}."), helper=str(row.Index), rules=rules)
        else:
            yield message(
                N_("Helper {helper}: no family; {places} places are free."),
                helper=str(row.Index),
                places=int(row.places),
            )


def of_waiting(found: "AssignmentOfMonth") -> Iterator[Message]:
    """The families that wait for a helper, and for what."""
    waiting = found.waiting
    without = waiting.loc[waiting["why"] == NO_PLAN, "family_id"].tolist()
    if without:
        yield nmessage(
            N_("{count} harmed family waits for a helper: {families}."),
            N_("{count} harmed families wait for a helper: {families}."),
            len(without),
            families=without,
        )
    for row in waiting[waiting["why"] == ASK_FIRST].itertuples():
        yield nmessage(
            N_("Family {family} waits: it may be harmed, and {count} answer is open. Ask first."),
            N_("Family {family} waits: it may be harmed, and {count} answers are open. Ask first."),
            int(row.open_answers),
            family=str(row.family_id),
        )


def _what_was_recorded(summary: "AssignmentSummary") -> Message:
    if summary.is_dry_run:
        return nmessage(
            N_("Nothing was recorded; without --dry-run {count} row would be."),
            N_("Nothing was recorded; without --dry-run {count} rows would be."),
            len(summary.found.records),
        )
    recorded = summary.recorded
    if not recorded.inserted + recorded.corrected:
        return message(N_("All of it was recorded before; nothing is new."))
    return message(
        N_("Recorded: {inserted} new rows, {corrected} that end earlier or change."),
        inserted=recorded.inserted,
        corrected=recorded.corrected,
    )
