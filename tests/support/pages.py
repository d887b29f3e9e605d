"""The page of a chat, as a person uses it."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx2
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from .loopback import LoopbackServer
from .scripted_model import Step, streams
from .service import Service


def assert_accessible(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def field(page: Page) -> Locator:
    return page.get_by_label("Your message")


def ask(page: Page, message: str) -> None:
    field(page).fill(message)
    field(page).press("Enter")


def turn(page: Page, number: int = 0) -> Locator:
    return page.locator(".turn").nth(number)


def reply(page: Page, number: int = 0) -> Locator:
    return turn(page, number).locator(".answer")


def held(*texts: str) -> Step:
    """Write some text, and no more."""
    return streams(*texts, finish_reason=None, then="stall")


class Front(LoopbackServer):
    """The real service, but that chats are answered here, as the service would, with an answer and what it rests on."""

    def __init__(self, service: Service) -> None:
        self.answer = "Seven people."
        self.support: dict[str, Any] = {}  # `sources`, `unsupported`
        self.remembered: dict[str, Any] = {}  # the same, as a service with memory kept it
        self.http = http = httpx2.Client(verify=False)  # which else reads all certificates, of which none is needed
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/sessions/"):
                    answer = {"role": "assistant", "content": front.answer} | front.remembered
                    said = {"role": "user", "content": "Who are you?"}, answer
                    self.respond(200, "application/json", json.dumps({"messages": said}).encode(), {})
                    return
                got = http.get(service.url + self.path, headers={"Accept": self.headers["Accept"]})
                self.respond(got.status_code, got.headers["Content-Type"], got.content, got.headers)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                done = {"response": front.answer, "session_id": "s"} | front.support
                events = {"session": {"session_id": "s"}, "delta": {"text": front.answer[:5]}, "done": done}
                text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events.items())
                self.respond(200, "text/event-stream", text.encode(), {})

            def respond(self, status: int, content_type: str, body: bytes, headers: Any) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                if policy := headers.get("Content-Security-Policy"):
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        super().__init__(Handler)

    def close(self) -> None:
        super().close()
        self.http.close()
