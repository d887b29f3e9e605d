"""What the service says about itself."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel
from pydantic.json_schema import SkipJsonSchema


class Name(BaseModel):
    """What answers here."""

    message: Literal["AI Digital Twin API"]


class Health(BaseModel):
    """The process is up."""

    status: Literal["healthy"]


class Readiness(BaseModel):
    """A chat would be answered now."""

    status: Literal["ready"]
    notice: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, description="which setting replaces the embedded model, if it answers"
    )


class Document(RootModel[dict[str, Any]]):
    """An OpenAPI 3.1 document."""
