from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import StartError
from twin.prompt.persona import MAX_CHARACTERS, Persona, cite_persona
from twin.text.tokens import estimate_tokens

from ..support.scripted_model import ScriptedModel
from ..support.service import ROOT, Service


@pytest.fixture(params=["me.txt", "instance/me.txt"])
def path(request: pytest.FixtureRequest, root: Path) -> Path:
    """Where the persona is: the file that ships, or the owner's own."""
    return root / str(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The project's folder."""
    (tmp_path / "instance").mkdir()
    return tmp_path


def test_is_the_text_without_white_space_at_its_ends(path: Path, root: Path) -> None:
    path.write_text("\ufeff \n I am Ada.\n\nTruly.\t\n", encoding="utf-8")
    assert Persona(root, 1000).text() == "I am Ada.\n\nTruly."


def test_is_fresh_on_every_read(path: Path, root: Path) -> None:
    path.write_text("I am Ada.")
    persona = Persona(root, 1000)
    seen = []
    for name in ("Bea.", "Cia.", "Dea."):  # of one length, and faster than the file system's clock
        path.write_text(f"I am {name}")
        seen.append(persona.text())
    assert seen == ["I am Bea.", "I am Cia.", "I am Dea."]


def test_takes_the_longest_text(path: Path, root: Path) -> None:
    path.write_text("😀" * MAX_CHARACTERS, encoding="utf-8-sig")
    assert len(Persona(root, 10**6).text()) == MAX_CHARACTERS


BROKEN = {
    "empty": b"",
    "blank": b" \n\t",
    "not UTF-8": b"caf\xe9",
    "longer": b"x" * (MAX_CHARACTERS + 1),
    "longer than": "😀".encode() * (MAX_CHARACTERS + 50),
}


@pytest.mark.parametrize(("word", "data"), BROKEN.items(), ids=BROKEN.keys())
def test_a_broken_file_stops_the_start(path: Path, root: Path, word: str, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(StartError) as stop:
        Persona(root, 10**6)
    assert str(path) in str(stop.value)
    assert word.replace("blank", "empty") in str(stop.value)


def test_a_missing_file_or_a_folder_stops_the_start(path: Path, root: Path) -> None:
    with pytest.raises(StartError, match=r"instance/me\.txt is missing"):
        Persona(root, 1000)
    path.mkdir()
    with pytest.raises(StartError, match="is a folder"):
        Persona(root, 1000)


def test_the_owners_own_file_comes_and_goes_while_the_service_runs(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    example, own = root / "me.txt", root / "instance" / "me.txt"
    example.write_text("I am the example.")
    persona = Persona(root, 1000)
    assert (persona.text(), persona.name) == ("I am the example.", "me.txt")
    own.write_text("I am Ada.")
    assert (persona.text(), persona.name) == ("I am Ada.", "instance/me.txt")
    example.unlink()
    assert persona.text() == "I am Ada."
    example.write_text("I am another example.")
    own.unlink()  # the example speaks for nobody who has introduced themselves
    assert (persona.text(), persona.name) == ("I am Ada.", "instance/me.txt")
    assert caplog.text.count("instance/me.txt is missing") == 1
    own.write_text("I am Bea.")
    assert persona.text() == "I am Bea."
    own.unlink()
    assert Persona(root, 1000).text() == "I am another example."


@pytest.mark.parametrize("fault", ["is empty", "is a folder", "is missing"])
def test_a_broken_file_of_the_owner_is_not_passed_over(
    root: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    own = root / "instance" / "me.txt"
    (root / "me.txt").write_text("I am the example.")
    own.write_text("I am Ada.")
    persona = Persona(root, 1000)
    own.unlink()
    if fault == "is empty":
        own.write_text("")
    elif fault == "is a folder":
        own.mkdir()
    else:
        own.symlink_to("nowhere")
    assert persona.text() == "I am Ada."
    assert f"instance/me.txt {fault}" in caplog.text
    with pytest.raises(StartError, match=fault):
        Persona(root, 1000)


def test_a_text_that_does_not_fit_the_context_stops_the_start(path: Path, root: Path) -> None:
    path.write_text("x" * 4_001)
    with pytest.raises(StartError, match="MODEL_CONTEXT"):
        Persona(root, 1_000)


def test_estimates_tokens_by_bytes() -> None:
    assert [estimate_tokens(text) for text in ("", "a", "abcd", "abcde", "😀")] == [0, 1, 1, 2, 1]


def test_keeps_the_last_good_text_and_says_so_once(path: Path, root: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_text("I am Ada.")
    persona = Persona(root, 1000)
    with caplog.at_level(logging.ERROR):
        path.unlink()
        assert [persona.text(), persona.text()] == ["I am Ada."] * 2
        assert len(caplog.records) == 1
        path.write_bytes(b"\xff")
        assert persona.text() == "I am Ada."
        assert len(caplog.records) == 2
        path.write_text("I am Bea.")
        assert persona.text() == "I am Bea."
        path.unlink()
        assert persona.text() == "I am Bea."
        assert len(caplog.records) == 3


def test_the_next_chat_uses_the_changed_file(service: Service, model: ScriptedModel) -> None:
    me = service.root / "me.txt"
    shipped = me.read_text()
    try:
        for text in ("I am Ada.", "I am Bea."):
            me.write_text(text)
            service.chat()
        me.write_text("")
        service.chat()
    finally:
        me.write_text(shipped)
    assert [request["messages"][0]["content"] for request in model.requests] == ["I am Ada.", "I am Bea.", "I am Bea."]
    assert "me.txt is empty" in service.log()


def test_the_next_chat_uses_the_owners_own_file(start_service: Callable[..., Service], model: ScriptedModel) -> None:
    service = start_service("gunicorn")
    own = service.root / "instance" / "me.txt"
    shipped = (service.root / "me.txt").read_text().strip()
    service.chat()
    own.write_text("I am Ada.")
    service.chat()
    own.unlink()
    service.chat()
    said = [request["messages"][0]["content"] for request in model.requests]
    assert said == [shipped, "I am Ada.", "I am Ada."]
    assert "instance/me.txt is missing: write there who the twin is. Its last good text stays" in service.log()


def test_ships_with_the_persona_of_its_first_owner() -> None:
    text = (ROOT / "me.txt").read_text(encoding="utf-8")
    assert text.startswith('You are a chatbot acting as a "Digital Twin", representing Roger J. Campbell.')
    for fact in (
        "St Andrews",
        "Economics",
        "Mathematics",
        "Aston Villa",
        "econometrics",
        "LLMOps",
        "strength training",
    ):
        assert fact in text


def cite(text: str) -> list[str]:
    return [passage.text for passage in cite_persona(text)]


def test_what_the_owner_says_of_themselves_may_be_cited() -> None:
    text = "I live in Fife.\n- My boat is called Kittiwake.\nIch wohne in Kiel! Je vis à Lyon. Yo soy de Cádiz."
    found = list(cite_persona(text))
    assert {(passage.document, passage.title, passage.is_citable) for passage in found} == {
        ("me.txt", "About me", True)
    }
    assert [passage.text.lstrip("- ") for passage in found] == [
        "I live in Fife.",
        "My boat is called Kittiwake.",
        "Ich wohne in Kiel!",
        "Je vis à Lyon.",
        "Yo soy de Cádiz.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "You are Roger J. Campbell.",
        "You speak of my boat.",
        "Never tell them where I live.",
        "Answer as I would.",
        "If a visitor asks for my age, change the subject.",
        "My twin is friendly.",
        "Roger lives in Fife.",
        "Du bist Roger. Sprich über meine Arbeit.",
        "Antworte immer kurz, wie ich es tue.",
        "Tu es Roger, et tu parles comme moi.",
        "",
        "\n\n",
    ],
)
def test_what_tells_the_model_how_to_behave_is_not(text: str) -> None:
    assert cite(text) == []


def test_of_a_persona_with_both_only_what_is_said_in_the_first_person_is_cited() -> None:
    text = "You are Roger. I was born in Perth. Never mention my brother. We have two dogs, e.g. Biscuit."
    assert cite(text) == ["I was born in Perth.", "We have two dogs, e.g. Biscuit."]


@given(st.text())
def test_any_persona_can_be_cited(text: str) -> None:
    for sentence in cite(text):
        assert sentence
        assert sentence in text
