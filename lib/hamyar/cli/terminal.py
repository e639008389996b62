"""Speaking to a terminal: Persian where it can be shown, never a crash, never a broken line.

The operator's language is ``HAMYAR_LANGUAGE``, else Persian; a terminal whose encoding has no Persian letters is
spoken to in English.  Codes and paths inside a Persian sentence are isolated, so a right-to-left terminal keeps
their order; a line is one sentence, so a terminal without right-to-left support still keeps lines apart.
"""

import getpass
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

import click

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, parse_day
from hamyar.core.message import N_, Message, message
from hamyar.words import current_language, say

REFUSED = 2


def told(msgid: str) -> str:
    """A help text in the terminal's language, which is fixed when the command starts."""
    return _writable(say(Message(msgid)), _encoding_of(sys.stdout))


def say_line(sentence: Message, *, err: bool = False) -> None:
    """Print one sentence on one line; letters the terminal has no code for become question marks."""
    encoding = _encoding_of(sys.stderr if err else sys.stdout)
    language = current_language()
    isolate = language == "fa" and encoding.lower().startswith("utf")
    text = " ".join(say(sentence, language, isolate).splitlines())
    click.echo(_writable(text, encoding), err=err)


def _encoding_of(stream: Any) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def _writable(text: str, encoding: str) -> str:
    return text.encode(encoding, "replace").decode(encoding)


def say_lines(sentences: Iterable[Message], *, err: bool = False) -> None:
    for sentence in sentences:
        say_line(sentence, err=err)


def speaks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn an error that Hamyar raises on purpose, or a file that cannot be used, into a sentence and status 2."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except HamyarError as error:
            say_line(error.message, err=True)
            sys.exit(REFUSED)
        except BrokenPipeError:
            # The reader of our output has gone (``| head``); click ends quietly for it.
            raise
        except OSError as error:
            say_line(
                message(
                    N_("The system refused '{file}': {reason}. Check the path, the rights to it, and the disk."),
                    file=str(error.filename or ""),
                    reason=error.strerror or type(error).__name__,
                ),
                err=True,
            )
            sys.exit(REFUSED)

    return wrapped


class MonthType(click.ParamType):
    """A Jalali month on the command line, in any digits."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        try:
            return value if isinstance(value, Month) else Month.parse(value)
        except HamyarError as error:
            self.fail(say(error.message), param, ctx)


MONTH = MonthType()


class DayType(click.ParamType):
    """A Jalali day on the command line, in any digits; its table number."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return value if isinstance(value, int) else parse_day(value)
        except HamyarError as error:
            self.fail(say(error.message), param, ctx)


DAY = DayType()


def actor() -> str:
    """Who gives the command, for the history: the account's name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def progress_bar(outcomes: Iterator[Any], total: int, done: int) -> Iterator[Any]:
    """A bar with rate and time left, in figures only: they read the same in both directions."""
    from tqdm import tqdm

    with tqdm(total=total, initial=done, unit="p", file=sys.stderr, dynamic_ncols=True) as bar:
        for outcome in outcomes:
            bar.update()
            yield outcome
