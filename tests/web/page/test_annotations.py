"""In an answer: the numbers of its sources, and the lines under words that no source gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from twin.web.page.colours import MIN_CONTRAST, measure_contrast

from ...support.pages import Front, assert_accessible

ANSWER = (
    "👩🏽‍⚕️ I lead **seven** people. They and I live in [Porto](https://example.com/porto). My dog is Biscuit.\n\n"
    "- I teach on 14 March.\n- I bake bread."
)
CAREER = {"title": "My career", "file": "cv.md", "quote": "At Northwind I lead seven people."}
ME = {"title": "About me", "file": "me.txt", "quote": "I live in Porto, with a dog."}
SOURCES = {
    "sources": [
        {**ME, "supports": ["They and I live in [Porto](https://example.com/porto).", "My dog is Biscuit."]},
        {
            **CAREER,
            "supports": ["👩🏽‍⚕️ I lead **seven** people.", "They and I live in [Porto](https://example.com/porto)."],
        },
    ],
}
UNSUPPORTED = {"unsupported": ["Biscuit", "14 March", "**seven** people"]}
ADVICE = "The owner’s documents don’t say this. Check with the owner before you rely on it."
HEBREW = "אני מוביל צוות של שבעה אנשים. אני גר בליסבון."
IN_HEBREW = {"sources": [{**CAREER, "supports": ["אני מוביל צוות של שבעה אנשים."]}], "unsupported": ["בליסבון"]}
HOSTILE = "<img src=x onerror='window.ran = 1'>\u202e" + "W" * 3_000


def locate(answer: str, support: dict[str, Any]) -> dict[str, Any]:
    """Return `support` with the positions of its texts in `answer`."""

    def span(text: str) -> list[int]:
        return [answer.index(text), answer.index(text) + len(text)]

    located = {}
    if "sources" in support:
        located["sources"] = [
            {**source, "supports": [*map(span, source["supports"])]} if "supports" in source else source
            for source in support["sources"]
        ]
    if "unsupported" in support:
        located["unsupported"] = [
            {"text": text, "start": span(text)[0], "end": span(text)[1]} for text in support["unsupported"]
        ]
    return located


def ask(page: Page, front: Front, support: dict[str, Any], answer: str = ANSWER, path: str = "/") -> Locator:
    """Ask something on a new page, and return the answer."""
    front.answer, front.support = answer, support
    page.goto(front.url + path)
    page.get_by_role("button", name="Who are you?").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "answered")
    return page.locator(".answer")


def ask_all(page: Page, front: Front, path: str = "/") -> Locator:
    return ask(page, front, locate(ANSWER, SOURCES | UNSUPPORTED), path=path)


def list_names(answer: Locator) -> list[str]:
    return answer.get_by_role("button").evaluate_all("buttons => buttons.map(button => button.ariaLabel)")


def footnote(page: Page) -> Locator:
    return page.locator(".footnote:popover-open")


@pytest.fixture
def page(page: Page) -> Page:
    page.emulate_media(reduced_motion="reduce")
    return page


@pytest.fixture
def phone(_browser: Browser) -> Iterator[Page]:
    size = {"width": 390, "height": 700}
    with _browser.new_context(viewport=size, has_touch=True, is_mobile=True, reduced_motion="reduce") as context:
        yield context.new_page()


def test_numbers_are_behind_the_sentences_in_their_order(page: Page, front: Front, console: list[str]) -> None:
    answer = ask(page, front, locate(ANSWER, SOURCES))
    assert list_names(answer) == [
        "Source 1: My career",
        "Source 1: My career",
        "Source 2: About me",
        "Source 2: About me",
    ]
    assert answer.locator("p").evaluate("it => [...it.childNodes].map(node => node.textContent || node.className)") == [
        *("👩🏽‍⚕️ I lead ", "seven", " people.", "footnotes", " They and I live in ", "Porto", ".", "footnotes"),
        *(" My dog is Biscuit.", "footnotes"),
    ]
    signs = "buttons => buttons.map(button => getComputedStyle(button, '::before').content)"
    shown = answer.get_by_role("button").evaluate_all(signs)
    assert [re.findall(r'"(.*?)"', sign)[0] for sign in shown] == ["1", "1", "2", "2"]
    expect(page.locator(".sources, .legend")).to_have_count(0)  # everything is in the answer
    assert not console


def test_words_that_no_source_gives_are_underlined(page: Page, front: Front) -> None:
    answer = ask(page, front, locate(ANSWER, UNSUPPORTED))
    expect(answer.locator(".unsupported")).to_have_text(["seven", " people", "Biscuit", "14 March"])
    expect(answer.locator("strong .unsupported")).to_have_text("seven")
    names = [f"Not in the owner’s documents: {words}" for words in ("seven people", "Biscuit", "14 March")]
    assert list_names(answer) == names
    expect(answer.locator(".unsupported").first).to_have_css("text-decoration-style", "dotted")
    expect(page.locator(".legend")).to_have_text("Underlined: not in the owner’s documents.")
    answer.get_by_role("button", name="Biscuit").click()
    expect(footnote(page)).to_have_text(ADVICE)


def test_a_link_in_underlined_words_still_leads_on(page: Page, front: Front) -> None:
    answer = ask(page, front, locate(ANSWER, {"unsupported": ["live in [Porto](https://example.com/porto)"]}))
    expect(answer.locator("a .unsupported")).to_have_text("Porto")
    expect(answer.get_by_role("link", name="Porto")).to_have_attribute("href", "https://example.com/porto")
    expect(answer.locator("a button")).to_have_count(0)


def test_a_block_of_code_has_one_note_for_all_of_its_words(page: Page, front: Front) -> None:
    code = "Ada tried `Kestrel` so:\n\n```sh\npip install Osprey==2.7 Merlin\n```\n\n- or\n  ```\n  Harrier 1815\n  ```"
    words = ["Ada", "Kestrel", "Osprey", "2.7", "Merlin", "Harrier", "1815"]
    answer = ask(page, front, locate(code, {"unsupported": words}), code)
    expect(answer.locator(".unsupported")).to_have_text(words)
    of_code = ("Osprey, 2.7, Merlin", "Harrier, 1815")
    notes = [name for name in list_names(answer) if name != "Copy the code"]
    assert notes == [f"Not in the owner’s documents: {words}" for words in ("Ada", "Kestrel", *of_code)]
    answer.get_by_role("button", name="Osprey").click()
    expect(footnote(page)).to_have_text(f"Not in the owner’s documents: Osprey, 2.7, Merlin{ADVICE}")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_note_opens_and_closes_by_keyboard(page: Page, front: Front, key: str) -> None:
    answer = ask_all(page, front)
    button = answer.get_by_role("button", name="Source 1: My career").first
    button.focus()
    page.keyboard.press(key)
    expect(footnote(page).locator("cite")).to_have_text("My career")
    expect(footnote(page).locator("q")).to_have_text(CAREER["quote"])
    assert "cv.md" not in page.content()
    page.keyboard.press(key)
    expect(footnote(page)).to_have_count(0)
    page.keyboard.press(key)
    expect(footnote(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(footnote(page)).to_have_count(0)
    expect(button).to_be_focused()


def test_one_note_is_open_at_a_time(page: Page, front: Front) -> None:
    answer = ask_all(page, front)
    buttons = answer.get_by_role("button")
    for number in range(buttons.count()):
        buttons.nth(number).focus()
        page.keyboard.press("Enter")
        expect(buttons.nth(number).locator("+ .footnote")).to_be_visible()
        expect(footnote(page)).to_have_count(1)
    page.locator(".question").click()
    expect(footnote(page)).to_have_count(0)


def test_screen_readers_hear_whether_a_note_is_open(page: Page, front: Front) -> None:
    answer = ask_all(page, front)
    tree = page.context.new_cdp_session(page)

    def is_expanded() -> bool:
        document = tree.send("DOM.getDocument")["root"]["nodeId"]
        query = {"nodeId": document, "role": "button", "accessibleName": "Source 1: My career"}
        [first, *_] = tree.send("Accessibility.queryAXTree", query)["nodes"]
        return {each["name"]: each["value"]["value"] for each in first["properties"]}["expanded"]

    assert not is_expanded()
    answer.get_by_role("button", name="Source 1").first.click()
    assert is_expanded()
    tree.detach()


def test_the_text_is_copied_without_numbers(page: Page, front: Front) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = ask_all(page, front)
    answer.evaluate("answer => getSelection().selectAllChildren(answer)")
    page.keyboard.press("Control+C")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "👩🏽‍⚕️ I lead seven people. They and I live in Porto. My dog is Biscuit." in copied
    assert not re.search(r"[?\[\]]|\d(?!4 March)(?<!14)", copied)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == ANSWER


def test_they_are_there_after_a_reload(page: Page, front: Front) -> None:
    names = list_names(ask_all(page, front))
    page.reload()
    assert list_names(page.locator(".answer")) == names
    expect(page.locator(".legend")).to_be_visible()


def test_with_memory_they_come_from_the_service(page: Page, remembering_front: Front) -> None:
    remembering_front.remembered = locate(ANSWER, SOURCES | UNSUPPORTED)
    answer = ask(page, remembering_front, {})
    assert list_names(answer) == []
    page.reload()
    expect(answer.get_by_role("button")).to_have_count(7)


def test_a_source_of_no_sentence_is_listed_under_the_answer(page: Page, front: Front) -> None:
    [me, career] = locate(ANSWER, SOURCES)["sources"]
    answer = ask(page, front, {"sources": [me, {**career, "supports": []}]})
    assert list_names(answer) == ["Source 1: About me"] * 2
    page.get_by_text("Other source", exact=True).click()
    expect(page.locator(".sources cite")).to_have_text("My career")


NO_SPANS: list[Any] = [
    *(None, "x", 7, {}, [None], [[]], [[1]], [["1", "2"]], [[None, 3]], [[0.5, 3]], [[-3, 3]], [[3, 3]], [[5, 2]]),
    *([[0, 10_000]], [[10**30, 10**31]], [{"start": 1}], [[[1], [2]]]),
]


def test_positions_that_make_no_sense_are_ignored(page: Page, front: Front, console: list[str]) -> None:
    sources = [{**CAREER, "quote": str(number), "supports": spans} for number, spans in enumerate(NO_SPANS)]
    pairs = [pair for spans in NO_SPANS if isinstance(spans, list) for pair in spans if isinstance(pair, list)]
    unsupported = [None, 7, "x", [], {}, *({"start": pair[:1], "end": pair[1:]} for pair in pairs)]
    unsupported += [{"start": pair[0], "end": pair[-1]} for pair in pairs if pair]
    answer = ask(page, front, {"sources": sources, "unsupported": unsupported})
    expect(answer.locator("*")).to_have_count(6)  # which the Markdown makes
    expect(page.locator(".sources blockquote")).to_have_count(len(NO_SPANS))
    assert not console


@pytest.mark.parametrize("support", [{"sources": {}, "unsupported": {}}, {"sources": "x", "unsupported": 7}], ids=repr)
def test_what_is_no_list_is_ignored(page: Page, front: Front, console: list[str], support: dict[str, Any]) -> None:
    expect(ask(page, front, support).locator(".footnotes, .unsupported")).to_have_count(0)
    assert not console


def test_thousands_are_bounded(page: Page, front: Front) -> None:
    spans = [[start, start + 9] for start in range(len(ANSWER) - 9)] * 20
    support = {
        "sources": [{**CAREER, "quote": str(number), "supports": spans} for number in range(40)],
        "unsupported": [{"text": "", "start": at % 90, "end": at % 90 + 1} for at in range(5_000)],
    }
    answer = ask(page, front, support)
    assert 0 < answer.get_by_role("button").count() <= 2_050
    assert answer.evaluate("it => it.textContent").split()[0] == "👩🏽‍⚕️"


def test_titles_and_quotes_stay_text_and_in_their_place(page: Page, front: Front, console: list[str]) -> None:
    page.set_viewport_size({"width": 320, "height": 480})
    source = {"title": HOSTILE, "file": HOSTILE, "quote": HOSTILE, "supports": [[0, 20], [60, len(ANSWER)]]}
    answer = ask(page, front, {"sources": [source]})
    answer.get_by_role("button").last.click()
    expect(footnote(page).locator("q")).to_contain_text("<img src=x")
    expect(footnote(page).locator("*")).to_have_count(2)
    assert not re.search("[\u202a-\u202e]", answer.inner_html())
    assert_within(page)
    assert page.evaluate("window.ran") is None
    assert not console


def assert_within(page: Page) -> None:
    """Check that what is open is in the window, and that nothing makes the page wider than that."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = footnote(page).evaluate("it => it.getBoundingClientRect().toJSON()")
    window = page.evaluate("({width: innerWidth, height: innerHeight})")
    assert box["left"] >= 0
    assert box["right"] <= window["width"]
    assert box["top"] >= 0
    assert box["bottom"] <= window["height"]


