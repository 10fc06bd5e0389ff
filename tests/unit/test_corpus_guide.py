"""The guidelines as data: labels.yaml and elements.yaml hold what the program knows, and their examples are marked by their own rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from therex.catalog.files import resource
from therex.corpus.guide import STATES, element, elements_page, general_page, label, label_page, overview, renewed
from therex.corpus.lint import findings
from therex.corpus.marked import MarkedNote, parse_marks
from therex.types import ELEMENTS, LABELS

LABEL_DATA, ELEMENT_DATA = resource("labels.yaml"), resource("elements.yaml")
EXAMPLES = [(name, line) for name, row in LABEL_DATA["labels"].items() for line in row["examples"]]
EXAMPLES += [(row["title"], line) for row in LABEL_DATA["general"] for line in row.get("examples", ())]
# what an example line cannot have: the elements and verdict of a note
OF_A_NOTE = {
    "element_missing", "impairment_missing", "measure_missing", "dose_without_detail", "home_missing", "purpose_missing", "total_from_clock",
    "session_total_not_present", "timed_total_not_present",
}  # fmt: skip


def lint_of(line):
    text, spans = parse_marks(line)
    meta = {"necessity": "not_supported", "elements": dict.fromkeys(ELEMENTS, "missing")}
    return [f for f in findings(MarkedNote("made-up", text, spans, meta)) if f.rule not in OF_A_NOTE]


def test_the_labels_are_those_of_the_program():
    assert tuple(LABEL_DATA["labels"]) == LABELS


def test_the_elements_are_those_of_the_program():
    assert tuple(ELEMENT_DATA["elements"]) == ELEMENTS


def test_five_labels_are_headline_labels():
    assert [n for n in LABELS if label(n)["headline"]] == ["IMPAIRMENT", "GOAL", "EXERCISE", "DURATION", "RESPONSE"]


def test_every_label_has_a_color_of_its_own():
    colors = [label(n)["color"] for n in LABELS]
    assert len(set(colors)) == len(LABELS) and all(re.fullmatch(r"#[0-9a-f]{6}", c) for c in colors)


def test_reports_have_the_colors_of_the_labels():
    from therex.catalog.files import RESOURCES
    from therex.reports import terminal

    page = (RESOURCES / "report.html").read_text(encoding="utf-8")
    source = Path(terminal.__file__).read_text(encoding="utf-8")
    for name in LABELS:
        assert f'{name}:"{label(name)["color"]}"' in page and f'"{name}": "black on {label(name)["color"]}"' in source


@pytest.mark.parametrize("name", LABELS)
def test_a_label_is_complete(name):
    row = label(name)
    assert row["title"] and row["meaning"].endswith(".") and len(row["examples"]) >= 2 and row["unmarked"]
    assert all(isinstance(p, str) and p.endswith((".", ")", "`")) for key in ("mark", "leave_out", "settled") for p in row[key])


@pytest.mark.parametrize("name", LABELS)
def test_the_attributes_of_a_label_are_those_that_the_format_takes(name):
    from therex.corpus.marked import attribute_fits

    values = [v.replace("=N", "=20").replace("five characters", "97110") for v in label(name)["attributes"]]
    assert all(attribute_fits(name, v) for v in values) and (bool(values) == (name in ("EXERCISE", "DURATION", "SERVICE")))


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[f"{n}: {line[:40]}" for n, line in EXAMPLES])
def test_an_example_is_marked_by_the_rules(name, line):
    _, spans = parse_marks(line)
    assert spans and (name not in LABELS or name in {s[2] for s in spans})
    assert [f.rule for f in lint_of(line)] == []


@pytest.mark.parametrize("name", LABELS)
def test_an_unmarked_example_has_no_mark_of_the_label(name):
    for line in label(name)["unmarked"]:
        assert name not in {s[2] for s in parse_marks(line)[1]}


def test_marks_inside_sentences_follow_the_format():
    sentences = [p for row in LABEL_DATA["labels"].values() for key in ("mark", "leave_out", "settled") for p in row[key]]
    quoted = [q for s in sentences for q in re.findall(r"`([^`]*⟦[^`]*)`", s)]
    assert quoted and all(parse_marks(q)[1] for q in quoted)


@pytest.mark.parametrize("name", ELEMENTS)
def test_an_element_has_every_state_and_an_example(name):
    row = element(name)
    assert row["title"] and all(row[s].endswith((".", ")")) for s in STATES) and row["example"]["state"] in STATES


def test_a_page_has_meaning_rules_attributes_settled_points_and_examples():
    page = label_page("DURATION")
    for part in ("### DURATION", "**Mark**", "**Do not mark**", "- `clock`: ", "**Settled points**", "**Examples**", "⟦DURATION:plan "):
        assert part in page


def test_a_label_without_attributes_has_no_list_of_them():
    assert "**Attributes**" not in label_page("GOAL")


def test_the_elements_page_has_every_element():
    assert all(f"(`{name}`)" in elements_page() for name in ELEMENTS)


def test_a_document_is_renewed_between_its_marks_only():
    old = "top\n<!-- general -->\nstale words\n<!-- end of general -->\nend\n<!-- labels --><!-- end of labels --><!-- elements --><!-- end of elements -->"
    new = renewed(old)
    assert new.startswith("top\n<!-- general -->\n\n") and "stale words" not in new and "<!-- end of general -->\nend\n" in new
    assert renewed(new) == new


def call(*args):
    from therex.cli.app import main

    with pytest.raises(SystemExit) as stop:
        main(["corpus", "labels", *args])
    return stop.value.code


def test_the_command_prints_the_page_of_a_label_in_any_case(capsys):
    assert call("goal") == 0
    assert capsys.readouterr().out.strip() == label_page("GOAL")


def test_the_command_without_a_label_prints_the_rules_for_all(capsys):
    assert call() == 0
    out = capsys.readouterr().out
    assert out.startswith(general_page()) and overview() in out


def test_the_command_prints_the_elements(capsys):
    assert call("--elements") == 0
    assert capsys.readouterr().out.strip() == elements_page()


def test_an_unknown_label_is_refused_with_what_is_allowed(capsys):
    assert call("pain") == 2
    assert "IMPAIRMENT, LIMITATION" in capsys.readouterr().err
