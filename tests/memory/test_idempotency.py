"""A message that is sent again with its Idempotency-Key is asked once."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
import pytest

from ..support.calls import head, status_of
from ..support.scripted_model import ScriptedModel, answers, fails, later, streams, waits_for
from ..support.service import Service, wait_until
from ..support.sessions import kept, shown
from ..support.streams import STREAM, opened, read


def ask(service: Service, session: str | None, key: str, message: str = "Hi", **headers: str) -> httpx2.Response:
    body = {"message": message, "session_id": session}
    return service.http.post("/chat", json=body, headers={"Idempotency-Key": key, **headers})


def test_the_same_message_gets_the_same_answer(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    model.script.append(answers("Once", "length"))
    first, second = ask(remembering, session, "1"), ask(remembering, session, "1")
    assert first.json() == second.json() == {"response": "Once", "session_id": session, "finish_reason": "length"}
    assert len(model.requests) == 1
    assert kept(remembering, session) == ["Hi", "Once"]


def test_as_a_stream_too(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    model.script.append(streams("On", "ce"))
    first, second = (ask(remembering, session, "1", **STREAM) for _ in range(2))
    third = ask(remembering, session, "1").json()
    done = {"response": "Once", "session_id": session}
    assert list(read(second.iter_lines())) == [
        ("session", {"session_id": session}),
        ("delta", {"text": "Once"}),
        ("done", done),
    ]
    assert list(read(first.iter_lines()))[-1] == ("done", done)
    assert third == done
    assert len(model.requests) == 1


def test_twenty_times_at_once_is_asked_once(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    model.otherwise = later(0.5, answers("Once"))
    with ThreadPoolExecutor(20) as pool:
        ends = list(pool.map(lambda _: ask(remembering, session, "1"), range(20)))
    assert len(model.requests) == 1
    told = {end.status_code: end.json().get("response", end.json().get("code")) for end in ends}
    assert told.items() <= {200: "Once", 409: "key_in_use"}.items()
    assert 200 in told
    assert kept(remembering, session) == ["Hi", "Once"]


def test_in_flight_it_is_in_use(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    release = threading.Event()
    model.script.append(waits_for(release, answers()))
    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask, remembering, session, "1")
        wait_until(lambda: model.requests)
        same, other = ask(remembering, session, "1", **STREAM), ask(remembering, session, "1", "Other")
        release.set()
        assert first.result().status_code == 200
    assert (same.status_code, same.json()["code"]) == (409, "key_in_use")
    assert int(same.headers["Retry-After"]) >= 1
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert len(model.requests) == 1


def test_with_another_message_it_is_refused(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    ask(remembering, session, "1")
    again = ask(remembering, session, "1", "Other")
    assert (again.status_code, again.json()["code"]) == (422, "key_reused")
    assert len(model.requests) == 1
    assert ask(remembering, session, "2", "Other").status_code == 200


def test_a_stored_answer_is_repeated_while_another_message_is_answered(
    remembering: Service, model: ScriptedModel
) -> None:
    session = str(uuid4())
    ask(remembering, session, "1")
    release = threading.Event()
    model.script.append(waits_for(release, answers()))
    with ThreadPoolExecutor() as pool:
        other = pool.submit(ask, remembering, session, "2", "Other")
        wait_until(lambda: len(model.requests) == 2)
        assert ask(remembering, session, "1").status_code == 200
        release.set()
        assert other.result().status_code == 200
    assert len(model.requests) == 2


def test_keys_belong_to_their_session(remembering: Service, model: ScriptedModel) -> None:
    for session in [str(uuid4()), str(uuid4()), None, None, "visitor", "visitor"]:
        assert ask(remembering, session, "1").status_code == 200
    assert len(model.requests) == 6


def test_a_message_that_failed_is_asked_again(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    model.script.append(fails(401))
    assert ask(remembering, session, "1").status_code == 502
    assert ask(remembering, session, "1").status_code == 200
    assert kept(remembering, session) == ["Hi", "Hello from the model."]


def test_an_interrupted_turn_is_asked_again_and_replaced(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    ask(remembering, session, "0", "Before")
    model.script.append(streams("Half", finish_reason=None, then="stall"))
    with opened(remembering, headers={"Idempotency-Key": "1"}, session_id=session) as (_, events):
        wait_until(lambda: next(events)[0] == "delta")
    wait_until(lambda: kept(remembering, session)[2:], "the interrupted turn was not kept")
    assert ask(remembering, session, "1", "Other").json()["code"] == "key_reused"
    assert kept(remembering, session)[2:] == ["Hi", "Half"]
    ask(remembering, session, "2", "Between")
    assert ask(remembering, session, "1").status_code == 200
    assert shown(model) == ["Before", "Hello from the model.", "Between", "Hello from the model.", "Hi"]
    assert kept(remembering, session)[2:] == ["Between", "Hello from the model.", "Hi", "Hello from the model."]


@pytest.mark.parametrize("key", ["k" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "k\u00e9y", "' OR 1=1", "a, b"])
def test_any_key_of_up_to_255_characters_will_do(remembering: Service, model: ScriptedModel, key: str) -> None:
    session = str(uuid4())
    for _ in range(2):
        body = {"message": "Hi", "session_id": session}
        sent = [(b"Idempotency-Key", key.encode("latin-1"))]
        assert remembering.http.post("/chat", json=body, headers=sent).status_code == 200
    assert len(model.requests) == 1


def test_a_longer_key_is_refused_and_an_empty_one_is_none(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    refused = ask(remembering, session, "k" * 256)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    for _ in range(2):
        assert ask(remembering, session, "").status_code == 200
    assert len(model.requests) == 2


def test_a_key_outlives_a_restart_but_not_its_day(
    start_service: Callable[..., Service], model: ScriptedModel, database_url: str, execute: Callable[..., None]
) -> None:
    settings = {"MEMORY": "on", "DATABASE_URL": database_url}
    session = str(uuid4())
    service = start_service("gunicorn", **settings)
    ask(service, session, "1")
    service.stop()
    service = start_service("gunicorn", **settings)
    ask(service, session, "1")
    assert len(model.requests) == 1
    execute("UPDATE messages SET created_at = created_at - 86500")
    assert ask(service, session, "1", "Other").status_code == 200
    assert len(model.requests) == 2
    assert kept(service, session)[2:] == ["Other", "Hello from the model."]


def test_a_deleted_session_takes_its_keys_along(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    ask(remembering, session, "1")
    remembering.http.delete(f"/sessions/{session}")
    assert ask(remembering, session, "1", "Other").status_code == 200


def test_a_turn_whose_session_is_deleted_meanwhile_is_not_kept(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    ask(remembering, session, "1")
    model.script.append(streams("Half", finish_reason=None, then="stall"))
    with opened(remembering, "Other", session_id=session) as (_, events):
        wait_until(lambda: next(events)[0] == "delta")
        assert remembering.http.delete(f"/sessions/{session}").status_code == 204
    wait_until(lambda: model.left, "the model was not left")
    assert ask(remembering, session, "2", "New").status_code == 200
    assert kept(remembering, session) == ["New", "Hello from the model."]


def test_a_message_that_waits_while_its_session_is_deleted_is_not_answered(
    under: Callable[..., Service], model: ScriptedModel
) -> None:
    service = under("gunicorn", MEMORY="on")
    session = str(uuid4())
    release = threading.Event()
    model.script.append(waits_for(release, answers()))
    body = json.dumps({"message": "Second", "session_id": session}).encode()
    with ThreadPoolExecutor() as pool, socket.create_connection(("127.0.0.1", service.port)) as waiting:
        first = pool.submit(ask, service, session, "1", "First")
        wait_until(lambda: model.requests)
        waiting.sendall(head(f"Content-Length: {len(body)}") + body)
        for _ in range(3):  # the one process answers those who came before
            service.http.get(f"/sessions/{session}")
        assert service.http.delete(f"/sessions/{session}").status_code == 204
        release.set()
        assert first.result().json()["code"] == "session_busy"
        assert status_of(waiting.recv(65_536)) == 409
    assert len(model.requests) == 1
    assert kept(service, session) == []
    assert ask(service, session, "3", "Third").status_code == 200
    assert kept(service, session) == ["Third", "Hello from the model."]
