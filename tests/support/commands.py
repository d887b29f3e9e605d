"""Commands that are run to their end: the owner's, and starts that fail."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .service import COMMANDS, free_port
from .warm import WarmPythons

Run = Callable[..., subprocess.CompletedProcess[str]]


def assert_failed_in_one_line(end: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (end.returncode, end.stderr.count("\n")) == (2, 1), end.stderr
    assert end.stderr.startswith("twin: ")
    for word in words:
        assert word in end.stderr


def start(
    command: str,
    root: Path,
    python: str = sys.executable,
    pythons: WarmPythons | None = None,
    **settings: str,
) -> subprocess.CompletedProcess[str]:
    """Start the service in `root`, which is expected to fail, and return how it ended."""
    port = str(free_port())
    environment = {"PATH": os.environ["PATH"], "PORT": port, "FLASK_RUN_PORT": port} | settings
    if pythons is not None:
        return pythons.run(COMMANDS[command], root, environment)
    return subprocess.run(
        [python, "-m", *COMMANDS[command]], cwd=root, env=environment, capture_output=True, text=True, timeout=60
    )


def assert_stopped_in_one_line(end: subprocess.CompletedProcess[str], *words: str) -> None:
    assert end.returncode == 2, end
    line = end.stderr.strip()
    assert line.startswith("twin: ")
    assert "\n" not in line
    assert "sk-" not in line
    for word in words:
        assert word in line
