"""The owner's documents at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...grounding import OwnedText, find_private, remove_private
from ...system.caching import cached_property
from ...system.fairness import Fairness
from ...text.tokens import estimate_tokens
from ..faq import FAQ_TITLE, Entry, Faq, write_entries
from ..passages import Passage, make_passages
from ..sources import Citable
from .plain.front_matter import skip_front_matter
from .rendering import fence, render_document

ANSWERS = "answers"  # the name of the document of the answers in the database, which no file of a folder has


@dataclass(frozen=True)
class Document:
    """A readable document; `name` is its path below the folder."""

    name: str
    text: str
    is_private: bool = False  # informs the model, and must not be quoted
    title: str = ""  # shown to visitors
    is_citable: bool = True  # whether it is
    is_pinned: bool = False  # sent with each question, whatever is found
    lost: tuple[str, ...] = ()  # sentences about parts that were not read
    parts: tuple[str, ...] = ()  # of an archive: the files that were

    @cached_property
    def public(self) -> OwnedText:
        """The text that answers may quote."""
        return OwnedText("" if self.is_private else remove_private(self.text))

    @cached_property
    def private(self) -> OwnedText:
        """The text that answers must not quote."""
        return OwnedText(self.text if self.is_private else "\n".join(find_private(self.text)))

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The text without its front matter, in parts; private parts come last."""
        public = [] if self.is_private else [(skip_front_matter(self.name, remove_private(self.text)), False)]
        private = [skip_front_matter(self.name, self.text)] if self.is_private else find_private(self.text)
        return tuple(
            passage
            for text, is_private in [*public, *((text, True) for text in private)]
            for passage in make_passages(self.name, self.title, text, is_private=is_private, is_citable=self.is_citable)
        )

    def look_through(self) -> None:
        """Fill the caches here, in the reading thread, rather than in a chat that would wait for a long text."""
        fairness = Fairness()
        for passage in self.passages:
            _ = passage.key, passage.section.facts
            fairness.give_turn()
        _ = self.public.contacts
        if self.private.text:
            _ = self.private.contacts, self.private.runs

    @cached_property
    def tokens(self) -> int:
        """The estimated tokens of the text."""
        return estimate_tokens(self.text)

    def render(self) -> str:
        """Return the document for the model, labelled with its name."""
        return render_document(self.name, self.text, is_private=self.is_private)


@dataclass(frozen=True)
class Skipped:
    """A file that was not read, at least in part, and the reason; a draft is left out without any fault."""

    name: str
    reason: str
    is_fault: bool = True


@dataclass(frozen=True)
class Library:
    """All documents, in the order of their names."""

    documents: tuple[Document, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    faq: Faq = field(default_factory=Faq)
    entries: tuple[Entry, ...] = ()  # those of `faq`

    def __bool__(self) -> bool:
        return bool(self.documents)

    def add_answers(self, answers: Sequence[Entry]) -> Library:
        """Return the library with the answers of the database; of two to one question, the file's counts."""
        if not answers:
            return self
        entries = (*self.entries, *answers)
        document = Document(ANSWERS, write_entries(answers), title=FAQ_TITLE)
        return replace(self, documents=(*self.documents, document), faq=Faq.of(entries), entries=entries)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The passages of all documents."""
        return tuple(passage for document in self.documents for passage in document.passages)

    @cached_property
    def pinned(self) -> tuple[Passage, ...]:
        """The passages of the documents that are always sent."""
        return tuple(passage for document in self.documents if document.is_pinned for passage in document.passages)

    @cached_property
    def citable(self) -> Citable:
        """The passages, and what answers are compared with: made in a fifth of a second for 48 KB."""
        return Citable(self.passages)

    @cached_property
    def text(self) -> str:
        """All documents for the model, labelled and fenced; empty where there are none."""
        rendered = [document.render() for document in self.documents]
        return fence(rendered) if rendered else ""

    def fits(self, max_tokens: int) -> bool:
        """Return whether all documents fit `max_tokens`, by an estimate."""
        own = sum(document.tokens for document in self.documents)
        return own <= max_tokens and estimate_tokens(self.text) <= max_tokens
