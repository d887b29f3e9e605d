"""The owner's desk: conversations to read there, and a browser's headers."""

from __future__ import annotations

from uuid import UUID, uuid4

from twin.memory import Conversation, KeptMessage, KeptSession, Memory

PASSWORD = "correct horse battery"
OWN = {"Sec-Fetch-Site": "same-origin"}  # of a request that the desk's own page makes
NOTES = '{"grounded":false,"unsupported":[{"text":"Kyiv","start":10,"end":14}]}'


def remember(memory: Memory, *texts: str, at: float = 1e9, annotations: str | None = None) -> UUID:
    """Keep a conversation of questions and answers, each a second after the one before, and return its session."""
    session = uuid4()
    said = [
        KeptMessage(
            position,
            "assistant" if position % 2 else "user",
            text,
            at + position,
            annotations=annotations if position % 2 else None,
        )
        for position, text in enumerate(texts)
    ]
    kept = KeptSession(session, at, at + len(texts), next_position=len(texts))
    assert memory.insert(Conversation(kept, said))
    return session
