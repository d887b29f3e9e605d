"""The page where the service remembers: it comes back, tries again, downloads and deletes."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from twin.memory import Annotations, CitedSource, Conversation, KeptMessage, KeptSession, Memory
from twin.settings import Settings
from twin.stores import Databases

from ...support.browsers import listening
from ...support.pages import ask, assert_accessible, field, held, reply, turn
from ...support.scripted_model import ScriptedModel, answers, fails, streams, waits_for
from ...support.service import Service, wait_until

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
AN_HOUR = 3_600  # seconds
NO_STORAGE = (
    "for (const name of ['sessionStorage', 'localStorage'])"
    "Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError'); }})"
)


class Line:
    """The way to a service, which may be cut; `url` is its near end, `refused` how requests begin that it cuts off."""

    def __init__(self, service: Service) -> None:
        self.refused: bytes | None = None
        self._port = service.port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._ends: list[tuple[socket.socket, socket.socket]] = []
        self._unnoticed: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut(self, *, tells: bool = True) -> None:
        """Cut what is connected; unless it `tells`, the service does not notice, as where a network is lost."""
        for near, _ in self._ends:
            if not tells:
                self._unnoticed.add(near)
            self._shut(near)

    def close(self) -> None:
        self._shut(self._server)
        self._threads[0].join()
        self.cut()
        for _, far in self._ends:
            self._shut(far)
        for thread in self._threads:
            thread.join()
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends.append((near, far))
                for pump in (self._ask, self._answer):
                    self._threads.append(threading.Thread(target=pump, args=(near, far), daemon=True))
                    self._threads[-1].start()

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                if self.refused is not None and data.startswith(self.refused):
                    break
                far.sendall(data)
        self._shut(near)
        if near not in self._unnoticed:
            self._shut(far)

    def _answer(self, near: socket.socket, far: socket.socket) -> None:
        with far, near, suppress(OSError):
            while data := far.recv(65536):
                with suppress(OSError):
                    near.sendall(data)
            self._shut(near)

    @staticmethod
    def _shut(end: socket.socket) -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def remembering(under: Callable[..., Service], model: ScriptedModel) -> Service:
    """A service that remembers, and whose breaker has just seen an answer."""
    service = under("gunicorn", MEMORY="on")
    assert service.chat().status_code == 200
    model.reset()
    return service


@pytest.fixture
def line(remembering: Service) -> Iterator[Line]:
    made = Line(remembering)
    yield made
    made.close()


@pytest.fixture
def chat(page: Page, remembering: Service, console: list[str]) -> Page:
    page.goto(remembering.url)
    return page


@pytest.fixture
def sent(page: Page) -> Iterator[list[Request]]:
    """Every question that the page sends."""
    requests: list[Request] = []
    with listening(page, "request", lambda request: requests.append(request) if request.method == "POST" else None):
        yield requests


def keys(sent: list[Request]) -> list[str | None]:
    return [request.headers.get("idempotency-key") for request in sent]


def stored(page: Page) -> dict[str, Any]:
    return json.loads(page.evaluate("localStorage.getItem('twin.conversation')"))


def session_id(page: Page) -> str:
    return stored(page)["sessionId"]


def remembered(service: Service, session: str) -> list[str] | None:
    """What the service has of a session, as the sentences that were said."""
    answer = service.http.get(f"/sessions/{session}")
    return None if answer.status_code == 404 else [message["content"] for message in answer.json()["messages"]]


def expect_answer(page: Page, number: int = 0) -> None:
    """Wait for an answer's end; its words are there before."""
    expect(turn(page, number)).to_have_attribute("data-state", "answered")
    expect(reply(page, number)).to_have_text("Hello from the model.")


def status(page: Page) -> Locator:
    return page.get_by_role("status")


def confirm(page: Page, button: str = "Delete") -> None:
    page.get_by_role("button", name="Your chats").click()
    page.locator("#chat-list li", has=page.locator("[aria-current]")).get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete this chat").get_by_role("button", name=button).click()


