"""What an answer used, under it, where it does not say which sentence used what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ...support.pages import Front, assert_accessible
from ...support.scripted_model import ScriptedModel, streams
from ...support.service import Service

CAREER = {"title": "My career", "file": "cv.md", "quote": "At Northwind I led a team of seven people."}
LATER = {"title": "My career", "file": "cv.md", "quote": "Since 2020 I have been a baker."}
DOG = {"title": "Biscuit", "file": "pets/dog.md", "quote": "My dog is a collie called Biscuit."}
HOSTILE: dict[str, Any] = {
    "HTML": "<img src=x onerror='window.ran = 1'><script>window.ran = 1</script>",
    "Markdown": "[click](javascript:window.ran=1) **b** ![p](http://evil.example/p.png)",
    "overrides of direction": "\u202egnp.exe\u202c \u2066moc.live\u2069",
    "a long word": "W" * 10_000,
    "many lines": "line\n" * 2_000,
    "many marks": "Z" + "\u0301" * 5_000,
    "wide letters": "\U0001f469\U0001f3fd\u200d\u2695\ufe0f﷽" * 1_000,
    "a name of objects": "__proto__",
    "nothing": "",
    "no text": {"a": 1},
}


def ask(page: Page, front: Front, sources: Any, path: str = "/") -> Locator:
    """Ask something on a new page, and return what is shown of the sources."""
    front.support = {"sources": sources}
    page.goto(front.url + path)
    page.get_by_role("button", name="Who are you?").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "answered")
    return page.locator(".turn .sources")


def assert_nothing_overflows(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('.sources').scrollHeight < 3 * 1000")


def test_they_open_by_keyboard_each_document_once(page: Page, front: Front, console: list[str]) -> None:
    sources = ask(page, front, [CAREER, DOG, LATER])
    expect(page.locator(".answer")).to_have_text("Seven people.")
    expect(sources.get_by_text("My career")).to_be_hidden()
    summary = sources.locator("summary")
    expect(summary).to_have_text("Sources")
    page.get_by_label("Your message").focus()
    for _ in ("answer again", "copy", "sources"):
        page.keyboard.press("Shift+Tab")
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    expect(sources.locator("cite")).to_have_text(["My career", "Biscuit"])
    expect(sources.locator("li").first.locator("blockquote")).to_have_text([CAREER["quote"], LATER["quote"]])
    page.keyboard.press("Enter")
    expect(sources.get_by_text("My career")).to_be_hidden()
    assert not console


def test_they_are_there_after_a_reload(page: Page, front: Front) -> None:
    ask(page, front, [DOG])
    page.reload()
    page.locator(".sources summary").click()
    expect(page.locator(".sources cite")).to_have_text("Biscuit")
    expect(page.locator(".answer")).to_have_text("Seven people.")


def test_with_memory_the_browser_keeps_them(page: Page, remembering_front: Front) -> None:
    ask(page, remembering_front, [DOG])
    with page.expect_response("**/sessions/*"):
        page.reload()
    page.wait_for_load_state("networkidle")  # by then what the service has is shown
    expect(page.locator(".turn")).to_have_attribute("data-state", "answered")
    page.locator(".sources summary").click()
    expect(page.locator(".sources cite")).to_have_text("Biscuit")


@pytest.mark.parametrize("sources", [None, [], "x", {}, 7], ids=repr)
def test_without_sources_nothing_is_shown(page: Page, front: Front, console: list[str], sources: Any) -> None:
    expect(ask(page, front, sources)).to_have_count(0)
    assert not console


def test_an_answer_that_stops_has_none(page: Page, gunicorn: Service, model: ScriptedModel) -> None:
    model.otherwise = streams("Half", finish_reason=None, then="stall")
    page.goto(gunicorn.url)
    page.get_by_role("button", name="Who are you?").click()
    expect(page.locator(".answer")).to_have_text("Half")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".sources")).to_have_count(0)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_they_stay_text_and_in_their_place(
    page: Page, front: Front, console: list[str], requested: list[str], hostile: Any
) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    sources = ask(page, front, [*[dict.fromkeys(CAREER, hostile)] * 5, DOG])
    sources.locator("summary").click()
    expect(sources.get_by_text(DOG["quote"])).to_be_visible()
    names = page.evaluate("[...new Set([...document.querySelectorAll('.sources *')].map(each => each.localName))]")
    assert set(names) <= {"summary", "ul", "li", "cite", "blockquote"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", sources.inner_html())
    assert_nothing_overflows(page)
    assert page.evaluate("window.ran") is None
    assert all(url.startswith(f"{front.url}/") for url in requested)
    assert not console


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/widget/panel"])
def test_they_are_accessible(page: Page, front: Front, theme: Any, path: str) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    sources = ask(page, front, [CAREER, DOG], path)
    sources.locator("summary").click()
    expect(sources.get_by_text(DOG["quote"])).to_be_visible()
    assert_accessible(page)
