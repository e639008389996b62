"""How a calendar writes: the hour, the day of the week, and what became of a visit.

A visit's state shows by a small mark and a word: a tick for what is done, a warning sign for what is late, a cross for
what was cancelled, a ring for what is still to come.  The marks are drawn as SVG in the page,
because a font of the reader may lack them, and they differ in shape, so that a grey print keeps them apart.
"""

from collections.abc import Mapping
from decimal import Decimal

from markupsafe import Markup

from hamyar.core.calendar.adherence import STATES
from hamyar.core.jalali import MONTH_NAMES, WEEKDAY_NAMES, Month, format_day, gregorian, weekday
from hamyar.core.message import N_, Message, message, nmessage
from hamyar.core.persian import persian_digits
from hamyar.words import Words

MINUTES_OF_HOUR = 60

STATE_WORDS: Mapping[str, str] = {
    "to_come": N_("to come"),
    "late": N_("overdue"),
    "done": N_("done"),
    "done_late": N_("done late"),
    "cancelled": N_("cancelled"),
}
_SHAPES: Mapping[str, Markup] = {
    "to_come": Markup('<circle cx="12" cy="12" r="7.4" stroke="#5d6b72" stroke-width="2.2"'),
    "late": Markup('<path d="M12 2.4 22.6 21H1.4ZM12 9v5.4M12 17.6v.2" stroke="#a5390d" stroke-width="2.2"'),
    "done": Markup('<path d="M3.4 12.8 9.4 19 20.6 5.4" stroke="#1d5c63" stroke-width="3.4"'),
    "done_late": Markup('<path d="M3.4 10.4 9.4 16.6 20.6 3M4 22h16" stroke="#1d5c63" stroke-width="2.8"'),
    "cancelled": Markup('<path d="M5 5 19 19M19 5 5 19" stroke="#5d6b72" stroke-width="2.8"'),
}


def state_word(state: str, words: Words) -> str:
    return words(STATE_WORDS[state])


def state_icon(state: str, words: Words, *, beside_word: bool = False) -> Markup:
    """The mark of a state as inline SVG; its title is its word, for readers by ear and for an archivable PDF.

    Where the word stands beside it, a screen hides the mark from readers by ear.
    """
    picture = Markup(
        '<svg class="state-icon" {} viewBox="0 0 24 24"><title>{}</title>{}'
        ' fill="none" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    heard = Markup('aria-hidden="true"') if beside_word else Markup('role="img"')
    return picture.format(heard, state_word(state, words), _SHAPES[state])


def clock(minute: int, words: Words) -> str:
    """Minutes after midnight as an hour: 570 is "09:30" or «۰۹:۳۰»."""
    text = "{:02d}:{:02d}".format(*divmod(int(minute), MINUTES_OF_HOUR))
    return persian_digits(text) if words.language == "fa" else text


def clock_range(start: int, minutes: int, words: Words) -> str:
    """From when to when: "09:30–10:15"."""
    return f"{clock(start, words)}–{clock(start + minutes, words)}"


def hours(minutes: int, words: Words) -> str:
    """A length of time in hours, with one decimal at most where it is not whole."""
    whole, rest = divmod(int(minutes), MINUTES_OF_HOUR)
    return words.number(whole) if not rest else words.number(Decimal(minutes) / MINUTES_OF_HOUR, 1)


def weekday_name(code: int, words: Words) -> str:
    """«شنبه» or "Saturday"."""
    return WEEKDAY_NAMES[words.language][weekday(gregorian(int(code)))]


def short_day(code: int, words: Words) -> str:
    """Day and month without the year: "6 Aban"."""
    text = f"{int(code) % 100} {MONTH_NAMES[words.language][int(code) // 100 % 100 - 1]}"
    return persian_digits(text) if words.language == "fa" else text


def short_month(month: Month, words: Words) -> str:
    """The month's name where twelve stand side by side: whole in Persian, where all are short, four letters else."""
    name = MONTH_NAMES[words.language][month.month - 1]
    return name if words.language == "fa" else name[:4]


def named_day(code: int, words: Words) -> str:
    """Weekday, day and month: «سه‌شنبه ۶ آبان», "Tuesday 6 Aban"."""
    return f"{weekday_name(code, words)} {short_day(code, words)}"


def long_day(code: int, words: Words) -> str:
    """Weekday, day, month and year."""
    return f"{weekday_name(code, words)} {format_day(int(code), words.language)}"


# Which numbers of days between two visits are called how.
_RHYTHMS: tuple[tuple[range, str], ...] = (
    (range(1, 2), N_("every day")),
    (range(7, 8), N_("every week")),
    (range(14, 15), N_("every two weeks")),
    (range(21, 22), N_("every three weeks")),
    (range(28, 32), N_("every month")),
    (range(58, 63), N_("every two months")),
    (range(89, 94), N_("every three months")),
    (range(180, 187), N_("every six months")),
    (range(354, 367), N_("every year")),
)


def rhythm_message(every: int | None, number: int | None = None) -> Message:
    """How often something is, in plain words: once, every month or every so many days, and so many times."""
    if every is None or number == 1:
        return message(N_("once"))
    named = next((message(words) for days, words in _RHYTHMS if every in days), None)
    rhythm = named or nmessage(N_("every day"), N_("every {count} days"), every)
    return rhythm if number is None else message(N_("{rhythm}, {number} times"), rhythm=rhythm, number=number)


__all__ = [
    "STATES",
    "STATE_WORDS",
    "clock",
    "clock_range",
    "hours",
    "long_day",
    "named_day",
    "rhythm_message",
    "short_day",
    "short_month",
    "state_icon",
    "state_word",
    "weekday_name",
]
