"""The browser of this machine, and the one page in it that tests lend each other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from playwright.sync_api import Error, Page, ViewportSize

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first takes half the CPU
VIEWPORT: ViewportSize = {"width": 1280, "height": 720}  # playwright's own
RESET_MILLISECONDS = 10_000  # for what a test leaves in the page to end


def find_chromium() -> str | None:
    """Return its path, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def listening(page: Page, event: str, handler: Callable[[Any], Any]) -> Iterator[None]:
    """Have a handler called for a page's events until this ends."""
    page.on(event, handler)
    yield
    page.remove_listener(event, handler)


class Windows:
    """A page that is lent to one test after the other: a new one takes as much of the processor as a whole chat."""

    def __init__(self, open_page: Callable[[], AbstractContextManager[Page]]) -> None:
        self._open = open_page
        self._opened = ExitStack()
        self._page: Page | None = None

    @contextmanager
    def lend(self) -> Iterator[Page]:
        """Lend the page as good as new, and make a new one where the last test left one that cannot be cleaned."""
        if self._page is None:
            self._page = self._opened.enter_context(self._open())
        yield self._page
        try:
            clean(self._page)
        except Error:
            self.close()

    def close(self) -> None:
        self._page = None
        self._opened.close()


def clean(page: Page) -> None:
    """Forget all that a page holds but its history; raises playwright's Error where that cannot be.

    It stays in the site, as leaving it would end the process that draws it.
    """
    page.unroute_all(behavior="ignoreErrors")
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.goto(page.evaluate("location.origin") + "/health", timeout=RESET_MILLISECONDS)
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.context.clear_cookies()
    page.context.clear_permissions()
    if page.viewport_size != VIEWPORT:
        page.set_viewport_size(VIEWPORT)
    page.emulate_media(media="null", color_scheme="light", reduced_motion="no-preference", forced_colors="none")
    page.mouse.move(0, 0)
