"""What the model is sent with every question: who it is, what it knows, how to behave, and which day it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from .config import ROOT, Settings
from .grounding import Mode, find_private, remove_private
from .knowledge.folder import Folder
from .knowledge.library import Library, Selection
from .persona import Persona, estimate_tokens

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Briefing:
    """What all that is known comes to at one moment."""

    persona: str
    library: Library
    selection: Selection
    rules: str  # empty where there are none
    grounding: Mode  # how answers are checked

    @property
    def system(self) -> str:
        """The system message: the same for every question, so that a provider's prompt cache holds it."""
        return "\n\n".join(filter(None, [self.persona, self.selection.text, self.rules]))

    @property
    def closing(self) -> str:
        """What comes after the visitor's last message."""
        return f"\n\n<context>\n{_tell(datetime.now(UTC).date())}\n</context>" if self.rules else ""

    @property
    def public(self) -> list[str]:
        """The texts that may be quoted."""
        documents = [document for document in self.library.documents if not document.is_private]
        return [remove_private(self.persona), *(document.text for document in documents)]

    @property
    def private(self) -> list[str]:
        """The texts that inform the model, and are not to be said."""
        documents = [document for document in self.library.documents if document.is_private]
        return [*find_private(self.persona), *(document.text for document in documents)]


class Prompt:
    """Puts it together, from files that are read again where they have changed."""

    def __init__(self, settings: Settings, root: Path = ROOT) -> None:
        """Read me.txt, or raise StartError; the documents are read when they are needed first."""
        self.folder = Folder(root / "instance" / "knowledge")
        self._settings = settings
        self._persona = Persona(root / "me.txt", settings.context_tokens)
        self._rules = (ROOT / "twin" / "rules.txt").read_text(encoding="utf-8").strip()
        self._selected: tuple[Library, int, Selection] | None = None

    def read(self) -> Briefing:
        """Return it as it is now."""
        persona, library = self._persona.text(), self.folder.read()
        has_rules = bool(library) if self._settings.rules is None else self._settings.rules
        rules = self._rules if has_rules else ""
        selection = self._select(library, estimate_tokens(persona + rules))
        return Briefing(
            persona, library, selection, rules, self._settings.grounding or ("strict" if library else "off")
        )

    def _select(self, library: Library, taken: int) -> Selection:
        """Return what is sent of a library, where `taken` tokens of the context are not free; log what is not."""
        room = min(self._settings.knowledge_tokens, max(0, self._settings.context_tokens - taken) // 2)
        if self._selected is None or self._selected[0] is not library or self._selected[1] != room:
            selection = library.select(room)
            for document in selection.left_out:
                part = f"all but {document.sent} of its" if document.sent else "all"
                logger.warning(
                    "%s/%s: %s %s tokens are left out, since KNOWLEDGE_TOKENS and MODEL_CONTEXT leave room for %s.",
                    *(self.folder.name, document.name, part, document.tokens, room),
                )
            self._selected = (library, room, selection)
        return self._selected[2]


def _tell(day: date) -> str:
    return f"Today is {day:%A}, {day.day} {day:%B %Y} ({day})."
