"""Annotations of an answer, beside its text: on the wire, and in a column of its message."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema


def _note(description: str) -> Any:
    """Return an optional field, left out of JSON where it is None."""
    return Field(default_factory=lambda: None, exclude_if=lambda value: value is None, description=description)


class GroundingReport(BaseModel):
    """Links, e-mail addresses and phone numbers of the model's that neither the owner nor the visitor wrote."""

    repaired: list[str] = Field(description="what was a misspelling of the owner's, which stands in its place")
    removed: list[str] = Field(description="what was taken out")


class CitedSource(BaseModel):
    """A passage of the owner's documents that an answer used."""

    model_config = ConfigDict(from_attributes=True)

    title: str = Field(description="the document's title")
    file: str = Field(description="the name of its file")
    quote: str = Field(description="what stands there, word for word; of data, without its marks")
    supports: list[tuple[int, int]] = Field(
        default_factory=list,
        description="start and end of each sentence of the answer that rests on it, in Unicode code points",
    )


class UnsupportedText(BaseModel):
    """A name, number or date in an answer that stands in nothing that the model was given."""

    text: str = Field(description="as it stands in the answer")
    start: int = Field(description="where it begins, in Unicode code points")
    end: int = Field(description="where it ends")


class Annotations(BaseModel):
    """The annotations of one answer; empty fields are left out."""

    grounding: GroundingReport | SkipJsonSchema[None] = _note("what was not shown as the model wrote it")
    sources: list[CitedSource] | SkipJsonSchema[None] = _note("the passages that sentences of the answer rest on")
    unsupported: list[UnsupportedText] | SkipJsonSchema[None] = _note(
        "names, numbers and dates in the answer that stand in nothing that the model was given"
    )
    grounded: Literal[False] | SkipJsonSchema[None] = _note("false: the twin does not know")
    speaker: Literal["approved", "owner"] | SkipJsonSchema[None] = _note(
        "`approved`: the owner wrote this answer before, and it is given word for word; `owner`: the owner writes now, "
        "in person, or says that they will"
    )

    @classmethod
    def load(cls, text: str | None) -> Annotations:
        """Return annotations from the column's JSON; fields of a newer Twin are ignored."""
        return cls() if text is None else cls.model_validate_json(text)

    def dump(self) -> str | None:
        """Return JSON for the column, or None where all fields are empty."""
        return None if self == Annotations() else self.model_dump_json()
