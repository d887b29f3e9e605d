"""Take the screenshots of the owner's desk: the inbox, wide and on a phone, and a conversation with a question."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser

from tests.support.owners import PASSWORD
from tests.support.scripted_model import ScriptedModel, answers
from tests.support.service import Service

ASKED = "Do you give talks in Welsh?"
SAID = {
    "How long is your workshop?": "It takes two days, and there is room for up to twelve people.",
    "Who taught you econometrics?": "Ada Quist taught me, in 1998.",
    "Can I hire you for a day?": "[?] I do not know. Please write to me.",
    ASKED: "[?] I do not know that.",
}
LOOKS = {"inbox": (1000, 560, "light"), "phone": (390, 640, "dark")}


def take_desk(browser: Browser, service: Service, model: ScriptedModel, folder: Path) -> None:
    """Write desk-inbox.png, desk-phone.png and desk-conversation.png."""
    session = ""
    for question, answer in SAID.items():
        model.otherwise = answers(answer)
        session = str(uuid4())
        service.http.post("/chat", json={"message": question, "session_id": session})
    contact = {"contact": "visitor@example.org", "consent": "You may write to me about this."}
    service.http.post(f"/sessions/{session}/questions", json={"question": ASKED, **contact})
    for name, (width, height, scheme) in LOOKS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page = context.new_page()
        page.goto(f"{service.url}/desk")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name=ASKED).wait_for()
        page.screenshot(path=folder / f"desk-{name}.png")
        if name == "inbox":
            page.get_by_role("link", name=ASKED).click()
            page.get_by_role("heading", name="Conversation").wait_for()
            page.screenshot(path=folder / "desk-conversation.png", full_page=True)
        context.close()
