"""Calls of the service, through its client and as raw bytes, and what their answers are held against."""

from __future__ import annotations

import json

import httpx2

from .scripted_model import ScriptedModel
from .service import Service, wait_until


def heal(service: Service, model: ScriptedModel) -> Service:
    """Let the breaker see an answer, so that it does not open on the faults of many tests in a row.

    The first chat of a service does what later ones need not, which may take a busy machine a while.
    """
    wait_until(lambda: service.chat().status_code == 200, "it answers no chat")
    model.reset()
    return service


def heal_if_hurt(service: Service, model: ScriptedModel) -> Service:
    """Do the same where the model has done anything but answer well since the service was last healed."""
    if service.healed_after == model.surprises:
        service.assert_running()
        model.reset()
        return service
    before = model.surprises
    heal(service, model)
    service.healed_after = before
    return service


def post(service: Service, body: bytes | str, **headers: str) -> httpx2.Response:
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return service.http.post("/chat", content=body, headers=sent)


def assert_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, object]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    assert {"type", "title", "detail", "request_id"} <= problem.keys()
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert "PROVIDER" not in answer.text
    assert "sk-" not in answer.text
    return problem


def chat_of(size: int) -> bytes:
    """A valid chat whose body has `size` bytes."""
    empty = b'{"message": "Hi", "padding": ""}'
    return empty[:-2] + b"x" * (size - len(empty)) + empty[-2:]


def chunked(body: bytes, size: int = 1000) -> bytes:
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def head(*lines: str, path: str = "/chat") -> bytes:
    fixed = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Connection: close"]
    return "\r\n".join([*fixed, *lines, "", ""]).encode()


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def code_of(answer: bytes) -> str:
    return str(json.loads(answer.split(b"\r\n\r\n", 1)[1])["code"])
