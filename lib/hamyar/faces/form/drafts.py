"""What was typed into a form and is not submitted yet: kept in memory, and saved at once.

Beside each value stands the version that its row had in the file when it was typed.
Without it a page that is opened again a day later would take what somebody else has corrected meanwhile for what this
person saw, and would overwrite it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hamyar.core.jalali import Month
from hamyar.faces.form.fields import is_field_id

if TYPE_CHECKING:
    from hamyar.faces.session import Session


class FormDrafts:
    """The drafts of one form by field id, in the order they were first given; loaded when it is opened."""

    def __init__(self, session: "Session", family_id: str, month: Month) -> None:
        self._session, self._family_id, self._month = session, family_id, month
        self._values: dict[str, Any] = {}
        self._bases: dict[str, int | None] = {}
        for field, (value, base) in self._kept():
            self._values[field], self._bases[field] = value, base

    def _kept(self) -> Iterator[tuple[str, tuple[Any, int | None]]]:
        for field, kept in self._session.load_draft(self._family_id, self._month).items():
            if not is_field_id(field):
                continue
            # What was kept by something else than a form was typed over nobody knows what, so over no row.
            is_ours = isinstance(kept, dict) and set(kept) == {"value", "base"}
            yield field, (kept["value"], kept["base"]) if is_ours else (kept, None)

    def look_elsewhere(self) -> list[str]:
        """Hold what is kept by now; returns the fields that another page of the same person changed."""
        kept = dict(self._kept())
        held = {field: (value, self._bases[field]) for field, value in self._values.items()}
        changed = [field for field in {**held, **kept} if held.get(field) != kept.get(field)]
        for field in changed:
            self._values.pop(field, None)
            self._bases.pop(field, None)
            if field in kept:
                self._values[field], self._bases[field] = kept[field]
        return changed

    @property
    def values(self) -> Mapping[str, Any]:
        return self._values

    def base(self, field_ids: Iterable[str]) -> int | None:
        """The earliest version that any of these fields was typed over; ``None``: over no row at all."""
        found = [self._bases[field] for field in field_ids if field in self._bases]
        known = [version for version in found if version is not None]
        return min(known) if known and len(known) == len(found) else None

    def save(self, field: str, value: Any, base: int | None) -> None:
        """Keep a value; raises what ``Session.save_draft`` raises, with nothing changed."""
        self._session.save_draft(self._family_id, self._month, field, {"value": value, "base": base})
        self._values[field], self._bases[field] = value, base

    def discard_all(self) -> None:
        """Forget everything that was kept for this family and month, whoever understands it."""
        self._session.discard_draft(self._family_id, self._month)
        self._values, self._bases = {}, {}

    def discard(self, fields: Collection[str]) -> None:
        kept = [field for field in fields if field in self._values]
        if not kept:
            return
        self._session.discard_draft(self._family_id, self._month, kept)
        for field in kept:
            del self._values[field], self._bases[field]
