"""The anonymous form of a question: the words of a message, without contacts and long numbers."""

from __future__ import annotations

import re

from ..grounding.contacts import contacts
from ..grounding.contacts import number_forms as forms
from ..grounding.contacts.patterns import CONTACT
from ..knowledge.faq import fold_question
from ..text.invisible import strip_invisible
from ..text.scripts import HAN, KANA, SOUTHEAST_ASIAN
from ..text.words import split_words

MASK = "…"
MAX_KEPT_CHARACTERS = 500  # of a stored question
READ_CHARACTERS = 4_000  # of a message that are read
MIN_WORDS = 3  # of a message without a question mark
# In scripts without spaces, the share of a word that is one character.
IDEOGRAPHS, IDEOGRAPH = re.compile(f"[{HAN}]"), 0.75
SYLLABLES, SYLLABLE = re.compile(f"[{SOUTHEAST_ASIAN}{KANA}]"), 0.25

# Includes Arabic, Armenian, Ethiopic, Limbu, Vai and Bamum, and emoji; Greek has a semicolon.
QUESTION_MARK = re.compile(
    "[?\u037e\u055e\u061f\u1367\u1945\u203d\u2047-\u2049\u2753\u2754\u2e2e\ua60f\ua6f7\ufe56\uff1f]"
    "|[\u0370-\u03ff\u1f00-\u1fff][^.;]*;"
)
# Seven digits or more: a phone number or an account.
LONG_NUMBER = re.compile(r"(?<![+\uff0b(])[+\uff0b(]*+\d(?:[^\w\n]{0,3}\d){6,}+")
GROUPED_NUMBER = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
HARMLESS = (forms.DATES, forms.DATED, forms.VERSION, forms.YEAR_LIST, forms.DECIMAL, GROUPED_NUMBER)


def read_question(message: str) -> str | None:
    """Return the question in a message, anonymous and in one line; None where the message asks nothing."""
    text = strip_invisible(message)
    if len(text) > READ_CHARACTERS:  # drop the cut word, which may be a part of a contact
        text = text[:READ_CHARACTERS].rpartition(" ")[0]
    question = " ".join(mask_contacts(text).split())
    if len(question) > MAX_KEPT_CHARACTERS:
        question = question[: MAX_KEPT_CHARACTERS - 1] + MASK
    return question if is_question(question) else None


def mask_sentence(sentence: str) -> str:
    """Return a sentence of an answer in one line, without contacts and long numbers."""
    text = " ".join(mask_contacts(sentence[:READ_CHARACTERS]).split())
    return text if len(text) <= MAX_KEPT_CHARACTERS else text[: MAX_KEPT_CHARACTERS - 1] + MASK


def mask_contacts(text: str) -> str:
    """Return `text` with “…” for links, e-mail addresses, phone numbers and other long numbers but dates."""
    return LONG_NUMBER.sub(_mask_number, CONTACT.sub(_mask_contact, text))


def is_question(question: str) -> bool:
    """Return whether a text may be a question, with a question mark or about three words or more."""
    if not fold_question(question):
        return False
    return QUESTION_MARK.search(question) is not None or sum(map(_count_words, split_words(question))) >= MIN_WORDS


def _count_words(word: str) -> float:
    count = IDEOGRAPH * len(IDEOGRAPHS.findall(word)) + SYLLABLE * len(SYLLABLES.findall(word))
    return count or 1


def _mask_contact(match: re.Match[str]) -> str:
    if match["markdown"]:
        return f"{mask_contacts(match['text'])} {MASK}"
    if match["number"]:
        return match.group()  # LONG_NUMBER matches more forms
    kind, contact = contacts.read_match(match)
    if kind == "link" and not contacts.is_link(contact):
        return match.group()
    return f"{match['open']}{MASK}{contacts.find_punctuation(match)}{match['close']}"


def _mask_number(match: re.Match[str]) -> str:
    return match.group() if any(form.fullmatch(match.group()) for form in HARMLESS) else MASK
