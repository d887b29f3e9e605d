"""The widget on websites whose scripts swap the page: made with the frameworks themselves, by npm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from ...support.scripted_model import ScriptedModel
from ...support.service import Service
from ...support.websites import Website, build_websites, find_reason_to_skip

pytestmark = [
    pytest.mark.clients,
    pytest.mark.own_page,
]  # each site has stores of its own, and several are open at once

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
# What the frameworks themselves say in the console, with and without a widget.
THEIRS = {"astro": "Transition was skipped", "react-mismatch": "Minified React error #418"}
FRAME = "document.querySelector('[data-twin-widget]').shadowRoot.querySelector('iframe')"


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
def said(request: pytest.FixtureRequest, page: Page) -> list[str]:
    """Everything that stands in the browser's console, but what the framework says by itself."""
    lines: list[str] = []
    theirs = THEIRS.get(request.node.callspec.params["website"], "nothing")

    def note(line: str) -> None:
        if theirs not in line:
            lines.append(line)

    page.on("console", lambda message: note(message.text))
    page.on("pageerror", lambda error: note(str(error)))
    return lines


def enter(page: Page, website: str) -> FrameLocator:
    """Open the first page, and return where the panel's frame will be."""
    page.goto(website)
    page.evaluate("window.isSame = true")
    expect(page.get_by_role("button", name="Ask the site")).to_be_visible()
    return page.frame_locator("iframe")


def hydrate(page: Page) -> None:
    """Have React take the document over, where it is React's; what is on the page already is there first."""
    if page.evaluate("'hydrate' in window"):
        page.evaluate("void hydrate()")
        expect(page.locator("html")).to_have_attribute("data-hydrated", "")


def chat(page: Page, frame: FrameLocator) -> None:
    page.get_by_role("button", name="Ask the site").click()
    frame.get_by_role("button", name="Who are you?").click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")


def follow_links(page: Page) -> Iterator[None]:
    """Follow twenty links, and stop at each page."""
    for name in LINKS:
        page.get_by_role("link", name=f"Go to {name}").click()
        expect(page.get_by_role("heading", name=name.title())).to_be_visible()
        yield


def go_back_and_forward(page: Page) -> Iterator[None]:
    """Go ten pages back and five forward from the last of LINKS, and stop at each."""
    names = ["two", "one"] * 8
    for leave, name in zip([page.go_back] * 10 + [page.go_forward] * 5, names, strict=False):
        leave()
        expect(page.get_by_role("heading", name=name.title())).to_be_visible()
        yield
    assert page.evaluate("window.isSame"), "the website loads its pages as a whole"


def test_it_stays_open_with_its_conversation(website: str, page: Page, said: list[str]) -> None:
    frame = enter(page, website)
    chat(page, frame)
    hydrate(page)
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    page.evaluate(f"{FRAME}.dataset.isSame = true")
    for _ in chain(follow_links(page), go_back_and_forward(page)):
        expect(page.get_by_role("button", name="Ask the site")).to_have_attribute("aria-expanded", "true")
        expect(frame.locator(".answer")).to_be_visible()
        expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    assert page.evaluate(f"{FRAME}.dataset.isSame")  # so that it did not load anew
    assert not said


def test_it_stays_closed_before_it_was_open_and_after(website: str, page: Page, said: list[str]) -> None:
    frame = enter(page, website)
    hydrate(page)
    for _ in follow_links(page):
        expect(page.get_by_role("button", name="Ask the site")).to_have_attribute("aria-expanded", "false")
        expect(page.locator("[data-twin-widget]")).to_have_count(1)
    chat(page, frame)
    frame.get_by_role("button", name="Close").click()
    for _ in go_back_and_forward(page):
        expect(page.get_by_role("button", name="Ask the site")).to_be_visible()
        expect(page.locator("iframe")).to_be_hidden()
        expect(page.locator("[data-twin-widget]")).to_have_count(1)
    page.get_by_role("button", name="Ask the site").click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    assert not said
