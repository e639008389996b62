"""How sentences and refusals travel: as their key and their typed values.

So each end says them in its own language, and a refusal comes out as the same exception as it went in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hamyar.core.documents import BilingualText
from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import Message
from hamyar.core.rial import Money, currency_of
from hamyar.store.submission import ShownDifference, ShownFault, SubmitConflict, SubmitRefused
from hamyar.store.wire import WireInvalid

_TAG = "$"


def value_to_wire(value: Any) -> Any:
    """A value of a sentence: plain values as they are, others with the name of their kind."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Month():
            return {_TAG: "month", "value": str(value)}
        case Money():
            return {_TAG: "money", "value": value.amount, "currency": value.currency.code}
        case Fraction():
            return {_TAG: "fraction", "value": str(value)}
        case Decimal():
            return {_TAG: "decimal", "value": str(value)}
        case BilingualText():
            return {_TAG: "bilingual", "value": value.model_dump()}
        case Message():
            return {_TAG: "message", "value": message_to_wire(value)}
        case HamyarError():
            return {_TAG: "message", "value": message_to_wire(value.message)}
        case list() | tuple():
            return [value_to_wire(part) for part in value]
    # numpy's numbers, paths, and whatever else a sentence would write by ``str``.
    return int(value) if hasattr(value, "__index__") else str(value)


def value_from_wire(content: Any) -> Any:
    """What :func:`value_to_wire` wrote; raises ``WireInvalid``."""
    if isinstance(content, list):
        return [value_from_wire(part) for part in content]
    if not isinstance(content, dict):
        return content
    value = content.get("value")
    match content.get(_TAG):
        case "month":
            return Month.parse(str(value))
        case "money":
            return Money(int(value or 0), currency_of(content["currency"]))
        case "fraction":
            return Fraction(str(value))
        case "decimal":
            return Decimal(str(value))
        case "bilingual":
            return BilingualText.model_validate(value)
        case "message":
            return message_from_wire(value)
    raise WireInvalid(problem="a sentence has a value of an unknown kind")


def message_to_wire(message: Message) -> dict[str, Any]:
    values = {name: value_to_wire(value) for name, value in message.values.items()}
    return {"msgid": message.msgid, "values": values, "plural": message.plural, "count": message.count}


def message_from_wire(content: Any) -> Message:
    found = content
    values = {name: value_from_wire(value) for name, value in found["values"].items()}
    return Message(found["msgid"], values, found["plural"], found["count"])


def conflict_to_wire(conflict: SubmitConflict) -> list[dict[str, Any]]:
    return [asdict(difference) for difference in conflict.differences]


def conflict_from_wire(content: Iterable[Mapping[str, Any]]) -> SubmitConflict:
    return SubmitConflict(tuple(ShownDifference(**found) for found in content))


def refusal_to_wire(refusal: SubmitRefused) -> dict[str, Any]:
    faults = [
        {"table": fault.table, "row": fault.row, "column": fault.column, "problem": message_to_wire(fault.problem)}
        for fault in refusal.faults
    ]
    return {"problem": message_to_wire(refusal.problem), "faults": faults}


def refusal_from_wire(content: Mapping[str, Any]) -> SubmitRefused:
    faults = [
        ShownFault(found["table"], found["row"], found["column"], message_from_wire(found["problem"]))
        for found in content["faults"]
    ]
    return SubmitRefused(message_from_wire(content["problem"]), tuple(faults))
