"""A snapshot of persona, documents and rules: all that one answer is made from, and checked against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..grounding import Gate, Material, open_gate
from ..knowledge.documents.library import Library
from ..knowledge.documents.rendering import render_passages
from ..knowledge.evidence import Evidence
from ..knowledge.search import Passages, SearchResult
from ..llm.messages import ChatMessages
from ..settings.values import Grounding
from ..system.caching import cached_property
from ..text.tokens import estimate_tokens
from .messages import Prepared, compose_messages
from .persona import PERSONA_FILE
from .rules import NOTHING_CLOSE, state_date


@dataclass(frozen=True)
class Briefing:
    """The snapshot, unchanged for the whole of an answer."""

    persona: str
    library: Library
    max_tokens: int  # of the library that are sent
    rules: str  # empty where there are none
    grounding: Grounding  # the mode in which answers are checked
    material: Material  # the texts that they are checked against
    known: Passages = field(default_factory=dict)  # that can be found for a question

    @cached_property
    def is_whole(self) -> bool:
        """Whether the model is sent all documents, and not only the passages found for a question."""
        return self.library.fits(self.max_tokens)

    @cached_property
    def system(self) -> str:
        """The system message: the same for every question, so that a provider's prompt cache holds it."""
        return "\n\n".join(filter(None, [self.persona, self.library.text if self.is_whole else "", self.rules]))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in the persona, which the model need not have from a document."""
        return Evidence.of(self.persona).names

    @cached_property
    def tokens(self) -> int:
        """The estimated tokens of persona, rules and documents in each call of the model."""
        return estimate_tokens(self.system) + (0 if self.is_whole else self.max_tokens)

    def compose(self, said: ChatMessages, found: SearchResult) -> Prepared:
        """Return the messages for a conversation whose last message is the question, with the passages `found`."""
        passages, given = "", list(self.library.passages)
        if not self.is_whole:
            hits = (hit.passage for hit in found.hits if hit.passage.document != PERSONA_FILE)  # sent anyway
            passages, given = render_passages(hits, self.max_tokens)
        today = state_date() if self.rules else ""
        context = [today, passages, "" if found.is_close else NOTHING_CLOSE]
        return Prepared(compose_messages(self.system, said, context), tuple(given))

    def open_gate(self, fallback: str, visitor: Sequence[str]) -> Gate:
        """Return the gate for one answer; `visitor` are the visitor's messages, `fallback` stands for private text."""
        return open_gate(self.grounding, self.material, fallback, visitor)
