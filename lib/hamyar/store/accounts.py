"""Accounts: who may sign in, in which role, and who is signed in now.

What an account is (role, person, disabled or not, that its password was set anew) is kept like a fact, in versions
under the audit log: who gave whom which right is a question that comes years later.
The log holds no password and no hash of one, only a mark of the hash; a hash that does not fit its mark opens nothing,
so a password slipped into the database behind the log is of no use.

A sign-in is a random token in a cookie; the database has its digest, so that a stolen backup signs nobody in.
It ends when it is not used for a while, when it is old, and when the password changes or the account is disabled.

Guessing is slow: after a few wrong passwords a name is closed for a while.  Attempts are counted before the password
is looked at, so that many at once are no way around, and for names nobody has as well, so that being closed tells
nobody who has an account.
"""

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.exc import OperationalError

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.store.access import ROLES, ROLES_OF_A_PERSON
from hamyar.store.account_rows import (
    Account,
    account_from,
    attempted_name,
    current_row,
    digest_of,
    end_sign_ins,
    forget_failures,
    hash_of,
    keep_hash,
    known_form,
    next_version,
    write_version,
)
from hamyar.store.change import Change
from hamyar.store.database import DatabaseBusy
from hamyar.store.models import accounts, sign_in_failures, sign_ins
from hamyar.store.passwords import Passwords, mark_of
from hamyar.store.store import Store

__all__ = [
    "Account",
    "AccountDisabled",
    "AccountExists",
    "AccountLocked",
    "AccountUnknown",
    "Accounts",
    "PasswordWrong",
    "PersonMissing",
    "RoleUnknown",
    "SignInOvertaken",
    "SignInRules",
    "UsernameInvalid",
]

TOKEN_BYTES = 32
# Not every page view is worth a write.
SEEN_AGAIN_SECONDS = 60


class UsernameInvalid(HamyarError):
    msgid = N_(
        "'{username}' cannot be the name of an account. Take 2 to 64 Latin letters and digits; after the first sign "
        "also . _ @ and -."
    )


class AccountExists(HamyarError):
    msgid = N_("There is an account '{username}' already. Take another name, or give that one a new password.")


class AccountUnknown(HamyarError):
    msgid = N_("There is no account '{username}'. Look at the names with: hamyar account list")


class RoleUnknown(HamyarError):
    msgid = N_("There is no role '{role}'. Take one of: {known}.")


class PersonMissing(HamyarError):
    msgid = N_("An account of this role needs the code of the helper or person it belongs to. Give the code.")


class PasswordWrong(HamyarError):
    msgid = N_(
        "The name or the password is not right. Try again, or ask the operator of the centre for a new password."
    )


class AccountLocked(HamyarError):
    msgid = N_("Too many wrong passwords were given for this name. Try again later. Minutes to wait: {minutes}.")


class AccountDisabled(HamyarError):
    msgid = N_("This account is closed. Ask the operator of the centre to open it again.")


class SignInOvertaken(HamyarError):
    msgid = N_("The account was changed while you were signing in. Sign in again.")


@dataclass(frozen=True)
class SignInRules:
    """How many wrong passwords close a name, for how long, and how long a sign-in lasts unused and in all."""

    failures: int = 5
    locked_minutes: int = 15
    idle_minutes: int = 60
    longest_minutes: int = 12 * 60


