"""Invisible characters, which can hide text or turn text around, but which some words and emoji need."""

from __future__ import annotations

import re

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE_RUN = re.compile(f"[{INVISIBLE}]+")
TRAILING = re.compile(f"(?<![{INVISIBLE}])[{INVISIBLE}]++\\Z")
MAX_RUN = 100  # characters that are checked: a flag needs seven, nothing needs more; the rest is removed
DIRECTION_MARKS = "\u200e\u200f\u061c"  # for punctuation among letters that are written from right to left
WAVING_FLAG = "\U0001f3f4"
NATIONS = {  # England, Scotland and Wales: tags after the waving flag
    "".join(chr(0xE0000 + ord(letter)) for letter in f"gb{nation}\x7f") for nation in ("eng", "sct", "wls")
}

# Characters that some invisible one may follow (Unicode 17: emoji-zwj-sequences, StandardizedVariants, the IVD;
# RFC 5892, appendix A).
JOINED_SCRIPTS = re.compile("[\u0590-\u0eff\u1000-\u109f\u1780-\u18af\ua840-\ua877\ufb1d-\ufdff\ufe70-\ufefc]")
RIGHT_TO_LEFT = re.compile("[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
PICTURES = re.compile("[\u00a9\u00ae\u203c\u2049\u20e3\u2122-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
IDEOGRAPHS = re.compile("[\u2200-\u2aff\u3000-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


def strip_invisible(text: str) -> str:
    """Return `text` without tags, overrides of direction, and zero-width characters where nothing needs them.

    Those that are needed stay: joiners within Persian or Hindi words and emoji, emoji's variation selectors, marks
    beside letters that are written from right to left.
    """
    remover = Remover()
    return remover.push(text) + remover.finish()


class Remover:
    """Strips a text that comes in pieces; invisible characters are held back until the next visible one."""

    def __init__(self) -> None:
        self._before = ""
        self._held = ""
        self._is_right_to_left = False  # whether any letter was, so far

    def push(self, piece: str) -> str:
        """Take the next piece, and return the text that can be shown now."""
        text = self._held + piece
        if text.isascii():
            self._before, self._held = text[-1:] or self._before, ""
            return text
        end = match.start() if (match := TRAILING.search(text)) else len(text)
        self._held = text[end : end + MAX_RUN]
        letter = RIGHT_TO_LEFT.search(text)
        turns_at = -1 if self._is_right_to_left else letter.start() if letter else end
        shown = INVISIBLE_RUN.sub(lambda run: self._keep(run, turns_at), text[:end])
        self._is_right_to_left = turns_at < end
        self._before = text[end - 1 : end] or self._before
        return shown

    def finish(self) -> str:
        """Return the rest of the text."""
        held, self._held = self._held, ""
        return _keep_needed(self._before, held, "", is_right_to_left=self._is_right_to_left)

    def _keep(self, run: re.Match[str], turns_at: int) -> str:
        text, start, end = run.string, run.start(), run.end()
        before = text[start - 1] if start else self._before
        return _keep_needed(before, run.group(), text[end : end + 1], is_right_to_left=turns_at < start)


def _keep_needed(before: str, run: str, after: str, *, is_right_to_left: bool) -> str:
    """Return the characters of `run` that the characters around need: each once, and two at most."""
    if before == WAVING_FLAG and run in NATIONS:
        return run
    kept = ""
    for character in run[:MAX_RUN]:
        if character in DIRECTION_MARKS:
            is_needed = is_right_to_left or bool(RIGHT_TO_LEFT.match(after))
            is_needed = is_needed and not (
                before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
            )
        else:
            is_needed = _is_needed(before, kept, character, after)
        if is_needed and character not in kept and len(kept) < 2:
            kept += character
    return kept


def _is_needed(before: str, kept: str, character: str, after: str) -> bool:
    if "\ufe0e" <= character <= "\ufe0f":
        return not kept and bool(PICTURES.match(before) or after == "\u20e3")
    if "\ufe00" <= character <= "\ufe0d" or "\U000e0100" <= character <= "\U000e01ef":
        return not kept and bool(IDEOGRAPHS.match(before))
    if character == "\u200d" and PICTURES.match(before):
        return bool(PICTURES.match(after))
    if character in "\u200b\u200c\u200d\u034f\u17b4\u17b5" or "\u180b" <= character <= "\u180f":
        return not kept and bool(JOINED_SCRIPTS.match(before))
    return False
