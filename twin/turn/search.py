"""A search in the owner's documents, for programs that read by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import Quota, TwinError
from ..prompt.persona import PERSONA_FILE

if TYPE_CHECKING:
    from ..knowledge.passages import Passage
    from ..knowledge.search import SearchResult
    from ..prompt import Briefing
    from ..rates import Caller
    from ..runtime import Runtime


@dataclass(frozen=True)
class SearchReply:
    """The passages that were found, the best first, and the caller's quotas."""

    passages: Sequence[Passage]
    quotas: Sequence[Quota]


def search(runtime: Runtime, query: str, caller: Caller, count: int) -> SearchReply:
    """Return up to `count` passages close to a query, of those that a visitor may be shown.

    A search counts as a chat. Raises RateLimited or Overloaded.
    """
    with ExitStack() as stack:
        try:
            quotas = runtime.rates.admit(caller)
            stack.enter_context(runtime.room.taken(quotas))
        except TwinError as error:
            runtime.metrics.record_limit(error)
            raise
        briefing = runtime.briefings.read()
        found = runtime.briefings.find_passages(briefing, [{"role": "user", "content": query}])
        passages = dict.fromkeys(_select_citable(briefing, found))
    return SearchReply([*passages][:count], quotas)


def _select_citable(briefing: Briefing, found: SearchResult) -> Iterator[Passage]:
    """Yield the sections that answers may cite; of the persona, the sentences about the owner."""
    for hit in found.hits:
        passage = hit.passage
        if passage.document == PERSONA_FILE:
            yield from (each for each in briefing.citable_persona.passages if each.text in passage.text)
        elif passage.is_citable and not passage.is_private:
            yield passage.section