@pytest.mark.parametrize("path", ["/", "/widget/panel"])
def test_says_whether_it_remembers(page: Page, gunicorn: Service, remembering: Service, path: str) -> None:
    page.goto(gunicorn.url + path)
    expect(page.locator(".caution").last).to_contain_text("Each question is answered on its own")
    assert page.locator("#chats, dialog").count() == 0
    page.goto(remembering.url + path)
    expect(page.locator(".caution").last).to_contain_text(
        "kept for 90 days after its last message, unless you delete it."
    )
    expect(page.locator(".caution").last).not_to_contain_text("on its own")


@pytest.mark.parametrize(
    ("days", "words"), [("0", "kept for ever, unless"), ("1", "kept for 1 day after its last message")]
)
def test_says_for_how_long(page: Page, remembering: Service, days: str, words: str) -> None:
    def shorten(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('data-days="90"', f'data-days="{days}"'))

    page.route(f"{remembering.url}/", shorten)
    page.goto(remembering.url)
    expect(page.locator(".caution").last).to_contain_text(words)


def test_a_reload_shows_what_the_service_remembers(chat: Page, model: ScriptedModel) -> None:
    for number, finish_reason in enumerate(["stop", "length", "content_filter"]):
        model.otherwise = streams(f"Answer {number}", finish_reason=finish_reason)
        ask(chat, "The same?")
        expect(turn(chat, number)).to_have_attribute("data-state", "answered")
    shown = chat.locator(".answer").all_text_contents()
    chat.evaluate(
        "const key = 'twin.conversation', kept = JSON.parse(localStorage[key]);"
        "kept.turns = [{question: 'Forged?', answer: 'Yes.', state: 'answered', note: ''}];"
        "localStorage[key] = JSON.stringify(kept)"
    )
    chat.reload()
    expect(chat.locator(".question")).to_have_text(["The same?"] * 3)
    assert chat.locator(".answer").all_text_contents() == shown
    expect(turn(chat, 1).locator(".note")).to_have_text("The answer reached its length limit.")
    assert len(model.requests) == 3


@pytest.mark.own_page
def test_comes_back_after_the_tab_was_closed_and_goes_on(
    chat: Page, remembering: Service, model: ScriptedModel
) -> None:
    ask(chat, "One")
    expect_answer(chat)
    before = session_id(chat)
    assert UUID4.fullmatch(before)
    assert chat.evaluate("sessionStorage.length") == 0
    chat.close()
    again = chat.context.new_page()
    again.goto(remembering.url)
    expect_answer(again)
    ask(again, "Two")
    expect_answer(again, 1)
    assert session_id(again) == before
    assert [message["content"] for message in model.requests[-1]["messages"][1:]] == [
        "One",
        "Hello from the model.",
        "Two",
    ]


@pytest.mark.own_page
def test_makes_its_ids_where_the_browser_makes_none(page: Page, remembering: Service, sent: list[Request]) -> None:
    page.add_init_script("delete Crypto.prototype.randomUUID")  # as on http, but for localhost
    page.goto(remembering.url)
    for number in range(2):
        ask(page, "Hi")
        expect_answer(page, number)
    ids = {request.post_data_json["session_id"] for request in sent}
    assert len(ids) == 1
    assert len({*keys(sent), *ids}) == 3
    assert all(UUID4.fullmatch(str(made)) for made in (*keys(sent), *ids))


@pytest.mark.own_page
def test_works_where_nothing_may_be_stored(page: Page, remembering: Service, sent: list[Request]) -> None:
    page.add_init_script(NO_STORAGE)
    page.goto(remembering.url)
    for number in range(2):
        ask(page, "Hi")
        expect_answer(page, number)
    session = sent[0].post_data_json["session_id"]
    assert sent[1].post_data_json["session_id"] == session
    confirm(page)
    expect(status(page)).to_have_text("Deleted.")
    assert remembered(remembering, session) is None
    page.reload()
    expect(page.locator("#welcome")).to_be_visible()


