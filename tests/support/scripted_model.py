"""An OpenAI-compatible server on a real socket that does what a test tells it to, well or badly."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakSet

Step = Callable[[asyncio.StreamWriter], Awaitable[bool]]  # True keeps the connection open
USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}


def completion(text: Any = "Hello from the model.", finish_reason: Any = "stop", **message: Any) -> bytes:
    """The body of a chat completion."""
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text, **message}}
    return json.dumps(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": USAGE}
    ).encode()


def sends(body: bytes | str | dict[str, Any], status: int = 200, **headers: str) -> Step:
    """Send `body` with a status and headers (`retry_after` is Retry-After)."""
    data = json.dumps(body) if isinstance(body, dict) else body
    data = data.encode() if isinstance(data, str) else data
    fields = {"content-type": "application/json", "content-length": str(len(data))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"

    async def step(writer: asyncio.StreamWriter) -> bool:
        writer.write(head.encode() + data)
        await writer.drain()
        return True

    return step


def answers(text: Any = "Hello from the model.", finish_reason: Any = "stop", **message: Any) -> Step:
    """Answer well."""
    streamed = [chunk(**message)] if message else [*re.split(r"(?<= )", text)] if isinstance(text, str) else []
    return follows(
        sends(completion(text, finish_reason, **message)), streams(*streamed, finish_reason=finish_reason or "stop")
    )


def fails(status: int, code: Any = None, kind: Any = "some_error", **headers: str) -> Step:
    """Answer with an error, in words that no visitor and no log may see."""
    return sends({"error": {"message": "PROVIDER WORDS sk-leak", "code": code, "type": kind}}, status, **headers)


def later(seconds: float, step: Step) -> Step:
    """Be silent before `step`."""

    async def slow(writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(seconds)
        return await step(writer)

    return slow


def waits_for(event: threading.Event, step: Step) -> Step:
    """Be silent until `event` is set, then do `step`."""

    async def slow(writer: asyncio.StreamWriter) -> bool:
        while not event.is_set():
            await asyncio.sleep(0.02)
        return await step(writer)

    return follows(slow, waits_for(event, step.streamed)) if hasattr(step, "streamed") else slow


def writes(data: bytes, *, then: str = "close") -> Step:
    """Write bytes as they are; then close, reset or stall."""

    async def step(writer: asyncio.StreamWriter) -> bool:
        writer.write(data)
        await writer.drain()
        if then == "reset":
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if then == "stall":
            await asyncio.sleep(3600)
        return False

    return step


def drips(data: bytes, seconds: float = 0.05) -> Step:
    """Write one byte at a time, for ever if need be."""

    async def step(writer: asyncio.StreamWriter) -> bool:
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(seconds)
        return False

    return step


def chunk(text: str | None = None, finish_reason: str | None = None, **delta: Any) -> bytes:
    """One event of a streamed chat completion."""
    content = delta if text is None else {"content": text, **delta}
    choice = {"index": 0, "delta": content, "finish_reason": finish_reason}
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def streams(
    *pieces: bytes | str | threading.Event, seconds: float = 0, finish_reason: str | None = "stop", then: str = "end"
) -> Step:
    """Stream texts, and bytes as they are, `seconds` apart; then end, with or without [DONE], close, reset or stall.

    An event among them is waited for.
    """

    async def step(writer: asyncio.StreamWriter) -> bool:
        async def write(data: bytes) -> None:
            writer.write(b"%x\r\n%s\r\n" % (len(data), data))
            await writer.drain()

        writer.write(STREAM_HEAD)
        for piece in pieces:
            if isinstance(piece, threading.Event):
                while not piece.is_set():
                    await asyncio.sleep(0.02)
                continue
            await write(chunk(piece) if isinstance(piece, str) else piece)
            await asyncio.sleep(seconds)
        if finish_reason is not None:
            await write(chunk(finish_reason=finish_reason))
        if then not in ("end", "end without [DONE]"):
            return await writes(b"", then=then)(writer)
        await write(b"data: " + json.dumps({"choices": [], "usage": USAGE}).encode() + b"\n\n")
        if then == "end":
            await write(DONE)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    return step


def follows(whole: Step, streamed: Step) -> Step:
    """Do the one where a whole answer is asked for, the other where a stream is."""
    vars(whole)["streamed"] = streamed
    return whole


def floods(head: bytes, data: bytes) -> Step:
    """Write a head, then `data` again and again as fast as it is taken."""

    async def step(writer: asyncio.StreamWriter) -> bool:
        writer.write(head)
        while True:
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0)

    return step


class ScriptedModel:
    """The server; `script` holds the next steps, `otherwise` what it does when that is empty.

    `asked` holds steps for requests in which a text stands.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        self.left = 0
        self.surprises = 0  # steps other than to answer well
        self._resets = 0
        self._well = answers()
        self.script: deque[Step] = deque()
        self.otherwise = self._well
        self.asked: dict[str, Step] = {}
        self._writers: WeakSet[asyncio.StreamWriter] = WeakSet()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2048, ssl=tls), self._loop
        ).result()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def reset(self) -> None:
        self.requests.clear()
        self.paths.clear()
        self.headers.clear()
        self.script.clear()
        self.asked.clear()
        self.otherwise = self._well
        self.connections = self.left = 0
        self._resets += 1

    def close(self) -> None:
        async def stop() -> None:
            self._server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in self._writers:
                writer.transport.abort()  # a polite end would wait for clients that have left
            if hasattr(self._server, "abort_clients"):  # from Python 3.13 on: those too that are still shaking hands
                self._server.abort_clients()
            for _ in range(3):  # of the loop, which then closes the sockets
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request_line, *lines = head.decode("latin-1").split("\r\n")[:-2]
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.paths.append(request_line.split(" ")[1])
                self.headers.append(headers)
                self.requests.append(json.loads(body) if body else {})
                special = [step for text, step in self.asked.items() if text in str(self.requests[-1])]
                step = special[0] if special else self.script.popleft() if self.script else self.otherwise
                self.surprises += step is not self._well
                if self.requests[-1].get("stream"):
                    step = getattr(step, "streamed", step)
                if not await self._perform(step, reader, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _perform(self, step: Step, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Do a step to its end, or until the client closes, which `left` counts."""
        performing = asyncio.ensure_future(step(writer))
        resets = self._resets
        has_left = False
        while not (performing.done() or has_left):
            await asyncio.wait({performing}, timeout=0.1)
            has_left = reader.at_eof() or reader.exception() is not None  # a read would take the next request
        if performing.done() and performing.exception() is None:
            return performing.result()
        performing.cancel()
        self.left += resets == self._resets  # who left an earlier test counts in none
        return False
