"""Measure how well search finds passages, and notices that there are none: `make bench-knowledge DATA=folder`.

The folder has `*.passages.jsonl` (`{"id", "text"}`, in the order of their documents) and `*.questions.jsonl`
(`{"question", "passage", "answer"}`), one pair for each language, as in XQuAD (google-deepmind/xquad, CC BY-SA 4.0).
The service's own index and search are measured, in a temporary folder.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from twin.knowledge.passages import CONTEXT_CHARACTERS, Passage
from twin.knowledge.search import Index, Search
from twin.knowledge.search.indexer import index_all
from twin.knowledge.search.search import CANDIDATES
from twin.knowledge.search.small_talk import SMALL_TALK
from twin.llm.embeddings import Embeddings, find_embeddings
from twin.settings import Settings
from twin.text.words import find_terms

MANY = 5_000  # passages among which the time is measured
TIMED = 100  # questions
DOCUMENT = 24  # neighbouring passages that are left out together: an article of XQuAD has 24 sentences
SHARES = (0.1, 0.3, 0.5)  # of the documents that are left out


def read_lines(path: Path) -> list[dict[str, str]]:
    """Parse each line of a file; the ids of passages may be numbers."""
    lines = filter(None, path.read_text(encoding="utf-8").split("\n"))
    return [{name: str(value) for name, value in json.loads(line).items()} for line in lines]


def read_passages(path: Path) -> list[Passage]:
    lines = read_lines(path)
    before = ["", *(line["text"] for line in lines)]
    return [
        Passage(line["id"], "", "", line["text"], context=before[n][-CONTEXT_CHARACTERS:])
        for n, line in enumerate(lines)
    ]


def report(name: str, ranks: Sequence[int], times: Sequence[float]) -> None:
    top, recall = (sum(rank < most for rank in ranks) / len(ranks) for most in (1, 5))
    mrr = sum(1 / (rank + 1) for rank in ranks if rank < 10) / len(ranks)
    print(f"  {name:24} {top:6.3f} {recall:9.3f} {mrr:7.3f} {1000 * median(times):12.1f}", flush=True)


def measure(name: str, find: Callable[[str], list[str]], questions: Sequence[dict[str, str]]) -> None:
    ranks, times = [], []
    for question in questions:
        began = time.perf_counter()
        found = find(question["question"])
        times.append(time.perf_counter() - began)
        gold = question["passage"]
        ranks.append(found.index(gold) if gold in found else CANDIDATES)
    report(name, ranks, times)


def by_words(index: Index, names: dict[bytes, str]) -> Callable[[str], list[str]]:
    def find(question: str) -> list[str]:
        found = index.match(dict.fromkeys(find_terms(question)), CANDIDATES + len(SMALL_TALK))
        return [names[key] for key in found if key in names][:CANDIDATES]  # the index has small talk too

    return find


def by_vectors(embeddings: Embeddings, passages: Sequence[Passage]) -> Callable[[str], list[str]]:
    import numpy as np

    texts = [passage.text for passage in passages]
    parts = [texts[start : start + 8] for start in range(0, len(texts), 8)]
    matrix = np.concatenate([embeddings.embed(part, are_queries=False, seconds=60) for part in parts])

    def find(question: str) -> list[str]:
        cosines = matrix @ embeddings.embed([question], are_queries=True, seconds=60)[0]
        return [passages[row].document for row in (-cosines).argsort()[:CANDIDATES]]

    return find


def ours(search: Search) -> Callable[[str], list[str]]:
    return lambda question: [hit.passage.document for hit in search.find(question).hits]


def pad(passages: Sequence[Passage]) -> list[Passage]:
    """Return at least MANY passages: the given ones, and copies with shuffled words."""
    chance = random.Random(0)
    many = list(passages)
    while len(many) < MANY:
        words = passages[len(many) % len(passages)].text.split()
        chance.shuffle(words)
        many.append(Passage(f"copy {len(many)}", "", "", " ".join(words)))
    return many


def time_questions(search: Search, questions: Sequence[dict[str, str]]) -> None:
    times, alone = [], []
    assert search.embeddings
    for question in questions:
        began = time.perf_counter()
        search.find(question["question"])
        found = time.perf_counter()
        search.embeddings.embed([question["question"]], are_queries=True, seconds=60)
        times.append(found - began)
        alone.append(time.perf_counter() - found)
    what = f"ours, among {MANY}"
    print(f"  {what:49} {1000 * median(times):12.1f}, of which the vector {1000 * median(alone):.1f}", flush=True)


def make_search(folder: Path, embeddings: Embeddings, passages: Sequence[Passage], known: Sequence[bytes]) -> Search:
    """Return a search in an index of these passages with the given vectors, repeated where there are more passages."""
    index = Index(folder / f"{len(passages)}.index")
    search = Search(index, embeddings)
    search.replace_passages(passages)
    while missing := index.list_without_vector(embeddings.model, 1_000):
        index.write_vectors(embeddings.model, [(each.id, known[(each.id - 1) % len(known)]) for each in missing])
    search.replace_passages(passages)
    return search


def leave_out(passages: Sequence[Passage], share: float) -> list[int]:
    """Return the numbers of the passages that are kept where a share of the documents is left out."""
    documents = range(0, len(passages), DOCUMENT)
    left_out = set(random.Random(share).sample(documents, max(1, round(share * len(documents)))))
    return [number for number in range(len(passages)) if number // DOCUMENT * DOCUMENT not in left_out]


def measure_gaps(search: Search, names: set[str], questions: Sequence[dict[str, str]]) -> None:
    verdicts: dict[bool, list[bool]] = {True: [], False: []}
    for question in questions:
        verdicts[question["passage"] in names].append(search.find(question["question"]).is_close)
    for has_answer, what in ((False, "without an answer"), (True, "with one")):
        are_close = verdicts[has_answer]
        share = f"{1 - sum(are_close) / len(are_close):.3f} get grounded: false" if are_close else "none was asked"
        print(f"  {len(are_close):5} questions {what}: {share}", flush=True)


def measure_language(path: Path, folder: Path, embeddings: Embeddings | None) -> None:
    passages = read_passages(path)
    questions = read_lines(path.with_name(path.name.replace(".passages.", ".questions.")))
    print(f"{path.name}: {len(questions)} questions, {len(passages)} passages")
    print(f"  {'':24} {'top-1':>6} {'recall@5':>9} {'MRR@10':>7} {'ms/question':>12}")
    index = Index(folder / "all.index")
    search = Search(index, embeddings)
    search.replace_passages(passages)
    measure("words (FTS5)", by_words(index, {each.key: each.document for each in passages}), questions)
    if embeddings is None:
        return
    measure("vectors", by_vectors(embeddings, passages), questions)
    index_all(index, embeddings)
    search.replace_passages(passages)
    measure("ours", ours(search), questions)
    vectors = dict(index.read_vectors(embeddings.model))
    known = [vectors[passage.key] for passage in passages]
    many = make_search(folder, embeddings, pad(passages), known)
    time_questions(many, questions[:TIMED])
    for share in SHARES:
        kept = leave_out(passages, share)
        few = make_search(folder, embeddings, [passages[n] for n in kept], [known[n] for n in kept])
        measure_gaps(few, {passages[n].document for n in kept}, questions)


def main(data: Path) -> None:
    """Measure each language that has files in `data`."""
    with tempfile.TemporaryDirectory() as name:
        embeddings = find_embeddings(Settings(), Path(name))
        for path in sorted(data.glob("*.passages.jsonl")):
            with tempfile.TemporaryDirectory() as folder:
                measure_language(path, Path(folder), embeddings)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
