"""Drafts: what somebody typed into a form and has not submitted yet.

A draft is no fact.  It may be overwritten and removed, nobody else sees it, and no month is run from it.
Each answer is saved as it is given, so a closed laptop loses nothing.
With the store's key at hand answers are encrypted, bound to their user, family, month and field.

Whether the user may still see the family is not asked here: ask :mod:`hamyar.store.access` first.
"""

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month
from hamyar.core.message import N_
from hamyar.store.canonical import canonical_json
from hamyar.store.models import drafts
from hamyar.store.secrets import KeyNotGiven
from hamyar.store.store import Store

LONGEST_NAME = 200
LONGEST_VALUE = 20_000
MOST_ANSWERS = 5_000


class DraftNotPlain(HamyarError):
    msgid = N_("An answer cannot be kept as a draft: it is no plain value, or its field has no plain name.")


class DraftTooLong(HamyarError):
    msgid = N_("An answer is too long to be kept as a draft. Shorten it; {longest} signs are the most.")


class DraftsTooMany(HamyarError):
    msgid = N_("You have {count} answers that are not submitted. Submit or discard some of them first.")


@dataclass(frozen=True)
class Draft:
    """That a draft of one family and month was begun: how many answers it has, and when the last was saved."""

    family_id: str
    month: Month
    answers: int
    saved_at: dt.datetime


class Drafts:
    """The drafts of every user of one store; each call names whose."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store._database
        self._keyring = store._keyring

    def save(self, username: str, family_id: str, month: Month, field: str, value: Any) -> None:
        """Keep ``value`` (anything JSON can say; ``None`` is an answer made empty) in place of what was there.

        Raises ``DraftNotPlain``, ``DraftTooLong`` or ``DraftsTooMany``.
        """
        _refuse_name(username, family_id, field)
        text = _as_json(value)
        is_sealed = self._keyring is not None
        if self._keyring is not None:
            text = self._keyring.encrypt(_owner(username, family_id, month), field, text)
        answer = drafts.c.field == field
        with self._database.write() as connection:
            connection.execute(sa.delete(drafts).where(_is_of(username, family_id, month), answer))
            of_user = sa.select(sa.func.count()).select_from(drafts).where(drafts.c.username == username)
            count = connection.scalar(of_user) or 0
            if count >= MOST_ANSWERS:
                raise DraftsTooMany(count=count)
            row = {"username": username, "family_id": family_id, "month": month.code, "field": field}
            saved = {"value": text, "is_sealed": is_sealed, "saved_at": int(self._store.now().timestamp())}
            connection.execute(sa.insert(drafts).values(row | saved))

    def load(self, username: str, family_id: str, month: Month) -> dict[str, Any]:
        """The answers as ``{field: value}``, by field; empty where nothing was begun.

        Raises ``KeyNotGiven`` for encrypted answers without the key, ``KeyUnknown`` or ``SecretDamaged``.
        """
        chosen = sa.select(drafts.c.field, drafts.c.value, drafts.c.is_sealed)
        with self._database.read() as connection:
            rows = connection.execute(chosen.where(_is_of(username, family_id, month))).all()
        owner = _owner(username, family_id, month)
        return {field: json.loads(self._opened(owner, field, *kept)) for field, *kept in sorted(map(tuple, rows))}

    def discard(self, username: str, family_id: str, month: Month, fields: Collection[str] | None = None) -> None:
        """Remove a draft, or only these fields of it; what is not there is left alone."""
        chosen = sa.delete(drafts).where(_is_of(username, family_id, month))
        if fields is not None:
            chosen = chosen.where(drafts.c.field.in_(list(fields)))
        with self._database.write() as connection:
            connection.execute(chosen)

    def begun(self, username: str) -> list[Draft]:
        """The drafts of a user, the latest first."""
        last = sa.func.max(drafts.c.saved_at).label("last")
        chosen = (
            sa.select(drafts.c.family_id, drafts.c.month, sa.func.count().label("answers"), last)
            .where(drafts.c.username == username)
            .group_by(drafts.c.family_id, drafts.c.month)
            .order_by(last.desc(), drafts.c.family_id, drafts.c.month)
        )
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        return [
            Draft(row.family_id, Month.from_code(row.month), row.answers, dt.datetime.fromtimestamp(row.last, dt.UTC))
            for row in rows
        ]

    def _opened(self, owner: str, field: str, value: str, is_sealed: bool) -> str:
        if not is_sealed:
            return value
        if self._keyring is None:
            raise KeyNotGiven()
        return self._keyring.decrypt(owner, field, value)


def _is_of(username: str, family_id: str, month: Month) -> sa.ColumnElement[bool]:
    return sa.and_(drafts.c.username == username, drafts.c.family_id == family_id, drafts.c.month == month.code)


def _owner(username: str, family_id: str, month: Month) -> str:
    return canonical_json(["draft", username, family_id, month.code])


def _refuse_name(*names: str) -> None:
    # A zero byte or half a letter would be refused by one database and kept by the other.
    if not all(name and name.isprintable() for name in names):
        raise DraftNotPlain()
    if any(len(name) > LONGEST_NAME for name in names):
        raise DraftTooLong(longest=LONGEST_NAME)


def _as_json(value: Any) -> str:
    try:
        written = json.dumps(value, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        raise DraftNotPlain() from None
    if len(written) > LONGEST_VALUE:
        raise DraftTooLong(longest=LONGEST_VALUE)
    # Kept with its letters escaped: half a letter from a broken client is read back as it was.
    return json.dumps(value)
