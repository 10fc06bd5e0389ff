"""Time grows with the note, not with its square, whatever the note is made of.

The same fragment over and over holds up the patterns that can be held up. What is compared is one text with another four times as long:
linear is 4, quadratic 16, and the bound lies between; three tries, so that a busy machine alone fails nothing.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from therex.redaction.find import find
from therex.types import Note

FRAGMENTS = (" ", "\n", "a", "1", "1 ", "a ", "A ", ". ", ", ", "-", "[", "(", "_", "'", "/", "Aa ", "1/1 ", "a b, ", "\t", "0.", "3x10 ", "97110 ",
             "knee pain, ", "10 min ", "Goal: ", "cues to ", "and ", "5/5 ", "pt will ", "to 9 ", "Dr. ", "was ")  # fmt: skip

# beyond words: what holds up one stage alone, by what stands beside each other there
TELLING = ("WEAK", "A.", "3+/5", "x10", "SLR 3x10, ", "8 min 97110 ", "2 units 97110, ", "S: O: A: P: ", "Goal: walk\n", "| 1/2 ", "Therex 8 min\n",
           "pain knee and ", "| Pain | 3/10 |\n", "walks and\n", "([", "\u200b", "e\u0301", "\u05d0 ")  # fmt: skip


def grows(run, fragment):
    best = 99.0
    for _ in range(3):
        seconds = []
        for length in (4_000, 16_000):
            text = fragment * (length // len(fragment))
            began = time.process_time()
            run(text)
            seconds.append(time.process_time() - began)
        best = min(best, seconds[1] / max(seconds[0], 0.02))
        if best < 9:
            break
    return best


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=repr)
def test_the_analysis(analyzer, fragment):
    assert grows(lambda text: analyzer.assess(Note("-", text)), fragment) < 9


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=repr)
def test_redaction(fragment):
    assert grows(find, fragment) < 9


@pytest.mark.parametrize("fragment", TELLING, ids=repr)
def test_every_closed_form(grammar, fragment):
    assert grows(lambda text: grammar.assess(Note("-", text)), fragment) < 9


@pytest.mark.parametrize("fragment", TELLING, ids=repr)
def test_redaction_of_what_stands_close(fragment):
    assert grows(find, fragment) < 9


def test_no_pattern_alone_backtracks_exponentially():
    script = Path(__file__).resolve().parents[2] / "benchmarks" / "patterns.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
