"""The owner's answers, found by the question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from ...grounding import find_private
from ...system.caching import cached_property
from ...system.fairness import give_turn
from . import lexicon
from .entries import Entry
from .language import Language
from .tokens import fold_question
from .typing_errors import MIN_DOUBLED, is_slip
from .word_order import arrange, arrange_indirect
from .wording import LANGUAGES, OTHER, Wording, differ_in_capitals, read_wording, tell_language

MAX_FAQ_QUESTION = 4_000  # characters; to fold a longer message takes its time
MAX_DRESSED = 400  # characters of a message that is undressed
MAX_READ = 100  # questions by which the language is told
MAX_UNDRESSED = 2_000  # questions of the owner that are found in other dress

Bag = tuple[str, ...]  # sorted words


@dataclass(frozen=True)
class Known:
    """A question of the owner."""

    answer: str
    wording: Wording
    language: Language

    def orders(self, *, is_indirect: bool) -> Iterator[tuple[str, ...]]:
        """Yield the words in each order that asks the same."""
        yield from arrange(self.wording.words, self.language)
        if is_indirect:
            yield from arrange_indirect(self.wording.words, self.language, self.wording.capitals)


@dataclass(frozen=True)
class Faq:
    """The owner's answers, by folded question; the first of two for one question counts."""

    answers: dict[str, str] = field(default_factory=dict)
    questions: tuple[tuple[str, str], ...] = ()  # each as it was written, and its answer

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Faq:
        """Return the answers of `entries`, under each question and alias; one with a private part is for no visitor."""
        answers: dict[str, str] = {}
        questions = []
        for entry in entries:
            if find_private(entry.answer):
                continue
            for question in (entry.question, *(entry.aliases or ())):
                folded = fold_question(question)
                if folded and folded not in answers:
                    answers[folded] = entry.answer
                    questions.append((question, entry.answer))
        return cls(answers, tuple(questions))

    def find_answer(self, question: str, names: Set[str] = frozenset()) -> str | None:
        """Return the answer to a question that equals one of the owner's, but for its dress.

        `names` are those by which the owner may be addressed, folded. A message of more than MAX_FAQ_QUESTION
        characters has no answer.
        """
        if not self.answers or len(question) > MAX_FAQ_QUESTION:
            return None
        answer = self._find_same(question)
        if answer is None and len(question) <= MAX_DRESSED:
            answer = self._find_undressed(question, names)
        return answer

    def prepare(self) -> None:
        """Make in advance what the first question is compared with, in the reading thread."""
        _ = self._holed
        for code in {known.language.code for known in self.known}:
            lexicon.load(code)

    @cached_property
    def language(self) -> str:
        """The language of most questions, as ISO 639-1; empty where it has no tables here."""
        return (tell_language(" ".join(question for question, _ in self.questions[:MAX_READ])) or OTHER).code

    @cached_property
    def known(self) -> tuple[Known, ...]:
        """The owner's questions without their dress."""
        asked = self.questions[:MAX_UNDRESSED]
        main = next(language for language in (*LANGUAGES, OTHER) if language.code == self.language)
        known = []
        for question, answer in asked:
            give_turn()
            language = tell_language(question, main) or main
            known.append(Known(answer, read_wording(question, language), language))
        return tuple(known)

    @cached_property
    def _bags(self) -> Mapping[Bag, list[int]]:
        """The places of the questions by their words, in whatever order."""
        bags: defaultdict[Bag, list[int]] = defaultdict(list)
        for place, known in enumerate(self.known):
            give_turn()
            for bag in {tuple(sorted(order)) for order in known.orders(is_indirect=True)}:
                bags[bag].append(place)
        return bags

    @cached_property
    def _holed(self) -> Mapping[Bag, list[tuple[int, str]]]:
        """The same without one long word, with that word."""
        holed: defaultdict[Bag, list[tuple[int, str]]] = defaultdict(list)
        for bag, places in self._bags.items():
            for word in {word for word in bag if len(word) >= MIN_DOUBLED and word.isalpha()}:
                rest = list(bag)
                rest.remove(word)
                holed[tuple(rest)] += [(place, word) for place in places]
        return holed

    @cached_property
    def _written(self) -> Mapping[str, str]:
        """The questions as they were written, by the folded ones."""
        return dict(zip(self.answers, (question for question, _ in self.questions), strict=False))

    def _find_same(self, question: str) -> str | None:
        """Return the answer to a question with the same words, where no capitals make others of them."""
        folded = fold_question(question)
        written = self._written.get(folded, question)
        if written != question and differ_in_capitals(question, written, tell_language(written) or OTHER):
            return None
        return self.answers.get(folded)

    def _find_undressed(self, question: str, names: Set[str]) -> str | None:
        for language in (*LANGUAGES, OTHER):
            if not any(known.language is language for known in self.known):
                continue
            for addressed in [frozenset(), names] if names else [frozenset()]:
                wording = read_wording(question, language, addressed, is_asked=True)
                if (answer := self._match(wording, language)) is not None:
                    return answer
        return None

    def _match(self, wording: Wording, language: Language) -> str | None:
        """Return the answer to the question with this wording, or with one that differs by a typing error."""
        bag = tuple(sorted(wording.words))
        for place in self._bags.get(bag, ()):
            if self._asks(self.known[place], wording, language, wording.words):
                return self.known[place].answer
        for typed in {word for word in wording.words if len(word) >= MIN_DOUBLED}:
            rest = list(bag)
            rest.remove(typed)
            for place, word in self._holed.get(tuple(rest), ()):
                if is_slip(typed, word, language.code) and not self._is_name(place, word):
                    corrected = tuple(word if each == typed else each for each in wording.words)
                    if self._asks(self.known[place], wording, language, corrected):
                        return self.known[place].answer
        return None

    def _is_name(self, place: int, word: str) -> bool:
        """Return whether a word of a question may be a name, which another one is not a typing error of."""
        known = self.known[place]
        if word in known.wording.inner and not lexicon.is_noun(word, known.language.code):
            return True
        return lexicon.is_name(word, known.language.code)

    def _asks(self, known: Known, wording: Wording, language: Language, words: tuple[str, ...]) -> bool:
        return (
            known.language is language
            and not wording.contradicts(known.wording)
            and words in known.orders(is_indirect=wording.is_indirect)
        )
