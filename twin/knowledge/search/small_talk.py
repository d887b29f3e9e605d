"""Recognize small talk: messages that ask for no fact, so that none can be missing from the documents."""

from __future__ import annotations

from collections.abc import Iterable

from ...text.words import find_words
from ..passages import Passage

# Sample messages; a message in another language is recognized by a vector near to one of theirs. Of 20 such messages in
# six languages, 15 are; of 12 questions for facts, such as “How old are you?”, one is.
SMALL_TALK = tuple(
    Passage("", "", "", text)
    for text in (
        "Hello! Good morning!",
        "How are you?",
        "Who are you?",
        "What is your name?",
        "What do you do?",
        "Tell me about yourself.",
        "What can you tell me?",
        "How can you help me?",
        "Are you a human or an AI?",
        "Thank you!",
        "Goodbye!",
        "Yes, please.",
    )
)
NEAR_SMALL_TALK = 0.88  # cosine
SMALL_WORDS = frozenset(word for passage in SMALL_TALK for word in find_words(passage.text)) | {"hi", "hey", "ok"}
MAX_SMALL_TALK = 500  # characters


def is_small_talk(message: str, cosines: Iterable[float]) -> bool:
    """Tell by a message's words, or by the cosines of its vector to those of SMALL_TALK, which may be missing."""
    if len(message) <= MAX_SMALL_TALK and SMALL_WORDS.issuperset(find_words(message)):
        return True
    return max(cosines, default=0.0) >= NEAR_SMALL_TALK
