"""Take the screenshots that README and docs show, of the real service with a scripted model."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from desk_shots import take_desk  # noqa: E402
from states import take_states  # noqa: E402

from tests.support.owners import PASSWORD  # noqa: E402
from tests.support.scripted_model import ScriptedModel, streams  # noqa: E402
from tests.support.service import Service, copy_project, free_port  # noqa: E402

FOLDER = Path(__file__).parent / "screenshots"
DOCUMENT = "My workshop on forecasting takes two days, for up to twelve people."
QUESTION = "How long is your workshop?"
ANSWER = "It takes two days, and there is room for up to twelve people.\n\nAda Quist will help you there."
SOURCE = ".answer .footnotes button, .sources summary"  # behind its sentence or, without one, under the answer
UNSUPPORTED = ".answer .footnotes >> nth=1 >> button"
MONOGRAM = """<body style="margin:0;width:176px;height:176px;display:grid;place-items:center;background:#c9d8cf;
color:#1d4a3e;font:600 72px Georgia,serif">RC</body>"""
SITE = """<!doctype html><html lang="en">
<meta name="viewport" content="width=device-width">
<title>Roger J. Campbell</title>
<body style="font:18px/1.6 Georgia,serif;max-width:36em;margin:4em auto;padding:0 1.5em;color:#222">
<h1 style="font-weight:400">Roger J. Campbell</h1><p>Data modelling, econometrics, machine learning.</p>
<p>I founded a company that advises organisations on artificial intelligence. Ask my twin about it.</p>
<script src="%s/widget.js" data-title="Ask me" async></script></body></html>"""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    model = ScriptedModel()
    model.otherwise = streams(ANSWER)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        root = copy_project(Path(folder).resolve() / "twin")
        draw_portrait(browser, root / "instance" / "portrait.png")
        (root / "instance" / "knowledge").mkdir()
        (root / "instance" / "knowledge" / "workshops.md").write_text(DOCUMENT)
        site = serve_site(Path(folder) / "site")
        settings = {
            "OPENAI_API_KEY": "unused",
            "OPENAI_BASE_URL": model.url,
            "OWNER_NAME": "Roger J. Campbell",
            "PORTRAIT": "portrait.png",
            "STARTERS": f"{QUESTION}|Who are you?",
            "CORS_ORIGINS": f"http://localhost:{site.server_port}",
        }
        service = Service("gunicorn", root, settings).start()
        (Path(folder) / "site" / "index.html").write_text(SITE % service.url)
        more = {
            "MEMORY": "on",
            "DESK_PASSWORD": PASSWORD,
            "RATE_LIMITS": "off",
            "CONTACT": "roger@example.com",
            "IMPRINT_URL": "/imprint",
            "PRIVACY_URL": "/privacy",
        }
        other = copy_project(Path(folder).resolve() / "remembering")
        shutil.copytree(root / "instance", other / "instance", dirs_exist_ok=True)
        remembering = Service("gunicorn", other, settings | more).start()
        try:
            take(browser, service, "welcome", 1000, 560)
            take(browser, service, "desktop", 1000, 480, asked=True)
            take(browser, service, "dark", 1000, 480, asked=True, dark=True)
            take(browser, service, "mobile", 390, 640, asked=True)
            take(browser, service, "mobile-dark", 390, 640, asked=True, dark=True)
            take(browser, service, "unsupported", 390, 640, asked=True, shown=UNSUPPORTED)
            take_widget(browser, f"http://localhost:{site.server_port}/")
            take_desk(browser, remembering, model, FOLDER)
            take_states(browser, remembering, model, FOLDER / "states")
        finally:
            remembering.stop()
            service.stop()
            site.shutdown()
    model.close()


def take(
    browser: Browser,
    service: Service,
    name: str,
    width: int,
    height: int,
    asked: bool = False,
    dark: bool = False,
    shown: str = SOURCE,
) -> None:
    page = open_page(browser, width, height, dark)
    page.goto(service.url)
    if asked:
        page.get_by_role("button", name=QUESTION).click()
        page.get_by_role("button", name="Copy").wait_for()
        page.locator(shown).first.click()
    page.screenshot(path=FOLDER / f"{name}.png")
    page.context.close()


def take_widget(browser: Browser, url: str) -> None:
    page = open_page(browser, 1000, 620, dark=False)
    page.goto(url)
    page.get_by_role("button", name="Ask me").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name=QUESTION).click()
    frame.get_by_role("button", name="Copy").wait_for()
    frame.locator(SOURCE).first.click()
    page.screenshot(path=FOLDER / "widget.png")
    page.context.close()


def open_page(browser: Browser, width: int, height: int, dark: bool) -> Page:
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    ).new_page()


def draw_portrait(browser: Browser, path: Path) -> None:
    page = browser.new_page(viewport={"width": 176, "height": 176})
    page.set_content(MONOGRAM)
    page.screenshot(path=path)
    page.close()


def serve_site(folder: Path) -> ThreadingHTTPServer:
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    site = ThreadingHTTPServer(("127.0.0.1", free_port()), handler)
    Thread(target=site.serve_forever, daemon=True).start()
    return site


if __name__ == "__main__":
    main()
