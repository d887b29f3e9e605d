from __future__ import annotations

import json
from itertools import pairwise
from math import inf
from random import Random
from typing import Any

import httpx2
import pytest

from twin.llm.answers import RawReply
from twin.llm.completions import QUIET_SECONDS, TRAILER_SECONDS, BrokenOff, ErrorInBody, NoCompletion, ReplyReader
from twin.llm.finish_reasons import Ending

from ..support.scripted_model import completion

STREAMS = 2_000
PIECES = ["Ich wuchs ", "am Meer auf, ", "in Łódź und 東京 ", "\U0001f600", " — 1998:\n\n", "data: [DONE]\r", "."]
USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
BETWEEN = [
    ": OPENROUTER PROCESSING\n\n",
    ":\n",
    "data:\n\n",
    "data: \n\n",
    "data: ping\n\n",
    "data: : keepalive\n\n",
    'data: {"type": "ping"}\n\n',
    "event: ping\nid: 3\n\n",
    "retry: 3000\n\n",
    "\n",
    "unknown\n",
]


def dump(payload: dict[str, Any]) -> str:
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n"


def say(text: str | None, finish_reason: str | None = None, **choice: Any) -> str:
    return dump(
        {"choices": [{"delta": {} if text is None else {"content": text}, "finish_reason": finish_reason, **choice}]}
    )


def read(*events: str | bytes | Exception, thinks: bool = False) -> tuple[RawReply, list[str], list[float]]:
    """Read a body in these pieces; return the reply, what was delivered, and the limits that were set."""
    delivered: list[str] = []
    limits: list[float] = []

    def pieces() -> Any:
        for event in events:
            if isinstance(event, Exception):
                raise event
            yield event.encode() if isinstance(event, str) else event

    return ReplyReader(delivered.append, limits.append, begins_with_thinking=thinks).read(pieces()), delivered, limits


def disguise(random: Random) -> list[bytes]:
    """One stream in another dress: line ends, signs of life between events, and cuts at random places."""
    events = [say("")] + [say(piece) for piece in PIECES] + [say(None, "stop"), dump({"choices": [], "usage": USAGE})]
    said = "".join(
        "".join(random.choices(BETWEEN, k=random.randrange(3))) + event for event in [*events, "data: [DONE]\n\n"]
    )
    lines = said.split("\n")
    end, text = random.choice(["\n", "\r\n", "\r", None]), ""
    for line in lines[:-1]:
        # A lone LF behind a lone CR would be one line end with it.
        text += line + (
            end or random.choice(["\r\n", "\r"] if text.endswith("\r") and not line else ["\n", "\r\n", "\r"])
        )
    body = random.choice([b"", b"\xef\xbb\xbf"]) + text.encode()
    cuts = sorted(random.choices(range(len(body) + 1), k=random.randrange(60)))
    return [body[start:stop] for start, stop in pairwise([0, *cuts, len(body)])]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_answer_in_any_dress_is_the_same_answer(seed: int) -> None:
    random = Random(seed)
    for _ in range(STREAMS // 4):
        pieces = disguise(random)
        reply, delivered, _ = read(*pieces)
        assert (reply.text, "".join(delivered)) == ("".join(PIECES), "".join(PIECES)), pieces
        assert (reply.ending, reply.usage and reply.usage.output_tokens) == (Ending.FINISHED, 5), pieces


RESET = httpx2.ReadError("reset")


def test_text_and_a_reason_are_an_answer_though_the_connection_breaks() -> None:
    assert read(say("Hello."), say(None, "stop"), RESET)[0].text == "Hello."
    assert read(say("Hello.", "stop"), RESET)[0].text == "Hello."


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([say("Hello."), RESET], id="without a reason"),
        pytest.param([say("Hel", "stop"), say("lo.", "stop"), RESET], id="with one in every chunk"),
        pytest.param([say(None, "stop"), RESET], id="without text"),
    ],
)
def test_a_connection_that_breaks_before_the_end_breaks_the_answer(events: list[str | Exception]) -> None:
    with pytest.raises(httpx2.ReadError):
        read(*events)


