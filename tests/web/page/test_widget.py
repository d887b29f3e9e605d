"""The widget: a button on any page, and the chat in a frame where the service lets it be framed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from ...support.scripted_model import ScriptedModel
from ...support.service import Service

pytestmark = pytest.mark.own_page  # each site has stores of its own, and several are open at once

HOST_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A site</title>
<meta name="viewport" content="width=device-width">%s</head>
<body><main><h1>A site</h1><p>Words.</p><button>Its own</button></main></body></html>"""


@pytest.fixture(scope="module")
def site(serve_site: Callable[..., str]) -> tuple[str, list[str]]:
    """The address of another site, and its one page, which a test may change."""
    pages = [""]
    return serve_site(Deferred(pages)), pages


@pytest.fixture
def embed(site: tuple[str, list[str]], under: Callable[..., Service], gunicorn: Service) -> Callable[..., str]:
    """Return the address of another site with the widget on it; `listed` says whether the service knows the site."""

    def build(listed: bool = True, attributes: str = "", before: str = "") -> str:
        address, pages = site
        service = under("gunicorn", CORS_ORIGINS=address) if listed else gunicorn
        pages[0] = HOST_PAGE % f'{before}<script src="{service.url}/widget.js" {attributes} async></script>'
        return address

    return build


@pytest.fixture
def said(page: Page) -> list[str]:
    """Everything that stands in the browser's console, warnings too."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


class Deferred(str):
    """A page whose text is known only once the site has an address."""

    def __new__(cls, pages: list[str]) -> Deferred:
        made = super().__new__(cls)
        made.pages = pages
        return made

    def encode(self, *args: str) -> bytes:
        return self.pages[0].encode(*args)


def test_chats_on_a_listed_site(embed: Callable[..., str], page: Page, console: list[str]) -> None:
    page.goto(embed(attributes='data-title="Ask Roger"'))
    button = page.get_by_role("button", name="Ask Roger")
    expect(button).to_be_visible()
    assert len(page.frames) == 1  # nothing of ours but the script before the click
    button.click()
    frame = page.frame_locator("iframe[title='Ask Roger']")
    expect(frame.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("Hello?")
    page.keyboard.press("Enter")
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    assert page.context.cookies() == []
    assert not [complaint for complaint in console if "favicon" not in complaint]


def test_on_any_other_site_a_sentence_says_why_it_is_not_shown(
    embed: Callable[..., str], page: Page, console: list[str]
) -> None:
    address = embed(listed=False)
    page.goto(address)
    page.get_by_role("button", name="Ask me").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("This website is not one of those that may show the chat.")).to_be_focused()
    expect(frame.get_by_text(address)).to_be_visible()
    assert frame.get_by_label("Your message").count() == 0
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Ask me")).to_be_focused()
    assert not [complaint for complaint in console if "favicon" not in complaint]


@pytest.mark.parametrize("reason", ["framed by another", "not reached"])
def test_a_panel_that_says_nothing_gives_way_to_a_sentence(
    embed: Callable[..., str], gunicorn: Service, page: Page, reason: str
) -> None:
    page.clock.install()
    page.goto(embed(listed=reason != "framed by another"))
    if reason == "not reached":
        page.route("**/widget/panel*", lambda route: route.abort())
    else:  # the service is told of a site that it lists, as where that is framed by one that it does not
        there = f"{gunicorn.url}/widget/panel?from=http://localhost:3000"
        page.route("**/widget/panel*", lambda route: route.fulfill(response=page.request.get(there)))
    page.get_by_role("button", name="Ask me").click()
    page.wait_for_load_state("networkidle")
    page.clock.run_for(16_000)
    link = page.get_by_role("link", name="Open it in a tab")
    expect(link).to_be_focused()
    expect(page.locator("iframe")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    page.unroute_all()


def test_a_panel_that_the_sites_policy_forbids_gives_way_to_a_sentence(
    gunicorn: Service, serve_site: Callable[..., str], page: Page
) -> None:
    headers = {"Content-Security-Policy": f"script-src {gunicorn.url}; frame-src 'none'"}
    page.goto(serve_site(HOST_PAGE % f'<script src="{gunicorn.url}/widget.js" async></script>', headers=headers))
    page.get_by_role("button", name="Ask me").click()
    link = page.get_by_role("link", name="Open it in a tab")
    expect(link).to_have_attribute("href", f"{gunicorn.url}/")
    page.get_by_role("button", name="Ask me").click()
    expect(link).to_be_hidden()


@pytest.mark.parametrize("leave", ["Escape inside", "Escape outside", "close", "button"])
def test_closes_and_gives_the_focus_back(embed: Callable[..., str], page: Page, leave: str) -> None:
    page.goto(embed())
    button = page.get_by_role("button", name="Ask me")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_label("Your message")).to_be_focused()
    if leave == "Escape inside":
        page.keyboard.press("Escape")
    elif leave == "Escape outside":
        page.get_by_role("button", name="Its own").focus()
        page.keyboard.press("Escape")
    elif leave == "close":
        frame.get_by_role("button", name="Close").click()
    else:
        button.click()
    expect(page.locator("iframe")).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    expect(frame.get_by_label("Your message")).to_be_focused()


def test_keeps_the_conversation_while_it_is_closed(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed())
    button = page.get_by_role("button", name="Ask me")
    button.click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Who are you?").click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    frame.get_by_role("button", name="Close").click()
    button.click()
    expect(frame.locator(".answer")).to_be_visible()


def test_takes_its_options(embed: Callable[..., str], page: Page) -> None:
    page.emulate_media(color_scheme="light")
    options = 'data-title="<b>Hi</b>" data-position="left" data-accent="#0a7" data-theme="dark" data-open'
    page.goto(embed(attributes=options))
    button = page.get_by_role("button", name="<b>Hi</b>")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_label("Your message")).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")
    expect(button).to_have_css("background-color", "rgb(0, 170, 119)")
    expect(button).to_have_css("color", "rgb(0, 0, 0)")
    expect(button).to_have_css("left", "20px")
    expect(frame.locator("#send")).to_have_css("background-color", "rgb(0, 170, 119)")
    expect(frame.locator("body")).to_have_css("background-color", "rgb(23, 21, 19)")


def test_an_option_that_is_none_changes_nothing(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed(attributes='data-position="middle" data-accent="red; } *" data-theme="x" data-open="false"'))
    button = page.get_by_role("button", name="Ask me")
    expect(button).to_have_css("background-color", "rgb(31, 111, 92)")
    expect(button).to_have_css("right", "20px")
    assert len(page.frames) == 1


@pytest.mark.parametrize("width", [320, 390])
def test_fills_a_small_screen(embed: Callable[..., str], page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(embed())
    page.get_by_role("button", name="Ask me").click()
    expect(page.frame_locator("iframe").get_by_label("Your message")).to_be_visible()
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, "width": width, "height": 640}
    expect(page.get_by_role("button", name="Ask me")).to_be_hidden()  # which it is once the panel can be closed
    page.frame_locator("iframe").get_by_label("Your message").fill("Who are you?")
    ask = page.frame_locator("iframe").get_by_role("button", name="Ask").bounding_box()
    page.mouse.click(ask["x"] + ask["width"] * 0.8, ask["y"] + ask["height"] * 0.8)
    expect(page.frame_locator("iframe").locator(".answer")).to_have_text("Hello from the model.")
    page.frame_locator("iframe").get_by_role("button", name="Close").click()
    expect(page.locator("iframe")).to_be_hidden()


def test_on_a_small_screen_a_panel_that_is_refused_can_be_closed(embed: Callable[..., str], page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(embed(listed=False))
    page.get_by_role("button", name="Ask me").click()
    page.frame_locator("iframe").get_by_role("button", name="Close").click()
    expect(page.locator("iframe")).to_be_hidden()
    expect(page.get_by_role("button", name="Ask me")).to_be_focused()


def test_opens_by_itself_only_where_there_is_room(embed: Callable[..., str], page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(embed(attributes="data-open"))
    expect(page.get_by_role("button", name="Ask me")).to_be_visible()
    assert len(page.frames) == 1


RUDE = [
    "div { display: none }",
    "body > div { display: none !important }",
    "div { visibility: hidden; filter: blur(9px) }",
    "div:empty { display: none }",
    "iframe, button { display: none; position: static }",
]


@pytest.mark.parametrize("rule", RUDE)
def test_the_sites_own_style_does_not_reach_it(embed: Callable[..., str], page: Page, rule: str) -> None:
    site = embed()
    page.add_init_script(
        f"if (self === top) addEventListener('DOMContentLoaded', () => {{ const sheet = new CSSStyleSheet();"
        f"sheet.replaceSync(`{rule}`); document.adoptedStyleSheets = [sheet]; }})"
    )
    page.goto(site)
    page.get_by_role("button", name="Ask me").click()
    expect(page.frame_locator("iframe").get_by_label("Your message")).to_be_visible()
    expect(page.get_by_role("button", name="Ask me")).to_be_in_viewport(ratio=1)


def test_escape_is_first_for_the_sites_own_dialogs_and_fields(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed(attributes="data-open"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_label("Your message")).to_be_visible()
    page.evaluate("document.body.append(Object.assign(document.createElement('dialog'), {textContent: 'A dialog'}))")
    page.evaluate("document.querySelector('dialog').showModal()")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("iframe")).to_be_visible()
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), {type: 'search'}))")
    page.get_by_role("searchbox").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.locator("iframe")).to_be_visible()


def test_a_panel_that_is_slow_leaves_the_focus_where_it_is(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed())
    held: list[Route] = []
    page.route("**/widget/panel*", lambda route: held.append(route))
    page.get_by_role("button", name="Ask me").click()
    page.get_by_role("button", name="Its own").focus()
    held[0].continue_()
    expect(page.frame_locator("iframe").get_by_label("Your message")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="Its own")).to_be_focused()


# What docs/widget.md says that a policy has to allow, and no more; and the headers of a page that is isolated.
POLICIES = {
    "hosts": {"Content-Security-Policy": "default-src 'none'; script-src %s; frame-src %s"},
    "nonce": {"Content-Security-Policy": "default-src 'none'; script-src 'nonce-a1' 'strict-dynamic'; frame-src %s"},
    "trusted types": {"Content-Security-Policy": "require-trusted-types-for 'script'; trusted-types 'none'"},
    "require-corp": {
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Opener-Policy": "same-origin",
    },
    "credentialless": {"Cross-Origin-Embedder-Policy": "credentialless"},
}


@pytest.mark.parametrize("policy", POLICIES)
def test_chats_on_a_site_of_a_strict_policy(
    under: Callable[..., Service],
    serve_site: Callable[..., str],
    page: Page,
    said: list[str],
    policy: str,
) -> None:
    service = under("gunicorn", CORS_ORIGINS="*")
    headers = {name: value.replace("%s", service.url) for name, value in POLICIES[policy].items()}
    line = f'<link rel="icon" href="data:,"><script nonce="a1" src="{service.url}/widget.js" async></script>'
    page.goto(serve_site(HOST_PAGE % line, headers=headers))
    page.get_by_role("button", name="Ask me").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Who are you?").click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    assert page.evaluate("crossOriginIsolated") == (policy == "require-corp")
    assert not [line for line in said if "data:," not in line]


def test_hands_its_language_and_its_greeting_to_the_page(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed(attributes='data-lang="de" data-greeting="Hallo &amp; <i>willkommen</i>!" data-open'))
    expect(page.frame_locator("iframe").locator("#message")).to_be_visible()
    asked = parse_qs(urlsplit(page.frames[1].url).query)
    assert asked["lang"] == ["de"]
    assert asked["greeting"] == ["Hallo & <i>willkommen</i>!"]


@pytest.mark.parametrize("kind", ["", 'type="module"'])
def test_finds_its_own_line_among_others(embed: Callable[..., str], page: Page, kind: str) -> None:
    page.route("**/theirs/widget.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    theirs = '<script src="/theirs/widget.js" data-title="Theirs" async></script>'
    page.goto(embed(attributes=f'data-title="Ours" {kind}', before=theirs))
    page.get_by_role("button", name="Ours").click()
    expect(page.frame_locator("iframe").get_by_label("Your message")).to_be_focused()


def test_works_where_a_script_imports_it(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed(attributes='type="text/plain"'))
    page.evaluate("const line = document.querySelector('script'); line.remove(); import(line.src)")
    page.get_by_role("button", name="Ask me").click()
    expect(page.frame_locator("iframe").get_by_label("Your message")).to_be_focused()


# What scripts of a site do to its page, the panel open.
CACHED = '<p>Cached.</p><div data-twin-widget="right"></div>'
SWAPS = {
    "a new body": "document.body.replaceWith(document.createElement('body'))",
    "a body from a cache": f"document.body.outerHTML = `<body>{CACHED}</body>`",
    "nothing left": "document.documentElement.replaceChildren(document.createElement('body'))",
    "a new root": "document.documentElement.replaceWith(document.createElement('html'))",
    "a document that is written": "document.open(); document.write('<p>Written.</p>'); document.close()",
}


@pytest.mark.parametrize("swap", SWAPS)
def test_comes_back_as_it_was(embed: Callable[..., str], page: Page, swap: str) -> None:
    page.goto(embed())
    page.get_by_role("button", name="Ask me").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Who are you?").click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    for _ in range(3):
        page.evaluate(SWAPS[swap])
        expect(page.get_by_role("button", name="Ask me")).to_have_attribute("aria-expanded", "true")
        expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    frame.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Ask me")).to_be_focused()
    page.evaluate(SWAPS[swap])
    expect(page.locator("iframe")).to_be_hidden()
    page.get_by_role("button", name="Ask me").click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")


def test_the_next_page_has_it_as_the_visitor_left_it(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed(attributes="data-open"))
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Close").click()
    expect(page.locator("iframe")).to_be_hidden()
    page.reload()
    button = page.get_by_role("button", name="Ask me")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    page.goto(embed())
    expect(button).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("document.activeElement === document.body")


def test_a_page_that_removes_it_each_time_does_not_hang(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed())
    page.evaluate(
        "new MutationObserver(() => document.querySelector('[data-twin-widget]')?.remove())"
        ".observe(document.documentElement, {childList: true}); document.querySelector('[data-twin-widget]').remove()"
    )
    assert page.get_by_role("button", name="Ask me").count() == 0
    page.get_by_role("button", name="Its own").click()


def test_another_line_of_a_new_body_takes_over(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed())
    page.get_by_role("button", name="Ask me").click()
    page.evaluate(
        "const line = document.createElement('script'); line.src = document.querySelector('script').src;"
        "line.dataset.title = 'Frag mich'; line.dataset.lang = 'de'; document.body.replaceChildren(line)"
    )
    expect(page.get_by_role("button", name="Frag mich")).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="Ask me")).to_have_count(0)
    expect(page.frame_locator("iframe").locator("#message")).to_be_visible()


def test_a_line_that_is_there_twice_makes_one_button(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed())
    expect(page.get_by_role("button", name="Ask me")).to_be_visible()
    page.evaluate(
        "new Promise((done, failed) => {"
        "const again = Object.assign(document.createElement('script'), {onload: done, onerror: failed});"
        "again.src = document.querySelector('script').src; document.head.append(again); })"
    )
    expect(page.get_by_role("button", name="Ask me")).to_have_count(1)


def test_works_as_a_module_after_it_was_a_script_on_another_page_of_the_site(
    embed: Callable[..., str], page: Page
) -> None:
    page.goto(embed())  # for which a browser sends no Origin, and which it keeps
    expect(page.get_by_role("button", name="Ask me")).to_be_visible()
    page.goto(embed(attributes='type="module" data-title="As a module"'))
    expect(page.get_by_role("button", name="As a module")).to_be_visible()


@pytest.mark.parametrize(("title", "name"), [("", "Ask me"), ("w" * 300, "w" * 300)])
def test_any_title_fits(embed: Callable[..., str], page: Page, title: str, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(embed(attributes=f'data-title="{title}"'))
    expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)


def test_neither_page_can_touch_the_other(embed: Callable[..., str], page: Page) -> None:
    page.goto(embed(attributes="data-open"))
    expect(page.frame_locator("iframe").get_by_label("Your message")).to_be_visible()
    reach = "(() => { try { return Boolean(%s) } catch { return false } })()"
    assert not page.evaluate(
        reach % "document.querySelector('[data-twin-widget]').shadowRoot.querySelector('iframe').contentDocument"
    )
    assert not page.frames[1].evaluate(reach % "parent.document")
    page.evaluate("postMessage('twin:close', '*')")  # not from the frame
    expect(page.locator("iframe")).to_be_visible()


def test_the_script_is_small(gunicorn: Service) -> None:
    script = gunicorn.http.get("/widget.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert len(script.content) < 6_000
    assert len(gzip.compress(script.content)) < 3_000
    assert script.headers["Content-Encoding"] == "gzip"


def test_the_guide_gives_a_line_that_works(
    page: Page, gunicorn: Service, model: ScriptedModel, console: list[str]
) -> None:
    page.goto(f"{gunicorn.url}/widget")
    line = page.locator("#line")
    expect(line).to_have_text(
        f'<script src="{gunicorn.url}/widget.js" data-title="Ask me" data-position="right" '
        'data-accent="#1f6f5c" async></script>'
    )
    page.get_by_label("Title").fill('Ask "me" & more')
    page.get_by_label("Position").select_option("left")
    page.get_by_label("Theme").select_option("dark")
    page.get_by_label("Language").fill("de")
    page.get_by_label("Greeting").fill("Hallo!")
    expect(page.get_by_role("form", name="Options")).to_have_attribute("aria-busy", "false")
    expect(line).to_contain_text('data-title="Ask &quot;me&quot; &amp; more" data-position="left"')
    expect(line).to_contain_text('data-lang="de" data-greeting="Hallo!" async')
    preview = page.get_by_role("button", name='Ask "me" & more')
    expect(preview).to_have_css("left", "20px")
    preview.click()
    frame = page.frame_locator("iframe")
    frame.locator(".starters button").first.click()
    expect(frame.locator(".answer")).to_have_text("Hello from the model.")
    page.keyboard.press("Escape")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == line.text_content()
    assert not console


@pytest.mark.parametrize(
    ("origins", "ancestors"),
    [("https://a.example,https://b.example", "'self' https://a.example https://b.example"), ("*", "*")],
)
def test_the_server_decides_who_may_frame_it(
    start_service: Callable[..., Service], origins: str, ancestors: str
) -> None:
    service = start_service("gunicorn", CORS_ORIGINS=origins)
    for path in ("/", "/widget", "/widget/panel"):
        policy = service.http.get(path, headers={"Accept": "text/html"}).headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors {ancestors}")
