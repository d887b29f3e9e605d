"""A frontend of another origin, calling as frontends always have."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from ...support.scripted_model import ScriptedModel
from ...support.service import Service

CALL = """async ([url, message]) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ message }),
  });
  const data = await response.json();
  return { ok: response.ok, origin: location.origin, ...data };
}"""


def test_calls_as_the_original_does(
    page: Page, gunicorn: Service, model: ScriptedModel, console: list[str], serve_site: Callable[..., str]
) -> None:
    serve_site("<title>A frontend</title>", 3000)
    page.goto("http://localhost:3000/")
    data = page.evaluate(CALL, [f"{gunicorn.url}/chat", "Hi"])
    assert data["ok"]
    assert data["origin"] == "http://localhost:3000"
    assert data["response"] == "Hello from the model."
    assert len(data["session_id"]) == 36
    assert not [complaint for complaint in console if "favicon" not in complaint]
    refused = page.evaluate(CALL, [f"{gunicorn.url}/chat", ""])
    assert not refused["ok"]
    assert refused["code"] == "invalid_request"
