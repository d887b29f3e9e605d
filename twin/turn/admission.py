"""The admission of a turn: its caller's rate, and room among the chats in flight."""

from __future__ import annotations

from uuid import uuid4

from ..errors import (
    BudgetExhausted,
    InvalidRequest,
    KeyInUse,
    KeyReused,
    ModelBusy,
    ModelFailed,
    ModelMisconfigured,
    ModelTimeout,
    Overloaded,
    RateLimited,
    SessionBusy,
    StoreUnavailable,
    TwinError,
)
from ..memory import Brought
from ..rates import Caller
from ..runtime import Runtime
from .turn import Turn

TURN_FAULTS = (  # that a turn can end with
    RateLimited,
    Overloaded,
    SessionBusy,
    KeyInUse,
    KeyReused,
    BudgetExhausted,
    StoreUnavailable,
    InvalidRequest,
    ModelMisconfigured,
    ModelFailed,
    ModelBusy,
    ModelTimeout,
)


def begin(
    runtime: Runtime,
    message: str,
    session_id: str | None = None,
    caller: Caller | None = None,
    key: str | None = None,
    brought: Brought | None = None,
    *,
    is_chore: bool = False,
    door: str = "chat",
) -> Turn:
    """Admit a turn, which is to be closed.

    No caller stands for the owner, whom no rate limit holds and whose questions are no gaps; nor is a program's chore,
    such as a title for a conversation. `key` is the message's idempotency key. A conversation that is `brought` takes
    the place of the session's. An empty session id is replaced by a new UUID4. `door` is one of DOORS in
    telemetry/catalogue.py: how the message came. Raises RateLimited or Overloaded.
    """
    try:
        quotas = runtime.rates.admit(caller) if caller else []
        runtime.room.take(quotas)
    except TwinError as error:
        runtime.metrics.record_refused_chat(error, door)
        raise
    asks = caller is not None and not is_chore
    return Turn(runtime, message, session_id or str(uuid4()), key, quotas, brought, is_visitor=asks, door=door)
