"""Test questions for the owner's answers: in other words, since the questions themselves need no model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ..grounding.support import ADDRESS, is_frequent
from ..grounding.support.languages import tell_language
from ..text.words import WORD
from .cases import Case
from .matching import as_literal, find

# A frame for each language, in which the model reads the question, and none of the owner's questions is.
FRAMES = {
    "en": "A friend of mine asked me this about you, and I could not say: {}",
    "de": "Das wollte neulich jemand von mir über dich wissen, und ich wusste es nicht: {}",
    "fr": "Un ami m'a posé cette question à ton sujet, et je n'ai pas su répondre : {}",
    "es": "Un amigo me preguntó esto sobre ti, y no supe qué decir: {}",
    "it": "Un amico mi ha chiesto questo su di te, e non sapevo rispondere: {}",
    "pt": "Um amigo me perguntou isto sobre você, e eu não soube responder: {}",
    "nl": "Een vriend vroeg me dit over jou, en ik wist het niet: {}",
}
NOT_LATIN = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f]")  # a letter of another script, whose languages have no frame
NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
NAME = re.compile(r"(?<=[\w,] )[A-ZÀ-Þ][\w’'-]+")  # a word with a capital that begins no sentence
MAX_EXPECTED = 2
MIN_LETTERS = 4  # of a word that an answer in other words would still have


def make_case(question: str, others: Iterable[str], answer: str, is_known: Callable[[str], bool]) -> Case | None:
    """Return a case that asks the model for an answer of the owner's; None where no other words ask for it.

    `others` are questions that ask for the same thing; `is_known` tells which ones are answered without the model.
    """
    wordings = [*others]
    if not NOT_LATIN.search(question):
        wordings.append(FRAMES[tell_language([question])].format(question))
    asked = next((wording for wording in wordings if not is_known(wording)), None)
    return Case(question=asked, must=expect(answer)) if asked else None


def expect(answer: str) -> tuple[str, ...]:
    """Return what an answer in other words must hold: links, numbers and names, or else its longest word."""
    found = [text for text in dict.fromkeys(_find_specifics(answer)) if find(as_literal(text), answer)]
    if not found:
        words = [word for word in WORD.findall(answer) if len(word) >= MIN_LETTERS and not is_frequent(word)]
        found = sorted(words, key=len, reverse=True)[:1]
    if not found:  # “No.”
        return (rf"/\b{re.escape(WORD.findall(answer)[0])}\b/",) if WORD.search(answer) else (as_literal(answer),)
    return tuple(as_literal(text) for text in found[:MAX_EXPECTED])


def _find_specifics(answer: str) -> Iterator[str]:
    addresses = [match.group().rstrip(".,;:!?)>*_") for match in ADDRESS.finditer(answer)]
    yield from addresses
    rest = ADDRESS.sub(" ", answer)
    yield from NUMBER.findall(rest)
    if tell_language([answer]) != "de":
        yield from NAME.findall(rest)
