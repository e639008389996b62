"""From fields to widgets: one for each field that is on the page, and what is said beside it.

A widget holds a value of its own kind; whether it is true of this family is the state's to say.  What the state
refuses stays in the field to be mended, with the sentence beside it; the file and the draft keep the former value.
So does a text that is no value at all.  Both are told by :meth:`Inputs.unsaved`: nobody may take for submitted what
stands on the screen and was never kept.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import format_day
from hamyar.core.message import N_, Message, message
from hamyar.core.tables import LEVEL_ANSWERS
from hamyar.faces.form.fields import FieldUnknown, FormField, target_of
from hamyar.faces.form.state import FormState
from hamyar.faces.text import sentence_html
from hamyar.faces.widgets.choice import ChoiceInput
from hamyar.faces.widgets.count import CountInput
from hamyar.faces.widgets.field import Field, ReadField
from hamyar.faces.widgets.jalali_date import JalaliDate
from hamyar.faces.widgets.rial_input import RialInput
from hamyar.faces.widgets.text import TextInput
from hamyar.words import Words

# More answers than these are a list; so few can all be read.
MOST_RADIOS = 3
REASON_ROWS = 2
LONGEST_LINE = 200
# To leave a question alone is no answer in the file; on the page it can be chosen, to take an answer back.
NOT_ASKED = "not_asked"
_EVEN_DIGITS = ("phone", "national_id")


def as_text(sentence: Message | str, words: Words) -> str:
    """A sentence for a place that takes text only; free text among its values is clipped and isolated."""
    return str(sentence_html(sentence, words).striptags())


def place_of(field_id: str) -> str:
    """The class of a field's element: an id may hold what no class can, and names nobody here."""
    return "at-" + hashlib.sha256(field_id.encode()).hexdigest()[:12]


