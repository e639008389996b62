"""Errors that speak: what is wrong, where, and what to do.

One small class per situation, each with its sentence.  ``str(error)`` is English for developers;
``hamyar.words.say(error.message, "fa")`` is the same sentence for a helper.
Each module of the core keeps its own errors beside the code that raises them; this one holds their root.
"""

from typing import Any, ClassVar

from hamyar.core.message import Message


class HamyarError(Exception):
    """Root of everything Hamyar refuses on purpose.

    A subclass sets ``msgid``, a sentence with named holes; the holes are filled by keyword.
    """

    msgid: ClassVar[str]

    def __init__(self, **values: Any) -> None:
        self.message = Message(self.msgid, values)
        super().__init__(str(self.message))

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions cross process borders in the monthly run; the default rebuild passes positional arguments.
        return _rebuild, (type(self), dict(self.message.values))


def _rebuild(kind: type[HamyarError], values: dict[str, Any]) -> HamyarError:
    return kind(**values)
