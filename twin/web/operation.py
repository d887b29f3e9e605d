"""Operations: the input, output and errors of a route, applied to each call and shown in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from types import NoneType
from typing import Any, get_type_hints

from flask import Response
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, RootModel

from ..errors import TwinError
from . import guards, payload
from .error_body import ErrorBody
from .problems import Problem


class File(RootModel[str]):
    """The content of a file."""


@dataclass(frozen=True)
class Operation:
    """One route, as declared by its view; `takes` and `gives` map media types to models, and are empty for no body."""

    name: str
    summary: str
    takes: Mapping[str, type[BaseModel]]
    headers: type[BaseModel] | None
    gives: Mapping[str, type[BaseModel]]
    fails: Sequence[type[TwinError]]
    errors: type[ErrorBody]
    is_door: bool  # for programs, where these are let in
    accepts: bool  # may also answer 202, without a body


def operation(
    *,
    gives: Mapping[str, type[BaseModel]] | None = None,
    fails: Sequence[type[TwinError]] = (),
    errors: type[ErrorBody] = Problem,
    is_door: bool = False,
    accepts: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., ResponseReturnValue]]:
    """Fill a view's parameters from the request, and send a returned model as JSON.

    A parameter whose type is a `Headers` model is read from the headers, any other model from the body. `gives` maps
    media types to models where the view returns a Response; `fails` lists its errors beyond those of guards and
    payload, `errors` is the form in which they are sent, and the rest is what Operation says. The view gets an
    attribute `operation`.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
        hints = get_type_hints(view)
        returned = hints.pop("return")
        models = {name: hint for name, hint in hints.items() if issubclass(hint, BaseModel)}
        headers = {name: hint for name, hint in models.items() if issubclass(hint, payload.Headers)}
        bodies = {name: hint for name, hint in models.items() if name not in headers}

        @wraps(view)
        def answer(**arguments: Any) -> ResponseReturnValue:
            arguments |= {name: payload.read_payload(model) for name, model in bodies.items()}
            arguments |= {name: payload.read_headers(model) for name, model in headers.items()}
            result = view(**arguments)
            if result is None:
                return _say_nothing()
            return _say(result) if isinstance(result, BaseModel) else result

        vars(answer)["operation"] = Operation(
            name=view.__name__,
            summary=str(view.__doc__).splitlines()[0],
            takes={"application/json": next(iter(bodies.values()))} if bodies else {},
            headers=next(iter(headers.values()), None),
            gives=gives or ({} if returned is NoneType else {"application/json": returned}),
            fails=tuple(dict.fromkeys((*guards.REQUEST_FAULTS, *(payload.PAYLOAD_FAULTS if bodies else ()), *fails))),
            errors=errors,
            is_door=is_door,
            accepts=accepts,
        )
        return answer

    return decorate


def _say(result: BaseModel) -> Response:
    return Response(result.model_dump_json(exclude_none=True), mimetype="application/json")


def _say_nothing() -> Response:
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response
