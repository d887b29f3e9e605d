"""The owner's answers, which are given word for word to the same question in other dress."""

from .answers import MAX_FAQ_QUESTION, Faq
from .entries import FAQ_FILE, FAQ_TITLE, Entry, read_entries, write_entries
from .german import fold_umlauts
from .tokens import fold_accents, fold_question

__all__ = [
    "FAQ_FILE",
    "FAQ_TITLE",
    "MAX_FAQ_QUESTION",
    "Entry",
    "Faq",
    "fold_accents",
    "fold_question",
    "fold_umlauts",
    "read_entries",
    "write_entries",
]
