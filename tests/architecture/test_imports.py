"""Who may import whom, and what a command may not load."""

import ast
import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src" / "therex"
LEVEL = {
    "errors": 0, "types": 0, "days": 0, "settings": 1, "catalog": 1, "nlp": 2, "billing": 2, "elements": 2, "scoring": 2, "policy": 2, "readers": 2, "redaction": 2,
    "episode": 2, "analysis": 3, "chart": 4, "reports": 4, "batch": 5, "qa": 6, "web": 6, "training": 4, "corpus": 4, "spark": 6, "cli": 7, "__main__": 8, "__init__": 8,
}  # fmt: skip
# elements and scoring read what the rooms beside them found, as plain values and plain functions
ALLOWED = {
    ("catalog", "settings"),
    ("elements", "billing"),
    ("scoring", "elements"),
    ("scoring", "billing"),
    ("policy", "billing"),
    ("training", "corpus"),
    ("web", "qa"),
}
ONLY = {
    "spacy": {"nlp", "training", "corpus"},
    "sklearn": {"training", "scoring", "corpus"},
    "typer": {"cli", "reports"},
    "rich": {"cli", "reports"},
    "pyarrow": {"readers", "spark"},
    "pyspark": {"spark", "cli"},
    "sqlalchemy": {"batch", "web"},
    **{key: {"web"} for key in ("fastapi", "starlette", "uvicorn", "alembic", "argon2")},
    **{key: {"qa"} for key in ("statsmodels", "krippendorff")},
    "docx": {"readers", "reports"},
    **{key: {"readers"} for key in ("pypdfium2", "striprtf", "lxml", "hl7", "pyx12")},
}


def imports():
    for path in sorted(SRC.rglob("*.py")):
        room = path.relative_to(SRC).parts[0].removesuffix(".py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        typing_only = {
            id(n)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
            for n in ast.walk(node)
        }
        for node in ast.walk(tree):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                yield path, room, name, id(node) in typing_only


def test_imports_point_downwards():
    wrong = []
    for path, room, name, _ in imports():
        if not name.startswith("therex."):
            continue
        other = name.split(".")[1]
        if other != room and LEVEL[other] >= LEVEL[room] and (room, other) not in ALLOWED:
            wrong.append(f"{path.relative_to(SRC)} imports {name}")
    assert not wrong


def test_heavy_libraries_stay_in_their_rooms():
    wrong = [
        f"{p.relative_to(SRC)} imports {n}"
        for p, room, n, typing in imports()
        if not typing and n.split(".")[0] in ONLY and room not in ONLY[n.split(".")[0]] and room not in ("analysis", "__init__")
    ]
    assert not wrong


def loaded(code):
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(' '.join(sys.modules))"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_import_therex_loads_nothing_heavy():
    assert not {"spacy", "sklearn", "typer", "rich", "yaml"} & loaded("import therex")


def test_the_command_line_loads_nothing_heavy_before_a_command_runs():
    assert not {"spacy", "sklearn", "numpy", "yaml", "openpyxl"} & loaded("import therex.cli.app")


def test_screening_does_not_load_scikit_learn():
    assert "sklearn" not in loaded("import therex\ntherex.screen('TE 25 min')")


def test_modules_are_of_a_readable_length():
    long = {p.relative_to(SRC).as_posix(): n for p in SRC.rglob("*.py") if (n := p.read_text(encoding="utf-8").count("\n")) > 560}
    assert not long
