"""The page at /, in Chromium, with the real service and the scripted model behind it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from ...support.pages import ask, field, held, reply, turn
from ...support.scripted_model import ScriptedModel, Step, answers, fails, follows, later, streams
from ...support.service import Service, wait_until


@pytest.fixture
def chat(page: Page, gunicorn: Service, console: list[str]) -> Page:
    page.goto(gunicorn.url)
    return page


def test_greets_and_answers_under_both_servers(page: Page, service: Service, console: list[str]) -> None:
    page.goto(service.url)
    expect(page.get_by_role("heading", name="Roger J. Campbell")).to_be_visible()
    expect(page.get_by_text("An AI answers", exact=True)).to_be_visible()
    expect(page.get_by_text("Hello, I am the digital twin of Roger J. Campbell.")).to_be_visible()
    expect(page.locator(".portrait")).to_have_js_property("naturalWidth", 1)
    page.get_by_role("button", name="Who are you?").click()
    expect(reply(page)).to_have_text("Hello from the model.")
    expect(page.locator("#welcome")).to_be_hidden()
    expect(field(page)).to_be_focused()
    assert not console


def test_the_answer_grows_as_it_is_written(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = held("One ", "**two** ", "three")
    ask(chat, "Count")
    expect(reply(chat)).to_have_text("One two three")
    expect(reply(chat).locator("strong")).to_have_text("two")
    expect(turn(chat)).to_have_attribute("aria-busy", "true")


def test_what_is_drawn_stays_while_more_is_written(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = streams(
        "# One\n\ntwo [it][1]\n\n", "three ", "four\n\n- a\n", "- b\n\n[1]: https://example.com/\n\n"
    )
    ask(chat, "Count")
    expect(turn(chat)).to_have_attribute("data-state", "answered")
    expect(reply(chat).locator("li")).to_have_text(["a", "b"])
    expect(reply(chat).get_by_role("link", name="it")).to_have_attribute("href", "https://example.com/")
    expect(reply(chat)).to_have_text(re.compile(r"^One\s*two it\s*three four\s*a\s*b\s*$"))
    model.otherwise = streams("# Same\n\n", "Word ", *["word "] * 20, seconds=0.1)
    ask(chat, "Again")
    expect(reply(chat, 1).locator("p").last).to_have_text(re.compile("Word"))
    reply(chat, 1).locator(".heading").evaluate("heading => (heading.marked = true)")
    expect(turn(chat, 1)).to_have_attribute("data-state", "answered")
    assert reply(chat, 1).locator(".heading").evaluate("heading => heading.marked")
    expect(reply(chat, 1)).to_have_text("Same Word" + " word" * 20)


def test_each_chat_sends_the_session_of_the_first(chat: Page, model: ScriptedModel) -> None:
    with chat.expect_request("**/chat") as first:
        ask(chat, "One")
    expect(reply(chat)).to_have_text("Hello from the model.")
    with chat.expect_request("**/chat") as second:
        ask(chat, "Two")
    assert first.value.post_data_json["session_id"] is None
    assert re.fullmatch(r"[0-9a-f-]{36}", second.value.post_data_json["session_id"])


def test_shift_enter_makes_a_line_and_blanks_are_not_sent(chat: Page, model: ScriptedModel) -> None:
    field(chat).press("Enter")
    ask(chat, "  \n ")
    assert chat.locator(".turn").count() == 0
    field(chat).fill("One")
    field(chat).press("Shift+Enter")
    field(chat).press_sequentially("Two")
    field(chat).press("Enter")
    expect(reply(chat)).to_have_text("Hello from the model.")
    assert model.requests[0]["messages"][-1]["content"] == "One\nTwo"


def test_stop_keeps_what_was_written_and_ends_the_call(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = held("Half an ")
    ask(chat, "Go on")
    expect(reply(chat)).to_have_text("Half an ")
    chat.get_by_role("button", name="Stop").click()
    expect(turn(chat).get_by_text("Stopped.")).to_be_visible()
    expect(reply(chat)).to_have_text("Half an ")
    expect(field(chat)).to_be_focused()
    expect(chat.get_by_role("button", name="Ask")).to_be_visible()
    wait_until(lambda: model.left)


FAILURES: dict[str, tuple[Step, str]] = {
    "before a word": (fails(401), "the owner of this twin has to check its settings"),
    "after some": (streams("Half", finish_reason=None, then="close"), "The model failed to answer."),
    "busy": (fails(503, retry_after="9"), "The model is busy."),
}


@pytest.mark.parametrize(("step", "sentence"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_says_why_and_can_be_tried_again(chat: Page, model: ScriptedModel, step: Step, sentence: str) -> None:
    model.otherwise = step
    ask(chat, "Will it work?")
    expect(turn(chat).locator(".note")).to_contain_text(sentence)
    expect(turn(chat).locator(".question")).to_have_text("Will it work?")
    field(chat).fill("a draft")
    model.otherwise = answers("Now it does.")
    chat.get_by_role("button", name="Try again").click()
    expect(reply(chat)).to_have_text("Now it does.")
    expect(chat.locator(".turn")).to_have_count(1)
    expect(field(chat)).to_have_value("a draft")
    assert model.requests[-1]["messages"][-1]["content"] == "Will it work?"


def test_a_message_that_is_too_long_stays_in_the_field(chat: Page, model: ScriptedModel) -> None:
    ask(chat, "x" * 20_001)
    assert field(chat).evaluate("field => field.validationMessage") == "Please shorten it to 20000 characters."
    expect(field(chat)).to_have_value("x" * 20_001)
    ask(chat, "x" * 20_000)
    expect(reply(chat)).to_have_text("Hello from the model.")
    assert len(model.requests) == 1


def test_an_invalid_message_is_explained_and_kept(chat: Page) -> None:
    field(chat).fill("x" * 20_001)
    field(chat).evaluate("field => field.setCustomValidity('')")
    field(chat).press("Enter")
    expect(turn(chat).locator(".note")).to_have_text("The message is empty or too long.")
    expect(turn(chat).locator(".question")).to_have_text("x" * 20_001)


def test_a_service_that_is_gone_is_no_silence(
    start_service: Callable[..., Service], page: Page, model: ScriptedModel
) -> None:
    service = start_service("gunicorn")
    page.goto(service.url)
    os.killpg(service.process.pid, signal.SIGKILL)
    ask(page, "Are you there?")
    expect(turn(page).locator(".note")).to_have_text("The twin cannot be reached. Are you online?")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_new_chat_forgets(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = held("Half")
    ask(chat, "One")
    expect(reply(chat)).to_have_text("Half")
    field(chat).fill("a draft")
    chat.get_by_role("button", name="New chat").click()
    expect(field(chat)).to_have_value("a draft")
    expect(chat.locator("#welcome")).to_be_visible()
    expect(chat.locator(".turn")).to_have_count(0)
    expect(field(chat)).to_be_focused()
    model.otherwise = answers("Fresh.")
    with chat.expect_request("**/chat") as request:
        ask(chat, "Two")
    assert request.value.post_data_json["session_id"] is None
    expect(reply(chat)).to_have_text("Fresh.")
    chat.reload()
    expect(chat.locator(".turn")).to_have_count(1)


def test_one_answer_at_a_time(chat: Page, model: ScriptedModel) -> None:
    model.script.append(fails(401))
    model.otherwise = held("Half")
    ask(chat, "One")
    expect(turn(chat).locator(".note")).to_be_visible()
    ask(chat, "Two")
    expect(chat.get_by_role("button", name="Try again")).to_be_disabled()
    chat.get_by_role("button", name="Stop").click()
    expect(chat.get_by_role("button", name="Try again").first).to_be_enabled()


@pytest.mark.own_page
def test_a_service_that_says_nothing_has_broken_off(chat: Page, model: ScriptedModel) -> None:
    chat.clock.install()
    model.otherwise = held("Half")
    ask(chat, "One")
    expect(reply(chat)).to_have_text("Half")
    chat.clock.fast_forward(16_000)
    expect(turn(chat).locator(".note")).to_have_text("The answer broke off.")
    expect(reply(chat)).to_have_text("Half")


def test_shows_every_character_that_ends_a_line_elsewhere(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = streams("One\u2028two\u2029three", "\x85four\x0bfive")
    ask(chat, "Hi")
    expect(turn(chat)).to_have_attribute("data-state", "answered")
    assert re.fullmatch(r"One\s*two\s*three\s*four\s*five", reply(chat).text_content().strip())


def test_copies_the_answer_as_the_model_wrote_it(chat: Page, model: ScriptedModel) -> None:
    chat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    model.otherwise = answers("**Bold** words")
    ask(chat, "Hi")
    chat.get_by_role("button", name="Copy").click()
    expect(chat.get_by_role("status")).to_have_text("Copied.")
    assert chat.evaluate("navigator.clipboard.readText()") == "**Bold** words"


def test_a_reload_keeps_the_conversation_and_the_draft(chat: Page, model: ScriptedModel) -> None:
    ask(chat, "One")
    expect(reply(chat)).to_have_text("Hello from the model.")
    model.otherwise = held("Half")
    ask(chat, "Two")
    expect(reply(chat, 1)).to_have_text("Half")
    chat.reload()
    expect(reply(chat)).to_have_text("Hello from the model.")
    expect(reply(chat, 1)).to_have_text("Half")
    field(chat).fill("not sent yet")
    chat.reload()
    expect(turn(chat, 1).get_by_role("button", name="Try again")).to_be_visible()
    expect(field(chat)).to_have_value("not sent yet")
    with chat.expect_request("**/chat") as request:
        field(chat).press("Enter")
    assert request.value.post_data_json["session_id"]


@pytest.mark.parametrize(
    "stored", ["{", "null", "[1]", '{"turns": null}', '{"turns": [null]}', '{"turns": [{"question": 1}]}']
)
def test_what_others_stored_in_its_place_is_ignored(
    page: Page, gunicorn: Service, stored: str, console: list[str]
) -> None:
    page.goto(gunicorn.url)
    page.evaluate("stored => sessionStorage.setItem('twin.conversation', stored)", stored)
    page.reload()
    ask(page, "Hi")
    expect(reply(page)).to_have_text("Hello from the model.")
    assert not console


@pytest.mark.own_page
def test_works_where_nothing_may_be_stored(page: Page, gunicorn: Service) -> None:
    page.add_init_script(
        "for (const name of ['sessionStorage', 'localStorage'])"
        "Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError'); }})"
    )
    page.goto(gunicorn.url)
    page.get_by_role("button", name="Switch to").click()
    ask(page, "Hi")
    expect(reply(page)).to_have_text("Hello from the model.")


def test_asks_on_arrival_and_cleans_the_address(page: Page, gunicorn: Service, model: ScriptedModel) -> None:
    page.goto(f"{gunicorn.url}/?m=Who%20are%20you%3F&x=1")
    expect(reply(page)).to_have_text("Hello from the model.")
    assert page.url == f"{gunicorn.url}/?x=1"
    page.reload()
    expect(page.locator(".turn")).to_have_count(1)
    assert len(model.requests) == 1


def test_the_final_answer_replaces_what_was_shown(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = streams("Something unspeakable", finish_reason="content_filter")
    ask(chat, "Hi")
    expect(reply(chat)).to_have_text("I would rather not answer that. Is there something else you would like to know?")


def test_says_that_an_answer_was_cut(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = streams("As far as", finish_reason="length")
    ask(chat, "Hi")
    expect(turn(chat).locator(".note")).to_have_text("The answer reached its length limit.")


def test_a_screen_reader_hears_the_whole_answer_once(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = follows(answers(), later(0.2, streams("One ", "**two**")))
    ask(chat, "Hi")
    status = chat.get_by_role("status")
    expect(status).to_have_text("The answer is being written.")
    expect(status).to_have_text("One two")
    assert chat.locator("[aria-live], [role=log], [role=alert]").count() == 0


def test_everything_is_within_reach_of_the_keyboard(chat: Page) -> None:
    ask(chat, "Hi")
    expect(chat.get_by_role("button", name="Copy")).to_be_visible()
    seen = set()
    for _ in range(9):
        chat.keyboard.press("Tab")
        seen.add(chat.evaluate("document.activeElement.id || document.activeElement.ariaLabel"))
    assert {"message", "send", "new-chat", "theme", "Edit the question", "Copy", "Answer again"} <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_follows_the_system_until_switched(page: Page, gunicorn: Service, scheme: str) -> None:
    other = {"light": "dark", "dark": "light"}[scheme]
    page.emulate_media(color_scheme=scheme)
    page.goto(gunicorn.url)
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    button = page.get_by_role("button", name="Switch to")
    expect(button).to_have_accessible_name(f"Switch to {other}")
    button.click()
    after = page.evaluate(paper)
    assert before != after
    page.reload()
    assert page.evaluate(paper) == after
    expect(button).to_have_accessible_name(f"Switch to {scheme}")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_fits_every_width(page: Page, gunicorn: Service, model: ScriptedModel, width: int) -> None:
    model.otherwise = answers(
        "w" * 400 + "\n\n```\n" + "c" * 400 + "\n```\n\n| " + "t" * 200 + " | b |\n|--|--|\n| 1 | 2 |"
    )
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(gunicorn.url)
    ask(page, "q" * 300)
    expect(page.locator(".foot").get_by_role("button", name="Copy")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('#send').getBoundingClientRect().right") <= width


def test_what_has_the_focus_is_not_covered(page: Page, gunicorn: Service, model: ScriptedModel) -> None:
    model.otherwise = answers("\n\n".join(f"[link {number}](https://example.com/{number})" for number in range(40)))
    page.set_viewport_size({"width": 800, "height": 600})
    page.emulate_media(reduced_motion="reduce")  # no scrolling is under way when it is measured
    page.goto(gunicorn.url)
    ask(page, "Links?")
    page.get_by_role("link", name="link 0").focus()
    for _ in range(39):
        page.keyboard.press("Tab")
        top, bottom, covered_from, covered_to = page.evaluate(
            "['.masthead', '#composer'].flatMap(it => document.querySelector(it).getBoundingClientRect().toJSON())"
            ".concat(document.activeElement.getBoundingClientRect().toJSON())"
            ".flatMap((box, at) => [[box.bottom], [box.top], [box.top, box.bottom]][at])"
        )[0:4]
        assert covered_from >= top - 1
        assert covered_to <= bottom + 1


def test_nothing_moves_for_who_wants_it_still(page: Page, gunicorn: Service, model: ScriptedModel) -> None:
    page.emulate_media(reduced_motion="reduce")
    model.otherwise = held("Half")
    page.goto(gunicorn.url)
    ask(page, "Hi")
    expect(reply(page)).to_have_text("Half")
    assert page.evaluate("document.getAnimations({subtree: true}).length") == 0


def test_shows_what_the_owner_set(start_service: Callable[..., Service], page: Page) -> None:
    service = start_service(
        "gunicorn",
        OWNER_NAME="Ada <Lovelace>",
        ACCENT="#FC0",
        GREETING="Hello & welcome.\nAsk “me”.",
        STARTERS="One? | Two|| <b>Three</b>",
    )
    page.goto(service.url)
    assert page.title() == "Ada <Lovelace>"
    expect(page.locator(".greeting")).to_have_text("Hello & welcome. Ask “me”.")
    assert page.locator(".starters button").all_text_contents() == ["One?", "Two", "<b>Three</b>"]
    style = "getComputedStyle(document.querySelector('#send'))"
    assert page.evaluate(f"[{style}.backgroundColor, {style}.color]") == ["rgb(255, 204, 0)", "rgb(0, 0, 0)"]
    assert page.locator(".notice:visible, .portrait").count() == 0


def test_says_that_the_embedded_model_is_a_trial(trial: Service, page: Page) -> None:
    page.goto(trial.url)
    expect(page.get_by_text("This is a trial.")).to_be_visible()
    ask(page, "Who are you?")
    expect(page.get_by_role("button", name="Copy")).to_be_visible()


@pytest.mark.own_page
def test_the_page_is_small_and_strict(page: Page, gunicorn: Service, console: list[str]) -> None:
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    with page.expect_response(gunicorn.url + "/") as answer:
        page.goto(gunicorn.url, wait_until="networkidle")
    assert len(requests) <= 10, requests
    sizes = [request.sizes() for request in requests]
    assert 20_000 < sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= 60_000
    policy = dict(part.split(" ", 1) for part in answer.value.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[f"{kind}-src"] for kind in ("script", "style", "img", "connect")} == {"'self'"}
    assert policy["frame-ancestors"] == "'self' http://localhost:3000"
    html = answer.value.text()
    assert not re.search(r"<style|style=|<script(?![^>]* src=)| on\w+=|javascript:|https?://", html)
    assert not console


def test_a_new_question_is_at_the_top_while_its_answer_grows(chat: Page, model: ScriptedModel) -> None:
    model.otherwise = answers("A long answer.\n\n" * 30)
    for number in range(2):
        ask(chat, f"Question {number}")
        expect(turn(chat, number)).to_have_attribute("data-state", "answered")
    model.otherwise = held("One ")
    ask(chat, "The third?")
    expect(reply(chat, 2)).to_have_text("One ")
    expect(turn(chat, 2).locator(".question")).to_be_in_viewport(ratio=1)
    expect(reply(chat, 2)).to_be_in_viewport(ratio=1)
    top = "document.querySelectorAll('.question')[2].getBoundingClientRect().top"
    wait_until(lambda: chat.evaluate(top) < 200)
