"""The owner joins a visitor's conversation, from another process than the one that serves the visitor."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from ..support.calls import heal
from ..support.owners import PASSWORD, Listener, Owner, new_session
from ..support.scripted_model import ScriptedModel, answers, fails, waits_for
from ..support.service import Service, wait_until
from ..support.stores import PostgresServer

SETTINGS = {"MEMORY": "on", "GAPS": "on", "DESK_PASSWORD": PASSWORD, "OWNER_NAME": "Roger", "CHAT_DEADLINE": "30"}
WILL_ANSWER = "Roger is here in person, reads this, and will answer you."


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def _pair(request: pytest.FixtureRequest, under: Callable[..., Service]) -> Iterator[tuple[Service, Service]]:
    """The visitor's and the owner's service: two workers of one on SQLite, two services on PostgreSQL."""
    if request.param == "sqlite":
        service = under("gunicorn", **SETTINGS, WEB_CONCURRENCY="2")
        yield service, service
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.make_database()
        yield under("gunicorn", **SETTINGS, DATABASE_URL=url), under("gunicorn", **SETTINGS, DATABASE_URL=url, X="2")


@pytest.fixture
def visited(_pair: tuple[Service, Service], model: ScriptedModel) -> Service:
    return heal(_pair[0], model)


@pytest.fixture
def owner(_pair: tuple[Service, Service], visited: Service) -> Iterator[Owner]:
    owner = Owner(_pair[1])
    yield owner
    owner.http.close()


def ask(service: Service, session: str, question: str, **fields: object) -> int:
    body = {"question": question, **fields}
    answer = service.http.post(f"/sessions/{session}/questions", json=body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


def test_while_the_owner_holds_a_conversation_the_model_is_silent(
    visited: Service, owner: Owner, model: ScriptedModel
) -> None:
    session = new_session(visited.chat, f"Hold {uuid4()}")
    [first, _] = visited.http.get(f"/sessions/{session}").json()["messages"]
    number = owner.find(first["content"])
    assert owner.do(f"/desk/conversations/{number}/join").status_code == 303
    model.requests.clear()
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda at: visited.chat(f"Message {at}", session_id=session), range(20)))
    assert [reply.json() for reply in replies] == [
        {"response": WILL_ANSWER, "session_id": session, "speaker": "owner"}
    ] * 20
    assert model.requests == []
    said = visited.http.get(f"/sessions/{session}").json()
    assert said["held_until"]
    kept = said["messages"][2:]
    assert sorted(each["content"] for each in kept[::2]) == sorted(f"Message {at}" for at in range(20))
    assert [each["timestamp"] for each in kept] == sorted(each["timestamp"] for each in kept)
    listener = Listener(visited, session)
    wait_until(lambda: listener.of("awaited"))
    assert owner.do(f"/desk/conversations/{number}/reply", text="I sing **badly**.").status_code == 303
    wait_until(lambda: listener.of("message"), "the owner's words did not come")
    [heard] = listener.of("message")
    assert (heard["content"], heard["speaker"], heard["index"]) == ("I sing **badly**.", "owner", 42)
    owner.do(f"/desk/conversations/{number}/hand-back")
    wait_until(lambda: not listener.thread.is_alive(), "the stream did not end")
    assert listener.of("awaited")[-1] == {"open_questions": 0}
    assert visited.chat("What did you say?", session_id=session).json()["response"] == "Hello from the model."
    sent = model.requests[-1]["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert sent[4]["content"] == "I sing **badly**."
    assert "the owner wrote these answers in person" in sent[1]["content"]
    assert "“I sing **badly**.”" in sent[1]["content"]
    assert "Message 0" in sent[3]["content"]
    assert WILL_ANSWER not in json.dumps(sent)
    assert session not in owner.show(number)


def test_an_answer_in_flight_is_finished_before_the_owner_speaks(
    visited: Service, owner: Owner, model: ScriptedModel
) -> None:
    question, go_on = f"Flight {uuid4()}", threading.Event()
    session = new_session(visited.chat, question)
    number = owner.find(question)
    model.script.append(waits_for(go_on, answers("Late words.")))
    with ThreadPoolExecutor(2) as pool:
        chat = pool.submit(visited.chat, "Wait", session_id=session)
        wait_until(lambda: len(model.requests) > 1)
        reply = pool.submit(owner.do, f"/desk/conversations/{number}/reply", text="It is me.")
        wait_until(lambda: "held_until" in visited.http.get(f"/sessions/{session}").json())
        go_on.set()
        assert chat.result().json()["response"] == "Late words."
        assert reply.result().status_code == 303
    said = [each["content"] for each in visited.http.get(f"/sessions/{session}").json()["messages"]]
    assert said[2:] == ["Wait", "Late words.", "It is me."]


def test_a_question_is_answered_once_and_for_all(visited: Service, owner: Owner, model: ScriptedModel) -> None:
    session, question = str(uuid4()), f"Do you sing at weddings in {uuid4().hex[:6]}?"
    asked = ask(visited, session, question, contact="ada@example.org", consent="Yes, use it.")
    assert ask(visited, session, question) == asked  # a retry
    page = visited.http.get(f"/sessions/{session}").json()
    assert page["messages"] == []
    assert [each["question"] for each in page["questions"]] == [question]
    listener = Listener(visited, session)
    wait_until(lambda: listener.of("awaited") == [{"open_questions": 1}])
    number = owner.find(question)
    html = owner.show(number)
    assert "ada@example.org" in html
    assert "Needs you" in html
    path = f"/desk/questions/{asked}"
    for _ in range(2):  # the second changes nothing
        assert owner.do(f"{path}/answer", text="Only on Sundays.", wording=question).status_code == 303
    wait_until(lambda: not listener.thread.is_alive(), "the stream did not end")
    assert [each["answer"] for each in listener.of("answer")] == ["Only on Sundays."]
    assert [each["content"] for each in listener.of("message")] == ["Only on Sundays."]
    said = visited.http.get(f"/sessions/{session}").json()["messages"]
    assert [(each["role"], each["content"], each.get("speaker")) for each in said] == [
        ("user", question, None),
        ("assistant", "Only on Sundays.", "owner"),
    ]
    wait_until(lambda: visited.chat(question).json().get("speaker") == "approved", "the twin did not learn it")
    assert 'href="mailto:ada@example.org?body=Only%20on%20Sundays."' in owner.show(number)
    assert owner.do(f"{path}/answer", text="Another.", wording="").status_code == 422
    assert owner.do(f"{path}/undo").status_code == 303
    wait_until(lambda: "speaker" not in visited.chat(question).json(), "the twin did not forget it")
    left = visited.http.get(f"/sessions/{session}/export").json()
    assert left["questions"][0]["contact"] == "ada@example.org"
    assert left["questions"][0]["consent"] == "Yes, use it."
    assert visited.http.delete(f"/sessions/{session}").status_code == 204
    assert visited.http.get(f"/sessions/{session}").status_code == 404


def test_a_question_for_the_owner_may_come_during_the_first_answer(visited: Service, model: ScriptedModel) -> None:
    session, go_on = str(uuid4()), threading.Event()
    model.script.append(waits_for(go_on, answers("Late words.")))
    with ThreadPoolExecutor(1) as pool:
        chat = pool.submit(visited.chat, "First", session_id=session)
        wait_until(lambda: model.requests)
        ask(visited, session, "Are you there?")
        go_on.set()
        assert chat.result().json()["response"] == "Late words."
    said = visited.http.get(f"/sessions/{session}").json()
    assert [each["content"] for each in said["messages"]] == ["First", "Late words."]
    assert [each["question"] for each in said["questions"]] == ["Are you there?"]


def test_an_answer_that_nobody_has_seen_is_taken_back_whole(visited: Service, owner: Owner) -> None:
    session, question = str(uuid4()), f"Unseen {uuid4()}?"
    asked = ask(visited, session, question)
    owner.do(f"/desk/questions/{asked}/answer", text="A mistake.", wording="")
    owner.do(f"/desk/questions/{asked}/undo")
    said = visited.http.get(f"/sessions/{session}").json()
    assert said["messages"] == []
    assert "answer" not in said["questions"][0]
    assert ">A mistake.</textarea>" in owner.show(owner.find(question))


def test_a_thumb_down_needs_the_owner(visited: Service, owner: Owner) -> None:
    session = new_session(visited.chat, f"Thumb {uuid4()}")
    url = f"/sessions/{session}/feedback"
    number = owner.find(visited.http.get(f"/sessions/{session}").json()["messages"][0]["content"])
    assert visited.http.post(url, json={"message": 1, "value": 1}).status_code == 204
    assert "Thumb up" in owner.show(number)
    assert "Needs you" not in owner.show(number)
    down = {"message": None, "value": -1, "note": "<script>alert(1)</script>"}
    assert visited.http.post(url, json=down).status_code == 204
    page = owner.show(number)
    assert "Thumb down" in page
    assert "Needs you" in page
    assert "<script>alert" not in page
    [given] = visited.http.get(f"/sessions/{session}/export").json()["feedback"]
    assert (given["value"], given["note"]) == (-1, "<script>alert(1)</script>")
    assert visited.http.post(url, json={"message": 1, "value": 0}).status_code == 204
    assert visited.http.get(f"/sessions/{session}/export").json()["feedback"] == []
    for wrong in ({"message": 0, "value": 1}, {"message": 9, "value": 1}, {"message": 1, "value": 5}):
        assert visited.http.post(url, json=wrong).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": " "}, 422),
        ({"question": "x" * 20_001}, 422),
        ({"question": "Hi?", "contact": "ada@example.org"}, 422),
        ({"question": "Hi?", "contact": "ada@example.org", "consent": False}, 422),
        ({"question": "Hi?", "contact": "a" * 1_001, "consent": "Yes"}, 422),
        ({"question": "Hi?", "contact": "ada@example.org", "consent": True}, 200),
        ({"question": "Hi?", "consent": "Yes"}, 200),
    ],
)
def test_a_question_is_refused_where_a_field_is_wrong(visited: Service, body: dict[str, object], status: int) -> None:
    assert visited.http.post(f"/sessions/{uuid4()}/questions", json=body).status_code == status


def test_an_id_that_is_no_sessions_leads_nowhere(visited: Service) -> None:
    for path in ("questions", "feedback"):
        body = {"question": "Hi?", "message": 0, "value": 1}
        assert visited.http.post(f"/sessions/abc/{path}", json=body).status_code == 404
    assert visited.http.get("/sessions/abc/events").status_code == 404
    listener = Listener(visited, str(uuid4()))
    wait_until(lambda: not listener.thread.is_alive())
    assert listener.events == [("awaited", {"open_questions": 0})]


def test_ten_questions_of_a_conversation_wait_at_most(visited: Service) -> None:
    session = str(uuid4())
    for at in range(10):
        ask(visited, session, f"Question {at}?")
    refused = visited.http.post(f"/sessions/{session}/questions", json={"question": "One more?"})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")


def test_a_group_of_gaps_is_answered_from_the_desk(visited: Service, owner: Owner, model: ScriptedModel) -> None:
    question = f"Do you keep a pet{uuid4().hex[:6]} at home?"
    model.otherwise = answers("[?] I don't know.")
    visited.chat(question)
    wait_until(lambda: question in owner.read("/desk/gaps"), "the question did not come")
    page = owner.read("/desk/gaps")
    gap = page[: page.index(question)].rpartition('id="gap')[2].partition('"')[0]
    assert owner.do(f"/desk/gaps/{gap}/answer", text="Yes, two.").status_code == 303
    assert question not in owner.read("/desk/gaps")
    wait_until(lambda: visited.chat(question).json()["response"] == "Yes, two.", "the twin did not learn it")
    assert owner.do("/desk/gaps/undo").status_code == 303
    assert question in owner.read("/desk/gaps")


def test_streams_that_wait_end_with_the_service(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    model.otherwise = fails(500)
    service = start_service("gunicorn", **SETTINGS)
    session = str(uuid4())
    ask(service, session, "Will you come?")
    listener = Listener(service, session)
    wait_until(lambda: listener.of("awaited"))
    assert service.process is not None
    service.process.terminate()
    wait_until(lambda: not listener.thread.is_alive(), "the stream did not end")
    service.process.wait()
