"""The messages that are remembered of a session, in order, and those that are not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from ..support.scripted_model import ScriptedModel, answers, fails, later, streams, waits_for
from ..support.service import ROOT, Service, wait_until
from ..support.sessions import kept, shown
from ..support.streams import STREAM, opened, stream

SOME_ID = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def test_the_model_is_shown_what_was_said(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    model.script.append(answers("Hello, Ada."))
    first = remembering.chat("I am Ada.", session_id=session)
    assert first.json() == {"response": "Hello, Ada.", "session_id": session}
    remembering.chat("Who am I?", session_id=session)
    assert model.requests[-1]["messages"] == [
        {"role": "system", "content": (ROOT / "me.txt").read_text().strip()},
        {"role": "user", "content": "I am Ada."},
        {"role": "assistant", "content": "Hello, Ada."},
        {"role": "user", "content": "Who am I?"},
    ]


def test_a_streamed_answer_is_remembered_too(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    model.script.append(streams("Hello, ", "Ada."))
    assert stream(remembering, session_id=session)[-1][1]["response"] == "Hello, Ada."
    assert kept(remembering, session) == ["Hi", "Hello, Ada."]


def test_an_id_of_the_servers_own_is_remembered(remembering: Service, model: ScriptedModel) -> None:
    session = remembering.chat("I am Ada.").json()["session_id"]
    remembering.chat("Who am I?", session_id=session)
    assert shown(model) == ["I am Ada.", "Hello from the model.", "Who am I?"]


def test_sessions_know_nothing_of_each_other(remembering: Service, model: ScriptedModel) -> None:
    remembering.chat("I am Ada.", session_id=str(uuid4()))
    remembering.chat("Who am I?", session_id=str(uuid4()))
    assert shown(model) == ["Who am I?"]


@pytest.mark.parametrize(
    "session",
    ["2fb4ad0c-c9e4-11f0-8c5f-0242ac120002", SOME_ID, SOME_ID.upper(), str(UUID(int=1)), str(UUID(int=2**127 + 7))],
)
def test_any_uuid_keys_memory(remembering: Service, session: str) -> None:
    remembering.http.delete(f"/sessions/{session}")
    assert remembering.chat("Hi", session_id=session).json()["session_id"] == session
    assert kept(remembering, session.swapcase()) == ["Hi", "Hello from the model."]


@pytest.mark.parametrize(
    "session",
    [
        "1",
        "visitor",
        SOME_ID[:-1],
        SOME_ID.replace("-", ""),
        f"{{{SOME_ID}}}",
        f"urn:uuid:{SOME_ID}",
        f" {SOME_ID}",
        f"{SOME_ID}\n",
        str(UUID(int=0)),
        str(UUID(int=2**128 - 1)),
        "１" * 8 + SOME_ID[8:],
    ],
)
def test_what_is_no_uuid_keys_nothing(remembering: Service, model: ScriptedModel, session: str) -> None:
    for message in ["I am Ada.", "Who am I?"]:
        assert remembering.chat(message, session_id=session).json()["session_id"] == session
    assert shown(model) == ["Who am I?"]


@pytest.mark.parametrize("is_streamed", [False, True], ids=["plain", "streamed"])
def test_of_a_turn_that_failed_nothing_is_kept(remembering: Service, model: ScriptedModel, is_streamed: bool) -> None:
    session = str(uuid4())
    model.otherwise = streams("Half ", finish_reason=None, then="reset") if is_streamed else fails(401)
    body = {"message": "Hi", "session_id": session}
    remembering.http.post("/chat", json=body, headers=STREAM if is_streamed else {})
    assert kept(remembering, session) == []
    model.otherwise = answers()
    assert remembering.chat("Again", session_id=session).status_code == 200
    assert shown(model) == ["Again"]


def test_a_stream_that_the_visitor_left_is_kept_as_far_as_it_came(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    model.script.append(streams("Half ", "an answer", finish_reason=None, then="stall"))
    with opened(remembering, session_id=session) as (_, events):
        wait_until(lambda: next(events)[1] == {"text": "an answer"})
    wait_until(lambda: kept(remembering, session), "the interrupted turn was not kept")
    said = remembering.http.get(f"/sessions/{session}").json()["messages"]
    assert said[1]["content"] == "Half an answer"
    assert said[1]["finish_reason"] == "interrupted"
    remembering.chat("Go on", session_id=session)
    assert shown(model)[1:] == ["Half an answer", "Go on"]


def test_a_declined_turn_is_kept_but_not_shown_to_the_model(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    remembering.chat("Hi", session_id=session)
    model.script.append(answers("", "content_filter"))
    declined = remembering.chat("Something bad", session_id=session).json()
    assert declined["finish_reason"] == "content_filter"
    remembering.chat("Something good", session_id=session)
    assert shown(model) == ["Hi", "Hello from the model.", "Something good"]
    assert kept(remembering, session)[2:4] == ["Something bad", declined["response"]]


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\U0001f600", "'; DROP TABLE messages; --", "é" * 5_000, "\u202e\ufeff."]
)
def test_any_text_is_remembered(remembering: Service, model: ScriptedModel, text: str) -> None:
    session = str(uuid4())
    model.script.append(answers(f"You said {text}"))
    assert remembering.chat(text, session_id=session).json()["response"] == f"You said {text}"
    assert remembering.chat("And?", session_id=session).status_code == 200
    assert shown(model)[0] == text.strip().replace("\0", "\ufffd")


def test_ten_requests_at_once_on_one_session_stand_in_line(remembering: Service, model: ScriptedModel) -> None:
    session, other = str(uuid4()), str(uuid4())
    model.otherwise = later(0.3, answers())
    with ThreadPoolExecutor(11) as pool:
        asked = [pool.submit(remembering.chat, f"Question {n}", session_id=session) for n in range(10)]
        meanwhile = pool.submit(remembering.chat, "Hi", session_id=other)
        assert meanwhile.result().status_code == 200
        ends = [future.result() for future in asked]
    done = [end for end in ends if end.status_code == 200]
    assert done
    assert {end.json()["code"] for end in ends if end.status_code != 200} <= {"session_busy"}
    said = kept(remembering, session)
    assert len(said) == 2 * len(done)
    assert len(set(said[::2])) == len(done)
    chats = [r["messages"] for r in model.requests if r["messages"][-1]["content"].startswith("Question")]
    for before, after in pairwise(sorted(chats, key=len)):
        assert after[: len(before)] == before, "two turns interleaved"


def test_whoever_waits_too_long_is_told_before_a_stream_starts(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    release = threading.Event()
    model.script.append(waits_for(release, answers()))
    with ThreadPoolExecutor() as pool:
        first = pool.submit(remembering.chat, "First", session_id=session)
        wait_until(lambda: model.requests)
        body = {"message": "Second", "session_id": session}
        ends = list(pool.map(lambda headers: remembering.http.post("/chat", json=body, headers=headers), [{}, STREAM]))
        release.set()
        assert first.result().status_code == 200
    for end in ends:
        assert (end.status_code, end.json()["code"]) == (409, "session_busy")
        assert int(end.headers["Retry-After"]) >= 1
    assert kept(remembering, session) == ["First", "Hello from the model."]


def test_a_turn_longer_than_its_lease_keeps_it(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn", MEMORY="on")
    session = str(uuid4())
    model.script.append(later(17, answers("Slow")))
    with ThreadPoolExecutor() as pool:
        first = pool.submit(service.chat, "First", session_id=session)
        wait_until(lambda: model.requests)
        second = pool.submit(service.chat, "Second", session_id=session)
        assert second.result().json()["code"] == "session_busy"
        third = service.chat("Third", session_id=session)
        assert first.result().json()["response"] == "Slow"
    assert third.status_code == 200
    assert kept(service, session) == ["First", "Slow", "Third", "Hello from the model."]


def test_without_memory_nothing_is_kept_and_no_file_is_made(gunicorn: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    for _ in range(2):
        gunicorn.http.post("/chat", json={"message": "Hi", "session_id": session}, headers={"Idempotency-Key": "1"})
    assert len(model.requests) == 2
    assert shown(model) == ["Hi"]
    assert gunicorn.http.get(f"/sessions/{session}").status_code == 404
    assert not list((gunicorn.root / "instance").glob("memory*"))


def test_memory_outlives_a_restart(
    start_service: Callable[..., Service], model: ScriptedModel, database_url: str
) -> None:
    settings = {"MEMORY": "on", "DATABASE_URL": database_url}
    session = str(uuid4())
    service = start_service("flask run", **settings)
    service.chat("I am Ada.", session_id=session)
    service.stop()
    start_service("gunicorn", **settings).chat("Who am I?", session_id=session)
    assert shown(model) == ["I am Ada.", "Hello from the model.", "Who am I?"]


def test_only_the_owner_may_read_the_file(start_service: Callable[..., Service]) -> None:
    service = start_service("gunicorn", MEMORY="on")
    service.chat("Hi")
    files = list((service.root / "instance").glob("memory.db*"))
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
