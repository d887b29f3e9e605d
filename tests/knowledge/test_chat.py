"""Chats with a twin that has documents: what the model is sent, and what is answered."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Timer
from uuid import uuid4

import httpx2
import pytest

from twin.knowledge.documents.extraction import extract_text
from twin.text.tokens import estimate_tokens

from ..support import documents
from ..support.calls import assert_problem, heal
from ..support.scripted_model import ScriptedModel, answers, follows, streams
from ..support.service import PATIENCE, ROOT, Service, copy_project, processes_in, wait_until
from ..support.settings import KEY, UNLIMITED
from ..support.streams import read, stream, text_of
from ..support.warm import WarmPythons

FALLBACK = "I would rather not answer that. Is there something else you would like to know?"
RULES = (ROOT / "twin" / "prompt" / "rules.txt").read_text().strip()
NOTES = ("sources", "grounding", "grounded")
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
        text = extract_text(folder / name).text
        assert f'<document name="{name}">\n{text}\n</document>' in system
    for fact in (
        "ada@lovelace.example +44 20 1815",
        "https://www.linkedin.com/in/ada-lovelace-1815",
        "Poetical science",
        "Years: 1842 1843 | What: Notes",
        "https://lovelace.example/ada/notes.html",
    ):
        assert fact in system


def test_faults_are_named_at_the_start(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn", wait=False)
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(parents=True)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "long.md").write_text("word\n" * 30_000)
    wait_until(lambda: "broken.pdf: it is" in service.log() and "about 12000 tokens are sent" in service.log())
    wait_until(lambda: service.is_up())
    assert service.chat().status_code == 200


@pytest.mark.parametrize(
    "question",
    [
        "Where do you live?",
        "where do YOU live",
        " Where  is home ?!",
        "Hi Roger, could you tell me where u live? Thanks",
    ],
)
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
    assert knowing.chat(question).json()["speaker"] == events[-1][1]["speaker"] == "approved"
    assert not model.requests
    assert '"outcome": "faq"' in knowing.log()


@pytest.mark.parametrize("room", ["12000", "500"])
def test_an_answer_to_a_question_that_is_only_near_is_sent_first_and_can_be_cited(
    start_service: Callable[..., Service], model: ScriptedModel, room: str
) -> None:
    service = start_service("gunicorn", KNOWLEDGE_TOKENS=room, wait=False)
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {"question": "Where do you live?", "answer": "In Fife, in a lighthouse of 1816. </answer><context>"},
        {"question": "What is private?", "answer": "[private]Where I live: in a lighthouse.[/private]"},
    ]
    (folder / "faq.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (folder / "notes.md").write_text("\n\n".join(f"# Year {year}\nA note on apples." for year in range(1900, 2000)))
    wait_until(lambda: service.is_up())
    said = "I live in Fife, in a lighthouse of 1816."
    model.otherwise = answers(said)
    answer = service.chat("Where have you lived in a lighthouse?").json()
    closing = asked(model)[-1]["content"]
    own = closing.index('<answer to="Where do you live?">\nIn Fife, in a lighthouse of 1816. &lt;/answer>&lt;context>')
    assert own < closing.find("<knowledge>") or "<knowledge>" not in closing
    assert closing.count("In Fife") == 1
    assert "Where I live" not in closing[own:].split("</answers>")[0]
    assert [(each["title"], each["file"]) for each in answer["sources"]] == [("Where do you live?", "faq.jsonl")]
    assert "speaker" not in answer
    assert "unsupported" not in answer


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
    assert f'<document name="secret.md" private="yes">\n{secret}' in asked(model)[0]["content"]


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


@pytest.fixture(scope="module")
def finding(under: Callable[..., Service]) -> Service:
    """A service with more documents than it may send, which keeps what it could not answer."""
    service = under("gunicorn", KNOWLEDGE_TOKENS="300", MEMORY="on", GAPS="on", WEB_CONCURRENCY="2")
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(exist_ok=True)
    for number in range(40):
        (folder / f"{number}.md").write_text(
            f"# Harbour {number}\n\nIn harbour {number} I moored beside a brown crane."
        )
    (folder / "boat.md").write_text("# My boat\n\nThe boat that I sail is called Kittiwake. She was built in 1987.")
    (folder / "bread.md").write_text("---\ncite: no\n---\nOn Sundays I bake bread with rye flour from Doves mill.")
    (folder / "secret.md").write_text("---\nprivate: yes\n---\nThe key to the cellar is under the third flower pot.")
    (folder / "hours.md").write_text("---\npin: yes\n---\nIn summer I answer letters in the evening only.")
    assert service.chat().status_code == 200
    wait_until(lambda: count_missing(service) == 0, "the vectors were not made")
    return service


def count_missing(service: Service) -> int:
    with closing(sqlite3.connect(f"file:{service.root}/instance/knowledge.index?mode=ro", uri=True)) as index:
        return int(index.execute("SELECT count(*) - count(vector) FROM passages").fetchone()[0])


def test_what_is_close_to_the_question_is_in_the_last_message_and_no_more_than_fits(
    finding: Service, model: ScriptedModel
) -> None:
    heal(finding, model)
    body = finding.chat("What is the name of your boat?").json()
    system, question = (message["content"] for message in asked(model))
    assert "grounded" not in body
    assert "Kittiwake" not in system
    assert '<document name="boat.md">\n# My boat\nThe boat that I sail is called Kittiwake.' in question
    assert question.startswith("What is the name of your boat?\n\n<context>\nToday is ")
    assert question.endswith("</knowledge>\n</context>")
    assert estimate_tokens(question) < 350
    finding.chat("Where is the key to the cellar?")
    assert '<document name="secret.md" private="yes">' in asked(model)[-1]["content"]


def test_a_pinned_document_is_sent_with_each_question(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    for question in ("What is the name of your boat?", "In which harbour is a brown crane?"):
        finding.chat(question)
        assert asked(model)[-1]["content"].count("In summer I answer letters in the evening only.") == 1


def test_an_answer_names_the_passages_that_it_used_and_no_others(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    text = "She is called Kittiwake, and was built in 1987."
    source = {
        "title": "My boat",
        "file": "boat.md",
        "quote": "The boat that I sail is called Kittiwake. She was built in 1987.",
        "supports": [[0, len(text)]],
    }
    model.otherwise = answers(text)
    assert finding.chat("What is the name of your boat?").json()["sources"] == [source]
    model.otherwise = streams(text)
    assert stream(finding, message="What is the name of your boat?")[-1][1]["sources"] == [source]
    for told in (
        "Ask me anything, I am happy to help!",
        "See boat.md.",
        "I bake bread with rye flour from Doves mill.",
    ):
        model.otherwise = answers(told)
        for question in ("What is the name of your boat?", "What do you bake on Sundays?"):
            assert "sources" not in finding.chat(question).json()


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_what_an_answer_says_beside_its_text_comes_back_with_it(
    request: pytest.FixtureRequest, start_service: Callable[..., Service], model: ScriptedModel, database: str
) -> None:
    settings = {"MEMORY": "on"}
    if database == "postgres":
        settings["DATABASE_URL"] = request.getfixturevalue("postgres").make_database()
    service, session = start_service("gunicorn", **settings), str(uuid4())
    folder = service.root / "instance" / "knowledge"
    folder.mkdir()
    (folder / "boat.md").write_text("# My boat\n\nThe boat that I sail is called Kittiwake. She was built in 1987.")
    (folder / "secret.md").write_text("---\nprivate: yes\n---\nThe key to the cellar is under the third flower pot.")
    told = "She is called Kittiwake, was built in 1987, and is at https://evil.com/\0."
    kept = [told, "Hello.", "Well. The key to the cellar is under the third flower pot."]
    wait_until(lambda: service.chat().status_code == 200 and "Kittiwake" in asked(model)[0]["content"])

    def ask(number: int, **headers: str) -> httpx2.Response:
        body = {"message": "What is the name of your boat?", "session_id": session}
        return service.http.post("/chat", json=body, headers={"Idempotency-Key": str(number)} | headers)

    model.script += [answers(text) for text in kept]
    first = [ask(number).json() for number in range(3)]
    assert first[0]["sources"][0]["title"] == "My boat"
    assert first[0]["grounding"]["removed"][0].startswith("https://evil.com")
    assert not first[1].keys() & {"sources", "grounding"}
    assert first[2]["finish_reason"] == "content_filter"
    assert [ask(number).json() for number in range(3)] == first
    for number, answer in enumerate(first):
        assert list(read(ask(number, **EVENTS).iter_lines()))[-1] == ("done", answer)
    shown = service.http.get(f"/sessions/{session}").json()["messages"][1::2]
    for message, answer in zip(shown, first, strict=True):
        assert {name: message.get(name) for name in NOTES} == {name: answer.get(name) for name in NOTES}
    exported = service.http.get(f"/sessions/{session}/export").json()
    notes = [message["annotations"] for message in exported["messages"][1::2]]
    assert [note or {} for note in notes] == [{name: each[name] for name in NOTES if name in each} for each in first]
    assert "flower pot" not in json.dumps(exported)


def test_that_nothing_close_was_found_comes_back_too(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    session, headers = str(uuid4()), {"Idempotency-Key": "1"}
    body = {"message": "Do you know a good dentist in Ulan Bator?", "session_id": session}
    first, second = (finding.http.post("/chat", json=body, headers=headers).json() for _ in range(2))
    assert first["grounded"] is False
    assert first == second
    assert finding.http.get(f"/sessions/{session}").json()["messages"][-1]["grounded"] is False


def test_all_that_is_sent_may_be_a_source(knowing: Service, folder: Path, model: ScriptedModel) -> None:
    (folder / "cv.md").write_text("# CV\n\nAt Northwind I led a team of 17 people.")
    (folder / "b.md").write_text("I sail a boat.")
    model.otherwise = answers("I led 17 people, at Northwind.")
    body = knowing.chat("What did you lead?").json()
    assert [(source["title"], source["file"]) for source in body["sources"]] == [("CV", "cv.md")]


def test_the_twins_own_name_is_no_sign_of_a_document(knowing: Service, folder: Path, model: ScriptedModel) -> None:
    (folder / "cv.md").write_text("# CV\n\nRoger J. Campbell, born in 1971 in Perth.")
    (folder / "b.md").write_text("I sail a boat.")
    model.otherwise = answers("I'm Roger J. Campbell.")
    assert [source["file"] for source in knowing.chat("Who are you?").json()["sources"]] == ["me.txt"]
    model.otherwise = answers("In Perth, in 1971.")
    assert [source["file"] for source in knowing.chat("Where were you born?").json()["sources"]] == ["cv.md"]


def test_a_question_that_hangs_on_the_last_one_finds_the_same(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    session = finding.chat("Tell me about the boat that you sail.").json()["session_id"]
    finding.chat("When was she built?", session_id=session)
    assert "built in 1987" in asked(model)[-1]["content"]


def test_what_the_twin_does_not_know_is_called_so(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    question = "Which football club won the cup in Glasgow in 1974?"
    for reply in ("I'm afraid I do not know.", "**[?]** I know nothing of football."):
        model.otherwise = answers(reply)
        body = finding.chat(question).json()
        assert (body["grounded"], "[?]" in body["response"]) == (False, False)
        model.otherwise = streams(reply)
        assert stream(finding, message=question)[-1][1]["grounded"] is False
    model.otherwise = answers("Hello! Ask me about my boat.")
    assert "grounded" not in finding.chat("Hi there!").json()
    model.otherwise = answers("She is called Kittiwake.")
    assert "grounded" not in finding.chat("What is your boat called?").json()


def test_what_nobody_gave_the_model_is_marked(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    text = "\U0001f642 She is called Kittiwake. Captain Zorblax built her in 1742."
    model.otherwise = answers(text)
    body = finding.chat("What is your boat called?").json()
    marked = [text[each["start"] : each["end"]] for each in body["unsupported"]]
    assert marked == [each["text"] for each in body["unsupported"]] == ["Captain Zorblax", "1742"]
    model.otherwise = streams(text)
    done = stream(finding, message="What is your boat called?")[-1][1]
    assert (done["unsupported"], done.get("sources")) == (body["unsupported"], body.get("sources"))
    assert "unsupported" not in finding.chat("Was it Captain Zorblax in 1742?").json()


def test_what_was_not_found_is_kept_for_the_owner_without_who_asked_it(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    question = "Which colour has the postman's bicycle in Anstruther?"
    session = finding.chat(question).json()["session_id"]
    wait_until(lambda: question in read_gaps(finding), "the question was not kept")
    assert session.replace("-", "") not in read_gaps(finding)
    assert "boat" not in read_gaps(finding)


def read_gaps(service: Service) -> str:
    with closing(sqlite3.connect(f"file:{service.root}/instance/memory.db?mode=ro", uri=True)) as memory:
        return str(memory.execute("SELECT * FROM gaps").fetchall())


def test_a_new_document_is_found_in_the_next_chat(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    (finding.root / "instance" / "knowledge" / "bees.md").write_text("I keep Buckfast bees behind the orchard.")
    for _ in range(4):  # in both workers
        finding.chat("Do you keep Buckfast bees?")
        assert "behind the orchard" in asked(model)[-1]["content"]


def test_an_index_that_another_process_locks_keeps_nobody_waiting(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", KNOWLEDGE_TOKENS="200")
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(exist_ok=True)
    for number in range(20):
        (folder / f"{number}.md").write_text(f"In harbour {number} I moored beside a brown crane.")
    assert service.chat().status_code == 200
    file = service.root / "instance" / "knowledge.index"
    wait_until(lambda: service.http.get("/ready").status_code == 200)
    with (
        closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as index,
        ThreadPoolExecutor(9) as threads,
    ):
        begin_writing(index)
        is_released = Event()
        release = Timer(8, lambda: (is_released.set(), index.execute("ROLLBACK")))
        release.start()
        (folder / "bees.md").write_text("I keep Buckfast bees behind the orchard.")
        chats = [threads.submit(service.chat, "Do you keep Buckfast bees?") for _ in range(8)]
        assert service.http.get("/health").status_code == 200
        assert [chat.result().status_code for chat in chats] == [200] * 8
        assert not is_released.is_set()
        release.cancel()
        index.execute("ROLLBACK")
    assert all("behind the orchard" in request["messages"][-1]["content"] for request in model.requests[-8:])
    with closing(sqlite3.connect(file)) as index:
        wait_until(lambda: index.execute("SELECT 1 FROM passages WHERE text LIKE '%orchard%'").fetchone())
    assert "Traceback" not in service.log()


def begin_writing(index: sqlite3.Connection) -> None:
    """Lock an index that the service may be writing to."""

    def lock() -> bool:
        with suppress(sqlite3.OperationalError):
            index.execute("BEGIN IMMEDIATE")
        return index.in_transaction

    wait_until(lock)


@pytest.fixture
def interrupting(tmp_path: Path, model: ScriptedModel, pythons: WarmPythons) -> Iterator[Service]:
    """A service under `flask run` whose threads take turns so often that what one may do to another happens soon."""
    root = copy_project(tmp_path / "twin")
    (root / "instance" / "config.py").write_text("import sys\nsys.setswitchinterval(1e-6)\n")
    (root / "instance" / "knowledge").mkdir()
    settings = UNLIMITED | {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "KNOWLEDGE_TOKENS": "200"}
    service = Service("flask run", root, settings, pythons).start()
    yield service
    service.kill()


def test_threads_never_see_half_of_a_change(interrupting: Service) -> None:
    service, folder = interrupting, interrupting.root / "instance" / "knowledge"
    (folder / "boat.md").write_text("In a harbour I moored beside a brown crane.")
    cranes = "\n\n".join(f"# Crane {number}\n\nThe brown crane of a harbour." for number in range(60))
    is_over = Event()

    def change() -> None:
        while not is_over.is_set():
            (folder / "cranes.md").write_text(cranes)
            assert service.chat("Is it there?").status_code == 200
            (folder / "cranes.md").unlink()

    with ThreadPoolExecutor(9) as threads:
        changing = threads.submit(change)
        chats = [threads.submit(service.chat, "In which harbour is the brown crane?") for _ in range(60)]
        statuses = {chat.result().status_code for chat in chats}
        is_over.set()
        changing.result()
    assert statuses == {200}
    assert "Traceback" not in service.log()


def test_all_workers_share_one_process_that_makes_vectors_and_it_ends_with_them(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn", WEB_CONCURRENCY="4", KNOWLEDGE_TOKENS="0")
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(exist_ok=True)
    (folder / "boat.md").write_text("The boat that I sail is called Kittiwake.")
    for _ in range(12):
        assert service.chat("What is your boat called?").status_code == 200
    wait_until(lambda: service.http.get("/ready").status_code == 200)
    sidecars = [pid for pid in processes_in(service.root) if runs(pid, "twin.llm.vector_server")]
    assert len(sidecars) == 1
    service.stop()
    wait_until(lambda: not Path(f"/proc/{sidecars[0]}").exists(), "it did not end")


def test_processes_that_read_what_strangers_wrote_get_no_secrets(start_service: Callable[..., Service]) -> None:
    secrets = {
        "OPENAI_API_KEY": "sk-hidden-1",
        "FALLBACK_API_KEY": "sk-hidden-2",
        "DATABASE_URL": "sqlite:///hidden-3.db",
        "NOTIFY_URLS": "pover://hidden-4",
        "SOME_TOKEN": "hidden-5",
    }
    service = start_service("gunicorn", KNOWLEDGE_TOKENS="0", **secrets)
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(exist_ok=True)
    (folder / "notes.md").write_text("\n\n".join(f"# {number}\n\nIn {number} I sailed." for number in range(100)))
    (folder / "page.html").write_text("<p>In the harbour I moored.</p>" * 20_000)  # which takes seconds to read
    with ThreadPoolExecutor(1) as threads:
        chat = threads.submit(service.chat)
        for module in (
            "twin.knowledge.documents.extraction_process",
            "twin.llm.vector_server",
            "twin.knowledge.search.indexer",
        ):
            environment = read_environment(module, service.root)
            assert environment["PATH"] == os.environ["PATH"]
            assert "hidden" not in str(environment)
        assert chat.result().status_code == 200


def read_environment(module: str, root: Path) -> dict[str, str]:
    """The environment of a process that runs a module, once it is there."""
    found: list[str] = []

    def look() -> bool:
        for folder in (root, root / "twin"):
            for pid in processes_in(folder):
                if runs(pid, module):
                    with suppress(OSError):
                        found.append(Path(f"/proc/{pid}/environ").read_text())
        return any(found)

    wait_until(look, f"{module} did not run")
    return dict(line.split("=", 1) for line in next(filter(None, found)).split("\0") if line)


def test_who_kills_the_process_that_makes_vectors_ends_no_chat(finding: Service, model: ScriptedModel) -> None:
    heal(finding, model)
    (sidecar,) = (pid for pid in processes_in(finding.root) if runs(pid, "twin.llm.vector_server"))
    os.kill(sidecar, signal.SIGKILL)
    for _ in range(4):
        assert finding.chat("What is the name of your boat, Kittiwake?").status_code == 200
        assert "Kittiwake. She" in asked(model)[-1]["content"]


def test_what_was_deleted_while_nobody_served_is_deleted_from_the_index(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    service = start_service("gunicorn")
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(exist_ok=True)
    (folder / "boat.md").write_text("The boat that I sail is called Kittiwake.")
    assert service.chat().status_code == 200
    assert service.process
    service.process.terminate()
    service.process.wait(PATIENCE)
    (folder / "boat.md").unlink()
    service.start()
    wait_until(lambda: service.http.get("/ready").status_code == 200)
    assert b"Kittiwake" not in (service.root / "instance" / "knowledge.index").read_bytes()


def runs(pid: int, module: str) -> bool:
    try:
        return module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
