"""Declared documents: YAML that is read exactly, into models that are closed.

Parameters and mapping files are written by people, and every slip of theirs that a reader of YAML forgives
becomes a wrong number or a lost line: a key written twice, a misspelt key, ``0150``, ``1:30``, a date that is
no Gregorian day, a share that turns into a binary fraction.  Here each of them is an error that names its place,
or is read as a person means it.
"""

import re
from collections.abc import Hashable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_


class DocumentInvalid(HamyarError):
    msgid = N_("{file}: {where}: {problem}. Correct the file; nothing was read from it.")


# libyaml's parser where the wheel brings it: a catalogue is read ten times as fast, and construction stays ours.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _ExactLoader(_Parser):
    """Safe YAML that keeps Jalali dates as text and decimals exact, and refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if not isinstance(key, Hashable):
                continue  # a list as a key, which the safe loader refuses itself
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


# 1404-12-30 is no Gregorian day, and YAML would read 1404-01-01 as one.
_ExactLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _exact_decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    try:
        return Decimal(str(loader.construct_scalar(node)).replace("_", ""))
    except InvalidOperation:
        # YAML also calls .nan, .inf and 1:30.5 numbers.
        raise yaml.constructor.ConstructorError(
            None, None, f"'{node.value}' is not a decimal number", node.start_mark
        ) from None


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _exact_decimal)


def _exact_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    """A whole number as people write it; ``0150`` and ``1:30`` mean other numbers to YAML than to a reader."""
    text = str(loader.construct_scalar(node)).replace("_", "")
    if not re.fullmatch(r"[-+]?(0|[1-9][0-9]*)", text):
        problem = f"'{node.value}' is not a whole number as people write it"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    return int(text)


_ExactLoader.add_constructor("tag:yaml.org,2002:int", _exact_int)


def read_yaml(text: str, file: str) -> Any:
    """The document in ``text``; a key written twice or broken YAML is a ``DocumentInvalid`` naming ``file``."""
    try:
        return yaml.load(text, Loader=_ExactLoader)  # noqa: S506 - the loader is a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "the file"
        raise DocumentInvalid(file=file, where=where, problem=getattr(error, "problem", error)) from error


class Closed(BaseModel):
    """Frozen, and closed to keys nobody declared: a misspelt key is an error, not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class BilingualText(Closed):
    fa: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_language(self, language: str) -> str:
        return str(getattr(self, language))


# A source may be told in one language only: a centre's own note, the title of a decree.
Source = Annotated[str, Field(min_length=1)] | BilingualText


def in_language(text: Source, language: str) -> str:
    """A text that may be bilingual, in ``language``."""
    return text if isinstance(text, str) else text.in_language(language)


def first_fault(error: ValidationError) -> dict[str, str]:
    """Where and what the first fault of a declared document is, for an error that speaks."""
    fault = error.errors()[0]
    return {"where": ".".join(str(part) for part in fault["loc"]) or "the file", "problem": fault["msg"]}
