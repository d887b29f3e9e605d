"""What /openapi.json promises, as a set of answers; every answer that a test gets is held against it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import httpx2

from twin import create_app
from twin.web.openapi import describe

PROBLEM = "application/problem+json"
EVERYWHERE = {(404, "not_found"), (405, "method_not_allowed")}  # on paths and for methods that do not exist

TEMPLATES = {
    r"/docs/[^/]+": "/docs/{name}",
    r"/page/[^/]+/[^/]+": "/page/{version}/{name}",
    r"/page/[^/]+/style/[^/]+": "/page/{version}/style/{accent}.css",
    r"/sessions/[^/]+": "/sessions/{session_id}",
    r"/sessions/[^/]+/export": "/sessions/{session_id}/export",
    r"/sessions/[^/]+/questions": "/sessions/{session_id}/questions",
    r"/sessions/[^/]+/feedback": "/sessions/{session_id}/feedback",
    r"/sessions/[^/]+/events": "/sessions/{session_id}/events",
    r"/conversation/[^/]+": "/conversation/{session_id}",
    r"/v1/models/[^/]+": "/v1/models/{model}",
}


class Promise(NamedTuple):
    """One way in which a route may answer; `code` is the problem's, empty for a success."""

    method: str
    path: str
    status: int
    code: str


@cache
def document() -> dict[str, Any]:
    return describe(create_app({"OPENAI_API_KEY": "sk-unused"}), "open")


@cache
def promises() -> frozenset[Promise]:
    found = set()
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                examples = [content.get("examples") for content in answer.get("content", {}).values()]
                for code in next(filter(None, examples), [""]):
                    found.add(Promise(method.upper(), path, int(status), code))
    return frozenset(found)


def is_door(path: str) -> bool:
    """Return whether a path is for programs, which get errors in a form of their own."""
    return path.startswith(("/v1/", "/mcp"))


def assert_promised(response: httpx2.Response) -> None:
    """Fail where the app gave an answer that the document lacks."""
    method = {"HEAD": "GET"}.get(response.request.method, response.request.method)
    if "X-Request-ID" not in response.headers or method == "OPTIONS":
        return  # the answer is not the app's, or is CORS's
    path = response.request.url.path
    if path.startswith("/desk") and "Content-Security-Policy" in response.headers and response.status_code != 404:
        return  # a page of the owner's, which the document does not tell of
    for pattern, template in TEMPLATES.items():
        path = template if re.fullmatch(pattern, path) else path
    if is_door(path):
        statuses = {promise.status for promise in promises() if promise[:2] == (method, path)} or {404, 405}
        assert response.status_code in statuses, f"{method} {path} gave {response.status_code}"
        return
    code = ""
    if response.headers.get("Content-Type") == PROBLEM and response.request.method != "HEAD":
        response.read()
        code = response.json()["code"]
    if response.status_code == 404 and response.headers.get("Content-Type", "").startswith("text/html"):
        code = "not_found"  # a browser gets it as a page
    allowed = {promise[2:] for promise in promises() if promise[:2] == (method, path)} or EVERYWHERE
    assert (response.status_code, code) in allowed, f"{method} {path} gave {response.status_code} {code}"
