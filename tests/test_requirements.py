"""What is imported is required by name, and what is installed follows from what is required."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from .support.service import ROOT

FOLDER = ROOT / "requirements"
SERVICE = [ROOT / "requirements.txt", *(FOLDER / f"{name}.txt" for name in ("embedded", "embeddings", "postgres"))]
SERVICE += [FOLDER / "redis.txt"]
TESTS = [*SERVICE, FOLDER / "dev.txt"]
OURS = {"twin", "tests", "benchmarks"}
DRAWING = ROOT / "tests" / "knowledge" / "documents" / "cvs" / "draw.py"  # which made files that are kept
LOCKS = sorted(FOLDER.rglob("*.lock"))


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
    packages = {name.split(".")[0] for name in found} - known
    return {package for package in packages if not path.with_name(f"{package}.py").exists()}  # a script's neighbour


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
        if path != DRAWING
        for package in imported_by(path)
        if not required & {normalized(name) for name in distributions.get(package, [package])}
    }
    assert not missing


def test_no_lock_is_behind_what_is_required() -> None:
    check = [sys.executable, "requirements/locks.py", "--check"]
    end = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert end.returncode == 0, end.stderr


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_each_package_with_hashes_and_names_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    packages = re.findall(r"^[^\s#].*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)
    assert packages
    assert len(packages) == len(re.findall(r"^[^\s#]", text, re.MULTILINE))
    assert all(re.match(r"[\w.-]+==\S+ ", package) for package in packages)
    assert "://" not in text


def test_what_the_image_is_made_from_is_there() -> None:
    copies = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    sources = [source for copy in copies for source in copy.split()]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
