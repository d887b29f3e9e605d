"""Fixtures of the tests of memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..support.scripted_model import ScriptedModel
from ..support.service import Service


@pytest.fixture
def summarising(under: Callable[..., Service], model: ScriptedModel) -> Service:
    """A service with a small window and summaries."""
    return under("gunicorn", MEMORY="on", MEMORY_TOKENS="400", MEMORY_SUMMARY="on")
