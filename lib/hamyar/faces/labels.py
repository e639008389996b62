"""The names of the tables' codes on a page, in the reader's language."""

from hamyar.core.labels import CATEGORIES, RULES, UNKNOWN, label_message
from hamyar.words import Words


def label(code: str, words: Words) -> str:
    """The name of any code of the tables in the language of ``words``; a code without a name stays as it is."""
    name = label_message(code)
    return str(code) if name is None else words(name)


__all__ = ["CATEGORIES", "RULES", "UNKNOWN", "label"]
