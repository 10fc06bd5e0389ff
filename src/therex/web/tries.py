"""Wrong passwords of the last minute: asked, verified and counted in one step, so that none slips in beside another."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

# after so many wrong passwords within a minute the next one waits
WAIT = 60.0
NAME, ADDRESS, SERVER = 5, 20, 100


class Tries:
    """The wrong passwords that still count, each under what it is counted by: a name, an address, a browser, the server."""

    def __init__(self) -> None:
        self._wrong: deque[tuple[float, frozenset[str]]] = deque()
        self._lock = threading.Lock()

    def right(self, limits: Mapping[str, int], verify: Callable[[], bool]) -> bool | None:
        """Whether a password is right; None where it was not looked at, because one of the limits is reached.

        One password is verified at a time: those that come together wait their turn, and each sees what the one before it came to.

        Parameters
        ----------
        limits
            What a wrong password is counted under, each with the most that are verified in `WAIT` seconds.
        """
        with self._lock:
            oldest = time.monotonic() - WAIT
            while self._wrong and self._wrong[0][0] <= oldest:
                self._wrong.popleft()
            if any(sum(key in keys for _, keys in self._wrong) >= most for key, most in limits.items()):
                return None
            if verify():
                return True
            self._wrong.append((time.monotonic(), frozenset(limits)))
            return False


def network(address: str) -> str:
    """What an address is counted by: itself, or the network of an IPv6 address, since one machine has all of it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
