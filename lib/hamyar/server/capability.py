"""What a kernel may ask for: a random token, and who it stands for.

A kernel has neither the database nor a key.  It has a capability, given when its page was opened: a token that the
server looks up at every question, and that says whose page it is and of which family.
The token by itself opens nothing for good: it ends with its kernel, with the user's sign-in, and after some hours;
and what its user may do is asked anew each time.

Only digests are kept, so that nothing the server could ever print or dump opens anything.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

TOKEN_BYTES = 32
# As long as a sign-in lasts at most (:class:`hamyar.store.accounts.SignInRules`).
LONGEST_SECONDS = 12 * 60 * 60


@dataclass(frozen=True)
class Grant:
    """Whom a capability stands for, and for which page; ``family_id`` and ``month`` limit what may be asked.

    ``month`` is written ``1404-08``; ``None`` limits nothing.
    """

    username: str
    page: str
    family_id: str | None
    month: str | None
    kernel_id: str


class Capabilities:
    """The capabilities of one running server, in memory.  Any thread may ask.

    ``clock`` gives seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._clock = clock
        self._longest = longest_seconds
        self._lock = threading.Lock()
        self._grants: dict[str, tuple[Grant, float]] = {}

    def issue(self, grant: Grant) -> str:
        """A new token for ``grant``; it is told once and kept nowhere."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._forget(lambda _grant, ends: ends <= self._clock())
            self._grants[_digest(token)] = (grant, self._clock() + self._longest)
        return token

    def grant_of(self, token: str) -> Grant | None:
        """Whom ``token`` stands for; ``None`` when it was never issued, was revoked, or is too old."""
        with self._lock:
            grant, ends = self._grants.get(_digest(token), (None, 0.0))
            return grant if self._clock() < ends else None

    def revoke_kernel(self, kernel_id: str) -> None:
        """End what was issued to a kernel; a kernel without one is no fault."""
        with self._lock:
            self._forget(lambda grant, _ends: grant.kernel_id == kernel_id)

    def revoke_user(self, username: str) -> None:
        """End everything issued for a user."""
        with self._lock:
            self._forget(lambda grant, _ends: grant.username == username)

    def _forget(self, is_over: Callable[[Grant, float], bool]) -> None:
        self._grants = {digest: kept for digest, kept in self._grants.items() if not is_over(*kept)}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
