"""What POST /chat takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field


def _trim(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class ChatRequest(BaseModel):
    """A visitor's message; fields that are not listed here are ignored."""

    message: Annotated[str, BeforeValidator(_trim), Field(min_length=1, max_length=20_000)]
    session_id: Annotated[str, Field(max_length=128)] | None = None


class ChatResponse(BaseModel):
    """The twin's answer; `finish_reason` is there only where it says something."""

    response: str
    session_id: str
    finish_reason: Literal["length", "content_filter"] | None = None
