"""Messages to a model, and holds on a budget that is not there."""

from __future__ import annotations

from collections.abc import Callable

from twin.llm.messages import ChatMessages

MESSAGES = [{"role": "system", "content": "I am Ada."}, {"role": "user", "content": "Hi"}]


class NoHold:
    """What a call may cost, where nobody counts."""

    def __init__(self, messages: ChatMessages, patience: float, is_wanted: Callable[[], bool]) -> None:
        """Wait for nothing."""

    def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
        pass

    def release(self) -> None:
        pass

    def close(self) -> None:
        pass


class CountedHold(NoHold):
    """What a call may cost, where it is counted how often it was made, and found to cost nothing."""

    made = released = 0

    def __init__(self, messages: ChatMessages, patience: float, is_wanted: Callable[[], bool]) -> None:
        type(self).made += 1

    def release(self) -> None:
        type(self).released += 1