@pytest.mark.parametrize(
    ("answer", "support"), [(ANSWER, SOURCES | UNSUPPORTED), (HEBREW, IN_HEBREW)], ids=["ltr", "rtl"]
)
def test_notes_open_by_touch_on_a_phone(phone: Page, front: Front, answer: str, support: dict[str, Any]) -> None:
    for button in ask(phone, front, locate(answer, support), answer).get_by_role("button").all():
        button.tap()
        expect(footnote(phone)).to_have_count(1)
        assert_within(phone)
        assert button.evaluate("button => button.offsetWidth") >= 24
        button.tap()
        expect(footnote(phone)).to_have_count(0)


def test_a_number_stays_with_its_last_word(page: Page, front: Front) -> None:
    text = "Some short words and then a longer one."
    answer = ask(page, front, locate(text, {"sources": [{**CAREER, "supports": [text]}]}), text)
    tops = """answer => {
      const [text] = answer.querySelector("p").childNodes;
      const word = new Range();
      word.setStart(text, text.length - 4);
      word.setEnd(text, text.length);
      return [word, answer.querySelector("button")].map(it => it.getBoundingClientRect().bottom);
    }"""
    for width in range(320, 420, 7):
        page.set_viewport_size({"width": width, "height": 700})
        word, number = answer.evaluate(tops)
        assert abs(word - number) < 15


