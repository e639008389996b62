"""How often one address may try to sign in, beside the lock-out of a name.

Lock-out alone would let one visitor go through all names, each with its few attempts; so attempts are counted by
address as well.  An address has a bucket that each attempt fills by one and that leaks at a steady pace;
an attempt that turned out right is taken out again, so that a whole centre behind one address can sign in of a morning.

The table is bounded: when it is full, the address that was not seen for longest goes.  Whoever owns many addresses can
so empty it, and then still meets the lock-out of names.  Nothing of it is stored or written to a log.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

# A household or a whole office of IPv6 has one network of this length, and may take any address in it.
_ONE_VISITOR_IPV6 = 64


class Rate:
    """``attempts`` at once for each address, and as many again in each span of ``seconds``.

    ``clock`` gives seconds that only grow.  For one thread: the server's event loop.
    """

    def __init__(
        self,
        attempts: int = 30,
        seconds: float = 600,
        most_addresses: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._attempts, self._seconds, self._most = attempts, seconds, most_addresses
        self._clock = clock
        # What is in each bucket, and when it was looked at.
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._filled)

    def take(self, address: str) -> int:
        """Count an attempt and return 0; or, where there were too many, count nothing and return seconds to wait."""
        now = self._clock()
        level = self._level(address, now)
        over = level + 1 - self._attempts
        if over > 0:
            self._keep(address, level, now)
            return math.ceil(over * self._seconds / self._attempts)
        self._keep(address, level + 1, now)
        return 0

    def give_back(self, address: str) -> None:
        """The attempt was right: it does not count."""
        now = self._clock()
        self._keep(address, max(self._level(address, now) - 1, 0), now)

    def _level(self, address: str, now: float) -> float:
        level, seen = self._filled.get(address, (0.0, now))
        return max(level - (now - seen) * self._attempts / self._seconds, 0)

    def _keep(self, address: str, level: float, now: float) -> None:
        self._filled.pop(address, None)
        if level > 0:
            self._filled[address] = (level, now)
        while len(self._filled) > self._most:
            self._filled.popitem(last=False)


def visitor(peer: str | None, headers: Mapping[str, str], is_behind_proxy: bool) -> str:
    """The address that attempts are counted by; text that is no address counts as one visitor, ``unknown``.

    Behind a proxy it is the last address in ``X-Forwarded-For``, the only one the proxy itself has written;
    what stands before it is whatever the visitor sent.
    """
    forwarded = headers.get("X-Forwarded-For", "") if is_behind_proxy else ""
    named = forwarded.rpartition(",")[2].strip() or peer or ""
    try:
        address = ipaddress.ip_address(named.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _ONE_VISITOR_IPV6), strict=False))
