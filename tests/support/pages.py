"""The page of a chat, as a person uses it."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from .scripted_model import Step, streams


def assert_accessible(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def field(page: Page) -> Locator:
    return page.get_by_label("Your message")


def ask(page: Page, message: str) -> None:
    field(page).fill(message)
    field(page).press("Enter")


def turn(page: Page, number: int = 0) -> Locator:
    return page.locator(".turn").nth(number)


def reply(page: Page, number: int = 0) -> Locator:
    return turn(page, number).locator(".answer")


def held(*texts: str) -> Step:
    """Write some text, and no more."""
    return streams(*texts, finish_reason=None, then="stall")
