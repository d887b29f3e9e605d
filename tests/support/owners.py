"""The owner at the desk, and the visitor's side of it, over HTTP."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2

from .service import PATIENCE, Service
from .streams import STREAM, Event, read, split

PASSWORD = "correct horse battery staple"


class Owner:
    """An owner who is signed in at the desk of one service."""

    def __init__(self, service: Service) -> None:
        origin = {"Origin": service.url, "Sec-Fetch-Site": "same-origin"}
        self.http = httpx2.Client(base_url=service.url, headers=origin, timeout=PATIENCE)
        welcome = self.http.post("/desk/sign-in", data={"password": PASSWORD})
        assert welcome.status_code == 303, welcome.text

    def read(self, path: str = "/desk") -> str:
        """Return a page of the desk."""
        page = self.http.get(path)
        assert page.status_code == 200, page.text
        return page.text

    def do(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of the desk."""
        token = re.search(r'name="form_token" value="([^"]+)"', self.read())
        assert token
        return self.http.post(path, data={"form_token": token[1], **fields})

    def find(self, question: str) -> int:
        """Return the number of the conversation that began with a question, or has one for the owner."""
        page = self.read("/desk?view=all")
        found = [
            number for number in re.findall(r"/desk/conversations/(\d+)", page) if question in self.show(int(number))
        ]
        assert found, page
        return int(found[0])

    def show(self, number: int) -> str:
        """Return the page of a conversation."""
        return self.read(f"/desk/conversations/{number}")

    def find_question(self, number: int) -> int:
        """Return the number of the first question in a conversation that waits."""
        waiting = re.search(r"/desk/questions/(\d+)/answer", self.show(number))
        assert waiting
        return int(waiting[1])


class Listener:
    """A visitor's open page: what events came, until the stream ends."""

    def __init__(self, service: Service, session: str, after: int | None = None) -> None:
        self.events: list[Event] = []
        self.status: int | None = None
        self._service, self._session = service, session
        self._headers = STREAM | ({} if after is None else {"Last-Event-ID": str(after)})
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        url = f"/sessions/{self._session}/events"
        with self._service.http.stream("GET", url, headers=self._headers) as answer:
            self.status = answer.status_code
            for event in read(line for text in split(answer) for line in [text]):
                if event[0]:
                    self.events.append(event)

    def of(self, name: str) -> list[Any]:
        """Return the data of the events of one name."""
        return [data for kind, data in self.events if kind == name]


def new_session(ask: Callable[..., httpx2.Response], message: str) -> str:
    """Begin a conversation, and return its id."""
    session = str(uuid4())
    assert ask(message, session_id=session).status_code == 200
    return session
