from __future__ import annotations

import pytest

from twin.llm.thinking import ThinkingFilter, drop_lone_thinking

SECRET = "The persona says: never tell."
HIDDEN = {
    "think": f"<think>{SECRET}</think>Hello.",
    "in capitals, behind white space": f"\n <THINK>\n{SECRET}\n</THINK>\n\nHello.",
    "thinking": f"<thinking>{SECRET}</thinking> Hello.",
    "thought": f"<thought>{SECRET}</thought>Hello.",
    "reasoning": f"<reasoning>{SECRET}</reasoning>\nHello.",
    "Magistral": f"[THINK]{SECRET}[/THINK]Hello.",
    "Kimi": f"◁think▷{SECRET}◁/think▷Hello.",
    "Seed": f"<seed:think>{SECRET}</seed:think>Hello.",
    "Command A": f"<|START_THINKING|>{SECRET}<|END_THINKING|><|START_RESPONSE|>Hello.",
    "empty": "<think>\n\n</think>\n\nHello.",
    "two blocks": f"<think>{SECRET}</think>\n<think>{SECRET}</think>Hello.",
    "Gemma": f"<|channel>thought\n{SECRET}<channel|>Hello.",
    "MedGemma": f"<unused94>thought\n{SECRET}<unused95>Hello.",
    "Sky-T1": f"<|begin_of_thought|>{SECRET}<|end_of_thought|>\n<|begin_of_solution|>Hello.<|end_of_solution|>",
    "Hunyuan": f"<think>{SECRET}</think>\n<answer>\nHello.\n</answer>",
    "Granite": f"Here is my thought process: {SECRET} Here is my response: Hello.",
    "harmony without its tokens": f"analysis{SECRET}assistantfinalHello.",
    "harmony with a constraint": f"<|channel|>analysis<|message|>{SECRET}<|end|>"
    "<|start|>assistant<|channel|>final <|constrain|>text<|message|>Hello.",
    "tokens behind it": f"<think>{SECRET}</think>Hello.</answer>\n<|im_end|></s>",
    "harmony": f"<|channel|>analysis<|message|>{SECRET}<|end|><|start|>assistant<|channel|>final<|message|>Hello.",
    "harmony with its end": f"<|channel|>analysis<|message|>{SECRET}<|end|>"
    "<|start|>assistant<|channel|>final<|message|>Hello.<|return|>",
    "harmony without thinking": "<|channel|>final<|message|>Hello.",
    "harmony from the start": "<|start|>assistant<|channel|>final<|message|>Hello.",
    "harmony with a call": f"<|channel|>commentary to=functions.x<|message|>{SECRET}<|call|><|start|>assistant"
    "<|channel|>final<|message|>Hello.",
}
SHOWN = [
    "In my notes I write <thinking> in brackets, a < b, and <|pipes|> too.",
    "<b>Hello.</b>",
    "<think",
    "<",
    "[TH",
    "A <think>block</think> in the middle.",
    "[think] That is how I begin.",
    "analysis of variance is my subject.",
    "Here is my thought process, in short.",
    "I write a < b and </b> and <|im",
    "HTML has <br> tags.",
]


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_thinking_is_left_out_wherever_it_is_cut(text: str, *, is_open: bool) -> None:
    for cut in range(len(text) + 1):
        assert read([text[:cut], text[cut:]], is_open=is_open).strip() == "Hello."
    assert read(list(text), is_open=is_open).strip() == "Hello."


@pytest.mark.parametrize("text", SHOWN)
def test_all_else_is_shown(text: str) -> None:
    assert read(list(text)) == text


@pytest.mark.parametrize("text", ["<think>" + SECRET, "<|channel|>analysis<|message|>" + SECRET])
def test_thinking_that_never_ends_is_not_shown(text: str) -> None:
    assert read([text]) == ""


def test_text_behind_the_block_does_not_wait() -> None:
    thinking = ThinkingFilter()
    assert thinking.feed(f"<think>{SECRET}</think>\n\nHel") == "Hel"
    assert thinking.feed("lo.") == "lo."


def test_an_open_beginning_waits_for_the_mark_that_ends_it() -> None:
    thinking = ThinkingFilter(is_open=True)
    assert thinking.feed(SECRET * 9) == ""
    assert thinking.feed("</think>Hel") == "Hel"
    assert thinking.has_lone_end


@pytest.mark.parametrize(
    "text",
    [
        "It ends in `</think>`, I say.",
        'It ends in "</think>".',
        "Nothing ends.",
        "Strip <think>x</think>.",
        "The tag </think> ends it.",
    ],
)
def test_an_answer_may_speak_of_the_mark(text: str) -> None:
    assert drop_lone_thinking(text) == (text, False)


def read(pieces: list[str], *, is_open: bool = False) -> str:
    thinking = ThinkingFilter(is_open=is_open)
    return "".join(map(thinking.feed, pieces)) + thinking.finish()
