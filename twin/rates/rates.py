"""The limits on how often one visitor may ask."""

from __future__ import annotations

import logging
import time

from ..errors import Quota, RateLimited
from ..settings import Settings, mask_password
from ..system.networks import network_of
from .limit import Limit
from .shared_windows import RedisUnavailable, SharedWindows
from .windows import ProcessWindows

REDIS_RETRY_SECONDS = 2.0  # after which a Redis that failed is asked again

logger = logging.getLogger(__name__)


class Rates:
    """The limits on how often an address may ask: moving windows, in this process or in a Redis that all share."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet; raises StartError where Redis's client is not installed."""
        limits = [Limit("minute", settings.rate_per_minute, 60), Limit("day", settings.rate_per_day, 24 * 3_600)]
        self._is_on = settings.rate_limits
        self._own = ProcessWindows(limits)
        self._shared = SharedWindows(settings.redis_url, limits) if settings.redis_url else None
        self._redis = mask_password(settings.redis_url or "")
        self._is_away = False
        self._next_try = 0.0

    def admit(self, address: str) -> list[Quota]:
        """Count a chat of `address` (IPv6: of its /64 network), and return the quotas, the minute's first.

        Raises RateLimited where one is exceeded. No quota is returned where RATE_LIMITS is off.
        """
        if not self._is_on:
            return []
        visitor = network_of(address, 32, 64)
        quotas = self._count_shared(visitor) or self._own.count(visitor)
        if quotas[-1].is_exceeded:
            raise RateLimited(retry_after=quotas[-1].reset, quotas=quotas)
        return quotas

    def _count_shared(self, visitor: str) -> list[Quota]:
        """Count in Redis; return nothing where none is set or it does not answer."""
        if self._shared is None or time.monotonic() < self._next_try:
            return []
        if self._is_away:
            self._next_try = time.monotonic() + REDIS_RETRY_SECONDS  # one chat tries, for all
        try:
            quotas = self._shared.count(visitor)
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
