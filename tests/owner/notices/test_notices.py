"""Notices: one of a kind a minute, by channels that are told as what they are, and at no cost to a chat."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from twin.budget import Budget
from twin.owner.notices import Notices, deliver
from twin.owner.notices.digest import find_due
from twin.settings import load_settings
from twin.stores import Databases

from ...support.scripted_model import ScriptedModel, Step, drips, fails, sends, writes
from ...support.service import Service, wait_until

OK = sends("{}")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
CHANNELS: dict[str, tuple[Step | None, str | None]] = {  # what each does, and what is told of it
    "takes": (OK, None),
    "refuses": (fails(403), "it refuses the notice (403)"),
    "breaks": (fails(500), "it refuses the notice (500)"),
    "redirects": (sends("", 302, location="http://127.0.0.1:9/elsewhere"), "it redirects (302), which is not followed"),
    "hangs": (writes(b"", then="stall"), "it did not answer within 3 s"),
    "drips": (drips(HEAD, 0.2), "it did not answer within 3 s"),
    "resets": (writes(b"", then="reset"), "it cannot be reached"),
    "is away": (None, "it cannot be reached"),
}


def channel(model: ScriptedModel, name: str = "") -> str:
    return model.url.replace("http", "json", 1) + f"?retry=0&redirect=no&:channel={name}"


def told(model: ScriptedModel) -> int:
    """How many events all notices have told of."""
    titles = [str(request["title"]) for request in model.requests]
    return sum(int(next(filter(str.isdigit, title.split()), "1")) for title in titles)


@pytest.fixture
def open_notices(database_url: str, model: ScriptedModel) -> Iterator[Callable[..., Notices]]:
    """Open the notices of a process, with the scripted model as the channel."""
    model.otherwise = OK
    opened = []

    def open_one(**settings: str) -> Notices:
        given = {"DATABASE_URL": database_url, "OPENAI_API_KEY": "k", "NOTIFY_URLS": channel(model)}
        found = load_settings(given | settings)
        databases = Databases.of(found)
        opened.append(Notices(found, databases, Budget(found, databases)))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def bodies(model: ScriptedModel) -> list[str]:
    return [request.get("title", "") + "\n" + request.get("message", "") for request in model.requests]


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_is_told_as_what_it_is(model: ScriptedModel, name: str) -> None:
    step, fault = CHANNELS[name]
    url = channel(model)
    if step is None:
        url = "json://127.0.0.1:9/x"
    else:
        model.otherwise = step
    [told] = deliver(url, "title", "body", seconds=3)
    assert told.fault == fault
    assert told.channel.name == "JSON"


def test_each_channel_of_several_has_its_own_outcome(model: ScriptedModel) -> None:
    model.asked = {"never": OK}
    told = deliver(f"{channel(model)} json://127.0.0.1:9/x, nonsense://secret@x", "title", "body", seconds=5)
    assert [each.fault is None for each in told] == [True, False, False]
    assert told[2].fault == "apprise knows no such URL"
    assert "secret" not in str(told)


def test_of_many_processes_one_sends_a_kind_once_a_minute(
    model: ScriptedModel, open_notices: Callable[..., Notices], execute: Callable[[str], Any]
) -> None:
    processes = [open_notices(NOTIFY_ON="asked,unknown") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:

        def work(process: Notices) -> None:
            for _ in range(5):
                process.tell("unknown")
                process.look()

        list(pool.map(work, processes))
    wait_until(lambda: model.requests, "no notice came")
    wait_until(lambda: told(model) + execute("SELECT pending FROM notices")[0][0] == 20, "an event was lost")
    assert len(model.requests) == 1
    execute("UPDATE notices SET sent_at = sent_at - 61")
    processes[1].look()
    wait_until(lambda: told(model) == 20, "the others were not told")
    assert len(model.requests) == 2


@pytest.mark.parametrize("with_words", ["on", "off"])
def test_visitors_words_leave_only_where_the_owner_wants_it(
    model: ScriptedModel, open_notices: Callable[..., Notices], with_words: str
) -> None:
    notices = open_notices(NOTIFY_WORDS=with_words)
    assert notices.tell_and_wait("Do you sing at\nweddings?", seconds=60)
    [body] = bodies(model)
    assert ("“Do you sing at weddings?”" in body) == (with_words == "on")
    assert not notices.tell_and_wait("And at funerals?", seconds=60)  # within the minute: it is in the inbox alone


def test_a_dead_channel_is_logged_once_and_kept_for_the_desk(
    model: ScriptedModel, open_notices: Callable[..., Notices], caplog: pytest.LogCaptureFixture
) -> None:
    model.otherwise = fails(403)
    notices = open_notices(NOTIFY_URLS=channel(model, "sk-secret"))
    with caplog.at_level(logging.ERROR, "twin"):
        assert [notices.send("title", "body") for _ in range(3)] == [False] * 3
    assert [line.getMessage() for line in caplog.records] == [
        "NOTIFY_URLS: JSON: it refuses the notice (403). It is tried again with the next notice."
    ]
    [state] = notices.fetch_channels()
    assert state.is_dead
    model.otherwise = OK
    assert notices.send("title", "body")
    assert not notices.fetch_channels()[0].is_dead


def test_one_process_sends_the_digest_when_its_hour_has_come(
    model: ScriptedModel, open_notices: Callable[..., Notices], execute: Callable[[str], Any]
) -> None:
    processes = [open_notices(NOTIFY_ON="digest") for _ in range(3)]
    processes[0].look()  # the first day begins
    assert not model.requests
    execute("UPDATE notices SET sent_at = sent_at - 90000")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(Notices.look, processes))
    [body] = bodies(model)
    assert "Conversations: 0\nNot known: 0\n" in body
    assert "Tokens: 0" in body


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the process in a zone whose days may have 23 or 25 hours."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-10T07:59", "2026-03-09T08:00"),
        ("2026-03-10T08:00", "2026-03-10T08:00"),
        ("2026-03-29T07:59", "2026-03-28T08:00"),  # a day of 23 hours
        ("2026-10-25T04:00", "2026-10-24T08:00"),  # a day of 25 hours
    ],
)
def test_the_digest_is_due_at_its_hour(in_berlin: None, now: str, due: str) -> None:
    found = find_due(8, datetime.fromisoformat(now).astimezone())
    assert found == datetime.fromisoformat(due).astimezone().timestamp()


def test_a_channel_that_hangs_costs_a_chat_nothing(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    silent = ScriptedModel()
    silent.otherwise = writes(b"", then="stall")
    service = start_service("gunicorn", MEMORY="on", NOTIFY_URLS=channel(silent), NOTIFY_ON="conversation")
    for _ in range(5):
        answer: dict[str, Any] = service.http.post("/chat", json={"message": "Hi", "session_id": str(uuid4())}).json()
        assert answer["response"] == "Hello from the model."
    wait_until(lambda: silent.requests, "no notice was tried")
    assert service.http.get("/health").status_code == 200
    silent.close()


def test_a_conversation_is_told_without_its_id_or_words(
    start_service: Callable[..., Service], model: ScriptedModel
) -> None:
    told = ScriptedModel()
    told.otherwise = OK
    service = start_service("gunicorn", MEMORY="on", NOTIFY_URLS=channel(told), NOTIFY_ON="conversation,model")
    session = str(uuid4())
    service.http.post("/chat", json={"message": "Marker words", "session_id": session})
    wait_until(lambda: told.requests, "no notice came")
    text = json.dumps([told.requests, told.paths])
    assert "A conversation began." in text
    assert "Marker" not in text
    assert session not in text
    told.close()
