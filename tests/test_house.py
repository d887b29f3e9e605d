"""The arrows between the rooms of the house: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .service import ROOT

# From the top: a room may import only rooms below it. create_app and the commands stand above all; blueprints
# are on one floor and never import each other.
TOP = {"twin", "app", "cli"}
CAPABILITIES = [
    "launch",
    "operation",
    "edge",
    "payload",
    "evaluation",
    "turn",
    "service",
    "memory",
    "gaps",
    "prompt",
    "indexer",
    "knowledge",
    "grounding",
    "rates",
    "budget",
    "ledger",
    "telemetry",
    "llm",
    "embeddings_server",
    "embedded_server",
    "embedded",
    "sidecar",
    "persona",
    "tokens",
    "invisible",
    "json_lines",
    "environment",
    "alarms",
    "threads",
    "fairness",
    "sockets",
    "db",
    "tables",
    "sqlite_lock",
    "config",
    "files",
    "addresses",
    "colours",
    "errors",
]
KNOW_NO_FLASK = CAPABILITIES[CAPABILITIES.index("evaluation") :]
FILES = sorted(path for path in (ROOT / "twin").rglob("*.py") if "migrations" not in path.parts)  # Alembic's own


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "twin").with_suffix("").parts
    return parts[0] if parts != ("__init__",) else "twin"


def blueprints() -> set[str]:
    return {path.parent.name for path in (ROOT / "twin").glob("*/routes.py")}


def imports_of(path: Path) -> set[str]:
    """The modules that a file names: `twin.…` for our own, the top package for others."""
    package = ["twin", *path.relative_to(ROOT / "twin").parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            found |= {module} if node.module else {f"{module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_down(path: Path) -> None:
    room = room_of(path)
    rooms = {name.split(".")[1] for name in imports_of(path) if name.startswith("twin.")} - {room}
    if room in TOP:
        return
    if room in blueprints():
        assert not rooms & blueprints()
        assert "launch" not in rooms
    else:
        assert rooms <= set(CAPABILITIES[CAPABILITIES.index(room) + 1 :])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_below_the_edge_knows_no_flask(path: Path) -> None:
    if room_of(path) in KNOW_NO_FLASK:
        assert not {name.split(".")[0] for name in imports_of(path)} & {"flask", "werkzeug", "click", "gunicorn"}


def test_only_llm_imports_openai() -> None:
    assert {room_of(path) for path in FILES if {"openai", "httpx2"} & imports_of(path)} == {"llm"}


def test_every_file_is_in_the_list() -> None:
    assert {room_of(path) for path in FILES} == TOP | {*blueprints(), *CAPABILITIES}
