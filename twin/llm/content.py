"""The text of a message's `content`: one string, or a list of parts."""

from __future__ import annotations

import re

TEXT_PARTS = ("text", "output_text")  # the types whose text is for the reader; others are thinking, or no text
SURROGATE = re.compile("[\ud800-\udfff]")


def read_content(content: object) -> str:
    """Return the text of a message's `content`, without parts that are no text; raises ValueError for other types."""
    if isinstance(content, str):
        return content
    parts = _list_parts(content)
    if parts is None:
        raise ValueError("the content is neither text nor a list of parts")
    return "".join(map(_read_part, parts))


def is_refusal(content: object) -> bool:
    """Whether a part of the content is a refusal (platform.openai.com/docs/api-reference/chat/object)."""
    return any(isinstance(part, dict) and part.get("type") == "refusal" for part in _list_parts(content) or ())


class SurrogateJoiner:
    """Joins the halves of surrogate pairs that a server parts over pieces of text."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """Return the text that is certain by now: without a first half at its end, and U+FFFD for a lone half."""
        text = self._half + text
        self._half = ""
        if SURROGATE.search(text) is None:
            return text
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def finish(self) -> str:
        """Return what is left: U+FFFD for a first half whose second never came."""
        return "\ufffd" if self._half else ""


def _list_parts(content: object) -> list[object] | None:
    """Return the parts of a content, also of one part alone; None for another type."""
    if content is None:
        return []
    if isinstance(content, dict) and "type" in content:
        return [content]
    return content if isinstance(content, list) else None


def _read_part(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type", "text") not in TEXT_PARTS:
        return ""
    text = part.get("text")
    return text if isinstance(text, str) else ""
