"""axe-core finds nothing on any page, light or dark, whatever the accent colour."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from twin.web.page.colours import INKS, MIN_CONTRAST, measure_contrast, write_stylesheet

from ...support.pages import assert_accessible
from ...support.scripted_model import ScriptedModel, fails, streams
from ...support.service import Service

RICH = (
    "# Title\n\n[link](https://example.com) `code`\n\n```\nlong "
    + "x" * 300
    + "\n```\n\n> q\n\n| a | b |\n|--|--|\n| 1 | 2 |"
)

EXTREMES = ["000000", "ffffff"]  # of accents, whose contrast test_every_accent_is_legible measures


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, page: Page) -> Page:
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return page


def test_the_welcome(themed: Page, gunicorn: Service) -> None:
    themed.goto(gunicorn.url)
    assert_accessible(themed)


def test_a_conversation(themed: Page, gunicorn: Service, model: ScriptedModel) -> None:
    themed.goto(gunicorn.url)
    model.script.append(streams(RICH))
    model.script.append(fails(401))
    for number in range(2):
        themed.get_by_label("Your message").fill("Hi")
        themed.keyboard.press("Enter")
        expect(themed.locator(".turn").nth(number).locator(".foot button").first).to_be_visible()
    assert_accessible(themed)


def test_an_answer_that_is_being_written(themed: Page, gunicorn: Service, model: ScriptedModel) -> None:
    model.otherwise = streams("Half", finish_reason=None, then="stall")
    themed.goto(gunicorn.url)
    themed.get_by_role("button", name="Who are you?").click()
    expect(themed.locator(".answer")).to_have_text("Half")
    assert_accessible(themed)


@pytest.mark.parametrize(
    "accent", ["0a7", "ffff00", *(pytest.param(each, marks=pytest.mark.soak) for each in EXTREMES)]
)
def test_the_panel(themed: Page, gunicorn: Service, accent: str) -> None:
    themed.goto(f"{gunicorn.url}/widget/panel?accent={accent}")
    assert_accessible(themed)
    themed.get_by_role("button", name="Who are you?").click()
    expect(themed.get_by_role("button", name="Copy")).to_be_visible()
    assert_accessible(themed)


def test_the_widget_and_its_guide(themed: Page, gunicorn: Service) -> None:
    themed.goto(f"{gunicorn.url}/widget")
    button = themed.get_by_role("button", name="Ask me")
    expect(button).to_be_visible()
    assert_accessible(themed)
    button.click()
    expect(themed.frame_locator("iframe").get_by_label("Your message")).to_be_visible()
    assert_accessible(themed)


def test_the_trial(trial: Service, themed: Page) -> None:
    themed.goto(trial.url)
    assert_accessible(themed)


@pytest.mark.parametrize("level", range(0, 256, 15))
def test_every_accent_is_legible(level: int) -> None:
    for colour in (f"#{level:02x}{level:02x}{level:02x}", f"#ff{level:02x}00", f"#00{level:02x}ff"):
        assert max(measure_contrast(colour, ink) for ink in INKS) >= MIN_CONTRAST
        assert colour in write_stylesheet(colour)
