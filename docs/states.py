"""Take a sheet of screenshots for each state of the page: wide and narrow, light and dark, in German and in Arabic."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.support.owners import Owner
from tests.support.scripted_model import ScriptedModel, fails, streams
from tests.support.service import Service

SIZES = ((1280, 800), (390, 800))  # pixels
QUESTIONS = {"de": "Wie lange dauert Ihr Workshop?", "ar": "كم تستغرق ورشة العمل؟"}
ANSWERS = {
    "de": "Er dauert **zwei Tage**, für bis zu zwölf Personen. So beginnt das erste Beispiel:\n\n",
    "ar": "تستغرق **يومين**، لما يصل إلى اثني عشر شخصًا. هكذا يبدأ المثال الأول:\n\n",
}
CODE = "```python\nforecast = model.fit(history, season=season, holidays=holidays, interval=width).predict()\n```"
UNKNOWN = {"de": "Das weiß ich leider nicht.", "ar": "لا أعرف ذلك."}
FROM_OWNER = {"de": "Zwei Tage, und im **Mai** auch an Wochenenden.", "ar": "يومان، وفي **مايو** أيضًا في عطلة الأسبوع."}
SHEET = """async ([images, scale, gap]) => {
  const loaded = await Promise.all(images.map(async (row) => Promise.all(row.map(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    return image;
  }))));
  const canvas = document.createElement("canvas");
  canvas.width = loaded[0].reduce((sum, { width }) => sum + width * scale + gap, gap);
  canvas.height = loaded.reduce((sum, [{ height }]) => sum + height * scale + gap, gap);
  const context = canvas.getContext("2d");
  Object.assign(context, { fillStyle: "#8a8a8a", imageSmoothingQuality: "high" });
  context.fillRect(0, 0, canvas.width, canvas.height);
  let y = gap;
  for (const row of loaded) {
    let x = gap;
    for (const image of row) {
      context.drawImage(image, x, y, image.width * scale, image.height * scale);
      x += image.width * scale + gap;
    }
    y += row[0].height * scale + gap;
  }
  return canvas.toDataURL("image/webp", 0.8);
}"""

Show = Callable[[Page, Service, ScriptedModel, str], None]


def show_welcome(page: Page, service: Service, model: ScriptedModel, language: str) -> None:
    page.goto(service.url)


def show_answer(page: Page, service: Service, model: ScriptedModel, language: str) -> None:
    model.otherwise = streams(ANSWERS[language] + CODE)
    ask(page, service, language)
    page.wait_for_selector("[data-state=answered]")


def show_waiting(page: Page, service: Service, model: ScriptedModel, language: str) -> None:
    model.otherwise = streams(finish_reason=None, then="stall")
    ask(page, service, language)
    page.wait_for_selector(".waiting:not(:empty)")


def show_failure(page: Page, service: Service, model: ScriptedModel, language: str) -> None:
    model.otherwise = fails(503, retry_after="90")
    ask(page, service, language)
    page.wait_for_selector(".failure")


def show_asked(page: Page, service: Service, model: ScriptedModel, language: str) -> None:
    model.otherwise = streams(f"[?] {UNKNOWN[language]}")
    ask(page, service, language)
    page.click(".turn .offer")
    page.fill("#owner-contact", "ada@example.org")
    page.check("dialog [type=checkbox]")
    page.click("dialog .send")
    page.wait_for_selector("dialog .way")


def show_owners_answer(page: Page, service: Service, model: ScriptedModel, language: str) -> None:
    show_asked(page, service, model, language)
    page.keyboard.press("Escape")
    owner = Owner(service)
    asked = owner.find_question(owner.find(QUESTIONS[language]))
    owner.do(f"/desk/questions/{asked}/answer", text=FROM_OWNER[language], wording="")
    owner.http.close()
    page.wait_for_selector(".turn[data-speaker=owner]")


def show_chats(page: Page, service: Service, model: ScriptedModel, language: str) -> None:
    show_answer(page, service, model, language)
    page.click("#new-chat")
    page.click("#chats")


def show_missing(page: Page, service: Service, model: ScriptedModel, language: str) -> None:
    page.goto(f"{service.url}/nowhere")


def ask(page: Page, service: Service, language: str) -> None:
    page.goto(service.url)
    page.fill("#message", QUESTIONS[language])
    page.press("#message", "Enter")


STATES: dict[str, Show] = {
    "welcome": show_welcome,
    "answer": show_answer,
    "waiting": show_waiting,
    "chats": show_chats,
    "asked": show_asked,
    "owner": show_owners_answer,
    "missing": show_missing,
    "failure": show_failure,  # the last, since the model is then taken to be busy for a while
}


def take_states(browser: Browser, service: Service, model: ScriptedModel, folder: Path) -> None:
    """Write a sheet for each state, as WebP at half the size: a row for each language."""
    folder.mkdir(exist_ok=True)
    for name, show in STATES.items():
        rows = [
            [take(browser, service, model, show, language, *looks) for looks in product(("light", "dark"), SIZES)]
            for language in QUESTIONS
        ]
        page = browser.new_page()
        sheet = page.evaluate(SHEET, [rows, 0.5, 12])
        page.close()
        (folder / f"{name}.webp").write_bytes(b64decode(sheet.partition(",")[2]))


def take(
    browser: Browser,
    service: Service,
    model: ScriptedModel,
    show: Show,
    language: str,
    scheme: str,
    size: tuple[int, int],
) -> str:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale=language,
        has_touch=size[0] < 600,
    )
    page = context.new_page()
    show(page, service, model, language)
    shot = page.screenshot()
    context.close()
    return f"data:image/png;base64,{b64encode(shot).decode()}"
