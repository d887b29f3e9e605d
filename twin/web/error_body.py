"""Bodies of errors: what each form of them has in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Self

from pydantic import BaseModel

from ..errors import StartFailed, TwinError

DURATIONS = [("hour", 3_600), ("minute", 60), ("second", 1)]  # in seconds


class ErrorBody(BaseModel):
    """An error's body, in the form that the clients of some routes know."""

    media_type: ClassVar[str] = "application/json"

    @classmethod
    @abstractmethod
    def of(cls, error: TwinError, request_id: str, contact: str | None = None) -> Self:
        """Return the body of `error`; `contact` is the owner's sentence for visitors who get no answer."""

    def write(self) -> dict[str, Any]:
        """Return the body in JSON's types."""
        return self.model_dump()

    @classmethod
    def find_status(cls, error: type[TwinError]) -> int:
        """Return the HTTP status under which `error` is sent."""
        return error.status

    @classmethod
    def restrict(cls, errors: Sequence[type[TwinError]]) -> dict[str, Any]:
        """Return a JSON schema that, beside the model's own, allows `errors` alone."""
        return {}


def is_wait_useful(error: TwinError) -> bool:
    """Return whether a visitor gains by waiting; StartFailed has its Retry-After for load balancers alone."""
    return error.retry_after is not None and not isinstance(error, StartFailed)


def explain(error: TwinError, contact: str | None) -> str:
    """Return the sentences of an error for a person.

    `contact`, the owner's sentence, is added where the visitor cannot mend the request (429, 5xx).
    """
    wait = f"Please try again in {_name_duration(error.retry_after or 0)}." if is_wait_useful(error) else ""
    is_refusal = error.status == HTTPStatus.TOO_MANY_REQUESTS or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return " ".join(filter(None, [error.detail, wait, contact if is_refusal else None]))


def _name_duration(seconds: int) -> str:
    """Return a time in words, rounded up, in the largest unit that gives two or more."""
    unit, size = next((each for each in DURATIONS if seconds >= 2 * each[1]), DURATIONS[-1])
    count = -(-seconds // size)
    return f"{count} {unit}{'' if count == 1 else 's'}"
