"""Words of providers, made alike."""

from __future__ import annotations

import re

CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
PUNCTUATION = re.compile(r"[^\w]+|_+")


def normalise(text: str) -> str:
    """Return a text's words in lower case, single spaces between: `maxTokens`, MAX_TOKENS and "max-tokens" are one."""
    return PUNCTUATION.sub(" ", CAPITAL.sub(" ", text)).lower().strip()
