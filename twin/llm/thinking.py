"""Thinking at the beginning of an answer, which tells the owner's instructions and is for no visitor."""

from __future__ import annotations

import re
from collections.abc import Callable

# How a block of thinking begins, and what ends it.
BLOCKS = {
    "<think>": re.compile("</think>", re.IGNORECASE),  # DeepSeek-R1, Qwen
    "<thinking>": re.compile("</thinking>", re.IGNORECASE),
    "<thought>": re.compile("</thought>", re.IGNORECASE),  # EXAONE, Gemini
    "<reasoning>": re.compile("</reasoning>", re.IGNORECASE),
    "<seed:think>": re.compile("</seed:think>", re.IGNORECASE),  # Seed-OSS
    "[think]": re.compile(r"\[/think\]", re.IGNORECASE),  # Magistral
    "◁think▷": re.compile("◁/think▷"),  # Kimi
    "<|start_thinking|>": re.compile(r"<\|end_thinking\|>", re.IGNORECASE),  # Command A
    "<|start_response|>": re.compile(""),  # the same, behind the block
}
# OpenAI's harmony format (cookbook.openai.com/articles/openai-harmony), in which all but the channel `final` is
# thinking, or for tools.
HARMONY = ("<|channel|>", "<|start|>")
HARMONY_FINAL = re.compile(r"<\|channel\|>\s*final\b[^<]{0,32}<\|message\|>")
HARMONY_END = re.compile(r"<\|(?:end|return)\|>")
# The end of thinking whose beginning stands in the prompt; not where an answer quotes it.
LONE_END = re.compile(
    r"(?<![`'\"“‘«])(?:</(?:seed:)?(?:think(?:ing)?|thought|reasoning)>|\[/THINK\]|◁/think▷)", re.IGNORECASE
)
MAX_MARK = 64  # characters of one of these


class ThinkingFilter:
    """Takes leading blocks of thinking out of an answer while it arrives."""

    def __init__(self, *, is_open: bool = False) -> None:
        """Expect an answer; with `is_open`, one that begins with thinking, although no mark may begin it."""
        self._read: Callable[[], str | None] = self._read_start
        self._end: re.Pattern[str] | None = None  # of the block that is being read
        self._is_open = is_open
        self._held = ""
        self._kept: list[str] = []  # of a block that is none where its end never comes
        self._has_thought = False
        self.has_lone_end = False  # of thinking that no mark began

    def feed(self, text: str) -> str:
        """Return the text that is certainly of the answer."""
        self._held += text
        shown = ""
        while (piece := self._read()) is not None:
            shown += piece
        return shown

    def finish(self) -> str:
        """Return the rest: a beginning that was held back in vain."""
        is_thinking = self._end is not None and self._end is not LONE_END
        return "" if is_thinking else "".join(self._kept) + self._held

    def _read_start(self) -> str | None:
        """Begin a block or the answer; None where it is not clear yet which."""
        start = self._held.lstrip()
        folded = start.lower()
        if folded.startswith(HARMONY):
            self._end, self._read = HARMONY_FINAL, self._read_block
            return ""
        for mark, end in BLOCKS.items():
            if folded.startswith(mark):
                self._held = start[len(mark) :]
                self._end, self._read = end, self._read_block
                return ""
        if any(mark.startswith(folded) for mark in (*BLOCKS, *HARMONY)):
            return None
        if self._is_open and not self._has_thought:
            self._end, self._read = LONE_END, self._read_block
            return ""
        self._held = start if self._has_thought else self._held
        self._read = self._read_answer
        return ""

    def _read_block(self) -> str | None:
        """Pass over the block, to its end; None while that has not come."""
        assert self._end is not None
        match = self._end.search(self._held)
        if match is None:
            if self._end is LONE_END:
                self._kept.append(self._held[:-MAX_MARK])
            self._held = self._held[-MAX_MARK:]
            return None
        self._held = self._held[match.end() :]
        self._kept.clear()
        self._has_thought = True
        self.has_lone_end |= self._end is LONE_END
        self._read = self._read_harmony if self._end is HARMONY_FINAL else self._read_start
        self._end = None
        return ""

    def _read_answer(self) -> str | None:
        shown, self._held = self._held, ""
        return shown or None

    def _read_harmony(self) -> str | None:
        """Read the channel `final`, to its end, where another block may begin."""
        match = HARMONY_END.search(self._held)
        if match:
            shown, self._held = self._held[: match.start()], self._held[match.end() :]
            self._read = self._read_start
            return shown
        mark = self._held.rfind("<", -MAX_MARK)
        shown, self._held = (self._held, "") if mark < 0 else (self._held[:mark], self._held[mark:])
        return shown or None


def drop_lone_thinking(text: str) -> tuple[str, bool]:
    """Return a whole answer without thinking of which only the end is marked, and whether there was any."""
    match = LONE_END.search(text)
    return (text[match.end() :].lstrip(), True) if match else (text, False)
