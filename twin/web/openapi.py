"""The OpenAPI 3.1 document, made from the routes, their operations and pydantic's JSON schemas."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from ..errors import MethodNotAllowed, NotFound, TwinError
from ..settings.values import Doors
from .error_body import ErrorBody
from .operation import Operation
from .problems import Problem

DESCRIPTION = (
    "A path that is not here gives 404 `not_found`; a method that is not, 405 `method_not_allowed` with `Allow`."
)
STRING = {"schema": {"type": "string"}}
HEADER_SCHEMAS = {
    "X-Request-ID": {"description": "yours, if you sent a sane one", **STRING},
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}},
}
MODELS = "#/components/schemas/{model}"


def describe(app: Flask, doors: Doors | None = None) -> dict[str, Any]:
    """Return the document, in JSON's types, of those routes of `app` that are operations.

    The `doors` for programs are in it where they are let in, with a key (`keys`) or without (`open`).
    """
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    models: set[type[BaseModel]] = {Problem}
    for rule in app.url_map.iter_rules():
        operation: Operation | None = getattr(app.view_functions[rule.endpoint], "operation", None)
        if operation and (doors or not operation.is_door):
            path = re.sub(r"<(?:[^<>]+:)?([^<>:]+)>", r"{\1}", rule.rule)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                paths[path][method.lower()] = _describe_operation(operation, rule)
                if operation.is_door and doors == "keys":
                    paths[path][method.lower()]["security"] = [{"key": []}]
            models.update(operation.takes.values(), operation.gives.values(), [operation.errors])
    ordered: Any = [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)]
    components = {
        "schemas": models_json_schema(ordered, ref_template=MODELS)[1]["$defs"],
        "headers": HEADER_SCHEMAS,
        "responses": {error.code: _describe_failure([error]) for error in (NotFound, MethodNotAllowed)},
    }
    if doors == "keys":
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    info = {"title": "Twin", "version": "1.0.0", "description": DESCRIPTION}
    return {"openapi": "3.1.0", "info": info, "servers": [{"url": "/"}], "paths": paths, "components": components}


def _describe_operation(operation: Operation, rule: Rule) -> dict[str, Any]:
    failures: dict[int, list[type[TwinError]]] = defaultdict(list)
    for error in sorted(operation.fails, key=lambda error: error.status):
        failures[operation.errors.find_status(error)].append(error)
    body = {"requestBody": {"required": True, **_content(operation.takes)}} if operation.takes else {}
    return body | {
        "operationId": operation.name,
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": operation.summary,
        "parameters": [{"name": name, "in": "path", "required": True, **STRING} for name in sorted(rule.arguments)]
        + _describe_headers(operation.headers),
        "responses": _describe_success(operation)
        | {str(status): _describe_failure(errors, operation.errors) for status, errors in failures.items()},
    }


def _describe_headers(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    fields = model.model_json_schema()["properties"] if model else {}
    return [
        {"name": name, "in": "header", "description": field.pop("description"), "schema": field}
        for name, field in fields.items()
    ]


def _describe_success(operation: Operation) -> dict[str, Any]:
    if not operation.gives:
        return {"204": {"description": "Done", **_headers([])}}
    accepted = {"202": {"description": "Accepted", **_headers([])}} if operation.accepts else {}
    return {"200": {"description": "OK", **_headers([]), **_content(operation.gives)}} | accepted


def _describe_failure(errors: Sequence[type[TwinError]], form: type[ErrorBody] = Problem) -> dict[str, Any]:
    examples = {error.code: {"value": form.of(error(), "3f1e8a52").write()} for error in errors}
    schema = {"allOf": [{"$ref": MODELS.format(model=form.__name__)}, form.restrict(errors)]}
    return {
        "description": " ".join(f"`{error.code}`: {error.detail}" for error in errors),
        "content": {form.media_type: {"schema": schema, "examples": examples}},
    } | _headers(errors)


def _content(models: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    return {"content": {kind: {"schema": {"$ref": MODELS.format(model=of.__name__)}} for kind, of in models.items()}}


def _headers(errors: Sequence[type[TwinError]]) -> dict[str, Any]:
    names = ["X-Request-ID", "Retry-After"] if any(error.is_temporary() for error in errors) else ["X-Request-ID"]
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}