def test_lines_are_no_higher_for_numbers(page: Page, front: Front) -> None:
    answer = ask(page, front, locate(ANSWER, SOURCES | UNSUPPORTED))
    expect(answer.locator("li")).to_have_count(2)
    [teaches, bakes] = answer.locator("li").evaluate_all("items => items.map(item => item.offsetHeight)")
    assert teaches == bakes


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/widget/panel"])
def test_they_are_accessible(page: Page, front: Front, theme: Any, path: str) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    answer = ask_all(page, front, path)
    assert_accessible(page)
    for name in ("Source 1", "Biscuit"):
        button = answer.get_by_role("button", name=name).first
        button.click()
        expect(footnote(page)).to_be_visible()
        assert_accessible(page)
        page.mouse.move(0, 0)
        for colours in button.evaluate(COLOURS), footnote(page).evaluate(COLOURS):
            assert measure_contrast(*map(read_colour, colours)) >= MIN_CONTRAST
        page.keyboard.press("Escape")
        if name == "Source 1":
            assert measure_contrast(*map(read_colour, button.evaluate(COLOURS))) >= MIN_CONTRAST


# axe does not see what is drawn before an element.
COLOURS = "it => [getComputedStyle(it).color, getComputedStyle(it).backgroundColor]"


def read_colour(text: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", text)[:3])


def test_in_the_panel_escape_closes_the_note_first(page: Page, front: Front) -> None:
    answer = ask_all(page, front, "/widget/panel")
    page.evaluate("addEventListener('message', ({data}) => (window.told ??= []).push(data))")
    answer.get_by_role("button", name="Source 1").first.click()
    expect(footnote(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(footnote(page)).to_have_count(0)
    page.keyboard.press("Escape")
    page.wait_for_function("window.told?.length")
    assert page.evaluate("window.told") == ["twin:close"]
