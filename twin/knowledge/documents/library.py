"""The owner's documents, as they are at one moment, and as much of them as the model is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from ...grounding import OwnedText, find_private, remove_private
from ...system.fairness import Fairness
from ...text.tokens import estimate_tokens
from ..faq import Faq
from ..passages import Passage, make_passages
from ..sources import Rarity
from .front_matter import skip_front_matter
from .rendering import fence, render_document


@dataclass(frozen=True)
class Document:
    """A document that could be read; `name` is its path below the folder."""

    name: str
    text: str
    is_private: bool = False  # what informs the model, and is not to be said
    title: str = ""  # as visitors are shown it
    is_citable: bool = True  # whether they are shown it

    @cached_property
    def public(self) -> OwnedText:
        """What of it may be quoted."""
        return OwnedText("" if self.is_private else remove_private(self.text))

    @cached_property
    def private(self) -> OwnedText:
        """What of it may not."""
        return OwnedText(self.text if self.is_private else "\n".join(find_private(self.text)))

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """All of it but its front matter, in parts; what is private within it comes after the rest, in its own."""
        public = [] if self.is_private else [(skip_front_matter(self.name, remove_private(self.text)), False)]
        private = [skip_front_matter(self.name, self.text)] if self.is_private else find_private(self.text)
        return tuple(
            passage
            for text, is_private in [*public, *((text, True) for text in private)]
            for passage in make_passages(self.name, self.title, text, is_private=is_private, is_citable=self.is_citable)
        )

    def look_through(self) -> None:
        """Work out here, in the thread that reads, what a chat would else wait for, however long the text is."""
        fairness = Fairness()
        for passage in self.passages:
            _ = passage.key
            fairness.give_turn()
        _ = self.public.sources
        if self.private.text:
            _ = self.private.sources, self.private.runs

    @cached_property
    def tokens(self) -> int:
        """About how many tokens its text has."""
        return estimate_tokens(self.text)

    def render(self) -> str:
        """Return it as the model is sent it: fenced and labelled."""
        return render_document(self.name, self.text, is_private=self.is_private)


@dataclass(frozen=True)
class Skipped:
    """A file that could not be read, or not all of it, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Library:
    """All of them, in the order of their names."""

    documents: tuple[Document, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    faq: Faq = field(default_factory=Faq)

    def __bool__(self) -> bool:
        return bool(self.documents)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """All of it, in parts."""
        return tuple(passage for document in self.documents for passage in document.passages)

    @cached_property
    def rarity(self) -> Rarity:
        """How rare each word is in it."""
        return Rarity.of(self.passages)

    @cached_property
    def text(self) -> str:
        """All of it as the model is sent it: fenced and labelled; empty where there is nothing."""
        rendered = [document.render() for document in self.documents]
        return fence(rendered) if rendered else ""

    def fits(self, most: int) -> bool:
        """Whether all of it has about `most` tokens at most."""
        return sum(document.tokens for document in self.documents) <= most and estimate_tokens(self.text) <= most
