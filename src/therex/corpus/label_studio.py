"""Label Studio: the labeling configuration of the guidelines, and tasks out and back.

A task made with the configuration has everything that a marked note has: regions with their attribute, the elements, the judgment, stated
minutes and units. What the annotator set there overrules the front matter that was sent along; the rest of it (family, author, details by
number of the span) is kept. Offsets count code points, as Label Studio stores them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from therex.corpus.files import json_of, read_text
from therex.corpus.front_matter import code, codes_back, formed, need, plain
from therex.corpus.guide import STATES, element, label
from therex.corpus.ids import id_from
from therex.corpus.marked import VALUES, MarkedNote, checked, same_quote
from therex.errors import CorpusError
from therex.types import CONTRADICTIONS, ELEMENTS, LABELS

Result = dict[str, Any]
_TITLES = {"note_type": "Note type", "discipline": "Discipline", "necessity": "Medical necessity", "confidence": "Confidence"}
_ELEMENT = "element_"
_TOTALS = {"timed_total": "Total timed minutes, where stated", "session_total": "Total minutes of the session, where stated"}
_TABLES = {"codes": "Minutes by code, as in 97110=25 97140=15", "units": "Billed units by code, where stated, as in 97110=2"}


# the configuration --------------------------------------------------------------------------------------------------------


def config() -> str:
    """The XML of a labeling interface with labels, attributes of regions, elements and the judgment of the note."""
    view = ElementTree.Element("View")
    labels = ElementTree.SubElement(view, "Labels", name="label", toName="text")
    for name in LABELS:
        row = label(name)
        ElementTree.SubElement(labels, "Label", value=name, background=row["color"], hotkey=row["key"], hint=row["meaning"])
    ElementTree.SubElement(view, "Text", name="text", value="$text", granularity="symbol")
    _attributes(view)
    for key, title in _TITLES.items():
        _choices(view, key, title, dict.fromkeys(VALUES[key], ""))
    for key in ELEMENTS:
        row = element(key)
        _choices(view, f"{_ELEMENT}{key}", row["title"], {state: row[state] for state in STATES})
    _choices(view, "contradictions", "Contradictions", dict.fromkeys(CONTRADICTIONS, ""), choice="multiple", required="false")
    for key, title in _TABLES.items():
        _headed(view, title, "TextArea", name=key, maxSubmissions="1", editable="true")
    for key, title in _TOTALS.items():
        _headed(view, title, "Number", name=key, min="0")
    _headed(view, "Why, in one sentence", "TextArea", name="why", maxSubmissions="1", editable="true")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _attributes(view: ElementTree.Element) -> None:
    """What is asked of a region that is selected, by its label."""

    def of(name: str) -> dict[str, str]:
        return {"perRegion": "true", "visibleWhen": "region-selected", "whenLabelValue": name}

    kinds = {value.partition("=")[0]: says for value, says in label("DURATION")["attributes"].items()}
    _choices(view, "status", "EXERCISE: status", label("EXERCISE")["attributes"], **of("EXERCISE") | {"required": "false"})
    _choices(view, "kind", "DURATION: kind", kinds, **of("DURATION"))
    _headed(view, "DURATION: minutes", "Number", name="minutes", min="0", **of("DURATION"))
    _headed(view, "SERVICE: code", "TextArea", name="code", maxSubmissions="1", editable="true", **of("SERVICE"))


def _headed(view: ElementTree.Element, title: str, tag: str, **attributes: str) -> ElementTree.Element:
    shown: dict[str, str] = {k: v for k, v in attributes.items() if k in ("visibleWhen", "whenLabelValue")}
    part = ElementTree.SubElement(view, "View", shown)
    ElementTree.SubElement(part, "Header", value=title, size="5")
    return ElementTree.SubElement(part, tag, {"name": attributes["name"], "toName": "text", **attributes})


def _choices(view: ElementTree.Element, name: str, title: str, values: dict[str, str], **attributes: str) -> None:
    given = {"choice": "single", "required": "true", "showInline": "true", **attributes}
    group = _headed(view, title, "Choices", name=name, **given)
    for value, hint in values.items():
        ElementTree.SubElement(group, "Choice", {"value": value, **({"hint": hint} if hint else {})})


# out ----------------------------------------------------------------------------------------------------------------------


def to_label_studio(notes: list[MarkedNote], out: Path) -> None:
    """A JSON file of tasks, each with one annotation, for a project with the configuration of `config`."""
    tasks = []
    for note in notes:
        results = [r for n, span in enumerate(note.spans) for r in _region(note.text, f"s{n}", span)]
        results += _judgment(note.meta)
        tasks.append({"data": {"text": note.text, "id": note.id}, "meta": plain(note), "annotations": [{"result": results}]})
    out.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _region(text: str, name: str, span: tuple[int, int, str, str | None]) -> list[Result]:
    start, end, own, attribute = span
    place = {"start": start, "end": end, "text": text[start:end]}

    def result(control: str, kind: str, value: Any) -> Result:
        return {"id": name, "from_name": control, "to_name": "text", "type": kind, "value": {**place, **value}}

    out = [result("label", "labels", {"labels": [own]})]
    if own == "DURATION" and attribute:
        kind, _, minutes = attribute.partition("=")
        out.append(result("kind", "choices", {"choices": [kind]}))
        if minutes:
            out.append(result("minutes", "number", {"number": _number(minutes)}))
    elif own == "EXERCISE" and attribute:
        out.append(result("status", "choices", {"choices": [attribute]}))
    elif attribute:
        out.append({**result("code", "textarea", {}), "value": {"start": start, "end": end, "text": [attribute]}})
    return out


def _judgment(meta: dict[str, Any]) -> list[Result]:
    """The choices and fields of the note as a whole."""

    def result(control: str, kind: str, value: Any) -> Result:
        return {"from_name": control, "to_name": "text", "type": kind, "value": value}

    minutes = meta.get("minutes") or {}
    out = [result(key, "choices", {"choices": [str(meta[key])]}) for key in _TITLES]
    out += [result(f"{_ELEMENT}{e}", "choices", {"choices": [meta["elements"][e]]}) for e in ELEMENTS]
    if meta.get("contradictions"):
        out.append(result("contradictions", "choices", {"choices": list(meta["contradictions"])}))
    for key, table in (("codes", minutes.get("codes")), ("units", meta.get("units"))):
        if table:
            out.append(result(key, "textarea", {"text": [" ".join(f"{k}={v}" for k, v in table.items())]}))
    out += [result(key, "number", {"number": minutes[key]}) for key in _TOTALS if minutes.get(key) is not None]
    if meta.get("why"):
        out.append(result("why", "textarea", {"text": [str(meta["why"])]}))
    return out


# back ---------------------------------------------------------------------------------------------------------------------


def from_label_studio(path: Path) -> list[MarkedNote]:
    """The notes of a JSON export of Label Studio; the last annotation of a task counts.

    Raises
    ------
    CorpusError
        The file is not JSON, or a task is incomplete or breaks the format; the message names task and result, without note text.
    """
    tasks = json_of(read_text(path), "the export")
    if not isinstance(tasks, list):
        raise CorpusError("the export must be a JSON list of tasks")
    notes = []
    for n, task in enumerate(tasks, 1):
        with formed(f"task {n}"):
            notes.append(_note(task, n))
    return notes


def _note(task: dict[str, Any], n: int) -> MarkedNote:
    where = f"task {n}"
    data = need(task, "data", where)
    text = need(data, "text", where)
    given = task.get("annotations") or []
    if not given:
        raise CorpusError(f"{where}: there is no annotation")
    results = given[-1].get("result", [])
    meta = _front_matter(codes_back(dict(task.get("meta") or {})), results, where)
    return checked(id_from(data.get("id"), str(n), where), text, _regions(text, results, where), meta, where)


def _regions(text: str, results: list[Result], where: str) -> list[tuple[int, int, str, str | None]]:
    """The regions with their attribute, in the order of the export."""
    spans: dict[str, list[Any]] = {}
    for r, result in enumerate(results, 1):
        if result.get("type") == "labels":
            value = result["value"]
            same_quote(text, value["start"], value["end"], value.get("text"), f"{where}, result {r}")
            spans[result["id"]] = [value["start"], value["end"], value["labels"][0], None]
    told: dict[str, dict[str, Any]] = {name: {} for name in spans}
    for r, result in enumerate(results, 1):
        control = result.get("from_name")
        if control not in ("attribute", "status", "kind", "minutes", "code"):
            continue
        if result.get("id") not in spans:
            raise CorpusError(f"{where}, result {r}: an attribute refers to a region that does not exist")
        told[result["id"]][control] = _first(result)
    for name, values in told.items():
        spans[name][3] = _attribute(values, where)
    return [(s[0], s[1], s[2], s[3]) for s in spans.values()]


def _first(result: Result) -> Any:
    value = result.get("value", {})
    return value["number"] if result.get("type") == "number" else (value.get("choices") or value.get("text") or [None])[0]


def _attribute(values: dict[str, Any], where: str) -> str | None:
    """The attribute of a region from its fields; exports older than the configuration have it in one field, `attribute`."""
    kind = values.get("kind")
    if kind and any(v.startswith(f"{kind}=") for v in label("DURATION")["attributes"]):
        if "minutes" not in values:
            raise CorpusError(f"{where}: a DURATION of kind {kind} must have minutes")
        return f"{kind}={values['minutes']:g}"
    found: str | None = kind or values.get("status") or values.get("code") or values.get("attribute")
    return found


def _front_matter(meta: dict[str, Any], results: list[Result], where: str) -> dict[str, Any]:
    """The front matter that was sent along, with what the annotator set for the note in its place."""
    regions = {r["id"] for r in results if r.get("type") == "labels"}
    of_note = {r["from_name"]: r for r in results if r.get("from_name") and r.get("id") not in regions}
    out = {**meta, **{key: _first(of_note[key]) for key in _TITLES if key in of_note}}
    if not any(name.startswith(_ELEMENT) for name in of_note):
        return out
    out["elements"] = {e: _first(of_note[f"{_ELEMENT}{e}"]) if f"{_ELEMENT}{e}" in of_note else None for e in ELEMENTS}
    out["contradictions"] = of_note["contradictions"]["value"]["choices"] if "contradictions" in of_note else []
    codes, units = (_table(of_note.get(key), f"{where}: {key}") for key in _TABLES)
    minutes: dict[str, Any] = {"codes": codes} if codes else {}
    minutes |= {key: _first(of_note[key]) for key in _TOTALS if key in of_note}
    for key, value in (("minutes", minutes), ("units", units)):
        if value or meta.get(key) == {}:
            out[key] = value
        else:
            out.pop(key, None)
    if "why" in of_note:
        out["why"] = _first(of_note["why"])
    return out


def _table(result: Result | None, where: str) -> dict[Any, float]:
    """Numbers by code from `97110=25 97140=15`."""
    out: dict[Any, float] = {}
    for word in str(_first(result) or "").replace(",", " ").split() if result else ():
        key, _, value = word.partition("=")
        try:
            out[code(key)] = _number(value)
        except ValueError:
            raise CorpusError(f"{where} must be codes with numbers, as in 97110=25 97140=15") from None
    return out


def _number(told: str) -> float:
    value = float(told)
    return int(value) if value.is_integer() else value
