"""What is kept of a question that found no answer: its words, without what tells who asked."""

from __future__ import annotations

import re

from ..grounding import contacts, numbers
from ..grounding.patterns import CONTACT
from ..knowledge.faq import fold_question
from ..text.invisible import strip_invisible
from ..text.scripts import HAN, KANA, SOUTHEAST_ASIAN
from ..text.words import split_words

MASK = "…"
MOST_CHARACTERS = 500  # of a question that is kept
READ_CHARACTERS = 4_000  # of a message
FEWEST_WORDS = 3  # of a message without a question mark
# Of scripts without spaces a character is so much of a word.
IDEOGRAPHS, IDEOGRAPH = re.compile(f"[{HAN}]"), 0.75
SYLLABLES, SYLLABLE = re.compile(f"[{SOUTHEAST_ASIAN}{KANA}]"), 0.25

# Of Arabic, Armenian, Ethiopic, Limbu, Vai and Bamum too, and of emoji; Greek has a semicolon.
QUESTION_MARK = re.compile(
    "[?\u037e\u055e\u061f\u1367\u1945\u203d\u2047-\u2049\u2753\u2754\u2e2e\ua60f\ua6f7\ufe56\uff1f]"
    "|[\u0370-\u03ff\u1f00-\u1fff][^.;]*;"
)
# As many as a phone number has, or an account.
DIGITS = re.compile(r"(?<![+\uff0b(])[+\uff0b(]*+\d(?:[^\w\n]{0,3}\d){6,}+")
COUNT = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
HARMLESS = (numbers.DATES, numbers.DATED, numbers.VERSION, numbers.YEAR_LIST, numbers.DECIMAL, COUNT)


def read_question(message: str) -> str | None:
    """Return what is kept of a message, in one line; None where it asks nothing."""
    text = strip_invisible(message)
    if len(text) > READ_CHARACTERS:  # what is cut there is left out, lest a part of a contact stays
        text = text[:READ_CHARACTERS].rpartition(" ")[0]
    question = " ".join(mask_contacts(text).split())
    if len(question) > MOST_CHARACTERS:
        question = question[: MOST_CHARACTERS - 1] + MASK
    return question if asks(question) else None


def mask_contacts(text: str) -> str:
    """Return `text` with “…” for links, e-mail addresses, phone numbers and other long numbers but dates."""
    return DIGITS.sub(_mask_number, CONTACT.sub(_mask_contact, text))


def asks(question: str) -> bool:
    """Whether it may be a question: it has a question mark, or about three words at least."""
    if not fold_question(question):
        return False
    return QUESTION_MARK.search(question) is not None or sum(map(_count_words, split_words(question))) >= FEWEST_WORDS


def _count_words(word: str) -> float:
    count = IDEOGRAPH * len(IDEOGRAPHS.findall(word)) + SYLLABLE * len(SYLLABLES.findall(word))
    return count or 1


def _mask_contact(match: re.Match[str]) -> str:
    if match["markdown"]:
        return f"{mask_contacts(match['text'])} {MASK}"
    if match["number"]:
        return match.group()  # the other pattern has those of more forms
    kind, contact = contacts.read_match(match)
    if kind == "link" and not contacts.is_link(contact):
        return match.group()
    written = match["autolink"] or match["url"] or match["address"] or match["host"]
    sentence = "" if match["autolink"] else written[len(contacts.trim(written)) :]
    return f"{match['open']}{MASK}{sentence}{match['close']}"


def _mask_number(match: re.Match[str]) -> str:
    return match.group() if any(form.fullmatch(match.group()) for form in HARMLESS) else MASK
