"""The model: the one module that imports openai; connections, retries and the deadline."""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

import httpx2
import openai
import stamina
from pydantic import BaseModel, Field

from .config import Settings
from .embedded import NAME as EMBEDDED_NAME
from .embedded import Address, EmbeddedModel
from .errors import InvalidRequest, ModelBusy, ModelFailed, ModelMisconfigured, ModelTimeout, TwinError

OPENAI_URL = "https://api.openai.com/v1"
ATTEMPTS = 3
IDLE_SECONDS = 30.0  # a free connection is used again for this long; providers close theirs after a minute or more
BUSY_SECONDS = 5  # what a visitor is told to wait where the model doesn't say
CONTEXT_EXCEEDED = {"context_length_exceeded", "exceed_context_size_error"}  # OpenAI's code, llama.cpp's type
DECLINED = {"content_filter", "content_policy_violation"}

logger = logging.getLogger(__name__)
FinishReason = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True)
class Answer:
    """What the model said; `text` is empty where it declined (`content_filter`)."""

    text: str
    finish_reason: FinishReason = "stop"


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    """The parts of a chat completion that we use (platform.openai.com/docs/api-reference/chat/object)."""

    choices: list[_Choice] = Field(min_length=1)


@dataclass(frozen=True)
class _Deadline:
    """A moment on the monotonic clock, in seconds, that no part of a chat may pass."""

    at: float

    def remaining(self) -> float:
        return self.at - time.monotonic()

    def passed(self) -> bool:
        return self.remaining() <= 0


