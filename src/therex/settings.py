"""Where models lie: those that ship with therex, and those that a user has trained.

``THEREX_HOME`` names the folder of the user's own models; without it, it is the usual place for a program's data
(``XDG_DATA_HOME`` or ``~/.local/share``, ``~/Library/Application Support``, ``%APPDATA%``).
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from therex.errors import ModelError

SHIPPED = "shipped"
PIPELINE, NECESSITY = "therex_notes", "necessity"
_STATE = "in_use.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def home() -> Path:
    """The folder of the user's own models and of the note of which is in use; it need not exist."""
    told = os.environ.get("THEREX_HOME")
    if told:
        return Path(told)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "therex"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home())) / "therex"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "therex"


def models_dir() -> Path:
    """Where the shipped models lie: in the installed package, or at the top of a checkout.

    Raises
    ------
    ModelError
        They are nowhere.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "models", here.parents[1] / "models"):
        if folder.is_dir():
            return folder
    raise ModelError("the shipped models are missing: reinstall therex, or run `therex train --encoder --out models` in a checkout")


def checked_name(name: str) -> str:
    """`name`, where it may name a model.

    Raises
    ------
    ModelError
        It may not.
    """
    if not _NAME.fullmatch(name) or name == SHIPPED:
        raise ModelError(
            f"a model name must start with a letter or digit, have only lowercase letters, digits, dots, dashes, and underscores, at most 64, and not be {SHIPPED!r}"
        )
    return name


def user_models() -> list[str]:
    """The names of the user's own models, sorted."""
    folder = home() / "models"
    return sorted(p.name for p in folder.iterdir() if _NAME.fullmatch(p.name) and (p / NECESSITY).is_dir()) if folder.is_dir() else []


def model_folder(name: str | None = None) -> Path:
    """The folder of a model by name, of the one in use where no name is given.

    Raises
    ------
    ModelError
        There is no such model.
    """
    name = in_use()[0] if name is None else name
    if name == SHIPPED:
        return models_dir()
    folder = home() / "models" / checked_name(name)
    if not (folder / NECESSITY).is_dir():
        known = ", ".join((SHIPPED, *user_models()))
        raise ModelError(f"unknown model: use one of {known}")
    return folder


def in_use() -> tuple[str, list[str]]:
    """The name of the model in use, and of those before it, the latest last.

    Raises
    ------
    ModelError
        The note of which is in use cannot be read.
    """
    path = home() / _STATE
    if not path.is_file():
        return SHIPPED, []
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        return str(state["in_use"]), [str(x) for x in state["before"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(f"{_STATE} in your model folder cannot be read: fix it, or remove it to use the shipped model") from None


def set_in_use(name: str, before: list[str]) -> None:
    """Note which model is in use; the note is replaced whole, or not at all."""
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{_STATE}.new"
    fresh.write_text(json.dumps({"in_use": name, "before": before}, indent=1) + "\n", encoding="utf-8")
    fresh.replace(folder / _STATE)
