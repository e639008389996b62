"""Passwords: what is refused, what is the same however it is typed, and how much work a wrong one makes."""

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from hamyar.store.passwords import LONGEST, Passwords, PasswordWeak, mark_of

# The least Argon2 can do: what is tested is not how slow it is.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
RIGHT = "گل سرخ باغ ۷"


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "short",
        "۱۲۳۴۵۶۷۸۹",
        "a" * 40,
        "abababababab",
        "sara12345",
        "SARAsara12",
        "x y z w v " * 30,
        "       \u200f    ",
    ],
)
def test_an_easy_password_is_refused(weak: str):
    """Short, endless, of few signs, of signs nobody sees, or the name with a little beside it."""
    with pytest.raises(PasswordWeak, match="10 to 200 signs"):
        Passwords(CHEAP).hashed("sara", weak)


@pytest.mark.parametrize("good", [RIGHT, "correct horse", "۱۲۳۴۵۶۷۸۹۰", "sara and the sea", "abcde" * (LONGEST // 5)])
def test_a_long_password_is_accepted(good: str):
    """Words, digits, and the longest there is; it opens, and another does not."""
    passwords = Passwords(CHEAP)
    kept = passwords.hashed("sara", good)
    assert passwords.fits(kept, good)
    assert not passwords.fits(kept, "a long blue river")


@pytest.mark.parametrize("typed", ["گل سرخ باغ 7", "گل سرخ باغ ٧", " گل  سرخ باغ ۷ ", "\u200fگل سرخ باغ ۷"])
def test_the_keyboard_does_not_matter(typed: str):
    """A password is the same in Persian, Arabic and Latin digits, and with spaces or marks nobody sees."""
    passwords = Passwords(CHEAP)
    assert passwords.fits(passwords.hashed("sara", RIGHT), typed)


def test_arabic_letters_do_not_matter():
    """ي and ك of an Arabic keyboard are ی and ک."""
    passwords = Passwords(CHEAP)
    assert passwords.fits(passwords.hashed("sara", "یک کتاب آبی"), "يك كتاب آبي")


def test_capital_letters_matter():
    """A password in other letters is another password."""
    passwords = Passwords(CHEAP)
    assert not passwords.fits(passwords.hashed("sara", "Correct horse"), "correct horse")


@given(st.text(min_size=10, max_size=40))
def test_what_was_accepted_fits_and_nothing_else(password: str):
    """Any text that is accepted opens, and with one letter more it does not."""
    passwords = Passwords(CHEAP)
    try:
        kept = passwords.hashed("sara", password)
    except PasswordWeak:
        return
    assert passwords.fits(kept, password)
    assert not passwords.fits(kept, password + "x")


@pytest.mark.parametrize("typed", ["", "\ud800" * 12, "x" * 10**6, "\x00"])
def test_what_is_no_password_is_wrong(typed: str):
    """Nothing, half a letter, a flood and a zero byte get the usual answer."""
    passwords = Passwords(CHEAP)
    assert not passwords.fits(passwords.hashed("sara", RIGHT), typed)


@pytest.mark.parametrize("kept", ["", "broken", "$argon2id$v=19$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_broken_hash_fits_nothing(kept: str):
    """A damaged table of hashes opens nothing and crashes nothing."""
    assert not Passwords(CHEAP).fits(kept, RIGHT)


def test_no_hash_fits_nothing_and_takes_as_much_work():
    """A hash is compared each time, at the same costs, whether there is one or not."""
    compared = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the library's name
            compared.append(str(hash).split("$")[1:4])
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    kept = passwords.hashed("sara", RIGHT)
    assert not passwords.fits(kept, "a long blue river")
    assert not passwords.fits(None, RIGHT)
    assert not passwords.fits(None, "nobody's password")
    assert compared == [["argon2id", "v=19", "m=8,t=1,p=1"]] * 3


def test_the_library_s_own_costs_are_used():
    """Without an argument the hash is Argon2id with the costs the library recommends, and a salt of its own."""
    first, second = (Passwords().hashed("sara", RIGHT) for _ in range(2))
    assert first.startswith("$argon2id$")
    assert first != second
    assert not PasswordHasher().check_needs_rehash(first)


def test_an_outdated_hash_is_known():
    """Other costs than today's are outdated, today's are not; made anew, the same password fits."""
    kept = Passwords(CHEAP).hashed("sara", RIGHT)
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    again = dearer.rehashed(RIGHT)
    assert (dearer.is_outdated(kept), dearer.is_outdated(again)) == (True, False)
    assert dearer.fits(again, RIGHT)
    assert mark_of(kept) != mark_of(again)
