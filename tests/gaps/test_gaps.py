"""Gaps: anonymous questions, how long each is kept, and which are alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Date, Integer, String

from twin.errors import StoreUnavailable
from twin.gaps import Gap, Gaps, group
from twin.gaps.question import MAX_KEPT_CHARACTERS, mask_sentence, read_question
from twin.knowledge.faq import fold_question
from twin.memory import Housekeeping, Memory
from twin.settings import Settings
from twin.stores import Database, Databases
from twin.stores.tables import Words
from twin.stores.tables import gaps as table

from ..support.scripted_model import ScriptedModel, answers, follows, streams
from ..support.service import ROOT, Service, wait_until
from ..support.settings import KEY
from ..support.stores import upgrade_to
from ..support.streams import stream
from ..support.warm import WarmPythons

Make = Callable[..., Gaps]


@pytest.fixture
def make(database_url: str, tmp_path: Path) -> Iterator[Make]:
    """Make a store of gaps, as another process would."""
    made: list[Gaps] = []

    def gaps_with(**options: Any) -> Gaps:
        made.append(Gaps(Databases(database_url, tmp_path), **options))
        return made[-1]

    yield gaps_with
    for gaps in made:
        gaps.database.close()


def asked(gaps: Gaps) -> list[tuple[str, int]]:
    return [(gap.question, gap.times) for gap in gaps.fetch_all()]


def test_a_question_that_is_asked_again_is_counted(make: Make) -> None:
    gaps = make()
    for message in ["Are you tall?", "Do you have a dog?", "do you have  a DOG", "Do you have a dog?!"]:
        gaps.record(message)
    assert asked(gaps) == [("Do you have a dog?", 3), ("Are you tall?", 1)]
    assert gaps.count() == 2
    today = datetime.now(UTC).date()
    assert {(gap.first_day, gap.last_day) for gap in gaps.fetch_all()} <= {(today, today)}


def test_many_who_ask_at_once_are_counted_exactly(make: Make, database_url: str, pythons: WarmPythons) -> None:
    script = (
        "from pathlib import Path; from twin.stores import Databases; from twin.gaps import Gaps\n"
        f"gaps = Gaps(Databases({database_url!r}, Path()))\n"
        "for _ in range(10): gaps.record('Do you have a dog?')\n"
        "gaps.database.close()"
    )
    processes = [make() for _ in range(3)]
    with ThreadPoolExecutor(15) as pool:
        others = [pool.submit(pythons.run, ["-c", script], ROOT, {}) for _ in range(3)]
        list(pool.map(lambda number: processes[number % 3].record("Do you have a dog?"), range(60)))
        assert [other.result().returncode for other in others] == [0, 0, 0]
    assert asked(processes[0]) == [("Do you have a dog?", 90)]


def test_the_latest_answer_is_kept_without_contacts_and_what_was_close(make: Make) -> None:
    gaps = make()
    gaps.record("Do you have a dog?", "I don't know.", "ab12")
    gaps.record("do you have a dog", "Ask ada@example.org,\nplease.")
    [gap] = gaps.fetch_all()
    assert (gap.said, gap.close_to, gap.times) == ("Ask …, please.", None, 2)


def test_nothing_is_kept_that_tells_who_asked(make: Make, execute: Callable[[str], Any]) -> None:
    make().record("I am ada@example.org, +44 20 7946 0958: do you know https://ada.example/cv?")
    ((_, key, question, *rest),) = execute("SELECT * FROM gaps")
    assert question == "I am …, …: do you know …?"
    assert len(key) == 64
    assert len(rest) == 5
    assert {column.name: type(column.type) for column in table.columns} == {
        "id": Integer,
        "key": String,
        "question": Words,
        "times": Integer,
        "first_day": Date,  # an instant could be found again among the sessions
        "last_day": Date,
        "said": Words,
        "close_to": String,
    }


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Is [my site](https://a.org/x) ok?", "Is my site … ok?"),
        ("Is [a@b.org](mailto:a@b.org) ok?", "Is … … ok?"),
        ("Is <https://a.org> (https://b.org/c) ok?", "Is … (…) ok?"),
        ("Is ada\u200b@example.org\nyou?", "Is … you?"),
        ("Will you ring 0171/1234567?", "Will you ring …?"),
        ("Is 5551234567 yours?", "Is … yours?"),
        ("Is my IBAN DE89 3704 0044 0532 0130 00 right?", "Is my IBAN DE… right?"),
        ("Is 078-05-1120 my number?", "Is … my number?"),
        ("Were you at Northwind in 2019-2021?", "Were you at Northwind in 2019-2021?"),
        ("Were you there on 2024-05-01?", "Were you there on 2024-05-01?"),
        ("Do you have 2,500,000 readers?", "Do you have 2,500,000 readers?"),
        ("Do you know Node.js, main.py and C#?", "Do you know Node.js, main.py and C#?"),
    ],
)
def test_contacts_and_long_numbers_are_masked(message: str, kept: str) -> None:
    assert read_question(message) == kept


CONTACTS = st.one_of(
    st.from_regex(r"[a-z]{1,9}[.+_]?[a-z0-9]{1,9}@[a-z]{1,9}\.(?:org|com|co\.uk)", fullmatch=True),
    st.from_regex(r"https?://[a-z]{1,9}\.(?:org|com)/[a-z0-9/?=&%-]{0,30}", fullmatch=True),
    st.from_regex(r"www\.[a-z]{3,9}\.(?:org|com)", fullmatch=True),
    st.from_regex(r"\+[1-9][0-9]{1,2}[ -]?[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{2,4}", fullmatch=True),
    st.from_regex(r"\([2-9][0-9]{2}\) [2-9][0-9]{2}-[0-9]{4}", fullmatch=True),
)
WORDS = st.sampled_from(["who", "is,", "(my", "Größe)", "почта:", "“at”", "電話は", "**bold**", "yes.", "[x]", "é"])


@given(before=st.lists(WORDS, max_size=6), contact=CONTACTS, after=st.lists(WORDS, max_size=6))
def test_no_contact_is_kept_whatever_stands_around_it(before: list[str], contact: str, after: list[str]) -> None:
    kept = read_question(" ".join([*before, contact, *after, "is it?"]))
    assert kept is not None
    assert contact not in kept
    assert "@" not in kept
    assert sum(character.isdecimal() for character in kept) < 7


@given(st.text(max_size=5_000))
def test_any_message_can_be_read(message: str) -> None:
    kept = read_question(message)
    assert kept is None or (len(kept) <= MAX_KEPT_CHARACTERS and fold_question(kept) and "\n" not in kept)


def test_a_long_message_is_cut() -> None:
    kept = read_question("Why? " + "word " * 4_000)
    assert kept is not None
    assert (len(kept), kept[-1]) == (MAX_KEPT_CHARACTERS, "…")


@pytest.mark.parametrize(
    "message",
    [
        "Why?",
        "你住在哪里",
        "どこに住んでいますか",
        "คุณทำงานที่ไหน",
        "أين؟",
        "Πού;",
        "多大？",
        "Որտեղ՞",
        "tell me more",
    ],
)
def test_questions_are_kept(message: str) -> None:
    assert read_question(message) == message


@pytest.mark.parametrize(
    "message", ["Hi", "thank you", "???", "…", "谢谢你", "ありがとうございます", "สวัสดีครับ", "👍👍👍", "", "\u200b"]
)
def test_messages_that_ask_nothing_are_not_kept(message: str) -> None:
    assert read_question(message) is None


def test_the_least_asked_and_oldest_makes_room(make: Make, execute: Callable[[str], Any]) -> None:
    gaps = make(most=3)
    for message in ["Are you a?", "Are you b?", "Are you b?", "Are you c?"]:
        gaps.record(message)
    execute("UPDATE gaps SET last_day = '2020-01-01' WHERE question = 'Are you c?'")
    gaps.record("Are you d?")
    assert [question for question, _ in asked(gaps)] == ["Are you b?", "Are you a?", "Are you d?"]
    for message in ["Are you a?", "Are you d?", "Are you e?", "Are you f?"]:
        gaps.record(message)
    assert asked(gaps)[-1] == ("Are you f?", 1)  # the new one stays, else a table that is full would stay as it is
    assert gaps.count() == 3


def test_no_id_is_given_twice(make: Make) -> None:
    gaps = make()
    for message in ["Are you a?", "Are you b?", "Are you b?"]:
        gaps.record(message)
    last = max(gap.id for gap in gaps.fetch_all())
    assert last == 2
    assert gaps.delete([last, 99]) == 1
    gaps.record("Are you c?")
    assert {gap.id for gap in gaps.fetch_all()} == {1, 3}


@pytest.mark.parametrize("days", [0, 9])
def test_questions_go_when_they_were_not_asked_for_retention_days(
    make: Make, database_url: str, execute: Callable[[str], Any], days: int
) -> None:
    gaps, today = make(), datetime.now(UTC).date()
    for message, age in [("Are you old?", 11), ("Are you new?", 8)]:
        gaps.record(message)
        last = today - timedelta(age)
        execute(f"UPDATE gaps SET first_day = '2020-01-01', last_day = '{last}' WHERE question = '{message}'")
    memory = Memory(Settings(openai_api_key=KEY, memory=True), Databases(database_url, Path("unused")))
    with closing(memory.database):
        Housekeeping(memory, days).look()
    assert [question for question, _ in asked(gaps)] == ["Are you new?"] + ["Are you old?"] * (days == 0)


def said(gaps: Gaps) -> list[tuple[str, int]]:
    return [(invention.sentence, invention.times) for invention in gaps.fetch_inventions()]


def test_a_sentence_that_was_made_up_again_is_counted(make: Make) -> None:
    gaps = make()
    for sentence in ["I know Zorblax.", "She was built in 1742.", "she was built  in 1742!", "She was built in 1742."]:
        gaps.record_invention(sentence)
    assert said(gaps) == [("She was built in 1742.", 3), ("I know Zorblax.", 1)]
    today = datetime.now(UTC).date()
    assert {(each.first_day, each.last_day) for each in gaps.fetch_inventions()} <= {(today, today)}
    assert (gaps.count(), gaps.fetch_all()) == (0, [])


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("Write to ada@example.org, says Zorblax.", "Write to …, says Zorblax."),
        ("Ring Zorblax: +44 20 7946 0958, or see https://zorblax.example/1742!", "Ring Zorblax: …, or see …!"),
        ("- **Zorblax**\n  was\tthere in 1742.", "- **Zorblax** was there in 1742."),
        ("ゾルブラックスは1742年に来た。", "ゾルブラックスは1742年に来た。"),
        ("1742!", "1742!"),
        ("\U0001f642", "\U0001f642"),
    ],
)
def test_of_what_was_made_up_one_line_without_contacts_is_kept(
    make: Make, execute: Callable[[str], Any], sentence: str, kept: str
) -> None:
    make().record_invention(sentence)
    ((_, key, text, times, *_),) = execute("SELECT * FROM inventions")
    assert (len(key), text, times) == (64, kept, 1)


def test_a_long_sentence_is_cut_and_nothing_is_not_kept(make: Make) -> None:
    gaps = make()
    for sentence in ["", " \n", "Zorblax " * 1_000]:
        gaps.record_invention(sentence)
    [(sentence, _)] = said(gaps)
    assert (len(sentence), sentence[-1]) == (MAX_KEPT_CHARACTERS, "…")


@given(before=st.lists(WORDS, max_size=6), contact=CONTACTS, after=st.lists(WORDS, max_size=6))
def test_no_contact_is_kept_of_what_was_made_up(before: list[str], contact: str, after: list[str]) -> None:
    kept = mask_sentence(" ".join([*before, contact, *after]))
    assert contact not in kept
    assert "@" not in kept
    assert sum(character.isdecimal() for character in kept) < 7


def test_inventions_are_forgotten_by_their_ids_and_no_gap_with_them(make: Make) -> None:
    gaps = make()
    gaps.record("Do you have a dog?")
    for sentence in ["I know Zorblax.", "She was built in 1742."]:
        gaps.record_invention(sentence)
    assert gaps.delete_inventions([1, 99]) == 1
    assert said(gaps) == [("She was built in 1742.", 1)]
    assert asked(gaps) == [("Do you have a dog?", 1)]
    assert gaps.delete([1, 2]) == 1
    assert said(gaps) == [("She was built in 1742.", 1)]


def test_the_least_said_and_oldest_invention_makes_room(make: Make, execute: Callable[[str], Any]) -> None:
    gaps = make(most=2)
    for sentence in ["I know A.", "I know B.", "I know B."]:
        gaps.record_invention(sentence)
    gaps.record("Are you a?")  # which has a table of its own
    gaps.record_invention("I know C.")
    assert said(gaps) == [("I know B.", 2), ("I know C.", 1)]
    assert gaps.count() == 1


def test_many_who_say_the_same_at_once_are_counted_exactly(make: Make) -> None:
    stores = [make() for _ in range(3)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: stores[number % 3].record_invention("I know Zorblax."), range(45)))
    assert said(stores[0]) == [("I know Zorblax.", 45)]


@pytest.mark.parametrize("days", [0, 9])
def test_inventions_go_when_they_were_not_said_for_retention_days(
    make: Make, database_url: str, execute: Callable[[str], Any], days: int
) -> None:
    gaps, today = make(), datetime.now(UTC).date()
    for sentence, age in [("I know the old.", 11), ("I know the new.", 8)]:
        gaps.record_invention(sentence)
        last = today - timedelta(age)
        execute(f"UPDATE inventions SET last_day = '{last}' WHERE sentence = '{sentence}'")
    memory = Memory(Settings(openai_api_key=KEY, memory=True), Databases(database_url, Path("unused")))
    with closing(memory.database):
        Housekeeping(memory, days).look()
    assert [sentence for sentence, _ in said(gaps)] == ["I know the new."] + ["I know the old."] * (days == 0)


def test_what_a_twin_without_inventions_kept_is_there_after_a_migration(
    make: Make, database_url: str, execute: Callable[[str], Any]
) -> None:
    upgrade_to("0005", database_url)
    columns = "INSERT INTO gaps (key, question, times, first_day, last_day) VALUES"
    execute(f"{columns} ('{'a' * 64}', 'Do you have a dog?', 3, '2026-01-01', '2026-01-02')")
    with closing(Database(database_url, upgrades=True)) as database:
        database.check()
    gaps = make()
    assert asked(gaps) == [("Do you have a dog?", 3)]
    assert said(gaps) == []
    gaps.record_invention("I know Zorblax.")
    assert said(gaps) == [("I know Zorblax.", 1)]
    execute(
        f"{columns} ('{'b' * 64}', 'Are you tall?', 1, '2026-01-01', '2026-01-02')"
    )  # an older Twin that still runs
    assert asked(gaps) == [("Do you have a dog?", 3), ("Are you tall?", 1)]


def test_a_chat_leaves_the_sentences_that_were_made_up_and_no_others(
    start_service: Callable[..., Service], database_url: str, model: ScriptedModel, make: Make
) -> None:
    service = start_service("gunicorn", MEMORY="on", GAPS="on", DATABASE_URL=database_url)
    (service.root / "instance" / "knowledge").mkdir(exist_ok=True)
    (service.root / "instance" / "knowledge" / "boat.md").write_text("The boat that I sail is called Kittiwake.")
    told = "She is called Kittiwake. Captain Zorblax, of zorblax@evil.example, built her in 1742. She is fine."
    model.otherwise = follows(answers(told), streams(told))
    question, gaps = "What is your boat called?", make()
    assert service.chat(question).json()["unsupported"]
    assert stream(service, message=question)[-1][1]["unsupported"]
    wait_until(lambda: [times for _, times in said(gaps)] == [2])
    [(sentence, _)] = said(gaps)
    assert (sentence.startswith("Captain Zorblax"), sentence.endswith("built her in 1742.")) == (True, True)
    assert "@" not in sentence
    assert gaps.count() == 0


def test_a_database_that_is_away_is_named(tmp_path: Path) -> None:
    gaps = Gaps(Databases("postgresql://127.0.0.1:1/nothing", tmp_path))
    with pytest.raises(StoreUnavailable, match="DATABASE_URL"):
        gaps.record("Do you have a dog?")
    with pytest.raises(StoreUnavailable, match="DATABASE_URL"):
        gaps.record_invention("I know Zorblax.")


def gaps_of(*questions: str) -> list[Gap]:
    """Gaps of these questions, the first asked most often."""
    day = date(2026, 1, 1)
    return [Gap(at, question, len(questions) - at, day, day) for at, question in enumerate(questions)]


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Do you have a dog?", "You do have a dog"),
        ("What is your salary?", "what's your salary"),
        ("What is your favourite colour?", "what's your favorite color?"),
        ("Have you worked at Google?", "Have you really worked at Google?"),
        ("How do you organise travelling to the centre?", "how do you organize traveling to the center"),
        ("Which accommodation would you recommend?", "which accomodation would you recommend"),
        ("Hast du in Berlin eine Werkstatt?", "Hast du denn in Berlin eine Werkstatt?"),
        ("Vous parlez anglais avec vos clients ?", "vous parlez l'anglais avec vos clients"),
        ("Have you worked at Google?", "Have you worked at Googel?"),
        ("Kannst du Französisch?", "Kannst du Franzosisch"),
    ],
)
def test_questions_of_the_same_words_are_alike(question: str, other: str) -> None:
    assert len(group(gaps_of(question, other))) == 1


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Did Anna hire you?", "Did you hire Anna?"),
        ("did you ever hire anna", "did anna hire you"),
        ("Would you recommend React over Vue?", "Would you recommend Vue over React?"),
        ("Do you work with the agencies of Bremen?", "Do you not work with the agencies of Bremen?"),
        ("Do you work with big agencies?", "Do you never work with big agencies?"),
        ("Arbeitest du mit großen Agenturen?", "Arbeitest du nicht mit großen Agenturen?"),
        ("Have you worked at Google?", "Have you worked at Microsoft?"),
        ("Where did you study?", "When did you study?"),
        ("Why did you leave Northwind Traders?", "When did you leave Northwind Traders?"),
        ("Do you like cats?", "Do you like cars?"),
        ("Do you know C?", "Do you know C#?"),
        ("Do you know C?", "Do you know R?"),
        ("Do you know C?", "Do you know Mac?"),
        ("What is your favourite food?", "What is your least favourite food?"),
        ("Are you studying medicine at Oxford?", "Are you against studying medicine at Oxford?"),
        ("Do you want to work remotely?", "Do you want to work only remotely?"),
        ("Do you work at the hospital in Leeds?", "Do you still work at the hospital in Leeds?"),
        ("Have you worked at Google?", "Have you ever worked at Google?"),
        ("Arbeitest du in der Klinik in Bremen?", "Arbeitest du noch in der Klinik in Bremen?"),
        ("Travaillez-vous à la mairie de Nantes ?", "Travaillez-vous encore à la mairie de Nantes ?"),
        ("¿Trabajas en el hospital de Vigo?", "¿Trabajas aún en el hospital de Vigo?"),
        ("Which company have you founded?", "Which company have you funded?"),
        ("Do you work together with Christian?", "Do you work together with Christina?"),
        ("Did Hansen hire you?", "Did Hanson hire you?"),
        ("Wie lange dauert die Ausbildung?", "Wie lange dauerte die Ausbildung?"),
        ("What does your employer make?", "What does your former employer make?"),
        ("Who was your teacher at the academy?", "Who was your first teacher at the academy?"),
        ("Do you accept patients with insurance?", "Do you accept patients with private insurance?"),
        ("What is your price for a day of photography?", "What is your price for a full day of photography?"),
        ("How much are your weekend workshops?", "How much are your weekend photo workshops?"),
        ("Do you work remotely with your clients?", "Why do you work remotely with your clients?"),
        ("Do you sell Google your photographs?", "Do you sell to Google your photographs?"),
        ("What did you do at Northwind in 2019?", "What did you do at Northwind in 2020?"),
        ("Do you know Python?", "Do you know Python or Java?"),
        ("猫が好きですか", "犬が好きですか"),
        ("Why?", "Who?"),
    ],
)
def test_questions_that_ask_something_else_are_not(question: str, other: str) -> None:
    assert len(group(gaps_of(question, other))) == 2


def test_a_misspelling_joins_no_two_words_that_it_is_near_to() -> None:
    found = group(gaps_of("Who foundded it all?", "Who founded it all?", "Who funded it all?"))
    assert not any({1, 2} <= {gap.id for gap in each.gaps} for each in found)


def test_the_most_asked_group_comes_first_and_its_most_asked_question_stands_for_it() -> None:
    day = date(2026, 1, 1)
    found = group(
        [
            Gap(1, "Are you tall?", 3, day, day),
            Gap(2, "Do you have a dog now?", 2, day, date(2026, 1, 3)),
            Gap(3, "Have you a dog, do you?", 1, day, day),
            Gap(4, "Do you have a dog?", 2, day, day),
        ]
    )
    assert [(each.main.id, each.times, each.last_day) for each in found] == [(2, 5, date(2026, 1, 3)), (1, 3, day)]


ASKED = st.lists(
    st.builds(
        Gap,
        st.integers(),
        st.lists(st.sampled_from(["do", "you", "dog", "dogs", "colour", "color", "s", "is", "1", "2", "犬", "猫"])).map(
            " ".join
        )
        | st.text(max_size=30),
        st.integers(1, 5),
        st.just(date(2026, 1, 1)),
        st.dates(date(2026, 1, 1), date(2026, 1, 9)),
    ),
    max_size=12,
    unique_by=lambda gap: gap.id,
)


@given(ASKED)
def test_grouping_loses_no_question_and_does_not_hang_on_their_order(gaps: list[Gap]) -> None:
    groups = group(gaps)
    assert sorted(gap.id for each in groups for gap in each.gaps) == sorted(gap.id for gap in gaps)
    assert groups == sorted(groups, key=lambda each: -each.times)
    shuffled = random.Random(7).sample(gaps, len(gaps))
    assert group(shuffled) == groups


def test_thousands_of_questions_are_grouped() -> None:
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghij", k=chance.randint(2, 9))) for _ in range(500)]
    gaps = gaps_of(*(" ".join(chance.choices(words, k=7)) for _ in range(1_000)), *["Do you have a dog?"] * 4_000)
    assert sum(len(each.gaps) for each in group(gaps)) == 5_000


def test_the_service_deletes_old_questions_at_its_start(
    start_service: Callable[..., Service], database_url: str, make: Make, execute: Callable[[str], Any]
) -> None:
    gaps = make()
    for message in ["Are you old?", "Are you new?"]:
        gaps.record(message)
    execute("UPDATE gaps SET last_day = '2020-01-01' WHERE question = 'Are you old?'")
    start_service("gunicorn", MEMORY="on", GAPS="on", DATABASE_URL=database_url)
    wait_until(lambda: asked(gaps) == [("Are you new?", 1)])