def test_a_question_on_arrival_waits_for_what_was_said(
    chat: Page, remembering: Service, sent: list[Request], model: ScriptedModel
) -> None:
    ask(chat, "One")
    expect_answer(chat)
    waiting: list[Route] = []
    chat.route("**/sessions/*", lambda route: waiting.append(route))
    chat.goto(f"{remembering.url}/?m=Two")
    expect_answer(chat)
    ask(chat, "Three")  # which has to wait too, and then finds the twin busy
    expect(field(chat)).to_have_value("Three")
    assert len(sent) == 1
    waiting[0].continue_()
    expect_answer(chat, 1)
    expect(chat.locator(".question")).to_have_text(["One", "Two"])
    expect(field(chat)).to_have_value("Three")
    assert len({request.post_data_json["session_id"] for request in sent}) == 1


def test_what_the_service_no_longer_has_is_forgotten_but_for_the_draft(
    chat: Page, remembering: Service, model: ScriptedModel
) -> None:
    ask(chat, "One")
    expect_answer(chat)
    before = session_id(chat)
    field(chat).fill("not sent yet")
    assert remembering.http.delete(f"/sessions/{before}").status_code == 204
    chat.reload()
    expect(chat.locator(".turn")).to_have_count(0)
    expect(chat.locator("#welcome")).to_be_visible()
    expect(field(chat)).to_have_value("not sent yet")
    assert stored(chat)["turns"] == []
    field(chat).press("Enter")
    expect_answer(chat)
    assert session_id(chat) != before


def test_shows_a_conversation_from_elsewhere_that_the_twin_began(page: Page, remembering: Service) -> None:
    session, now = uuid4(), time.time()
    lines = [("assistant", "Welcome!"), ("user", "Hi"), ("assistant", "Hello.")]
    said = [KeptMessage(position, role, text, now) for position, (role, text) in enumerate(lines)]
    sources = [CitedSource(title="Biscuit", file="dog.md", quote="My dog is called Biscuit.")]
    said[2] = replace(said[2], annotations=Annotations(sources=sources).dump())
    memory = Memory(Settings(memory=True), Databases(None, remembering.root / "instance"))
    memory.insert(Conversation(KeptSession(session, now, now, next_position=3), said))
    memory.database.close()
    page.goto(remembering.url)
    conversation = json.dumps({"sessionId": str(session), "draft": "", "turns": []})
    page.evaluate("(conversation) => localStorage.setItem('twin.conversation', conversation)", conversation)
    page.reload()
    expect(page.locator(".question")).to_have_text(["Hi"])
    expect(reply(page)).to_have_text("Hello.")
    expect(status(page)).to_be_empty()
    page.locator(".sources summary").click()
    expect(page.locator(".sources cite")).to_have_text("Biscuit")


def test_shows_its_own_copy_where_the_service_cannot_say(page: Page, line: Line, model: ScriptedModel) -> None:
    page.goto(line.url)
    ask(page, "One")
    expect_answer(page)
    before = session_id(page)
    line.refused = b"GET /sessions/"
    page.reload()
    expect(status(page)).to_have_text("The twin cannot be reached: this is what your browser kept.")
    expect(status(page)).to_be_in_viewport()
    expect_answer(page)
    assert session_id(page) == before
    line.refused = None
    ask(page, "Two")
    expect_answer(page, 1)
    page.reload()
    expect(page.locator(".question")).to_have_text(["One", "Two"])
    expect(status(page)).to_be_empty()


def test_a_question_that_the_service_does_not_have_can_still_be_tried_again(
    chat: Page, remembering: Service, model: ScriptedModel, sent: list[Request]
) -> None:
    model.script.append(fails(401))
    ask(chat, "One")
    expect(chat.get_by_role("button", name="Try again")).to_be_visible()
    chat.reload()
    chat.get_by_role("button", name="Try again").click()
    expect_answer(chat)
    model.script.append(fails(401))
    ask(chat, "One")
    expect(turn(chat, 1)).to_have_attribute("data-state", "failed")
    chat.reload()
    chat.get_by_role("button", name="Try again").click()
    expect_answer(chat, 1)
    first, second, third, fourth = keys(sent)
    assert (first, third) == (second, fourth)
    assert first != third
    assert remembered(remembering, session_id(chat)) == ["One", "Hello from the model."] * 2


