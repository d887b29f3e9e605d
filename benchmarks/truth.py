"""Measure whether a twin says what it knows, what it rests on, and what nobody told it: `make bench-truth`.

A folder has a twin's `me.txt` and `knowledge/`, with `questions.jsonl` and `answers.jsonl` as the README in
benchmarks/twins describes. What a model may answer is given, and goes the way of an answer through the service's own
code: the search, the gate, and the review. Each answer is measured whole and in pieces of random lengths.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.gap_topics import measure_all
from benchmarks.truth_table import TWINS, Row, Table, as_row, read_rows
from benchmarks.word_for_word import measure_contacts, measure_faq, measure_private
from twin.knowledge.search import INDEX_FILE, Index, Search, SearchResult
from twin.knowledge.search.indexer import index_all
from twin.knowledge.search.ranking import rank
from twin.knowledge.search.small_talk import SMALL_TALK, asks_fact, is_small_talk
from twin.llm.answers import Answer
from twin.memory import Annotations
from twin.prompt import Briefings
from twin.settings import Settings
from twin.turn.draft import Draft
from twin.turn.review import Review

Finder = Callable[[str, Sequence[str]], SearchResult]

TWINS_OF_RULES = ("amara", "jonas")  # on which the rules were developed
FREE_CHARACTERS = 140  # of an answer, from which on it is free rather than short
READER = re.compile("reader|swapped|vertauscht")  # notes of false answers that only a reader can tell
I_DO_NOT_KNOW = {
    "de": "Das weiß ich leider nicht.",
    "es": "Lo siento, no lo sé.",
    "fr": "Désolé, je ne sais pas.",
    "it": "Mi dispiace, non lo so.",
    "en": "I'm sorry, I don't know that.",
}
CHATS = {"small_talk": "Hello! Ask me about my work.", "off_topic": "I would rather talk about my work."}


class Twin:
    """A deployment in a temporary folder."""

    def __init__(
        self, data: Path, root: Path, settings: Settings, *, has_vectors: bool = True, in_pieces: bool = True
    ) -> None:
        """Copy the files of `data` below `root`.

        Without vectors, passages are found by their words alone; without pieces, answers are measured whole alone.
        """
        self.settings = settings
        self.in_pieces = in_pieces
        (root / "instance").mkdir(parents=True)
        shutil.copyfile(data / "me.txt", root / "me.txt")
        shutil.copytree(data / "knowledge", root / "instance" / "knowledge")
        self.briefings = Briefings(settings, root)
        if not has_vectors:
            self.briefings._search = Search(Index(root / "instance" / INDEX_FILE), None)
        self.briefing = self.briefings.read()
        self.briefings.search._upkeep.wait(None)
        self.chance = random.Random(0)

    def find_by_words(self, question: str, before: Sequence[str]) -> SearchResult:
        """Find passages by their words alone."""
        index = self.briefings.search._index
        search = Search(index, None)
        search.replace_passages([*self.briefing.known.values()])
        return search.find(question, before, self.briefing.known)

    def find_by_vectors(self, question: str, before: Sequence[str]) -> SearchResult:
        """Find passages by their vectors alone."""
        vectors = self._vectors
        found = self.briefings.search.embeddings.embed([question], are_queries=True, seconds=60)[0]  # type: ignore[union-attr]
        passages = [passage for passage in self.briefing.known.values() if passage.document]
        ranking = rank(passages, set(), {}, lambda passage: 2 * (float(vectors[passage.key] @ found),))
        small = [float(vectors[passage.key] @ found) for passage in SMALL_TALK]
        return SearchResult(ranking.hits, ranking.is_close, is_small_talk(question, small), asks_fact(question))

    def find(self, question: str, before: Sequence[str]) -> SearchResult:
        """Find passages as the service does."""
        return self.briefings.search.find(question, before, self.briefing.known)

    def index(self) -> None:
        """Make the vectors of all passages."""
        search = self.briefings.search
        assert search.embeddings
        search.count_missing()
        index_all(search._index, search.embeddings)
        search.count_missing()
        import numpy as np

        stored = search._index.read_vectors(search.embeddings.model)
        self._vectors = {key: np.frombuffer(vector, dtype=np.float32) for key, vector in stored}

    def annotate(self, find: Finder, question: str, answer: str, before: Sequence[str] = ()) -> tuple[str, Annotations]:
        """Return what is shown of an answer, and what it says beside its text; raises where pieces change that."""
        said = [{"role": "user", "content": each} for each in (*before, question)]
        found = find(question, before)
        whole = self.annotate_pieces(found, said, [answer])
        if self.in_pieces:
            cut = self.annotate_pieces(found, said, [*self._cut(answer)])
            assert whole == cut, (question, answer)
        return whole

    def annotate_pieces(
        self, found: SearchResult, said: list[dict[str, str]], pieces: Sequence[str]
    ) -> tuple[str, Annotations]:
        """Return the same of an answer that comes in these pieces to the last message of `said`."""
        briefing = self.briefing
        prepared = briefing.compose(said, found)
        visitor = [message["content"] for message in said]
        gate = briefing.open_gate(self.settings.fallback, visitor)
        review = Review(visitor[-1], prepared, found, briefing, visitor[:-1])
        draft = Draft(prepared.messages, gate, review, self.settings.fallback)
        for piece in pieces:
            draft.push(piece)
        draft.finish()
        reply, _ = draft.complete(Answer("".join(pieces), "stop"), "")
        return reply.text, reply.annotations

    def _cut(self, text: str) -> Iterator[str]:
        start = 0
        while start < len(text):
            end = start + self.chance.randint(1, 12)
            yield text[start:end]
            start = end


def measure(data: Path, twin: Twin, find: Finder, report: Callable[[str], None]) -> Table:
    """Return the table of one twin."""
    questions, answers = read_rows(data / "questions.jsonl"), read_rows(data / "answers.jsonl")
    languages = [row["language"] for row in answers]
    table = Table(max(("en", "de"), key=languages.count))
    annotate = partial(twin.annotate, find)
    _measure_questions(data, questions, answers, annotate, table, report)
    for row in answers:
        _, notes = annotate(row["question"], row["answer"])
        kind = "free" if row.get("free") or len(row["answer"]) > FREE_CHARACTERS else "short"
        needs_reader = READER.search(row.get("note") or "") is not None
        what = f"true {kind}" if row["supported"] else "needs a reader" if needs_reader else "false"
        table.add(f"{what}, with a source", row["language"], bool(notes.sources))
        if not needs_reader:
            table.add(f"{'true' if row['supported'] else 'false'}, marked", row["language"], bool(notes.unsupported))
        if not needs_reader and row["supported"] != bool(notes.sources):
            quotes = [source.quote for source in notes.sources or ()]
            report(f"{what}, sources: {row['question']} | {row['answer']} | {quotes}")
        if not needs_reader and row["supported"] == bool(notes.unsupported):
            report(f"{what}, marked: {row['answer']} | {[each.text for each in notes.unsupported or ()]}")
    for row in read_rows(data.parent / "leading.jsonl"):
        if row["twin"] == data.name:
            _, notes = annotate(row["question"], row["answer"])
            table.add("leading questions, with a source", row["language"], bool(notes.sources))
            table.add("leading questions, marked", row["language"], bool(notes.unsupported))
            if notes.sources:
                report(f"leading: {row['question']} | {row['answer']} | {[each.quote for each in notes.sources]}")
    _measure_wordings(data, questions, annotate, table, report)
    measure_private(data, twin.settings.fallback, annotate, table, report)
    measure_contacts(data, annotate, table, report)
    return table


def _measure_questions(
    data: Path,
    questions: Sequence[Row],
    answers: Sequence[Row],
    annotate: Callable[..., tuple[str, Annotations]],
    table: Table,
    report: Callable[[str], None],
) -> None:
    true = {row["question"]: row["answer"] for row in answers if row["supported"]}
    files = [data / "me.txt", *sorted((data / "knowledge").rglob("*.*"))]
    lines = [line.strip(" -*#|") for file in files for line in file.read_text(encoding="utf-8").split("\n")]
    for row in questions:
        kind, language = row["kind"], row["language"]
        if kind == "answerable":
            answer = true.get(row["question"]) or next((line for line in lines if row["needle"] in line), None)
        else:
            answer = CHATS.get(kind) or I_DO_NOT_KNOW.get(language, I_DO_NOT_KNOW["en"])
        if answer is None:
            continue
        _, notes = annotate(row["question"], answer, row["before"])
        is_unknown = notes.grounded is False
        what = {"answerable": "answered, called unknown", "unknown": "unknown, called so"}.get(kind)
        what = what or f"{kind.replace('_', ' ')}, called unknown"
        table.add(what, language if kind in ("answerable", "unknown") else "all", is_unknown)
        if is_unknown != (kind == "unknown"):
            report(f"{what}: {row['question']} | {answer}")
        if kind == "unknown":
            shown, notes = annotate(row["question"], f"[?] {answer}", row["before"])
            is_right = notes.grounded is False and "[?]" not in shown
            table.add("unknown, marked by the model, called so", "all", is_right)


def _measure_wordings(
    data: Path,
    questions: Sequence[Row],
    annotate: Callable[..., tuple[str, Annotations]],
    table: Table,
    report: Callable[[str], None],
) -> None:
    unknown = [row for row in questions if row["kind"] == "unknown" and not row["before"]]
    for number, row in enumerate(read_rows(data.parent / "abstentions.jsonl")):
        asked = unknown[number % len(unknown)]["question"]
        for name, text in (("", row["text"]), (", marked", f"**[?]** {row['text']}")):
            _, notes = annotate(asked, text)
            table.add(f"abstentions in other words{name}, called so", row["language"], notes.grounded is False)
            if notes.grounded is not False:
                report(f"abstention{name}: {asked} | {text}")


def measure_twin(data: Path, *, is_quick: bool, is_verbose: bool) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield the name of each table of a twin, and its rows; with the rows of the gaps last."""
    report = (lambda line: print(f"    {line}", flush=True)) if is_verbose else (lambda line: None)
    yield f"{data.name}, word for word", list(measure_faq(data, report).lines())
    if not (data / "questions.jsonl").exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        twin = Twin(data, Path(folder) / "twin", Settings(openai_api_key="sk-unused"))
        twin.index()
        yield f"{data.name}, words and vectors", list(measure(data, twin, twin.find, report).lines())
        if not is_quick:
            silent = lambda line: None  # noqa: E731
            yield f"{data.name}, words alone", list(measure(data, twin, twin.find_by_words, silent).lines())
            yield f"{data.name}, vectors alone", list(measure(data, twin, twin.find_by_vectors, silent).lines())
        assert twin.briefings.search.embeddings
        if data.name == TWINS_OF_RULES[-1]:
            yield "gaps", list(measure_all(twin.briefings.search.embeddings))
        twin.briefings.search.embeddings.close()


def main() -> None:
    """Print the table of each twin."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="measure the service's own search alone")
    parser.add_argument("--verbose", action="store_true", help="also print the answers that fall short")
    options = parser.parse_args()
    others = sorted({path.parent for path in TWINS.glob("*/faq.jsonl")} - {TWINS / name for name in TWINS_OF_RULES})
    results: dict[str, list[Row]] = {}
    for data in options.folders or [*others, *(TWINS / name for name in TWINS_OF_RULES)]:
        for name, rows in measure_twin(data, is_quick=options.quick, is_verbose=options.verbose):
            results[name] = [as_row(row) for row in rows]
            if rows and not options.json:
                print(name, *rows, sep="\n", flush=True)
    if options.json:
        print(json.dumps(results, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
