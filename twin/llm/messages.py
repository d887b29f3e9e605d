"""The messages of a chat, as the Chat Completions API has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ChatMessages = Sequence[Mapping[str, str]]  # each with `role` and `content`
