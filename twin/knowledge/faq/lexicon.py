"""Whether a word exists, by simplemma's dictionaries.

A dictionary is loaded once in a process: German takes half a second of CPU and 15 MB, English 0.1 s and 3 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

CODES = frozenset({"en", "de", "es", "fr"})
MAX_LETTERS = 30  # of a word that is looked up
# The letters that a word may lack its accents on; German writes its umlauts with an e instead.
ACCENTS = {"es": {"a": "á", "e": "é", "i": "í", "o": "ó", "u": "ú", "n": "ñ"}}
ACCENTS["fr"] = {"a": "àâ", "e": "éèêë", "i": "îï", "o": "ô", "u": "ùûü", "c": "ç"}
PLURALS = ("e", "n", "en", "er", "ern", "nen")  # endings of German nouns
UMLAUTS = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß"))


def load(code: str) -> None:
    """Load the dictionary of a language, if there is one."""
    if code in CODES:
        is_word("a", code)


def is_word(word: str, code: str) -> bool:
    """Return whether a word of a language exists, also where it was written without its accents."""
    from simplemma import is_known  # with its first dictionary 30 MB

    if len(word) > MAX_LETTERS:
        return True
    forms = {word, *_restore(word, code)}
    return any(is_known(each, lang=code, low_memory=True) for form in forms for each in (form, form.capitalize()))


def is_name(word: str, code: str) -> bool:
    """Return whether a folded word of a language is only written with a capital; in German, as no noun."""
    return not _is_member(word, code) and _is_member(word, code, str.capitalize) and not is_noun(word, code)


def is_noun(word: str, code: str) -> bool:
    """Return whether a folded word is a noun of German, where a capital tells no name: names have no plural."""
    if code != "de":
        return False
    forms = [form.capitalize() for form in {word, *_restore(word, code)}]
    if any((_find_lemma(form, code) or form) != form and not form.endswith("s") for form in forms):
        return True
    return any(_find_lemma(form + ending, code) == form for form in forms for ending in PLURALS)


def _is_member(word: str, code: str, write: Callable[[str], str] = str) -> bool:
    return any(_find_lemma(write(form), code) is not None for form in {word, *_restore(word, code)})


def _find_lemma(word: str, code: str) -> str | None:
    """Return the lemma of a word in the case in which it is written."""
    from simplemma.strategies import DictionaryLookupStrategy
    from simplemma.strategies.dictionaries import LOW_MEMORY_DICTIONARY_FACTORY  # which `is_known` loads

    return DictionaryLookupStrategy(LOW_MEMORY_DICTIONARY_FACTORY).exact_lemma(word, code)


def _restore(word: str, code: str) -> Iterator[str]:
    """Yield a word with the umlauts that stand for two letters each, or with one accent."""
    if code == "de":
        for pair, umlaut in UMLAUTS:
            yield word.replace(pair, umlaut)
        for pair, umlaut in UMLAUTS:
            word = word.replace(pair, umlaut)
        yield word
    for place, letter in enumerate(word):
        for accented in ACCENTS.get(code, {}).get(letter, ""):
            yield word[:place] + accented + word[place + 1 :]
