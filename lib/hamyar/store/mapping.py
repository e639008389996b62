"""The mapping file: how the rows of one kind of file become facts.

Every source lays out its columns in its own way, and an importer that guesses is wrong without showing it.
So a mapping says, in one YAML document that an operator can read, which column feeds which declared column,
in which unit an amount is written, for which period it was told, and what the file leaves unknown::

    name: small_survey
    description: {fa: …, en: …}
    source_note: where the file comes from
    currency: IRR
    source: institution              # who told us, for every fact of the file
    for_all:                         # columns that every table below shares, where it has them
      family_id: {column: household, prefix: S-}
      month: {column: month}
    families:
      - {}                           # nothing but what for_all says
    members:
      - member_id: {column: household, prefix: S-, suffix: "-{n}"}
        role: child
        repeat: {column: children, first: 2}
    flows:
      - {category: own_income, amount_money: {column: wage, unit: toman}, recall: month}
    unknown:
      - {of: subsidy, because: {fa: …, en: the survey did not ask}}

Below a table's name stands a list of templates; each makes one row of facts from one row of the file
(``repeat``: several; ``split``: one for each share).  A template names declared columns, and each is

* ``{column: X}``, with ``prefix`` and ``suffix``, ``values`` (the file's word: ours), ``calendar: gregorian`` for days;
* ``{constant: …, because: …}``: the same for every row, with the reason;
* a bare word, where the column is a choice: what the row *is*, not something assumed.

Money needs a ``unit``: a word, or the column that names it.  A file of several sheets has the same under ``sheets``.
A document with a key nobody declared, or a column that does not exist, is refused whole.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_validator

from hamyar.core.documents import BilingualText, Closed, DocumentInvalid, first_fault, read_yaml
from hamyar.core.rial import currency_of
from hamyar.core.tables import ALL_TABLES, CATEGORIES, FLOWS, ITEMS, SOURCES, Table
from hamyar.store.templates import Rule, Template, as_value, check_template, gathered, require


class SheetMapping(Closed):
    """The templates for the rows of one sheet, by table."""

    for_all: dict[str, Rule] = Field(default_factory=dict)
    tables: dict[str, tuple[Template, ...]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, written: Any) -> Any:
        return gathered(written, "tables", ALL_TABLES.__contains__)

    def templates(self) -> Iterator[tuple[Table, Template]]:
        """Every template with its table, in the order of the declared tables."""
        for name, table in ALL_TABLES.items():
            for template in self.tables.get(name, ()):
                shared = {key: rule for key, rule in self.for_all.items() if key in table.column_names}
                yield table, template.model_copy(update={"fields": shared | template.fields})

    @property
    def columns_used(self) -> set[str]:
        return {column for _, template in self.templates() for column in template.columns_used}


class Unknown(Closed):
    """What a file of this kind leaves open, and why: an importer that is silent about it invites zeros."""

    of: str
    because: BilingualText

    @field_validator("of")
    @classmethod
    def _is_declared(cls, of: str) -> str:
        columns = {f"{table.name}.{column.name}" for table in ALL_TABLES.values() for column in table.columns}
        if of not in {*columns, *CATEGORIES, *ITEMS}:
            raise ValueError(f"'{of}' is neither a category, nor an item, nor a column such as members.birth_day")
        return of


class MappingFile(SheetMapping):
    """One mapping document, checked whole."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: BilingualText
    source_note: str = Field(min_length=1)
    currency: str | None = None
    source: str | None = None
    sheets: dict[str, SheetMapping] = Field(default_factory=dict)
    unknown: tuple[Unknown, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> "MappingFile":
        if bool(self.sheets) == bool(self.tables):
            raise ValueError("name tables (families, members, flows …) either at the top or under 'sheets'")
        if self.source is not None and self.source not in SOURCES:
            raise ValueError(f"source: '{self.source}' is not one of {', '.join(SOURCES)}")
        if self.currency is not None:
            as_value(currency_of, self.currency)
        for sheet, rows in self.parts().items():
            known = {name for table in rows.tables for name in ALL_TABLES[table].column_names}
            for name in rows.for_all:
                require(name in known, f"for_all.{name}", "no table below has this column")
            for number, (table, template) in enumerate(rows.templates()):
                where = ".".join(filter(None, (sheet and f"sheets.{sheet}", table.name, f"template {number + 1}")))
                check_template(where, table, template, self.currency)
        return self

    def parts(self) -> dict[str | None, SheetMapping]:
        """The mapping of each sheet; of a file with one table under ``None``."""
        if not self.sheets:
            return {None: self}
        return {sheet: rows for sheet, rows in self.sheets.items()}  # noqa: C416 - a dict of str is no dict of str | None


def load_mapping(source: "Path | str", file: str = "mapping") -> MappingFile:
    """The mapping in a file (``Path``) or in a text (``str``, called ``file`` in errors).

    Raises ``DocumentInvalid`` with the place of the first fault.
    """
    if isinstance(source, Path):
        return load_mapping(source.read_text(encoding="utf-8"), source.name)
    document = read_yaml(source, file)
    if not isinstance(document, Mapping):
        raise DocumentInvalid(file=file, where="the file", problem="holds no mapping")
    try:
        return MappingFile.model_validate(document)
    except ValidationError as error:
        fault = first_fault(error)
        # Those two stand in no document: they gather what the document keeps flat.
        where = fault["where"].replace("tables.", "").replace("fields.", "")
        raise DocumentInvalid(file=file, where=where, problem=fault["problem"]) from error


def static_lines(templates: list[tuple[Table, Template]]) -> dict[tuple[int, int], int]:
    """The line numbers that the order of a mapping gives, by template and part of its split (0 without one)."""
    seen: Counter[str] = Counter()
    lines = {}
    for number, (table, template) in enumerate(templates):
        if table is not FLOWS or "line" in template.fields:
            continue
        category = template.fields.get("category")
        shares = template.split.shares if template.split else ()
        for part, name in enumerate([share.category for share in shares] or [str(category and category.constant)]):
            seen[name] += 1
            lines[number, part] = seen[name]
    return lines
