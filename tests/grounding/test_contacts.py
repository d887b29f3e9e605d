"""Links, addresses and numbers in answers: the owner's and the visitor's pass, the others do not."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.grounding import Material, OwnedText, open_gate
from twin.grounding.contacts.known_contacts import CHUNK_CHARACTERS, KnownContacts
from twin.text.invisible import strip_invisible

from ..support.answers import (
    HARMLESS,
    MISSPELT,
    OWNER,
    RIGHT,
    SENTENCES,
    VISITOR,
    WRONG,
    make_gate,
    show,
    show_cut_everywhere,
    show_cut_up,
)

EVIL = re.compile("evil|666", re.IGNORECASE)
# In one sentence a contact is cut at each place, in the others between all characters.
CUTS = [show_cut_up, show_cut_everywhere, show_cut_up, show_cut_up]


@pytest.mark.parametrize("contact", [*RIGHT, *HARMLESS])
def test_right_ones_are_not_touched_however_they_are_cut(contact: str) -> None:
    for show_cut, sentence in zip(CUTS, SENTENCES, strict=True):
        answer = sentence.format(contact)
        assert show_cut(answer) == (answer, [], [])


@pytest.mark.parametrize("contact", WRONG)
def test_wrong_ones_never_show_however_they_are_cut(contact: str) -> None:
    for show_cut, sentence in zip(CUTS, SENTENCES, strict=True):
        text, _, removed = show_cut(sentence.format(contact))
        assert removed
        assert not EVIL.search(text)


@pytest.mark.parametrize("contact", WRONG)
def test_nothing_of_a_wrong_one_is_shown_before_it_is_whole(contact: str) -> None:
    gate = make_gate()
    for character in f"I say {contact} to you.":
        assert not EVIL.search(gate.push(character))


@pytest.mark.parametrize("contact", MISSPELT)
def test_misspelt_ones_are_repaired(contact: str) -> None:
    for show_cut, sentence in zip(CUTS, SENTENCES, strict=True):
        text, repaired, removed = show_cut(sentence.format(contact))
        assert text == sentence.format(MISSPELT[contact])
        assert (len(repaired), removed) == (1, [])


def test_of_a_markdown_link_the_text_stays() -> None:
    assert show(["Read [my **new** book](https://evil.com/x) now."])[0] == "Read my **new** book now."


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("Write to evil@example.net today.", "Write to today."),
        ("Write to me (evil@example.net).", "Write to me ."),
        ("Mail: **evil@example.net**\nPhone: +44 20 7946 1666", "Mail: \nPhone: "),
        ("<https://evil.com> is it", "is it"),
    ],
)
def test_what_is_taken_out_leaves_no_brackets_and_no_double_space(answer: str, shown: str) -> None:
    assert show_cut_everywhere(answer)[0] == shown


def test_all_of_them_in_one_answer() -> None:
    parts = [*RIGHT, *WRONG, *HARMLESS]
    random.Random(7).shuffle(parts)
    answer = "\n".join(f"- {part} -" for part in parts)
    text, repaired, removed = show([answer])
    assert show(list(answer)) == (text, repaired, removed)
    assert not EVIL.search(text)
    for part in [*RIGHT, *HARMLESS]:
        assert f"- {part} -" in text
    assert len(removed) + len(repaired) >= len(WRONG)


def test_contacts_lets_links_to_strangers_through() -> None:
    strangers = "https://python.org/doc, [a](http://stranger.net), wikipedia.org"
    assert show_cut_everywhere(strangers, "contacts") == (strangers, [], [])
    answer = (
        "https://example.com/invented https://sub.example.com evil@stranger.net +44 20 7946 1666 https://exmple.com/cv"
    )
    text, repaired, removed = show_cut_everywhere(answer, "contacts")
    assert text.split() == ["https://example.com/cv"]
    assert (len(repaired), len(removed)) == (1, 4)


PARTS = [*RIGHT, *WRONG, *MISSPELT, *HARMLESS, *"[()*`<>@.+-/ \n", "](", "//", "://", "word", "1 ", "20", "com"]


@given(st.lists(st.sampled_from(PARTS)))
def test_how_an_answer_is_cut_makes_no_difference(parts: list[str]) -> None:
    answer = "".join(parts)
    whole = show([answer])
    assert show(parts) == whole
    assert show(list(answer)) == whole


@given(st.text(), st.integers(0))
def test_any_text_comes_out_the_same_in_pieces(answer: str, position: int) -> None:
    cut = position % (len(answer) + 1)
    assert show([answer[:cut], answer[cut:]]) == show([answer])


@given(st.lists(st.sampled_from([*PARTS, "[a](", "cv)", "me", "#", "?"])).map("".join) | st.text())
def test_any_text_of_an_owner_can_be_looked_through(text: str) -> None:
    sources = OwnedText(text).contacts
    for link in sources.links.values():
        assert sources.has("link", link)


OWNERS = ["", "[]()", "[CV]()", "http://", "www.", OWNER]


@given(st.sampled_from(OWNERS), st.lists(st.sampled_from(PARTS)).map("".join) | st.text())
def test_any_answer_passes_whatever_the_owner_wrote(owner: str, answer: str) -> None:
    gate = open_gate("strict", Material([OwnedText(owner)]), "No.", [answer[::-1]])
    gate.push(answer)
    gate.finish()


@given(st.text(alphabet=st.characters(categories=["L", "Zs"], max_codepoint=0x2000)))
def test_plain_words_are_never_touched(answer: str) -> None:
    assert show([answer])[0] == strip_invisible(answer)


@pytest.mark.parametrize(
    ("answer", "held"),
    [
        ("Hello, I am Roger", "Roger"),
        ("Hello, I am Roger ", ""),
        ("Hello, I am Roger,", ""),
        ("Hello. (", "("),
        ("Since 2019 ", "2019 "),
        ("Since 2019 I", "I"),
        ("See https://example.com/cv, or", "or"),
        ("See https://example.com/cv", "https://example.com/cv"),
        ("See [my CV", "[my CV"),
        ("See [my CV](https://example.com/cv", "[my CV](https://example.com/cv"),
        ("See [1] and ", ""),
        ("A line\n- **bold** text ", ""),
        ("日本語の文です、そして", ""),
        ("你好,世界", ""),
    ],
)
def test_only_what_may_become_a_contact_is_held_back(answer: str, held: str) -> None:
    gate = make_gate()
    assert "".join(map(gate.push, answer)) == answer.removesuffix(held)
    assert gate.finish() == held


ENDLESS = ["a", "1", "[", "(", "+", "_", "a.", "1.", "1-", "a@", "1 ", "[a](", "https://", "<a:", "[[a]", "(1) 2 "]
ENDLESS += ["x" * 50 + ".", "http://[::"]


@pytest.mark.parametrize("part", ENDLESS)
def test_a_text_without_an_end_is_not_held_back_for_ever(part: str) -> None:
    gate, answer = make_gate(), part * (8_000 // len(part))
    shown = sum(len(gate.push(answer[start : start + 40])) for start in range(0, len(answer), 40))
    assert len(answer) - shown - sum(map(len, gate.removed)) <= 5_000


@pytest.mark.parametrize("separator", ["\n", " and ", ", "])
def test_a_long_text_of_the_owner_is_looked_through_whole(separator: str) -> None:
    text = separator.join(f"page{number}@example.com, +44 20 7946 {number:04}" for number in range(2_000))
    sources = OwnedText(text).contacts
    assert len(sources.addresses) == 2_000
    assert sum(sources.has("number", f"020 7946 {number:04}") for number in range(2_000)) >= 1_990


def test_numbers_of_visitors_and_owners_are_found_in_every_form() -> None:
    sources = KnownContacts.of([OWNER, VISITOR])
    assert sources.has("number", "+44 7700 900456")
    assert not sources.has("number", "+49 20 7946 0958")
    assert not sources.has("number", "7946 0958")


@pytest.mark.parametrize("filler", ["我", "Yes we can ", "word. ", "1 "])
@pytest.mark.parametrize("contact", ["ada@visitor.community", "https://visitor.org/x", "+44 7700 900456"])
def test_what_stands_where_a_long_text_is_divided_is_read_whole(filler: str, contact: str) -> None:
    size = CHUNK_CHARACTERS // len(filler)
    for count in range(size - 40 + len(contact) % 3, size + 3, 3):
        for text in (f"{filler * count}, {contact}, {filler * size}", f"{filler * count}，{contact}，{filler * size}"):
            sources = KnownContacts.of([text])
            kind = "number" if contact[0] == "+" else "address" if "@" in contact else "link"
            assert sources.has(kind, contact), count
            assert not sources.has("address", "ada@visitor.com")
            assert not sources.has("link", "https://visitor.org")
