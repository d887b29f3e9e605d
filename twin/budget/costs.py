"""Costs of calls to the model: a settled call's real cost, and the worst case of one that is about to be made."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from unicodedata import normalize

from ..settings import Settings
from ..system.fairness import give_turn

# A model's template may add these to a request: role marks for each message, and a system prompt of its own.
TOKENS_PER_MESSAGE = 16
TOKENS_PER_CALL = 64
NANODOLLARS = 10**9  # in a dollar


@dataclass(frozen=True)
class Cost:
    """The cost of a call, or a change of it."""

    tokens: int
    nanodollars: int

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.tokens - other.tokens, self.nanodollars - other.nanodollars)


class Prices:
    """The prices and caps that decide the cost of a call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        prices = settings.usd_per_million_input, settings.usd_per_million_output
        read, written = (Fraction(price or 0) * 1_000 for price in prices)  # nanodollars a token
        self._parts = math.lcm(read.denominator, written.denominator)  # of a nanodollar, in which both are whole
        self._prices = int(read * self._parts), int(written * self._parts)

    def price(self, prompt_tokens: int, completion_tokens: int) -> Cost:
        """Return the cost of a call; fractions of a nanodollar are rounded up."""
        read, written = self._prices
        parts = read * prompt_tokens + written * completion_tokens
        return Cost(prompt_tokens + completion_tokens, -(-parts // self._parts))

    def find_worst_case(self, messages: Sequence[Mapping[str, str]]) -> Cost:
        """Return the highest cost of a call: no tokenizer makes more tokens than there are bytes of UTF-8."""
        extra = self._settings.openai_extra
        prompt = 0
        for message in messages:
            give_turn()
            prompt += _count_bytes(message["content"]) + TOKENS_PER_MESSAGE
        prompt += TOKENS_PER_CALL + (len(json.dumps(extra, ensure_ascii=False).encode()) if extra else 0)
        return self.price(prompt, self._settings.max_output_tokens)


def _count_bytes(text: str) -> int:
    """Return the bytes of `text` in its longest form, since some tokenizers normalize first (Unicode, annex 15)."""
    forms = [text] if text.isascii() else [text, normalize("NFC", text), normalize("NFKC", text)]
    return max(len(form.encode()) for form in forms)
