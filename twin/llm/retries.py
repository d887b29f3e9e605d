"""The retry policy of a chat: how often, how soon and after which faults the model is asked again."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..errors import ModelBusy, ModelFailed, ModelMisconfigured, TwinError
from .providers import Provider

MAX_ATTEMPTS = 3  # of one chat, all providers together
BACKOFF_SECONDS = 0.2  # before the second attempt; twice as long before each further one
JITTER_SECONDS = 0.2  # added at random, so that chats which failed together are not retried together
WORTH_ANOTHER_ATTEMPT = (ModelBusy, ModelFailed, ModelMisconfigured)  # the last one at another provider only


def find_wait(
    error: TwinError, attempts_made: int, well: Sequence[Provider], tried: set[Provider], remaining: float
) -> float | None:
    """Return the seconds from an attempt that failed with `error` to the next one; None where the chat fails with it.

    `well` are the providers that can be asked, `tried` those that failed this chat, `remaining` the seconds until the
    chat's deadline.
    """
    if attempts_made == MAX_ATTEMPTS or not well or not isinstance(error, WORTH_ANOTHER_ATTEMPT):
        return None
    if not tried.issuperset(well):
        return 0.0  # another provider is asked at once
    if isinstance(error, ModelMisconfigured):
        return None
    backoff = BACKOFF_SECONDS * 2 ** (attempts_made - 1) + random.uniform(0, JITTER_SECONDS)  # noqa: S311
    wait = error.retry_after or backoff
    return wait if wait < remaining else None  # this error says more than a timeout would
