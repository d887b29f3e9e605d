"""A turn as a chat completion, whole and in chunks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from ...turn import Delta, Event, Reply, Silence, Started
from ..sse import ServerEvent, Written
from .schemas import MODEL, AnswerMessage, Choice, Completion, TokenCounts

DONE = "data: [DONE]\n\n"


@dataclass(frozen=True)
class CompletionWriter:
    """Writes one completion."""

    has_usage_chunk: bool = False  # whether a stream ends with one
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def write(self, reply: Reply) -> Completion:
        """Return the whole completion."""
        choice = Choice(message=AnswerMessage(content=reply.text), finish_reason=reply.finish_reason)
        return Completion(
            id=self.id,
            created=self.created,
            model=MODEL,
            choices=[choice],
            usage=TokenCounts.of(reply.usage) if reply.usage else None,
            twin=reply.annotations,
        )

    def write_chunks(self, events: Iterator[Event]) -> Iterator[Written | None]:
        """Yield the chunks of a streamed turn, and None, a tick, for each silence."""
        shown = ""
        for event in events:
            if isinstance(event, Silence):
                yield None
            elif isinstance(event, Started):
                yield self._write_chunk({"role": "assistant", "content": ""})
            elif isinstance(event, Delta):
                shown += event.text
                yield self._write_chunk({"content": event.text})
            else:
                yield from self._end(event, shown)

    def _end(self, reply: Reply, shown: str) -> Iterator[Written]:
        """Yield the rest of an answer: all of it behind what was shown, where another text took that one's place."""
        rest = reply.text[len(shown) :] if reply.text.startswith(shown) else f"\n\n{reply.text}"
        if rest:
            yield self._write_chunk({"content": rest})
        notes = reply.annotations.model_dump(exclude_none=True)
        yield self._write_chunk({}, reply.finish_reason, twin=notes)
        if self.has_usage_chunk and reply.usage:
            usage = TokenCounts.of(reply.usage).model_dump()
            yield ServerEvent("", self._frame() | {"choices": [], "usage": usage})
        yield DONE

    def _write_chunk(self, delta: dict[str, str], finish_reason: str | None = None, **more: Any) -> ServerEvent:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self.has_usage_chunk else {}
        return ServerEvent("", self._frame() | {"choices": [choice]} | usage | more)

    def _frame(self) -> dict[str, Any]:
        return {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": MODEL}
