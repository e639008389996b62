"""Why a family's month came out as it did, in sentences a helper can read to the family.

Every sentence is made from the assessment and carries its numbers as typed values;
:mod:`hamyar.words` says it in Persian or English.  Nothing is asserted that the assessment leaves unknown:
where the gap is not known the sentence says what is proved, and :func:`ask_next` lists what would settle it.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from hamyar.core.documents import in_language
from hamyar.core.economy.balance import INFLOW_PARTS, money, monthly_amounts
from hamyar.core.economy.bridge import BRIDGE_PARTS
from hamyar.core.jalali import Month
from hamyar.core.labels import PARTS
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.parameters import DatedValue
from hamyar.core.rial import Money, currency_of
from hamyar.core.tables import CATEGORIES, CENTRE_AID, OUTFLOWS

TRACE_COLUMNS = ("category", "item", "amount_money", "recall", "monthly_money", "effect_money", "source")


@dataclass(frozen=True)
class FamilyMonth:
    """One family's row of an assessment, with what sentences about it need."""

    row: pd.Series
    month: Month
    currency: str

    def money(self, column: str) -> Money:
        return Money(int(self.row[column]), currency_of(self.currency))

    def known(self, *columns: str) -> bool:
        return not self.row[list(columns)].isna().any()


def gap_sentence(family: FamilyMonth) -> Message:
    """The month's result: a gap, no gap, or what can be said while something is untold."""
    row = family.row
    if not family.known("gap_before_aid_money"):
        return _open_gap_sentence(family)
    if row["gap_before_aid_money"] > 0:
        return (
            message(
                N_("In {month} the family spent {outflow} and had {inflow}: {gap} were missing."),
                month=family.month,
                outflow=family.money("outflow_money"),
                inflow=family.money("inflow_money"),
                gap=family.money("gap_before_aid_money"),
            )
            if family.known("inflow_money", "outflow_money")
            else _open_gap_sentence(family)
        )
    if family.known("surplus_money"):
        return message(
            N_("In {month} the family’s means covered its spending, with {surplus} to spare."),
            month=family.month,
            surplus=family.money("surplus_money"),
        )
    return message(N_("In {month} the means already told cover all spending: there is no gap."), month=family.month)


def _open_gap_sentence(family: FamilyMonth) -> Message:
    least, most = family.row["gap_at_least_money"], family.row["gap_at_most_money"]
    if least > 0:
        return message(
            N_("The gap of {month} is not known yet. What was told proves at least {least}."),
            month=family.month,
            least=family.money("gap_at_least_money"),
        )
    if not pd.isna(most):
        return message(
            N_("The gap of {month} is not known yet. What was told proves that it is at most {most}."),
            month=family.month,
            most=family.money("gap_at_most_money"),
        )
    return message(N_("The gap of {month} is not known: too little has been told."), month=family.month)


def aid_sentence(family: FamilyMonth) -> Message | None:
    """What this centre gave and what is still open; nothing where it gave nothing."""
    if not family.known("centre_aid_money"):
        return message(N_("An entry of this centre’s aid in {month} has no amount yet."), month=family.month)
    if family.row["centre_aid_money"] == 0:
        return None
    if not family.known("gap_after_aid_money"):
        return message(
            N_("This centre gave {aid}; what is still uncovered is not known yet."),
            aid=family.money("centre_aid_money"),
        )
    return message(
        N_("This centre gave {aid}; {left} are still uncovered."),
        aid=family.money("centre_aid_money"),
        left=family.money("gap_after_aid_money"),
    )


