"""What a conversation looks like, waits like and fails like, and what can be done with it by keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from threading import Event

import pytest
from playwright.sync_api import Locator, Page, expect

from ...support.pages import Front, ask, assert_accessible, field, held, reply, turn
from ...support.scripted_model import ScriptedModel, answers, fails, streams
from ...support.service import Service

CONTACT = "Write to roger@example.com or see https://example.com/contact."
LONG = "A line of an answer.\n\n" * 40
CODE = "Like this:\n\n```python\nprint('" + "x" * 300 + "')\n```\n\n```\nplain\n```"
STILL = "document.getAnimations({subtree: true}).length"


@pytest.fixture
def chat(page: Page, gunicorn: Service, console: list[str]) -> Page:
    page.emulate_media(reduced_motion="reduce")
    page.goto(gunicorn.url)
    return page


def status(page: Page) -> Locator:
    return page.get_by_role("status")


def answered(page: Page, number: int = 0) -> None:
    expect(turn(page, number)).to_have_attribute("data-state", "answered")


def test_says_who_speaks_and_when(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = answers("See [it](https://example.com).")
    ask(chat, "Who?")
    answered(chat)
    speakers = turn(chat).locator(".speaker").all_text_contents()
    assert re.fullmatch(r"You · \d+:\d\d\s[AP]M", speakers[0])
    assert re.fullmatch(r"Roger J. Campbell · AI · \d+:\d\d\s[AP]M", speakers[1])
    question, link = turn(chat).locator(".question"), reply(chat).get_by_role("link")
    looks = "it => [getComputedStyle(it).color, getComputedStyle(it).fontWeight]"
    assert question.evaluate(looks)[0] != link.evaluate(looks)[0]
    assert question.evaluate(looks)[1] == "400"


@pytest.mark.parametrize("remembered", [False, True])
def test_says_that_the_owner_wrote_it(page: Page, front: Front, remembering_front: Front, remembered: bool) -> None:
    used = remembering_front if remembered else front
    used.support = used.remembered = {"speaker": "approved"}
    page.goto(used.url)
    ask(page, "Who are you?")
    answered(page)
    if remembered:
        page.reload()
        answered(page)
    expect(turn(page).locator(".speaker").last).to_contain_text("written by Roger J. Campbell")


def test_code_has_a_language_a_button_and_a_way_to_scroll(chat: Page, model: ScriptedModel) -> None:
    chat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    model.otherwise = answers(CODE)
    ask(chat, "How?")
    answered(chat)
    named, plain = reply(chat).locator(".code").all()
    expect(named).to_have_attribute("data-language", "python")
    assert plain.get_attribute("data-language") is None
    plain.get_by_role("button", name="Copy the code").click()
    expect(status(chat)).to_have_text("Copied.")
    assert chat.evaluate("navigator.clipboard.readText()") == "plain\n"
    pre = named.locator("pre")
    assert pre.evaluate("it => it.scrollWidth > it.clientWidth")
    assert "gradient" in pre.evaluate("it => getComputedStyle(it).backgroundImage")
    pre.focus()
    chat.keyboard.press("End")
    expect(reply(chat)).to_have_text(re.compile(r"^Like this:\s*print"))  # neither name nor button is in the text


@pytest.mark.own_page
def test_says_something_after_three_and_after_ten_seconds(chat: Page, model: ScriptedModel) -> None:
    chat.clock.install()
    model.otherwise = held("", "")
    ask(chat, "Are you there?")
    waiting = turn(chat).locator(".waiting")
    chat.clock.run_for(2_500)
    expect(waiting).to_be_empty()
    chat.clock.run_for(1_000)
    expect(waiting).to_have_text("Thinking about it …")
    expect(status(chat)).to_have_text("Thinking about it …")
    chat.clock.run_for(7_000)
    expect(waiting).to_have_text(re.compile("This takes longer than usual"))
    assert chat.evaluate(STILL) == 0
    chat.keyboard.press("Escape")
    expect(turn(chat).locator(".note")).to_have_text("Stopped.")
    expect(waiting).to_be_empty()
    expect(field(chat)).to_be_focused()


@pytest.mark.own_page
def test_a_failure_counts_down_and_says_try_again_once(
    page: Page, under: Callable[..., Service], model: ScriptedModel
) -> None:
    service = under("gunicorn", CONTACT=CONTACT)
    page.clock.install()
    page.goto(service.url)
    refusal = {"detail": "Wait. Please try again in 9 seconds.", "code": "rate_limited"}
    page.route(
        "**/chat", lambda route: route.fulfill(status=429, headers={"Retry-After": "9"}, body=json.dumps(refusal))
    )
    ask(page, "Will it work?")
    failure = turn(page).locator(".failure")
    expect(failure).to_contain_text("You have asked many questions in a short time.")
    expect(failure.get_by_role("link")).to_have_text(["roger@example.com", "https://example.com/contact"])
    button = failure.get_by_role("button")
    expect(button).to_be_disabled()
    expect(button).to_have_text(re.compile(r"Try again in [89] seconds"))
    assert failure.inner_text().count("ry again") == 1
    page.clock.run_for(4_000)
    expect(button).to_have_text(re.compile(r"Try again in [45] seconds"))
    page.clock.run_for(6_000)
    expect(button).to_have_text("Try again")
    expect(status(page)).to_have_text("You can try again now.")
    page.unroute("**/chat")
    button.click()
    answered(page)


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("roger@example.com", "Or get in touch: roger@example.com"),
        ("https://example.com/contact, +49 30 123456", "Or get in touch: https://example.com/contact, +49 30 123456"),
        ("Schreiben Sie an roger@example.com.", "Schreiben Sie an roger@example.com."),
    ],
)
def test_a_failure_says_what_an_address_is_for(
    page: Page, gunicorn: Service, model: ScriptedModel, contact: str, shown: str
) -> None:
    html = gunicorn.http.get("/", headers={"Accept": "text/html"}).text
    html = html.replace('data-contact=""', f'data-contact="{contact}"')
    page.route(gunicorn.url + "/", lambda route: route.fulfill(content_type="text/html", body=html))
    page.goto(gunicorn.url)
    model.otherwise = fails(401)
    ask(page, "Will it work?")
    expect(turn(page).locator(".contact")).to_have_text(shown)


def test_a_failure_in_a_stream_counts_down_too(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = fails(503, retry_after="9")
    ask(chat, "Will it work?")
    expect(turn(chat).get_by_role("button", name="Try again in")).to_be_disabled()
    assert_accessible(chat)


def test_the_keyboard_alone_does_all_of_it(chat: Page, model: ScriptedModel) -> None:
    """No pointer is used here."""

    def reach(name: str) -> None:
        for _ in range(40):
            if chat.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent") == name:
                return
            chat.keyboard.press("Shift+Tab")
        raise AssertionError(name)

    expect(field(chat)).to_be_focused()
    chat.keyboard.type("First?")
    chat.keyboard.press("Enter")
    answered(chat)
    chat.keyboard.press("ArrowUp")  # the last question again
    expect(field(chat)).to_have_value("First?")
    chat.keyboard.type(" Second?")
    chat.keyboard.press("Enter")
    answered(chat, 1)
    expect(turn(chat, 1).locator(".question")).to_have_text("First? Second?")
    model.otherwise = answers("Another answer.")
    reach("Answer again")
    chat.keyboard.press("Enter")
    expect(reply(chat, 1)).to_have_text("Another answer.")
    expect(chat.locator(".turn")).to_have_count(2)  # without memory it takes the place of the one before
    reach("Edit the question")
    chat.keyboard.press("Enter")
    expect(field(chat)).to_be_focused()
    expect(field(chat)).to_have_value("First? Second?")
    chat.keyboard.press("Control+A")
    model.otherwise = held("Half")
    chat.keyboard.type("Third?")
    chat.keyboard.press("Enter")
    expect(reply(chat, 2)).to_have_text("Half")
    chat.keyboard.press("Escape")
    expect(turn(chat, 2)).to_have_attribute("data-state", "stopped")
    reach("Switch to dark")
    chat.keyboard.press("Space")
    reach("New chat")
    chat.keyboard.press("Enter")
    expect(chat.locator("#welcome")).to_be_visible()
    chat.keyboard.press("ArrowUp")
    expect(field(chat)).to_have_value("")


def test_undoing_brings_back_a_draft_that_editing_replaced(chat: Page, model: ScriptedModel) -> None:
    ask(chat, "First?")
    answered(chat)
    field(chat).press_sequentially("a draft")
    chat.get_by_role("button", name="Edit the question").click()
    expect(field(chat)).to_have_value("First?")
    chat.keyboard.press("Control+Z")
    expect(field(chat)).to_have_value("a draft")


def test_a_failed_question_is_replaced_by_its_edited_one(chat: Page, model: ScriptedModel) -> None:
    model.script.append(fails(401))
    ask(chat, "Frist?")
    expect(turn(chat).locator(".failure")).to_be_visible()
    chat.keyboard.press("ArrowUp")
    field(chat).fill("First?")
    chat.keyboard.press("Enter")
    answered(chat)
    expect(chat.locator(".question")).to_have_text(["First?"])


def test_leads_to_the_latest_and_ends_there_after_a_reload(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = answers(LONG)
    ask(chat, "Tell me all")
    answered(chat)
    latest, end = chat.get_by_role("button", name="Jump to the latest"), turn(chat).locator(".foot")
    expect(latest).to_be_visible()
    latest.click()
    expect(end).to_be_in_viewport(ratio=1)
    expect(latest).to_be_hidden()
    chat.evaluate("scrollTo(0, 0)")
    expect(latest).to_be_visible()
    chat.reload()
    expect(end).to_be_in_viewport(ratio=1)
    expect(latest).to_be_hidden()
    composer = chat.locator("#composer").bounding_box()
    box = end.bounding_box()
    assert box["y"] + box["height"] <= composer["y"] + 1


def test_stays_at_the_latest_until_the_visitor_scrolls_up(chat: Page, model: ScriptedModel) -> None:
    more, rest = Event(), Event()
    model.otherwise = streams(LONG, more, LONG + "second\n\n", rest, LONG)
    ask(chat, "Tell me all")
    latest = chat.get_by_role("button", name="Jump to the latest")
    latest.focus()
    chat.keyboard.press("Enter")
    expect(latest).to_be_hidden()
    expect(field(chat)).to_be_focused()
    more.set()
    expect(reply(chat)).to_contain_text("second")
    expect(latest).to_be_hidden()
    chat.mouse.move(600, 300)
    chat.mouse.wheel(0, -300)
    expect(latest).to_be_visible()
    rest.set()
    answered(chat)
    expect(latest).to_be_visible()


def test_keeps_the_chats_of_this_browser_within_reach(
    page: Page, under: Callable[..., Service], model: ScriptedModel, console: list[str]
) -> None:
    service = under("gunicorn", MEMORY="on")
    page.goto(service.url)
    for name in ("One", "Two"):
        ask(page, name)
        answered(page)
        page.get_by_role("button", name="New chat").click()
    chats, dialog = page.get_by_role("button", name="Your chats"), page.get_by_role("dialog", name="Your chats")
    chats.click()
    expect(dialog.locator(".title")).to_have_text(["Two", "One"])
    dialog.get_by_role("button", name="One", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".question")).to_have_text(["One"])
    expect(reply(page)).to_have_text("Hello from the model.")
    session = json.loads(page.evaluate("localStorage['twin.conversation']"))["sessionId"]
    chats.click()
    expect(dialog.locator("[aria-current]")).to_have_text("One")
    dialog.locator("li", has_text="One").get_by_role("button", name="Forget on this device").click()
    expect(status(page)).to_have_text("Forgotten on this device. The twin still keeps the chat.")
    expect(page.locator("#welcome")).to_be_visible()
    assert session not in page.evaluate("JSON.stringify(localStorage)")
    assert service.http.get(f"/sessions/{session}").status_code == 200
    page.reload()
    chats.click()
    expect(dialog.locator(".title")).to_have_text(["Two"])
    gone = json.loads(page.evaluate("localStorage['twin.chats']"))[0]["sessionId"]
    service.http.delete(f"/sessions/{gone}")
    dialog.get_by_role("button", name="Two", exact=True).click()
    expect(status(page)).to_have_text("The twin no longer has this chat.")
    assert page.evaluate("localStorage['twin.chats']") is None
    assert not [complaint for complaint in console if "404" not in complaint]


@pytest.mark.parametrize(("width", "height", "zoom"), [(320, 640, 1), (390, 800, 1), (1280, 900, 2)])
@pytest.mark.parametrize("language", ["de", "ar"])
def test_nothing_scrolls_sideways_nor_shows_beside_header_and_field(
    page: Page, gunicorn: Service, model: ScriptedModel, width: int, height: int, zoom: int, language: str
) -> None:
    page.set_viewport_size({"width": width // zoom, "height": height // zoom})
    model.otherwise = streams(CODE + "\n\n" + LONG)
    page.goto(f"{gunicorn.url}/?lang={language}")
    page.locator("#message").fill("q" * 200)
    page.locator("#message").press("Enter")
    answered(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in (".masthead", "#composer"):
        box = page.locator(part).bounding_box()
        assert (box["x"], box["width"]) == (0, width // zoom) or width // zoom > 704
        assert box["height"] <= 112  # pixels: the rest is the conversation's
    tops = {tool.bounding_box()["y"] for tool in page.locator(".masthead .tools > :visible").all()}
    assert len(tops) == 1
    assert_accessible(page)


def test_a_person_gets_a_page_for_what_is_not_there(page: Page, gunicorn: Service) -> None:
    assert page.goto(f"{gunicorn.url}/nowhere").status == 404
    expect(page.get_by_role("heading")).to_have_text("There is nothing at this address.")
    assert_accessible(page)
    page.get_by_role("link", name="Go to the chat").click()
    expect(field(page)).to_be_visible()
    assert gunicorn.http.get("/nowhere").json()["code"] == "not_found"
    assert gunicorn.http.get("/nowhere", headers={"Accept": "*/*"}).json()["code"] == "not_found"
