"""The events of a turn: its start, the answer's pieces, and the reply at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..memory import Annotations

if TYPE_CHECKING:
    from ..llm.answers import FinishReason, Usage


@dataclass(frozen=True)
class Reply:
    """The whole answer to a message."""

    text: str
    session_id: str
    finish_reason: FinishReason
    annotations: Annotations = field(default_factory=Annotations)
    origin: Literal["model", "faq", "owner", "repeated"] = "model"
    model: str | None = None  # its name, as the provider reports it
    usage: Usage | None = None


@dataclass(frozen=True)
class Started:
    """The first event of a stream that is certain to come."""

    session_id: str


@dataclass(frozen=True)
class Delta:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True)
class Silence:
    """A tick: the model has written nothing for a second."""


Event = Started | Delta | Silence | Reply
