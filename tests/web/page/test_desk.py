"""The visitor's side of the owner's desk: asking the owner, and what comes from there into the open page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from ...support.owners import PASSWORD, Owner
from ...support.pages import ask, assert_accessible, field, reply, turn
from ...support.scripted_model import ScriptedModel, answers
from ...support.service import Service, wait_until
from ...support.stores import PostgresServer

SETTINGS = {"MEMORY": "on", "GAPS": "on", "DESK_PASSWORD": PASSWORD, "WEB_CONCURRENCY": "2"}
UNKNOWN = "[?] I don't know that."
CONSENT = (
    "The owner may use this address to answer my question, and it is deleted 30 days after the answer."  # as shown
)
HOSTILE = '<img src=x onerror="window.ran = 1"> [a](javascript:window.ran=1) <script>window.ran = 1</script> ![p](http://evil.example/p)'


@pytest.fixture
def desk(under: Callable[..., Service], model: ScriptedModel) -> Service:
    service = under("gunicorn", **SETTINGS)
    assert service.chat().status_code == 200
    model.reset()
    return service


@pytest.fixture(params=["sqlite", "postgres"])
def pair(
    request: pytest.FixtureRequest, under: Callable[..., Service], model: ScriptedModel
) -> tuple[Service, Service]:
    """The visitor's and the owner's service: two workers of one on SQLite, two services on PostgreSQL."""
    if request.param == "sqlite":
        desk: Service = request.getfixturevalue("desk")
        return desk, desk
    server: PostgresServer = request.getfixturevalue("postgres")
    settings = SETTINGS | {"DATABASE_URL": server.make_database()}
    return under("gunicorn", **settings), under("gunicorn", **settings, TZ="UTC")


@pytest.fixture
def owner(desk: Service) -> Iterator[Owner]:
    owner = Owner(desk)
    yield owner
    owner.http.close()


@pytest.fixture
def chat(page: Page, desk: Service, console: list[str]) -> Page:
    page.goto(desk.url)
    return page


def status(page: Page) -> Locator:
    return page.locator("#status")


def open_elsewhere(page: Page) -> Page:
    """Return a page on another device."""
    browser = page.context.browser
    assert browser
    return browser.new_context().new_page()


def session_id(page: Page) -> str:
    return str(json.loads(page.evaluate("localStorage['twin.conversation']"))["sessionId"])


def sign_in(page: Page, desk: Service) -> None:
    page.goto(f"{desk.url}/desk")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def wonder(page: Page, model: ScriptedModel, question: str) -> None:
    """Ask what the twin does not know."""
    model.script.append(answers(UNKNOWN))
    ask(page, question)
    expect(page.get_by_role("button", name="Ask the owner in person")).to_be_visible()


def send(page: Page, question: str | None = None, contact: str = "") -> None:
    """Ask the owner, in the open dialog."""
    dialog = page.get_by_role("dialog")
    if question is not None:
        dialog.get_by_role("textbox", name="Your question").fill(question)
    if contact:
        dialog.get_by_label("An address").fill(contact)
        dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("in the owner’s inbox")).to_be_visible()


def answer(owner: Owner, question: str, text: str) -> None:
    asked = owner.find_question(owner.find(question))
    assert owner.do(f"/desk/questions/{asked}/answer", text=text, wording="").status_code == 303


def test_the_owners_answer_comes_into_the_open_page_and_by_the_link(
    page: Page, pair: tuple[Service, Service], model: ScriptedModel, console: list[str]
) -> None:
    (desk, other), chat, question = pair, page, "Do you sing at weddings in May?"
    chat.goto(desk.url)
    at_desk = open_elsewhere(chat)
    sign_in(at_desk, other)
    wonder(chat, model, question)
    chat.get_by_role("button", name="Ask the owner in person").click()
    expect(chat.get_by_role("textbox", name="Your question")).to_have_value(question)
    assert_accessible(chat)
    send(chat, contact="ada@example.org")
    dialog, link = chat.get_by_role("dialog"), f"{desk.url}/#c={session_id(chat)}"
    expect(dialog.get_by_label("The way back")).to_have_value(link)
    expect(dialog.get_by_text("notice")).to_have_count(0)  # there is no channel
    assert_accessible(chat)
    dialog.get_by_role("button", name="Close").click()
    expect(chat.locator(".for-owner .words")).to_have_text(question)
    expect(chat.get_by_role("button", name="Ask the owner in person")).to_have_count(0)
    [kept] = desk.http.get(f"/sessions/{session_id(chat)}/export").json()["questions"]
    assert (kept["contact"], kept["consent"]) == ("ada@example.org", CONSENT)
    assert_accessible(chat)
    chat.reload()
    expect(chat.locator(".for-owner .words")).to_have_text(question)
    at_desk.reload()
    at_desk.get_by_role("link", name=question).click()
    at_desk.get_by_label("Your answer, which the visitor gets").fill("Only on **Sundays**.")
    at_desk.get_by_role("button", name="Answer once and for all").click()
    expect(reply(chat, 1)).to_have_text("Only on Sundays.")
    expect(turn(chat, 1).locator(".speaker")).to_contain_text("Roger J. Campbell · written by the owner")
    expect(turn(chat, 1)).not_to_contain_text("AI")
    expect(status(chat)).to_contain_text("Only on Sundays.")
    expect(chat.locator(".for-owner")).to_be_hidden()
    assert_accessible(chat)
    elsewhere = open_elsewhere(chat)
    elsewhere.goto(link)
    expect(reply(elsewhere, 1)).to_have_text("Only on Sundays.")
    expect(status(elsewhere)).to_contain_text("A link led to this chat")
    assert elsewhere.url == f"{desk.url}/"
    assert elsewhere.evaluate("history.length") <= 2
    for page in (elsewhere, at_desk):
        page.context.close()
    assert not console


def test_a_visitor_sees_who_speaks_while_the_owner_is_there(
    chat: Page, desk: Service, owner: Owner, model: ScriptedModel, console: list[str]
) -> None:
    ask(chat, "Where do you hold workshops?")
    expect(turn(chat)).to_have_attribute("data-state", "answered")
    number = owner.find("Where do you hold workshops?")
    assert owner.do(f"/desk/conversations/{number}/join").status_code == 303
    model.requests.clear()
    ask(chat, "Are you there?")
    expect(turn(chat, 1).locator(".note")).to_have_text(
        "Roger J. Campbell is here in person, and answers in this chat."
    )
    expect(chat.get_by_role("banner")).to_contain_text("The owner answers in person")
    assert_accessible(chat)
    owner.do(f"/desk/conversations/{number}/reply", text="Yes, I am.")
    expect(reply(chat, 2)).to_have_text("Yes, I am.")
    expect(turn(chat, 2).locator(".speaker")).to_contain_text("written by the owner")
    expect(turn(chat, 1).locator(".note")).to_be_hidden()
    chat.reload()
    expect(reply(chat, 2)).to_have_text("Yes, I am.")
    expect(chat.get_by_role("banner")).to_contain_text("The owner answers in person")
    field(chat).press("ArrowUp")
    expect(field(chat)).to_have_value("Are you there?")  # and not the owner's words
    owner.do(f"/desk/conversations/{number}/hand-back")
    expect(status(chat)).to_have_text("The AI answers again.")
    expect(chat.get_by_role("banner")).to_contain_text("An AI answers")
    assert model.requests == []
    ask(chat, "And now?")
    expect(reply(chat, 3)).to_have_text("Hello from the model.")
    assert not console


def test_asks_every_five_seconds_where_there_is_no_stream(
    page: Page, desk: Service, owner: Owner, model: ScriptedModel
) -> None:
    question = "Do you teach on Sundays?"
    page.clock.install()
    page.route("**/events", lambda route: route.fulfill(status=503))
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.method == "GET" else None)
    page.goto(desk.url)
    page.get_by_role("button", name="Ask the owner").click()
    send(page, question)
    expect(page.locator(".for-owner .words")).to_have_text(question)
    answer(owner, question, "Never.")
    wait_until(lambda: any("/events" in request.url for request in asked))
    page.wait_for_timeout(100)
    page.clock.run_for(5_000)
    expect(reply(page)).to_have_text("Never.")
    expect(turn(page).locator(".question")).to_have_text(question)
    expect(page.locator(".for-owner")).to_be_hidden()
    asked.clear()
    page.clock.run_for(60_000)
    assert not asked


def test_thumbs_are_kept_with_a_note(chat: Page, desk: Service, model: ScriptedModel, console: list[str]) -> None:
    def given() -> list[Any]:
        kept = desk.http.get(f"/sessions/{session_id(chat)}/export").json()["feedback"]
        return [(each["position"], each["value"], each.get("note")) for each in kept]

    for number in range(2):
        ask(chat, "The same?")
        expect(turn(chat, number)).to_have_attribute("data-state", "answered")
    up, down = (turn(chat).get_by_role("button", name=f"{word} answer") for word in ("Good", "Bad"))
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    assert given() == [(1, 1, None)]
    up.press("Enter")
    expect(up).to_have_attribute("aria-pressed", "false")
    assert given() == []
    down.focus()
    chat.keyboard.press("Space")
    expect(down).to_have_attribute("aria-pressed", "true")
    note = turn(chat).get_by_label("What was wrong?")
    expect(note).to_be_visible()
    assert_accessible(chat)
    chat.keyboard.press("Tab")
    expect(note).to_be_focused()
    chat.keyboard.type("Too short.")
    chat.keyboard.press("Enter")
    expect(status(chat)).to_have_text("Your note was sent.")
    expect(note).to_have_count(0)
    assert given() == [(1, -1, "Too short.")]
    chat.reload()
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(turn(chat, 1).get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "false")
    assert not console


def test_the_keyboard_alone_asks_the_owner(chat: Page, desk: Service, owner: Owner) -> None:
    field(chat).fill("Can I call you?")
    button = chat.get_by_role("button", name="Ask the owner")
    for _ in range(20):
        chat.keyboard.press("Shift+Tab")
        if button.evaluate("it => it === document.activeElement"):
            break
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("textbox", name="Your question")).to_be_focused()
    expect(chat.get_by_role("textbox", name="Your question")).to_have_value("Can I call you?")
    chat.keyboard.press("Tab")
    chat.keyboard.type("not an address that anybody checks")
    chat.keyboard.press("Tab")
    chat.keyboard.press("Space")
    chat.keyboard.press("Tab")
    chat.keyboard.press("Enter")
    expect(chat.get_by_text("in the owner’s inbox")).to_be_focused()
    chat.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(field(chat)).to_have_value("")
    owner.find("Can I call you?")
    chat.get_by_role("button", name="Your chats").click()
    expect(chat.locator("#chat-list .title")).to_have_text("Can I call you?")


def test_says_why_a_question_is_not_there(chat: Page, console: list[str]) -> None:
    refusal = {"detail": "No.", "code": "rate_limited"}
    headers = {"Retry-After": "600"}
    chat.route("**/questions", lambda route: route.fulfill(status=429, headers=headers, body=json.dumps(refusal)))
    chat.get_by_role("button", name="Ask the owner").click()
    dialog = chat.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Your question").fill("Will it work?")
    dialog.get_by_role("button", name="Send").click()
    alert = dialog.get_by_role("alert")
    expect(alert).to_have_text("You have asked many questions in a short time. Try again in 10 minutes.")
    chat.unroute("**/questions")
    chat.route("**/questions", lambda route: route.abort())
    dialog.get_by_role("button", name="Send").click()
    expect(alert).to_have_text("The twin cannot be reached. Are you online?")
    expect(dialog.get_by_role("textbox", name="Your question")).to_have_value("Will it work?")
    chat.unroute("**/questions")
    send(chat)


@pytest.mark.parametrize("notified", [False, True])
def test_says_of_a_notice_what_the_service_says(chat: Page, notified: bool) -> None:
    def report(route: Route) -> None:
        receipt = {"id": 1, "detail": "…"} | ({"notified": True} if notified else {})
        route.fulfill(status=200, content_type="application/json", body=json.dumps(receipt))

    chat.route("**/questions", report)
    chat.get_by_role("button", name="Ask the owner").click()
    send(chat, "Will you see it?")
    expect(chat.get_by_text("a notice of it was delivered")).to_have_count(int(notified))


def test_hostile_words_run_nothing(
    chat: Page, desk: Service, owner: Owner, console: list[str], requested: list[str]
) -> None:
    chat.get_by_role("button", name="Ask the owner").click()
    question = f"Hostile? {HOSTILE} \u202egnp"
    send(chat, question)
    expect(chat.locator(".for-owner .words")).to_contain_text("<script>")
    answer(owner, "Hostile?", HOSTILE)
    expect(turn(chat)).to_have_attribute("data-state", "answered")
    chat.reload()
    expect(turn(chat).locator(".speaker").last).to_contain_text("written by the owner")
    assert chat.locator(":is(.answer, .question, .for-owner) :is(img, script)").count() == 0
    assert not re.search("[\u202a-\u202e]", chat.locator(".question").inner_html())
    assert chat.evaluate("window.ran") is None
    assert all(url.startswith(f"{desk.url}/") for url in requested)
    assert not console


@pytest.mark.parametrize("link", ["#c=8b6f1c1e-6a43-4c0e-8a5e-0d7c2f1b9a11", "#c=nobody", "#c=%00%2F..%2F"])
def test_a_link_to_nothing_says_so(page: Page, desk: Service, link: str) -> None:
    page.goto(f"{desk.url}/{link}")
    expect(status(page)).to_have_text("There is nothing in this chat yet.")
    assert page.url == f"{desk.url}/"


def test_a_link_opens_in_a_page_that_is_open(chat: Page, desk: Service) -> None:
    ask(chat, "The first?")
    expect(turn(chat)).to_have_attribute("data-state", "answered")
    other = open_elsewhere(chat)
    other.goto(desk.url)
    other.evaluate("(id) => { location.hash = `c=${id}` }", session_id(chat))
    expect(other.locator(".question")).to_have_text(["The first?"])
    assert other.url == f"{desk.url}/"
    other.get_by_role("button", name="Your chats").click()
    expect(other.locator("#chat-list .title")).to_have_text("The first?")
    other.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_first_visit_stays_small(page: Page, desk: Service, language: str) -> None:
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    page.goto(f"{desk.url}/?lang={language}", wait_until="networkidle")
    assert not [request.url for request in requests if "desk" in request.url]
    sizes = [request.sizes() for request in requests]
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= 60_000


def test_says_that_the_owner_reads_and_joins_in_only_where_there_is_a_desk(
    page: Page, desk: Service, under: Callable[..., Service]
) -> None:
    words = "The owner of this twin can read this chat and join in."
    page.goto(desk.url)
    expect(page.locator(".caution").last).to_contain_text(words)
    page.goto(under("gunicorn", MEMORY="on").url)
    expect(page.locator(".caution").last).not_to_contain_text(words)
    expect(page.get_by_role("button", name="Ask the owner")).to_have_count(0)
    ask(page, "Who are you?")
    expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    expect(page.locator(".thumb")).to_have_count(0)


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(390, "dark", "en"), (320, "light", "ar"), (320, "dark", "de")]
)
def test_fits_on_a_phone_and_in_the_widgets_frame(
    page: Page, desk: Service, owner: Owner, model: ScriptedModel, width: int, scheme: Any, language: str
) -> None:
    page.set_viewport_size({"width": width, "height": 600})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    question = f"Was kostet ein Workshop in {'Donaudampfschifffahrt' * 3} {width}{scheme}?"
    page.goto(f"{desk.url}/widget/panel?lang={language}")
    model.script.append(answers(UNKNOWN))
    page.locator("#message").fill(question)
    page.locator("#message").press("Enter")
    page.locator(".turn .offer").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#owner-contact").fill("ada@example.org")
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert dialog.evaluate("it => it.scrollWidth <= it.clientWidth")
        assert_accessible(page)
        if dialog.locator("form").count():
            dialog.get_by_role("checkbox").check()
            dialog.locator(".send").click()
            expect(dialog.locator(".way")).to_be_visible()
    assert dialog.locator(".way input").input_value().startswith(f"{desk.url}/#c=")
    dialog.locator(".icon.close").click()
    page.locator(".thumb.down").click()
    expect(page.locator(".remark input")).to_be_visible()
    answer(owner, question, "Nichts. " * 40)
    expect(reply(page, 1)).to_contain_text("Nichts.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.getAnimations({subtree: true}).length") == 0
    assert_accessible(page)
