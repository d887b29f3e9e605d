"""Chats with a twin that has documents: what the model is sent, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from twin.knowledge.readers import read_text

from ..chat.test_routes import assert_problem
from ..chat.test_stream import stream, text_of
from ..scripted_model import ScriptedModel, answers, follows, streams
from ..service import ROOT, Service, wait_until
from . import documents

FALLBACK = "I would rather not answer that. Is there something else you would like to know?"
RULES = (ROOT / "twin" / "rules.txt").read_text().strip()
EVENTS = {"Accept": "text/event-stream"}


def asked(model: ScriptedModel) -> list[dict[str, str]]:
    messages: list[dict[str, str]] = model.requests[-1]["messages"]
    return messages


def test_without_documents_the_model_gets_persona_and_message_and_its_answer_is_not_touched(
    knowing: Service, model: ScriptedModel
) -> None:
    answer = "Write to\u200b me@invented.com, https://invented.com\u202e!"
    model.otherwise = answers(answer)
    assert knowing.chat("Hi\u200b there").json()["response"] == answer
    assert stream(knowing)[-1][1]["response"] == answer
    assert model.requests[0]["messages"] == [
        {"role": "system", "content": (knowing.root / "me.txt").read_text().strip()},
        {"role": "user", "content": "Hi\u200b there"},
    ]


def test_documents_come_after_the_persona_and_before_the_rules(
    knowing: Service, folder: Path, model: ScriptedModel
) -> None:
    (folder / "b.md").write_text("Born in Fife.")
    (folder / "a.json").write_text(json.dumps({"city": "K\u00f6ln"}))
    persona = (knowing.root / "me.txt").read_text().strip()
    knowing.chat("Hi")
    system, question = (message["content"] for message in asked(model))
    assert system.startswith(persona + "\n\n")
    assert system.endswith(RULES)
    assert system.index("Köln") < system.index("Born in Fife.")
    assert question.startswith("Hi\n\n<context>\nToday is ")
    assert f"{datetime.now(UTC):%d %B %Y}".lstrip("0") in question
    knowing.chat("Hi")
    assert asked(model)[0]["content"] == system  # so that a provider's cache holds it


def test_a_change_is_in_the_next_chat(knowing: Service, folder: Path, model: ScriptedModel) -> None:
    for word in ("one", "two"):
        (folder / "a.md").write_text(f"The word is {word}.")
        knowing.chat()
        assert f"The word is {word}." in asked(model)[0]["content"]
    (folder / "a.md").unlink()
    knowing.chat()
    assert asked(model)[0]["content"] == (knowing.root / "me.txt").read_text().strip()


def test_the_facts_of_every_kind_of_document_reach_the_model(
    knowing: Service, folder: Path, model: ScriptedModel
) -> None:
    (folder / "cv.docx").write_bytes(documents.word_cv())
    (folder / "cv.pdf").write_bytes(documents.cv())
    (folder / "linkedin.pdf").write_bytes(documents.linkedin_profile())
    (folder / "page.html").write_text(documents.saved_page())
    knowing.chat()
    system = asked(model)[0]["content"]
    for name in ("cv.docx", "cv.pdf", "linkedin.pdf", "page.html"):
        text = read_text(folder / name)
        assert f'<document name="{name}">\n{text}\n</document>' in system
    for fact in (
        "ada@lovelace.example +44 20 1815",
        "https://www.linkedin.com/in/ada-lovelace-1815",
        "Poetical science",
        "1842 1843 | Notes",
        "https://lovelace.example/ada/notes.html",
    ):
        assert fact in system


def test_faults_are_named_at_the_start(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn", wait=False)
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(parents=True)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "long.md").write_text("word\n" * 30_000)
    wait_until(lambda: "broken.pdf: it is" in service.log() and "long.md" in service.log())
    wait_until(lambda: service.is_up())
    assert service.chat().status_code == 200
    assert "tokens are left out, since KNOWLEDGE_TOKENS" in service.log()


@pytest.mark.parametrize("question", ["Where do you live?", "where do YOU live", " Where  is home ?!"])
def test_the_owners_answers_need_no_model(knowing: Service, folder: Path, model: ScriptedModel, question: str) -> None:
    entry = {
        "question": "Where do you live?",
        "answer": "In **Fife**: https://fife.example",
        "aliases": ["Where is home?"],
    }
    (folder / "faq.jsonl").write_text(json.dumps(entry))
    assert knowing.chat(question).json()["response"] == entry["answer"]
    events = stream(knowing, question)
    assert [name for name, _ in events] == ["session", "delta", "done"]
    assert text_of(events) == events[-1][1]["response"] == entry["answer"]
    assert not model.requests
    assert '"outcome": "faq"' in knowing.log()


def test_the_owners_answers_are_given_when_the_budget_is_spent(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", DAILY_TOKENS="1", MEMORY="on")
    (service.root / "instance" / "knowledge").mkdir(exist_ok=True)
    (service.root / "instance" / "knowledge" / "faq.jsonl").write_text('{"question": "Who?", "answer": "Roger."}')
    assert_problem(service.chat("Why?"), 429, "budget_exhausted")
    answer = service.chat("who").json()
    assert answer["response"] == "Roger."
    kept = service.http.get(f"/sessions/{answer['session_id']}").json()["messages"]
    assert [message["content"] for message in kept] == ["who", "Roger."]
    assert not model.requests


WRONG = "Write to rogr@example.com or to evil@evil.net, see [this](https://evil.com/x) and https://example.com/cv."
RIGHT = "Write to roger@example.com or to , see this and https://example.com/cv."
REPORT = {"repaired": ["rogr@example.com"], "removed": ["evil@evil.net", "https://evil.com/x"]}


def test_wrong_contacts_never_reach_the_visitor(knowing: Service, folder: Path, model: ScriptedModel) -> None:
    (folder / "cv.md").write_text("roger@example.com https://example.com/cv")
    for size in (1, 2, 3, 7, len(WRONG)):
        pieces = [WRONG[at : at + size] for at in range(0, len(WRONG), size)]
        model.otherwise = follows(answers(WRONG), streams(*pieces))
        events = stream(knowing)
        assert text_of(events) == events[-1][1]["response"] == RIGHT
        assert events[-1][1]["grounding"] == REPORT
        assert "evil" not in "".join(json.dumps(data) for _, data in events[:-1])
    plain = knowing.chat().json()
    assert (plain["response"], plain["grounding"]) == (RIGHT, REPORT)
    assert '"removed": 2' in knowing.log()


def test_what_the_visitor_wrote_may_be_said_again(knowing: Service, folder: Path, model: ScriptedModel) -> None:
    (folder / "cv.md").write_text("I am Roger.")
    model.otherwise = answers("So your site is https://visitor.org, and mine is https://mine.org.")
    answer = knowing.chat("Look at visitor.org/!").json()
    assert answer["response"] == "So your site is https://visitor.org, and mine is ."
    assert answer["grounding"] == {"repaired": [], "removed": ["https://mine.org"]}


def test_an_answer_of_which_nothing_is_left_is_the_fallback(
    knowing: Service, folder: Path, model: ScriptedModel
) -> None:
    (folder / "cv.md").write_text("I am Roger.")
    model.otherwise = answers("https://evil.com")
    assert knowing.chat().json()["response"] == FALLBACK
    assert stream(knowing)[-1][1]["response"] == FALLBACK


def test_private_text_informs_the_model_and_is_not_said(knowing: Service, folder: Path, model: ScriptedModel) -> None:
    secret = "The spare key lies under the third blue flower pot."
    (folder / "secret.md").write_text(f"---\nprivate: yes\n---\n{secret}")
    model.otherwise = answers(f"Well. {secret} Take it!")
    for answer in (knowing.chat().json(), stream(knowing)[-1][1]):
        assert answer["response"] == f"Well. \n\n{FALLBACK}"
        assert answer["finish_reason"] == "content_filter"
    assert f'<document name="secret.md" private="yes">\n---\nprivate: yes\n---\n{secret}' in asked(model)[0]["content"]


def test_private_marks_in_the_persona_need_no_documents(knowing: Service, model: ScriptedModel) -> None:
    me = knowing.root / "me.txt"
    shipped = me.read_text()
    secret = "the spare key lies under the third blue flower pot"
    model.otherwise = answers(f"It is https://any.org: {secret}.")
    try:
        me.write_text(f"I am Roger. [private]{secret}[/private]")
        text = knowing.chat().json()["response"]
    finally:
        me.write_text(shipped)
    assert asked(model)[0]["content"] == f"I am Roger. [private]{secret}[/private]"
    assert text == f"It is https://any.org: \n\n{FALLBACK}"


def test_invisible_characters_are_stripped_from_question_and_answer(
    knowing: Service, folder: Path, model: ScriptedModel
) -> None:
    (folder / "cv.md").write_text("I am Roger.")
    model.otherwise = answers("I\u200b am\u202e Roger 👩🏽‍⚕️ می‌خواهم")
    assert knowing.chat("Who\U000e0041 are 👩🏽‍⚕️?").json()["response"] == "I am Roger 👩🏽‍⚕️ می‌خواهم"
    assert asked(model)[1]["content"].startswith("Who are 👩🏽‍⚕️?\n\n<context>")
    assert_problem(knowing.chat("\u200b\U000e0041"), 422, "invalid_request")
    assert_problem(
        knowing.http.post("/chat", json={"message": "\u200b\U000e0041"}, headers=EVENTS), 422, "invalid_request"
    )


@pytest.mark.parametrize(
    ("grounding", "shown"),
    [("off", WRONG), ("Contacts", RIGHT.replace("see this", "see [this](https://evil.com/x)")), ("strict", RIGHT)],
)
def test_grounding_may_be_set(
    start_service: Callable[..., Service], model: ScriptedModel, grounding: str, shown: str
) -> None:
    service = start_service("gunicorn", GROUNDING=grounding, RULES="off")
    (service.root / "instance" / "knowledge").mkdir(exist_ok=True)
    (service.root / "instance" / "knowledge" / "cv.md").write_text("roger@example.com https://example.com/cv")
    model.otherwise = answers(WRONG)
    assert service.chat().json()["response"] == shown
    assert RULES not in asked(model)[0]["content"]
    assert asked(model)[1]["content"] == "Who are you?"


def test_rules_may_be_set_without_documents(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn", RULES="on")
    model.otherwise = answers("See https://anything.org")
    assert service.chat().json()["response"] == "See https://anything.org"
    assert asked(model)[0]["content"] == f"{(service.root / 'me.txt').read_text().strip()}\n\n{RULES}"
    assert "<context>\nToday is " in asked(model)[1]["content"]


def test_a_remembered_link_of_the_visitor_may_be_said_later(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", MEMORY="on", GROUNDING="strict")
    session = service.chat("My site is https://visitor.org").json()["session_id"]
    model.otherwise = answers("It was https://visitor.org, not https://evil.org.")
    assert (
        service.chat("What is my site?", session_id=session).json()["response"] == "It was https://visitor.org, not ."
    )
    kept = service.http.get(f"/sessions/{session}").json()["messages"]
    assert kept[-1]["content"] == "It was https://visitor.org, not ."
