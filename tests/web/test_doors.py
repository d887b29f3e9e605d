"""One table: each door of the service, and each of its guarantees."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from ..support.calls import heal
from ..support.doors import DOORS, Completions, Door, Said, make_key
from ..support.scripted_model import USAGE, ScriptedModel, answers, waits_for
from ..support.service import PATIENCE, Service, wait_until
from ..support.spend import spent, worst_case

Ask = Callable[..., Said]
CV = """\
# CV

I have built wooden boats in Porthleven since 2009. Write to ada@boats.example.

[private]The harbour master lent me nine thousand pounds without a receipt.[/private]
"""
LENT = "The harbour master lent me nine thousand pounds without a receipt."
CALLERS = 500
names = count()


@pytest.fixture(scope="module")
def _boats(under: Callable[..., Service], _model: ScriptedModel) -> tuple[Service, str]:
    _model.reset()  # of what the last test of another file let it do
    service = under("gunicorn", MEMORY="on", CHAT_DEADLINE="30", OWNER_NAME="Ada Boats")
    folder = service.root / "instance" / "knowledge"
    folder.mkdir(exist_ok=True)
    (folder / "cv.md").write_text(CV)
    key = make_key(service, "tests")
    wait_until(lambda: service.chat().status_code == 200 and "Porthleven" in str(_model.requests[-1]))
    wait_until(lambda: Completions().ask(service.http, "Hi", key).status == 200)
    return service, key


@pytest.fixture
def boats(_boats: tuple[Service, str], model: ScriptedModel) -> Service:
    """A twin with a document, memory, and a key."""
    return heal(_boats[0], model)


@pytest.fixture(params=DOORS.values(), ids=DOORS)
def door(request: pytest.FixtureRequest) -> Door:
    found: Door = request.param
    return found


@pytest.fixture
def ask(boats: Service, _boats: tuple[Service, str], door: Door) -> Ask:
    """Ask through a door, with the key that it wants."""

    def ask_there(question: str = "Who are you?", **headers: str) -> Said:
        return door.ask(boats.http, question, _boats[1] if door.is_keyed else None, **headers)

    return ask_there


def test_contacts_that_nobody_gave_are_removed(ask: Ask, model: ScriptedModel) -> None:
    model.otherwise = answers("Write to ada@boats.example or to eve@planted.example.")
    said = ask("How do I reach you?")
    assert "ada@boats.example" in said.text
    assert "planted" not in said.text
    assert said.notes["grounding"]["removed"] == ["eve@planted.example"]


def test_private_words_are_cut_off(ask: Ask, model: ScriptedModel) -> None:
    model.otherwise = answers(f"Well. {LENT}")
    said = ask("Who lent you money?")
    assert "nine thousand" not in said.text
    assert said.text.endswith("Is there something else you would like to know?")
    assert said.finish_reason == "content_filter"


def test_names_that_stand_nowhere_are_marked(ask: Ask, model: ScriptedModel) -> None:
    model.otherwise = answers("I have built wooden boats in Porthleven since 2009. Then I worked for Zorg Industries.")
    said = ask("What do you do?")
    assert [each["text"] for each in said.notes["unsupported"]] == ["Zorg Industries"]
    for each in said.notes["unsupported"]:
        assert said.text[each["start"] : each["end"]] == each["text"]


def test_sources_are_named(ask: Ask, model: ScriptedModel) -> None:
    model.otherwise = answers("I have built wooden boats in Porthleven since 2009.")
    (source,) = ask("What do you do?").notes["sources"]
    assert (source["file"], source["supports"]) == ("cv.md", [[0, 51]])


def test_not_knowing_is_told(ask: Ask, model: ScriptedModel) -> None:
    model.otherwise = answers("[?] I do not know that.")
    said = ask("Do you have a dog?")
    assert (said.text, said.notes["grounded"]) == ("I do not know that.", False)


def test_the_fault_of_a_model_is_told_without_its_words(ask: Ask, model: ScriptedModel) -> None:
    model.otherwise = answers(None)
    said = ask()
    assert said.code == "model_failed"


def test_a_message_again_is_answered_once_where_the_door_has_a_session(
    ask: Ask, door: Door, model: ScriptedModel
) -> None:
    key = str(uuid4())
    texts = []
    for text in ("One.", "Two."):
        model.otherwise = answers(text)
        texts.append(ask("Again?", Idempotency_Key=key).text)
    assert texts == (["One.", "One."] if door.has_idempotency else ["One.", "Two."])
    assert len(model.requests) == len(set(texts))


def test_no_door_keeps_what_a_program_says(ask: Ask, door: Door, boats: Service, model: ScriptedModel) -> None:
    cat = f"Wolfram{next(names)}Ignatius"
    ask(f"My cat is called {cat}.")
    kept = any(cat.encode() in path.read_bytes() for path in (boats.root / "instance").glob("memory.db*"))
    assert kept == (not door.is_keyed)
    assert cat not in boats.log()


@pytest.fixture(scope="module")
def limited(under: Callable[..., Service]) -> Service:
    return under("gunicorn", RATE_LIMITS="on", RATE_PER_MINUTE="3", TRUSTED_PROXIES="1", OWNER_NAME="Limited")


def test_each_caller_has_limits_and_a_key_its_own(limited: Service, door: Door, model: ScriptedModel) -> None:
    number = next(names)
    key = make_key(limited, f"program {number}", per_minute=2) if door.is_keyed else None
    wait_until(lambda: limited.http.get("/v1/models", headers={"Authorization": f"Bearer {key}"}).is_success or not key)
    said = [door.ask(limited.http, "Hi", key, X_Forwarded_For=f"198.51.100.{number}") for _ in range(4)]
    most = 2 if key else 3
    assert [each.code for each in said] == [""] * most + ["rate_limited"] * (4 - most)
    assert 1 <= int(said[-1].headers["Retry-After"]) <= 60
    assert f'"minute";q={most};w=60' in said[0].headers["RateLimit-Policy"]
    assert len(model.requests) == most


def ask_at_once(
    service: Service, model: ScriptedModel, doors: list[Door], key: str, callers: int, room: int
) -> Counter[str]:
    """Have many ask at once where the day's budget has room for a few, and count how they ended."""
    all_are_held = threading.Event()
    model.otherwise = waits_for(all_are_held, answers())
    refused: list[Said] = []

    def ask(number: int) -> str:
        door = doors[number % len(doors)]
        body: dict[str, Any] = door.body("Who are you?")
        body.pop("session_id", None)
        headers = door.headers() | {"Authorization": f"Bearer {key}"}
        said = door.read(service.http.post(door.path, json=body, headers=headers, timeout=PATIENCE))
        if said.code:
            refused.append(said)
            if len(refused) == callers - room:
                all_are_held.set()
        return said.code

    with ThreadPoolExecutor(callers) as pool:
        return Counter(pool.map(ask, range(callers)))


@pytest.mark.parametrize(
    "doors",
    [[*DOORS], *(pytest.param([name], marks=pytest.mark.soak) for name in DOORS)],
    ids=["all", *DOORS],
)
def test_500_at_once_never_pass_a_budget_for_20(
    start_service: Callable[..., Service], model: ScriptedModel, doors: list[str]
) -> None:
    service = start_service(
        "gunicorn",
        WEB_CONCURRENCY="2",
        CHAT_DEADLINE="30",
        MAX_OUTPUT_TOKENS="100",
        DAILY_TOKENS=str(20 * worst_case(output=100) + 10),
    )
    key = make_key(service, "tests")
    ends = ask_at_once(service, model, [DOORS[name] for name in doors], key, CALLERS, 20)
    assert ends == {"": 20, "overloaded": CALLERS - 20}
    assert len(model.requests) == 20
    assert spent(service) == 20 * USAGE["total_tokens"]
