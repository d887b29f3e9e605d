"""The page's languages: each has every text, and each visitor gets theirs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from twin import create_app
from twin.settings import LANGUAGES
from twin.web.page.languages import TEXTS

from ...support.pages import assert_accessible
from ...support.scripted_model import ScriptedModel, answers
from ...support.service import ROOT, Service
from ...support.settings import KEY

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
ENGLISH = json.loads((TEXTS / "en.json").read_text(encoding="utf-8"))
SAID = {  # by people who introduce themselves; most have more than words of one language
    "en": [
        "Who are you, and what do you work on?",
        "I have been a nurse in Leeds for ten years.",
        "Where is the shop?",
    ],
    "de": ["Wer sind Sie und woran arbeiten Sie?", "Ich bin seit zehn Jahren Tischlerin in Köln.", "Was kostet das?"],
    "fr": ["Qui êtes-vous et que faites-vous ?", "Je suis boulanger à Lyon depuis dix ans.", "Où est la boutique ?"],
    "es": ["¿Quién es usted y qué hace?", "Soy enfermera en Sevilla y me gusta el mar.", "¿Dónde está la tienda?"],
    "it": [
        "Chi sei e di cosa ti occupi?",
        "Sono una fotografa e vivo in un paese vicino a Bari.",
        "Come ti chiami e dove lavori?",
    ],
    "pt": ["Quem é você e o que faz?", "Sou professora no Porto e não dou aulas ao sábado.", "Qual é o seu preço?"],
    "nl": ["Wie bent u en wat doet u?", "Ik ben al tien jaar timmerman in Gent.", "Waar is de winkel en hoe laat?"],
    "pl": [
        "Kim jesteś i co robisz? Jak się nazywasz?",
        "Jestem lekarką w Krakowie i mam dwa psy.",
        "Gdzie jest sklep?",
    ],
    "ar": ["من أنت وماذا تعمل؟", "أعمل طبيبة في القاهرة منذ عشر سنوات."],
    "ja": ["東京でパン屋をしています。"],
    "": ["Python", "2024", "Anna Kowalska, Berlin", "OK"],
}


def show(path: str = "/", browser: str = "", **settings: str) -> str:
    app = create_app({"TESTING": True, "OPENAI_API_KEY": KEY, **settings})
    client: FlaskClient = app.test_client()
    return client.get(path, headers={**BROWSER, "Accept-Language": browser}).text


def read_language(html: str) -> str:
    found = re.search(r'<html lang="(\w+)" dir="(\w+)"', html)
    assert found
    assert found[2] == ("rtl" if found[1] == "ar" else "ltr")
    return found[1]


def test_each_language_has_a_file_and_each_file_a_language() -> None:
    assert {path.stem for path in TEXTS.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_text_is_missing(tag: str) -> None:
    texts = json.loads((TEXTS / f"{tag}.json").read_text(encoding="utf-8"))
    assert texts["note"]
    for part in ("page", "script", "desk"):
        assert list(texts[part]) == list(ENGLISH[part])
        for name, english in ENGLISH[part].items():
            text = texts[part][name]
            assert len(text) if isinstance(text, list) else text.strip()
            assert sorted(re.findall(r"\{\w+\}", str(text))) == sorted(re.findall(r"\{\w+\}", str(english))), name


def test_each_text_is_used() -> None:
    page = ROOT / "twin" / "web" / "page"
    code = "".join(path.read_text(encoding="utf-8") for kind in ("*.py", "*.html", "*.js") for path in page.rglob(kind))
    codes = (ROOT / "twin" / "errors.py").read_text(encoding="utf-8")
    built = {"source", "sources", "other_source", "other_sources"}
    for name in [*ENGLISH["page"], *ENGLISH["script"], *ENGLISH["desk"]]:
        assert name in built or re.search(rf'[".]{name}\b', code) or f'"{name}"' in codes, name


@pytest.mark.parametrize(
    ("path", "browser", "settings", "tag"),
    [
        ("/", "", {}, "en"),
        ("/", "de-AT,de;q=0.9,en;q=0.8", {}, "de"),
        ("/", "ja,fr;q=0.5", {}, "fr"),
        ("/", "ja", {}, "en"),
        ("/", "de", {"PAGE_LANGUAGE": "PL"}, "pl"),
        ("/?lang=ar", "de", {"PAGE_LANGUAGE": "pl"}, "ar"),
        ("/?lang=pt-BR", "", {}, "pt"),
        ("/?lang=xx", "nl", {}, "nl"),
        ("/?lang=%3Cb%3E", "", {}, "en"),
        ("/widget/panel?lang=es", "de", {}, "es"),
        ("/nowhere?lang=it", "", {}, "it"),
    ],
)
def test_a_visitor_gets_theirs(path: str, browser: str, settings: dict[str, str], tag: str) -> None:
    assert read_language(show(path, browser, **settings)) == tag


@pytest.mark.parametrize(
    ("path", "greeting", "shown"),
    [
        ("/?lang=de", '{"en": "Hello!", "de": "Hallo!"}', ' lang="de">Hallo!<'),
        ("/?lang=fr", '{"de": "Hallo!", "en": "Hello!"}', ' lang="en">Hello!<'),
        ("/?lang=fr", '{"nl": "Hoi!", "de": "Hallo!"}', ' lang="nl">Hoi!<'),
        ("/?lang=fr", "Hello {you}!", ">Hello {you}!<"),
        ("/?greeting=Hi%20%3Cb%3E", '{"en": "Hello!"}', ">Hi &lt;b&gt;<"),
        ("/?greeting=" + "x" * 600, "Hello!", ">" + "x" * 500 + "<"),
        ("/widget/panel?greeting=Salut&lang=fr", "", ">Salut<"),
        ("/?lang=de", "", "ich bin ein digitaler Zwilling."),
    ],
)
def test_greets_in_it(path: str, greeting: str, shown: str) -> None:
    assert shown in show(path, GREETING=greeting)


@pytest.mark.parametrize(
    ("starters", "shown"),
    [
        ("One?|Two?", ["One?", "Two?"]),
        ('{"de": "Eins?|Zwei?", "en": "One?"}', ["Eins?", "Zwei?"]),
        ("", ["Wer sind Sie?", "Woran arbeiten Sie?"]),
    ],
)
def test_offers_questions_in_it(starters: str, shown: list[str]) -> None:
    html = show("/?lang=de", STARTERS=starters)
    assert re.findall(r"<li><button[^>]*>([^<]*)</button>", html) == shown


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_widgets_button_and_excuse_speak_it_and_fit(tag: str) -> None:
    script = show("/widget.js", f"{tag};q=0.9,xx")
    texts = json.loads((TEXTS / f"{tag}.json").read_text(encoding="utf-8"))["page"]
    for name in ("widget_title", "widget_closed", "widget_tab"):
        assert f'"{texts[name]}' in script
    assert len(script.encode()) < 6_000
    assert script == show("/widget.js", "ja", PAGE_LANGUAGE=tag)


def test_config_py_may_hold_a_dict() -> None:
    greetings: Any = {"de": "Servus!"}
    assert "Servus!" in show("/?lang=de", GREETING=greetings)


def test_links_what_european_owners_need() -> None:
    html = show("/?lang=de", IMPRINT_URL="https://example.com/impressum", PRIVACY_URL="/datenschutz")
    assert re.findall(r'<a href="([^"]*)" target="_blank" rel="noopener">([^<]*)</a>', html) == [
        ("https://example.com/impressum", "Impressum"),
        ("/datenschutz", "Datenschutz"),
    ]
    assert "<a " not in show()


def test_the_script_speaks_it_too(page: Page, gunicorn: Service, model: ScriptedModel) -> None:
    model.otherwise = answers("أعمل طبيبة في القاهرة.\n\n```py\nx = 1\n```")
    page.goto(f"{gunicorn.url}/?lang=de")
    page.get_by_label("Ihre Nachricht").fill("Who are you?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Kopieren", exact=True)).to_be_visible()
    expect(page.locator(".question")).to_have_attribute("lang", "en")
    expect(page.locator(".answer")).to_have_attribute("lang", "ar")
    expect(page.locator(".answer")).to_have_css("direction", "rtl")
    expect(page.locator(".answer pre")).to_have_css("direction", "ltr")
    expect(page.get_by_role("status")).to_have_attribute("lang", "ar")  # in which it is read out
    page.get_by_role("button", name="Neuer Chat").click()
    expect(page.get_by_role("status")).to_have_attribute("lang", "de")
    assert_accessible(page)


def test_guesses_the_language_of_what_is_said(page: Page, gunicorn: Service) -> None:
    page.goto(gunicorn.url)
    guess = """async (texts) => {
      const base = document.querySelector("script[type=module]").src;
      const { guessLanguage } = await import(new URL("tongues.js", base));
      return texts.map(guessLanguage);
    }"""
    guessed = {tag: page.evaluate(guess, texts) for tag, texts in SAID.items()}
    wrong = {tag: tags for tag, tags in guessed.items() if set(tags) - {tag, ""}}
    assert not wrong
    assert sum(tags.count("") for tag, tags in guessed.items() if tag) <= 3  # none is better than a wrong one


MIXED = (
    "Python هي لغة البرمجة التي أعمل بها منذ عشر سنوات.\n\nAda Quist will help you there, in 2014.\n\n"
    "- Python: لغة برمجة\n- Django: إطار عمل للويب\n\n1. First this\n2. then that\n\n2014"
)


@pytest.mark.parametrize(("language", "own"), [("de", "ltr"), ("ar", "rtl")])
def test_each_part_of_an_answer_is_read_in_its_own_direction(
    page: Page, gunicorn: Service, model: ScriptedModel, language: str, own: str
) -> None:
    model.otherwise = answers(MIXED)
    page.goto(f"{gunicorn.url}/?lang={language}")
    page.locator("#message").fill("Python, ما هي هذه اللغة؟")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_attribute("data-state", "answered")
    directions = "parts => parts.map((part) => getComputedStyle(part).direction)"
    assert page.locator(".answer > *").evaluate_all(directions) == ["rtl", "ltr", "rtl", "ltr", "rtl"]
    assert page.locator(".question, .answer").evaluate_all(directions) == ["rtl", "rtl"]
    model.otherwise = answers("1815")
    page.locator("#message").fill("1 + 1?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn:last-child .answer")).to_have_text("1815")
    expect(page.locator(".turn:last-child .answer")).to_have_css("direction", own)  # without letters, as the page
