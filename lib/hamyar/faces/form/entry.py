"""What is typed into one family's form: fields, values, drafts.

It reads the file through the session and holds what was typed as drafts over it.
Every change is saved as a draft before :meth:`Entry.set` returns, so a killed browser loses nothing.
What follows from it, and its submission, are :class:`~hamyar.faces.form.state.FormState`'s.
"""

import base64
import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hamyar.core.jalali import Month
from hamyar.core.labels import ROLES
from hamyar.core.message import N_, Message, message
from hamyar.core.tables import CATEGORIES
from hamyar.faces.form.asked import People
from hamyar.faces.form.asked_goals import outdone_by
from hamyar.faces.form.checking import AnswerRefused, checked
from hamyar.faces.form.drafts import FormDrafts
from hamyar.faces.form.fields import (
    REMOVED,
    SECTIONS,
    FieldUnknown,
    FormField,
    FormGroup,
    FormSection,
    Origin,
    Target,
    flow_id,
    member_field,
    target_of,
)
from hamyar.faces.form.file import FamilyFile, Told
from hamyar.faces.form.opening import setting_of
from hamyar.faces.form.removing import refuse_named
from hamyar.faces.form.rows import Overlay
from hamyar.faces.form.sheet import Sheet
from hamyar.faces.form.shown import USUAL_RECALL, line_of, settled
from hamyar.faces.form.submitting import base_of

if TYPE_CHECKING:
    from hamyar.faces.session import Session

# Columns that are never empty: to empty them is to go back to the file.
_NEVER_EMPTY = ("answer", "decision", "recall", "status", "source", "aim_level")