def path_sentence(family: FamilyMonth) -> Message:
    """Where the family stands on its path."""
    row = family.row
    if pd.isna(row["plan_month"]) or row["plan_month"] > family.month.code:
        return message(N_("The family has no economy plan yet."))
    began = Month.from_code(row["plan_month"])
    if pd.isna(row["baseline_gap_money"]):
        return message(
            N_("The plan began in {began}, but the gap of that month was never known; the path cannot be drawn."),
            began=began,
        )
    if row["baseline_gap_money"] == 0:
        if pd.isna(row["is_on_track"]) or row["is_on_track"]:
            return message(N_("The plan began in {began} without a gap; the aim is to keep it so."), began=began)
        return message(
            N_("The plan began in {began} without a gap; now {gap} are missing."),
            began=began,
            gap=family.money("gap_before_aid_money"),
        )
    if pd.isna(row["is_on_track"]):
        return message(
            N_("The path asks for a gap of at most {target} now; whether it is met will show when the month is known."),
            target=family.money("target_gap_money"),
        )
    sentence = (
        N_("On track: the plan of {began} asks for at most {target} by now, and the gap is {gap}.")
        if row["is_on_track"]
        else N_("Behind: the plan of {began} asks for at most {target} by now, and the gap is {gap}.")
    )
    return message(
        sentence,
        began=began,
        target=family.money("target_gap_money"),
        gap=family.money("gap_before_aid_money"),
    )


def real_path_sentence(family: FamilyMonth) -> Message | None:
    """The same in prices of the plan's first month, so that inflation does not count as success or failure."""
    row = family.row
    if pd.isna(row["is_on_track"]) or row["baseline_gap_money"] == 0:
        return None
    if pd.isna(row["real_gap_money"]):
        return message(N_("In constant prices nothing can be said: the price index of these months is not recorded."))
    sentence = (
        N_("In prices of {began} the gap is {gap}: in real terms the path is kept.")
        if row["is_on_track_real"]
        else N_("In prices of {began} the gap is {gap}: in real terms the path is not kept.")
    )
    return message(sentence, began=Month.from_code(row["plan_month"]), gap=family.money("real_gap_money"))


def main_inflow_sentence(family: FamilyMonth) -> Message:
    """Where most of the known money came from."""
    known = {
        name: int(amount) for name in INFLOW_PARTS if not pd.isna(amount := family.row[money(name)]) and amount > 0
    }
    if not known and family.known("inflow_money"):
        return message(N_("In {month} nothing came in."), month=family.month)
    if not known:
        return message(N_("Where the money of {month} came from is not known."), month=family.month)
    largest = max(known, key=lambda name: known[name])
    return message(
        N_("The largest known amount that came in was: {category}, {amount}."),
        category=message(PARTS[largest]),
        amount=Money(known[largest], currency_of(family.currency)),
    )


def shares_sentence(family: FamilyMonth) -> Message:
    """The largest known share of the spending."""
    if family.known("outflow_money") and family.row["outflow_money"] == 0:
        return message(N_("In {month} nothing was spent."), month=family.month)
    told = {name: family.row[money(name)] for name in OUTFLOWS}
    known = {name: int(amount) for name, amount in told.items() if not pd.isna(amount) and amount > 0}
    if not family.known("outflow_money"):
        known = {}
    if not known:
        return message(N_("How the spending divides is not known for {month}."), month=family.month)
    largest = max(known, key=lambda name: known[name])
    return message(
        N_("Of every hundred that was spent, {share} went to: {category}."),
        share=round(100 * known[largest] / int(family.row["outflow_money"])),
        category=message(PARTS[largest]),
    )


def no_suggestion_sentence(family: FamilyMonth) -> Message:
    """Why no amount is suggested: the gap is unknown, or the centre's budget is."""
    if family.known("gap_before_aid_money") and not family.known("gap_after_aid_money"):
        return message(N_("No aid can be suggested: an entry of this centre’s own aid has no amount."))
    if not family.known("gap_after_aid_money"):
        return message(N_("No aid can be suggested before the gap is known."))
    return message(N_("No aid can be suggested: the centre’s budget for {month} is not recorded."), month=family.month)


