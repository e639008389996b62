"""How many attempts an address has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamyar.server.rate import Rate, visitor


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture(name="clock")
def _clock():
    return Clock()


def rate_of(clock, **options):
    return Rate(**{"attempts": 3, "seconds": 60, "most_addresses": 100, "clock": clock, **options})


def test_attempts_and_then_a_wait(clock):
    """Three attempts go through at once; the fourth is told how long until there is room for one."""
    rate = rate_of(clock)

    assert [rate.take("a") for _ in range(4)] == [0, 0, 0, 20]


def test_a_refused_attempt_does_not_count(clock):
    """Asking again and again makes the wait no longer."""
    rate = rate_of(clock)
    waits = [rate.take("a") for _ in range(10)]
    clock.now += 20

    assert waits[3:] == [20] * 7
    assert [rate.take("a"), rate.take("a")] == [0, 20]


def test_addresses_are_apart(clock):
    """What one visitor does closes nothing to another."""
    rate = rate_of(clock)
    for _ in range(9):
        rate.take("a")

    assert rate.take("b") == 0


def test_a_right_attempt_is_given_back(clock):
    """Twenty people behind one address sign in one after the other."""
    rate = rate_of(clock)
    waits = []
    for _ in range(20):
        waits.append(rate.take("a"))
        rate.give_back("a")

    assert (waits, len(rate)) == ([0] * 20, 0)


def test_giving_back_never_makes_more_room(clock):
    """An attempt that was never taken is not given back."""
    rate = rate_of(clock)
    rate.give_back("a")
    rate.give_back("a")

    assert [rate.take("a") for _ in range(4)] == [0, 0, 0, 20]


def test_the_table_is_bounded(clock):
    """The address not seen for longest is forgotten, and none beyond the bound is kept."""
    rate = rate_of(clock, most_addresses=2)
    for address in ("a", "a", "a", "b", "a", "c"):
        rate.take(address)

    assert len(rate) == 2
    assert rate.take("a") == 20


@given(st.lists(st.floats(0, 300), min_size=1, max_size=60))
def test_never_more_than_the_pace(steps):
    """In any time of N seconds at most the attempts at once and those that leaked out meanwhile go through."""
    clock = Clock()
    rate = rate_of(clock)
    passed = []
    for step in steps:
        clock.now += step
        if rate.take("a") == 0:
            passed.append(clock.now)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            assert last - first + 1 <= 3 + (passed[last] - passed[first]) / 20 + 1e-6


@pytest.mark.parametrize(
    ("peer", "forwarded", "is_behind_proxy", "expected"),
    [
        ("203.0.113.5", "", False, "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", False, "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1", True, "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 198.51.100.1", True, "198.51.100.1"),
        ("127.0.0.1", "", True, "127.0.0.1"),
        (None, "", True, "unknown"),
        ("127.0.0.1", "<script>", True, "unknown"),
        ("2001:db8:1:2:3:4:5:6", "", False, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "", False, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", "", False, "203.0.113.5"),
        ("fe80::1%eth0", "", False, "fe80::/64"),
    ],
)
def test_visitor(peer, forwarded, is_behind_proxy, expected):
    """The peer, or behind a proxy what the proxy itself wrote last; a network of IPv6 is one visitor."""
    assert visitor(peer, {"X-Forwarded-For": forwarded}, is_behind_proxy) == expected