class Inputs:
    """The widgets of one form, made when they are first needed.

    ``on_set`` is called with a field's id when its value was taken, ``on_refused`` when it was not.
    """

    def __init__(
        self, state: FormState, words: Words, on_set: Callable[[str], None], on_refused: Callable[[str], None]
    ) -> None:
        self.state, self.words = state, words
        self._on_set, self._on_refused = on_set, on_refused
        self._made: dict[str, Field] = {}
        self._refusals: dict[str, Message] = {}
        self._is_told_by_us = False

    def __len__(self) -> int:
        return len(self._made)

    def widget(self, field: FormField) -> Field:
        """The widget of a field; the same one whenever it is asked for."""
        if field.id not in self._made:
            made = self._make(field)
            made.add_class(place_of(field.id))
            made.observe(lambda change: self._take(field.id, change.new), "value")
            if isinstance(made, ReadField):
                made.observe(lambda change: self._unread(field.id), "unread")
            self._made[field.id] = made
        return self._made[field.id]

    def refresh(self, field_id: str) -> None:
        """Bring a widget to what the state holds and says."""
        if field_id not in self._made:
            return
        made, field = self._made[field_id], self.state.field(field_id)
        self._is_told_by_us = True
        try:
            with made.hold_sync():
                made.label = self.label_of(field)
                made.description = self.said_of(field)
                if isinstance(made, ChoiceInput):
                    made.again = self._again(field)
                    self._reword(made, field)
                # What was refused stays to be mended.
                if field_id not in self._refusals:
                    made.value = self._shown(field)
        finally:
            self._is_told_by_us = False

    def refresh_all(self) -> None:
        """Bring all widgets to what the state holds, and close those of fields that are gone."""
        for field_id in list(self._made):
            try:
                self.refresh(field_id)
            except FieldUnknown:
                self._made.pop(field_id).close()
                self._refusals.pop(field_id, None)

    def forget(self, field_id: str | None = None) -> None:
        """Let go of what could not be kept, of one field or of all: they show what the state holds again."""
        for name in list(self._made) if field_id is None else [field_id]:
            made = self._made.get(name)
            if made is not None and name in self.unsaved():
                self._refusals.pop(name, None)
                if isinstance(made, ReadField):
                    made.unread = ""
                self.refresh(name)

    def unsaved(self) -> dict[str, Message]:
        """By field: what stands on the page and could not be kept."""
        unread = [name for name, made in self._made.items() if isinstance(made, ReadField) and made.unread]
        said = message(N_("What stands in this field cannot be read and is not saved. Correct it, or empty the field."))
        return {**self._refusals, **dict.fromkeys(unread, said)}

    def complain(self, problems: dict[str, Message]) -> None:
        """Show what is wrong with a field beside it, and take back what no longer is."""
        for field_id, made in self._made.items():
            sentence = self._refusals.get(field_id) or problems.get(field_id)
            made.complaint = "" if sentence is None else as_text(sentence, self.words)

    def _take(self, field_id: str, value: Any) -> None:
        if self._is_told_by_us:
            return
        try:
            self.state.set(field_id, None if value == NOT_ASKED else value)
        except HamyarError as error:
            self._refuse(field_id, error)
            return
        self._refusals.pop(field_id, None)
        self._try_again()
        self._on_set(field_id)

    def _try_again(self) -> None:
        """What was refused because the server was away for a moment can be kept by now."""
        for field_id in list(self._refusals):
            value = self._made[field_id].value
            try:
                self.state.set(field_id, None if value == NOT_ASKED else value)
            except HamyarError:
                continue
            del self._refusals[field_id]
            self.refresh(field_id)

    def _unread(self, field_id: str) -> None:
        if not self._is_told_by_us:
            self._on_refused(field_id)

    def _refuse(self, field_id: str, error: HamyarError) -> None:
        self._refusals[field_id] = error.message
        self._made[field_id].complaint = as_text(error.message, self.words)
        self._on_refused(field_id)

    # -- what each kind of field becomes --

    def _make(self, field: FormField) -> Field:
        traits: dict[str, Any] = {
            "label": self.label_of(field),
            "description": self.said_of(field),
            "language": self.words.language,
        }
        value = self._shown(field)
        match field.kind:
            case "money" if self.state.currency == "IRR":
                bounds = {name: bound for name, bound in (("min", field.min), ("max", field.max)) if bound is not None}
                return RialInput(value=value, **bounds, **traits)
            case "money" | "count":
                bounds = {name: bound for name, bound in (("min", field.min), ("max", field.max)) if bound is not None}
                return CountInput(**bounds, value=value, **traits)
            case "day":
                return JalaliDate(min=field.min, max=field.max, today=self.state.session.today, value=value, **traits)
            case "choice" | "level":
                return self._choice(field, value, traits)
        target = target_of(field.id)
        is_reason = target.column == "reason"
        return TextInput(
            rows=REASON_ROWS if is_reason or target.column == "address" else 1,
            longest=field.max or (LONGEST_LINE if field.kind == "name" else 2_000),
            is_number=target.column in _EVEN_DIGITS,
            value=value,
            **traits,
        )

    def _choice(self, field: FormField, value: Any, traits: dict[str, Any]) -> ChoiceInput:
        options = self._options(field)
        is_level = field.kind == "level"
        asides = [code for code, _ in options if code not in LEVEL_ANSWERS] if is_level else []
        look = "radio" if is_level or len(options) <= MOST_RADIOS else "list"
        made = ChoiceInput(options, asides=asides, look=look, value=value, again=self._again(field), **traits)
        made.on_again(lambda: self._repeat(field.id))
        return made

    def _options(self, field: FormField) -> list[tuple[str, str]]:
        options = [(code, as_text(label, self.words)) for code, label in field.choices]
        return [*options, (NOT_ASKED, self._left(field))] if field.kind == "level" else options

    def _reword(self, made: ChoiceInput, field: FormField) -> None:
        """Which answers there are, and what it means to choose none, may follow from what else stands in the form."""
        options = [list(option) for option in self._options(field)]
        value = made.value if field.id in self._refusals else self._shown(field)
        if value is None or value in [code for code, _ in options]:
            made.options = options

    def _left(self, field: FormField) -> str:
        """What it is called to choose none of a level's answers."""
        if self.state.told(field.id) is not None or self.state.filed(field.id) is not None:
            return self.words(N_("Leave it as it was"))
        return as_text(message(N_("Not asked")) if field.empty is None else field.empty, self.words)

    def _again(self, field: FormField) -> str:
        """A question answered before may be asked again, with the same answer."""
        if field.kind != "level" or self.state.told(field.id) is None or self.state.origin(field.id) == "draft":
            return ""
        return self.words(N_("Asked again: as it was"))

    def _repeat(self, field_id: str) -> None:
        try:
            self.state.confirm(field_id)
        except HamyarError as error:
            self._refuse(field_id, error)
            return
        self._on_set(field_id)

    def label_of(self, field: FormField) -> str:
        """A field's own label; of an amount the line's, since nothing else names it."""
        target = target_of(field.id)
        if target.what != "flow":
            return as_text(field.label, self.words)
        group = next(group for group in self.state.groups("money") if group.id == field.group)
        line = as_text(group.label, self.words)
        if target.column == "amount_money":
            return line
        return self.words(N_("{line}: {what}"), line=line, what=as_text(field.label, self.words))

    def _shown(self, field: FormField) -> Any:
        value = self.state.value(field.id)
        return NOT_ASKED if field.kind == "level" and value is None else value

    def said_of(self, field: FormField) -> str:
        """The hint: what the field is for, what was told last, and whether it is a fact yet."""
        # What an empty amount means is said once, at the head of its section.
        parts = [] if field.help is None or field.kind == "money" else [as_text(field.help, self.words)]
        if field.kind == "level" and (told := self._told(field)):
            parts.append(told)
        mark = self._mark(field)
        return " ".join([*parts, *([mark] if mark else [])])

    def _told(self, field: FormField) -> str:
        told = self.state.told(field.id)
        if told is None:
            return ""
        if told.value == self.state.value(field.id):
            # The answer itself stands below, chosen.
            return self.words(N_("Told on {day}."), day=format_day(told.day, self.words.language))
        answer = dict(field.choices).get(told.value)
        known = as_text(answer, self.words) if answer is not None else str(told.value)
        day = format_day(told.day, self.words.language)
        sentence = N_("On {day}: {answer}") if told.is_counted else N_("On {day}, too long ago to count: {answer}")
        return self.words(sentence, day=day, answer=known)

    def _mark(self, field: FormField) -> str:
        match self.state.origin(field.id):
            case "draft":
                return self.words(N_("Not submitted yet."))
            case "last_month" if target_of(field.id).column == "amount_money":
                return self.words(N_("Last month’s amount: confirm it, or write this month’s."))
        return ""


__all__ = ["Inputs", "as_text", "place_of"]
