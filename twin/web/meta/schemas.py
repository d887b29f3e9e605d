"""The JSON of /health, /ready and /openapi.json."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel
from pydantic.json_schema import SkipJsonSchema


class Health(BaseModel):
    """The process is up."""

    status: Literal["healthy"]


class Readiness(BaseModel):
    """A chat would be answered now."""

    status: Literal["ready"]
    notice: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="which setting replaces the embedded model, if it answers"
    )


class OpenApiDocument(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""
