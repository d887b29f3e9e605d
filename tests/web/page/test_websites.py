"""The widget on websites whose scripts swap the page: made with the frameworks themselves, by npm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from ...support.scripted_model import ScriptedModel
from ...support.service import Service
from ...support.websites import Website, build_websites, find_reason_to_skip

pytestmark = pytest.mark.clients

NAMES = [
    "turbo-head",
    "turbo-body",
    "htmx2-head",
    "htmx2-body",
    "htmx4-head",
    "htmx4-body",
    "react",
    "react-mismatch",
    "astro",
    "next",
]
LINKS = ["two", "one"] * 10
THEIRS = re.compile(r"Transition was skipped|Minified React error #418")  # Astro, of fast clicks; React, of a mismatch
AGAIN = "document.querySelector('[data-twin-widget]').shadowRoot.querySelector('iframe').dataset"


@pytest.fixture(scope="module")
def websites(request: pytest.FixtureRequest) -> Iterator[dict[str, Website]]:
    """The websites by their names; they know no widget yet."""
    if reason := find_reason_to_skip():
        pytest.skip(reason)
    folder = build_websites(request.config.cache.mkdir("websites"))
    running = {name: Website(folder / name) for name in NAMES}
    yield running
    for website in running.values():
        website.close()


@pytest.fixture(params=NAMES)
def website(
    request: pytest.FixtureRequest, websites: dict[str, Website], under: Callable[..., Service], model: ScriptedModel
) -> str:
    """The first page of one of them, which has the widget's line."""
    service = under("gunicorn", CORS_ORIGINS=",".join(website.url for website in websites.values()))
    website = websites[request.param]
    website.widget = f"{service.url}/widget.js"
    return f"{website.url}/one.html" if request.param != "next" else f"{website.url}/one"


@pytest.fixture
def said(page: Page) -> list[str]:
    """Everything that stands in the browser's console, but what the frameworks say without the widget too."""
    lines: list[str] = []

    def note(line: object) -> None:
        if not THEIRS.search(str(line)):
            lines.append(str(line))

    page.on("console", lambda message: note(message.text))
    page.on("pageerror", note)
    return lines


def start_chat(page: Page, website: str) -> FrameLocator:
    page.goto(website)
    page.evaluate("window.isSame = true")
    page.get_by_role("button", name="Ask the site").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Who are you?").click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    if page.evaluate("'hydrate' in window"):
        page.evaluate("void hydrate()")
        expect(page.locator("html")).to_have_attribute("data-hydrated", "")
        expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    return frame


def travel(page: Page) -> Iterator[None]:
    """Follow twenty links, go ten pages back and five forward, and stop at each."""
    here = "one"
    for name in LINKS:
        page.get_by_role("link", name=f"Go to {name}").click()
        here = name
        expect(page.get_by_role("heading", name=here.title())).to_be_visible()
        yield
    for leave in [page.go_back] * 10 + [page.go_forward] * 5:
        leave()
        here = "two" if here == "one" else "one"
        expect(page.get_by_role("heading", name=here.title())).to_be_visible()
        yield
    assert page.evaluate("window.isSame"), "the website loads its pages as a whole"


def test_it_stays_open_with_its_conversation(website: str, page: Page, said: list[str]) -> None:
    frame = start_chat(page, website)
    page.evaluate(f"{AGAIN}.isSame = true")
    for _ in travel(page):
        expect(page.get_by_role("button", name="Ask the site")).to_have_attribute("aria-expanded", "true")
        expect(frame.locator(".answer")).to_be_visible()
        expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    assert page.evaluate(f"{AGAIN}.isSame")
    assert not said


def test_it_stays_closed_and_keeps_its_conversation(website: str, page: Page, said: list[str]) -> None:
    frame = start_chat(page, website)
    frame.get_by_role("button", name="Close").click()
    for _ in travel(page):
        expect(page.get_by_role("button", name="Ask the site")).to_be_visible()
        expect(page.locator("iframe")).to_be_hidden()
    page.get_by_role("button", name="Ask the site").click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    expect(page.locator("[data-twin-widget]")).to_have_count(1)
    assert not said
