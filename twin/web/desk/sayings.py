"""The messages of a conversation as the desk shows them: who speaks, what is marked, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...memory import Annotations, CitedSource, KeptMessage, UnsupportedText
from ...owner import AskedQuestion, Dossier, Judgement
from ...settings import Settings

SPEAKERS = {"user": "Visitor", "assistant": "Twin", "owner": "You"}
SPEAKERS_OF_ANSWERS = {"approved": "Twin, in your words", "owner": "You"}


@dataclass(frozen=True)
class Prices:
    """What a million tokens cost, in USD; None where unknown."""

    read: float | None
    written: float | None

    @classmethod
    def of(cls, settings: Settings) -> Prices:
        """Return the prices of the settings."""
        return cls(settings.usd_per_million_input, settings.usd_per_million_output)

    def charge(self, message: KeptMessage) -> float | None:
        """Return what an answer cost, in USD; None where tokens or prices are unknown."""
        if None in (self.read, self.written, message.prompt_tokens, message.completion_tokens):
            return None
        read = (message.prompt_tokens or 0) * (self.read or 0)
        return (read + (message.completion_tokens or 0) * (self.written or 0)) / 1_000_000


@dataclass(frozen=True)
class Saying:
    """One message: its text in parts, each marked or not, and all that is known of it."""

    message: KeptMessage
    speaker: str
    parts: Sequence[tuple[str, bool]]
    sources: Sequence[CitedSource]
    is_unknown: bool
    removed: Sequence[str]
    cost: float | None
    judgement: Judgement | None
    questions: Sequence[AskedQuestion]


def list_sayings(dossier: Dossier, prices: Prices) -> list[Saying]:
    """Return the messages at hand, with the judgements of them and the questions that they led to."""
    judgements = {each.position: each for each in dossier.judgements}
    sayings = []
    for message in dossier.messages:
        notes = dossier.annotate(message)
        saying = Saying(
            message=message,
            speaker=_name_speaker(message, notes),
            parts=list(_split(message.text, notes.unsupported or ())),
            sources=notes.sources or (),
            is_unknown=notes.grounded is False,
            removed=notes.grounding.removed if notes.grounding else (),
            cost=prices.charge(message),
            judgement=judgements.get(message.position),
            questions=[asked for asked in dossier.questions if asked.position == message.position],
        )
        sayings.append(saying)
    return sayings


def _name_speaker(message: KeptMessage, notes: Annotations) -> str:
    if message.finish_reason == "held":
        return "Twin, for you"
    if message.role != "user" and notes.speaker:
        return SPEAKERS_OF_ANSWERS.get(notes.speaker, "Twin")
    return SPEAKERS.get(message.role, message.role)


def _split(text: str, marked: Sequence[UnsupportedText]) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text in their order, and whether each is marked."""
    place = 0
    for span in sorted(marked, key=lambda span: span.start):
        if place <= span.start < span.end <= len(text):
            if place < span.start:
                yield text[place : span.start], False
            yield text[span.start : span.end], True
            place = span.end
    if place < len(text) or not text:
        yield text[place:], False
