"""A limit on how often a caller may ask."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from ..errors import Quota


@dataclass(frozen=True)
class Limit:
    """At most `amount` chats in any window of `seconds`."""

    name: str
    amount: int
    seconds: int

    def measure(self, oldest: float, count: int) -> Quota:
        """Return the quota after `count` chats, the last included, of which the `oldest` is an instant since 1970."""
        reset = max(1, math.ceil(oldest + self.seconds - time.time()))
        remaining = max(0, self.amount - count)
        return Quota(self.name, self.amount, self.seconds, remaining, reset, is_exceeded=count > self.amount)
