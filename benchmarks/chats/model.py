"""A model that costs next to nothing: it waits as long as the question says, and tells how long that really was."""

from __future__ import annotations

import asyncio
import re
import time
from typing import cast

from .wire import Plan, spell

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
WORD = b"word "
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
COMPLETION = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"scripted","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"%s","refusal":null,"annotations":[]},"logprobs":null,'
    b'"finish_reason":"stop"}],"usage":{"prompt_tokens":300,"completion_tokens":100,"total_tokens":400},'
    b'"service_tier":"default","system_fingerprint":null}'
)
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNK = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"scripted",'
    b'"choices":[{"index":0,"delta":{"content":"%s "},"logprobs":null,"finish_reason":null}],"usage":null}\n\n'
)
ENDING = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"scripted",'
    b'"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}\n\n'
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"scripted",'
    b'"choices":[],"usage":{"prompt_tokens":300,"completion_tokens":100,"total_tokens":400}}\n\n'
    b"data: [DONE]\n\n"
)


def frame(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class FixedModel(asyncio.Protocol):
    """One connection to the model; a question comes after the answer to the one before."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:  # noqa: D102
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        length = LENGTH.search(self._received, 0, end) if end >= 0 else None
        if length is None or len(self._received) < end + 4 + int(length[1]):
            return
        body = bytes(self._received[end + 4 :])
        self._received.clear()
        plan, arrived = Plan.read(body), time.monotonic()
        if b'"stream":true' in body or b'"stream": true' in body:
            self._loop.call_later(plan.wait, self._stream, plan, arrived + plan.wait, plan.words)
        else:
            self._loop.call_later(plan.wait, self._answer, plan, arrived)

    def _answer(self, plan: Plan, arrived: float) -> None:
        took = spell(1e6 * (time.monotonic() - arrived))
        answer = COMPLETION % (WORD * (plan.words - 1) + took)
        self._transport.write(HEAD % len(answer) + answer)

    def _stream(self, plan: Plan, due: float, left: int) -> None:
        """Write the moment as a word, and the next when it is due."""
        if self._transport.is_closing():
            return
        head = STREAM_HEAD if left == plan.words else b""
        self._transport.write(head + frame(CHUNK % spell(1e6 * time.monotonic())))
        due += plan.every
        if left > 1:
            self._loop.call_later(max(0.0, due - time.monotonic()), self._stream, plan, due, left - 1)
        else:
            self._transport.write(frame(ENDING) + b"0\r\n\r\n")
