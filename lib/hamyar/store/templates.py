"""The words of a mapping file: rules for columns, templates for rows, and what makes them whole.

What they mean is told in :mod:`hamyar.store.mapping`.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from hamyar.core.documents import Closed
from hamyar.core.errors import HamyarError
from hamyar.core.persian import normal_text
from hamyar.core.rial import currency_of, unit_factor
from hamyar.core.tables import CATEGORIES, FLOWS, ITEMS, Column, Table
from hamyar.store.cells import read_cell

IN_ORDER = "in_order"
_MOST_REPEATS = 50
# What a split gives to its parts.
_OF_SPLIT = ("amount_money", "category", "item")


class Rule(Closed):
    """Where the values of one declared column come from."""

    column: str | None = None
    prefix: str = ""
    suffix: str = ""
    values: dict[str, str | None] = Field(default_factory=dict)
    calendar: Literal["jalali", "gregorian"] = "jalali"
    constant: str | None = None
    because: str | None = None
    unit: "Rule | None" = None
    is_bare: bool = Field(False, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _read_word(cls, written: Any) -> Any:
        if isinstance(written, bool):
            raise ValueError("YAML reads this word as true or false; put it in quotes")  # noqa: TRY004
        if isinstance(written, str | int):
            return {"constant": str(written), "is_bare": True}
        if isinstance(written, Mapping) and "is_bare" in written:
            raise ValueError("'is_bare' is not a key of a mapping file")
        return written

    @field_validator("column", "constant", mode="before")
    @classmethod
    def _read_text(cls, written: Any) -> Any:
        return _text(written)

    @field_validator("values", mode="before")
    @classmethod
    def _read_values(cls, written: Any) -> Any:
        if not isinstance(written, Mapping):
            return written
        words = [_text(word) for word in written]
        if not all(isinstance(word, str) and word for word in words):
            raise ValueError("put the file's word in quotes; an empty cell has no word")
        values = {word_key(word): _text(ours) for word, ours in zip(words, written.values(), strict=True)}
        if len(values) < len(written):
            raise ValueError("two of the words are the same to a reader")
        return values

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Rule":
        if (self.column is None) == (self.constant is None):
            raise ValueError("say either 'column' or 'constant'")
        if self.constant is not None and (self.prefix or self.suffix or self.values):
            raise ValueError("'prefix', 'suffix' and 'values' belong to a 'column'")
        if self.constant is not None and not (self.because or self.is_bare):
            raise ValueError("a constant needs a reason: 'because'")
        return self


def _text(written: Any) -> Any:
    if isinstance(written, bool):
        raise ValueError(f"YAML reads this word as {str(written).lower()}; put it in quotes")  # noqa: TRY004
    return normal_text(str(written)) if isinstance(written, str | int) else written


def is_in_order(name: str, rule: Rule) -> bool:
    """Whether the rule numbers the lines as they come."""
    return name == "line" and rule.is_bare and rule.constant == IN_ORDER


def word_key(word: str) -> str:
    """What two writings of one word of a file share."""
    return word.casefold()


class Repeat(Closed):
    """``n`` rows from one, numbered from ``first``; ``{n}`` in a suffix is that number."""

    column: str
    first: int = Field(1, ge=0)
    at_most: int = Field(20, ge=1, le=_MOST_REPEATS)


class Share(Closed):
    column: str
    category: str
    item: str | None = None


class Split(Closed):
    """A total and the columns that hold the shares of its parts.

    Shares are rounded in the file, so their sum may miss 1 by ``tolerance``;
    the parts sum to the total exactly all the same.
    """

    total: Rule
    tolerance: Fraction = Field(ge=0)
    shares: tuple[Share, ...] = Field(min_length=2)

    @field_validator("tolerance", mode="before")
    @classmethod
    def _read_tolerance(cls, written: Any) -> Any:
        return Fraction(str(written))


class Template(Closed):
    """One row of facts from one row of the file."""

    fields: dict[str, Rule] = Field(default_factory=dict)
    repeat: Repeat | None = None
    split: Split | None = None
    only_if_filled: str | None = None
    may_repeat: bool = False

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, written: Any) -> Any:
        return gathered(written, "fields", lambda key: key not in cls.model_fields or key == "fields")

    @property
    def columns_used(self) -> Iterator[str]:
        for rule in (*self.fields.values(), *([self.split.total] if self.split else [])):
            yield from (part.column for part in (rule, rule.unit) if part is not None and part.column is not None)
        yield from (share.column for share in (self.split.shares if self.split else ()))
        yield from (name for name in (self.repeat and self.repeat.column, self.only_if_filled) if name)


def gathered(written: Any, into: str, belongs: Callable[[str], bool]) -> Any:
    """The keys that name tables or columns, gathered under one key, so that the document may stay flat."""
    if not isinstance(written, Mapping):
        return written
    inner = {key: value for key, value in written.items() if belongs(key)}
    return {key: value for key, value in written.items() if key not in inner} | {into: inner}


# What a template must have ---------------------------------------------------------------------------------------


def require(is_right: bool, where: str, problem: str) -> None:
    if not is_right:
        raise ValueError(f"{where}: {problem}")


def as_value(read: Any, *arguments: Any) -> Any:
    """``read(*arguments)``, its refusal as the kind of error that pydantic gathers."""
    try:
        return read(*arguments)
    except HamyarError as error:
        raise ValueError(str(error)) from error


def check_template(where: str, table: Table, template: Template, currency: str | None) -> None:
    for name, rule in template.fields.items():
        require(name in table.column_names, f"{where}.{name}", f"columns are {', '.join(table.column_names)}")
        _check_rule(f"{where}.{name}", table[name], rule, currency)
    given = set(template.fields)
    if template.split is not None:
        require(table is FLOWS, f"{where}.split", "only flows can be split")
        require(given.isdisjoint(_OF_SPLIT), where, f"with 'split', leave out {', '.join(_OF_SPLIT)}")
        _check_rule(f"{where}.split.total", FLOWS["amount_money"], template.split.total, currency)
        for share in template.split.shares:
            require(share.category in CATEGORIES, f"{where}.split", f"'{share.category}' is no category")
            require(share.item is None or share.item in ITEMS, f"{where}.split", f"'{share.item}' is no item")
        given |= set(_OF_SPLIT)
    if table is FLOWS:
        _check_line(where, template)
        given |= {"line"}
    for column in table.columns:
        require(not column.required or column.name in given, f"{where}.{column.name}", "is needed and not given")
    require("amount_money" in given or table is not FLOWS, f"{where}.amount_money", "is needed and not given")
    if template.repeat is not None:
        marked = [rule for rule in template.fields.values() if "{n}" in rule.prefix + rule.suffix]
        require(bool(marked), f"{where}.repeat", 'write {n} into the code, for example suffix: "-{n}"')


def _check_line(where: str, template: Template) -> None:
    """Lines number themselves where the mapping fixes the category; elsewhere it must say how."""
    category = template.fields.get("category")
    is_fixed = template.split is not None or (category is not None and category.constant is not None)
    require(
        is_fixed or "line" in template.fields,
        f"{where}.line",
        f"name its column, or write '{IN_ORDER}' to number the lines of one category as they come",
    )


def _check_rule(where: str, column: Column, rule: Rule, currency: str | None) -> None:
    if column.kind == "money":
        require(rule.unit is not None, f"{where}.unit", "an amount needs its unit")
        _check_unit(where, rule, currency)
        return
    require(rule.unit is None, f"{where}.unit", "only money has a unit")
    require(rule.calendar == "jalali" or column.kind == "day", f"{where}.calendar", "only days have a calendar")
    if is_in_order(column.name, rule):
        return
    require(not rule.is_bare or column.kind == "choice", where, "write {constant: …, because: …} or {column: …}")
    is_text = column.kind in ("id", "text")
    require(is_text or not rule.prefix + rule.suffix, where, "'prefix' and 'suffix' belong to codes and texts")
    for word in (rule.constant, *rule.values.values()):
        if word is not None:
            try:
                read_cell(column, word)
            except HamyarError as error:
                raise ValueError(f"{where}: '{word}': {error}") from error


def _check_unit(where: str, rule: Rule, currency: str | None) -> None:
    unit = rule.unit
    if unit is None or unit.constant is None:
        return
    require(currency is not None, where, "a fixed unit needs the mapping's 'currency'")
    as_value(unit_factor, unit.constant, currency_of(str(currency)))
