"""The embedded model: that it answers, that there is never more than one, and that it ends with the service."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ..support.service import Service, embedded_servers_in, processes_in, wait_until

SERVERS = ["flask run --debug", "gunicorn"]
TWO_WORKERS = {"WEB_CONCURRENCY": "2", "EMBEDDED_MODEL": "on"}


@pytest.fixture
def start(start_service: Callable[..., Service]) -> Callable[[str], Service]:
    """Start a service that has no model but the embedded one, and wait until that is ready."""

    def start_embedded(command: str) -> Service:
        settings = {"MAX_OUTPUT_TOKENS": "8"} | (TWO_WORKERS if command == "gunicorn" else {})
        service = start_service(command, model_set=False, **settings)
        wait_until(lambda: service.http.get("/ready").status_code == 200, "the model did not get ready")
        return service

    return start_embedded


def assert_all_ended(root: Path) -> None:
    wait_until(lambda: not processes_in(root), "a process was left behind")


def sharers(service: Service) -> set[int]:
    """The workers that have opened the lock's file; the process that began them has, too."""
    assert service.process is not None
    lock = service.root / "instance" / "embedded.lock"
    found = set()
    for pid in set(processes_in(service.root)) - set(embedded_servers_in(service.root)) - {service.process.pid}:
        with suppress(OSError):
            if lock in [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir()]:
                found.add(pid)
    return found


def test_answers_without_a_key_and_says_what_it_is(trial: Service) -> None:
    answer = trial.chat("Who are you?")
    assert answer.status_code == 200
    assert answer.json()["response"].strip()
    assert "OPENAI_API_KEY" in trial.http.get("/ready").json()["notice"]
    assert "trying the twin out" in trial.log()
    too_long = trial.chat("word " * 3_000)
    assert (too_long.status_code, too_long.json()["errors"][0]["field"]) == (422, "message")


def test_a_chat_that_comes_before_the_model_is_loaded_waits_for_it(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", model_set=False, EMBEDDED_MODEL="on", MAX_OUTPUT_TOKENS="8")
    assert service.chat().status_code == 200


ENDS = [("gunicorn", signal.SIGTERM), ("flask run --debug", signal.SIGKILL)]
# SIGINT comes from a terminal, to all processes at once, as in the next test.
MORE_ENDS = [("gunicorn", signal.SIGINT), ("gunicorn", signal.SIGKILL)]
MORE_ENDS += [("flask run --debug", signal.SIGINT), ("flask run --debug", signal.SIGTERM)]


@pytest.mark.parametrize(
    ("command", "number"), [*ENDS, *(pytest.param(*end, marks=pytest.mark.soak) for end in MORE_ENDS)]
)
def test_nothing_is_left_behind(start: Callable[[str], Service], command: str, number: signal.Signals) -> None:
    service = start(command)
    assert service.process is not None
    assert len(embedded_servers_in(service.root)) == 1
    service.process.send_signal(number)
    service.process.wait(60)
    assert_all_ended(service.root)


@pytest.mark.parametrize("command", ["flask run --debug", pytest.param("gunicorn", marks=pytest.mark.soak)])
def test_ctrl_c_in_a_terminal_leaves_nothing_behind(start: Callable[[str], Service], command: str) -> None:
    service = start(command)
    assert service.process is not None
    os.killpg(service.process.pid, signal.SIGINT)
    service.process.wait(60)
    assert_all_ended(service.root)


def test_outlives_the_worker_that_started_it(start: Callable[[str], Service]) -> None:
    service = start("gunicorn")
    assert service.process is not None
    (server,) = embedded_servers_in(service.root)
    wait_until(lambda: len(sharers(service)) == 2, "the workers did not start")
    for worker in sharers(service):
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda w=worker: len(sharers(service) - {w}) == 2, "no worker took its place")
    assert service.chat("Hi").status_code == 200
    assert embedded_servers_in(service.root) == [server]


def test_the_reloader_keeps_the_model(start: Callable[[str], Service]) -> None:
    service = start("flask run --debug")
    (server,) = embedded_servers_in(service.root)
    source = service.root / "twin" / "errors.py"
    changed = source.read_text() + "\n# changed\n"
    source.unlink()  # it is a link
    source.write_text(changed)
    wait_until(lambda: "Detected change" in service.log(), "no reload")
    wait_until(lambda: service.log().count("Debugger PIN") == 2, "no restart")
    assert service.chat("Hi").status_code == 200
    assert embedded_servers_in(service.root) == [server]


def test_is_started_again_after_it_was_killed(start: Callable[[str], Service]) -> None:
    service = start("gunicorn")
    (first,) = embedded_servers_in(service.root)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: first not in embedded_servers_in(service.root))
    assert service.chat("Hi").status_code == 200
    (second,) = embedded_servers_in(service.root)
    assert second != first


def test_its_key_is_for_the_owner_alone(trial: Service) -> None:
    assert (trial.root / "instance" / "embedded.server").stat().st_mode & 0o077 == 0


@pytest.mark.soak
@pytest.mark.parametrize("command", SERVERS)
def test_ten_kills_leave_nothing_and_never_two(start: Callable[[str], Service], command: str) -> None:
    service = start(command)
    for _ in range(10):
        assert service.process is not None
        assert len(embedded_servers_in(service.root)) == 1
        os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()
        service.start()  # at once, while the last one's server may still be there
        wait_until(lambda: service.http.get("/ready").status_code == 200)
        assert service.chat("Hi").status_code == 200