@pytest.mark.parametrize("reloaded", [False, True])
def test_a_turn_that_was_stopped_is_replaced_when_it_is_tried_again(
    chat: Page, remembering: Service, model: ScriptedModel, sent: list[Request], reloaded: bool
) -> None:
    model.otherwise = held("Half ", "an ")
    ask(chat, "Go on")
    expect(reply(chat)).to_have_text("Half an ")
    chat.get_by_role("button", name="Stop").click()
    expect(turn(chat).locator(".note")).to_have_text("Stopped.")
    session = session_id(chat)
    if reloaded:
        wait_until(lambda: remembered(remembering, session))
        chat.reload()
        expect(turn(chat).locator(".note")).to_have_text("Stopped.")
        expect(reply(chat)).to_have_text("Half an ")
    model.otherwise = answers("All of it.")
    chat.get_by_role("button", name="Try again").click()
    expect(turn(chat)).to_have_attribute("data-state", "answered")
    expect(reply(chat)).to_have_text("All of it.")
    assert remembered(remembering, session) == ["Go on", "All of it."]
    assert len(set(keys(sent))) == 1
    chat.reload()
    expect(chat.locator(".turn")).to_have_count(1)


@pytest.mark.own_page
def test_an_answer_that_broke_off_is_asked_for_again(
    page: Page, line: Line, remembering: Service, model: ScriptedModel, sent: list[Request]
) -> None:
    model.script.append(held("Half "))
    page.clock.install(time=0)
    page.goto(line.url)
    page.clock.pause_at(AN_HOUR)  # so that what is told for a second is seen
    ask(page, "Will it come?")
    wait_until(lambda: page.clock.run_for(50) or "Half" in reply(page).text_content())
    line.cut()
    expect(status(page)).to_have_text("No answer yet. Trying again in 1 second.")
    expect(status(page)).to_be_in_viewport()
    expect(reply(page)).to_have_text("Half ")
    page.clock.resume()
    expect_answer(page)
    expect(status(page)).to_have_text("Hello from the model.")
    assert len(set(keys(sent))) == 1
    assert len(model.requests) == 2
    assert remembered(remembering, session_id(page)) == ["Will it come?", "Hello from the model."]


def test_an_answer_that_was_finished_without_the_page_is_not_asked_for_twice(
    page: Page, line: Line, remembering: Service, model: ScriptedModel, sent: list[Request]
) -> None:
    finish = threading.Event()
    model.otherwise = waits_for(finish, answers("Hello at last."))
    page.goto(line.url)
    ask(page, "Will it come?")
    wait_until(lambda: model.requests)
    with page.expect_response(lambda response: response.status == 409):  # it is still being answered
        line.cut(tells=False)
    finish.set()
    expect(turn(page)).to_have_attribute("data-state", "answered")
    expect(reply(page)).to_have_text("Hello at last.")
    assert len(model.requests) == 1
    assert len(set(keys(sent))) == 1
    assert remembered(remembering, session_id(page)) == ["Will it come?", "Hello at last."]


@pytest.mark.own_page
def test_gives_up_after_five_more_tries_and_keeps_the_key(
    page: Page, line: Line, model: ScriptedModel, sent: list[Request]
) -> None:
    page.clock.install(time=0)
    page.goto(line.url)
    page.clock.pause_at(AN_HOUR)
    line.refused = b"POST /chat"
    ask(page, "Are you there?")
    for seconds in (1, 2, 4, 8, 16):
        plural = "" if seconds == 1 else "s"
        expect(status(page)).to_have_text(f"No answer yet. Trying again in {seconds} second{plural}.")
        page.clock.fast_forward(seconds * 1_000)
    expect(turn(page).locator(".note")).to_have_text("The twin cannot be reached. Are you online?")
    assert model.requests == []
    line.refused = None
    page.get_by_role("button", name="Try again").click()
    expect_answer(page)
    assert len(sent) == 7
    assert len(set(keys(sent))) == 1
    assert len(model.requests) == 1


