"""What can be entered into a family's form, as data: sections, groups and fields, and the names that drafts use.

A :class:`FormField` says what a field holds and how it is called; a page turns it into a widget.
Its ``id`` is also the name under which its draft is saved, so it never changes its meaning:

===========================================================  ====================================================
``flow:<category>:<line>:amount_money`` (``recall, item``)   one line of money in or out of the form's month
(``source``)                                                 who told it
``member:<member_id>:role`` (``sex, birth_day, …, source``)  one cell of the household
``name:<owner_id>:name`` (``phone, address, national_id``)   a secret of the family or of a member
``obs:<subject_id>:<indicator>`` (``…:reason, …:source``)    an answer, why, and who told it
``food:<food group or way of coping>``, ``food:source``      days of the last seven, and who told them
``visit:<visit_id>:status`` (``done_day, reason``)           what became of a visit
``plan:<subject_id>:<programme>:<from_day>:decision``        what is decided on a proposal
(``resource_id, reason``)
``goal:<subject_id>:<indicator>:<from_day>:aim_level``       to which level a harm is to come, ``none`` where to none
(``until_day, reason``)
``member:<member_id>:removed, flow:<category>:<line>:removed``  what was entered wrongly; set by its own method only
===========================================================  ====================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hamyar.core.documents import BilingualText
from hamyar.core.errors import HamyarError
from hamyar.core.message import N_, Message, message

FieldKind = Literal["money", "count", "choice", "day", "text", "level", "name"]
SectionName = Literal["household", "money", "indicators", "strengths", "food", "plan", "visits"]
# Where a field's value comes from.  "last_month" is a proposal and no fact before somebody confirms it.
Origin = Literal["draft", "file", "last_month", "empty"]

REMOVED = "removed"
# Among the levels to come to: there is no goal, and the reason says why.
NO_GOAL = "none"
AIMS = ("0", "1", "2", NO_GOAL)


class FieldUnknown(HamyarError):
    msgid = N_("The form has no such field now. Load the page again.")


@dataclass(frozen=True)
class FormSection:
    """One section of the form, in the order a visit follows."""

    name: SectionName
    title: Message
    help: Message


@dataclass(frozen=True)
class FormGroup:
    """What belongs together on the page: a category of money, a line of it, a member, a domain, a visit, a proposal.

    ``parent`` is the group it stands under: a line stands under its category.
    ``is_help_private``: ``help`` may name what is asked in private.
    """

    id: str
    section: SectionName
    label: Message
    parent: str | None = None
    subject: str | None = None
    help: Message | None = None
    is_help_private: bool = False


@dataclass(frozen=True)
class FormField:
    """One thing that can be entered.

    ``kind``: ``money`` (whole smallest units), ``count`` (a whole number), ``choice`` and ``level`` (a code of
    ``choices``), ``day`` (such as 14050830), ``text`` and ``name`` (free text; a name is a secret).
    ``None`` as a value is always "empty": not known.
    ``subject`` is the member it is about, ``group`` the :class:`FormGroup` it stands in.
    ``is_private``: hidden while somebody else may look at the screen.
    ``empty`` is what it means that nothing stands here, where that is another thing than "not known";
    ``is_settled``: then nothing is open either.
    """

    id: str
    section: SectionName
    kind: FieldKind
    label: Message
    help: Message | None = None
    choices: tuple[tuple[str, Message], ...] = ()
    subject: str | None = None
    group: str | None = None
    is_private: bool = False
    min: int | None = None
    max: int | None = None
    empty: Message | None = None
    is_settled: bool = False


SECTIONS: tuple[FormSection, ...] = (
    FormSection(
        "household", message(N_("Household and members")), message(N_("Who lives here. Correct what has changed."))
    ),
    FormSection(
        "money",
        message(N_("Money in and out this month")),
        message(
            N_(
                "It begins with last month’s amounts: confirm what is the same, correct what is not. "
                "Write 0 where there was nothing, and leave empty what nobody knows."
            )
        ),
    ),
    FormSection(
        "indicators",
        message(N_("Indicators")),
        message(N_("Choose the sentence that fits the family best. A level of 2 or 3 needs its reason.")),
    ),
    FormSection(
        "strengths",
        message(N_("Strengths")),
        message(N_("What the family can build on. It stands beside the harms and takes nothing away from them.")),
    ),
    FormSection(
        "food",
        message(N_("Food of the last week")),
        message(N_("On how many of the last seven days. Leave empty what nobody knows.")),
    ),
    FormSection(
        "plan",
        message(N_("Plan")),
        message(N_("Accept or refuse what is proposed. What is refused needs its reason. The goals stand below it.")),
    ),
    FormSection(
        "visits",
        message(N_("Visits")),
        message(N_("What became of the visits: done on which day, or cancelled and why.")),
    ),
)

NAME_FIELDS: Mapping[str, str] = {
    "name": N_("Name"),
    "phone": N_("Telephone"),
    "address": N_("Address"),
    "national_id": N_("National id"),
}


class Target(NamedTuple):
    """A field id taken apart: the kind of thing (``flow, member, name, obs, food, visit, plan, goal``), its key, and
    the column; ``answer`` is the column of an indicator's level and ``days`` that of food."""

    what: str
    key: tuple[str, ...]
    column: str

    @property
    def row(self) -> tuple[str, ...]:
        """What it shares with the other fields of the same row."""
        return (self.what, *self.key)

    def beside(self, column: str) -> str:
        """The id of another field of the same row; of an indicator's ``answer`` it is the row itself."""
        return ":".join(self.row if column == "answer" else (*self.row, column))


