"""What the model is sent with every question: who it is, what it knows, how to behave, and which day it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock

from ..grounding import Material, Mode, OwnedText, find_private, remove_private
from ..knowledge.documents.folder import Folder
from ..knowledge.documents.library import Library
from ..knowledge.documents.rendering import render_passages
from ..knowledge.evidence import Evidence
from ..knowledge.passages import Passage, make_passages
from ..knowledge.search import INDEX, Passages, Search, SearchResult, make_search
from ..settings import Settings
from ..system.files import ROOT
from ..text.tokens import estimate_tokens
from .persona import FILE as PERSONA
from .persona import Persona

QUESTIONS_BEFORE = 2  # of the visitor's, that a question may hang on
MOST_BEFORE = 300  # characters of each
NOTHING_CLOSE = (
    "Nothing in the documents seems to answer this message. If it asks for a fact that is not written above, say in a "
    "few words that you do not know it."
)

Messages = list[dict[str, str]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Briefing:
    """What all that is known comes to at one moment."""

    persona: str
    library: Library
    most: int  # tokens of the library that are sent
    rules: str  # empty where there are none
    grounding: Mode  # how answers are checked
    material: Material  # against what
    known: Passages = field(default_factory=dict)  # what can be found for a question

    @cached_property
    def is_whole(self) -> bool:
        """Whether the model is sent all documents, and not only what is found for a question."""
        return self.library.fits(self.most)

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
        """About how many tokens the model is sent of all this."""
        return estimate_tokens(self.system) + (0 if self.is_whole else self.most)

    def compose(self, said: Messages, found: SearchResult) -> Prepared:
        """Return what the model is asked, of a conversation whose last message is the question.

        What depends on the question comes last: the date, what was found, and whether that is close.
        """
        passages, given = "", list(self.library.passages)
        if not self.is_whole:
            hits = (hit.passage for hit in found.hits if hit.passage.document != PERSONA)  # which is sent anyway
            passages, given = render_passages(hits, self.most)
        today = _tell(datetime.now(UTC).date()) if self.rules else ""
        context = "\n\n".join(filter(None, [today, passages, "" if found.is_close else NOTHING_CLOSE]))
        *before, question = said
        closing = f"\n\n<context>\n{context}\n</context>" if context else ""
        asked = [
            {"role": "system", "content": self.system},
            *before,
            {"role": "user", "content": question["content"] + closing},
        ]
        return Prepared(asked, tuple(given))


@dataclass(frozen=True)
class Prepared:
    """What the model is asked, and which passages of the documents are in it."""

    messages: Messages
    given: tuple[Passage, ...]


class Prompt:
    """Puts it together, from files that are read again where they have changed."""

    def __init__(self, settings: Settings, root: Path = ROOT) -> None:
        """Read the persona, or raise StartError; the documents are read when they are needed first."""
        self._folder = Folder(root / "instance" / "knowledge")
        self._settings = settings
        self._instance = root / "instance"
        self.persona = Persona(root, settings.context_tokens)
        self._rules = (Path(__file__).with_name("rules.txt")).read_text(encoding="utf-8").strip()
        self._lock = Lock()
        self._making = Lock()
        self._search: Search | None = None
        self._briefing: Briefing | None = None

    @property
    def search(self) -> Search:
        """The search in the documents, made when there are some."""
        with self._making:  # two would each know half
            self._search = self._search or make_search(self._settings, self._instance)
        return self._search

    @property
    def is_read(self) -> bool:
        """Whether all was read once, so that only what has changed is to be read again."""
        return self._briefing is not None

    @property
    def is_ready(self) -> bool:
        """Whether questions find what they will find in a moment."""
        return self.is_read and not (self._search and self._search.is_starting())

    def start(self) -> None:
        """Start what finds documents, where there are some: it takes a second, in which they can be read."""
        if not self._folder.is_empty() and (embeddings := self.search.embeddings):
            embeddings.start()

    def read(self) -> Briefing:
        """Return it as it is now."""
        persona, library = self.persona.text(), self._folder.read()
        with self._lock:  # of many who ask at once, one works it out; nobody waits for anything in here
            library = self._folder.library or library  # another may have read a newer one since
            last = self._briefing
            if last is None or last.persona != persona or last.library is not library:
                self._briefing = last = self._compose(persona, library)
            return last

    def find(self, briefing: Briefing, said: Messages) -> SearchResult:
        """Return which passages are close to the last message of a conversation; without documents, none has to be."""
        if not briefing.library:
            return SearchResult()
        *before, question = (message["content"] for message in said if message["role"] == "user")
        return self.search.find(question, [each[-MOST_BEFORE:] for each in before[-QUESTIONS_BEFORE:]], briefing.known)

    def _compose(self, persona: str, library: Library) -> Briefing:
        settings = self._settings
        rules = self._rules if (bool(library) if settings.rules is None else settings.rules) else ""
        room = max(0, settings.context_tokens - estimate_tokens(persona + rules)) // 2
        most = min(settings.knowledge_tokens, room // (2 if settings.uses_embedded_model else 1))
        marked = OwnedText("\n".join(find_private(persona)))
        material = Material(
            public=[OwnedText(remove_private(persona)), *(document.public for document in library.documents)],
            private=[marked, *(document.private for document in library.documents)],
        )
        grounding = settings.grounding or ("strict" if library else "off")
        known = self._index_passages(persona, library)
        briefing = Briefing(persona, library, most, rules, grounding, material, known)
        if not briefing.is_whole and (self._briefing is None or self._briefing.is_whole):
            logger.info("Of the documents, about %s tokens are sent: what is close to the question.", most)
        return briefing

    def _index_passages(self, persona: str, library: Library) -> Passages:
        """Have the search replace its passages, beside the chats, and return them by their keys."""
        if library:
            return self.search.replace_passages([*library.passages, *make_passages(PERSONA, "", persona)], seconds=0)
        if self._briefing.library if self._briefing else (self._instance / INDEX).exists():
            self.search.replace_passages([], seconds=0)  # also of documents deleted while no service was running
        return {}


def _tell(day: date) -> str:
    return f"Today is {day:%A}, {day.day} {day:%B %Y} ({day})."
