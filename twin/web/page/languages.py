"""The page's texts in each language, from texts/, and the choice of a language for a visitor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import request
from werkzeug.datastructures import LanguageAccept

from ...settings import LANGUAGES, Settings

TEXTS = Path(__file__).parent / "texts"
DEFAULT = "en"
RIGHT_TO_LEFT = {"ar"}


@dataclass(frozen=True)
class Language:
    """One language's texts: those of the HTML, those of the scripts, and those between visitor and owner."""

    tag: str  # BCP 47
    page: Mapping[str, str]
    starters: tuple[str, ...]
    script: str  # JSON
    desk: str  # JSON

    @property
    def direction(self) -> str:
        """The direction of its writing, `ltr` or `rtl`."""
        return "rtl" if self.tag in RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=len(LANGUAGES))
def load_language(tag: str) -> Language:
    """Return the texts of one of LANGUAGES."""
    texts = json.loads((TEXTS / f"{tag}.json").read_text(encoding="utf-8"))
    starters = tuple(texts["page"].pop("starters"))
    script, desk = (json.dumps(texts[part], ensure_ascii=False, separators=(",", ":")) for part in ("script", "desk"))
    return Language(tag, texts["page"], starters, script, desk)


def choose_language(settings: Settings) -> Language:
    """Return the language of the request: that of `?lang=`, else `PAGE_LANGUAGE`, else what the browser prefers."""
    asked = LanguageAccept([(request.args.get("lang", ""), 1)]).best_match(LANGUAGES)
    return load_language(
        asked or settings.page_language or request.accept_languages.best_match(LANGUAGES, default=DEFAULT)
    )


def pick_text(texts: str | Mapping[str, str] | None, language: Language) -> tuple[str | None, str | None]:
    """Return an owner's text in the language or, failing that, in English or its first one, and the tag of that.

    The tag is None where the owner gave one text for all languages.
    """
    if texts is None or isinstance(texts, str):
        return texts, None
    tag = next((tag for tag in (language.tag, DEFAULT) if tag in texts), None) or next(iter(texts))
    return texts[tag], tag