@pytest.mark.own_page
def test_stop_ends_the_tries(page: Page, line: Line, model: ScriptedModel, sent: list[Request]) -> None:
    page.clock.install(time=0)
    page.goto(line.url)
    page.clock.pause_at(AN_HOUR)
    line.refused = b"POST /chat"
    ask(page, "Are you there?")
    expect(status(page)).to_contain_text("Trying again")
    page.get_by_role("button", name="Stop").click()
    expect(turn(page).locator(".note")).to_have_text("Stopped.")
    expect(status(page)).not_to_be_in_viewport()
    page.clock.fast_forward(60_000)
    assert len(sent) == 1


@pytest.mark.own_page
def test_without_memory_nothing_is_tried_twice(
    page: Page, gunicorn: Service, model: ScriptedModel, sent: list[Request]
) -> None:
    line = Line(gunicorn)
    page.clock.install()
    page.goto(line.url)
    model.otherwise = held("Half")
    ask(page, "Hi")
    expect(reply(page)).to_have_text("Half")
    line.cut()
    expect(turn(page).locator(".note")).to_have_text("The answer broke off.")
    page.clock.fast_forward(60_000)
    assert keys(sent) == [None]
    assert page.evaluate("localStorage.length") == 0
    line.close()


def test_downloads_what_was_said(chat: Page, model: ScriptedModel) -> None:
    ask(chat, "Who are you?")
    expect_answer(chat)
    chat.get_by_role("button", name="Your chats").click()
    with chat.expect_download() as started:
        chat.get_by_role("link", name="Download").click()
    assert re.fullmatch(r"conversation-\d{4}-\d\d-\d\d\.json", started.value.suggested_filename)
    kept = json.loads(started.value.path().read_text())
    assert kept["session_id"] == session_id(chat)
    said = [(message["role"], message["content"]) for message in kept["messages"]]
    assert said == [("user", "Who are you?"), ("assistant", "Hello from the model.")]


def test_deletes_here_and_on_the_service(chat: Page, remembering: Service, console: list[str]) -> None:
    chat.get_by_role("button", name="Your chats").click()
    expect(chat.get_by_role("dialog").get_by_text("No chat yet.")).to_be_visible()
    chat.keyboard.press("Escape")
    ask(chat, "One")
    expect_answer(chat)
    field(chat).fill("a draft")
    before = session_id(chat)
    confirm(chat, "Keep")
    expect(chat.get_by_role("button", name="Delete")).to_be_focused()
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("button", name="Keep")).to_be_focused()
    chat.keyboard.press("Escape")
    chat.keyboard.press("Escape")
    expect(chat.get_by_role("dialog")).to_have_count(0)
    expect(chat.get_by_role("button", name="Your chats")).to_be_focused()
    assert remembered(remembering, before) == ["One", "Hello from the model."]
    confirm(chat)
    expect(status(chat)).to_have_text("Deleted.")
    expect(status(chat)).to_be_in_viewport()
    expect(chat.locator("#welcome")).to_be_visible()
    expect(field(chat)).to_be_focused()
    expect(field(chat)).to_have_value("a draft")
    assert remembered(remembering, before) is None
    assert before not in chat.evaluate("JSON.stringify(localStorage)")
    field(chat).press("Enter")
    expect_answer(chat)
    assert session_id(chat) != before
    assert not console


def test_deletes_while_an_answer_is_being_written(chat: Page, remembering: Service, model: ScriptedModel) -> None:
    model.otherwise = held("Half")
    ask(chat, "One")
    expect(reply(chat)).to_have_text("Half")
    before = session_id(chat)
    confirm(chat)
    expect(status(chat)).to_have_text("Deleted.")
    expect(chat.locator(".turn")).to_have_count(0)
    expect(chat.get_by_role("button", name="Ask")).to_be_visible()
    wait_until(lambda: model.left)
    assert remembered(remembering, before) is None


