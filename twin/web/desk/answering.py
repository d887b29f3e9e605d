"""The desk's answers: joining a conversation, handing it back, and answering once and for all."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from urllib.parse import quote

from flask import Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from ...errors import InvalidField, InvalidRequest, NotFound, StoreUnavailable
from ...evaluation.answering import Answering
from ...gaps import Gaps, group, read_question
from ...knowledge.passages import Passage
from ...owner import AskedQuestion, Dossier
from ...owner.notices.outbox import ChannelState, fetch_channels
from ...text.invisible import strip_invisible
from ..current import current_runtime
from .blueprint import blueprint, current_desk, current_sign_in, render, see

MAX_NUMBER = 2**31 - 1
NUMBER = f"/conversations/<int(max={MAX_NUMBER}):number>"
QUESTION = f"/questions/<int(max={MAX_NUMBER}):question>"
GAP = f"/gaps/<int(max={MAX_NUMBER}):gap>"
MAX_CHARACTERS = 20_000  # of an answer
MAX_WORDING = 1_000  # characters of a question that the twin learns
MAX_GROUPS = 50  # of questions that wait, on one page
MAX_COMPARED = 500  # questions that are grouped
NEAREST = 3  # passages
MAIL = re.compile(r"[^\s@<>\"(),;:\\/?&%#\[\]]+@[\w-]+(?:\.[\w-]+)+")


@blueprint.post(f"{NUMBER}/reply")
def say(number: int) -> AnyResponse:
    """Say something in a conversation, in person; that joins it."""
    if not current_desk().presence.say(number, _read_text(), _sign_in()):
        raise NotFound
    return see("show_conversation", number=number, _anchor="reply")


@blueprint.post(f"{NUMBER}/join")
def join(number: int) -> AnyResponse:
    """Hold a conversation: the twin is silent there."""
    if not current_desk().presence.join(number, _sign_in()):
        raise NotFound
    return see("show_conversation", number=number, _anchor="reply")


@blueprint.post(f"{NUMBER}/hand-back")
def hand_back(number: int) -> AnyResponse:
    """Have the twin answer again."""
    if not current_desk().presence.hand_back(number):
        raise NotFound
    return see("show_conversation", number=number)


@blueprint.get(f"{NUMBER}/news")
def show_news(number: int) -> Response:
    """Tell how far a conversation has come, for the page that shows it."""
    if (dossier := current_desk().inbox.fetch(number)) is None:
        raise NotFound
    return jsonify(at=dossier.next_position, held=is_held(dossier))


@blueprint.post(f"{QUESTION}/answer")
def answer_question(question: int) -> AnyResponse:
    """Answer a visitor's question, and have the twin learn the answer, if a wording of the question is given."""
    wording = " ".join(strip_invisible(request.form.get("wording", "")).split())[:MAX_WORDING]
    number = Answering(current_runtime()).answer_question(question, _read_text(), wording or None)
    return see("show_conversation", number=number)


@blueprint.post(f"{QUESTION}/undo")
def undo_answer(question: int) -> AnyResponse:
    """Take an answer to a visitor's question back."""
    return see("show_conversation", number=Answering(current_runtime()).undo_question(question))


@blueprint.get("/gaps")
def show_gaps() -> Response:
    """Show the questions that the twin did not know, the most asked first."""
    found = Gaps(current_runtime().databases).fetch_all()[:MAX_COMPARED]
    return render("gaps.html", groups=group(found)[:MAX_GROUPS], can_undo=True)


@blueprint.post(f"{GAP}/answer")
def answer_gap(gap: int) -> AnyResponse:
    """Answer a question that the twin did not know."""
    Answering(current_runtime()).answer_gap(gap, _read_text())
    return see("show_gaps")


@blueprint.post("/gaps/undo")
def undo_last() -> AnyResponse:
    """Take the last answer back."""
    Answering(current_runtime()).undo_last()
    return see("show_gaps")


@blueprint.app_template_filter("held")
def is_held(dossier: Dossier) -> bool:
    """Return whether the owner holds a conversation at this moment."""
    return dossier.held_until is not None and dossier.held_until > time.time()


@blueprint.app_template_filter("mailto")
def write_mailto(asked: AskedQuestion) -> str | None:
    """Return a link that opens a mail to the visitor with the answer alone; None without an e-mail address."""
    address = (asked.contact or "").strip()
    if not MAIL.fullmatch(address) or not address.isprintable() or not asked.answer:  # as an invisible one is not
        return None
    return f"mailto:{quote(address, safe='@')}?body={quote(asked.answer.replace(chr(10), chr(13) + chr(10)), safe='')}"


@blueprint.app_template_filter("wording")
def suggest_wording(question: str) -> str:
    """Return a question for the twin to learn, without what may tell who asked it; empty where there is none."""
    return read_question(question) or ""


@blueprint.app_template_filter("nearest")
def find_nearest(question: str) -> Sequence[Passage]:
    """Return the passages of the documents that are nearest to a question."""
    briefings = current_runtime().briefings
    found = briefings.find_passages(briefings.read(), [{"role": "user", "content": question}])
    return [hit.passage for hit in found.hits[:NEAREST]]


@blueprint.app_template_global("dead_channels")
def list_dead_channels() -> Sequence[ChannelState]:
    """Return the channels that did not take the last notice."""
    notices = current_runtime().notices
    try:
        return [each for each in fetch_channels(notices.database) if each.is_dead] if notices else []
    except StoreUnavailable:
        return []


def _read_text() -> str:
    text = strip_invisible(request.form.get("text", "")).replace("\r\n", "\n").strip()
    if not 0 < len(text) <= MAX_CHARACTERS:
        raise InvalidRequest(fields=[InvalidField(field="text", message="Write 1 to 20,000 characters")])
    return text


def _sign_in() -> int:
    sign_in = current_sign_in()
    assert sign_in is not None  # the gate lets no other request pass
    return sign_in.id
