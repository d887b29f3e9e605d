"""The owner answers in a browser, while the visitor's page waits."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from ...support.owners import PASSWORD, Listener, new_session
from ...support.scripted_model import ScriptedModel
from ...support.service import Service, wait_until


def test_the_owner_joins_in_without_losing_a_draft(
    page: Page, start_service: Callable[..., Service], model: ScriptedModel, console: list[str]
) -> None:
    service = start_service("gunicorn", MEMORY="on", DESK_PASSWORD=PASSWORD, WEB_CONCURRENCY="2")
    session = new_session(service.chat, "Are you there?")
    page.goto(f"{service.url}/desk")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("a.entry").click()
    expect(page.locator(".saying")).to_have_count(2)
    page.wait_for_load_state()  # until then no script listens
    page.keyboard.press("r")
    expect(page.get_by_label("Your words, in person")).to_be_focused()
    page.keyboard.type("Yes, **here**.")
    page.get_by_role("button", name="Join in and send").dblclick()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    listener = Listener(service, session)
    wait_until(lambda: listener.of("message"))
    assert [each["content"] for each in listener.of("message")] == ["Yes, **here**."]
    page.get_by_label("Your words, in person").fill("A draft")
    expect(page.locator(".saying")).to_have_count(3)
    assert service.chat("At last!", session_id=session).json()["speaker"] == "owner"
    expect(page.locator(".saying").nth(3)).to_contain_text("At last!")
    expect(page.get_by_label("Your words, in person")).to_have_value("A draft")
    page.get_by_role("button", name="Hand back to the twin").click()
    expect(page.get_by_role("button", name="Join in", exact=True)).to_be_visible()
    wait_until(lambda: not listener.thread.is_alive())
    assert session not in page.content()
    question = f"Do you dance in {uuid4().hex[:6]}?"
    service.http.post(f"/sessions/{session}/questions", json={"question": question})
    page.reload()
    page.get_by_label("Your answer, which the visitor gets").fill("Never.")
    page.get_by_role("button", name="Answer once and for all").click()
    expect(page.locator(".questions .answer")).to_have_text("Never.")
    wait_until(lambda: service.chat(question).json().get("speaker") == "approved")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Your answer, which the visitor gets")).to_have_value("Never.")
    assert console == []
