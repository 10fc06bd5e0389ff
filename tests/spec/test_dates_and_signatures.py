"""Dates of service and signatures: open cases of the two kinds, and the case of every form and join."""

from pathlib import Path

import pytest
import yaml

from therex.billing.minutes import read_minutes
from therex.catalog.files import resource
from therex.elements.all import read_elements
from therex.nlp.assembly import Assembly
from therex.nlp.grammar.parser import closed_forms
from therex.nlp.grammar.records import record_row

FOLDER = Path(__file__).parent / "closed_forms"
KINDS = ("date_of_service", "signature")
CASES = [(kind, row) for kind in KINDS for row in yaml.safe_load((FOLDER / f"{kind}.yaml").read_text(encoding="utf-8"))]
FILES = ("dates", "signatures")
DATA = {name: resource(f"grammar/{name}.yaml") for name in FILES}
FORMS = [(name, group, row) for name in FILES for group, rows in DATA[name]["forms"].items() for row in rows]
JOINS = [(name, row) for name in FILES for row in DATA[name]["joins"]]


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[row["case"][:70] for _, row in CASES])
def test_status_of_the_element(analyzer, kind, case, request):
    if "known" in case:
        request.applymarker(pytest.mark.xfail(reason=case["known"], strict=True))
    view = analyzer.read(case["text"])
    found = {e.id: e.found for e in read_elements(view, read_minutes(view))}
    assert found[kind] == case["expect"][kind]


@pytest.fixture(scope="session")
def row_of(nlp):
    assembly = next(c for _, c in nlp.components if isinstance(c, Assembly))

    def read(marked):
        """The forms, the row of a case, and the range between its marks; ` / ` stands for a new line."""
        marked = marked.replace(" / ", "\n")
        start, end = marked.index("«"), marked.index("»") - 1
        ctx = assembly.context(nlp.make_doc(marked.replace("«", "").replace("»", "")))
        forms = closed_forms(ctx.lexicon)
        row = record_row(ctx, forms)
        for name in FILES:
            row = forms.join(name, row)
        return forms, row, start, end

    return read


@pytest.mark.parametrize(("name", "group", "form"), FORMS, ids=[f"{n}-{g}-{r['id']}" for n, g, r in FORMS])
def test_a_form_decides_its_case(row_of, name, group, form):
    forms, row, start, end = row_of(form["case"])
    k = next(k for k, t in enumerate(row.tokens) if t.start == start and t.end == end)
    found = forms.judge(name, row, k)
    assert found is not None
    assert (found.form.id, found.form.gives) == (form["id"], form["gives"])


@pytest.mark.parametrize(("name", "join"), JOINS, ids=[f"{n}-{r['id']}" for n, r in JOINS])
def test_a_join_makes_one_token_of_its_case(row_of, name, join):
    forms, row, start, end = row_of(join["case"])
    k = next(k for k, t in enumerate(row.tokens) if t.start == start and t.end == end)
    assert row.chars[k] == forms.alphabet.members(join["is"])[0]
