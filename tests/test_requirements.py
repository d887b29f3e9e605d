"""What is imported is required by name."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from .service import ROOT

FOLDER = ROOT / "requirements"
SERVICE = [ROOT / "requirements.txt", *(FOLDER / f"{name}.txt" for name in ("embedded", "embeddings", "postgres"))]
SERVICE += [FOLDER / "redis.txt"]
TESTS = [*SERVICE, FOLDER / "dev.txt"]
OURS = {"twin", "tests", "benchmarks"}


def normalized(distribution: str) -> str:
    """Return a distribution's name as the packaging specification compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def required_in(files: Iterable[Path]) -> set[str]:
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return {normalized(name.group()) for line in lines if (name := re.match(r"[A-Za-z0-9][\w.-]*", line))}


def imported_by(path: Path) -> set[str]:
    """The packages, neither ours nor Python's own, that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module))
    known = sys.stdlib_module_names | OURS | {"_typeshed"}  # the last: of mypy alone
    return {name.split(".")[0] for name in found} - known


@pytest.mark.parametrize(
    ("places", "files"),
    [
        (["twin", "wsgi.py", "gunicorn.conf.py"], SERVICE),
        (["tests", "docs"], TESTS),
        (["benchmarks"], [*TESTS, FOLDER / "bench.txt"]),
    ],
)
def test_each_package_that_is_imported_is_required(places: list[str], files: list[Path]) -> None:
    distributions = packages_distributions()
    required = required_in(files)
    missing = {
        f"{package} in {path.relative_to(ROOT)}"
        for place in map(ROOT.joinpath, places)
        for path in ([place] if place.is_file() else place.rglob("*.py"))
        for package in imported_by(path)
        if not required & {normalized(name) for name in distributions.get(package, [package])}
    }
    assert not missing
