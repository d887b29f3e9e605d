"""The editing of `flask twin gaps --edit`: the sheet in the owner's editor, again until it is right, and never lost."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from ..errors import StartError, TwinError
from ..evaluation import find_conflict
from ..gaps import Topic
from ..system import paths
from ..system.files import replace_file
from .answer_sheet import Sheet, add_faults, read_sheet, write_sheet
from .answers import make_drafts, publish
from .gap_store import GapStore

SHEET = "answers.txt"  # what the owner writes, from the first look to the publication
LOCK = "answers.lock"
NOTHING = (
    "There is no answer in it: nothing is published. If EDITOR opened a window and did not wait, save there, run "
    "this again, and see that it waits (EDITOR='code --wait')."
)
MAX_TRIES = 20  # for an EDITOR that is a program, and always leaves the same fault


def edit_answers(store: GapStore, topics: Sequence[Topic]) -> None:
    """Let the owner write answers to `topics`, and publish them in one batch.

    The text stays in instance/answers.txt until all of it is published: a sheet with faults is opened again, and one
    that an earlier run left is taken up. Raises StartError where the owner leaves a fault, or the editor fails.
    """
    path = paths.INSTANCE / SHEET
    with _only_one():
        sheet = _edit(store, path, topics)
        if not sheet.answers:
            click.echo(NOTHING)
        else:
            try:
                publish(store, make_drafts(topics, sheet.answers))
            except (StartError, TwinError):
                click.echo(f"What you wrote is in {path}: `flask twin gaps --edit` takes it up.", err=True)
                raise
        path.unlink(missing_ok=True)


def _edit(store: GapStore, path: Path, topics: Sequence[Topic]) -> Sheet:
    """Return what the owner wrote, once there is nothing wrong with it."""
    text = _begin(path, topics)
    for _ in range(MAX_TRIES):
        replace_file(path, text.encode(), mode=0o600)
        before, text = text, _open_editor(path)
        if not text.strip() and read_sheet(before, topics) != Sheet():
            replace_file(path, before.encode(), mode=0o600)
            raise StartError(f"{path} came back empty: what you wrote before is in it again. Delete it to drop that.")
        sheet = read_sheet(text, topics)
        faults = (*sheet.faults, *_find_conflicts(store, topics, sheet.answers))
        if not faults:
            return sheet
        if text == before:
            break
        text = add_faults(text, faults)
    raise StartError(f"{path}: {' '.join(faults)} Nothing is published: `flask twin gaps --edit` opens it again.")


def _begin(path: Path, topics: Sequence[Topic]) -> str:
    """Return the sheet to begin with, and in it what an earlier run left."""
    if not path.exists():
        return write_sheet(topics, Sheet())
    text = _read(path)
    sheet = read_sheet(text, topics)
    is_clear = not sheet.faults or bool(sheet.stray and len(sheet.faults) == 1)
    return write_sheet(topics, sheet) if is_clear else add_faults(text, sheet.faults)


def _find_conflicts(store: GapStore, topics: Sequence[Topic], answers: Mapping[int, str]) -> list[str]:
    briefing = store.briefings.read()
    found = [find_conflict(briefing, draft) for draft in make_drafts(topics, answers)]
    return [fault for fault in found if fault]


def _open_editor(path: Path) -> str:
    try:
        click.edit(filename=str(path))
    except click.ClickException as error:
        raise StartError(f"{error.format_message()} What you wrote is in {path}: set EDITOR.") from None
    return _read(path) if path.exists() else ""


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StartError(f"{path}: it is not UTF-8: convert it, then run `flask twin gaps --edit` again.") from None


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold the sheet for one editor; raises StartError where another one is open."""
    paths.INSTANCE.mkdir(exist_ok=True)
    with (paths.INSTANCE / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError("`flask twin gaps --edit` is open elsewhere: close that editor first.") from None
        yield
