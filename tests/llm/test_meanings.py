"""Errors as providers word them, from their references and sources, and what each means."""

from __future__ import annotations

import time
from typing import Any

import pytest

from twin.llm.dialects import NEWER_CAP, OLDER_CAP, Dialect
from twin.llm.finish_reasons import Ending, read_ending
from twin.llm.meanings import Meaning
from twin.llm.reports import Report
from twin.llm.waits import read_wait

E = {"type": "invalid_request_error", "param": None, "code": None}
# fmt: off
ERRORS: list[tuple[Meaning, int, Any]] = [
    # declined
    (Meaning.DECLINED, 400, {"error": {"code": "content_filter", "message": "The response was filtered."}}),
    (Meaning.DECLINED, 400, {"error": {"message": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}),
    (Meaning.DECLINED, 403, {"code": "x", "error": "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"}),
    (Meaning.DECLINED, 403, {"error": {"message": "Forbidden", "metadata": {"reasons": ["hate"], "flagged_input": "…"}}}),
    (Meaning.DECLINED, 451, {"error": {"type": "censorship_blocked", "message": "The content was blocked."}}),
    (Meaning.DECLINED, 400, {"error": {"code": "SensitiveContentDetected", "message": "may contain sensitive information"}}),
    (Meaning.DECLINED, 400, {"error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容"}}),
    (Meaning.DECLINED, 200, {"base_resp": {"status_code": 1026, "status_msg": "new sensitive"}}),
    (Meaning.DECLINED, 400, {"error": {"message": "The request was rejected because it was considered high risk"}}),
    (Meaning.DECLINED, 446, {"error": {"type": "hooks_failed", "message": "The guardrail checks defined in the config failed."}}),
    (Meaning.DECLINED, 500, {"error": {"message": "litellm.ContentPolicyViolationError: …"}}),
    # the key
    (Meaning.BAD_KEY, 401, {"error": {"message": "Your account was deactivated for violating our usage policies."}}),
    (Meaning.BAD_KEY, 403, {"error": {"message": "Your organization has been suspended: content policy violations."}}),
    (Meaning.BAD_KEY, 400, [{"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}]),
    (Meaning.BAD_KEY, 403, {"error": E | {"message": "This key may not use this project."}}),
    (Meaning.BAD_KEY, 400, {"error": {"message": "Incorrect API key provided"}}),
    (Meaning.BAD_KEY, 401, "Unauthorized"),
    # credit
    (Meaning.NO_CREDIT, 429, {"error": {"code": "insufficient_quota"}}),
    (Meaning.NO_CREDIT, 429, {"error": {"message": "You exceeded your current quota, please check your plan and billing details."}}),
    (Meaning.NO_CREDIT, 402, {"error": {"message": "Insufficient Balance"}}),
    (Meaning.NO_CREDIT, 400, {"error": {"message": "Your credit balance is too low to access the Anthropic API."}}),
    (Meaning.NO_CREDIT, 403, {"error": {"message": "Key limit exceeded (monthly limit)."}}),
    (Meaning.NO_CREDIT, 400, {"error": {"code": "Arrearage", "message": "Access denied, please make sure your account is in good standing."}}),
    (Meaning.NO_CREDIT, 429, {"error": {"code": "1113", "message": "账户已欠费"}}),
    (Meaning.NO_CREDIT, 200, {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),
    # busy
    (Meaning.BUSY, 429, {"error": {"status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota, please check your plan."}}),
    (Meaning.BUSY, 413, {"error": {"message": "Request too large for model on tokens per minute (TPM): Limit 6000, reduce your message size"}}),
    (Meaning.BUSY, 529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    (Meaning.BUSY, 503, {"error": {"message": "Loading model", "type": "unavailable_error"}}),
    (Meaning.BUSY, 500, {"error": {"message": "The model is overloaded."}}),
    (Meaning.BUSY, 429, {"error": {"code": "Throttling.RateQuota"}}),
    (Meaning.BUSY, 200, {"error": {"code": 429, "message": "Provider returned error"}}),
    (Meaning.BUSY, 503, "<html>503</html>"),
    (Meaning.BUSY, 429, {"error": {"message": "Rate limit reached. Your billing limit may be raised."}}),
    # a server's own failure
    (Meaning.FAILED, 500, {"error": {"message": "context deadline exceeded"}}),
    (Meaning.FAILED, 500, {"error": "error loading model: out of memory"}),
    (Meaning.FAILED, 502, {"error": {"message": "moderation check timed out"}}),
    (Meaning.BUSY, 503, {"error": {"message": "The model is not available right now"}}),
    (Meaning.TOO_LONG, 500, {"error": {"message": "Requested tokens (2285) exceed context window of 2048"}}),
    # what a visitor said
    (Meaning.DECLINED, 403, {"error": "Blocked by guardrail. Your text was: 'why is there a rate limit?'"}),
    (Meaning.BAD_REQUEST, 400, {"message": "[{'type': 'extra_forbidden', 'msg': 'Extra inputs', 'input': 'content filter'}]"}),
    # too long
    (Meaning.TOO_LONG, 400, {"error": {"message": "This model's maximum context length is 8192 tokens."}}),
    (Meaning.TOO_LONG, 400, {"error": {"message": "the request exceeds the available context size, try increasing it", "type": "exceed_context_size_error"}}),
    (Meaning.TOO_LONG, 422, {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"}),
    (Meaning.TOO_LONG, 400, {"error": {"message": "The input token count (40000) exceeds the maximum number of tokens allowed (32768)."}}),
    (Meaning.TOO_LONG, 400, {"type": "error", "error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}),
    (Meaning.TOO_LONG, 413, {"error": {"code": "tokens_limit_reached", "message": "Request body too large for gpt-4o model. Max size: 8000 tokens."}}),
    (Meaning.TOO_LONG, 400, {"error": {"message": "Range of input length should be [1, 30720]"}}),
    (Meaning.TOO_LONG, 400, {"error": {"message": "Invalid request: Your request exceeded model token limit: 8192"}}),
    (Meaning.TOO_LONG, 400, {"error": {"code": 400, "message": "Provider returned error", "metadata": {"raw": '{"message":"maximum context length is 4096"}'}}}),
    (Meaning.TOO_LONG, 413, "<html>413 Request Entity Too Large</html>"),
    # the cap
    (Meaning.BAD_CAP, 400, {"error": {"message": "max_tokens is too large: 20000. This model supports at most 4096 completion tokens"}}),
    (Meaning.BAD_CAP, 400, {"error": {"message": "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"}}),
    # the model
    (Meaning.NO_MODEL, 404, {"error": {"message": 'model "llama3.2" not found, try pulling it first'}}),
    (Meaning.NO_MODEL, 400, {"error": {"message": "foo/bar is not a valid model ID", "code": 400}}),
    (Meaning.NO_MODEL, 404, {"error": {"message": "This is not a chat model and thus not supported in the v1/chat/completions endpoint."}}),
    (Meaning.NO_MODEL, 404, {"error": {"message": "This model is only supported in v1/responses and not in v1/chat/completions."}}),
    (Meaning.NO_MODEL, 403, {"error": {"code": "model_not_found", "message": "Project does not have access to model gpt-4"}}),
    (Meaning.NO_MODEL, 404, {"error": {"code": "DeploymentNotFound"}}),
    (Meaning.NO_MODEL, 404, {"error": "No models loaded. Please load a model in the developer page."}),
    (Meaning.NO_MODEL, 400, {"error": {"message": "Model Not Exist"}}),
    (Meaning.NO_MODEL, 404, {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "param": None, "code": 404}),
    # the rest
    (Meaning.BAD_PATH, 404, "404 page not found"),
    (Meaning.BAD_PATH, 404, {"detail": "Not Found"}),
    (Meaning.BAD_PATH, 405, {"detail": "Method Not Allowed"}),
    (Meaning.REDIRECT, 307, ""),
    (Meaning.FAILED, 500, {"error": {"message": "Internal server error"}}),
    (Meaning.FAILED, 502, "<html>502 Bad Gateway</html>"),
    (Meaning.FAILED, 408, ""),
    (Meaning.NO_COMPLETION, 200, {"message": "Welcome"}),
    (Meaning.BAD_REQUEST, 400, {"error": E | {"param": "temperature", "message": "temperature does not support 0.2 with this model."}}),
    (Meaning.BAD_REQUEST, 400, {"error": {"message": "Unrecognized request argument supplied: stream_options"}}),
    (Meaning.BAD_REQUEST, 422, {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": "rate limit; content filter; model not found"}]}),
    (Meaning.BAD_REQUEST, 400, [1]),
    (Meaning.BAD_REQUEST, 400, {"error": {"message": 1, "code": {}, "type": []}}),
]
# fmt: on


@pytest.mark.parametrize(("meaning", "status", "body"), ERRORS)
def test_an_error_is_told_by_its_words(meaning: Meaning, status: int, body: object) -> None:
    report = Report.in_body(body) if status == 200 else Report.read(body, status, {})
    assert report.meaning is meaning


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        *[(reason, Ending.FINISHED) for reason in ("stop", "STOP", "eos", "end_turn", "tool_calls", "", "OTHER", "COMPLETE", "finish_reason_unspecified")],
        *[(reason, Ending.CUT) for reason in ("length", "MAX_TOKENS", "maxTokens", "model_length", "max_output_tokens", "model_context_window_exceeded", "ERROR_LIMIT")],
        *[(reason, Ending.DECLINED) for reason in ("content_filter", "contentFilter", "SAFETY", "content_filter: OTHER", "RECITATION", "BLOCKLIST", "SPII", "PROHIBITED_CONTENT", "refusal", "sensitive", "guardrail_intervened", "ERROR_TOXIC", "MODEL_ARMOR", "IMAGE_SAFETY")],
        *[(reason, Ending.BROKEN) for reason in ("error", "abort", "cancelled", "insufficient_system_resource", "network_error", "MALFORMED_FUNCTION_CALL")],
    ],
)  # fmt: skip
def test_a_reason_to_finish_is_told_by_its_words(reason: str, ending: Ending) -> None:
    assert read_ending(reason) is ending


UNSUPPORTED = "Unsupported parameter: '{}' is not supported with this model."


@pytest.mark.parametrize(
    ("cap", "status", "body", "other"),
    [
        (OLDER_CAP, 400, {"error": {"message": UNSUPPORTED.format(OLDER_CAP), "param": OLDER_CAP}}, NEWER_CAP),
        (OLDER_CAP, 400, {"error": "max_tokens is not supported with this model, use max_completion_tokens instead"}, NEWER_CAP),
        (NEWER_CAP, 400, {"error": {"message": "Unrecognized request argument supplied: max_completion_tokens"}}, OLDER_CAP),
        (NEWER_CAP, 422, {"detail": [{"loc": ["body", NEWER_CAP], "msg": "Extra inputs are not permitted"}]}, OLDER_CAP),
        (NEWER_CAP, 400, {"error": {"message": "Additional properties are not allowed ('max_completion_tokens' was unexpected)"}}, OLDER_CAP),
        (OLDER_CAP, 400, {"error": {"message": "max_tokens is too large: 2000. At most 1024 completion tokens.", "param": OLDER_CAP}}, None),
        (OLDER_CAP, 400, {"error": {"message": "'max_tokens' or 'max_completion_tokens' is too large: 2000."}}, None),
        (OLDER_CAP, 400, {"error": {"message": UNSUPPORTED.format("temperature")}}, None),
        (OLDER_CAP, 400, {"error": {"message": UNSUPPORTED.format(NEWER_CAP)}}, None),
        (OLDER_CAP, 401, {"error": {"message": UNSUPPORTED.format(OLDER_CAP)}}, None),
    ],
)  # fmt: skip
def test_a_cap_that_is_refused_by_name_has_another_one(cap: str, status: int, body: object, other: str | None) -> None:
    refused = Dialect(cap).without_refused(Report.read(body, status, {}))
    assert (refused and refused.cap) == other


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7.2 "}, 8),
        ({"retry-after-ms": "1500"}, 2),
        ({"retry-after-ms": "1500", "retry-after": "30"}, 2),
        ({"retry-after-ms": "soon", "retry-after": "30"}, 30),
        ({"retry-after": "Fri, 01 Jan 2021 00:00:00 GMT"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "1e3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "999999999999"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "90s"}, 90),
        ({"x-ms-retry-after-ms": "75000"}, 75),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, 90),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "1m30s"}, None),
    ],
)
def test_the_wait_that_a_provider_asks_for_is_whole_seconds(headers: dict[str, str], seconds: int | None) -> None:
    assert read_wait(Report(429, headers=headers)) == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"error": {"message": "Please try again in 7m12s."}}, 432),
        ({"error": {"message": "Please try again in 6ms."}}, 1),
        ({"error": {"details": [{"retryDelay": "59.4s"}]}}, 60),
        ({"error": {"message": "Please try again in a while."}}, None),
    ],
)
def test_it_may_stand_in_the_body(body: object, seconds: int | None) -> None:
    assert read_wait(Report.read(body, 429, {})) == seconds


def test_what_takes_a_regular_expression_long_is_judged_soon() -> None:
    said = {"error": {"message": ["exceed" * 333, "violat" * 333, "model " * 333, "prompt " * 285] * 12}}
    began = time.process_time()
    assert Report.read(said, 400, {}).meaning is Meaning.BAD_REQUEST
    assert time.process_time() - began < 1
