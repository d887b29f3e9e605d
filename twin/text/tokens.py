"""How many tokens a text has, without the model's own tokenizer."""

from __future__ import annotations


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` has: one for every four bytes of UTF-8, rounded up.

    Exact counts differ by model, and tokenizers are downloads; four bytes is what OpenAI's help pages
    give for English, and is on the safe side for scripts of more bytes a character.
    """
    return -(-len(text.encode()) // 4)


def cut_text(text: str, max_tokens: int) -> str:
    """Return `text` without its end, where it has more than `max_tokens`, by the estimate; between words if it can."""
    if estimate_tokens(text) <= max_tokens:
        return text
    cut = text.encode()[: 4 * max_tokens].decode(errors="ignore")
    return cut.rpartition(" ")[0] or cut  # some scripts have no spaces
