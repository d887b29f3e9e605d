"""Moving windows in a Redis, in which all processes count together."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..errors import Quota, StartError
from .limit import Limit

REDIS_SECONDS = 1.0  # that Redis may take to answer
REDIS_CONNECTIONS = 50

# Count a chat against each of a caller's limits until one is exceeded, in one request for all of them. The list at a
# key holds the instants that count, the newest first. Returned for each limit are the oldest instant and the number of
# instants, a refused chat included.
COUNT_CHAT = b"""\
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


class RedisUnavailable(Exception):
    """Redis does not answer; the argument is the name of the client's exception."""


class SharedWindows:
    """The chats of each caller that count against a limit, in a Redis."""

    def __init__(self, url: str) -> None:
        """Connect to nothing yet; raises StartError where Redis's client is not installed."""
        try:
            from redis import BlockingConnectionPool, Redis, RedisError
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
        self._script = Redis(connection_pool=pool).register_script(COUNT_CHAT)
        self._fault = RedisError

    def count(self, caller: str, limits: Sequence[Limit]) -> list[Quota]:
        """Count a chat against each limit; the list ends with the first that is exceeded. Raises RedisUnavailable."""
        keys = [_name_key(limit, caller) for limit in limits]
        arguments = [number for limit in limits for number in (limit.amount, limit.seconds)]
        try:
            found = self._script(keys, [time.time(), *arguments])
        except self._fault as error:
            raise RedisUnavailable(type(error).__name__) from error
        rows = zip(limits, found, strict=False)
        return [limit.measure(float(oldest), count) for limit, (oldest, count) in rows]


def _name_key(limit: Limit, caller: str) -> str:
    """Return the key of a window, in the form of the library `limits`, so that an older Twin's windows go on."""
    return f"twin:LIMITER/{caller}/{limit.amount}/1/{limit.name}"
