"""What tests of the owner's commands share."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ..support.commands import Run
from ..support.scripted_model import ScriptedModel
from ..support.service import copy_project
from ..support.settings import KEY
from ..support.warm import WarmPythons


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
