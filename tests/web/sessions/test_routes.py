"""A visitor's own conversation: read, download, delete."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2
import pytest

from twin.memory import Conversation, KeptMessage, KeptSession, Memory
from twin.settings import Settings
from twin.stores import Databases

from ...support.scripted_model import ScriptedModel, answers
from ...support.service import Service


def test_shows_what_was_said(remembering: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    model.script += [answers("Hello, Ada."), answers("Too l", "length")]
    remembering.chat("I am Ada.", session_id=session)
    remembering.chat("Tell me all.", session_id=session)
    answer = remembering.http.get(f"/sessions/{session}").json()
    times = [datetime.fromisoformat(message.pop("timestamp")) for message in answer["messages"]]
    assert answer.pop("created_at")
    assert answer == {
        "session_id": session,
        "messages": [
            {"role": "user", "content": "I am Ada."},
            {"role": "assistant", "content": "Hello, Ada."},
            {"role": "user", "content": "Tell me all."},
            {"role": "assistant", "content": "Too l", "finish_reason": "length"},
        ],
    }
    assert times == sorted(times)
    assert abs(times[-1] - datetime.now(UTC)) < timedelta(minutes=5)


def test_shows_it_as_older_frontends_read_it(remembering: Service) -> None:
    session = str(uuid4())
    remembering.chat("Hi", session_id=session)
    answer = remembering.http.get(f"/conversation/{session}").json()
    assert list(answer) == ["session_id", "messages"]
    assert [list(message) for message in answer["messages"]] == [["role", "content", "timestamp"]] * 2
    assert [message["content"] for message in answer["messages"]] == ["Hi", "Hello from the model."]


def test_downloads_all_that_is_kept(remembering: Service) -> None:
    session = str(uuid4())
    remembering.http.post(
        "/chat", json={"message": "Hi", "session_id": session}, headers={"Idempotency-Key": "the-key"}
    )
    answer = remembering.http.get(f"/sessions/{session}/export")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="conversation-')
    question, said = answer.json()["messages"]
    assert (question["content"], question["idempotency_key"]) == ("Hi", "the-key")
    assert (said["model"], said["prompt_tokens"], said["completion_tokens"]) == ("gpt-4o-mini", 7, 5)
    assert (said["finish_reason"], len(said["persona"])) == ("stop", 64)


def test_deletes_it(remembering: Service, model: ScriptedModel) -> None:
    session, other = str(uuid4()), str(uuid4())
    for each in [session, other]:
        remembering.chat("I am Ada.", session_id=each)
    deleted = remembering.http.delete(f"/sessions/{session}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert remembering.http.get(f"/sessions/{session}").status_code == 404
    assert remembering.http.get(f"/sessions/{other}").status_code == 200
    remembering.chat("Who am I?", session_id=session)
    assert [message["content"] for message in model.requests[-1]["messages"][1:]] == ["Who am I?"]


def test_deletes_what_is_left_from_when_memory_was_on(start_service: Callable[..., Service]) -> None:
    service, session, now = start_service("gunicorn"), uuid4(), time.time()
    instance = service.root / "instance"
    assert service.http.delete(f"/sessions/{session}").status_code == 204
    assert not list(instance.glob("memory*"))
    memory = Memory(Settings(memory=True), Databases(None, instance))
    memory.insert(Conversation(KeptSession(session, now, now), [KeptMessage(0, "user", "Hi", now)]))
    assert service.http.delete(f"/sessions/{session}").status_code == 204
    assert memory.fetch(str(session)) is None
    memory.database.close()


@pytest.mark.parametrize("path", ["/sessions/{}", "/sessions/{}/export", "/conversation/{}"])
def test_unknown_and_deleted_sessions_look_the_same(remembering: Service, path: str) -> None:
    unknown, deleted = str(uuid4()), str(uuid4())
    remembering.chat("Hi", session_id=deleted)
    assert remembering.http.delete(f"/sessions/{deleted}").status_code == 204
    answers = [remembering.http.get(path.format(session)) for session in (unknown, deleted, "no-uuid")]
    assert len({(answer.status_code, bare(answer)) for answer in answers}) == 1
    assert {remembering.http.delete(f"/sessions/{session}").status_code for session in (unknown, deleted, "x")} == {204}


def bare(answer: httpx2.Response) -> str:
    """An answer without what has to differ."""
    return str({name: value for name, value in answer.json().items() if name not in ("request_id", "session_id")})


def test_nobody_lists_sessions(remembering: Service) -> None:
    for path in ["/sessions", "/sessions/", "/conversation", "/conversation/", "/sessions/%", "/sessions/*"]:
        assert remembering.http.get(path).status_code == 404


def test_an_id_that_is_sql_or_a_pattern_is_only_unknown(remembering: Service) -> None:
    remembering.chat("Hi", session_id=str(uuid4()))
    for session in ["' OR '1'='1", "%25", "_" * 36, "%00", "..%2fchat", "9" * 5_000]:
        assert remembering.http.get(f"/sessions/{session}").status_code in (404, 414)


def test_a_conversation_is_in_no_cache_and_no_log(remembering: Service) -> None:
    session = str(uuid4())
    remembering.chat("My secret is xyzzy.", session_id=session)
    answer = remembering.http.get(f"/sessions/{session}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert session not in remembering.log()
    assert "xyzzy" not in remembering.log()


def test_a_page_of_an_allowed_origin_may_delete_with_a_key(gunicorn: Service) -> None:
    asked = {
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "idempotency-key",
    }
    allowed = gunicorn.http.options("/sessions/1", headers=asked).headers
    assert "DELETE" in allowed["Access-Control-Allow-Methods"]
    assert "idempotency-key" in allowed["Access-Control-Allow-Headers"].lower()
