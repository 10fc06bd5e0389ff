"""Label Studio: its configuration has everything of a marked note, and a task made with it comes back as it was."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from therex.corpus.guide import label
from therex.corpus.label_studio import config, from_label_studio, to_label_studio
from therex.corpus.marked import VALUES, MarkedNote, load_folder, parse_marks, render
from therex.errors import CorpusError
from therex.types import CONTRADICTIONS, ELEMENTS, LABELS


def note(marked, note_id="n1", **meta):
    text, spans = parse_marks(marked)
    told = {
        "id": note_id, "note_type": "daily", "discipline": "PT", "necessity": "not_supported", "confidence": "clear",
        "elements": dict.fromkeys(ELEMENTS, "missing"), "contradictions": [], "family": note_id, **meta,
    }  # fmt: skip
    return MarkedNote(note_id, text, spans, told)


MADE = [
    note("Came late. Nothing was done.", "plain"),
    note("⟦IMPAIRMENT ⟦MEASURE L ankle 4/5⟧⟧, ⟦SKILL ⟦RESPONSE shook⟧, so ⟦EXERCISE:held hops⟧ out⟧", "nested", why="It says: little."),
    note(
        "⟦SERVICE:97110 TE⟧ ⟦DURATION:code_minutes=22.5 22.5 min⟧ ⟦SERVICE:G0283 stim⟧, ⟦DURATION:clock 1:05-1:50⟧\n⟦EXERCISE rows⟧ ⟦DOSE 2x8⟧ "
        "⟦EXERCISE:home clams⟧, timed ⟦DURATION:timed_total=22.5 22.5⟧, ⟦DURATION:plan 2x/wk⟧",
        "minutes", minutes={"codes": {97110: 22.5, "G0283": 15}, "timed_total": 22.5, "session_total": 45}, units={97110: 2, "G0283": 0},
    ),
    note("⟦GOAL knit 🧶 for an hour⟧ 🧶 ⟦RESPONSE smiled⟧", "picture", contradictions=["inconsistent", "not_skilled"], author="w1"),
    note("⟦EXERCISE rows⟧ ⟦DOSE 2x8⟧", "details", types={1: "strength"}, values={2: {"sets": 2, "reps": 8}}, relations={2: {"dose_of": 1}}),
]  # fmt: skip


@pytest.fixture
def exported(tmp_path):
    """The tasks of the made-up notes, and how to read them back after a change."""
    path = tmp_path / "tasks.json"
    to_label_studio(MADE, path)
    tasks = json.loads(path.read_text(encoding="utf-8"))

    def back():
        path.write_text(json.dumps(tasks), encoding="utf-8")
        return {n.id: n for n in from_label_studio(path)}

    return tasks, back


def results(tasks, number):
    return tasks[number]["annotations"][0]["result"]


@pytest.mark.parametrize("made", MADE, ids=lambda n: n.id)
def test_a_note_comes_back_the_same(made, exported):
    other = exported[1]()[made.id]
    assert other.text == made.text and set(other.spans) == set(made.spans) and other.meta == made.meta


def test_a_folder_comes_back_the_same_through_the_commands(tmp_path, capsys):
    from therex.cli.app import main

    (tmp_path / "marked").mkdir()
    for made in MADE:
        (tmp_path / "marked" / f"{made.id}.note").write_text(render(made), encoding="utf-8")
    for args in (("export", "marked", "out.json", "--to"), ("import", "out.json", "back", "--from")):
        command, source, target, option = args
        with pytest.raises(SystemExit) as stop:
            main(["corpus", command, str(tmp_path / source), str(tmp_path / target), option, "label-studio"])
        assert stop.value.code == 0
    first, second = load_folder(tmp_path / "marked"), load_folder(tmp_path / "back")
    assert len(first) == len(MADE)
    for a, b in zip(first, second, strict=True):
        assert (a.id, a.text, set(a.spans), a.meta) == (b.id, b.text, set(b.spans), b.meta)


def test_what_the_annotator_set_overrules_the_front_matter(exported):
    tasks, back = exported
    for r in results(tasks, 0):
        if r["from_name"] in ("element_goal", "necessity"):
            r["value"]["choices"] = ["weak" if r["from_name"] == "element_goal" else "supported"]
    found = back()["plain"].meta
    assert found["elements"]["goal"] == "weak" and found["necessity"] == "supported"


def test_minutes_that_the_annotator_took_away_are_gone(exported):
    tasks, back = exported
    tasks[2]["annotations"][0]["result"] = [r for r in results(tasks, 2) if r["from_name"] not in ("codes", "units", "session_total")]
    found = back()["minutes"].meta
    assert found["minutes"] == {"timed_total": 22.5} and "units" not in found


def test_a_task_without_front_matter_is_complete_by_its_choices(exported):
    tasks, back = exported
    del tasks[2]["meta"]
    found = back()["minutes"]
    assert found.meta["minutes"] == MADE[2].meta["minutes"] and found.meta["units"] == MADE[2].meta["units"]


def test_a_new_attribute_replaces_the_old_one(exported):
    tasks, back = exported
    for r in results(tasks, 2):
        if r["type"] == "choices" and r["value"]["choices"] == ["home"]:
            r["value"]["choices"] = ["planned"]
    assert ("EXERCISE", "planned") in {s[2:] for s in back()["minutes"].spans}


def test_the_fields_of_a_region_may_come_before_its_label(exported):
    tasks, back = exported
    results(tasks, 2).reverse()
    assert set(back()["minutes"].spans) == set(MADE[2].spans)


def test_an_export_with_one_field_for_attributes_is_read(exported):
    tasks, back = exported
    place = {"start": 0, "end": 2}
    tasks[2]["annotations"][0]["result"] = [
        {"id": "a", "from_name": "label", "type": "labels", "value": {**place, "labels": ["SERVICE"]}},
        {"id": "a", "from_name": "attribute", "type": "textarea", "value": {**place, "text": ["97110"]}},
    ]
    found = back()["minutes"]
    assert found.spans == ((0, 2, "SERVICE", "97110"),) and found.meta == MADE[2].meta


def test_an_element_that_is_not_chosen_is_refused(exported):
    tasks, back = exported
    tasks[0]["annotations"][0]["result"] = [r for r in results(tasks, 0) if r["from_name"] != "element_plan"]
    with pytest.raises(CorpusError, match=r"task 1: elements\.plan must be present, weak or missing"):
        back()


def test_a_duration_without_its_minutes_is_refused(exported):
    tasks, back = exported
    tasks[2]["annotations"][0]["result"] = [r for r in results(tasks, 2) if r["from_name"] != "minutes"]
    with pytest.raises(CorpusError, match="task 3: a DURATION of kind code_minutes must have minutes"):
        back()


def test_a_field_of_a_region_that_is_gone_is_refused(exported):
    tasks, back = exported
    tasks[2]["annotations"][0]["result"] = [r for r in results(tasks, 2) if r["type"] != "labels"]
    with pytest.raises(CorpusError, match="task 3, result 1: an attribute refers to a region that does not exist"):
        back()


def test_minutes_that_are_no_numbers_are_refused_without_what_was_typed(exported):
    tasks, back = exported
    for r in results(tasks, 2):
        if r["from_name"] == "codes":
            r["value"]["text"] = ["97110 Quux"]
    with pytest.raises(CorpusError, match="task 3: codes must be codes with numbers") as caught:
        back()
    assert "Quux" not in str(caught.value)


def controls():
    return {e.get("name"): e for e in ElementTree.fromstring(config()).iter() if e.get("name")}


def choices(name):
    return [c.get("value") for c in controls()[name].iter("Choice")]


def test_the_configuration_has_every_label_with_its_color_and_a_key_of_its_own():
    found = list(controls()["label"].iter("Label"))
    assert [(e.get("value"), e.get("background")) for e in found] == [(n, label(n)["color"]) for n in LABELS]
    assert len({e.get("hotkey") for e in found}) == len(LABELS)


def test_the_keys_of_the_labels_are_those_of_the_review_pages():
    from pathlib import Path

    import therex

    source = (Path(therex.__file__).parent / "web" / "static" / "note.js").read_text(encoding="utf-8")
    keys = dict(re.findall(r'(\w): "([A-Z]+)"', re.search(r"LABEL_KEYS = \{(.*?)\}", source)[1]))
    assert {v: k for k, v in keys.items()} == {n: label(n)["key"] for n in LABELS}


def test_the_configuration_asks_for_every_element():
    assert all(choices(f"element_{e}") == ["present", "weak", "missing"] for e in ELEMENTS)


@pytest.mark.parametrize("key", sorted(VALUES))
def test_the_configuration_asks_for_the_judgment(key):
    assert choices(key) == list(VALUES[key])


def test_the_configuration_takes_several_contradictions_or_none():
    group = controls()["contradictions"]
    assert choices("contradictions") == list(CONTRADICTIONS)
    assert (group.get("choice"), group.get("required")) == ("multiple", "false")


def test_the_fields_of_a_region_show_for_its_label_only():
    shown = {name: controls()[name].get("whenLabelValue") for name in ("status", "kind", "minutes", "code")}
    assert shown == {"status": "EXERCISE", "kind": "DURATION", "minutes": "DURATION", "code": "SERVICE"}
    assert all(controls()[name].get("perRegion") == "true" for name in shown)


def test_every_control_of_a_task_is_in_the_configuration(exported):
    used = {(r["from_name"], r["type"]) for n in range(len(MADE)) for r in results(exported[0], n)}
    assert used == {(name, kind) for name, kind in used if controls()[name].tag.lower() == kind}


def test_the_command_prints_the_configuration(capsys):
    from therex.cli.app import main

    with pytest.raises(SystemExit) as stop:
        main(["corpus", "labelstudio-config"])
    assert stop.value.code == 0 and capsys.readouterr().out == config()
