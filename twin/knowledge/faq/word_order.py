"""The orders in which one question can be asked with the same meaning."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import permutations

from .language import Language

Words = tuple[str, ...]

MAX_WORDS = 16  # of a question whose words are moved
MAX_PHRASES = 3  # that begin with a preposition
# Words that hold others together, or order them: a phrase with one is not moved.
JOINING_TEXT = "and or but than as und oder als wie y o que et ou not nicht no pas ne kein keine nie never"
JOINING = frozenset(JOINING_TEXT.split())
AUXILIARIES_TEXT = "is are was were can could will would should have has must may might"
AUXILIARIES = frozenset(AUXILIARIES_TEXT.split())
INVERTED = AUXILIARIES | {"do", "does", "did"}
SUBJECTS_TEXT = "who wer quien quienes qui"
SUBJECTS = frozenset(SUBJECTS_TEXT.split())  # question words that may be the subject
# Question words for a thing, which may be the subject or the object.
THINGS_TEXT = "what which que cual cuales quel quelle quels quelles was"
THINGS = frozenset(THINGS_TEXT.split())
PREFIXES_TEXT = "an ab auf aus ein mit vor zu bei nach um los weg zurueck fest her hin statt teil her an"
PREFIXES = frozenset(PREFIXES_TEXT.split())  # of verbs that part in German


def arrange(words: Words, language: Language) -> Iterator[Words]:
    """Yield the words in each order that asks the same; the first is as they are."""
    yield words
    if not 3 <= len(words) <= MAX_WORDS:
        return
    yield from _move_phrases(words, language)
    yield from _move_question_word(words, language)


def arrange_indirect(words: Words, language: Language, capitals: Set[str]) -> Iterator[Words]:
    """Yield the words as they stand in an indirect question, such as behind “can you tell me”."""
    if not 2 <= len(words) <= MAX_WORDS:
        return
    start = count_asking(words, language)
    if language.code == "en":
        yield from _undo_inversion(words, start)
    elif language.code == "de":
        yield from _move_verb_last(words, start, capitals)


def count_asking(words: Words, language: Language) -> int:
    """Return how many words the question word and its phrase have at the beginning; 0 where there is none."""
    match = language.asking.match(" ".join(words)) if language.asking else None
    start = len(match.group().split()) if match else 0
    if start and language.code == "en":  # “how long does”, “which lens do”
        verbs = (place for place in range(start, min(start + 4, len(words))) if words[place] in INVERTED)
        return next(verbs, start)
    return start


def _move_phrases(words: Words, language: Language) -> Iterator[Words]:
    """Yield the words with the phrases of time and place at their end in another order, or a phrase at the beginning.

    Another phrase belongs to what is before it, and only goes to the beginning with all that follow.
    """
    places = [place for place in range(2, len(words) - 1) if words[place] in language.prepositions]
    others = [place for place in places if words[place] not in language.adverbial]
    movable = [place for place in places if not others or place > others[-1]][-MAX_PHRASES:]
    if language.code != "de":
        for place in sorted({*places[:1], *movable}):
            yield words[place:] + words[:place]
    places = movable
    if not places or not JOINING.isdisjoint(words[places[0] :]):
        return
    head = words[: places[0]]
    phrases = [words[a:b] for a, b in zip(places, [*places[1:], len(words)], strict=True)]
    if len({phrase[0] for phrase in phrases}) == len(phrases) and all(len(phrase) > 1 for phrase in phrases):
        for order in permutations(phrases):
            yield head + sum(order, ())


def _move_question_word(words: Words, language: Language) -> Iterator[Words]:
    """Yield the words with the question word last or in their middle, where it cannot change who does what."""
    start = count_asking(words, language)
    if not 0 < start < len(words) - 1:
        return
    asking, rest = words[:start], words[start:]
    if language.code == "en":
        if asking[0] in SUBJECTS and rest[0] not in ("is", "are", "do", "does"):
            return
        if asking[0] in THINGS and rest[0] not in ("is", "are", "was", "were", "do", "does"):
            return
        for statement in _undo_inversion(words, start):
            body = statement[start:]
            yield from (body[:place] + asking + body[place:] for place in range(1, len(body) + 1))
        return
    if (asking[0] in SUBJECTS or asking[0] in THINGS) and rest[0] not in language.copulas:
        return
    verb, others = rest[:1], rest[1:]
    for size in range(1, len(others) + 1):
        yield others[:size] + verb + asking + others[size:]
        if language.code != "de":
            yield others[:size] + asking + verb + others[size:]
    if language.code == "fr":
        yield from (rest[:place] + asking + rest[place:] for place in range(2, len(rest) + 1))


def _undo_inversion(words: Words, start: int) -> Iterator[Words]:
    """Yield English words with the subject before the verb: “where you live”, “what your rate is”."""
    if start >= len(words):
        return
    auxiliary, rest = words[start], words[start + 1 :]
    if auxiliary == "do":
        yield words[:start] + rest
    elif auxiliary == "does":
        for place in range(1, len(rest)):
            yield words[:start] + rest[:place] + (_inflect(rest[place]),) + rest[place + 1 :]
    elif auxiliary in AUXILIARIES:
        for place in range(1, len(rest) + 1):
            yield words[:start] + rest[:place] + (auxiliary,) + rest[place:]


def _inflect(verb: str) -> str:
    """Return the form of an English verb for he, she or it."""
    if verb in ("have", "do", "go"):
        return {"have": "has", "do": "does", "go": "goes"}[verb]
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2:-1] not in "aeiou" else f"{verb}s"


def _move_verb_last(words: Words, start: int, capitals: Set[str]) -> Iterator[Words]:
    """Yield German words with the finite verb last: “wann du geöffnet hast”, “ob du Kurse anbietest”."""
    places = range(start, min(start + 2, len(words) - 1)) if start else range(1)
    for place in places:
        verb = words[place]
        if verb not in capitals or place == 0:
            yield words[:place] + words[place + 1 :] + (verb,)
            if words[-1] in PREFIXES:
                yield words[:place] + words[place + 1 : -1] + (words[-1] + verb,)
