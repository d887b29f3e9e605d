"""An answer that a client received is in the store, whatever process is killed."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
import pytest

from ..support.scripted_model import ScriptedModel, answers, follows, later, streams
from ..support.service import Service, processes_in, wait_until
from ..support.sessions import kept
from ..support.streams import STREAM, read

KILLS = 50
CLIENTS = 8


class Client:
    """A client that asks in one session after another until stopped, and records the answers it received."""

    def __init__(self, service: Service, seed: int, stop: threading.Event) -> None:
        self.acknowledged: dict[str, list[str]] = {}
        self.count = 0
        self._service = service
        self._random = random.Random(seed)
        self._stop = stop

    def run(self) -> None:
        while not self._stop.is_set():
            session = str(uuid4())
            self.acknowledged[session] = said = []
            for number in range(self._random.randint(1, 3)):
                if (answer := self._ask(session, f"Question {number}")) is None:
                    self._stop.wait(0.05)  # the service is away, or the session of a dead process busy
                    break
                said += [f"Question {number}", answer]
                self.count += 1

    def _ask(self, session: str, message: str) -> str | None:
        """Return the answer if it was acknowledged."""
        headers = self._random.choice([STREAM, {}])
        try:
            body = {"message": message, "session_id": session}
            with self._service.http.stream("POST", "/chat", json=body, headers=headers, timeout=20) as response:
                if response.status_code != 200:
                    return None
                if not headers:
                    response.read()
                    return str(response.json()["response"])
                for name, data in read(response.iter_lines()):
                    if name == "done":
                        return str(data["response"])
        except httpx2.HTTPError:  # the connection broke before the end
            return None
        return None


@pytest.mark.soak
def test_kill_9_under_load_loses_nothing_that_was_acknowledged(
    start_service: Callable[..., Service], model: ScriptedModel, database_url: str
) -> None:
    service = start_service("gunicorn", MEMORY="on", DATABASE_URL=database_url, WEB_CONCURRENCY="2")
    model.otherwise = follows(later(0.03, answers("One two three")), streams("One ", "two ", "three", seconds=0.02))
    for kill in range(KILLS):
        for client in kill_under_load(service, kill):
            for session, said in client.acknowledged.items():
                found = kept(service, session)
                assert found[: len(said)] == said, f"kill {kill}: {session} lost what was acknowledged"
                assert len(found) <= len(said) + 2


def kill_under_load(service: Service, seed: int) -> list[Client]:
    """Kill the whole process group while clients ask, start it again, and return the clients."""
    stop = threading.Event()
    clients = [Client(service, seed * CLIENTS + number, stop) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.run) for client in clients]
        wait_until(lambda: sum(client.count for client in clients) > 20 + seed)  # somewhere in the flow of answers
        assert service.process is not None
        os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()
        stop.set()
        for each in running:
            each.result()
    wait_until(lambda: not processes_in(service.root))
    service.start()
    return clients
