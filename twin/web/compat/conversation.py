"""The conversation in a request to /v1: the question, what was said before, and what the program in between wishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import InvalidField, InvalidRequest
from ...memory import Brought
from ..message import BLANKS, MAX_MESSAGE
from .schemas import CallerMessage, CompletionRequest

TEXT_PARTS = {"text", "input_text", "output_text"}
WISHING = {"system", "developer"}
# How the prompts begin, and what they hold, by which Open WebUI has a conversation titled, tagged or continued.
CHORE, CHORE_MATERIAL = "### Task:", "<chat_history>"


@dataclass(frozen=True)
class CallerQuestion:
    """The question in a request, and what came with it."""

    text: str
    brought: Brought

    @property
    def is_chore(self) -> bool:
        """Whether a program asks about a conversation, rather than a visitor about the owner."""
        return self.text.startswith(CHORE) and CHORE_MATERIAL in self.text


def read_question(request: CompletionRequest) -> CallerQuestion:
    """Return the question in a request; raises InvalidRequest, naming the field, for what no twin can do."""
    _refuse_unsupported(request)
    texts = [(message.role, text) for message, text in _read_texts(request.messages)]
    wishes = "\n\n".join(text for role, text in texts if role in WISHING)
    said = [{"role": role, "content": text} for role, text in texts if role not in WISHING]
    if not said or said[-1]["role"] != "user":
        raise _refuse("messages", "The last one is not the user's, so that there is no question")
    question = said[-1]["content"].strip(BLANKS)
    if not question:
        raise _refuse("messages", "The last one is empty")
    if len(question) > MAX_MESSAGE:
        raise _refuse("messages", f"The last one has more than {MAX_MESSAGE:,} characters")
    return CallerQuestion(question, Brought(said[:-1], wishes))


def _refuse_unsupported(request: CompletionRequest) -> None:
    for field in ("tools", "functions"):
        if getattr(request, field):
            raise _refuse(field, "A twin calls no tools")


def _read_texts(messages: list[CallerMessage]) -> Iterator[tuple[CallerMessage, str]]:
    for number, message in enumerate(messages):
        if message.role in ("tool", "function") or message.tool_calls:
            raise _refuse(f"messages.{number}", "A twin calls no tools")
        content = message.content or ""
        if isinstance(content, str):
            yield message, content
            continue
        for place, part in enumerate(content):
            is_text = part.type in TEXT_PARTS and part.text is not None
            if not is_text and message.role != "assistant":  # whose thinking and refusals are passed over
                raise _refuse(f"messages.{number}.content.{place}", "A twin reads text, and no images, audio or files")
        yield message, "\n".join(part.text or "" for part in content if part.type in TEXT_PARTS)


def _refuse(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(fields=[InvalidField(field=field, message=message)])
