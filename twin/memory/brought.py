"""An exchange whose conversation the caller brings along, as the Chat Completions API has it; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from ..llm.messages import ChatMessages
from ..text.tokens import cut_text, estimate_tokens
from . import window
from .exchange import Exchange
from .store import KeptMessage


@dataclass(frozen=True)
class Brought:
    """The conversation before a question, and the wishes of the program in between: all of it the caller's word.

    Nobody can tell whether an answer in it was ever given, and no wish in it is the owner's.
    """

    messages: ChatMessages = ()
    wishes: str = ""

    def convert(self, change: Callable[[str], str]) -> Brought:
        """Return it with each text changed."""
        messages = [{**message, "content": change(message["content"])} for message in self.messages]
        return Brought(messages, change(self.wishes).strip())


class BroughtExchange(Exchange):
    """An exchange that stores nothing, after a conversation that counts as the visitor's words."""

    def __init__(self, question: str, brought: Brought) -> None:
        super().__init__(question)
        self._shown = window.drop_unshown(
            [
                KeptMessage(position, "user" if message["role"] == "user" else "assistant", message["content"], 0)
                for position, message in enumerate(brought.messages)
            ]
        )
        self.wishes = brought.wishes

    def compose(self, max_tokens: int) -> ChatMessages:
        """Return the latest part of the conversation and the question; wishes take half of `max_tokens` at most.

        Messages of one role that follow each other are joined, since some models take turns strictly.
        """
        self.wishes = cut_text(self.wishes, max_tokens // 2)
        room = max_tokens - estimate_tokens(self._question) - estimate_tokens(self.wishes)
        self._shown = self._shown[window.find_start(self._shown, room, max_tokens) :]
        said = [*((message.role, message.text) for message in self._shown), ("user", self._question)]
        turns = groupby(said, key=lambda each: each[0])
        return [{"role": role, "content": "\n\n".join(text for _, text in texts)} for role, texts in turns]

    def list_visitors(self, chat: ChatMessages) -> list[str]:
        """Return all texts, whoever is said to have said them."""
        return [self.wishes, *(message["content"] for message in chat)]

    def list_said(self) -> list[str]:
        """Return all texts but the question, since what a caller brings is their own word."""
        return [self.wishes, *(message.text for message in self._shown)]
