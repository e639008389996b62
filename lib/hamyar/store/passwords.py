"""Passwords: hashed with Argon2, compared as people type them, refused when they are easy to guess.

A password chosen at a desk is typed on a telephone: with Persian digits for Latin ones, with the Arabic letters ي and
ك, with a direction mark that came along when it was pasted.  All of these are brought to one form before hashing.

Checking a name nobody has takes as long as checking a wrong password, so the time tells no one who has an account.
"""

import hashlib
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.persian import latin_digits, normal_text

SHORTEST, LONGEST = 10, 200
FEWEST_DIFFERENT = 5
FEWEST_BESIDE_NAME = 6


class PasswordWeak(HamyarError):
    msgid = N_(
        "This password is too easy to guess, or too long. Take {shortest} to {longest} signs, at least {different} "
        "of them different, and more than the name of the account."
    )


class Passwords:
    """Makes and compares hashes; ``hasher`` has Argon2's costs."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hashed(self, username: str, password: str) -> str:
        """The hash to keep, with its own salt; raises ``PasswordWeak``."""
        typed = _as_typed(password)
        beside_name = typed.casefold().replace(username.casefold(), "")
        is_fit = (
            len(typed) >= SHORTEST
            and len(password) <= LONGEST
            and len(set(typed)) >= FEWEST_DIFFERENT
            and len(beside_name) >= FEWEST_BESIDE_NAME
        )
        if not is_fit:
            raise PasswordWeak(shortest=SHORTEST, longest=LONGEST, different=FEWEST_DIFFERENT)
        return self._hasher.hash(_as_bytes(typed))

    def rehashed(self, password: str) -> str:
        """A hash of today's costs for a password that is in use already."""
        return self._hasher.hash(_as_bytes(_as_typed(password)))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether ``password`` belongs to the hash; without a hash it never does, and takes as long to say so."""
        # Nobody's password is longer, so what comes after need not be looked at.
        typed = _as_typed(password[: LONGEST + 1])
        try:
            self._hasher.verify(self._decoy if kept is None else kept, _as_bytes(typed))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(b"nobody's password")


def mark_of(kept: str) -> str:
    """A digest of a hash, by which the audit log knows it without holding it."""
    return hashlib.sha256(kept.encode()).hexdigest()


def _as_typed(password: str) -> str:
    return latin_digits(normal_text(password))


def _as_bytes(text: str) -> bytes:
    # Half a letter from a broken client is a wrong password and no crash.
    return text.encode("utf-8", "surrogatepass")
