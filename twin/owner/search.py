"""The search in everything that was said, asked of the owner, and noted."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, true

from ..stores.desk_tables import conversations, feedback, owner_questions
from ..stores.tables import clean
from ..stores.word_index import find_numbers

MAX_CHARACTERS = 200
MAX_WORDS = 8


def match_words(query: str, dialect: str) -> ColumnElement[bool]:
    """Match conversations in one of whose texts all words of `query` occur, in any case of letters.

    In messages a word is found as the beginning of others; in questions for the owner and in notes, anywhere.
    """
    words = clean(query)[:MAX_CHARACTERS].split()[:MAX_WORDS]
    if not words:
        return true()
    number, asked = conversations.c.number, owner_questions.c
    questions = [_contain(text, words) for text in (asked.question, asked.contact, asked.answer)]
    matches = [
        exists().where(asked.conversation == number, or_(*questions)),
        exists().where(feedback.c.conversation == number, _contain(feedback.c.note, words)),
    ]
    said = find_numbers(" ".join(words), dialect)
    return or_(*matches) if said is None else or_(number.in_(said), *matches)


def _contain(text: ColumnElement[str], words: list[str]) -> ColumnElement[bool]:
    return and_(*(text.icontains(word, autoescape=True) for word in words))
