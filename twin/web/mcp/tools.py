"""The tools: `ask` the twin, and `search` in the owner's documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from flask import Response, after_this_request
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from ...errors import InvalidRequest, TwinError
from ...memory import Annotations, Brought
from ...turn.search import search
from .. import doors
from ..current import current_runtime
from ..error_body import explain
from ..headers import describe_quotas, describe_refusal
from ..message import MessageText
from ..payload import validate
from ..turns import begin_turn
from .errors import INVALID_PARAMS, RpcFault

MAX_PASSAGES = 10


class AskArguments(BaseModel):
    """What `ask` takes."""

    question: MessageText = Field(description="one question that stands alone, 1 to 20,000 characters")


class AskResult(Annotations):
    """What `ask` returns; each field after the first two is present only when it says something."""

    answer: str = Field(description="the twin's answer")
    finish_reason: Literal["stop", "length", "content_filter"] = Field(description="why it ended")


class SearchArguments(BaseModel):
    """What `search` takes."""

    query: MessageText = Field(description="a question or words, 1 to 20,000 characters")
    count: int = Field(5, ge=1, le=MAX_PASSAGES, description="how many passages at most")


class FoundPassage(BaseModel):
    """A passage of the owner's documents."""

    title: str = Field(description="the document's title")
    file: str = Field(description="the name of its file")
    heading: str | SkipJsonSchema[None] = Field(
        default_factory=lambda: None, exclude_if=lambda value: not value, description="the headings above it"
    )
    text: str = Field(description="what stands there")


class SearchResults(BaseModel):
    """What `search` returns."""

    passages: list[FoundPassage] = Field(description="the best first")


def call_tool(params: dict[str, Any]) -> dict[str, Any]:
    """Return a tool's result, in which what went wrong is told too; raises RpcFault for an unknown tool."""
    name = params.get("name")
    if not isinstance(name, str) or name not in CALLS:
        raise RpcFault(INVALID_PARAMS, "Unknown tool")
    try:
        return CALLS[name](params.get("arguments") or {})
    except TwinError as error:
        current_runtime().metrics.record_refusal(error)
        if not isinstance(error, InvalidRequest):
            _send_headers(describe_refusal(error))
        text = explain(error, current_runtime().settings.contact)
        return {"content": [{"type": "text", "text": text}], "isError": True, "_meta": {"twin/code": error.code}}


def _ask(arguments: object) -> dict[str, Any]:
    asked = validate(AskArguments, arguments)
    reply = begin_turn(asked.question, doors.current_caller(), brought=Brought(), door="mcp").answer()
    result = AskResult(answer=reply.text, finish_reason=reply.finish_reason, **dict(reply.annotations))
    notes = reply.annotations.model_dump_json()
    return _write(result, reply.text, *([] if notes == "{}" else [notes]))


def _search(arguments: object) -> dict[str, Any]:
    asked = validate(SearchArguments, arguments)
    found = search(current_runtime(), asked.query, doors.current_caller(), asked.count)
    _send_headers(describe_quotas(found.quotas))
    passages = [
        FoundPassage(title=each.label, file=each.document, heading=each.heading, text=each.text)
        for each in found.passages
    ]
    results = SearchResults(passages=passages)
    return _write(results, results.model_dump_json())


def _write(result: BaseModel, *texts: str) -> dict[str, Any]:
    """Return a result for programs, and its texts for models that read no other."""
    content = [{"type": "text", "text": text} for text in texts]
    return {"content": content, "structuredContent": result.model_dump(mode="json"), "isError": False}


def _send_headers(headers: dict[str, str]) -> None:
    @after_this_request
    def add(response: Response) -> Response:
        response.headers.update(headers)
        return response


def _describe(name: str, description: str, takes: type[BaseModel], gives: type[BaseModel]) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "inputSchema": takes.model_json_schema(),
        "outputSchema": gives.model_json_schema(mode="serialization"),
        "annotations": {"readOnlyHint": True, "openWorldHint": False},
    }


CALLS: dict[str, Callable[[object], dict[str, Any]]] = {"ask": _ask, "search": _search}
TOOLS = [
    _describe(
        "ask",
        "Ask the digital twin about its owner. It answers in the first person, as the owner would on their website, "
        "and says what each sentence rests on, and which names, numbers and dates it has from nowhere.",
        AskArguments,
        AskResult,
    ),
    _describe("search", "Find passages in what the owner has published.", SearchArguments, SearchResults),
]
