"""What pages have, whatever they are about: notices, the rules used, where it comes from, and a lost connection."""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from hamyar.core.economy.assessment import ParametersInUse
from hamyar.core.economy.explain import provisional_sentence
from hamyar.core.jalali import Month, format_day
from hamyar.core.message import N_, Message, message
from hamyar.core.parameters import DatedValue
from hamyar.faces.blocks import Block, Field, Notice, Provenance, Table
from hamyar.faces.labels import label
from hamyar.faces.sources import Origin
from hamyar.words import Words

if TYPE_CHECKING:
    from hamyar.faces.widgets.connection import Connection


class Several(Block):
    """Blocks one below the other, where a page needs more than one answer to one question."""

    def __init__(self, blocks: list[Block]) -> None:
        self.blocks = blocks

    def context(self) -> dict[str, Any]:
        """Nothing of its own: each block fills its own template."""
        return {}

    def _repr_html_(self) -> str:
        return Markup("\n").join(Markup(block._repr_html_()) for block in self.blocks)  # noqa: S704 - made of blocks


def notices(is_synthetic: bool, rules: ParametersInUse, words: Words) -> Block:
    """Invented data first, then each value that nobody has confirmed and each that is missing, once."""
    found: list[Block] = []
    if is_synthetic:
        found.append(
            Notice("synthetic", message(N_("No family on this page exists. The data were made by a program.")), words)
        )
    seen: dict[str, Message] = {}
    for value in rules.provisional:
        seen.setdefault(value.name, provisional_sentence(value, words.language))
    found += [Notice("provisional", sentence, words) for sentence in seen.values()]
    absent = sorted({absence.message.values["name"] for absence in rules.missing.values()})
    found += [Notice("warning", missing_sentence(name, rules, words), words) for name in absent]
    return Several(found)


def missing_sentence(name: str, rules: ParametersInUse, words: Words) -> Message:
    """A parameter without a value for a month that needed one."""
    return message(
        N_("“{label}” has no value for this month, so everything that needs it stays unknown."),
        label=rules.label(name).in_language(words.language),
    )


def connection(words: Words, *, is_served: bool) -> "Block | Connection":
    """What tells that the page has lost its kernel, for a page with a field or button that asks the kernel.

    Only a served page has it: Lab says by itself what its kernel does, and paper has none.
    The form's page has its panel for it, and folding and links need no kernel.
    """
    if not is_served:
        return Several([])
    # Most pages are paper, and widgets take a while to load.
    from hamyar.faces.widgets.connection import Connection

    return Connection(language=words.language)


def rules_table(rules: ParametersInUse, words: Words) -> Table:
    """Each parameter used: its value, since when it holds, whether it is confirmed, and its source."""
    latest = {found.name: found for found in sorted(rules.used.values(), key=lambda found: found.since)}
    rows = [
        {
            "label": found.label.in_language(words.language),
            "value": _written(found, words),
            "since": format_day(found.since, words.language),
            "status": found.status,
        }
        for found in sorted(latest.values(), key=lambda found: found.name)
    ]
    fields = [
        Field("label", words(N_("Rule"))),
        Field("value", words(N_("Value"))),
        Field("since", words(N_("Since"))),
        Field("status", words(N_("Status")), "code"),
    ]
    return Table(pd.DataFrame(rows, columns=[field.name for field in fields]), fields, words, is_dense=True)


def _written(found: DatedValue, words: Words) -> str:
    """A parameter's value for a reader: money with its unit, a share as per cent, a choice by its name."""
    value = found.value
    if found.unit == "rial":
        return words.money(value)
    if isinstance(value, Fraction):
        exact = Decimal(value.numerator) / value.denominator
        return words.share(value) if found.unit == "share" else words.number(exact, 2)
    return label(value, words) if isinstance(value, str) else words.number(value)


def provenance(origin: Origin, month: Month, words: Words) -> Provenance:
    """The small print: which facts, rules and code made this page."""
    return Provenance(
        {
            "month": month,
            "data_hash": origin.data_hash,
            "parameter_hash": origin.parameter_hash,
            "code_version": origin.code_version,
            "run_id": origin.run_id,
        },
        words,
    )