def bridge_sentence(bridge: pd.Series, start: Month, end: Month, currency: str) -> Message:
    """How the gap changed between two months and the one part that moved it most."""
    if pd.isna(bridge["change_money"]):
        return message(
            N_("The gaps of {start} and {end} cannot be compared: one of them is not known."), start=start, end=end
        )
    change = int(bridge["change_money"])
    if change == 0:
        return message(N_("The gap is the same in {end} as in {start}."), start=start, end=end)
    parts = {name: bridge[money(name)] for name in BRIDGE_PARTS if not pd.isna(bridge[money(name)])}
    same_way = {name: int(part) for name, part in parts.items() if int(part) * change > 0}
    values: dict[str, Any] = {"start": start, "end": end, "change": Money(abs(change), currency_of(currency))}
    if not same_way:
        sentence = N_("From {start} to {end} the gap grew by {change}.")
        return message(sentence if change > 0 else N_("From {start} to {end} the gap fell by {change}."), **values)
    main = max(same_way, key=lambda name: abs(same_way[name]))
    values["part"] = message(PARTS[main])
    sentence = (
        N_("From {start} to {end} the gap grew by {change}, most of all through: {part}.")
        if change > 0
        else N_("From {start} to {end} the gap fell by {change}, most of all through: {part}.")
    )
    return message(sentence, **values)


def nothing_told_sentence(month: Month) -> Message:
    """That a month has no record at all."""
    return message(N_("Nothing has been told of {month} yet."), month=month)


def no_bridge_sentence(month: Month) -> Message:
    """Why a month is compared with none before it."""
    return message(N_("No earlier month with a known gap is recorded to compare {month} with."), month=month)


def ask_next(unknown_facts: str) -> list[Message]:
    """What to ask the family, one line for each category that would settle the gap."""
    lines = []
    for name in unknown_facts.split():
        if name in CENTRE_AID:
            sentence = N_("Look up in this centre’s ledger the amount of: {category}.")
            lines.append(message(sentence, category=message(PARTS[name])))
            continue
        spent = name in OUTFLOWS or name == "undivided_outflow"
        sentence = N_("Ask what was spent on: {category}.") if spent else N_("Ask what came in as: {category}.")
        lines.append(message(sentence, category=message(PARTS[name])))
    return lines


def trace_of_gap(flows: pd.DataFrame, week_rule: str) -> pd.DataFrame:
    """The facts behind one family's gap of a month, line by line: the why that can be checked by hand.

    ``effect_money`` is what each line adds to the gap before aid (outflows positive, inflows negative, this centre's
    aid zero), so the known effects sum to outflows less inflows.
    """
    lines = flows.assign(monthly_money=monthly_amounts(flows, week_rule))
    spent = lines["category"].isin([*OUTFLOWS, "undivided_outflow"])
    aid = lines["category"].isin(CENTRE_AID)
    sign = pd.Series(-1, index=lines.index, dtype="Int64").mask(spent, 1).mask(aid, 0)
    lines["effect_money"] = lines["monthly_money"] * sign
    order = {name: place for place, name in enumerate(CATEGORIES)}
    lines = lines.sort_values("line", kind="stable").sort_values(
        "category", key=lambda names: names.astype("str").map(order), kind="stable"
    )
    return lines[list(TRACE_COLUMNS)].reset_index(drop=True)


def provisional_sentence(found: DatedValue, language: str) -> Message:
    """A used value that nobody has confirmed."""
    return message(
        N_("The value used for “{label}” is provisional. Source: {source}"),
        label=found.label.in_language(language),
        source=in_language(found.source, language),
    )


def centre_sentence(results: pd.DataFrame, month: Month) -> Message:
    """How many families, how many with a gap, how many still unknown."""
    gaps = results["gap_before_aid_money"]
    return nmessage(
        N_("In {month} the centre has {count} family: {open} with a gap, {closed} without, {unknown} not known yet."),
        N_("In {month} the centre has {count} families: {open} with a gap, {closed} without, {unknown} not known yet."),
        len(results),
        month=month,
        open=int((gaps > 0).sum()),
        closed=int((gaps == 0).sum()),
        unknown=int(gaps.isna().sum()),
    )
