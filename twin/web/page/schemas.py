"""The JSON at /."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class ServiceName(BaseModel):
    """The service's name."""

    message: Literal["AI Digital Twin API"]