class Accounts:
    """The accounts of one store.

    ``hasher`` has the costs of Argon2, the library's own unless a test wants cheaper ones.
    ``at`` is an aware ``datetime``; left out, it is the time by the store's clock.
    Names of accounts are the same in capital and small letters and in any digits.
    """

    def __init__(self, store: Store, hasher: PasswordHasher | None = None, rules: SignInRules | None = None) -> None:
        self.rules = rules or SignInRules()
        self._store = store
        self._database = store._database
        self._passwords = Passwords(hasher)

    # Who there is ----------------------------------------------------------------------------------------------

    def all(self) -> list[Account]:
        """Every account, disabled ones too, by name."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(accounts).order_by(accounts.c.version)).all()
        latest = {row.username: account_from(row) for row in rows}
        return [latest[username] for username in sorted(latest)]

    def find(self, username: str) -> Account | None:
        """The account of this name, disabled or not."""
        with self._database.read() as connection:
            row = current_row(connection, known_form(username))
        return None if row is None else account_from(row)

    def active(self, username: str) -> Account | None:
        """The account of this name if it may be used; for whoever knows the user by a proxy or a hub."""
        found = self.find(username)
        return None if found is None or found.is_disabled else found

    # What changes them -----------------------------------------------------------------------------------------

    def add(self, username: str, role: str, person_id: str | None = None, *, password: str, actor: str) -> Account:
        """A new account; ``actor`` is who makes it.

        Raises ``UsernameInvalid``, ``RoleUnknown``, ``PersonMissing``, ``PasswordWeak`` or ``AccountExists``.
        """
        name = known_form(username)
        if name is None:
            raise UsernameInvalid(username=username)
        if role not in ROLES:
            raise RoleUnknown(role=role, known=", ".join(ROLES))
        if role in ROLES_OF_A_PERSON and not person_id:
            raise PersonMissing()
        kept = self._passwords.hashed(name, password)
        with self._store._change(actor, f"new account {name}") as (change, connection, _head):
            if current_row(connection, name) is not None:
                raise AccountExists(username=name)
            made = Account(name, role, person_id or None, is_disabled=False, version=1)
            write_version(change, made, mark_of(kept))
            keep_hash(connection, name, kept)
        return made

    def set_password(self, username: str, password: str, *, actor: str) -> Account:
        """Another password; every sign-in of the account ends, and a closed name opens.

        Raises ``AccountUnknown`` or ``PasswordWeak``.
        """
        kept = self._passwords.hashed(known_form(username) or username, password)
        with self._changing(username, actor, "new password of") as (change, connection, row):
            made = next_version(row)
            write_version(change, made, mark_of(kept))
            keep_hash(connection, made.username, kept)
            end_sign_ins(connection, made.username)
            forget_failures(connection, attempted_name(made.username))
        return made

    def disable(self, username: str, *, actor: str) -> Account:
        """Let nobody sign in any more, and end every sign-in of the account.  Raises ``AccountUnknown``."""
        with self._changing(username, actor, "close account") as (change, connection, row):
            end_sign_ins(connection, row.username)
            return self._with_disabled(change, row, is_disabled=True)

    def enable(self, username: str, *, actor: str) -> Account:
        """Open a disabled account again, with the password it had.  Raises ``AccountUnknown``."""
        with self._changing(username, actor, "open account") as (change, _connection, row):
            return self._with_disabled(change, row, is_disabled=False)

    def _with_disabled(self, change: Change, row: sa.Row[Any], *, is_disabled: bool) -> Account:
        if row.is_disabled == is_disabled:
            return account_from(row)
        made = next_version(row, is_disabled=is_disabled)
        write_version(change, made, row.password_mark)
        return made

    @contextmanager
    def _changing(self, username: str, actor: str, what: str) -> Iterator[tuple[Change, sa.Connection, sa.Row[Any]]]:
        name = known_form(username)
        with self._store._change(actor, f"{what} {name}") as (change, connection, _head):
            row = current_row(connection, name)
            if row is None:
                raise AccountUnknown(username=username)
            yield change, connection, row

    # Signing in ------------------------------------------------------------------------------------------------

    def verify(self, username: str, password: str, at: dt.datetime | None = None) -> Account:
        """The account this name and this password belong to.

        Raises ``AccountLocked``, ``PasswordWrong`` (also for a name nobody has) or, where the password was right,
        ``AccountDisabled``.
        """
        name = known_form(username)
        attempted = attempted_name(username if name is None else name)
        self._count_attempt(attempted, self._moment(at))
        with self._database.read() as connection:
            row = current_row(connection, name)
            kept = None if row is None else connection.scalar(hash_of(row.username))
        if not self._passwords.fits(kept, password) or row is None or mark_of(str(kept)) != row.password_mark:
            raise PasswordWrong()
        with self._database.write() as connection:
            forget_failures(connection, attempted)
        if row.is_disabled:
            raise AccountDisabled()
        return self._renewed(row, password) if self._passwords.is_outdated(str(kept)) else account_from(row)

    def begin_session(self, account: Account, at: dt.datetime | None = None) -> str:
        """The token of a new sign-in, for a cookie; it is shown nowhere again.

        ``account`` comes from :meth:`verify`.
        Raises ``SignInOvertaken`` when the account was changed or disabled since.
        """
        token, moment = secrets.token_urlsafe(TOKEN_BYTES), self._moment(at)
        with self._database.write() as connection:
            row = current_row(connection, account.username)
            if row is None or row.is_disabled or row.version != account.version:
                raise SignInOvertaken()
            is_over = (sign_ins.c.seen_at <= moment - self.rules.idle_minutes * 60) | (
                sign_ins.c.began_at <= moment - self.rules.longest_minutes * 60
            )
            connection.execute(sa.delete(sign_ins).where(is_over))
            values = {"token_hash": digest_of(token), "username": row.username, "began_at": moment, "seen_at": moment}
            connection.execute(sa.insert(sign_ins).values(values))
        return token

    def account_of(self, token: str, at: dt.datetime | None = None) -> Account | None:
        """Whose sign-in this is, as the account is now; ``None`` when it has ended or never was.  Counts as use."""
        moment, token_hash = self._moment(at), digest_of(token)
        with self._database.read() as connection:
            sign_in = connection.execute(sa.select(sign_ins).where(sign_ins.c.token_hash == token_hash)).first()
        if sign_in is None:
            return None
        unused, age = moment - sign_in.seen_at, moment - sign_in.began_at
        if unused >= self.rules.idle_minutes * 60 or age >= self.rules.longest_minutes * 60:
            return None
        if unused >= SEEN_AGAIN_SECONDS:
            seen = sa.update(sign_ins).where(sign_ins.c.token_hash == token_hash).values(seen_at=moment)
            # Who is signed in stays so while somebody else writes for long, and while the disk is full.
            with suppress(DatabaseBusy, OperationalError), self._database.write() as connection:
                connection.execute(seen)
        return self.active(sign_in.username)

    def end_session(self, token: str) -> None:
        """Sign out; a token that is none already is left alone."""
        with self._database.write() as connection:
            connection.execute(sa.delete(sign_ins).where(sign_ins.c.token_hash == digest_of(token)))

    def end_all(self, username: str) -> None:
        """End every sign-in of an account."""
        with self._database.write() as connection:
            end_sign_ins(connection, known_form(username))

    def _count_attempt(self, attempted: str, moment: int) -> None:
        """Raises ``AccountLocked`` when this name has had its attempts."""
        seconds = self.rules.locked_minutes * 60
        with self._database.write() as connection:
            is_past = sign_in_failures.c.last_at <= moment - seconds
            connection.execute(sa.delete(sign_in_failures).where(is_past))
            found = connection.execute(
                sa.select(sign_in_failures).where(sign_in_failures.c.name_hash == attempted)
            ).first()
            failures = 0 if found is None else found.failures
            if found is not None and failures >= self.rules.failures:
                left = found.last_at + seconds - moment
                raise AccountLocked(minutes=-(-left // 60))
            forget_failures(connection, attempted)
            values = {"name_hash": attempted, "failures": failures + 1, "last_at": moment}
            connection.execute(sa.insert(sign_in_failures).values(values))

    def _renewed(self, row: sa.Row[Any], password: str) -> Account:
        """The same password under a hash of today's costs; sign-ins go on."""
        kept = self._passwords.rehashed(password)
        with self._changing(row.username, row.username, "new hash for") as (change, connection, now):
            if now.version != row.version:
                raise SignInOvertaken()
            made = next_version(now)
            write_version(change, made, mark_of(kept))
            keep_hash(connection, made.username, kept)
        return made

    def _moment(self, at: dt.datetime | None) -> int:
        return int((self._store.now() if at is None else at).timestamp())
