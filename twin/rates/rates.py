"""The limits on how often one caller may ask."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from ..errors import Quota, RateLimited
from ..settings import Settings, mask_password
from .caller import Caller
from .limit import Limit
from .shared_windows import RedisUnavailable, SharedWindows
from .windows import ProcessWindows

REDIS_RETRY_SECONDS = 2.0  # after which a Redis that failed is asked again

logger = logging.getLogger(__name__)


class Rates:
    """The limits on how often a caller may ask: moving windows, in this process or in a Redis that all share."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet; raises StartError where Redis's client is not installed."""
        limits = Limit("minute", settings.rate_per_minute, 60), Limit("day", settings.rate_per_day, 24 * 3_600)
        self._of_addresses = limits if settings.rate_limits else ()
        self._own = ProcessWindows()
        self._shared = SharedWindows(settings.redis_url) if settings.redis_url else None
        self._redis = mask_password(settings.redis_url or "")
        self._is_away = False
        self._next_try = 0.0

    def admit(self, caller: Caller) -> list[Quota]:
        """Count a chat of a caller, and return the quotas, the minute's first.

        Raises RateLimited where one is exceeded. RATE_LIMITS=off lifts the limits of addresses: then there is no quota.
        """
        limits = caller.limits or self._of_addresses
        if not limits:
            return []
        quotas = self._count_shared(caller.name, limits) or self._own.count(caller.name, limits)
        if quotas[-1].is_exceeded:
            raise RateLimited(retry_after=quotas[-1].reset, quotas=quotas)
        return quotas

    def _count_shared(self, caller: str, limits: Sequence[Limit]) -> list[Quota]:
        """Count in Redis; return nothing where none is set or it does not answer."""
        if self._shared is None or time.monotonic() < self._next_try:
            return []
        if self._is_away:
            self._next_try = time.monotonic() + REDIS_RETRY_SECONDS  # one chat tries, for all
        try:
            quotas = self._shared.count(caller, limits)
        except RedisUnavailable as error:
            self._next_try = time.monotonic() + REDIS_RETRY_SECONDS
            self._note_redis(is_away=True, reason=str(error))
            return []
        self._note_redis(is_away=False)
        return quotas

    def _note_redis(self, *, is_away: bool, reason: str = "") -> None:
        if is_away and not self._is_away:
            logger.error(
                "REDIS_URL: %s does not answer (%s): each process counts for itself until it does.",
                self._redis,
                reason,
            )
        if self._is_away and not is_away:
            self._next_try = 0.0
            logger.info("REDIS_URL: %s answers again: all processes count together.", self._redis)
        self._is_away = is_away
