"""The language of a short text, told by its most frequent words."""

from __future__ import annotations

from collections.abc import Iterable

from ...text.words import WORD

# The most frequent words of each language that no other one of them has (or hardly uses), by ISO 639-1.
FREQUENT = {
    "en": "the and of to is with for that on at it my i'm i from are have has by as or not you your this we",
    "de": "der die das und ist ich mit von für auf ein eine einen einem einer zu im den dem nicht wir sie bei aus seit am "
    "zum zur des war wird sind habe auch als nach oder mein meine bis an wie du dich hast bist dein deine euch",
    "fr": "le la les et est une des du je suis dans pour avec sur pas au aux mon ma mes qui que depuis chez nous vous ont",
    "es": "el los las y una soy en del con para por mi mis que no desde como está fue hasta muy pero tengo trabajo lo",
    "it": "il gli e di che è sono una per con nel della del mio mia dal alla non ho anche dei delle presso ma lo",
    "pt": "o os e uma do da em para com meu minha não na no que sou desde é foi são dos das ao pelo até mas tenho",
    "nl": "het een en van ik ben op met voor niet dat zijn bij als mijn naar uit sinds ook maar wij heb de te aan",
}
MAX_READ = 2_000  # characters
NOUN_LANGUAGES = frozenset({"de"})  # in which any noun has a capital
WORDS = {language: frozenset(words.split()) for language, words in FREQUENT.items()}


def tell_language(texts: Iterable[str]) -> str:
    """Return the language, of FREQUENT, of the first of `texts` that shows one; `en` where none does."""
    for text in texts:
        words = [word.casefold() for word in WORD.findall(text[:MAX_READ])]
        counts = {language: sum(word in frequent for word in words) for language, frequent in WORDS.items()}
        if most := max(counts.values(), default=0):
            return next(language for language, count in counts.items() if count == most)
    return "en"


def is_frequent(word: str) -> bool:
    """Return whether a word is one of FREQUENT, in any language."""
    folded = word.casefold()
    return any(folded in words for words in WORDS.values())
