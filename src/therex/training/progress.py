"""How far a long run is: what is done now, and how long it takes, told to whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Protocol, TypeVar

# runs under so many seconds say nothing; the others say something as often as this
QUIET, EVERY = 5.0, 30.0
T = TypeVar("T")


class Watch(Protocol):
    """Told what is being done, how much of it is done, and how much there is."""

    def __call__(self, what: str, done: int, total: int) -> None: ...


def unwatched(what: str, done: int, total: int) -> None:
    """No one watches."""


def watched(items: Iterable[T], what: str, watch: Watch) -> Iterator[T]:
    """The items, each told to `watch` when it is done."""
    total = len(items) if isinstance(items, Sized) else 0
    for k, item in enumerate(items, 1):
        yield item
        watch(what, k, total)


def duration(seconds: float) -> str:
    """A length of time as people say it, such as ``40 s``, ``12 min`` or ``1 h 5 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def lines(say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> Watch:
    """A watch that says a line now and then: the share done, the time since the run began, and the time that is left.

    Parameters
    ----------
    say
        Given each line.
    clock
        Seconds that pass.
    """
    begun = last = clock()
    now_doing, since = "", begun

    def watch(what: str, done: int, total: int) -> None:
        nonlocal last, now_doing, since
        now = clock()
        if what != now_doing:
            now_doing, since = what, now
        if now - begun < QUIET or (now - last < EVERY and done < total):
            return
        last = now
        left = f", about {duration((now - since) / done * (total - done))} remaining" if 0 < done < total and now > since else ""
        say(f"{what}: {100 * done // max(total, 1)} %, {duration(now - begun)} elapsed{left}")

    return watch
