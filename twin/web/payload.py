"""A request's JSON and headers as schemas, or the error that describes the fault."""

from __future__ import annotations

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from ..errors import BadJson, BadRequest, InvalidField, InvalidRequest, TooLarge, UnsupportedMediaType

PAYLOAD_FAULTS = (BadJson, BadRequest, TooLarge, UnsupportedMediaType, InvalidRequest)  # of reading a body

SENTENCES = {  # by pydantic's names of errors
    "missing": "It is missing",
    "string_type": "It is not a string",
    "string_too_short": "It is empty",  # as all shortest lengths are 1
    "string_too_long": "It has more than {max_length:,} characters",
    "too_short": "It is empty",  # of a string that was trimmed before
    "too_long": "It has more than {max_length:,} characters",
    "model_type": "It is not a JSON object",
}

Schema = TypeVar("Schema", bound=BaseModel)


def read_payload(schema: type[Schema]) -> Schema:
    """Return the current request's body as `schema`.

    Raises UnsupportedMediaType, BadJson (also for NaN, lone surrogates and some 200 levels of nesting, all
    refused by the parser) and InvalidRequest, which names each invalid field.
    """
    if request.mimetype != "application/json" or request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType
    try:
        data = from_json(request.get_data(), allow_inf_nan=False)
    except ValueError as error:
        raise BadJson from error
    return validate(schema, data)


class Headers(BaseModel):
    """Request headers that a view takes; a field's alias is the header's name."""


def read_headers(schema: type[Schema]) -> Schema:
    """Return the current request's headers as `schema`, an empty one like none; raises InvalidRequest."""
    names = [field.alias or name for name, field in schema.model_fields.items()]
    return validate(schema, {name: value for name in names if (value := request.headers.get(name))})


def validate(schema: type[Schema], data: object) -> Schema:
    """Return `data`, in JSON's types, as `schema`; raises InvalidRequest, which names each invalid field."""
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        fields = [
            InvalidField(field=".".join(map(str, fault["loc"])) or "body", message=_explain(fault))
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidRequest(fields=fields) from error


def _explain(fault: ErrorDetails) -> str:
    """Return the fault of a field as a sentence for a person, pydantic's own where SENTENCES has none."""
    if (sentence := SENTENCES.get(fault["type"])) is None:
        return fault["msg"]
    return sentence.format(**fault.get("ctx", {}))