class _Connection:
    """One connection to the model with a client of its own, so that its call can be ended from outside."""

    def __init__(self, address: Address, tls: ssl.SSLContext) -> None:
        self.address = address
        self.idle_since = 0.0
        self._stream: Any = None
        http = openai.DefaultHttpx2Client(
            verify=tls,
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS),
            event_hooks={"request": [self._watch]},
        )
        self.client = openai.OpenAI(api_key=address.api_key, base_url=address.base_url, http_client=http, max_retries=0)

    def _watch(self, request: httpx2.Request) -> None:
        request.extensions["trace"] = self._remember_stream

    def _remember_stream(self, event: str, info: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._stream = info["return_value"]

    def abort(self) -> None:
        """Shut the socket down under a call that waits on it; its read ends at once."""
        with suppress(OSError, AttributeError):
            descriptor = os.dup(self._stream.get_extra_info("socket").fileno())
            with socket.socket(fileno=descriptor) as same:
                same.shutdown(socket.SHUT_RDWR)


class Model:
    """The model that the settings name, or the embedded one; safe to call from many threads at once."""

    def __init__(self, settings: Settings, embedded: EmbeddedModel) -> None:
        self._settings = settings
        self._embedded = embedded
        self._tls = httpx2.create_ssl_context()
        self._free: deque[_Connection] = deque()  # the longest idle at the left
        # On its first call the SDK imports half of itself and runs a program to name this machine; hundreds of
        # first calls at once would each do so.
        with _Connection(Address(OPENAI_URL, "none"), self._tls).client as client:
            _ = client.default_headers, client.chat.completions.with_raw_response

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer:
        """Return the model's answer to chat messages (`{"role", "content"}`), in `CHAT_DEADLINE` seconds at most.

        Raises ModelBusy, ModelMisconfigured, ModelFailed or ModelTimeout, and InvalidRequest where the
        message is longer than the model's context.
        """
        deadline = _Deadline(time.monotonic() + self._settings.chat_deadline)

        def wait_before_retry(error: Exception) -> bool | float:
            if isinstance(error, ModelBusy) and error.retry_after:
                return error.retry_after if error.retry_after < deadline.remaining() else False
            return isinstance(error, (ModelBusy, ModelFailed)) and not deadline.passed()

        try:
            for attempt in stamina.retry_context(
                on=wait_before_retry, attempts=ATTEMPTS, timeout=None, wait_initial=0.2, wait_jitter=0.2, wait_max=1
            ):
                with attempt:
                    return self._ask(messages, deadline)
        except ModelBusy as error:
            raise ModelBusy(retry_after=error.retry_after or BUSY_SECONDS) from error
        raise AssertionError("unreachable: the loop returns or raises")

    def close(self) -> None:
        """Close the connections that no call is using."""
        while self._free:
            self._free.pop().client.close()

    def _ask(self, messages: Sequence[Mapping[str, str]], deadline: _Deadline) -> Answer:
        if deadline.passed():
            raise ModelTimeout
        with self._connection(deadline) as connection:
            try:
                response = connection.client.chat.completions.with_raw_response.create(
                    **self._request(messages), timeout=max(deadline.remaining(), 0.001)
                )
                return _read_answer(response.http_response.content)
            except openai.APITimeoutError as error:
                raise ModelTimeout from error
            except openai.APIStatusError as error:
                if _declined(error):
                    return Answer("", "content_filter")
                raise _fault_of(error) from error
            except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
                if deadline.passed():
                    raise ModelTimeout from error
                logger.warning("The model's answer did not arrive whole (%s).", type(error).__name__)
                raise ModelFailed from error

    def _request(self, messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        settings = self._settings
        # Compatible servers know the older name of the cap; OpenAI's newer models only the newer one.
        cap = "max_tokens" if settings.openai_base_url or settings.uses_embedded_model else "max_completion_tokens"
        request: dict[str, Any] = {
            "model": EMBEDDED_NAME if settings.uses_embedded_model else settings.openai_model,
            "messages": messages,
            cap: settings.max_output_tokens,
            "extra_body": settings.openai_extra,
        }
        if settings.openai_temperature is not None:
            request["temperature"] = settings.openai_temperature
        return request

    @contextmanager
    def _connection(self, deadline: _Deadline) -> Iterator[_Connection]:
        address = self._address(deadline)
        connection = self._take(address)
        watchdog = threading.Timer(deadline.remaining(), connection.abort)
        watchdog.daemon = True
        watchdog.start()  # the client's own timeouts bound each read, not a body that comes a byte a second
        try:
            yield connection
        finally:
            watchdog.cancel()
            self._give_back(connection)

    def _address(self, deadline: _Deadline) -> Address:
        if self._settings.uses_embedded_model:
            return self._embedded.address(deadline.remaining())
        key = self._settings.openai_api_key
        return Address(self._settings.openai_base_url or OPENAI_URL, key.get_secret_value() if key else "none")

    def _take(self, address: Address) -> _Connection:
        while self._free:
            with suppress(IndexError):  # another thread took the last one
                connection = self._free.pop()
                if connection.address == address:
                    return connection
        return _Connection(address, self._tls)

    def _give_back(self, connection: _Connection) -> None:
        connection.idle_since = time.monotonic()
        self._free.append(connection)
        with suppress(IndexError):
            while self._free[0].idle_since < connection.idle_since - IDLE_SECONDS:
                self._free.popleft().client.close()


def _read_answer(body: bytes) -> Answer:
    choice = _Completion.model_validate_json(body).choices[0]
    text = choice.message.content or ""
    if choice.message.refusal or choice.finish_reason == "content_filter":
        return Answer("", "content_filter")
    if choice.finish_reason == "length":
        if not text.strip():
            logger.error("The model used up MAX_OUTPUT_TOKENS before it wrote a word: raise that setting.")
            raise ModelMisconfigured
        return Answer(text, "length")
    if not text.strip():
        raise ValueError("the answer is empty")
    return Answer(text)


def _declined(error: openai.APIStatusError) -> bool:
    return error.status_code == 400 and bool(_labels(error) & DECLINED)


def _labels(error: openai.APIStatusError) -> set[str]:
    return {str(error.code), str(error.type)}  # a broken server may send anything there


def _fault_of(error: openai.APIStatusError) -> TwinError:
    """Return the error that a status means, and tell the owner in the log; never with the provider's words."""
    status = error.status_code
    if status in (429, 503) and error.code != "insufficient_quota":
        return ModelBusy(retry_after=_retry_after(error))
    if status >= 500 or status in (408, 409, 425):
        logger.warning("The model failed with status %d.", status)
        return ModelFailed()
    if _labels(error) & CONTEXT_EXCEEDED:
        return InvalidRequest(fields=[{"field": "message", "message": "It is too long for this model."}])
    logger.error("The model refused the call with status %d: %s.", status, _advice(status))
    return ModelMisconfigured()


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check OPENAI_API_KEY"
    if status == 404:
        return "check OPENAI_MODEL, and whether OPENAI_BASE_URL should end in /v1"
    if status in (402, 429):
        return "the account behind OPENAI_API_KEY has no quota left"
    return "check OPENAI_MODEL, OPENAI_BASE_URL, OPENAI_TEMPERATURE, MAX_OUTPUT_TOKENS and OPENAI_EXTRA"


def _retry_after(error: openai.APIStatusError) -> int | None:
    value = error.response.headers.get("Retry-After", "")
    return int(value) or None if value.isascii() and value.isdigit() and len(value) < 6 else None