def test_where_nothing_could_be_deleted_all_of_it_stays(page: Page, line: Line, remembering: Service) -> None:
    page.goto(line.url)
    ask(page, "One")
    expect_answer(page)
    before = session_id(page)
    line.refused = b"DELETE"
    confirm(page)
    expect(status(page)).to_have_text("Nothing was deleted. The twin cannot be reached. Are you online?")
    expect(status(page)).to_be_in_viewport()
    expect_answer(page)
    assert session_id(page) == before
    assert remembered(remembering, before)


def test_what_one_tab_deletes_the_others_forget(chat: Page, remembering: Service) -> None:
    ask(chat, "One")
    expect_answer(chat)
    other = chat.context.new_page()
    other.goto(remembering.url)
    expect_answer(other)
    before = session_id(chat)
    confirm(chat)
    expect(other.locator(".turn")).to_have_count(0)
    other.goto("about:blank")  # which makes it save what it would
    assert before not in chat.evaluate("JSON.stringify(localStorage)")


def test_what_one_tab_deletes_leaves_another_chat_in_another_tab(chat: Page, remembering: Service) -> None:
    ask(chat, "One")
    expect_answer(chat)
    other = chat.context.new_page()
    other.goto(remembering.url)
    other.get_by_role("button", name="New chat").click()
    ask(other, "Two")
    expect_answer(other)
    after = stored(other)
    other.evaluate("addEventListener('storage', (event) => (window.last = event.key))")
    confirm(chat)
    expect(status(chat)).to_have_text("Deleted.")
    chat.evaluate("localStorage.setItem('told', 'all')")
    wait_until(lambda: other.evaluate("window.last") == "told")
    expect(other.locator(".question")).to_have_text(["Two"])
    assert stored(chat) == after


def test_a_new_chat_leaves_the_one_before_to_the_service(chat: Page, remembering: Service, sent: list[Request]) -> None:
    ask(chat, "One")
    expect_answer(chat)
    before = session_id(chat)
    chat.get_by_role("button", name="New chat").click()
    expect(status(chat)).to_have_text("A new chat. The one before is among your chats.")
    expect(status(chat)).to_be_in_viewport()
    ask(chat, "Two")
    expect_answer(chat)
    assert session_id(chat) != before
    assert remembered(remembering, before) == ["One", "Hello from the model."]
    assert remembered(remembering, session_id(chat)) == ["Two", "Hello from the model."]


@pytest.mark.parametrize(
    ("scheme", "path", "width"),
    [("light", "/", 1000), ("dark", "/", 320), ("light", "/widget/panel", 400), ("dark", "/widget/panel", 320)],
)
def test_is_accessible_and_fits(page: Page, remembering: Service, scheme: str, path: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(remembering.url + path)
    ask(page, "Hi")
    expect_answer(page)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    tools = page.locator(".masthead .tools > :visible")
    names = [tool.get_attribute("aria-label") for tool in tools.all()]
    assert (
        names
        == ["New chat", "Your chats", f"Switch to {'light' if scheme == 'dark' else 'dark'}", "Close"][: len(names)]
    )
    boxes = [tool.bounding_box() for tool in tools.all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert len({box["y"] for box in boxes}) == 1
    tools.first.focus()
    for name in names[1:]:
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.get_by_role("button", name="Your chats").click()
    expect(page.get_by_role("dialog")).to_be_in_viewport(ratio=1)
    assert_accessible(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog", name="Delete this chat")).to_be_in_viewport(ratio=1)
    assert_accessible(page)
    page.get_by_role("dialog", name="Delete this chat").get_by_role("button", name="Delete").click()
    expect(status(page)).to_have_text("Deleted.")
    assert_accessible(page)


def test_escape_closes_the_question_before_the_panel(page: Page, remembering: Service) -> None:
    page.goto(f"{remembering.url}/widget/panel")  # its own parent, so that it hears what it tells
    page.evaluate("window.told = []; addEventListener('message', (event) => told.push(event.data))")
    ask(page, "Hi")
    expect_answer(page)
    page.get_by_role("button", name="Your chats").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Escape")
    wait_until(lambda: page.evaluate("told.length"))
    assert page.evaluate("told") == ["twin:close"]
