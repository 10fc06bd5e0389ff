"""Progress as lines: seldom, with the time that passed and the time that is left."""

import sys

import pytest

from therex.cli.progress import watching
from therex.training.progress import duration, lines, watched


def told(*times_and_work: tuple[float, str, int, int]) -> list[str]:
    out: list[str] = []
    now = 0.0
    watch = lines(out.append, lambda: now)
    for at, what, done, total in times_and_work:
        now = at
        watch(what, done, total)
    return out


def test_a_run_of_a_few_seconds_says_nothing() -> None:
    assert told((1, "a", 1, 2), (2, "a", 2, 2)) == []


def test_a_line_comes_now_and_then_with_elapsed_and_remaining_time() -> None:
    assert told((0, "a", 0, 10), (10, "a", 1, 10), (30, "a", 3, 10), (40, "a", 4, 10), (300, "a", 10, 10)) == [
        "a: 30 %, 30 s elapsed, about 70 s remaining", "a: 100 %, 5 min elapsed",
    ]  # fmt: skip


def test_the_time_that_is_left_is_that_of_what_is_done_now() -> None:
    assert told((60, "a", 2, 2), (60, "b", 0, 4), (100, "b", 1, 4))[-1] == "b: 25 %, 2 min elapsed, about 2 min remaining"


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (6300, "1 h 45 min")])
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_items_are_told_when_they_are_done() -> None:
    seen: list[tuple[str, int, int]] = []
    assert list(watched(["x", "y"], "reading", lambda *row: seen.append(row))) == ["x", "y"]
    assert seen == [("reading", 1, 2), ("reading", 2, 2)]


def test_a_bar_comes_on_a_terminal_only_after_some_seconds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import itertools

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with watching() as watch:
        watch("quick", 1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    clock = itertools.count(0, 6)
    monkeypatch.setattr("therex.cli.progress.time.monotonic", lambda: float(next(clock)))
    with watching() as watch:
        watch("slow", 1, 2)
    assert "slow" in capsys.readouterr().err
