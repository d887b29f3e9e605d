"""What tests of the owner's commands share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ..conftest import KEY
from ..support.scripted_model import ScriptedModel
from ..support.service import copy_project
from ..support.warm import WarmPythons

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "twin")


@pytest.fixture
def environment(model: ScriptedModel) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url}


@pytest.fixture
def run(root: Path, environment: dict[str, str], pythons: WarmPythons) -> Run:
    """Run `flask twin` with arguments, standard input and settings."""

    def run_command(
        *arguments: str, stdin: str | bytes = b"", **settings: str | None
    ) -> subprocess.CompletedProcess[str]:
        merged = {name: value for name, value in (environment | settings).items() if value is not None}
        data = stdin.encode() if isinstance(stdin, str) else stdin
        return pythons.run(["flask", "twin", *arguments], root, merged, data)

    return run_command


def assert_failed_in_one_line(end: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (end.returncode, end.stderr.count("\n")) == (2, 1), end.stderr
    assert end.stderr.startswith("twin: ")
    for word in words:
        assert word in end.stderr
