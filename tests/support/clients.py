"""The official clients, each in an environment of its own, and the programs that docs show of them."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from .documented import split_blocks
from .service import ROOT

LOCKS = ROOT / "requirements" / "clients"
NODE = ROOT / "tests" / "web" / "clients"
DOCUMENT = ROOT / "docs" / "programs.md"
SHOWN_URL = "http://localhost:8000"


def install(cache: Path, name: str) -> Path:
    """Return the folder of a client's environment in `cache`, made anew where its lock has changed."""
    folder = cache / name
    lock = NODE / "package-lock.json" if name == "node" else LOCKS / f"{name}.lock"
    digest, stamp = sha256(lock.read_bytes()).hexdigest(), cache / f"{name}.installed"
    with (cache / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != digest:
            shutil.rmtree(folder, ignore_errors=True)
            for command in _list_commands(folder, lock):
                done = subprocess.run(command, cwd=cache, capture_output=True, text=True)
                assert done.returncode == 0, done.stdout + done.stderr
            stamp.write_text(digest)
    return folder


def _list_commands(folder: Path, lock: Path) -> list[list[str]]:
    if lock.parent == NODE:
        shutil.copytree(NODE, folder)
        return [["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]]
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--require-hashes", "-r", str(lock)]
    return [[sys.executable, "-m", "venv", str(folder)], pip]


def read_block(mark: str) -> str:
    """Return the one block of docs/programs.md that holds a text."""
    _, blocks = split_blocks(DOCUMENT.read_text(encoding="utf-8"))
    (found,) = (block.text for block in blocks if mark in block.text)
    return found


def run_program(command: list[str], program: str, url: str, key: str, **environment: str) -> str:
    """Run a program that reads its text from standard input, against a service, and return what it prints."""
    settings: Mapping[str, str] = {"PATH": os.environ["PATH"], "TWIN_KEY": key, **environment}
    text = program.replace(SHOWN_URL, url)
    done = subprocess.run(command, input=text, env=settings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


Run = Callable[..., str]
