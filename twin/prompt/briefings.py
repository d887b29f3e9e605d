"""Make briefings of the owner's files; only changed files are read again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from ..grounding import Material, OwnedText, find_private, remove_private
from ..grounding.support import load_tagger
from ..knowledge.documents.folder import Folder
from ..knowledge.documents.library import Library
from ..knowledge.faq import Entry
from ..knowledge.passages import make_passages
from ..knowledge.search import INDEX_FILE, Passages, Search, SearchResult, make_search
from ..llm.messages import ChatMessages
from ..settings import Settings
from ..system import paths
from ..telemetry.metrics import Metrics
from ..text.tokens import estimate_tokens
from .briefing import Briefing
from .persona import PERSONA_FILE, Persona
from .rules import load_rules

QUESTIONS_BEFORE = 2  # earlier questions that are searched with a new one
MAX_BEFORE = 300  # the last characters of each

logger = logging.getLogger(__name__)


class Briefings:
    """Reads the owner's files, keeps the latest briefing made from them, and holds the search in the documents."""

    def __init__(
        self,
        settings: Settings,
        root: Path | None = None,
        read_answers: Callable[[], tuple[Entry, ...]] = tuple,
        metrics: Metrics | None = None,
    ) -> None:
        """Read the persona, or raise StartError; the documents are read on first use.

        `read_answers` returns the owner's answers in the database, the same tuple while none changes.
        """
        root = root or paths.ROOT
        self._read_answers = read_answers
        self._extended: tuple[Library, tuple[Entry, ...], Library] | None = None  # the last, and what it is made of
        self._folder = Folder(root / "instance" / "knowledge", metrics)
        self._settings = settings
        self._instance = root / "instance"
        self.persona = Persona(root, settings.context_tokens)
        self._rules = load_rules()
        self._lock = Lock()
        self._making = Lock()
        self._search: Search | None = None
        self._briefing: Briefing | None = None

    @property
    def search(self) -> Search:
        """The search in the documents, made on first use."""
        with self._making:  # two would each know half
            self._search = self._search or make_search(self._settings, self._instance)
        return self._search

    @property
    def has_briefing(self) -> bool:
        """Whether all files were read once, so that only changed ones have to be read again."""
        return self._briefing is not None

    @property
    def is_search_ready(self) -> bool:
        """Whether the documents are indexed, and found by their vectors too, where those are made."""
        return self.has_briefing and not (self._search and self._search.is_starting())

    def start_embeddings(self) -> None:
        """Start the model of vectors, where there are documents, which can be read in the meantime."""
        if (not self._folder.is_empty() or self._read_answers()) and (embeddings := self.search.embeddings):
            embeddings.start()

    def read(self) -> Briefing:
        """Return a briefing of the present files: the last one again, if nothing has changed."""
        persona, library, answers = self.persona.text(), self._folder.read(), self._read_answers()
        with self._lock:  # of many calls at once, one makes it; documents are read outside
            # Another call may have read a newer one since.
            library = self._extend(self._folder.library or library, answers)
            last = self._briefing
            if last is None or last.persona != persona or last.library is not library:
                self._briefing = last = self._make_briefing(persona, library)
            return last

    def prepare_checks(self) -> None:
        """Make in advance what the first answer is compared with, where all documents are sent."""
        briefing = self.read()
        briefing.library.faq.prepare()  # with the answers in the database
        if briefing.is_reviewed:
            load_tagger()
            _ = briefing.persona_facts, briefing.citable_persona.facts
            if briefing.is_whole:
                _ = briefing.library.citable.facts, briefing.library.citable.public_facts

    def find_passages(self, briefing: Briefing, said: ChatMessages) -> SearchResult:
        """Return the passages close to the last message of a conversation; without documents, none has to be."""
        if not briefing.library:
            return SearchResult()
        *before, question = (message["content"] for message in said if message["role"] == "user")
        return self.search.find(question, [each[-MAX_BEFORE:] for each in before[-QUESTIONS_BEFORE:]], briefing.known)

    def _extend(self, library: Library, answers: tuple[Entry, ...]) -> Library:
        """Return a library with the answers: the same one for the same two."""
        last = self._extended
        if last is None or last[0] is not library or last[1] is not answers:
            self._extended = last = library, answers, library.add_answers(answers)
        return last[2]

    def _make_briefing(self, persona: str, library: Library) -> Briefing:
        settings = self._settings
        rules = self._rules if (bool(library) if settings.rules is None else settings.rules) else ""
        room = max(0, settings.context_tokens - estimate_tokens(persona + rules)) // 2
        max_tokens = min(settings.knowledge_tokens, room // (2 if settings.uses_embedded_model else 1))
        grounding = settings.grounding or ("strict" if library else "off")
        known = self._index_passages(persona, library)
        marks = (settings.claims or ("mark" if library else "off")) == "mark"
        material = _gather_material(persona, library)
        briefing = Briefing(persona, library, max_tokens, rules, grounding, material, marks, known)
        if not briefing.is_whole and (self._briefing is None or self._briefing.is_whole):
            logger.info("Of the documents, about %s tokens are sent: what is close to the question.", max_tokens)
        return briefing

    def _index_passages(self, persona: str, library: Library) -> Passages:
        """Have the search replace its passages, beside the chats, and return them by their keys."""
        if library:
            passages = [*library.passages, *make_passages(PERSONA_FILE, "", persona)]
            return self.search.replace_passages(passages, seconds=0)
        had_documents = bool(self._briefing.library) if self._briefing else (self._instance / INDEX_FILE).exists()
        if had_documents:  # perhaps before this start, and deleted while no service was running
            self.search.replace_passages([], seconds=0)
        return {}


def _gather_material(persona: str, library: Library) -> Material:
    """Return the public and the private texts of persona and documents."""
    marked = OwnedText("\n".join(find_private(persona)))
    return Material(
        public=[OwnedText(remove_private(persona)), *(document.public for document in library.documents)],
        private=[marked, *(document.private for document in library.documents)],
    )
