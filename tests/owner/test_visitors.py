"""What visitors leave for the owner: when it needs the owner's eye, and when no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from twin.errors import RateLimited
from twin.memory import GivenAnswer, Memory
from twin.owner import Inbox, Presence, View, Visitors
from twin.settings import Settings
from twin.stores import Databases

from ..support.desk import remember


@pytest.fixture
def memory(database_url: str, tmp_path: Path) -> Iterator[Memory]:
    memory = Memory(Settings(memory=True), Databases(database_url, tmp_path))
    with closing(memory.database):
        yield memory


def needing(memory: Memory) -> list[int]:
    return [entry.number for entry in Inbox(memory).list(View("needs-you")).entries]


def write_while_held(memory: Memory, session: str) -> None:
    with closing(memory.open("Are you there?", session)) as exchange:
        assert exchange.is_held
        exchange.record(GivenAnswer("The owner will answer you.", "held", "persona"))


@pytest.mark.parametrize(
    "leave",
    [
        lambda memory, session: Visitors(memory).ask(session, "Will you come?", None, None),
        lambda memory, session: Visitors(memory).judge(session, None, -1, None),
        write_while_held,
    ],
    ids=["a question", "a thumb down", "a message while the owner holds the conversation"],
)
def test_what_waits_for_the_owner_comes_out_of_the_archive(
    memory: Memory, leave: Callable[[Memory, str], object]
) -> None:
    session = str(remember(memory, "Hello", "Hi"))
    inbox, presence = Inbox(memory), Presence(memory, 1.0)
    presence.join(1, 1)
    inbox.archive(1, archived=True)
    assert needing(memory) == []
    leave(memory, session)
    presence.hand_back(1)
    assert needing(memory) == [1]


def test_words_in_person_settle_all_but_a_question_that_waits(memory: Memory) -> None:
    session = str(remember(memory, "Hello", "Hi"))
    presence, visitors = Presence(memory, 1.0), Visitors(memory)
    visitors.judge(session, None, -1, None)
    assert presence.say(1, "I am sorry.", 1)
    assert needing(memory) == []
    visitors.ask(session, "Will you come?", None, None)
    assert presence.say(1, "I shall answer that.", 1)
    assert needing(memory) == [1]


def test_questions_that_come_at_once_are_kept_once_and_ten_at_most(memory: Memory) -> None:
    visitors, same, others = Visitors(memory), str(uuid4()), str(uuid4())
    visitors.ask(same, "Begun?", None, None)
    visitors.ask(others, "Begun?", None, None)

    def ask(number: int) -> None:
        visitors.ask(same, "Will you come?", None, None)
        with suppress(RateLimited):
            visitors.ask(others, f"Question {number}?", None, None)

    with ThreadPoolExecutor(15) as pool:
        list(pool.map(ask, range(15)))
    left = [visitors.fetch(session) for session in (same, others)]
    assert [len(each.questions) for each in left if each] == [2, 10]


def test_an_export_of_a_question_alone_holds_all_of_it(memory: Memory) -> None:
    Visitors(memory).ask(str(uuid4()), "Will you come?", "ada@example.org", "Yes, use it.")
    export = Inbox(memory).export(1)
    assert export
    assert export.messages == []
    [asked] = export.questions
    assert (asked.question, asked.contact, asked.consent, asked.draft) == (
        "Will you come?",
        "ada@example.org",
        "Yes, use it.",
        None,
    )
