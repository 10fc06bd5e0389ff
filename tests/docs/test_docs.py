"""The documents say what the program does."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)


def test_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install . && therex screen examples/notes" in text and "pip install '.[test]' && pytest" in text


def test_readme_python_runs():
    block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)[1]
    lines = block.replace('record["line"]["status"], record["time"]["codes"]', 'told = record["line"]["status"], record["time"]["codes"]')
    space = {}
    exec(lines, space)
    assert space["told"] == ("hold", {"97110": 25})


@pytest.mark.parametrize("name", sorted(p.relative_to(ROOT).as_posix() for p in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))))
def test_links_lead_somewhere(name):
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_every_command_is_in_the_readme():
    from typer.main import get_command

    from therex.cli.app import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"therex {name}" in text for name in get_command(app).commands)


def test_every_label_element_and_contradiction_is_in_the_docs():
    from therex.types import CONTRADICTIONS, ELEMENTS, LABELS

    text = (ROOT / "docs" / "labels.md").read_text(encoding="utf-8")
    assert all(name in text for name in (*LABELS, *ELEMENTS, *CONTRADICTIONS))


def test_the_annotation_guidelines_are_those_of_the_data_files():
    """To renew them: python -c "from pathlib import Path; from therex.corpus.guide import renewed; p = Path('docs/annotation.md');
    p.write_text(renewed(p.read_text()))"."""
    from therex.corpus.guide import renewed

    text = (ROOT / "docs" / "annotation.md").read_text(encoding="utf-8")
    assert renewed(text) == text


def test_the_annotation_guidelines_name_every_contradiction_and_value():
    from therex.types import CONTRADICTIONS

    text = (ROOT / "docs" / "annotation.md").read_text(encoding="utf-8")
    values = ("daily", "evaluation", "progress", "discharge", "SLP", "supported", "not_supported", "not_applicable", "clear", "arguable")
    assert all(f"`{name}`" in text for name in (*CONTRADICTIONS, *values))


def test_the_note_shown_in_the_annotation_guidelines_is_in_order():
    from therex.corpus.check import check
    from therex.corpus.lint import lint
    from therex.corpus.marked import parse

    text = (ROOT / "docs" / "annotation.md").read_text(encoding="utf-8")
    shown = re.search(r"\n((?:    .*\n)+)", text[text.index("    ---\n") - 1 :])[1]
    note = parse(re.sub(r"(?m)^    ", "", shown))
    assert note.id == "demo-01" and check([note]) == [] and lint(note) == []


def test_the_published_schema_is_the_one_in_the_program():
    """To renew it: python -c "import json; from therex.reports.schema import schema; print(json.dumps(schema(), indent=1))"."""
    import json

    from therex.reports.schema import chart_schema, schema

    assert json.loads((ROOT / "docs" / "chart.schema.json").read_text(encoding="utf-8")) == chart_schema()
    assert json.loads((ROOT / "docs" / "record.schema.json").read_text(encoding="utf-8")) == schema()


def test_every_finding_across_notes_is_in_the_docs():
    from therex.catalog.episode import checks

    text = (ROOT / "docs" / "episodes.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in checks())


def test_every_test_that_a_promise_of_security_rests_on_exists():
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    tests = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", text))
    assert len(named) > 50 and not {name for name in named if f"def {name}(" not in tests}
    assert all((ROOT / name).exists() for name in re.findall(r"`((?:tests|\.ci|benchmarks)/[\w./]+)`", text))


EXAMPLES = [
    (f"{path.name}: {m['command']}", m["command"])
    for path in sorted((ROOT / "docs").glob("*.md"))
    for m in generate.EXAMPLE.finditer(path.read_text(encoding="utf-8"))
]


def test_the_reference_of_commands_is_the_programs_own():
    """To renew it: python docs/generate.py."""
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == generate.commands()


@pytest.mark.parametrize("command", [pytest.param(command, id=name) for name, command in EXAMPLES])
def test_every_example_of_the_documents_runs(command, tmp_path):
    assert generate.shown(command, None, str(tmp_path)).strip()


def test_every_page_of_the_site_is_there():
    listed = set(re.findall(r": ([a-z-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.M))
    taken = set(re.findall(r'"([a-z]+\.md)",$', (ROOT / "docs" / "hooks.py").read_text(encoding="utf-8"), re.M))
    assert listed == {p.name for p in (ROOT / "docs").glob("*.md")} | taken


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(b, id=str(k))
        for k, b in enumerate(re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.S))
    ],
)
def test_the_python_of_the_documents_runs(block):
    exec(block, {})


def test_every_command_has_an_example_and_a_short_summary():
    from typer.main import get_command

    from therex.catalog.files import resource
    from therex.cli.app import app
    from therex.cli.help import walk

    commands = {" ".join(path): command for path, command in walk(get_command(app)) if path and not hasattr(command, "commands")}
    assert set(resource("help.yaml")["examples"]) == set(commands)
