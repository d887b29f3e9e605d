"""The request for a chat completion: the body that is sent, the reply that is read, and faults turned into errors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from typing import Any

import openai

from ..errors import TwinError
from ..settings import Settings
from .answers import RawReply, read_chunks, read_completion, read_stream
from .attempt import Attempt
from .connections import CONNECTION_FAULTS, Connection, Connections, Response
from .deadline import Deadline
from .faults import costs_nothing, explain, explain_lateness, is_refusal
from .messages import ChatMessages
from .providers import Provider

TRAILER_SECONDS = 2.0  # that the end of a stream may take after the answer is complete


class CompletionRequest:
    """The request of one chat, sent to one provider after another until one answers.

    `deliver` gets each piece of the text on arrival; where it is None, no stream is asked for. `has_delivered` says
    whether a visitor can have read a part of the answer.
    """

    def __init__(
        self,
        settings: Settings,
        connections: Connections,
        messages: ChatMessages,
        deadline: Deadline,
        deliver: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._messages = messages
        self._deadline = deadline
        self._deliver = deliver
        self.has_delivered = False

    def fetch(self, attempt: Attempt) -> RawReply:
        """Send the request once, and return the reply; release the reservation where that certainly cost nothing.

        Raises ModelBusy, ModelMisconfigured, ModelFailed, ModelTimeout, or InvalidRequest where the message is too
        long for the model.
        """
        provider = attempt.provider
        with ExitStack() as stack:
            try:
                address = provider.address(self._deadline.remaining())
                if self._deadline.passed():
                    raise explain_lateness(provider, self._settings.chat_deadline)
                connection = stack.enter_context(self._connections.take(address, self._deadline))
            except TwinError:
                attempt.reservation.release()
                raise
            attempt.is_made = True
            return self._send(attempt, connection)

    def deliver(self, text: str) -> None:
        """Deliver text where a stream is wanted."""
        if self._deliver is not None:
            self.has_delivered = True
            self._deliver(text)

    def _send(self, attempt: Attempt, connection: Connection) -> RawReply:
        provider, seconds = attempt.provider, max(self._deadline.remaining(), 0.001)
        try:
            with closing(connection.post("/chat/completions", self._build(provider), seconds)) as response:
                return self._read(connection, response)
        except (openai.OpenAIError, *CONNECTION_FAULTS, ValueError) as error:
            if not connection.has_sent or costs_nothing(error):
                attempt.reservation.release()
            if is_refusal(error):
                return RawReply(is_refused=True)
            raise explain(error, provider, self._settings.chat_deadline, is_late=self._deadline.passed()) from error

    def _build(self, provider: Provider) -> dict[str, Any]:
        settings = self._settings
        body: dict[str, Any] = {
            "model": provider.model,
            "messages": self._messages,
            provider.cap: settings.max_output_tokens,
        }
        if settings.openai_temperature is not None:
            body["temperature"] = settings.openai_temperature
        if self._deliver is not None:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return {name: value for name, value in (body | settings.openai_extra).items() if value is not None}

    def _read(self, connection: Connection, response: Response) -> RawReply:
        if self._deliver is None or "json" in response.headers.get("Content-Type", ""):
            return read_completion(response.read())
        chunks = read_chunks(response)
        reply = read_stream(chunks, self.deliver)
        # The usage comes last, and a connection is used again only where its response was read to the end.
        connection.end_in(TRAILER_SECONDS)
        with suppress(*CONNECTION_FAULTS, ValueError):
            for chunk in chunks:
                reply = replace(reply, usage=chunk.usage or reply.usage)
        return reply
