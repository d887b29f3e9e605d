"""Cases of what a provider sends, byte for byte, and what the visitor must get: tests/llm/wire_cases.jsonl.

| field | meaning |
|---|---|
| `name`, `kind`, `why` | the case, its part of the work, and the provider or standard that it is from |
| `plain` | the answer where no stream is asked for: `status`, `headers`, `body` |
| `stream` | the answer where one is: `status`, `headers`, `chunks`, `end` (`whole`, `close`, `cut`); or `as plain` |
| `refuses` | for a field of the request the answer that it gets |
| `first` | answers to the first requests of one question |
| `after` | the case that is asked before |
| `expect` | for `plain`, `stream` or `both` what comes: `response` with `finish_reason`, or `status` with `code` |

`expect` also has `calls` and `calls_again`, the requests that there may be at most; `not_shown`, words that no visitor
may see; `shown`, `any` where thinking may be shown on the way; `usage`, tokens read and written; `advice` and
`advice_not`, what a log line names (of a list, one) and none names; `retry_after`, seconds from and to. Bytes that are
no UTF-8 stand as `{"hex": …}`, and `{date+300}` in a header is the date of 300 seconds from now.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

from .scripted_model import ScriptedModel, Step

CASES = Path(__file__).parent.parent / "llm" / "wire_cases.jsonl"


def read_cases() -> list[dict[str, Any]]:
    """Return all cases, with what is said once for both modes under each."""
    return [_spread(json.loads(line)) for line in CASES.read_text(encoding="utf-8").splitlines()]


def _spread(case: dict[str, Any]) -> dict[str, Any]:
    if case.get("stream") == "as plain":
        case["stream"] = case["plain"]
    if "both" in case["expect"]:
        case["expect"] = dict.fromkeys(("plain", "stream"), case["expect"]["both"])
    return case


def plays(case: dict[str, Any], model: ScriptedModel) -> Step:
    """Answer as a case says; the requests are counted from now on."""
    first = list(case.get("first") or [])

    async def step(writer: asyncio.StreamWriter) -> bool:
        request = model.requests[-1]
        refusals = [answer for field, answer in (case.get("refuses") or {}).items() if field in request]
        answer = (
            refusals[0] if refusals else first.pop(0) if first else case["stream" if "stream" in request else "plain"]
        )
        return await _write(writer, answer)

    return step


async def _write(writer: asyncio.StreamWriter, answer: dict[str, Any]) -> bool:
    """Write an answer, each chunk alone, and return whether the connection stays open."""
    end = answer.get("end", "whole")
    chunks = [_encode(chunk) for chunk in answer.get("chunks", [answer.get("body", "")])]
    head = [f"{name}: {_fill(value)}" for name, value in answer["headers"].items()]
    head.append("Connection: close" if end == "close" else "Transfer-Encoding: chunked")
    writer.write("\r\n".join([f"HTTP/1.1 {answer['status']} X", *head, "", ""]).encode())
    for chunk in chunks:
        writer.write(chunk if end == "close" else b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunk else b"")
        await writer.drain()
        await asyncio.sleep(0)
    if end == "whole":
        writer.write(b"0\r\n\r\n")
        await writer.drain()
    return end == "whole"


def _encode(piece: str | dict[str, str]) -> bytes:
    return bytes.fromhex(piece["hex"]) if isinstance(piece, dict) else piece.encode()


def _fill(value: str) -> str:
    return re.sub(r"\{date([+-]\d+)\}", lambda match: formatdate(time.time() + int(match[1]), usegmt=True), value)
