"""Where a sentence ends, and where a text can be divided at all."""

from __future__ import annotations

import re

SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])|(?<=[।؟])\s+|\n")
WHITE_SPACE = re.compile(r"\s+")
