"""The review of a finished answer: what it rests on, what in it nobody gave the model, and whether it knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..grounding.abstention import abstains
from ..grounding.support import Claims, Facts, merge_spans
from ..knowledge.sources import find_sources
from ..memory import Annotations, CitedSource, GroundingReport, UnsupportedText
from ..prompt.rules import state_date
from ..system.caching import cached_property

if TYPE_CHECKING:
    from ..grounding import Gate
    from ..knowledge.search import SearchResult
    from ..prompt import Briefing, Prepared

MAX_BEFORE = 8_000  # characters of the conversation, the last ones, that support an answer
MIN_BEFORE = 40  # that a message counts for: a program may bring thousands of one letter
MAX_UNSUPPORTED = 50


@dataclass(frozen=True)
class Review:
    """What one answer is compared with."""

    question: str
    prepared: Prepared
    found: SearchResult
    briefing: Briefing
    said: Sequence[str]  # the texts of the conversation that an answer may repeat, without this question

    def annotate(self, text: str, gate: Gate, *, is_said: bool = True) -> Annotations:
        """Return what an answer says beside its text; the fallback, which the model has not said, rests on nothing."""
        grounding = GroundingReport(repaired=gate.repaired, removed=gate.removed)
        notes = Annotations(grounding=grounding if gate.repaired or gate.removed else None)
        if gate.has_withheld or not is_said or not self.briefing.is_reviewed:
            return notes.model_copy(update={"grounded": False if gate.is_unknown else None})
        year = datetime.now(UTC).year
        claims = Claims.read(text, self.question, self.prepared.given.public_facts, self._beside, year)
        unsupported = claims.find_unsupported() if self.briefing.marks_claims else []
        ranks = {hit.passage.key: place for place, hit in enumerate(self.found.hits)}
        persona = self.briefing.citable_persona
        basis = find_sources(claims, self.question, self.prepared.given, persona, ranks, unsupported)
        spans = merge_spans(unsupported)[:MAX_UNSUPPORTED]
        is_known = not gate.is_unknown and (basis.is_known or not self._is_missing(text))
        return notes.model_copy(
            update={
                "sources": [CitedSource.model_validate(source) for source in basis.sources] or None,
                "unsupported": [UnsupportedText(text=text[a:b], start=a, end=b) for a, b in spans] or None,
                "grounded": None if is_known else False,
            }
        )

    @cached_property
    def _beside(self) -> list[Facts]:
        """The facts of all that the model was given beside the documents."""
        facts, room = [self.briefing.persona_facts, Facts.of(state_date())], MAX_BEFORE
        for each in reversed(self.said):
            if room > 0:
                facts.append(Facts.of(each[-room:]))
            room -= max(len(each), MIN_BEFORE)
        return facts

    def _is_missing(self, text: str) -> bool:
        """Return whether an answer without a source is one that the twin does not know.

        Small talk asks for nothing that could be missing. An answer that says it does not know is believed; another one
        is, where something close was found, or nothing was asked.
        """
        found = self.found
        return not found.is_small_talk and (abstains(text) or (found.asks and not found.is_close))
