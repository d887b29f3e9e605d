"""The transcript of a conversation as the model is shown it: turns that alternate, and whose words the owner's are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..grounding.marker import MARKER
from .annotations import Annotations
from .store import KeptMessage

SHOWN_CHARACTERS = 200  # of an owner's words where they are told apart; whole they stand in the conversation


def write_chat(messages: Iterable[KeptMessage], question: str) -> list[dict[str, str]]:
    """Return messages and the question after them as a chat; several of one side in a row become one.

    While the owner holds a conversation, a visitor's messages have no answer of the model's between them. The chat
    begins with the visitor, as many providers want it: what the owner said before stands in the note alone.
    """
    chat: list[dict[str, str]] = []
    said = [(message.role, _as_written(message)) for message in messages]
    for role, text in [*said, ("user", question)]:
        if chat and chat[-1]["role"] == role:
            chat[-1]["content"] += f"\n\n{text}"
        elif chat or role == "user":
            chat.append({"role": role, "content": text})
    return chat


def introduce_owner(messages: Sequence[KeptMessage]) -> str:
    """Return a note of which answers the owner wrote in person, to stand before the conversation; empty for none."""
    begin = next((index for index, message in enumerate(messages) if message.role == "user"), len(messages))
    own = [_quote(message.text, whole=index < begin) for index, message in enumerate(messages) if is_owners(message)]
    if not own:
        return ""
    quoted = "\n".join(own)
    return (
        "[In this conversation, the owner wrote these answers in person, and you did not. They are true; keep to them."
        f"\n{quoted}\nEnd of the note.]\n\n"
    )


def _quote(text: str, *, whole: bool) -> str:
    line = " ".join(text.split())
    return f"“{line}”" if whole or len(line) <= SHOWN_CHARACTERS else f"“{line[:SHOWN_CHARACTERS]}…”"


def is_owners(message: KeptMessage) -> bool:
    """Return whether the owner wrote a message in person."""
    return message.annotations is not None and Annotations.load(message.annotations).speaker == "owner"


def _as_written(message: KeptMessage) -> str:
    """Return a message as the model wrote it, with the marker of what it does not know."""
    is_known = message.annotations is None or Annotations.load(message.annotations).grounded is None
    return message.text if is_known else f"{MARKER} {message.text}"
