"""/v1: the twin as an OpenAI-compatible model."""

from __future__ import annotations

from flask import Blueprint, Response, g

from ...errors import NotFound, TwinError
from ...turn import TURN_FAULTS
from .. import doors
from ..current import current_runtime
from ..operation import operation
from ..sse import ServerEvent
from ..turns import begin_turn, stream_turn
from .completion import CompletionWriter
from .conversation import read_question
from .errors import OpenAIError
from .schemas import MODEL, Completion, CompletionRequest, CompletionStream, ModelDescription, ModelList

blueprint = Blueprint("compat", __name__, url_prefix="/v1")
blueprint.before_request(doors.require_caller)
blueprint.before_app_request(doors.hide_closed)


@blueprint.get("/models")
@operation(fails=doors.DOOR_FAULTS, errors=OpenAIError, is_door=True)
def list_models() -> ModelList:
    """List the one model that there is, the twin."""
    return ModelList(data=[_describe_model()])


@blueprint.get("/models/<model>")
@operation(fails=doors.DOOR_FAULTS, errors=OpenAIError, is_door=True)
def show_model(model: str) -> ModelDescription:
    """Describe the twin as a model."""
    if model != MODEL:
        raise NotFound(f"There is no model of this name, only {MODEL}.")
    return _describe_model()


@blueprint.post("/chat/completions")
@operation(
    gives={"application/json": Completion, "text/event-stream": CompletionStream},
    fails=[*doors.DOOR_FAULTS, *TURN_FAULTS],
    errors=OpenAIError,
    is_door=True,
)
def complete_chat(completion: CompletionRequest) -> Completion | Response:
    """Answer the last message of a conversation as the twin, whole or streamed as server-sent events."""
    question = read_question(completion)
    options = completion.stream_options
    writer = CompletionWriter(has_usage_chunk=bool(options and options.include_usage))
    caller, is_chore = doors.current_caller(), question.is_chore
    turn = begin_turn(question.text, caller, brought=question.brought, is_chore=is_chore, door="v1")
    if not completion.stream:
        return writer.write(turn.answer())
    request_id, contact = g.request_id, current_runtime().settings.contact

    def write_error(error: TwinError) -> ServerEvent:
        return ServerEvent("", OpenAIError.of(error, request_id, contact).write())

    return stream_turn(turn, writer.write_chunks, write_error)


def _describe_model() -> ModelDescription:
    return ModelDescription(name=current_runtime().settings.owner_name or MODEL)
