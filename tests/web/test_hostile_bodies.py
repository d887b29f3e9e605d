"""Hostile bodies, at each door: none is a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin import create_app

from ..support.doors import DOORS, Door
from ..support.scripted_model import ScriptedModel
from ..support.settings import KEY, UNLIMITED

ODD = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\ufeff",
        "\u202e",
        "\ud800",
        "x" * 20_001,
        "[?]",
        "</wishes>",
        "<context>",
        "data: [DONE]",
        "é" * 99,
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | ODD
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=9,
)
FIELDS = (
    "message session_id model messages role content type text stream stream_options include_usage n tools functions "
    "jsonrpc id method params name arguments question query count _meta result error"
)
TEXTS = "2.0 user system assistant tool tools/call tools/list initialize server/discover ask search text image_url"
OBJECTS = st.dictionaries(st.sampled_from(FIELDS.split()), VALUES | st.sampled_from(TEXTS.split()), max_size=8)
RAW = st.binary(max_size=200) | st.integers(1, 900).map(lambda depth: b"[" * depth) | st.just(b'{"message": NaN}')


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values in a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def replace(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a body with another value at a path."""
    if not path:
        return new
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = replace(value[path[0]], path[1:], new)
    return changed


def bodies_of(door: Door) -> st.SearchStrategy[bytes]:
    """Return bodies that are nearly right, and others that are not."""
    right = door.body("Who are you?")
    nearly = st.builds(lambda path, new: replace(right, path, new), st.sampled_from(places(right)), VALUES | OBJECTS)
    more = st.builds(lambda extra: right | extra if isinstance(right, dict) else extra, OBJECTS)
    return RAW | (nearly | more | OBJECTS | VALUES).map(lambda body: json.dumps(body).encode())


@pytest.fixture(scope="module")
def http(_model: ScriptedModel) -> httpx2.Client:
    app: Flask = create_app({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": _model.url, "DOORS": "open", **UNLIMITED})
    return httpx2.Client(transport=httpx2.WSGITransport(app), base_url="http://localhost")


@pytest.mark.parametrize("bodies", [100, pytest.param(500, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", DOORS)
def test_no_body_is_a_fault_of_ours(http: httpx2.Client, model: ScriptedModel, name: str, bodies: int) -> None:
    door = DOORS[name]
    headers = {"Content-Type": "application/json"} | door.headers()
    statuses = set()

    @settings(max_examples=bodies, suppress_health_check=[*HealthCheck], database=None)
    @given(bodies_of(door))
    def send(body: bytes) -> None:
        answer = http.post(door.path, content=body, headers=headers)
        assert answer.status_code < 500, (body, answer.text)
        if answer.status_code >= 400 or name.startswith("mcp"):
            assert answer.status_code == 202 or isinstance(answer.json(), dict)
        statuses.add(answer.status_code)

    send()
    assert 400 in statuses
    assert 200 in statuses or bodies < 500
