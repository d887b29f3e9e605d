"""The check of the model: asked as visitors ask, once whole and once streamed, and compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import StartError, TwinError
from ..llm.answers import Answer
from ..llm.attempt import Reserve
from ..llm.messages import ChatMessages
from ..llm.model import Model

MIN_CHARACTERS = 40  # of an answer that a server which streams sends in several pieces


@dataclass(frozen=True)
class _Asked:
    """The outcome of one question: an answer or an error."""

    answer: Answer | None = None
    error: TwinError | None = None
    pieces: tuple[str, ...] = ()  # of a stream


def ask_both_ways(model: Model, messages: ChatMessages, reserve: Reserve) -> tuple[Answer, list[str]]:
    """Return the answer, and a line for each thing in which the streamed one differs.

    Raises the error of the whole answer where both fail, and StartError where one does.
    """
    streamed = _ask_streamed(model, messages, reserve)  # first, since a whole answer would teach the model's habits
    whole = _ask_whole(model, messages, reserve)
    if whole.answer is None and streamed.answer is None and whole.error is not None:
        raise whole.error
    if whole.answer is None:
        raise StartError(f"streamed, as the page asks, it answers; asked for a whole answer it fails: {whole.error}")
    if streamed.answer is None:
        raise StartError(f"asked for a whole answer it answers; streamed, as the page asks, it fails: {streamed.error}")
    return whole.answer, list(_compare(whole.answer, streamed.answer, streamed.pieces))


def _ask_whole(model: Model, messages: ChatMessages, reserve: Reserve) -> _Asked:
    try:
        return _Asked(model.answer(messages, reserve))
    except TwinError as error:
        return _Asked(error=error)


def _ask_streamed(model: Model, messages: ChatMessages, reserve: Reserve) -> _Asked:
    pieces, answer = [], None
    try:
        for arrived in model.stream(messages, reserve):
            if isinstance(arrived, str):
                pieces.append(arrived)
            elif arrived is not None:
                answer = arrived
    except TwinError as error:
        return _Asked(error=error)
    return _Asked(answer, pieces=tuple(pieces))


def _compare(whole: Answer, streamed: Answer, pieces: tuple[str, ...]) -> Iterator[str]:
    if streamed.finish_reason != whole.finish_reason:
        yield f"whole, its finish_reason is {whole.finish_reason}, streamed {streamed.finish_reason}"
    if streamed.text and "".join(pieces).strip() != streamed.text.strip():
        yield "streamed, its first answer shows thinking before the mark that ends it; later ones wait for that mark"
    elif len(pieces) == 1 and len(streamed.text) > MIN_CHARACTERS:
        yield "streamed, its answer comes in one piece, so that visitors wait for all of it"
    for name, answer in (("whole", whole), ("streamed", streamed)):
        if answer.usage is None:
            yield f"{name}, it reports no usage, so that the budget counts the most that each answer may cost"
