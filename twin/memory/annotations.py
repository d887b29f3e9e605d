"""What an answer says beside its text: on the wire, and in the column of its message that keeps it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema


def _note(description: str) -> Any:
    """Return a field that is left out wherever it says nothing."""
    return Field(default_factory=lambda: None, exclude_if=lambda value: value is None, description=description)


class GroundingReport(BaseModel):
    """What the model wrote in links, e-mail addresses and phone numbers that neither owner nor visitor did."""

    repaired: list[str] = Field(description="what was a misspelling of the owner's, which stands in its place")
    removed: list[str] = Field(description="what was taken out")


class CitedSource(BaseModel):
    """A passage of the owner's documents that an answer used."""

    model_config = ConfigDict(from_attributes=True)

    title: str = Field(description="the document's title")
    file: str = Field(description="the name of its file")
    quote: str = Field(description="what stands there, word for word")


class Annotations(BaseModel):
    """What an answer says beside its text; each field is there only where it says something."""

    grounding: GroundingReport | SkipJsonSchema[None] = _note("what was not shown as the model wrote it")
    sources: list[CitedSource] | SkipJsonSchema[None] = _note("the passages that the answer used")
    grounded: Literal[False] | SkipJsonSchema[None] = _note(
        "false: nothing close to the question is in the owner's documents"
    )

    @classmethod
    def load(cls, text: str | None) -> Annotations:
        """Return what was kept; what a newer Twin has added is passed over."""
        return cls() if text is None else cls.model_validate_json(text)

    def dump(self) -> str | None:
        """Return it as it is kept: JSON, or None where it says nothing."""
        return None if self == Annotations() else self.model_dump_json()
