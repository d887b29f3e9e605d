"""Turns as responses, whichever door they came through: begun, streamed, and closed with the response."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Response, after_this_request, g, request

from ..errors import TwinError
from ..memory import Brought
from ..rates import Caller
from ..turn import Event, Turn, begin
from . import access_log, sse, visitor
from .current import current_runtime
from .headers import describe_quotas


def begin_turn(
    message: str,
    caller: Caller,
    session_id: str | None = None,
    key: str | None = None,
    brought: Brought | None = None,
    *,
    is_chore: bool = False,
    door: str,
) -> Turn:
    """Begin a turn that is closed and logged when the response is sent, with its quotas in the response's headers.

    The arguments are those of `turn.begin`, which also says what it raises.
    """
    turn = begin(current_runtime(), message, session_id, caller, key, brought, is_chore=is_chore, door=door)
    access_log.include_chat(turn.report)

    @after_this_request
    def end_turn(response: Response) -> Response:
        response.headers.update(describe_quotas(turn.quotas))
        response.call_on_close(turn.close)
        return response

    return turn


def stream_turn(
    turn: Turn,
    write: Callable[[Iterator[Event]], Iterator[sse.Written | None]],
    write_error: Callable[[TwinError], sse.Written],
) -> Response:
    """Return the response that streams a turn; `write` gives its events the door's form, and None for a tick.

    Raises one of TURN_FAULTS where it is certain that there will be no answer.
    """
    connection = visitor.find_connection(request.environ)
    text = sse.write_events(write(turn.stream()), connection, g.request_id, write_error)
    return Response(text, mimetype="text/event-stream", headers=sse.STREAM_HEADERS)
