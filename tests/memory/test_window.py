"""The window: the part of a conversation that is shown to the model."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.memory.store import KeptMessage
from twin.memory.window import count_tokens, drop_unshown, find_start
from twin.text.tokens import estimate_tokens

from ..support.calls import assert_problem
from ..support.scripted_model import ScriptedModel, Step, answers, fails, waits_for
from ..support.service import ROOT, Service, wait_until
from ..support.sessions import is_summary, kept, shown

PERSONA = (ROOT / "me.txt").read_text().strip()
TURNS = st.lists(st.tuples(st.text(max_size=400), st.text(max_size=400)), max_size=30)


def said(turns: list[tuple[str, str]]) -> list[KeptMessage]:
    texts = [text for turn in turns for text in turn]
    return [KeptMessage(n, "assistant" if n % 2 else "user", text, 0.0) for n, text in enumerate(texts)]


@given(turns=TURNS, most=st.integers(100, 5_000), used=st.integers(0, 6_000))
def test_what_is_shown_fits_and_begins_with_a_visitors_message(
    turns: list[tuple[str, str]], most: int, used: int
) -> None:
    messages = said(turns)
    start = find_start(messages, most - used, most)
    left = messages[start:]
    if left:
        assert sum(map(count_tokens, left)) <= most - used
        assert left[0].role == "user"
    if start:
        assert sum(map(count_tokens, left)) <= most // 2
        last_turn = messages[start - 2 : start]
        assert sum(map(count_tokens, last_turn + left)) > min(most // 2, most - used), "more would have fitted"


def test_turns_that_a_model_should_not_see_are_left_out() -> None:
    messages = said([("a", "b"), ("bad", "no"), ("left", " "), ("c", "d")])
    messages[3] = KeptMessage(3, "assistant", "no", 0.0, finish_reason="content_filter")
    assert [message.text for message in drop_unshown(messages)] == ["a", "b", "c", "d"]


def test_a_greeting_from_elsewhere_is_not_shown() -> None:
    messages = [KeptMessage(0, "assistant", "Welcome!", 0.0), *said([("a", "b")])]
    assert [message.text for message in drop_unshown(messages)] == ["a", "b"]


def test_500_turns_never_exceed_the_budget_and_mostly_share_their_beginning(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", MEMORY="on", MEMORY_TOKENS="500")
    session = str(uuid4())
    for number in range(500):
        model.script.append(answers(f"Answer {number} " + "word " * (number % 40)))
        assert service.chat(f"Question {number}? " + "why " * (number % 23), session_id=session).status_code == 200
    chats = [request["messages"] for request in model.requests]
    assert len(chats) == 500
    for number, chat in enumerate(chats):
        assert chat[0] == {"role": "system", "content": PERSONA}
        assert chat[-1]["content"].startswith(f"Question {number}?")
        assert sum(estimate_tokens(message["content"]) for message in chat[1:]) <= 500
        assert [message["role"] for message in chat[1:]] == ["user", "assistant"] * (len(chat) // 2 - 1) + ["user"]
    grown = sum(after[: len(before)] == before for before, after in pairwise(chats))
    assert grown > 400, "the prefix changes too often for a provider's cache"
    assert len(kept(service, session)) == 1_000


def test_a_long_question_is_shown_alone(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn", MEMORY="on", MEMORY_TOKENS="100")
    session = str(uuid4())
    service.chat("Before", session_id=session)
    service.chat("word " * 200, session_id=session)
    assert shown(model) == ["word " * 199 + "word"]
    service.chat("After", session_id=session)
    assert shown(model) == ["After"]


def test_the_context_caps_persona_and_history_together(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    room = estimate_tokens(PERSONA) + 200
    service = start_service("gunicorn", MEMORY="on", MODEL_CONTEXT=str(max(256, room)))
    session = str(uuid4())
    for number in range(20):
        service.chat(f"Question {number} " + "why " * 20, session_id=session)
    for request in model.requests:
        assert sum(estimate_tokens(message["content"]) for message in request["messages"]) <= max(256, room)
    assert len(model.requests[-1]["messages"]) > 2


NOTES = "The visitor is called Ada and was promised a call."


def test_what_fell_out_stays_in_a_summary(summarising: Service, model: ScriptedModel) -> None:
    service, session = summarising, str(uuid4())
    model.asked["You keep notes"] = answers(NOTES)
    for number in range(60):
        message = "I am called Ada." if not number else f"Question {number} " + "why " * 20
        assert service.chat(message, session_id=session).status_code == 200
        asked = [request for request in model.requests if not is_summary(request)][-1]["messages"]
        assert "called Ada" in str(asked), f"turn {number} has forgotten turn 0"
        assert sum(estimate_tokens(each["content"]) for each in asked[1:]) <= 400
    merges = [request["messages"] for request in model.requests if is_summary(request)]
    assert 1 <= len(merges) < 30
    assert "I am called Ada." in merges[0][1]["content"]
    assert NOTES in merges[-1][1]["content"], "the notes before are part of what is merged"
    assert NOTES in service.http.get(f"/sessions/{session}/export").json()["summary"]
    service.http.delete(f"/sessions/{session}")
    service.chat("Hi", session_id=session)
    assert "Ada" not in str(model.requests[-1]["messages"][1:])


@pytest.mark.parametrize("fault", [fails(401), fails(500), answers("", "content_filter"), answers(" ")])
def test_where_the_summary_fails_the_window_alone_is_shown(
    summarising: Service, model: ScriptedModel, fault: Step
) -> None:
    session = str(uuid4())
    model.asked["You keep notes"] = fault
    for number in range(20):
        assert summarising.chat(f"Question {number} {session} " + "why " * 20, session_id=session).status_code == 200

    def summaries() -> list[object]:  # of this session alone: an earlier test's may come late
        return [request for request in model.requests if is_summary(request) and session in str(request)]

    wait_until(summaries)
    assert "Notes of" not in str(shown(model))
    assert len(summaries()) <= 3, "what failed is not asked again with every message"
    model.asked["You keep notes"] = answers(NOTES)
    with closing(sqlite3.connect(summarising.root / "instance" / "memory.db")) as file, file:
        file.execute("UPDATE sessions SET summarising_until = 0")  # two minutes later
    for number in range(8):
        assert summarising.chat(f"Again {number} " + "why " * 20, session_id=session).status_code == 200
    wait_until(lambda: summarising.http.get(f"/sessions/{session}/export").json()["summary"] == NOTES)


def test_a_summary_takes_a_place_among_the_chats(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    settings = {"MEMORY": "on", "MEMORY_TOKENS": "400", "MEMORY_SUMMARY": "on", "MAX_IN_FLIGHT": "1"}
    service, session = start_service("gunicorn", **settings), str(uuid4())
    release = threading.Event()
    model.asked["You keep notes"] = waits_for(release, answers(NOTES))

    def chat() -> bool:
        answer = service.chat("Question " + "why " * 20, session_id=session)
        if answer.status_code != 200:
            assert_problem(answer, 503, "overloaded")
        return answer.status_code == 200

    wait_until(lambda: not chat() and any(map(is_summary, model.requests)))
    assert not chat()
    release.set()
    wait_until(chat)
    assert service.http.get(f"/sessions/{session}/export").json()["summary"] == NOTES


def test_a_summary_is_made_after_the_answer_has_left(summarising: Service, model: ScriptedModel) -> None:
    session = str(uuid4())
    release = threading.Event()
    model.asked["You keep notes"] = waits_for(release, answers("word " * 400))
    for number in range(12):
        assert summarising.chat(f"Question {number} " + "why " * 20, session_id=session).status_code == 200
    wait_until(lambda: any(map(is_summary, model.requests)))
    release.set()
    wait_until(lambda: summarising.http.get(f"/sessions/{session}/export").json()["summary"])
    summary = summarising.http.get(f"/sessions/{session}/export").json()["summary"]
    assert len(summary.split()) <= 300
    assert estimate_tokens(summary) <= 100, "a quarter of MEMORY_TOKENS"
