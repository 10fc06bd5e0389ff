"""How time grows on text that no clinic writes: one fragment repeated, at a length and at a multiple of it, stage by stage.

    python benchmarks/pathological.py [--size 4000] [--times 4] [--only FRAGMENT] [--limit 60] [--full] [--stages]

Prints, for each fragment, the seconds at both lengths and their ratio, for the whole and for the stage that grows fastest (`--stages`
prints every stage): with `--times 4`, 4 is linear growth and 16 is quadratic. A ratio is printed where the longer text takes 0.05
seconds or more. The stages are the components of the pipeline, the reading of the elements, redaction, and what the readers do to a
text. By default the light tagger reads; `--full` reads with the encoder, which is linear and slow, and takes its windows one by one.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from therex.errors import NoteError

WORDS = (
    "WEAK", "A", "SLR", "a", "ab", "\u00e9", "pain ", "to ", "and ", "no ", "if ", "or ", "not ", "without ", "because ", "denies pain ",
    "pt will ", "pain knee ", "SLR 3x10, ", "R quad weakness ", "tolerated well ", "cues to ", "twenty ", "hundred ", "a b ", "Aa ", "A ",
    "THERAPEUTIC ", "PT WILL CLIMB 12 STEPS ", "history of pain, ", "no pain, ", "no pain or ", "(no pain) ", "pain resolved. ",
    "no pain and ", "not one on one ", "held ", "was ", "done by aide. ", "squats held due to pain ", "home ",
)  # fmt: skip
NUMBERS = (
    "1", "9", "1 ", "1,", "1.", "1/", "1-", "0.", "1/1 ", "3+/5", "3+/5 ", "5/5 ", "x10", "3x10", "3x10 ", "x10 ", "10 min ", "25min",
    "1:00 ", "9:00-9:30 ", "9:00", "97110 ", "97110", "97110-GP ", "1/2/2026 ", "2026-01-02", "to 9 ", "10#", "5 lb ", "0-95\u00b0",
    "2 units ", "8 min 97110 ", "30 sec hold ", "pain 3/10 ", "1 1/2 ", "5' ", '5" ', "(-)", "12 of 15 ", "50% ", "%", "$5 ",
)  # fmt: skip
SIGNS = (
    " ", "\n", "\t", "\r", "\r\n", "\x00", "\x0c", "\u2028", "\u00a0", "_", ".", ". ", "..", ". .", "=", "-", "--", " - ", "[", "(", "]", ")",
    "()", "([", "[x] ", "[ ] ", "\u2610 ", "*", "\u2022 ", "- x\n", ": ", ":", ",", ", ", ";", "; ", "|", "| a ", "a|b\n", "|---|\n", "a\t|", "/",
    "\\", "'", '"', "`", "\u201c", "?", "!", "#", "&", "&amp;", "<", "<b>", "</p>", "{", "~", "^", "@", "a@", "a@b.", "+", "\u2192", "\u2191",
)  # fmt: skip
SHAPES = (
    "S: O: A: P: ", "Goal: ", "Plan:\n", "SUBJECTIVE:\n", "date: ", "Name: Ann Lee\n", "Dr. ", "Ann Lee, ", "Ann ", "Lee, Ann ", "ab-",
    "a.", "A.", "a, b, ", "a b, ", "knee pain, ", "1. x\n", "x\r", "http://", "www.a", "MRN ", "A1-", "555-1234 ", "Jan 1, ",
    "on 1/2 ", "signed ", "Electronically signed by ", "Patient: ", "PT, DPT ", "Smith, PT ", "| Date | Initials |\n", "1/2 | AB |\n",
    "\U0001f600", "\U0001f468\u200d\U0001f469\u200d", "e\u0301", "\u0301", "\u05d0\u05d1 ", "\u202e", "\u200b", "\u200d", "\ufeff", "\ufffd",
    "l0", "O1", "w/", "s/p ", "b/l ", "c/o ", "Pt. ", "ROM ", "HEP ", "TherEx ", "\u4e00", "\u00df", "\u0130", "=> ", "-> ", "http://a.b/c ",
)  # fmt: skip
FRAGMENTS = tuple(dict.fromkeys((*WORDS, *NUMBERS, *SIGNS, *SHAPES)))
ENDS = {
    "blanks between": ("Ann Lee", " ", "x"), "line ends between": ("a", "\n", "b"), "nested brackets": ("(" * 200 + "a", "a" * 2, ")" * 200),
    "one quotation": ('"', "a b ", '"'), "digits before a unit": ("", "1", " min"), "open bracket first": ("(", "no pain, ", ""),
    "a denial first": ("no ", "pain, ", ""), "a table": ("| Exercise | Sets |\n|---|---|\n", "| SLR | 3x10 |\n", ""),
    "one sentence": ("Patient ", "walks and ", "."), "a label first": ("Patient: ", "A", ""), "a title first": ("Dr. ", "Aa", ""),
    "a rule": ("", "-", "\nx"), "dots to a number": ("Pain ", ".", " 3/10"), "shuffled": ("", "shuffled", ""),
}  # fmt: skip


LEAST = 0.05


class TookTooLongError(Exception):
    """A stage went over its limit."""


def text_of(name: str, size: int) -> str:
    """About `size` characters of a fragment, or of a named text."""
    if name == "shuffled":
        # no two lines are the same, in a fixed order
        return "".join(f"{(i * 7919) % 1009} w{(i * 104729) % 10007} no pain {(i * 31) % 60} min\n" for i in range(size // 24))
    before, piece, after = ENDS.get(name, ("", name, ""))
    return before + piece * max(1, (size - len(before) - len(after)) // len(piece)) + after


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """End what runs inside after some seconds of processor time."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TookTooLongError

    kept = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, kept)