def test_a_stream_that_ends_without_reason_and_done_is_broken_off() -> None:
    with pytest.raises(BrokenOff):
        read(say("Hello."))


@pytest.mark.parametrize(
    "body", ["", "\n\n", "<!doctype html><title>Sign in</title>", ": ping\n\n", "[]", "7", "hello"]
)
def test_what_is_no_completion_is_none(body: str) -> None:
    with pytest.raises(NoCompletion):
        read(body)


@pytest.mark.parametrize("body", ["{", '{"choices"', "[1", say("Hello.") + "data: {nope\n\n", "[" * 100_000])
def test_broken_json_is_no_sign_of_life(body: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        '{"error": {"code": 429}}',
        '[{"error": {"code": 400}}]',
        '{"object": "error", "code": 400}',
        '{"choices": null, "base_resp": {"status_code": 1008}}',
        '{"choices": [{"error": {"code": 502}, "finish_reason": "error"}]}',
        '{"detail": "Not found"}',
        'data: {"error": "out of memory"}\n\n',
        'data: {"type": "error", "message": "overloaded"}\n\n',
        'event: error\ndata: {"message": "overloaded"}\n\n',
        'data: {"code": "1301", "message": "unsafe"}\n\n',
    ],
)
def test_an_error_in_a_200_is_found_in_every_shape(body: str) -> None:
    with pytest.raises(ErrorInBody):
        read(body)


def test_a_stream_is_given_little_time_behind_its_end() -> None:
    assert read(say("Hello."), say(None, "stop"), "data: [DONE]\n\n")[2] == [QUIET_SECONDS, TRAILER_SECONDS]


def test_text_behind_a_reason_takes_the_limit_back() -> None:
    assert read(say("Hel"), say(None, "stop"), say("lo."), "data: [DONE]\n\n")[2] == [
        QUIET_SECONDS,
        inf,
        TRAILER_SECONDS,
    ]


def test_a_reason_beside_text_sets_no_limit() -> None:
    events = [say(piece, "stop") for piece in PIECES]
    assert read(*events, "data: [DONE]\n\n")[2] == [TRAILER_SECONDS]


@pytest.mark.parametrize("reasons", [("content_filter", "stop"), ("stop", "SAFETY")])
def test_a_filters_reason_counts_wherever_it_comes(reasons: tuple[str, str]) -> None:
    assert read(say("Hello.", reasons[0]), say(None, reasons[1]))[0].ending is Ending.DECLINED


@pytest.mark.parametrize(("reason", "ending"), [("content_filter", Ending.DECLINED), ("length", Ending.CUT)])
def test_a_reason_that_explains_why_there_is_no_text_ends_the_stream(reason: str, ending: Ending) -> None:
    reply, _, limits = read(say(None, reason), RESET)
    assert (reply.ending, limits) == (ending, [QUIET_SECONDS])


def test_thinking_counts_as_text_where_the_stream_ends() -> None:
    assert read(say("Hello."), say(None, "stop"), RESET, thinks=True)[0].text == "Hello."
    assert read(say("<think>Hm."), say(None, "stop"), RESET)[0].is_thinking


def test_an_error_tells_whether_it_came_behind_output() -> None:
    error = dump({"error": {"code": 429}})
    for events, has_output, has_usage in (
        ([error], False, False),
        ([say(None), error], True, False),
        ([dump({"choices": [], "usage": USAGE}), error], False, True),
    ):
        with pytest.raises(ErrorInBody) as raised:
            read(*events)
        assert (raised.value.has_output, raised.value.usage is not None) == (has_output, has_usage)


def test_other_choices_than_the_first_are_left_out() -> None:
    other = dump({"choices": [{"index": 1, "delta": {"content": "Wrong."}}]})
    assert read(say("Hel", index=0), other, say("lo.", "stop", index=0))[0].text == "Hello."


