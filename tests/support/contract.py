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
    r"/conversation/[^/]+": "/conversation/{session_id}",
}


class Promise(NamedTuple):
    """One way in which a route may answer; `code` is the problem's, empty for a success."""

    method: str
    path: str
    status: int
    code: str


@cache
def document() -> dict[str, Any]:
    return describe(create_app({"OPENAI_API_KEY": "sk-unused"}))


@cache
def promises() -> frozenset[Promise]:
    found = set()
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                for code in answer.get("content", {}).get(PROBLEM, {}).get("examples", [""]):
                    found.add(Promise(method.upper(), path, int(status), code))
    return frozenset(found)


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
    code = ""
    if response.headers.get("Content-Type") == PROBLEM and response.request.method != "HEAD":
        response.read()
        code = response.json()["code"]
    if response.status_code == 404 and response.headers.get("Content-Type", "").startswith("text/html"):
        code = "not_found"  # a browser gets it as a page
    allowed = {promise[2:] for promise in promises() if promise[:2] == (method, path)} or EVERYWHERE
    assert (response.status_code, code) in allowed, f"{method} {path} gave {response.status_code} {code}"
