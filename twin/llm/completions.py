"""Chat completions, whole and streamed: read from the wire into a raw reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from math import inf

import httpx2
from pydantic import BaseModel

from ..system.fairness import give_turn
from .answers import RawReply, ReportedUsage, Usage
from .content import SurrogateJoiner, is_refusal, read_content
from .event_stream import read_events
from .finish_reasons import Ending, read_ending
from .thinking import ThinkingFilter, drop_lone_thinking

BLANK = b" \t\r\n\xef\xbb\xbf"  # white space, and the bytes of a byte order mark
NO_REASON = {"", "null", "none"}
MAX_WHOLE_BYTES = 4 * 1024 * 1024  # of an answer that is no stream, which is parsed at once: a million tokens of output
TRAILER_SECONDS = 2.0  # for the end of the body behind [DONE]: a connection is used again only where it was read
QUIET_SECONDS = 5.0  # behind text and a finish_reason, after which the stream counts as ended


class NoCompletion(ValueError):
    """The body is no chat completion."""


class BrokenOff(NoCompletion):
    """A stream that ended neither with [DONE] nor with a finish_reason."""


class ErrorInBody(NoCompletion):
    """A body, or an event, that reports an error although the status is 200; `has_output` where it came behind text."""

    def __init__(self, body: object, usage: Usage | None = None, *, has_output: bool = False) -> None:
        super().__init__()
        self.body = body
        self.usage = usage
        self.has_output = has_output


class _Message(BaseModel):
    content: object = None
    refusal: object = None


class _Choice(BaseModel):
    message: _Message | None = None  # Azure sends none where its filter declined
    delta: _Message | None = None
    finish_reason: object = None
    error: object = None
    usage: ReportedUsage = None  # Moonshot's, in streams


class _Groq(BaseModel):
    usage: ReportedUsage = None


class _Completion(BaseModel):
    """The parts beside the choices of a chat completion, or a chunk (platform.openai.com/docs/api-reference/chat)."""

    usage: ReportedUsage = None
    x_groq: _Groq | None = None


class ReplyReader:
    """Reads one reply, and passes the text of a stream on as it arrives."""

    def __init__(
        self, deliver: Callable[[str], None], limit: Callable[[float], None], *, begins_with_thinking: bool
    ) -> None:
        """Begin; `limit` ends the body in a number of seconds, and with infinity when the chat must end.

        White space and thinking at the beginning are not delivered; of a model that `begins_with_thinking` without a
        mark, nothing is until the mark that ends it.
        """
        self._deliver = deliver
        self._limit = limit
        self._joiner = SurrogateJoiner()
        self._thinking = ThinkingFilter(is_open=begins_with_thinking)
        self._text: list[str] = []
        self._usage: Usage | None = None
        self._ending: Ending | None = None  # by the last finish_reason
        self._index: object = None  # of the choice that is read
        self._has_text = False  # also of thinking
        self._is_settled = False  # whether no text came behind the last finish_reason
        self._is_unreliable = False  # whether text came behind another
        self._is_limited = False
        self._is_whole = False
        self._has_chunk = False

    def read(self, pieces: Iterable[bytes]) -> RawReply:
        """Read a body, whose first bytes say whether it is one JSON text or a stream of events.

        Raises NoCompletion, another ValueError or RecursionError for a body that is no complete chat completion.
        """
        pieces = iter(pieces)
        start: list[bytes] = []
        for piece in pieces:
            start.append(piece)
            if piece.strip(BLANK):
                break
        self._is_whole = bool(start) and start[-1].strip(BLANK).startswith((b"{", b"["))
        pieces = chain(start, pieces)
        if self._is_whole:
            body = b"".join(pieces)
            if len(body) > MAX_WHOLE_BYTES:
                raise NoCompletion
            self._take(json.loads(body.decode("utf-8-sig", "replace")))
        else:
            self._read_stream(pieces)
        return self._finish()

    def _read_stream(self, pieces: Iterator[bytes]) -> None:
        try:
            for event in read_events(pieces):
                if event.name == "error":
                    raise self._report(event.data)
                for payload in _parse(event.data):
                    self._take(payload)
                if event.data.rpartition("\n")[2].strip().startswith("[DONE]"):
                    self._limit(TRAILER_SECONDS)
                    with suppress(httpx2.RequestError):
                        for _ in pieces:
                            pass
                    return
        except httpx2.RequestError:
            if not self._is_settled or self._is_unreliable:
                raise
        if not self._has_chunk:
            raise NoCompletion
        if self._ending is None:
            raise BrokenOff

    def _take(self, payload: object) -> None:
        """Take a completion, or a chunk of one."""
        if isinstance(payload, list) and payload:
            payload = payload[0]  # as Gemini sends its errors
        if not isinstance(payload, dict):
            if self._is_whole:
                raise NoCompletion
            return
        completion = _Completion.model_validate(payload)
        choice = self._find_choice(payload.get("choices"))
        usage = completion.usage or (completion.x_groq and completion.x_groq.usage) or (choice and choice.usage)
        self._usage = usage or self._usage
        if _reports_error(payload) or (self._is_whole and choice is None):
            raise self._report(payload)
        if choice is not None:
            if choice.error:
                raise self._report({"error": choice.error})
            self._has_chunk = True
            self._take_choice(choice)

    def _find_choice(self, choices: object) -> _Choice | None:
        """Return the choice that is read, the first that came; Azure's first chunk has none, nor has the usage's."""
        if not choices:
            return None
        if not isinstance(choices, list):
            raise NoCompletion
        choice = choices[0]
        index = choice.get("index") if isinstance(choice, dict) else None
        if not self._has_chunk:
            self._index = index
        return _Choice.model_validate(choice) if index in (None, self._index) else None

    def _report(self, body: object) -> ErrorInBody:
        return ErrorInBody(body, self._usage, has_output=self._has_chunk)

    def _take_choice(self, choice: _Choice) -> None:
        # Beside deltas the message so far may stand (Perplexity), instead of one the whole (gateways of servers
        # that know no streams).
        message = choice.delta or (None if self._has_text else choice.message)
        if self._is_whole:
            message = choice.message or choice.delta
        text = read_content(message.content) if message else ""
        if text:
            self._has_text = True
            self._show(self._thinking.feed(self._joiner.feed(text)))
        is_refused = message is not None and bool(message.refusal or is_refusal(message.content))
        reason = str(choice.finish_reason or "").strip()
        self._settle(reason if reason.lower() not in NO_REASON else "", is_refused=is_refused, has_text=bool(text))

    def _settle(self, reason: str, *, is_refused: bool, has_text: bool) -> None:
        """Note what a chunk says of the end: the last reason counts, a filter's always.

        A reason in a chunk without text sets a limit, since some servers then neither send [DONE] nor close; one beside
        text sets none, since others give a reason with every word.
        """
        self._is_unreliable |= has_text and self._ending is not None
        if self._ending is not Ending.DECLINED and (reason or is_refused):
            self._ending = Ending.DECLINED if is_refused else read_ending(reason)
        says_all = self._has_text or self._ending in (Ending.DECLINED, Ending.CUT)
        self._is_settled = says_all and (bool(reason) or (self._is_settled and not has_text))
        if self._is_whole:
            return
        if self._is_settled and not self._is_unreliable and not has_text:
            self._is_limited = True
            self._limit(QUIET_SECONDS)
        elif self._is_limited and has_text:
            self._is_limited = False
            self._limit(inf)

    def _show(self, text: str) -> None:
        if text:
            self._text.append(text)
            if not self._is_whole:  # which is delivered once it is known to be an answer
                self._deliver(text)

    def _finish(self) -> RawReply:
        self._show(self._thinking.feed(self._joiner.finish()))
        self._show(self._thinking.finish())
        text, has_lone_end = drop_lone_thinking("".join(self._text))
        begins_with_thinking = has_lone_end or self._thinking.has_lone_end
        ending, is_thinking = self._ending or Ending.FINISHED, self._thinking.is_thinking and not text
        return RawReply(text, ending, self._usage, begins_with_thinking, is_thinking)


def _parse(data: str) -> Iterator[object]:
    """Yield the JSON in an event's data: one text, or one in each line, as servers that forget blank lines send it.

    Other data can only be a sign of life, or [DONE]. Raises ValueError for an object that is broken.
    """
    try:
        yield json.loads(data)
    except ValueError:
        for line in data.split("\n"):
            give_turn()
            if line.lstrip().startswith("{"):
                yield json.loads(line)


def _reports_error(payload: dict[object, object]) -> bool:
    """Whether a body or chunk reports an error, in one of the shapes that providers have for it."""
    if payload.get("error") or "error" in (payload.get("object"), payload.get("type")):
        return True
    base, feedback = payload.get("base_resp"), payload.get("promptFeedback") or payload.get("prompt_feedback")
    if isinstance(base, dict) and base.get("status_code"):  # MiniMax
        return True
    if isinstance(feedback, dict) and (feedback.get("blockReason") or feedback.get("block_reason")):  # Gemini
        return True
    return "choices" not in payload and bool(payload.get("code"))