def stages(analyzer: Any, text: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """The stages that a text goes through, in order: what readers do to it, redaction, the components, and what is made of them."""
    from therex.nlp.export import to_view
    from therex.readers.markup import read_html
    from therex.readers.notes import front_matter
    from therex.readers.office import read_rtf
    from therex.readers.text import decode
    from therex.redaction.replace import redact

    kept: dict[str, Any] = {}

    def tokenizer() -> None:
        kept["doc"] = analyzer.nlp.make_doc(text)

    def view() -> None:
        kept["view"] = to_view(kept["doc"], text)

    def refused(read: Callable[[], object]) -> Callable[[], object]:
        def run() -> None:
            with contextlib.suppress(NoteError, ValueError):
                read()

        return run

    data = text.encode("utf-8", "replace")
    yield "decode", refused(lambda: decode(data))
    yield "front matter", lambda: front_matter("---\n" + text)
    yield "html", refused(lambda: read_html(data))
    yield "rtf", refused(lambda: read_rtf(b"{\\rtf1 " + data + b"}"))
    yield "redaction", lambda: redact(text)
    yield "tokenizer", tokenizer
    for name, component in analyzer.nlp.pipeline:
        yield name.removeprefix("therex_"), lambda component=component: component(kept["doc"])
    yield "view", view
    yield "elements", lambda: analyzer.judge("-", kept["view"])


def timed(analyzer: Any, text: str, limit: float) -> dict[str, float]:
    """Seconds of processor time by stage; a stage over the limit is told as infinite, and is the last."""
    out: dict[str, float] = {}
    for name, run in stages(analyzer, text):
        began = time.process_time()
        try:
            with within(limit):
                run()
        except TookTooLongError:
            out[name] = float("inf")
            break
        except Exception as error:  # a fault of the stage: told, and the next fragment is tried
            print(f"{name} failed: {type(error).__name__}")
            break
        out[name] = time.process_time() - began
    return out


def row_of(analyzer: Any, name: str, size: int, times: int, limit: float) -> list[tuple[float, float, float, str]]:
    """For each stage, the whole first: ratio (0 where the longer text takes no time to speak of), both times, name."""
    short, long = (timed(analyzer, text_of(name, n), limit) for n in (size, size * times))
    rows = [(sum(short.values()), sum(long.values()), "all"), *((short.get(k, 0.0), v, k) for k, v in long.items())]
    return [(b / max(a, 1e-3) if b >= LEAST else 0.0, a, b, k) for a, b, k in rows]


def main(argv: list[str] | None = None) -> int:
    """Print one line for each fragment."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=4_000)
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--only", action="append", help="a fragment, as --only=FRAGMENT")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--stages", action="store_true")
    args = parser.parse_args(argv)
    import therex.errors
    from therex.analysis import Analyzer

    # what is asked is how time grows, beyond what a note may have too
    therex.errors.LONGEST = sys.maxsize
    analyzer = Analyzer.create(fast=not args.full)
    timed(analyzer, "Pt did SLR 3x10 for 12 min to climb stairs. Ann Lee, PT", args.limit)
    # what is loaded is not looked through again in the midst of a stage
    gc.collect()
    gc.freeze()
    print(f"{args.size:,} and {args.size * args.times:,} characters; ratio, seconds, seconds")
    for name in args.only or (*FRAGMENTS, *ENDS):
        whole, *rest = row_of(analyzer, name, args.size, args.times, args.limit)
        rest.sort(reverse=True)
        told = [whole, *(rest if args.stages else rest[:1])]
        print(f"{name!r:30}", "; ".join(f"{k} {ratio:.1f} {a:.2f} {b:.2f}" for ratio, a, b, k in told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
