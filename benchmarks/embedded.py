"""Ask the embedded model two questions 20 times each, as the shipped persona; the source of docs/models.md's figures.

`.venv/bin/python benchmarks/embedded.py [TIMES]`. An answer names the owner if the name is in it, and affirms if its
first sentence has no denial. All answers are printed, so that a person can judge them.
"""

from __future__ import annotations

import re
import sys
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from twin import create_app
from twin.runtime import Runtime
from twin.turn import begin

DENIAL = re.compile(r"\b(no|not|never|cannot|none|unaware)\b|n't\b", re.IGNORECASE)


def ask(runtime: Runtime, question: str, times: int) -> list[str]:
    answers = []
    for _ in range(times):
        with closing(begin(runtime, question, None)) as turn:
            answers.append(turn.answer().text.strip())
    print(f"\n{question}\n" + "\n".join(f"  {number:2} {answer!r}" for number, answer in enumerate(answers, 1)))
    return answers


def affirms(answer: str) -> bool:
    first_sentence = re.split(r"[.!?](?:\s|$)", answer)[0]
    return DENIAL.search(first_sentence) is None


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    runtime: Runtime = create_app().extensions["twin"]
    if not runtime.settings.uses_embedded_model:
        sys.exit("OPENAI_API_KEY or OPENAI_BASE_URL is set: the embedded model would not be asked.")
    named = sum("Roger" in answer or "Campbell" in answer for answer in ask(runtime, "Who are you?", times))
    affirmed = sum(affirms(answer) for answer in ask(runtime, "Have you worked at Google?", times))
    print(f"\nnames Roger J. Campbell: {named} of {times}; affirms having worked at Google: {affirmed} of {times}")


if __name__ == "__main__":
    main()
