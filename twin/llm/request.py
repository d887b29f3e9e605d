"""The request for a chat completion: the body that is sent, the reply that is read, and faults turned into errors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

import httpx2
import openai

from ..errors import TwinError
from ..settings import Settings
from .answers import RawReply
from .attempt import Attempt
from .completions import ErrorInBody, ReplyReader
from .connections import FAULTS, Connection, Connections
from .deadline import Deadline
from .dialects import Dialect
from .faults import costs_nothing, explain, explain_lateness, read_report
from .finish_reasons import Ending
from .meanings import Meaning
from .messages import ChatMessages
from .providers import Provider
from .reports import Report


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
        """Send the request, and again without a field that the server does not know, where it says so."""
        provider = attempt.provider
        tried = [provider.dialect]
        while True:
            try:
                reply = self._exchange(provider, tried[-1], connection)
            except (*FAULTS, ValueError, RecursionError) as error:
                report = read_report(error)
                other = tried[-1].without_refused(report) if report else None
                if other is not None and other not in tried:
                    tried.append(other)
                    continue
                _account_for(attempt, error, report, has_sent=connection.has_sent)
                if report and report.meaning is Meaning.DECLINED:
                    return RawReply(ending=Ending.DECLINED)
                is_late = self._deadline.passed()
                raise explain(error, report, provider, self._settings.chat_deadline, is_late=is_late) from error
            provider.learn(tried[-1], begins_with_thinking=reply.begins_with_thinking)
            return reply

    def _exchange(self, provider: Provider, dialect: Dialect, connection: Connection) -> RawReply:
        seconds = max(self._deadline.remaining(), 0.001)
        reader = ReplyReader(
            self.deliver,
            lambda limit: connection.end_in(min(limit, self._deadline.remaining())),
            begins_with_thinking=provider.begins_with_thinking,
        )
        with closing(self._post(provider, dialect, connection, seconds)) as response:
            return reader.read(response.iter_raw())

    def _post(self, provider: Provider, dialect: Dialect, connection: Connection, seconds: float) -> httpx2.Response:
        """Send the request, count it by the status of its response, and return that, unread."""
        status = None
        try:
            response = connection.post("/chat/completions", self._build(provider, dialect), seconds)
            status = response.status_code
        except openai.APIStatusError as error:
            status = error.status_code
            raise
        finally:
            provider.record_response(status, is_wanted=not self._deadline.is_cancelled)
        return response

    def _build(self, provider: Provider, dialect: Dialect) -> dict[str, Any]:
        settings = self._settings
        body: dict[str, Any] = {
            "model": provider.model,
            "messages": self._messages,
            dialect.cap: settings.max_output_tokens,
        }
        if settings.openai_temperature is not None:
            body["temperature"] = settings.openai_temperature
        if self._deliver is not None:
            body["stream"] = True
            if dialect.takes_stream_options:
                body["stream_options"] = {"include_usage": True}
        return {name: value for name, value in (body | settings.openai_extra).items() if value is not None}


def _account_for(attempt: Attempt, error: Exception, report: Report | None, *, has_sent: bool) -> None:
    """Settle what a failed request cost where that is known; else the most that was possible counts."""
    in_body = error if isinstance(error, ErrorInBody) else None
    if in_body and in_body.usage:
        attempt.reservation.settle(in_body.usage.prompt_tokens, in_body.usage.output_tokens)
    elif not has_sent or (report and costs_nothing(report) and not (in_body and in_body.has_output)):
        attempt.reservation.release()
