"""What Open WebUI 0.12 sends, by its source (routers/openai.py, routers/tasks.py, utils/middleware.py, main.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from ...support.doors import read_data
from ...support.scripted_model import ScriptedModel, answers
from ...support.service import Service, wait_until

HISTORY = "<chat_history>\nUSER: Do you have a dog?\nASSISTANT: I do not know that.\n</chat_history>"
TASKS = {  # each prompt begins with its task, and ends with a part of the conversation
    "title": "Name this conversation in two to four words, as JSON with the field title.",
    "tags": "Give one to three tags for the themes of this conversation, as JSON with the field tags.",
    "follow-ups": "Suggest three to five questions that the user may ask next, as JSON with the field follow_ups.",
    "queries": "Say what to search the web for before the next answer, as JSON with the field queries.",
}
FORWARDED = {"X-OpenWebUI-User-Name": "Ada", "X-OpenWebUI-User-Id": "1", "X-OpenWebUI-Chat-Id": "2"}


@pytest.fixture(scope="module")
def _gaps(under: Callable[..., Service]) -> Service:
    return under("gunicorn", MEMORY="on", GAPS="on", RULES="on", CLAIMS="mark", DOORS="open", OWNER_NAME="Roger")


@pytest.fixture
def service(_gaps: Service, model: ScriptedModel) -> Service:
    return _gaps


def post(service: Service, body: dict[str, Any]) -> Any:
    answer = service.http.post("/v1/chat/completions", json=body, headers=FORWARDED)
    assert answer.status_code == 200, answer.text
    return answer


def list_gaps(service: Service) -> list[str]:
    with closing(sqlite3.connect(service.root / "instance" / "memory.db")) as connection:
        return [str(row[0]) for row in connection.execute("SELECT question FROM gaps")]


def test_its_list_of_models_has_the_twin_which_it_offers_no_tools(service: Service) -> None:
    (model,) = service.http.get("/v1/models", headers=FORWARDED).json()["data"]
    assert (model["id"], model["name"]) == ("twin", "Roger")
    capabilities = model["info"]["meta"]["capabilities"]  # where it looks before it sends its own tools
    assert capabilities["builtin_tools"] is False
    assert capabilities["usage"] is True


def test_its_chats_are_answered(service: Service, model: ScriptedModel) -> None:
    model.script.append(answers("I am Roger."))
    fields = {"stream": True, "model": "twin", "stream_options": {"include_usage": True}, "temperature": 0.8}
    odd = {"num_ctx": 4096, "keep_alive": "5m", "logit_bias": {}, "user": {"name": "Ada", "role": "admin"}, "top_k": 40}
    said = [
        {"role": "system", "content": "User Context:\n\nToday is Monday."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": [{"type": "text", "text": "Who are you?"}]},
    ]
    text = post(service, fields | odd | {"messages": said}).text
    *chunks, last = read_data(text.replace("data: [DONE]\n\n", ""))
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == "I am Roger."
    assert last["usage"]["total_tokens"] == 12
    assert model.requests[0]["messages"][-1]["content"].split("</wishes>")[1].strip().startswith("Who are you?")


@pytest.mark.parametrize("task", TASKS)
def test_its_tasks_are_answered_and_are_no_questions_of_visitors(
    service: Service, model: ScriptedModel, task: str
) -> None:
    model.otherwise = answers("[?] I do not know that.")
    prompt = f"### Task:\n{TASKS[task]}\n### Chat History:\n{HISTORY}"
    body = {"model": "twin", "messages": [{"role": "user", "content": prompt}], "stream": False, "max_tokens": 1000}
    assert post(service, body).json()["choices"][0]["message"]["content"] == "I do not know that."
    asked = f"Do you have a dog or a {task}?"
    post(service, {"model": "twin", "messages": [{"role": "user", "content": asked}], "stream": False})
    wait_until(lambda: asked in list_gaps(service))
    assert not [gap for gap in list_gaps(service) if "Task" in gap]
