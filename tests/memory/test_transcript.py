"""What the model is shown of a conversation in which the owner spoke."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twin.memory import Annotations, KeptMessage
from twin.memory.transcript import introduce_owner, write_chat
from twin.memory.window import drop_unshown

OWNER = Annotations(speaker="owner").dump()
KINDS = st.sampled_from(["visitor", "twin", "owner", "held", "declined", "unknown"])


def make(position: int, kind: str) -> KeptMessage:
    role = "user" if kind == "visitor" else "assistant"
    notes = {"owner": OWNER, "held": OWNER, "unknown": Annotations(grounded=False).dump()}.get(kind)
    reason = {"visitor": None, "held": "held", "declined": "content_filter"}.get(kind, "stop")
    return KeptMessage(position, role, f"{kind} {position}", position, finish_reason=reason, annotations=notes)  # type: ignore[arg-type]


@given(st.lists(KINDS))
def test_whatever_was_said_the_sides_alternate_and_the_owners_words_are_whole(kinds: list[str]) -> None:
    shown = drop_unshown([make(position, kind) for position, kind in enumerate(kinds)])
    chat = write_chat(shown, "The question")
    assert [message["role"] for message in chat] == ["user", "assistant"] * (len(chat) // 2) + ["user"]
    text = "\n".join(message["content"] for message in chat)
    assert "held" not in text
    assert "declined" not in text
    note = introduce_owner(shown)
    for position in (position for position, kind in enumerate(kinds) if kind == "owner"):
        assert f"“owner {position}”" in note
    assert bool(note) == ("owner" in kinds)
    assert text.endswith("The question")
