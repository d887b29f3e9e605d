"""Where the system has no room for another thread, a visitor is told to come back, and nothing stays taken."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from werkzeug.test import TestResponse

from twin import create_app
from twin.errors import ModelBusy, Overloaded
from twin.llm.answers import Answer
from twin.llm.embedded import EmbeddedModel
from twin.llm.model import Model
from twin.settings import Settings

from ..support.breakers import SOON, opened
from ..support.holds import MESSAGES, CountedHold
from ..support.scripted_model import USAGE, ScriptedModel
from ..support.service import wait_until
from ..support.settings import KEY, UNLIMITED

TOO_MUCH = 2**47  # bytes for a thread's stack, more than there are addresses
Make = Callable[..., Flask]


@contextmanager
def no_threads() -> Iterator[None]:
    """Let no thread be started, since the system has no memory for it."""
    threading.stack_size(TOO_MUCH)
    try:
        yield
    finally:
        threading.stack_size(0)


@pytest.fixture
def make(model: ScriptedModel, tmp_path: Path) -> Make:
    """Make the app with settings, with one place for a chat, and its database in a file of its own."""

    def make_app(**settings: str) -> Flask:
        where = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "DATABASE_URL": f"sqlite:///{tmp_path}/twin.db"}
        return create_app(UNLIMITED | where | {"MAX_IN_FLIGHT": "1"} | settings)

    return make_app


def ask(client: FlaskClient, *, streamed: bool, **fields: str) -> TestResponse:
    accept = "text/event-stream" if streamed else "application/json"
    return client.post("/chat", json={"message": "Hi", **fields}, headers={"Accept": accept}, buffered=True)


def assert_overloaded(answer: TestResponse) -> None:
    assert (answer.status_code, answer.json["code"]) == (503, "overloaded")
    assert int(answer.headers["Retry-After"]) >= 1
    answer.close()


@pytest.mark.parametrize("streamed", [False, True])
def test_a_chat_is_told_to_come_back_and_leaves_nothing_taken(
    make: Make, model: ScriptedModel, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, streamed: bool
) -> None:
    client = make(MEMORY="on").test_client()
    fields = {"session_id": "5f7b1d5e-8f0e-4a55-9d56-0c3f2b1a6d01"}
    with no_threads():
        assert_overloaded(ask(client, streamed=streamed, **fields))
    assert "ulimit -u" in caplog.text
    for _ in range(2):  # in the same session, which is not busy, and in the one place that there is
        with ask(client, streamed=streamed, **fields) as answer:
            assert answer.status_code == 200
            assert b"Hello from the model." in answer.data
    if streamed:
        with no_threads():
            for _ in range(2):
                assert_overloaded(ask(client, streamed=True, **fields))
    assert len(model.requests) == 2
    with create_engine(f"sqlite:///{tmp_path}/twin.db").connect() as database:
        [spent] = database.exec_driver_sql("SELECT calls, tokens FROM budget_days").all()
    assert spent == (2, 2 * (USAGE["prompt_tokens"] + USAGE["completion_tokens"]))


def test_what_is_done_after_an_answer_is_left_undone(make: Make, model: ScriptedModel) -> None:
    client = make(MEMORY="on", MEMORY_SUMMARY="on").test_client()
    ask(client, streamed=False).close()
    with no_threads(), ask(client, streamed=False) as answer:
        assert answer.status_code == 200
    ask(client, streamed=False).close()
    assert len(model.requests) == 3


def test_a_probe_comes_back(model: ScriptedModel) -> None:
    settings = Settings(openai_api_key=KEY, openai_base_url=model.url)
    twin, holds = Model(settings, EmbeddedModel(Path("unused"))), type("Hold", (CountedHold,), {})
    [provider] = twin._providers
    provider.breaker = opened(SOON)

    def is_refused_a_thread() -> bool:
        try:
            with no_threads():
                twin.stream(MESSAGES, holds)
        except ModelBusy:  # it is too early for a probe
            return False
        except Overloaded:
            return True
        raise AssertionError

    wait_until(is_refused_a_thread)
    assert holds.made == holds.released == 1
    assert isinstance(list(twin.stream(MESSAGES, holds))[-1], Answer)
    assert not provider.breaker.is_open
    twin.close()
