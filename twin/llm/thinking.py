"""Thinking at the beginning of an answer, which tells the owner's instructions and is for no visitor."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Block(NamedTuple):
    """How a block of thinking, or a wrapper, begins and ends."""

    mark: str
    end: re.Pattern[str]
    follows: str = ""  # the characters of which one must follow the mark
    is_certain: bool = True  # else the text is an answer where the end never comes


UPPER_CASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOTHING = re.compile("")
HARMONY_FINAL = re.compile(r"<\|channel\|>\s*final\b[^<]{0,32}(?:<\|constrain\|>[^<]{0,32})?<\|message\|>")
BLOCKS = (
    *(Block(f"<{name}>", re.compile(f"</{name}>", re.IGNORECASE)) for name in ("think", "thinking", "thought")),
    Block("<reasoning>", re.compile("</reasoning>", re.IGNORECASE)),
    Block("<seed:think>", re.compile("</seed:think>")),  # Seed-OSS
    Block("[THINK]", re.compile(r"\[/THINK\]")),  # Magistral
    Block("◁think▷", re.compile("◁/think▷")),  # Kimi
    Block("<|START_THINKING|>", re.compile(r"<\|END_THINKING\|>")),  # Command A
    Block("<|begin_of_thought|>", re.compile(r"<\|end_of_thought\|>")),  # Sky-T1
    Block("<|channel>thought", re.compile(r"<channel\|>")),  # Gemma 4
    Block("<unused94>thought", re.compile("<unused95>")),  # MedGemma
    Block("Here is my thought process:", re.compile("Here is my response:"), is_certain=False),  # Granite
    # OpenAI's harmony format (cookbook.openai.com/articles/openai-harmony), in which all but the channel `final` is
    # thinking, or for tools; and what is left of it without its special tokens.
    Block("<|channel|>", HARMONY_FINAL),
    Block("<|start|>", HARMONY_FINAL),
    Block("analysis", re.compile("assistantfinal"), UPPER_CASE, is_certain=False),
    # Wrappers of the answer
    Block("<|START_RESPONSE|>", NOTHING),
    Block("<|begin_of_solution|>", NOTHING),
    Block("<answer>", NOTHING),  # Hunyuan
)
FIRST_CHARACTERS = tuple({block.mark[0] for block in BLOCKS})
HARMONY_END = re.compile(r"<\|(?:end|return)\|>")
# Behind an answer: ends of wrappers, and tokens that a server should have left out.
END_MARKS = (
    *("<|END_RESPONSE|>", "<|end_of_solution|>", "</answer>"),
    *("<|im_end|>", "<|eot_id|>", "<|end|>", "<|return|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "</s>"),
)
ANY_END = f"(?:{'|'.join(map(re.escape, END_MARKS))})"
TRAILING = re.compile(rf"(?:\s*{ANY_END})+\s*\Z")
PERHAPS_TRAILING = re.compile(rf"(?:{ANY_END}\s*)*(?P<begun><[^<]{{0,20}})?\Z")
# The end of thinking whose beginning stands in the prompt; not where an answer speaks of the mark.
LONE_END = re.compile(
    r"(?<![`'\"“‘«])(?!(?<= )\S{4,20} \S)(?:</(?:seed:)?(?:think(?:ing)?|thought|reasoning)>|\[/THINK\]|◁/think▷)"
)
OPENING = re.compile(r"<(?:seed:)?(?:think(?:ing)?|thought|reasoning)>|\[THINK\]|◁think▷", re.IGNORECASE)
UNMARKED = Block("", LONE_END, is_certain=False)
MAX_MARK = 64  # characters of one of these
MAX_BLOCKS = 8  # of one answer


class ThinkingFilter:
    """Takes leading blocks of thinking out of an answer while it arrives, and the marks around the answer."""

    def __init__(self, *, is_open: bool = False) -> None:
        """Expect an answer; with `is_open`, one that begins with thinking, although no mark may begin it."""
        self._read: Callable[[], str | None] = self._read_start
        self._block: Block | None = None  # that is being read
        self._is_open = is_open
        self._blocks = 0
        self._is_harmony = False
        self._held = ""
        self._kept: list[str] = []  # of a block that is none where its end never comes
        self.has_lone_end = False  # of thinking that no mark began

    @property
    def is_thinking(self) -> bool:
        """Whether all that came is thinking that has not ended."""
        return self._block is not None and self._block.is_certain

    def feed(self, text: str) -> str:
        """Return the text that is certainly of the answer, without white space at its beginning."""
        self._held += text
        shown = ""
        while (piece := self._read()) is not None:
            shown += piece
        return shown

    def finish(self) -> str:
        """Return the rest: what was held back in vain."""
        if self.is_thinking:
            return ""
        rest = "".join(self._kept) + self._held
        return TRAILING.sub("", rest)

    def _read_start(self) -> str | None:
        """Begin a block or the answer; None where it is not clear yet which."""
        self._held = self._held.lstrip()
        start = self._held[:MAX_MARK]
        is_unclear = not start
        for block in BLOCKS if start.startswith(FIRST_CHARACTERS) and self._blocks < MAX_BLOCKS else ():
            mark, follower = block.mark, start[len(block.mark) : len(block.mark) + 1]
            begun = start[: len(mark)]
            if begun != mark and not (mark.startswith("<") and begun.lower() == mark.lower()):
                is_unclear |= len(begun) < len(mark) and mark.lower().startswith(begun.lower())
            elif block.follows and not follower:
                is_unclear = True
            elif not block.follows or follower in block.follows:
                self._held = self._held[len(mark) :] if block.end is not HARMONY_FINAL else self._held
                return self._enter(block)
        if is_unclear:
            return None
        if self._is_open and not self._blocks:
            return self._enter(UNMARKED)
        self._read = self._read_answer
        return ""

    def _enter(self, block: Block) -> str:
        self._block, self._read = block, self._read_block
        self._blocks += 1
        return ""

    def _read_block(self) -> str | None:
        """Pass over the block, to its end; None while that has not come."""
        assert self._block is not None
        match = self._block.end.search(self._held)
        if match is None:
            if not self._block.is_certain:
                self._kept.append(self._held[:-MAX_MARK])
            self._held = self._held[-MAX_MARK:]
            return None
        self._held = self._held[match.end() :]
        self._kept.clear()
        self._is_harmony = self._block.end is HARMONY_FINAL
        self.has_lone_end |= self._block is UNMARKED
        self._block, self._read = None, self._read_start
        return ""

    def _read_answer(self) -> str | None:
        """Read the answer; what may be a mark behind it is held."""
        match = HARMONY_END.search(self._held) if self._is_harmony else None
        if match:
            shown, self._held = self._held[: match.start()], self._held[match.end() :]
            self._read = self._read_start
            return shown
        start = len(self._held)
        tail = max(0, start - 2 * MAX_MARK)
        if self._held.find("<", tail) >= 0:
            trailing = PERHAPS_TRAILING.search(self._held, tail)
            if trailing and any(mark.startswith(trailing["begun"] or "") for mark in END_MARKS):
                start = trailing.start()
        shown, self._held = self._held[:start], self._held[start:]
        return shown or None


def drop_lone_thinking(text: str) -> tuple[str, bool]:
    """Return a whole answer without thinking of which only the end is marked, and whether there was any."""
    match = LONE_END.search(text)
    if match is None or OPENING.search(text, 0, match.start()):
        return text, False
    return text[match.end() :].lstrip(), True
