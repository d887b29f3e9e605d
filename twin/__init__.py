"""Twin: a digital twin that people host themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(test_config: Mapping[str, Any] | None = None) -> Flask:
    """Return the service as a WSGI app; `test_config` overrides every other source of settings.

    Raises StartError, in one line that says what to mend, where a setting, the persona or the model is wrong.
    """
    from .app import create_app as create  # flask, pydantic and SQLAlchemy, which the processes beside do without

    return create(test_config)
