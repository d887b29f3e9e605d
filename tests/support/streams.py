"""Streamed answers, as events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from .service import Service

STREAM = {"Accept": "text/event-stream"}
QUESTION = (
    b"POST /chat HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    b'Content-Length: 17\r\n\r\n{"message": "Hi"}'
)
Event = tuple[str, Any]


def read(lines: Iterator[str]) -> Iterator[Event]:
    """The events, and ("", None) for each comment."""
    name = ""
    for line in lines:
        if line.startswith(":"):
            yield "", None
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


@contextmanager
def opened(
    service: Service, message: str = "Hi", headers: Mapping[str, str] | None = None, **fields: Any
) -> Iterator[tuple[httpx2.Response, Iterator[Event]]]:
    body = {"message": message, **fields}
    with service.http.stream("POST", "/chat", json=body, headers=STREAM | dict(headers or {})) as answer:
        yield answer, read(line for text in split(answer) for line in [text])


def split(answer: httpx2.Response) -> Iterator[str]:
    """The answer's lines; httpx2's own end at U+2028 too."""
    unfinished = b""
    for piece in answer.iter_raw():
        *lines, unfinished = (unfinished + piece).split(b"\n")
        yield from (line.decode() for line in lines)


def stream(service: Service, message: str = "Hi", **fields: Any) -> list[Event]:
    """All events of one answer but comments."""
    with opened(service, message, **fields) as (answer, events):
        assert answer.status_code == 200, answer.read()
        return [event for event in events if event[0]]


def text_of(events: list[Event]) -> str:
    return "".join(data["text"] for name, data in events if name == "delta")
