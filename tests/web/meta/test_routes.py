from __future__ import annotations

import httpx2
import pytest
from flask.testing import FlaskClient

from twin.llm.embedded import NOTICE

from ...support.scripted_model import ScriptedModel
from ...support.service import Service


def get(service: Service, path: str, **headers: str) -> httpx2.Response:
    return service.http.get(path, headers=headers)


def test_says_what_it_is(service: Service) -> None:
    answer = get(service, "/")
    assert answer.status_code == 200
    assert answer.json() == {"message": "AI Digital Twin API"}
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/health", "/ready", "/"])
def test_asks_nothing_of_the_model(service: Service, model: ScriptedModel, path: str) -> None:
    assert get(service, path).status_code == 200
    assert model.connections == 0


def test_is_healthy(service: Service) -> None:
    assert get(service, "/health").json() == {"status": "healthy"}


def test_is_ready(service: Service) -> None:
    assert get(service, "/ready").json() == {"status": "ready"}


def test_answers_head(client: FlaskClient) -> None:
    answer = client.head("/")
    assert (answer.status_code, answer.data) == (200, b"")


def test_the_notice_names_the_settings_that_replace_the_trial() -> None:
    assert "OPENAI_API_KEY" in NOTICE
    assert "OPENAI_BASE_URL" in NOTICE