_PARTS_OF_KEY = {"flow": 2, "member": 1, "name": 1, "visit": 1, "plan": 3, "goal": 3}


def target_of(field_id: str) -> Target:
    """Take a field id apart; raises ``FieldUnknown`` for what is none.

    The code of a subject or a visit may hold colons; what stands behind it may not.
    """
    what, _, rest = field_id.partition(":")
    if what == "food" and rest:
        return Target("food", (), rest)
    if what == "obs":
        parts = rest.rsplit(":", 2)
        if len(parts) == 3 and parts[2] in ("reason", "source"):
            return Target("obs", (parts[0], parts[1]), parts[2])
        subject, colon, indicator = rest.rpartition(":")
        if colon and subject and indicator:
            return Target("obs", (subject, indicator), "answer")
    if what in _PARTS_OF_KEY:
        parts = rest.rsplit(":", _PARTS_OF_KEY[what])
        if len(parts) == _PARTS_OF_KEY[what] + 1 and all(parts):
            return Target(what, tuple(parts[:-1]), parts[-1])
    raise FieldUnknown()


def is_field_id(text: str) -> bool:
    """Whether :func:`target_of` can take it apart."""
    try:
        target_of(text)
    except FieldUnknown:
        return False
    return True


def flow_id(category: str, line: int, column: str = "amount_money") -> str:
    return f"flow:{category}:{line}:{column}"


def member_field(member_id: str, column: str) -> str:
    return f"member:{member_id}:{column}"


def name_id(owner_id: str, field: str) -> str:
    return f"name:{owner_id}:{field}"


def observation_id(subject_id: str, indicator: str, column: str = "answer") -> str:
    return f"obs:{subject_id}:{indicator}" + ("" if column == "answer" else f":{column}")


def food_id(what: str) -> str:
    return f"food:{what}"


def visit_field(visit_id: str, column: str) -> str:
    return f"visit:{visit_id}:{column}"


def plan_id(subject_id: str, programme: str, from_day: int, column: str = "decision") -> str:
    return f"plan:{subject_id}:{programme}:{from_day}:{column}"


def goal_id(subject_id: str, indicator: str, from_day: int, column: str = "aim_level") -> str:
    return f"goal:{subject_id}:{indicator}:{from_day}:{column}"


def in_words(text: BilingualText) -> Message:
    """A text of the centre's catalogues as a sentence of its own."""
    return message(N_("{text}"), text=text)
