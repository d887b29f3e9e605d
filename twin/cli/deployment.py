"""The deployment that `flask twin check` tests: its settings, and the owner's files as the service reads them."""

from __future__ import annotations

from functools import cached_property

from ..errors import StartError
from ..gaps import find_answers
from ..llm.messages import ChatMessages
from ..prompt import Briefing, Briefings
from ..settings import Settings
from ..stores import Databases

QUESTION = "Who are you?"


class Deployment:
    """Settings and the owner's files, each file read when a check first needs it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def briefings(self) -> Briefings:
        """The owner's files, and the search in the documents; raises StartError where the persona is wrong."""
        answers = find_answers(self.settings, Databases.of(self.settings))
        return Briefings(self.settings, read_answers=answers.read if answers else tuple)

    @cached_property
    def briefing(self) -> Briefing:
        """The current snapshot of persona and documents; raises StartError where the persona is wrong."""
        return self.briefings.read()

    def compose(self) -> ChatMessages:
        """Return the chat messages for a test question; without the persona where that is wrong."""
        question = [{"role": "user", "content": QUESTION}]
        try:
            return self.briefing.compose(question, self.briefings.find_passages(self.briefing, question)).messages
        except StartError:  # which is a finding of its own
            return question

    def ground(self, answer: str) -> str:
        """Return the model's answer as grounding would let a visitor read it."""
        try:
            briefing = self.briefing
        except StartError:
            return answer
        return briefing.open_gate(self.settings.fallback, [QUESTION]).pass_whole(answer)
