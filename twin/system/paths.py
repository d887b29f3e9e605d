"""The folders of the project and of its deployment, read as `paths.ROOT` when they are needed."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent  # the project's folder
INSTANCE = ROOT / "instance"  # what is private to one deployment: config.py, databases, logs, locks and these folders
KNOWLEDGE = INSTANCE / "knowledge"
EVALS = INSTANCE / "evals"
