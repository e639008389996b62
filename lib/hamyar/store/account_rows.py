"""The rows behind :mod:`hamyar.store.accounts`: how an account, its hash and its sign-ins lie in the database."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hamyar.core.persian import latin_digits
from hamyar.store.access import User
from hamyar.store.change import Change
from hamyar.store.models import accounts, passwords, sign_in_failures, sign_ins

_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")


@dataclass(frozen=True)
class Account:
    """One account as it is now.  ``version`` is 1 when it is made and one more after each change."""

    username: str
    role: str
    person_id: str | None
    is_disabled: bool
    version: int

    @property
    def user(self) -> User:
        """Who asks, for :class:`~hamyar.store.access.Access`."""
        return User(self.username, self.role, self.person_id)


def known_form(username: str) -> str | None:
    """The form in which a name is stored; ``None`` for what can be no name."""
    name = latin_digits(username.strip())
    return name.lower() if _USERNAME.fullmatch(name) else None


def attempted_name(username: str) -> str:
    return digest_of(f"name {username}")


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def current_row(connection: sa.Connection, name: str | None) -> sa.Row[Any] | None:
    versions = sa.select(accounts).where(accounts.c.username == (name or ""))
    return connection.execute(versions.order_by(accounts.c.version.desc()).limit(1)).first()


def account_from(row: sa.Row[Any]) -> Account:
    return Account(row.username, row.role, row.person_id, row.is_disabled, row.version)


def next_version(row: sa.Row[Any], *, is_disabled: bool | None = None) -> Account:
    """The account's next version."""
    disabled = row.is_disabled if is_disabled is None else is_disabled
    return Account(row.username, row.role, row.person_id, disabled, row.version + 1)


def write_version(change: Change, account: Account, password_mark: str) -> None:
    change.write_plain(
        "accounts",
        {
            "username": account.username,
            "role": account.role,
            "person_id": account.person_id,
            "is_disabled": account.is_disabled,
            "password_mark": password_mark,
            "version": account.version,
        },
    )


def hash_of(username: str) -> sa.Select[str]:
    return sa.select(passwords.c.hash).where(passwords.c.username == username)


def keep_hash(connection: sa.Connection, username: str, kept: str) -> None:
    # Taken out and put in: both databases say this alike, and nobody else writes meanwhile.
    connection.execute(sa.delete(passwords).where(passwords.c.username == username))
    connection.execute(sa.insert(passwords).values(username=username, hash=kept))


def end_sign_ins(connection: sa.Connection, username: str | None) -> None:
    connection.execute(sa.delete(sign_ins).where(sign_ins.c.username == (username or "")))


def forget_failures(connection: sa.Connection, attempted: str) -> None:
    connection.execute(sa.delete(sign_in_failures).where(sign_in_failures.c.name_hash == attempted))
