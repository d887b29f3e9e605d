"""A server in front of the real one, for answers that no model needs to be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ...support.pages import Front
from ...support.scripted_model import ScriptedModel
from ...support.service import Service


@pytest.fixture
def front(gunicorn: Service) -> Iterator[Front]:
    front = Front(gunicorn)
    yield front
    front.close()


@pytest.fixture
def remembering_front(under: Callable[..., Service], model: ScriptedModel) -> Iterator[Front]:
    """The same before a service with memory."""
    front = Front(under("gunicorn", MEMORY="on", WEB_CONCURRENCY="4"))
    yield front
    front.close()
