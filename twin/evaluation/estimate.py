"""An estimate of what a run costs, made before the model is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..budget import Prices
from ..runtime import Runtime
from ..settings import Settings
from ..text.tokens import estimate_tokens
from .cases import Case

OVERHEAD_TOKENS = 64  # of a call, beside the texts in it
NANODOLLARS = 10**9  # in a dollar


@dataclass(frozen=True)
class Estimate:
    """The calls of a run, the tokens that the model reads, about, and writes, at most; in USD where prices are set."""

    calls: int
    read: int
    written: int
    usd: float | None

    def __str__(self) -> str:
        tokens = f"about {self.read:,} tokens to read and at most {self.written:,} to write"
        price = "prices are not set" if self.usd is None else f"at most {self.usd:.2f} USD"
        return f"{self.calls} questions for the model: {tokens}; {price}."


def estimate_cost(runtime: Runtime, cases: Collection[Case]) -> Estimate:
    """Return what a run will cost; questions that the owner has answered word for word cost nothing."""
    briefing, settings = runtime.briefings.read(), runtime.settings
    asked = [case for case in cases if briefing.library.faq.find_answer(case.question, briefing.names) is None]
    read = sum(briefing.tokens + estimate_tokens(case.question) + OVERHEAD_TOKENS for case in asked)
    written = len(asked) * settings.max_output_tokens
    has_prices = settings.usd_per_million_input is not None and settings.usd_per_million_output is not None
    usd = Prices(settings).price(read, written).nanodollars / NANODOLLARS if has_prices else None
    return Estimate(len(asked), read, written, usd)


def is_paid(settings: Settings) -> bool:
    """Return whether the model may cost money: it has a price, or runs elsewhere than on the owner's own network."""
    if settings.uses_embedded_model:
        return False
    if settings.usd_per_million_input or settings.usd_per_million_output:
        return True
    host = urlsplit(settings.openai_base_url or "").hostname or ""
    try:
        return not ip_address(host).is_private
    except ValueError:
        return not (host == "localhost" or host.endswith((".localhost", ".local", ".internal")))
