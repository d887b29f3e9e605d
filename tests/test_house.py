"""The arrows between the rooms of the house: who may import whom."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from .support.service import ROOT

# From the top: a room may import only rooms below it. create_app and the commands stand above all.
TOP = {"twin", "app", "cli"}
ROOMS = [
    "web",
    "evaluation",
    "turn",
    "runtime",
    "owner",
    "memory",
    "gaps",
    "prompt",
    "knowledge",
    "grounding",
    "keys",
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
# On one floor of `web`: none imports another.
BLUEPRINTS = {"chat", "compat", "desk", "mcp", "meta", "page", "sessions"}
# What is in these two is listed, since they are not for whatever has no home.
SYSTEM = {
    "address",
    "alarms",
    "caching",
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
TEXT = {"invisible", "lookalikes", "scripts", "sentences", "tokens", "words"}
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


def test_arrows_point_down() -> None:
    upward = {}
    for path in FILES:
        room = room_of(path)
        rooms = {name.split(".")[1] for name in imports_of(path) if name.startswith("twin.")} - {room}
        if room not in TOP:
            upward[str(path)] = rooms - {*ROOMS[ROOMS.index(room) + 1 :]}
    assert not {path: rooms for path, rooms in upward.items() if rooms}


def test_all_that_knows_http_is_in_web() -> None:
    http = {"flask", "werkzeug", "click", "gunicorn"}
    knowing = {room_of(path) for path in FILES if {name.split(".")[0] for name in imports_of(path)} & http}
    assert knowing <= {*TOP, "web"}


def test_blueprints_know_none_of_each_other() -> None:
    known = {}
    for path in (ROOT / "twin" / "web").rglob("*.py"):
        rooms = {name.split(".")[2] for name in imports_of(path) if name.startswith("twin.web.")}
        known[str(path)] = rooms & BLUEPRINTS - {path.parent.name}
    assert not {path: rooms for path, rooms in known.items() if rooms}


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
        nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        names = {node.module or "" for node in nodes} | {alias.name for node in nodes for alias in node.names}
        found |= {f"{path.name}: {name}" for name in names if re.search(r"(^|\.)(conftest$|test_)", name)}
    assert not found


def test_tests_mirror_the_house() -> None:
    folders = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    assert [str(folder) for folder in folders if not (ROOT / "twin" / folder).is_dir()] == []
