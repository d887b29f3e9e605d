"""One turn of a conversation: the order of everything below."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4

from .config import ROOT, Settings
from .embedded import EmbeddedModel, check_available
from .errors import InvalidRequest, ModelBusy, ModelFailed, ModelMisconfigured, ModelTimeout
from .persona import Persona

if TYPE_CHECKING:
    from .llm import Answer, FinishReason, Model

FAULTS = (InvalidRequest, ModelMisconfigured, ModelFailed, ModelBusy, ModelTimeout)  # of taking a turn


@dataclass(frozen=True)
class Reply:
    """What a visitor gets for a message."""

    text: str
    session_id: str
    finish_reason: FinishReason


@dataclass(frozen=True)
class Started:
    """It is certain that there will be a stream."""

    session_id: str


@dataclass(frozen=True)
class Delta:
    """What the model wrote since the last one."""

    text: str


@dataclass(frozen=True)
class Silence:
    """The model has written nothing for a second."""


Event = Started | Delta | Silence | Reply


class Twin:
    """What one process holds to take turns."""

    def __init__(self, settings: Settings) -> None:
        """Check all that could stop a start, or raise StartError; run nothing yet."""
        self.settings = settings
        self.persona = Persona(ROOT / "me.txt", settings.context_tokens)
        self.embedded = EmbeddedModel(ROOT / "instance")
        if settings.uses_embedded_model:
            check_available(settings.embedded_model, ROOT / "instance")

    @cached_property
    def model(self) -> Model:
        """The model, made when it is first asked: after a fork, and never for a command that needs none."""
        from .llm import Model  # openai takes 0.6 s to import

        return Model(self.settings, self.embedded)

    def warm_up(self) -> None:
        """Do what the first visitor would otherwise wait for."""
        _ = self.model
        if self.settings.uses_embedded_model:
            self.embedded.start()

    def is_ready(self) -> bool:
        """Whether a chat could be answered now; asks nothing of a provider."""
        return not self.settings.uses_embedded_model or self.embedded.is_ready()

    def answer(self, message: str, session_id: str | None) -> Reply:
        """Take one turn: ask the model as the persona; an empty session id is replaced by a new UUID4.

        Raises one of FAULTS.
        """
        return self._reply(self.model.answer(self._compose(message)), session_id or str(uuid4()))

    def stream(self, message: str, session_id: str | None) -> Generator[Event]:
        """Take the same turn, and yield it while it happens: one Started first, one Reply at its end.

        Raises one of FAULTS, on the way too. Closed early, it ends the call to the model.
        """
        session_id = session_id or str(uuid4())
        yield Started(session_id)
        with closing(self.model.stream(self._compose(message))) as stream:
            for arrived in stream:
                if isinstance(arrived, str):
                    yield Delta(arrived)
                elif arrived is None:
                    yield Silence()
                else:
                    yield self._reply(arrived, session_id)

    def _compose(self, message: str) -> list[dict[str, str]]:
        return [{"role": "system", "content": self.persona.text()}, {"role": "user", "content": message}]

    def _reply(self, answer: Answer, session_id: str) -> Reply:
        declined = answer.finish_reason == "content_filter"
        return Reply(self.settings.fallback if declined else answer.text, session_id, answer.finish_reason)
