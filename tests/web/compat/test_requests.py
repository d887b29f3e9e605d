"""Requests as clients of OpenAI's API send them: each conversation with each client's fields."""

from __future__ import annotations

from itertools import product
from typing import Any

import httpx2
import pytest

from twin import create_app

from ...support.doors import read_data
from ...support.scripted_model import ScriptedModel
from ...support.settings import KEY, UNLIMITED

U, A = "user", "assistant"
HI = {"role": U, "content": "Hi"}
ECHOED = {  # an answer as the SDK dumps it
    "role": A,
    "content": "Hello.",
    "refusal": None,
    "annotations": [],
    "audio": None,
    "function_call": None,
    "tool_calls": None,
}
CONVERSATIONS: dict[str, list[dict[str, Any]]] = {
    "question": [HI],
    "named": [{"role": U, "content": "Bonjour, qui êtes-vous ?", "name": "zoé"}],
    "parts": [{"role": U, "content": [{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}]}],
    "input parts": [{"role": U, "content": [{"type": "input_text", "text": "你是谁?"}]}],
    "system": [{"role": "system", "content": "Be brief."}, HI],
    "developer parts": [{"role": "developer", "content": [{"type": "text", "text": "Be brief."}]}, HI],
    "system last": [HI, {"role": "system", "content": "Answer in German."}],
    "echoed": [HI, ECHOED, HI],
    "empty calls": [HI, ECHOED | {"tool_calls": []}, HI],
    "greeting": [{"role": A, "content": "How can I help?"}, HI],
    "stopped": [HI, {"role": A, "content": ""}, HI],
    "refusal": [HI, {"role": A, "content": [{"type": "refusal", "refusal": "No."}]}, HI],
    "thinking": [
        HI,
        {"role": A, "content": [{"type": "thinking", "thinking": "…"}, {"type": "text", "text": "A"}]},
        HI,
    ],
    "reasoned": [HI, {"role": A, "content": "A", "reasoning_content": "…"}, HI],
    "null content": [HI, {"role": A, "content": None}, HI],
    "retried": [HI, HI, HI],
}
CLIENTS: dict[str, dict[str, Any]] = {
    "bare": {},
    "python": {"model": "gpt-4o", "temperature": 0.7, "max_completion_tokens": 100, "seed": 1, "store": False},
    "langchain": {"model": "twin", "n": 1, "stream": False, "parallel_tool_calls": None, "stop": ["\n\n"]},
    "llm": {"model": "twin", "stream": True, "stream_options": {"include_usage": True}},
    "vercel": {
        "model": "twin",
        "stream": True,
        "tools": None,
        "tool_choice": None,
        "response_format": {"type": "text"},
    },
    "litellm": {"model": "openai/twin", "extra_body": {}, "user": "u", "metadata": {"a": "b"}, "tools": []},
    "librechat": {"model": "twin", "stream": True, "frequency_penalty": 0, "presence_penalty": 0, "top_p": 1},
    "editor": {"model": "twin", "stream": True, "max_tokens": 4096, "logprobs": False, "stream_options": None},
    "reasoning": {"model": "twin", "reasoning_effort": "low", "verbosity": "low", "service_tier": "auto"},
    "voice": {"model": "twin", "modalities": ["text"], "prediction": None, "web_search_options": {}, "functions": []},
}


@pytest.fixture(scope="module")
def http(_model: ScriptedModel) -> httpx2.Client:
    app = create_app({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": _model.url, "DOORS": "open", **UNLIMITED})
    return httpx2.Client(transport=httpx2.WSGITransport(app), base_url="http://localhost")


@pytest.mark.parametrize("client", CLIENTS)
def test_each_clients_conversations_are_answered(http: httpx2.Client, model: ScriptedModel, client: str) -> None:
    for (name, messages), fields in product(CONVERSATIONS.items(), [CLIENTS[client]]):
        answer = http.post("/v1/chat/completions", json={"messages": messages, **fields})
        assert answer.status_code == 200, (name, answer.text)
        if fields.get("stream"):
            chunks = [*read_data(answer.text.replace("data: [DONE]\n\n", ""))]
            choices = [choice for chunk in chunks for choice in chunk["choices"]]
            text = "".join(choice["delta"].get("content", "") for choice in choices)
        else:
            text = answer.json()["choices"][0]["message"]["content"]
        assert text == "Hello from the model.", name
        sent = [message["role"] for message in model.requests[-1]["messages"]]
        assert sent == ["system", *([U, A] * (len(sent) // 2))][: len(sent)], name


@pytest.mark.parametrize("item", ["{}", "1", '{"role": "user", "content": [{}, 1]}'])
def test_of_a_list_with_many_faults_the_first_is_told(http: httpx2.Client, item: str) -> None:
    parts = f'[{{"role": "user", "content": [{",".join([item] * 5_000)}]}}]'
    for messages in (f"[{','.join([item] * 5_000)}]", parts):
        body = f'{{"messages": {messages}}}'
        answer = http.post("/v1/chat/completions", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert answer.json()["error"]["param"].startswith("messages.0")
        assert len(answer.content) < 1_000
