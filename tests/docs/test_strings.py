"""The list of what a user reads: it has every kind of string, and plain words are kept."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# words that say one thing in another language and another, or nothing, in a compliance office
AVOIDED = re.compile(
    r"\b(?:wants?|told|stands?|lies|mend|parted|anew|is no|are no|is none|organisation\w*|analys(?:e|ed|es|ing)|licence|practis\w+)\b", re.I
)


def plain(text):
    """A string without what is filled in."""
    return text if (less := re.sub(r"\{[^{}]*\}", "", text)) == text else plain(less)


@pytest.fixture(scope="module")
def listed():
    spec = importlib.util.spec_from_file_location("strings", ROOT / "docs" / "strings.py")
    strings = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(strings)
    return [(path.resolve().relative_to(ROOT / "src" / "therex").as_posix(), text) for path, _, text in strings.every()]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("cli/screen.py", "therex screen --payer: Payer whose rules apply (see `therex policy list`)."),
        ("cli/options.py", "--as-of must be a date (YYYY-MM-DD)"),
        ("readers/pdf.py", "The PDF is password-protected."),
        ("reports/terminal.py", "Questions for the therapist"),
        ("resources/policy/cms.yaml", "The treatment note must include the date of treatment."),
        ("resources/wording.yaml", "Total timed minutes"),
        ("resources/report.html", "Documentation to check"),
    ],
)
def test_the_list_has_every_kind_of_string(listed, file, text):
    assert (file, text) in listed


def test_what_coders_read_keeps_to_plain_words(listed):
    rooms = ("readers/", "batch/", "billing/", "policy/", "elements/", "episode/", "catalog/", "cli/screen", "cli/chart", "cli/explain", "cli/sample", "cli/redact", "cli/policy",
             "cli/units", "cli/options", "cli/streams", "resources/policy/", "resources/wording", "resources/reasons", "resources/episode", "resources/code_fit", "resources/report", "resources/chart")  # fmt: skip
    mine = [(file, plain(text)) for file, text in listed if file.startswith(rooms)]
    assert len(mine) > 400
    assert [(file, text) for file, text in mine if AVOIDED.search(text)] == []
