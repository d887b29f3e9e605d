"""What the model is sent with every question: who it is, what it knows, how to behave, and which day it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock

from .config import ROOT, Settings
from .grounding import Material, Mode, OwnedText, find_private, remove_private
from .knowledge.folder import Folder
from .knowledge.library import Library, Selection
from .persona import Persona, estimate_tokens

TOLD = 20  # documents of which the log says that they are left out

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Briefing:
    """What all that is known comes to at one moment."""

    persona: str
    library: Library
    selection: Selection
    rules: str  # empty where there are none
    grounding: Mode  # how answers are checked
    material: Material  # against what

    @cached_property
    def system(self) -> str:
        """The system message: the same for every question, so that a provider's prompt cache holds it."""
        return "\n\n".join(filter(None, [self.persona, self.selection.text, self.rules]))

    def compose(self, said: list[dict[str, str]]) -> list[dict[str, str]]:
        """Return what the model is asked, of a conversation whose last message is the question; the date comes last."""
        *before, question = said
        closing = f"\n\n<context>\n{_tell(datetime.now(UTC).date())}\n</context>" if self.rules else ""
        return [
            {"role": "system", "content": self.system},
            *before,
            {"role": "user", "content": question["content"] + closing},
        ]


class Prompt:
    """Puts it together, from files that are read again where they have changed."""

    def __init__(self, settings: Settings, root: Path = ROOT) -> None:
        """Read me.txt, or raise StartError; the documents are read when they are needed first."""
        self._folder = Folder(root / "instance" / "knowledge")
        self._settings = settings
        self._persona = Persona(root / "me.txt", settings.context_tokens)
        self._rules = (ROOT / "twin" / "rules.txt").read_text(encoding="utf-8").strip()
        self._lock = Lock()
        self._briefing: Briefing | None = None

    @property
    def is_read(self) -> bool:
        """Whether all was read once, so that only what has changed is to be read again."""
        return self._briefing is not None

    def read(self) -> Briefing:
        """Return it as it is now."""
        persona, library = self._persona.text(), self._folder.read()
        with self._lock:  # of many who ask at once, one works it out
            last = self._briefing
            if last is None or last.persona != persona or last.library is not library:
                self._briefing = last = self._compose(persona, library)
            return last

    def _compose(self, persona: str, library: Library) -> Briefing:
        settings = self._settings
        rules = self._rules if (bool(library) if settings.rules is None else settings.rules) else ""
        room = max(0, settings.context_tokens - estimate_tokens(persona + rules)) // 2
        selection = library.select(min(settings.knowledge_tokens, room // (2 if settings.uses_embedded_model else 1)))
        if self._briefing is None or self._briefing.selection.left_out != selection.left_out:
            self._tell_left_out(selection)
        marked = OwnedText("\n".join(find_private(persona)))
        material = Material(
            public=[OwnedText(remove_private(persona)), *(document.public for document in library.documents)],
            private=[marked, *(document.private for document in library.documents)],
        )
        grounding = settings.grounding or ("strict" if library else "off")
        return Briefing(persona, library, selection, rules, grounding, material)

    def _tell_left_out(self, selection: Selection) -> None:
        for document in selection.left_out[:TOLD]:
            part = f"all but {document.sent} of its" if document.sent else "all"
            logger.warning(
                "%s/%s: %s %s tokens are left out, since KNOWLEDGE_TOKENS and MODEL_CONTEXT leave no room for them.",
                *(self._folder.name, document.name, part, document.tokens),
            )
        more = len(selection.left_out) - TOLD
        if more > 0:
            logger.warning("%s more documents are left out: `flask twin knowledge` lists them.", more)


def _tell(day: date) -> str:
    return f"Today is {day:%A}, {day.day} {day:%B %Y} ({day})."
