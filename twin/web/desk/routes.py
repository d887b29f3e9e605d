"""The pages of the desk: the inbox, and one conversation with what the owner can do there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from flask import Response, request, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...errors import NotFound
from ...owner import Cursor, Dossier, View, ViewName
from ..current import current_runtime
from . import answering, gate, ways_in
from .blueprint import blueprint, current_desk, render, see
from .sayings import Prices, list_sayings

__all__ = ["answering", "blueprint", "gate", "ways_in"]

STATIC = Path(__file__).parent / "static"
MEDIA = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}  # the system may have other names
DEFAULT_VIEW: ViewName = "all"
FIRST_YEAR, LAST_YEAR = 1990, 9_000  # of days that every platform can convert
VIEWS: dict[ViewName, str] = {
    "all": "All",
    "unread": "Unread",
    "needs-you": "Needs you",
    "unknown": "Unknown",
    "unsupported": "Unsupported",
    "archived": "Archived",
    "own": "Your own tries",
}
MAX_POSITION = 2**31 - 1
NUMBER = f"/conversations/<int(max={MAX_POSITION}):number>"


@blueprint.get("/static/<name>")
def show_asset(name: str) -> Response:
    """Send a part of the desk's pages."""
    if (media := MEDIA.get(name.rpartition(".")[2])) is None:
        raise NotFound
    return send_from_directory(STATIC, name, mimetype=media, conditional=False)


@blueprint.get("", strict_slashes=False)
def show_inbox() -> Response:
    """Show a part of the inbox: a view, a day, a search."""
    inbox, view = current_desk().inbox, _read_view()
    found = inbox.list(view, Cursor.load(request.args.get("after", "")))
    unread, needing = inbox.count_waiting()
    older = url_for("desk.show_inbox", after=found.next.dump(), **_name(view)) if found.next else None
    counts = {"unread": unread, "needs-you": needing}
    return render("inbox.html", page=found, view=view, views=VIEWS, counts=counts, older=older)


@blueprint.get(NUMBER)
def show_conversation(number: int) -> Response:
    """Show a conversation, of a long one the last messages or those before a position."""
    before = request.args.get("before", type=int)
    dossier = _find(current_desk().inbox.fetch(number, before if before and 0 < before <= MAX_POSITION else None))
    prices = Prices.of(current_runtime().settings)
    return render("conversation.html", dossier=dossier, sayings=list_sayings(dossier, prices))


@blueprint.post(f"{NUMBER}/mark")
def mark_conversation(number: int) -> AnyResponse:
    """Mark a conversation: as read up to a position, settled, archived, or the owner's own; or take that back."""
    inbox, mark = current_desk().inbox, request.form.get("as", "")
    until = min(max(request.form.get("until", 0, type=int), 0), MAX_POSITION)
    marks = {
        "read": lambda: inbox.mark_read(number, until),
        "unread": lambda: inbox.mark_read(number, 0),
        "settled": lambda: inbox.settle(number),
        "archived": lambda: inbox.archive(number, archived=True),
        "listed": lambda: inbox.archive(number, archived=False),
        "own": lambda: inbox.mark_own(number, own=True),
        "a-visitor's": lambda: inbox.mark_own(number, own=False),
    }
    if mark not in marks or not marks[mark]():
        raise NotFound
    leads_away = mark in ("unread", "archived")
    return see("show_inbox") if leads_away else see("show_conversation", number=number)


@blueprint.post(f"{NUMBER}/delete")
def delete_conversation(number: int) -> AnyResponse:
    """Delete a conversation and all that is kept of it."""
    if not current_desk().inbox.delete(number):
        raise NotFound
    return see("show_inbox")


@blueprint.get(f"{NUMBER}/export")
def export_conversation(number: int) -> Response:
    """Send all that is kept of a conversation, as a file."""
    if (export := current_desk().inbox.export(number)) is None:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="conversation-{number}.json"'}
    return Response(export.model_dump_json(indent=2), mimetype="application/json", headers=headers)


@blueprint.post("/try")
def begin_try() -> AnyResponse:
    """Open the chat page in a session that the inbox keeps apart, as the owner's own."""
    session = current_desk().inbox.begin_try()
    return Response(status=303, headers={"Location": f"{url_for('page.show_home')}#c={session}"})


def _read_view() -> View:
    asked = request.args.get("view")
    name = next((each for each in VIEWS if each == asked), DEFAULT_VIEW)
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = None
    words = request.args.get("words", "").strip()
    return View(name, words, day if day and FIRST_YEAR < day.year < LAST_YEAR else None)


def _name(view: View) -> dict[str, Any]:
    """Return a view as the query of its URL."""
    parts = {"view": view.name, "day": view.day and view.day.isoformat(), "words": view.words}
    return {name: part for name, part in parts.items() if part and part != "all"}


def _find(dossier: Dossier | None) -> Dossier:
    if dossier is None:
        raise NotFound
    return dossier
