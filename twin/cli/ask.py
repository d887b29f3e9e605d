"""`flask twin ask`: a chat in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial

import click
from flask import current_app

from ..errors import TwinError
from ..llm.embedded import NOTICE
from ..runtime import Runtime
from ..settings import load_settings
from ..turn import begin
from ..web.chat.schemas import ChatRequest, ChatResponse
from ..web.payload import validate
from .terminal import make_printable, print_line, read_argument, read_utf8


@click.command
@click.argument("message", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print what POST /chat answers, a line each.")
def ask(message: str | None, as_json: bool) -> None:
    """Answer MESSAGE as the twin.

    With - the message is read from standard input, to its end; without one, each line that you type is a message.
    """
    runtime = Runtime(load_settings(current_app.config))
    session_id = None
    failed = False
    for text in _read_messages(message):
        try:
            chat = validate(ChatRequest, {"message": text, "session_id": session_id})
            with closing(begin(runtime, chat.message, chat.session_id)) as turn:
                answer = ChatResponse.of(turn.answer())
        except TwinError as error:
            print_line(error)
            failed = True
        else:
            session_id = answer.session_id
            click.echo(answer.model_dump_json(exclude_none=True) if as_json else make_printable(answer.response))
    if failed:
        raise SystemExit(2)
    if runtime.settings.uses_embedded_model:
        click.echo(NOTICE, err=True)


def _read_messages(message: str | None) -> Iterator[str]:
    """Yield `message`, or all of standard input, or each of its lines that is not blank."""
    if message is not None:
        yield read_argument(message, "message")
        return
    prompt = "> " if sys.stdin.isatty() else ""
    with suppress(EOFError):
        while True:
            if (line := read_utf8(partial(input, prompt), "message")).strip():
                yield line
