"""A snapshot of persona, documents and rules: all that one answer is made from, and checked against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..grounding import Gate, Material, open_gate, remove_private
from ..grounding.support import Facts
from ..knowledge.documents.library import Library
from ..knowledge.documents.rendering import render_passages
from ..knowledge.search import Passages, SearchResult
from ..knowledge.sources import Citable
from ..llm.messages import ChatMessages
from ..settings.values import Grounding
from ..system.caching import cached_property
from ..text.tokens import estimate_tokens
from .messages import Prepared, compose_messages
from .persona import PERSONA_FILE, cite_persona, find_names
from .rules import state_date


@dataclass(frozen=True)
class Briefing:
    """The snapshot, unchanged for the whole of an answer."""

    persona: str
    library: Library
    max_tokens: int  # of the library that are sent
    rules: str  # empty where there are none
    grounding: Grounding  # the mode in which answers are checked
    material: Material  # the texts that they are checked against
    marks_claims: bool = True  # whether names, numbers and dates that stand nowhere are marked
    known: Passages = field(default_factory=dict)  # that can be found for a question

    @property
    def is_reviewed(self) -> bool:
        """Whether answers are compared with documents: there are some, or the owner wants claims marked."""
        return bool(self.library) or self.marks_claims

    @cached_property
    def is_whole(self) -> bool:
        """Whether the model is sent all documents, and not only the passages found for a question."""
        return self.library.fits(self.max_tokens)

    @cached_property
    def system(self) -> str:
        """The system message: the same for every question, so that a provider's prompt cache holds it."""
        return "\n\n".join(filter(None, [self.persona, self.library.text if self.is_whole else "", self.rules]))

    @cached_property
    def persona_facts(self) -> Facts:
        """The facts of the persona without its private text: a mark must not tell what that says."""
        return Facts.of(remove_private(self.persona))

    @cached_property
    def citable_persona(self) -> Citable:
        """The sentences of the persona that a visitor may be shown."""
        return Citable(tuple(cite_persona(remove_private(self.persona))))

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the owner's name, folded."""
        return find_names(self.persona)

    @cached_property
    def tokens(self) -> int:
        """The estimated tokens of persona, rules and documents in each call of the model."""
        return estimate_tokens(self.system) + (0 if self.is_whole else self.max_tokens)

    def compose(self, said: ChatMessages, found: SearchResult) -> Prepared:
        """Return the messages for a conversation whose last message is the question, with the passages `found`."""
        passages, given = "", self.library.citable
        if not self.is_whole:
            pinned = self.library.pinned
            sent_anyway = {PERSONA_FILE, *(passage.document for passage in pinned)}
            hits = [hit.passage for hit in found.hits if hit.passage.document not in sent_anyway]
            passages, sent = render_passages([*pinned, *hits], self.max_tokens)
            given = Citable(tuple(sent))
        today = state_date() if self.rules else ""
        return Prepared(compose_messages(self.system, said, [today, passages]), given)

    def open_gate(self, fallback: str, visitor: Sequence[str]) -> Gate:
        """Return the gate for one answer; `visitor` are the visitor's messages, `fallback` stands for private text."""
        return open_gate(self.grounding, self.material, fallback, visitor)
