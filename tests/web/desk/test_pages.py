# ruff: noqa: E501 - an attack to a line
"""The desk in a browser: what its owner does there, and what visitors' words do not."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Connection

from twin.memory import Memory
from twin.settings import Settings
from twin.stores import Databases

from ...support.desk import PASSWORD, remember
from ...support.pages import assert_accessible
from ...support.scripted_model import ScriptedModel
from ...support.service import Service
from ...support.settings import KEY
from ...support.warm import WarmPythons

EVIL = "http://evil.example"
ATTACKS = [
    "<script>window.ran = 1</script>",
    f'<script src="{EVIL}/x.js"></script>',
    '"><img src=x onerror="window.ran = 1">',
    "'><svg onload=window.ran=1>",
    f'<iframe srcdoc="<script>parent.ran = 1</script>"></iframe><link rel=stylesheet href="{EVIL}/x.css">',
    "</title></textarea></div></li><script>window.ran = 1</script>",
    f'<meta http-equiv=refresh content="0;url={EVIL}/"><base href="{EVIL}/">',
    '<form action="/desk/try" method=post><button>Sign out</button></form><input autofocus onfocus=window.ran=1>',
    f"![pixel]({EVIL}/pixel.png) [click](javascript:window.ran=1) <{EVIL}>",
    "{{ config }} {% raw %} {{ ''.__class__.__mro__ }} ${window.ran=1} `${window.ran=1}`",
    "\u202egnp.exe\u202c \u2066\u2067moc.live\u2069 \u202e\u202e\u202e",
    "\x00\x01\x1b[31m\x7f\u2028\u2029\ufeff",
    "a" * 20_000,
    "\u0301" * 2_000 + "Z\u0334\u0316" * 500,
    "<b>" * 5_000,
    "data:text/html,<script>parent.ran=1</script> javascript:window.ran=1",
    "&lt;script&gt;window.ran=1&lt;/script&gt; &#60;img src=x onerror=window.ran=1&#62;",
    "-->]]><!--<![CDATA[<script>window.ran = 1</script>",
    f'<style>@import "{EVIL}/x.css"; * {{ background: url({EVIL}/y.png) }}</style>',
    "name@example.com?bcc=evil@evil.example&body=x\r\nBcc: evil@evil.example",
]
# Each attack alone, in a sentence, in a list, in capitals, after a line, beside Arabic, in quotes, doubled, …
DRESSES: list[Callable[[str], str]] = [
    str,
    lambda text: f"Hello, {text} is what I mean.",
    lambda text: f"- one\n- {text}\n",
    lambda text: f"\n\n{text}\t\n",
    lambda text: f"مرحبا {text} שלום",
    lambda text: f"\"{text}\" '{text}'",
    lambda text: f"{text}{text}",
    lambda text: f"```html\n{text}\n```",
    lambda text: f"<p>{text}",
    lambda text: text.swapcase(),
]


@pytest.fixture
def service(start_service: Callable[..., Service]) -> Service:
    return start_service("gunicorn", MEMORY="on", DESK_PASSWORD=PASSWORD)


@pytest.fixture
def memory(service: Service) -> Iterator[Memory]:
    memory = Memory(Settings(memory=True), Databases(None, service.root / "instance"))
    with closing(memory.database):
        yield memory


def sign_in(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/desk")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()


def annotate(text: str) -> str:
    source = {"title": text, "file": text, "quote": text, "supports": [[0, 1]]}
    mark = {"text": text, "start": 0, "end": len(text) // 2 + 1}
    removed = {"repaired": [text], "removed": [text]}
    return json.dumps({"grounded": False, "sources": [source], "unsupported": [mark], "grounding": removed})


def test_200_hostile_texts_run_nothing_and_request_nothing(
    page: Page, service: Service, memory: Memory, console: list[str], requested: list[str]
) -> None:
    asking = "INSERT INTO owner_questions (conversation, question, contact, consent, answer, asked_at) VALUES (?, ?, ?, ?, ?, 1e9)"
    noting = "INSERT INTO feedback (conversation, position, value, note, given_at) VALUES (?, ?, -1, ?, 1e9)"
    for place, attack in enumerate(ATTACKS):
        dressed = [dress(attack)[:40_000] for dress in DRESSES]
        remember(memory, *(text for text in dressed for _ in range(2)), annotations=annotate(attack[:500]))
        number = 11 * place + 1
        asked = [(number, text, text[:300], "Yes.", text) for text in dressed]
        noted = [(number, 2 * turn + 1, text) for turn, text in enumerate(dressed)]
        memory.database.transact(partial(Connection.exec_driver_sql, statement=asking, parameters=asked))
        memory.database.transact(partial(Connection.exec_driver_sql, statement=noting, parameters=noted))
        for text in dressed:
            remember(memory, text, "Hello.")
    sign_in(page, service)
    links = [f"/desk/conversations/{number}" for number in range(1, len(ATTACKS) * 11, 11)]
    links += ["/desk", "/desk?words=script", "/desk?words=%3Cscript%3Ewindow.ran=1%3C/script%3E"]
    seen = 0
    while links:
        page.goto(service.url + links.pop())
        seen += page.locator(".entry, .saying").count()
        assert page.evaluate(
            "[window.ran, document.querySelectorAll('script, iframe, main img, form').length < 32]"
        ) == [None, True]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        older = page.get_by_role("link", name="Older")
        links += [str(older.get_attribute("href"))] if older.count() else []
    assert seen > 2 * 200
    assert not [url for url in requested if not url.startswith(service.url)]
    assert console == []


def test_the_owner_reads_marks_and_deletes_with_the_keyboard(
    page: Page, service: Service, memory: Memory, model: ScriptedModel, console: list[str]
) -> None:
    for name in ("Ada", "Bob", "Cy"):
        service.chat(f"I am {name}.", session_id=str(remember(memory, "Hi", "Hello.", at=1e9)))
    sign_in(page, service)
    entries = page.locator("a.entry")
    expect(entries).to_have_count(3)
    expect(page.get_by_role("link", name="Unread 3")).to_be_visible()
    page.wait_for_load_state()  # until then no script listens
    for key in "jjkj":
        page.keyboard.press(key)
    expect(entries.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".saying")).to_have_count(4)
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.locator(".saying").first).to_be_focused()
    page.goto(f"{service.url}/desk")
    expect(page.get_by_role("link", name="Unread 2")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("jkr bob")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing was found.")).to_be_visible()
    page.get_by_label("Words").fill("bob")
    page.keyboard.press("Enter")
    expect(entries).to_have_count(1)
    entries.first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert "I am Bob." in download.value.path().read_text()
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    expect(entries).to_have_count(2)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(f"{service.url}/desk")
    expect(page.get_by_label("Password")).to_be_visible()
    assert console == []


def test_a_link_signs_in_once_and_leaves_no_trace(page: Page, service: Service, pythons: WarmPythons) -> None:
    settings = {"PATH": os.environ["PATH"], "OPENAI_API_KEY": KEY, "MEMORY": "on"}
    link = pythons.run(["flask", "twin", "desk", "--url", service.url], service.root, settings).stdout.strip()
    token = link.partition("#")[2]
    assert re.fullmatch(r"[\w-]{43}", token)
    page.goto(link)
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("used before")
    assert token not in service.log()
    assert token not in page.url


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_shows_all(page: Page, service: Service, memory: Memory, theme: str) -> None:
    remember(memory, "Where do you live? " + "x" * 300, "I live in Kyiv.", annotations=annotate("I live in Kyiv."))
    service.http.post(f"/sessions/{uuid4()}/questions", json={"question": "Will you come? " + "x" * 300})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{service.url}/desk/link")
    assert_accessible(page)
    page.goto(f"{service.url}/desk")
    assert_accessible(page)
    sign_in(page, service)
    for path in ("/desk", "/desk?view=unread", "/desk/conversations/1", "/desk/conversations/2", "/desk/gaps"):
        page.goto(service.url + path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
