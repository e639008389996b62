"""Capabilities: what is given opens, and ends when its kernel, its user or its time does."""

import threading
from collections.abc import Iterator

import pytest

from hamyar.server.capability import Capabilities, Grant

GRANT = Grant("sara", "family", "F1", "1405-08", "kernel-1")


@pytest.fixture
def seconds() -> list[float]:
    """The time, to be moved by hand."""
    return [1_000.0]


@pytest.fixture
def capabilities(seconds: list[float]) -> Capabilities:
    return Capabilities(clock=lambda: seconds[0], longest_seconds=60)


def test_a_token_stands_for_its_grant(capabilities: Capabilities):
    """Each issue is another token, and each says whom it stands for."""
    tokens = {capabilities.issue(GRANT) for _ in range(50)}
    assert len(tokens) == 50
    assert {GRANT} == {capabilities.grant_of(token) for token in tokens}


@pytest.mark.parametrize("token", ["", "x", "\ud800", "‮", "a" * 100_000])
def test_what_was_never_issued_opens_nothing(capabilities: Capabilities, token: str):
    """Whatever is guessed, of any length and of any letters."""
    capabilities.issue(GRANT)
    assert capabilities.grant_of(token) is None


def test_a_kernel_that_ends_takes_its_capabilities_along(capabilities: Capabilities):
    """Those of other kernels stay; ending one twice is no fault."""
    first, second = capabilities.issue(GRANT), capabilities.issue(GRANT)
    other = capabilities.issue(Grant("sara", "home", None, None, "kernel-2"))
    for _ in range(2):
        capabilities.revoke_kernel("kernel-1")
    assert [capabilities.grant_of(first), capabilities.grant_of(second)] == [None, None]
    assert capabilities.grant_of(other) is not None


def test_a_user_that_signs_out_takes_all_along(capabilities: Capabilities):
    """Those of other users stay."""
    mine = capabilities.issue(GRANT)
    other = capabilities.issue(Grant("omid", "home", None, None, "kernel-2"))
    capabilities.revoke_user("sara")
    assert (capabilities.grant_of(mine), capabilities.grant_of(other).username) == (None, "omid")


def test_a_capability_ends_with_its_time(capabilities: Capabilities, seconds: list[float]):
    """To the second; and what is over is not kept."""
    token = capabilities.issue(GRANT)
    seconds[0] += 59
    assert capabilities.grant_of(token) == GRANT
    seconds[0] += 1
    assert capabilities.grant_of(token) is None
    capabilities.issue(GRANT)
    assert len(capabilities._grants) == 1


def test_no_token_is_kept(capabilities: Capabilities):
    """A dump of the server holds digests, which open nothing."""
    token = capabilities.issue(GRANT)
    kept = repr(vars(capabilities))
    assert token not in kept
    assert [capabilities.grant_of(digest) for digest in capabilities._grants] == [None]


def test_threads_may_issue_and_revoke_at_once(capabilities: Capabilities):
    """What was issued and not revoked is there, however they meet."""
    tokens: dict[int, list[str]] = {}

    def work(number: int) -> None:
        tokens[number] = [capabilities.issue(Grant(f"u{number}", "home", None, None, f"k{number}")) for _ in range(50)]
        if number % 2:
            capabilities.revoke_user(f"u{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, issued in tokens.items():
        found: Iterator[bool] = (capabilities.grant_of(token) is not None for token in issued)
        assert all(opened != bool(number % 2) for opened in found)
