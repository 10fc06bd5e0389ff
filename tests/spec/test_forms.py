"""Every form of the grammar decides its own example."""

import pytest
import yaml

from therex.catalog.files import RESOURCES
from therex.nlp.build import build
from therex.nlp.grammar.durations import minutes_of
from therex.nlp.grammar.parser import closed_forms

BARE = ("services.named",)  # read before services are known


def entries():
    for name in ("durations", "units", "services", "visits"):
        data = yaml.safe_load((RESOURCES / "grammar" / f"{name}.yaml").read_text(encoding="utf-8"))
        for group, rows in data["forms"].items():
            for row in rows:
                yield f"{name}.{group}", row


@pytest.fixture(scope="module")
def assembly():
    nlp = build()
    return nlp, dict(nlp.components)["therex_assembly"]


@pytest.mark.parametrize(("group", "row"), list(entries()), ids=lambda x: x if isinstance(x, str) else str(x["id"]))
def test_form_decides_its_example(group, row, assembly):
    nlp, component = assembly
    before, _, rest = row["case"].partition("«")
    anchor, closed, after = rest.partition("»")
    assert closed, f"{group}: {row['id']}: mark the anchor of the example with « and »"
    doc = nlp.make_doc(before + anchor + after)
    for name in ("therex_sentences", "therex_sections", "therex_quantities", "therex_lexicon"):
        doc = dict(nlp.components)[name](doc)
    ctx = component.context(doc)
    forms = closed_forms(ctx.lexicon)
    row_of = row_with_services(ctx, forms, group)
    start, end = len(before), len(before) + len(anchor)
    places = [k for k, t in enumerate(row_of.tokens) if t.start < end and t.end > start and t.word != "‖"]
    section = row["in"][0] if "in" in row and row_of.sections[places[0]] not in row["in"] else None
    found = []
    for k in places:
        if section is not None or row_of.sections[k] in row.get("outside", ()):
            row_of.sections[k] = section or "treatment"
        q = row_of.tokens[k].quantity
        value = minutes_of(q) if q is not None and q.numbers and group.startswith("durations") else q.numbers[0] if q and q.numbers else 0
        hit = forms.first(group, row_of, k, value)
        found.append(hit.form.id if hit else None)
    assert row["id"] in found, f"decided by {found}"


def row_with_services(ctx, forms, group):
    from therex.nlp.grammar.services import draft_services

    bare = forms.row(ctx.surface, ctx.units, ctx.kinds)
    if group in BARE:
        return bare
    draft_services(ctx, forms, bare)
    services = {d.first: (d.last, d.attribute or "") for d in ctx.of("SERVICE")}
    return forms.row(ctx.surface, ctx.units, ctx.kinds, services)
