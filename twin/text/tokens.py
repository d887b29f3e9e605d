"""How many tokens a text has, without the model's own tokenizer."""

from __future__ import annotations


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` has: one for every four bytes of UTF-8, rounded up.

    Exact counts differ by model, and tokenizers are downloads; four bytes is what OpenAI's help pages
    give for English, and is on the safe side for scripts of more bytes a character.
    """
    return -(-len(text.encode()) // 4)
