"""How often one visitor may ask."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from ..errors import Quota, RateLimited, StartError
from ..settings import Settings, mask_password
from ..system.networks import network_of

VISITORS = 10_000  # that one process remembers; whoever was silent for longest is forgotten first
REDIS_SECONDS = 1.0  # that Redis may take to answer
REDIS_RETRY_SECONDS = 2.0  # until one that failed is asked again
REDIS_CONNECTIONS = 50

# Counts a chat against each of a visitor's limits until one is exceeded; `limits` would ask Redis twice for each. A key
# holds the instants that count, the newest first, as it does for `limits`. Returned are, for each limit, the oldest of
# them and how many there are, with the one that was refused.
COUNT = b"""\
local now, found = tonumber(ARGV[1]), {}
for number, key in ipairs(KEYS) do
    local most, seconds = tonumber(ARGV[2 * number]), tonumber(ARGV[2 * number + 1])
    local oldest = redis.call("LINDEX", key, -1)
    while oldest and tonumber(oldest) <= now - seconds do
        redis.call("RPOP", key)
        oldest = redis.call("LINDEX", key, -1)
    end
    local count = redis.call("LLEN", key) + 1
    found[number] = {oldest or ARGV[1], count}
    if count > most then
        break
    end
    redis.call("LPUSH", key, ARGV[1])
    redis.call("EXPIRE", key, seconds)
end
return found
"""

logger = logging.getLogger(__name__)


class Rates:
    """The limits on how often an address may ask: moving windows, in this process or in a Redis that all share."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet; raises StartError where Redis's client is not installed."""
        self._limits: dict[str, RateLimitItem] = {}
        if settings.rate_limits:
            self._limits["minute"] = RateLimitItemPerMinute(settings.rate_per_minute)
            self._limits["day"] = RateLimitItemPerDay(settings.rate_per_day)
        self._own = MovingWindowRateLimiter(_BoundedStorage())
        self._shared = _SharedWindows(settings.redis_url) if settings.redis_url else None
        self._redis = mask_password(settings.redis_url or "")
        self._is_away = False
        self._next_try = 0.0

    def admit(self, address: str) -> list[Quota]:
        """Count a chat of `address` (IPv6: of its /64 network), and return what is left, the minute's first.

        Raises RateLimited where nothing was left.
        """
        if not self._limits:
            return []
        visitor = network_of(address, 32, 64)
        quotas = self._count_shared(visitor) or self._count(visitor)
        if quotas[-1].is_exceeded:
            raise RateLimited(retry_after=quotas[-1].reset, quotas=quotas)
        return quotas

    def _count_shared(self, visitor: str) -> list[Quota]:
        """Count in Redis; return nothing where there is none, or it does not answer."""
        if self._shared is None or time.monotonic() < self._next_try:
            return []
        if self._is_away:
            self._next_try = time.monotonic() + REDIS_RETRY_SECONDS  # one asks, for all
        try:
            quotas = self._shared.count(self._limits, visitor)
        except StorageError as error:
            self._next_try = time.monotonic() + REDIS_RETRY_SECONDS
            self._note_redis(is_away=True, reason=type(error.__cause__ or error).__name__)
            return []
        self._note_redis(is_away=False)
        return quotas

    def _count(self, visitor: str) -> list[Quota]:
        """Count a chat against each limit; the list ends with the first that is exceeded."""
        quotas: list[Quota] = []
        for name, limit in self._limits.items():
            is_exceeded = not self._own.hit(limit, visitor)
            stats = self._own.get_window_stats(limit, visitor)
            quotas.append(_describe(name, limit, stats.reset_time, stats.remaining, is_exceeded=is_exceeded))
            if is_exceeded:
                break
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


def _describe(name: str, limit: RateLimitItem, reset_at: float, remaining: int, *, is_exceeded: bool) -> Quota:
    reset = max(1, math.ceil(reset_at - time.time()))
    return Quota(name, limit.amount, limit.get_expiry(), 0 if is_exceeded else max(0, remaining), reset, is_exceeded)


class _SharedWindows:
    """Moving windows in a Redis, which is asked once for all of a visitor's limits."""

    def __init__(self, url: str) -> None:
        try:
            from redis import BlockingConnectionPool
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            raise StartError("REDIS_URL: Redis's client is missing: pip install -r requirements/service.lock") from None
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=REDIS_CONNECTIONS,
            timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            retry=Retry(NoBackoff(), 1),  # of a connection that Redis closed when it was started again
        )
        self._storage = RedisStorage(url, connection_pool=pool, key_prefix="twin")
        self._script = self._storage.get_connection().register_script(COUNT)

    def count(self, limits: Mapping[str, RateLimitItem], visitor: str) -> list[Quota]:
        """Count a chat against each limit; the list ends with the first that is exceeded. Raises StorageError."""
        keys = [self._storage.prefixed_key(limit.key_for(visitor)) for limit in limits.values()]
        numbers = [number for limit in limits.values() for number in (limit.amount, limit.get_expiry())]
        try:
            found = self._script(keys, [time.time(), *numbers])
        except self._storage.base_exceptions as error:
            raise StorageError(error) from error
        quotas = []
        for (name, limit), (oldest, count) in zip(limits.items(), found, strict=False):
            reset_at, remaining = float(oldest) + limit.get_expiry(), limit.amount - count
            quotas.append(_describe(name, limit, reset_at, remaining, is_exceeded=remaining < 0))
        return quotas


class _BoundedStorage(MemoryStorage):
    """Moving windows in memory that stays bounded, at a cost that does not grow with the visitors.

    The library's own keeps a key for each visitor for ever, and looks through all of them after each hit.
    """

    STORAGE_SCHEME = None  # type: ignore[assignment] # not for the library to find

    def __init__(self) -> None:
        Storage.__init__(self)  # without the thread that the library's own starts, which would not survive a fork
        self._lock = threading.Lock()
        self._windows: OrderedDict[str, deque[float]] = OrderedDict()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        with self._lock:
            window = self._windows.setdefault(key, deque(maxlen=limit))
            self._windows.move_to_end(key)
            if len(self._windows) > 2 * VISITORS:
                self._windows.popitem(last=False)
            now = time.time()
            if len(window) == limit and window[0] > now - expiry:
                return False
            window.append(now)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        with self._lock:
            now = time.time()
            window = self._windows.get(key, deque())
            while window and window[0] <= now - expiry:
                window.popleft()
        return (window[0], len(window)) if window else (now, 0)