def test_a_comment_without_a_word_ends_no_event() -> None:
    event = json.dumps({"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}, indent=0)
    assert read("".join(f"data: {line}\n:\n" for line in event.splitlines()) + "\n")[0].text == "Hi"


def test_a_whole_answer_of_many_megabytes_is_none() -> None:
    with pytest.raises(NoCompletion):
        read(*[b"[" + b" " * 1024 * 1024] * 5)


def test_the_last_reason_counts() -> None:
    assert read(say("Hel", "length"), say("lo.", "stop"))[0].ending is Ending.FINISHED
    assert read(say("Hel", "stop"), say("lo.", "length"))[0].ending is Ending.CUT


def test_white_space_at_the_beginning_is_left_out() -> None:
    assert read(say("\n"), say(" "), say("Hi"), say(" "), say("there", "stop"))[1] == ["Hi", " ", "there"]


def test_a_whole_answer_is_not_delivered_before_it_is_known_to_be_one() -> None:
    body = json.dumps({"choices": [{"message": {"content": "Hello."}, "finish_reason": "error"}]})
    reply, delivered, _ = read(body)
    assert (reply.text, reply.ending, delivered) == ("Hello.", Ending.BROKEN, [])


def test_a_whole_message_in_an_event_is_an_answer() -> None:
    whole = {"choices": [{"message": {"content": "Hello."}, "finish_reason": "stop"}]}
    assert read(dump(whole), "data: [DONE]\n\n")[:2][1] == ["Hello."]
    assert read(say("Hello."), dump(whole))[0].text == "Hello."


def test_usage_counts_where_it_stands() -> None:
    for chunk in (
        dump({"choices": [], "usage": USAGE}),
        dump({"choices": [], "x_groq": {"usage": USAGE}}),
        say(None, None, usage=USAGE),
    ):
        for events in ([chunk, say("Hi", "stop")], [say("Hi", "stop"), chunk]):
            usage = read(*events)[0].usage
            assert usage
            assert (usage.prompt_tokens, usage.output_tokens) == (7, 5)


def test_json_lines_without_blank_lines_are_events_too() -> None:
    lines = "".join(event.removesuffix("\n") for event in [say("Hel"), say("lo."), "data: [DONE]\n\n"])
    assert read(lines)[0].text == "Hello."


def test_a_refusal_among_the_parts_is_one() -> None:
    assert (
        read(dump({"choices": [{"delta": {"content": [{"type": "refusal", "refusal": "No."}]}}]}), "data: [DONE]\n\n")[
            0
        ].ending
        is Ending.DECLINED
    )


THOUGHT = "The persona says: be brief.\n</think>\n\nHello."


def test_thinking_whose_beginning_is_not_marked_is_taken_out_and_then_held_back() -> None:
    reply, delivered, _ = read(say(THOUGHT[:20]), say(THOUGHT[20:], "stop"))
    assert (reply.text, reply.begins_with_thinking) == ("Hello.", True)
    reply, delivered, _ = read(say(THOUGHT[:20]), say(THOUGHT[20:], "stop"), thinks=True)
    assert (reply.text, "".join(delivered), reply.begins_with_thinking) == ("Hello.", "Hello.", True)


def test_an_answer_without_thinking_comes_though_it_was_held_back() -> None:
    reply, delivered, _ = read(say("Hel"), say("lo.", "stop"), thinks=True)
    assert (reply.text, delivered, reply.begins_with_thinking) == ("Hello.", ["Hello."], False)


GARBAGE = [None, {}, [], "many", 7, {"prompt_tokens": -7, "completion_tokens": 5}, {"prompt_tokens": "7"}]
GARBAGE += [{"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": 7.5, "completion_tokens": 5}]
GARBAGE += [{"prompt_tokens": True, "completion_tokens": 5}, {"prompt_tokens": 10**30, "completion_tokens": 5}]


@pytest.mark.parametrize("usage", GARBAGE, ids=repr)
def test_usage_that_is_none_settles_nothing(usage: object) -> None:
    body = json.loads(completion()) | {"usage": usage}
    assert read(json.dumps(body))[0].usage is None


def test_reasoning_that_only_the_total_counts_is_paid_for() -> None:
    body = json.loads(completion()) | {"usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 1_512}}
    usage = read(json.dumps(body))[0].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.output_tokens) == (7, 1_505)
