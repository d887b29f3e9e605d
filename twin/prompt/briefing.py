"""A snapshot of persona, documents and rules: all that one answer is made from, and checked against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..grounding import Gate, Material, open_gate, remove_private
from ..grounding.support import Facts
from ..knowledge.documents.library import Library
from ..knowledge.documents.rendering import render_answers, render_passages
from ..knowledge.passages import Passage
from ..knowledge.search import Passages, SearchResult
from ..knowledge.sources import Citable
from ..llm.messages import ChatMessages
from ..settings.values import Grounding
from ..system.caching import cached_property
from ..text.tokens import estimate_tokens
from .messages import Prepared, compose_messages
from .persona import PERSONA_FILE, cite_persona, find_names
from .rules import state_date

MAX_RANK = 3  # of a passage, up to which an answer of the owner counts as close to the question
MAX_ANSWERS = 2
ANSWER_TOKENS = 400  # that these answers take at most, by an estimate


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
        answers = ANSWER_TOKENS if self.library.faq.answers else 0
        return estimate_tokens(self.system) + (answers if self.is_whole else self.max_tokens)

    def compose(self, said: ChatMessages, found: SearchResult, wishes: str = "") -> Prepared:
        """Return the messages for a conversation whose last message is the question, with the passages `found`.

        `wishes` are those of the program through which the visitor writes.
        """
        passages, given = "", self.library.citable
        answers = _select_answers(found)
        own = render_answers(answers)
        if not self.is_whole:
            pinned = self.library.pinned
            sent_anyway = {PERSONA_FILE, *(passage.document for passage in pinned)}
            hits = [hit.passage for hit in found.hits if hit.passage.document not in sent_anyway]
            others = [each for each in hits if each.section not in answers]
            passages, sent = render_passages([*pinned, *others], self.max_tokens - estimate_tokens(own))
            given = Citable((*answers, *sent))
        today = state_date() if self.rules else ""
        return Prepared(compose_messages(self.system, said, [today, own, passages], wishes), given)

    def open_gate(self, fallback: str, visitor: Sequence[str]) -> Gate:
        """Return the gate for one answer; `visitor` are the visitor's messages, `fallback` stands for private text."""
        return open_gate(self.grounding, self.material, fallback, visitor)


def _select_answers(found: SearchResult) -> list[Passage]:
    """Return the owner's own answers among the passages closest to a question, whole."""
    hits = [] if found.is_small_talk else found.hits[:MAX_RANK]
    close = (hit.passage.section for hit in hits if hit.passage.is_answer and not hit.passage.is_private)
    return [*dict.fromkeys(close)][:MAX_ANSWERS]
