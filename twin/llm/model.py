"""The call to the model: what is asked, again where a fault may pass, within one deadline."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from typing import Any

import httpx2
import openai
import stamina

from ..config import Settings
from ..embedded import NAME as EMBEDDED_NAME
from ..embedded import Address, EmbeddedModel
from ..errors import InvalidRequest, ModelBusy, ModelFailed, ModelMisconfigured, TwinError
from .answers import Answer, read_answer, read_chunks, read_streamed_answer
from .connections import Connection, Connections, Deadline
from .faults import OPENAI_URL, explain_break, explain_lateness, explain_status, is_refusal
from .stream import AnswerStream

ATTEMPTS = 3
JITTER_SECONDS = 0.2
TRAILER_SECONDS = 2.0  # that the end of a stream may take after the answer is complete
BUSY_SECONDS = 5  # what a visitor is told to wait where the model doesn't say

Deliver = Callable[[str], None]

logger = logging.getLogger(__name__)


class Model:
    """The model that the settings name, or the embedded one; safe to call from many threads at once."""

    def __init__(self, settings: Settings, embedded: EmbeddedModel) -> None:
        self._settings = settings
        self._embedded = embedded
        self._connections = Connections()
        stamina.instrumentation.set_on_retry_hooks(())  # what failed is logged here already

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer:
        """Return the model's answer to chat messages (`{"role", "content"}`), in `CHAT_DEADLINE` seconds at most.

        Raises ModelBusy, ModelMisconfigured, ModelFailed or ModelTimeout, and InvalidRequest where the
        message is longer than the model's context.
        """
        return self._answer(messages, Deadline(self._settings.chat_deadline), None)

    def stream(self, messages: Sequence[Mapping[str, str]]) -> AnswerStream:
        """Return the same answer while the model writes it; a fault after its first words is not retried."""
        deadline = Deadline(self._settings.chat_deadline)
        return AnswerStream(lambda deliver: self._answer(messages, deadline, deliver), deadline.cancel)

    def close(self) -> None:
        """Close the connections that no call is using."""
        self._connections.close()

    def _answer(self, messages: Sequence[Mapping[str, str]], deadline: Deadline, deliver: Deliver | None) -> Answer:
        backoff = 0.0
        delivered = False

        def note_delivery(text: str) -> None:
            nonlocal delivered
            delivered = True
            assert deliver is not None
            deliver(text)

        def wait_before_retry(error: Exception) -> bool | float:
            if deadline.is_cancelled:
                return False  # and nobody's fault
            _tell_owner(error)
            if delivered or not isinstance(error, (ModelBusy, ModelFailed)):
                return False
            if (error.retry_after or backoff) >= deadline.remaining():
                return False  # this error says more than that the time is over
            return error.retry_after or True

        try:
            for attempt in stamina.retry_context(
                wait_before_retry, ATTEMPTS, timeout=None, wait_initial=0.2, wait_jitter=JITTER_SECONDS, wait_max=1
            ):
                backoff = attempt.next_wait + JITTER_SECONDS
                with attempt:
                    return self._ask(messages, deadline, note_delivery if deliver else None)
        except ModelBusy as error:
            raise ModelBusy(retry_after=error.retry_after or BUSY_SECONDS, advice=error.advice) from error
        raise AssertionError("unreachable: the loop returns or raises")

    def _ask(self, messages: Sequence[Mapping[str, str]], deadline: Deadline, deliver: Deliver | None) -> Answer:
        address = self._address(deadline)
        if deadline.passed():
            raise explain_lateness(self._settings)
        with self._connections.take(address, deadline) as connection:
            body = self._request(messages) | ({"stream": True} if deliver else {})
            seconds = max(deadline.remaining(), 0.001)
            try:
                with closing(connection.post("/chat/completions", body, seconds)) as response:
                    if deliver is None:
                        return read_answer(response.content)
                    return _read_stream(connection, response, deliver)
            except openai.APITimeoutError as error:
                raise explain_lateness(self._settings) from error
            except openai.APIStatusError as error:
                if is_refusal(error):
                    return Answer("", "content_filter")
                raise explain_status(error, self._settings) from error
            except (
                openai.OpenAIError,
                httpx2.HTTPError,
                ValueError,
                LookupError,
            ) as error:  # the last: no such charset
                if deadline.passed():
                    raise explain_lateness(self._settings) from error
                raise explain_break(error, self._settings) from error

    def _request(self, messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        settings = self._settings
        # Compatible servers know the older name of the cap; OpenAI's newer models only the newer one.
        cap = "max_tokens" if settings.openai_base_url or settings.uses_embedded_model else "max_completion_tokens"
        request: dict[str, Any] = {
            "model": EMBEDDED_NAME if settings.uses_embedded_model else settings.openai_model,
            "messages": messages,
            cap: settings.max_output_tokens,
        }
        if settings.openai_temperature is not None:
            request["temperature"] = settings.openai_temperature
        return request | settings.openai_extra

    def _address(self, deadline: Deadline) -> Address:
        if self._settings.uses_embedded_model:
            return self._embedded.address(deadline.remaining())
        key = self._settings.openai_api_key
        return Address(self._settings.openai_base_url or OPENAI_URL, key.get_secret_value() if key else "none")


def _read_stream(connection: Connection, response: httpx2.Response, deliver: Deliver) -> Answer:
    if "json" in response.headers.get("Content-Type", ""):  # from a server that knows no streams
        answer = read_answer(response.read())
        if answer.text:
            deliver(answer.text)
        return answer
    chunks = read_chunks(response.iter_bytes())
    answer = read_streamed_answer(chunks, deliver)
    connection.end_in(TRAILER_SECONDS)
    with suppress(httpx2.HTTPError, ValueError):
        deque(chunks, maxlen=0)  # what is read to its end is a connection that can be used again
    return answer


def _tell_owner(error: Exception) -> None:
    if isinstance(error, TwinError) and error.advice and not isinstance(error, InvalidRequest):  # the visitor's own
        level = logging.ERROR if isinstance(error, ModelMisconfigured) else logging.WARNING
        logger.log(level, "%s", error.advice)
