"""The page at /docs, in a browser that reaches nothing but the service."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from ...support.scripted_model import ScriptedModel, answers
from ...support.service import Service

pytestmark = pytest.mark.own_page

CHAT = "#operations-chat-send_message .opblock-summary"


def test_sends_a_chat_and_shows_the_answer(page: Page, service: Service, model: ScriptedModel) -> None:
    model.otherwise = answers("I am Roger, from the docs.")
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{service.url}/docs")
    page.locator(CHAT).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.get_by_text("I am Roger, from the docs.")).to_be_visible()
    assert model.requests[0]["messages"][-1]["content"] == "Who are you?"
    assert f"{service.url}/chat" in asked
    assert all(url.startswith((f"{service.url}/", "data:")) for url in asked)
    assert not complaints


def test_shows_every_route_with_its_codes(page: Page, gunicorn: Service) -> None:
    page.goto(f"{gunicorn.url}/docs")
    for path in ("/chat", "/health", "/ready", "/openapi.json"):
        expect(page.locator(f'[data-path="{path}"]')).to_be_visible()
    page.locator(CHAT).click()
    expect(page.get_by_text("model_misconfigured").first).to_be_visible()
