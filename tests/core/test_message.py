"""Sentences before they have a language, and the errors that carry them."""

import pickle

import pytest

from hamyar.core.errors import HamyarError
from hamyar.core.jalali import Month, NotAMonth
from hamyar.core.message import message, nmessage


@pytest.mark.parametrize(("count", "expected"), [(1, "1 family waits"), (0, "0 families wait"), (5, "5 families wait")])
def test_a_sentence_that_counts(count, expected):
    """One is singular, everything else plural."""
    assert expected == str(nmessage("{count} family waits", "{count} families wait", count))


def test_holes_are_filled_with_plain_values():
    """A developer reads the English sentence with the values as they are."""
    assert str(message("gap of {month} is {amount}", month=Month(1405, 8), amount=12)) == "gap of 1405-08 is 12"


def test_an_error_crosses_processes():
    """An error is rebuilt elsewhere with its class, its sentence and its values."""
    error = NotAMonth(value="1405-13")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (NotAMonth, str(error), error.message) == (type(again), str(again), again.message)
    assert isinstance(again, HamyarError)
