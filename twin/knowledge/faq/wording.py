"""The wording of a question without its dress: what is left is compared word for word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass

from .english import ENGLISH
from .french import FRENCH
from .german import GERMAN, POLITE
from .language import Language
from .spanish import SPANISH
from .tokens import split_question

# Words that are others in capitals: “Can you join US?”, “Do you teach IT?” Other capitals only stress what is meant.
SHOUTED_TEXT = "us it who aids ram sap led pet act sat cad pin arm sad gas cat ms pt pa hr ki"
SHOUTED = frozenset(SHOUTED_TEXT.split())
OTHER = Language()
LANGUAGES = (ENGLISH, GERMAN, SPANISH, FRENCH)
TITLES_TEXT = (
    "mr mrs ms miss dr doctor prof professor herr herrn frau senor senora sr sra don dona mme madame monsieur m"
)
TITLES = frozenset(TITLES_TEXT.split())
# A question with one of these may be about the name at its end: “Can I call you Jo?”, “Who is Jo?”
NAMING = re.compile(
    r"(?<!\S)(?:call|name|nenn|heiss|hiess|llam|appel|nomm|know|kenn|conoc|conna|meet|met|treff)"
    r"|(?<!\S)(?:is|are|am|was|ist|bist|sind|es|eres|est|and|und|y|et|with|mit|con|avec|of|von|de|for|fuer|para|pour)$"
)
ACCENTED = frozenset("áàâãéèêëíìîïóòôõúùû")  # that no keyboard of the language lacks; ñ and ç have keys of their own


@dataclass(frozen=True)
class Wording:
    """The words of a question in a normal form."""

    words: tuple[str, ...]
    spelled: Mapping[str, Set[str]]  # the words with other letters than those in `words`, as they were written
    capitals: Set[str]  # the words that were written with a capital; all, where no sentence begins with one
    inner: Set[str] = frozenset()  # those with a capital that begin no sentence
    shouted: Set[str] = frozenset()  # short ones all in capitals, which are others in small letters, such as US
    is_indirect: bool = False  # whether it stood behind a frame such as “can you tell me”

    @property
    def has_accents(self) -> bool:
        """Whether the writer sets accents."""
        return any(not ACCENTED.isdisjoint(word) for forms in self.spelled.values() for word in forms)

    def contradicts(self, other: Wording) -> bool:
        """Return whether accents or capitals say that a word is another one, as in “hablo” and “habló”, US and us."""
        if not (self.shouted ^ other.shouted).isdisjoint(self.words):
            return True
        for word, forms in self.spelled.items():
            known = other.spelled.get(word)
            if known is None or not forms.isdisjoint(known):
                continue
            if any(not ACCENTED.isdisjoint(form) for form in forms) or self.has_accents:
                return True
        return False


def tell_language(question: str, default: Language | None = None) -> Language | None:
    """Return the language with most of a question's words among those that it is told by; `default` where none has."""
    words = {token.casefold() for token in split_question(question)}
    counts = {language.code: len(words & language.telling) for language in LANGUAGES}
    most = max(counts.values())
    told = [language for language in LANGUAGES if counts[language.code] == most]
    return told[0] if most and len(told) == 1 else default


def read_wording(
    question: str, language: Language, names: Set[str] = frozenset(), *, is_asked: bool = False
) -> Wording:
    """Return the wording of a question; `names` are those by which the owner may be addressed, folded.

    In a question that `is_asked`, “do you know” is a frame; in the owner's it is meant.
    """
    written = split_question(question)
    spelled: defaultdict[str, set[str]] = defaultdict(set)
    words: list[str] = []
    for word in language.inflect(written):
        folded = language.fold(word).strip("-'")
        full = language.spelled.get(folded, folded.replace("-", " "))
        if full == folded:
            spelled[folded].add(word.casefold().strip("-'"))
        words += full.split()
    inner = {language.fold(token.casefold()) for token in written[1:] if token[:1].isupper()}
    capitals = set(inner)
    if written and not written[0][:1].isupper():
        capitals |= set(words)
    text = " ".join(words)
    for pattern, full in language.rewritten:
        text = pattern.sub(full, text).strip()
    bare, is_indirect = _undress(text, language, names, is_asked=is_asked)
    kept = tuple((bare or text).split())
    return Wording(
        kept,
        {word: spelled[word] for word in kept if word in spelled},
        capitals,
        inner,
        _find_shouted(written, language),
        is_indirect,
    )


def _find_shouted(written: list[str], language: Language) -> Set[str]:
    """Return the words in capitals that are others in small letters; none where all are in capitals."""
    if not any(character.islower() for token in written for character in token):
        return frozenset()
    return {language.fold(word) for token in written if token.isupper() and (word := token.casefold()) in SHOUTED}


def differ_in_capitals(asked: str, known: str, language: Language) -> bool:
    """Return whether capitals tell two questions with the same words apart: US and us, “Ihre” and “ihre”."""
    tokens, others = split_question(asked), split_question(known)
    if _find_shouted(tokens, language) ^ _find_shouted(others, language):
        return True
    if language is not GERMAN or not all(any(map(str.istitle, each)) for each in (tokens, others)):
        return False
    pairs = zip(tokens[1:], others[1:], strict=False)
    return any(one != other and one.casefold() == other.casefold() and {one, other} & POLITE for one, other in pairs)


def _undress(text: str, language: Language, names: Set[str], *, is_asked: bool) -> tuple[str, bool]:
    """Return the words without greetings, names, frames and fillers, and whether there was a frame."""
    if language.fillers:
        text = language.fillers.sub("", text).strip()
    is_indirect, before = False, None
    frames = [frame for frame in (language.frame, language.knowing if is_asked else None) if frame]
    while text and text != before:
        before = text
        if match := next(filter(None, (frame.match(text) for frame in frames)), None):
            text, is_indirect = text[match.end() :], True
        elif language.opening and (opening := language.opening.match(text)):
            text = text[opening.end() :]
        elif language.closing and (closing := language.closing.search(text)):
            text = text[: closing.start()]
        elif names:
            text = _strip_names(text, names)
        text = text.strip()
    return text, is_indirect


def _strip_names(text: str, names: Set[str]) -> str:
    """Return the words without the owner's name, and a title before it, at their beginning or end."""
    words = text.split()
    start, end = 0, len(words)
    while start < end and words[start] in names | TITLES:
        start += 1
    if start and words[start - 1] in TITLES:
        start = 0
    while end > start and words[end - 1] in names:
        end -= 1
    if end < len(words):
        if NAMING.search(" ".join(words[start:end])):
            end = len(words)
        elif end and words[end - 1] in TITLES:
            end -= 1
    return " ".join(words[start:end])
