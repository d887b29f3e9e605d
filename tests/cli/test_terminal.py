"""What a terminal is given to print."""

from __future__ import annotations

import pytest

from twin.cli.terminal import make_printable


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Hi\n\tthere", "Hi\n\tthere"),
        ("\x1b[31mred\x07\x9b2J", "[31mred2J"),
        ("invoice \u202efdp.exe\u202c \u2066x\u2069", "invoice fdp.exe x"),
        ("می\u200cخواهم 👩\u200d🎤", "می\u200cخواهم 👩\u200d🎤"),
    ],
)
def test_a_terminal_obeys_nothing_that_a_visitor_wrote(text: str, printed: str) -> None:
    assert make_printable(text) == printed
