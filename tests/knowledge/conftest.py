"""A service whose owner has documents."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.calls import heal
from ..support.scripted_model import ScriptedModel
from ..support.service import Service


@pytest.fixture
def knowing(under: Callable[..., Service], model: ScriptedModel) -> Service:
    """The service under gunicorn, with an empty instance/knowledge/ of its own."""
    service = under("gunicorn", KNOWLEDGE_TOKENS="12000")
    shutil.rmtree(service.root / "instance" / "knowledge", ignore_errors=True)
    (service.root / "instance" / "knowledge").mkdir()
    return heal(service, model)


@pytest.fixture
def folder(knowing: Service) -> Path:
    """Its documents."""
    return knowing.root / "instance" / "knowledge"
