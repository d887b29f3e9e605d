"""Ask the embedded model, as the shipped persona, each question 20 times; the source of README's figures.

An answer names the owner if it holds the name, and affirms if its first sentence holds no denial. All are printed,
so that a person can judge.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from twin import create_app
from twin.turn import Twin

TIMES = 20
DENIAL = re.compile(r"\b(no|not|never|cannot|none|unaware)\b|n't\b", re.IGNORECASE)


def ask(twin: Twin, question: str) -> list[str]:
    answers = [twin.answer(question, None).text.strip() for _ in range(TIMES)]
    print(f"\n{question}\n" + "\n".join(f"  {number:2} {answer!r}" for number, answer in enumerate(answers, 1)))
    return answers


def affirms(answer: str) -> bool:
    first_sentence = re.split(r"[.!?](?:\s|$)", answer)[0]
    return DENIAL.search(first_sentence) is None


def main() -> None:
    twin: Twin = create_app({"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}).extensions["twin"]
    named = sum("Roger" in answer or "Campbell" in answer for answer in ask(twin, "Who are you?"))
    affirmed = sum(affirms(answer) for answer in ask(twin, "Have you worked at Google?"))
    print(f"\nnames Roger J. Campbell: {named} of {TIMES}; affirms having worked at Google: {affirmed} of {TIMES}")


if __name__ == "__main__":
    main()
