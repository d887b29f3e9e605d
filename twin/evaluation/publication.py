"""The owner's answers on their way into what the twin says word for word, each with the case that will test it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..errors import StartError
from ..gaps import Gap, NewAnswer
from ..knowledge.faq import FAQ_FILE, Entry, Faq
from ..prompt import Briefing
from .own_cases import add_cases, count_cases
from .rewordings import make_case


@dataclass(frozen=True)
class Draft:
    """An answer that is to be published to gaps; `near` are others of their topic.

    `wording` is the question in the owner's words; without it the first gap is the question.
    """

    gaps: tuple[Gap, ...]
    near: tuple[Gap, ...]
    text: str
    wording: str | None = None

    @property
    def question(self) -> str:
        """The question that is answered."""
        return self.wording or self.gaps[0].question


def prepare_answers(briefing: Briefing, drafts: Sequence[Draft]) -> list[NewAnswer]:
    """Return the answers that are not known yet, each with a case whose question is answered by the model.

    Raises StartError where faq.jsonl has another answer to one.
    """
    for draft in drafts:
        if fault := find_conflict(briefing, draft):
            raise StartError(fault)
    library, names = briefing.library, briefing.names
    new = [
        (draft, NewAnswer(draft.gaps, draft.text, wording=draft.wording))
        for draft in drafts
        if library.faq.find_answer(draft.question, names) is None
    ]
    entries = [Entry(question=draft.question, answer=draft.text, aliases=each.questions[1:]) for draft, each in new]
    faq = Faq.of([*library.entries, *entries])
    return [NewAnswer(draft.gaps, draft.text, _write_case(briefing, faq, draft), draft.wording) for draft, _ in new]


def find_conflict(briefing: Briefing, draft: Draft) -> str | None:
    """Return why an answer would not be given, if so: faq.jsonl comes first, and has another one or is unreadable."""
    library, name = briefing.library, f"instance/knowledge/{FAQ_FILE}"
    for skipped in library.skipped:
        if skipped.name.lower() == FAQ_FILE and not any(each.name == skipped.name for each in library.documents):
            return f"{name}: {skipped.reason}."
    if library.faq.find_answer(draft.question, briefing.names) in (None, draft.text):
        return None
    remedy = f"change it there, then `flask twin gaps --forget {draft.gaps[0].id}`" if draft.gaps else "change it there"
    return f"{name} has another answer to “{draft.question}”: {remedy}."


def add_new_cases(new: Iterable[NewAnswer]) -> None:
    """Add the cases of answers to the eval file, each once; raises StartError where it cannot be written."""
    lines = [each.eval_case for each in new if each.eval_case]
    add_cases([line for line in lines if not count_cases(line)])


def _write_case(briefing: Briefing, faq: Faq, draft: Draft) -> str | None:
    near = [gap.question for gap in draft.near]
    case = make_case(draft.question, near, draft.text, lambda asked: faq.find_answer(asked, briefing.names) is not None)
    return case.line if case else None