class Entry:
    """One open form, as far as it is typed into.

    ``day`` is the day that answers and a new week of food bear.
    Raises ``FamilyUnknown``, ``NotAllowed`` and what the session raises.
    """

    sections: tuple[FormSection, ...] = SECTIONS

    def __init__(self, session: "Session", family_id: str, month: Month) -> None:
        self.session, self.family_id, self.month = session, family_id, month
        self._setting = setting_of(session, family_id, month)
        self.day = self._setting.day
        self._file = FamilyFile.read(session, self._setting)
        self._drafts = FormDrafts(session, family_id, month)
        self._overlay = Overlay(self._file, dict(self._drafts.values))
        self._sheet = Sheet(self._overlay)
        self._discard(settled(self._overlay))

    # -- what can be entered --

    @property
    def currency(self) -> str:
        return self._file.tables.currency

    @property
    def notices(self) -> tuple[Message, ...]:
        """What is to be told before anybody types."""
        found = []
        if self.session.is_frozen(self.month):
            sentence = N_("The month {month} is closed. What you enter stays a draft and cannot be submitted.")
            found.append(message(sentence, month=self.month))
        if self.day > self.session.today:
            found.append(message(N_("This month has not begun yet. Open the form of the month it is.")))
        return tuple(found)

    @property
    def left_over(self) -> list[str]:
        """Drafts that no field of the form shows now, such as those of a visit that left the calendar."""
        shown = self._sheet.ids
        return [field for field in self._drafts.values if field not in shown and not field.endswith(f":{REMOVED}")]

    def groups(self, section: str) -> list[FormGroup]:
        """What belongs together in a section, each after what it stands under."""
        return self._sheet.groups(section)

    def fields(self, section: str) -> list[FormField]:
        """The fields of a section as they are now: a new member or a birthday brings fields or takes them away."""
        return self._sheet.fields(section)

    def field(self, field_id: str) -> FormField:
        """Raises ``FieldUnknown``."""
        found = self._sheet.find(field_id)
        if found is None:
            raise FieldUnknown()
        return found

    def member_label(self, member_id: str) -> Message:
        """What to call a member: the name where it may be read, else place in the household and age."""
        return People(self._overlay).label(member_id)

    # -- what it says --

    def value(self, field_id: str) -> Any:
        """The draft, else the file's value, else (money) last month's as a proposal; ``None`` is empty.

        Raises ``FieldUnknown``.
        """
        return self._overlay.value(field_id)

    def filed(self, field_id: str) -> Any:
        """What the file itself says, without drafts and proposals.  Raises ``FieldUnknown``."""
        return self._overlay.filed(field_id)

    def origin(self, field_id: str) -> Origin:
        """Where :meth:`value` comes from; ``last_month`` is a proposal, and no fact before it is confirmed."""
        return self._overlay.origin(field_id)

    def told(self, field_id: str) -> Told | None:
        """An indicator's last answer in the file: its value, day and helper, and whether it still counts."""
        target = target_of(field_id)
        return self._file.answers.get((target.key[0], target.key[1])) if target.what == "obs" else None

    # -- what is typed --

    def set(self, field_id: str, value: Any) -> None:
        """Check a value and save it as a draft at once.

        What the file says already is no draft.  ``None`` for a level or a decision takes the draft back, as does
        ``None`` for a line's period or a source, which are never empty.
        Raises ``FieldUnknown`` and ``AnswerRefused``, with nothing kept, and what saving a draft raises.
        """
        meant = self._meant(field_id, value)
        if field_id.startswith("flow:"):
            # Whoever writes a line that was taken back wants it after all.
            self._discard([target_of(field_id).beside(REMOVED)])
        if field_id.startswith("visit:") and field_id.endswith(":status") and value != "done":
            # The day was for what the visit no longer is.
            self._discard([target_of(field_id).beside("done_day")])
        self._discard(outdone_by(field_id, value))
        if not meant or self._overlay.is_same(field_id, meant[field_id]):
            self.undo(field_id)
        else:
            self._save(meant)

    def _meant(self, field_id: str, value: Any) -> dict[str, Any]:
        """The value as it is kept, with what goes with it; nothing for a value that takes the draft back."""
        field, target = self.field(field_id), target_of(field_id)
        value = self._checked(field, target, value)
        if value is None and target.column in _NEVER_EMPTY:
            return {}
        return {**self._companions(target), field_id: value}

    def _checked(self, field: FormField, target: Target, value: Any) -> Any:
        is_required = (target.what, target.column) == ("member", "role")
        is_filed_name = target.what == "name" and self._overlay.filed(field.id) is not None
        if is_filed_name and (value is None or not str(value).strip()):
            raise AnswerRefused(message(N_("What is recorded here is corrected, not emptied. Write the right one.")))
        return checked(field, value, is_required=is_required)

    def _companions(self, target: Target) -> dict[str, Any]:
        """What goes with an amount in the place of last month's: period and item as they are shown beside it."""
        if target.what != "flow" or target.column != "amount_money" or self._file.line(*line_of(target)) is not None:
            return {}
        names = (flow_id(*line_of(target), name) for name in ("recall", "item"))
        return {name: self.value(name) for name in names if self._is_worth_keeping(name)}

    def _is_worth_keeping(self, field_id: str) -> bool:
        """Whether last month's period or item says another thing than a line that says nothing of it."""
        return self.origin(field_id) == "last_month" and self.value(field_id) != USUAL_RECALL

    def confirm(self, what: str) -> None:
        """Make facts of proposals: of the section ``money``, of a group (a direction, a category, a line) or one field.

        For a question that was answered before: it was asked again, and the answer is the same.
        """
        if what.startswith("obs:"):
            told = self.told(what)
            if told is not None:
                self.set(what, told.value)
            return
        groups = self._sheet.with_children("money", what)
        for field in self.fields("money"):
            is_meant = what in ("money", field.id) or field.group in groups
            if is_meant and field.kind == "money" and self.origin(field.id) == "last_month":
                self._save({**self._companions(target_of(field.id)), field.id: self.value(field.id)})

    def add_member(self, role: str) -> str:
        """Somebody more lives here; returns the new member's id.  Raises ``AnswerRefused``."""
        if role not in ROLES:
            raise AnswerRefused(message(N_("Choose one of the answers that are offered.")))
        member = "M-" + base64.b32encode(secrets.token_bytes(5)).decode("ascii")
        self._save({member_field(member, "role"): role})
        return member

    def remove_member(self, member_id: str) -> None:
        """Somebody was recorded here wrongly; of a new member nothing remains.

        Raises ``MemberNamed`` where other entries name the member, and ``FieldUnknown``.
        """
        if member_id not in self._overlay.member_ids:
            raise FieldUnknown()
        of_member = [field for field in self._drafts.values if member_id in target_of(field).key]
        if (member_id,) in self._file.rows["members"]:
            refuse_named(self._file, member_id, may_withdraw_others=self._setting.role == "manager")
            self._save({member_field(member_id, REMOVED): True})
        self._discard(of_member)

    def add_line(self, category: str) -> str:
        """One more line in a category; returns the id of its group.  It is no fact before its amount is told."""
        if category not in CATEGORIES:
            raise FieldUnknown()
        line = max(self._overlay.lines(category)[-1], self._file.last_line(category)) + 1
        self._save({flow_id(category, line, "recall"): USUAL_RECALL})
        return f"flow:{category}:{line}"

    def remove_line(self, group_id: str) -> None:
        """Take a line back: one of the file was entered wrongly; of a new one nothing remains."""
        target = target_of(f"{group_id}:amount_money")
        if target.what != "flow":
            raise FieldUnknown()
        of_line = [field for field in self._drafts.values if target_of(field).row == target.row]
        if self._file.line(*line_of(target)) is not None:
            self._save({f"{group_id}:{REMOVED}": True})
        self._discard(of_line)

    def undo(self, field_id: str) -> None:
        """Back to the file; a ``…:removed`` id brings a member or a line back.

        With the amount of a line that the file lacks, what stands beside last month's proposal goes back too.
        """
        target = target_of(field_id)
        fields = [field_id]
        is_amount = target.what == "flow" and target.column == "amount_money"
        if is_amount and self._file.line(*line_of(target)) is None and line_of(target) in self._file.last_month:
            fields += [flow_id(*line_of(target), name) for name in ("recall", "item", "source")]
        self._discard(fields)
        if target.what == "flow" and target.column in ("recall", "item"):
            self._propose_again(field_id, target)

    def _propose_again(self, field_id: str, target: Target) -> None:
        """What last month's line said of a line whose amount is told already."""
        before = self._file.last_month.get(line_of(target), {}).get(target.column)
        is_told = flow_id(*line_of(target)) in self._drafts.values and self._file.line(*line_of(target)) is None
        if is_told and before not in (None, USUAL_RECALL):
            self._save({field_id: before})

    def changed(self) -> list[str]:
        """The ids of all drafts, in the order they were first given: what differs from the file, or is news to it."""
        return list(self._drafts.values)

    def discard_all(self) -> None:
        """Forget every draft of this family and month."""
        self._drafts.discard_all()
        self._renew()

    def look_elsewhere(self) -> list[str]:
        """Take over the drafts as they are kept by now; returns what another page of the same form changed.

        Where drafts are gone they may have been submitted there, so the file is read anew.
        """
        changed = self._drafts.look_elsewhere()
        if any(field not in self._drafts.values for field in changed):
            self.reload()
        elif changed:
            self._renew()
        return changed

    def reload(self) -> None:
        """Read the file anew; drafts stay, but for those that the file says by now."""
        self._file = FamilyFile.read(self.session, self._setting)
        self._renew()
        self._discard(settled(self._overlay))

    # -- inside --

    def _renew(self) -> None:
        self._overlay = Overlay(self._file, dict(self._drafts.values))
        self._sheet = Sheet(self._overlay, self._sheet)

    def _save(self, values: Mapping[str, Any], base: int | None = None) -> None:
        try:
            for field, value in values.items():
                of_row = [name for name in self._drafts.values if target_of(name).row == target_of(field).row]
                kept = self._drafts.base(of_row) if of_row else base_of(self._file, target_of(field))
                self._drafts.save(field, value, base if base is not None else kept)
        finally:
            self._renew()

    def _discard(self, fields: Iterable[str]) -> None:
        if gone := [field for field in fields if field in self._drafts.values]:
            self._drafts.discard(gone)
            self._renew()
