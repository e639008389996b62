"""Between which numbers some parameters must lie, and which may not exceed which.

A count reads as a whole number, zero or more; for some that is not enough: a year of no months, a task of no minutes
or a helper with a least above the most cannot be worked with.  What stands here is asked when the rules are used
(:mod:`hamyar.core.work_rules`) and named by ``hamyar check-parameters`` before.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from hamyar.core.jalali import day_to_iso
from hamyar.core.message import N_, Message, message

# The least and the most; None is no bound.
LIMITS: Mapping[str, tuple[int, int | None]] = {
    "assignment_most_families": (1, None),
    "assignment_months": (1, 24),
    "task_minutes": (5, 24 * 60),
    "commission_harmed_domains": (1, 3),
    "commission_no_progress_months": (1, None),
}
# The first may not exceed the second.
RISING = (("assignment_least_families", "assignment_most_families"),)


def beyond_limits(values: Mapping[str, Mapping[int, int]]) -> Iterator[tuple[str, Message]]:
    """The name of the parameter and the sentence for each of ``values`` (by name and first day) that cannot be."""
    for name, (least, most) in LIMITS.items():
        for day, value in values.get(name, {}).items():
            holes = {"name": name, "date": day_to_iso(day), "value": value, "least": least}
            if value < least:
                yield name, message(N_("'{name}': the value {value} of {date} is less than {least}."), **holes)
            elif most is not None and value > most:
                sentence = N_("'{name}': the value {value} of {date} is more than {most}.")
                yield name, message(sentence, name=name, date=day_to_iso(day), value=value, most=most)
    for low, high in RISING:
        days = sorted(set(chain(values.get(low, {}), values.get(high, {}))))
        for day in days:
            lower, upper = _in_force(values.get(low, {}), day), _in_force(values.get(high, {}), day)
            if lower is not None and upper is not None and lower > upper:
                sentence = N_("From {date} '{low}' is {lower} and '{high}' only {upper}. Correct one of them.")
                yield low, message(sentence, date=day_to_iso(day), low=low, high=high, lower=lower, upper=upper)


def _in_force(values: Mapping[int, int], day: int) -> int | None:
    days: Sequence[int] = sorted(values)
    place = bisect_right(days, day)
    return values[days[place - 1]] if place else None
