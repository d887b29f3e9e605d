"""The arrows between the rooms of the house: who may import whom."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from .support.service import ROOT

# From the top: a room may import only rooms below it. create_app and the commands stand above all.
TOP = {"twin", "app", "cli"}
ROOMS = [
    "web",
    "evaluation",
    "turn",
    "runtime",
    "memory",
    "gaps",
    "prompt",
    "knowledge",
    "grounding",
    "rates",
    "budget",
    "llm",
    "stores",
    "telemetry",
    "settings",
    "system",
    "text",
    "errors",
]
BLUEPRINTS = {"chat", "meta", "page", "sessions"}  # on one floor of `web`: none imports another
# What is in these two is listed, since they are not for whatever has no home.
SYSTEM = {
    "address",
    "alarms",
    "contention",
    "environment",
    "fairness",
    "files",
    "networks",
    "paths",
    "sidecar",
    "sidecar_process",
    "sockets",
    "threads",
}
TEXT = {"invisible", "scripts", "sentences", "tokens", "words"}
FILES = sorted(path for path in (ROOT / "twin").rglob("*.py") if "migrations" not in path.parts)  # Alembic's own


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "twin").with_suffix("").parts
    return parts[0] if parts != ("__init__",) else "twin"


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
    if room not in TOP:
        assert rooms <= set(ROOMS[ROOMS.index(room) + 1 :])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_all_that_knows_http_is_in_web(path: Path) -> None:
    if room_of(path) not in {*TOP, "web"}:
        assert not {name.split(".")[0] for name in imports_of(path)} & {"flask", "werkzeug", "click", "gunicorn"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_blueprints_know_none_of_each_other(path: Path) -> None:
    if room_of(path) == "web":
        rooms = {name.split(".")[2] for name in imports_of(path) if name.startswith("twin.web.")}
        assert rooms & BLUEPRINTS <= {path.parent.name}


def test_only_llm_imports_openai() -> None:
    assert {room_of(path) for path in FILES if {"openai", "httpx2"} & imports_of(path)} == {"llm"}


def test_every_file_is_in_a_room_of_the_list() -> None:
    assert {room_of(path) for path in FILES} == TOP | {*ROOMS}
    assert {path.parent.name for path in (ROOT / "twin").rglob("routes.py")} == BLUEPRINTS
    for room, listed in (("system", SYSTEM), ("text", TEXT)):
        assert {path.stem for path in (ROOT / "twin" / room).iterdir() if path.suffix == ".py"} - {"__init__"} == listed


def test_what_tests_share_is_in_support() -> None:
    found = set()
    for path in (ROOT / "tests").rglob("*.py"):
        modules = [
            node.module or "" for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
        ]
        found |= {f"{path.name}: {name}" for name in modules if re.search(r"\b(conftest$|test_)", name)}
    assert not found
