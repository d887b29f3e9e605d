"""Cases: JSON lines, each with a question and the texts that its answer must and must not contain."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from ..errors import StartError
from .matching import compile_pattern

OWN_CASES = "own.jsonl"  # the file of the questions that the owner has answered, and any others of the owner's
MAX_QUESTION_CHARACTERS = 20_000  # of a question, as of any message


def _check_pattern(value: str) -> str:
    compile_pattern(value)
    return value


def _as_several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


NonEmptyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Expected = Annotated[NonEmptyText, AfterValidator(_check_pattern)]
Several = Annotated[tuple[Expected, ...], BeforeValidator(_as_several)]


class Case(BaseModel):
    """A line of an eval file; a text between slashes is a regular expression."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: Annotated[NonEmptyText, StringConstraints(max_length=MAX_QUESTION_CHARACTERS)]
    must: Several = ()
    must_not: Several = ()
    source: NonEmptyText | None = None  # the name of a file in instance/knowledge/

    @model_validator(mode="after")
    def _need_expectation(self) -> Case:
        if not (self.must or self.must_not or self.source):
            raise ValueError("must, must_not and source are all missing, so that any answer would do")
        return self

    @property
    def line(self) -> str:
        """The case as a line of a file."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def key(self) -> str:
        """The key of the case in the results, which changes with the question and every expectation."""
        return sha256(self.line.encode()).hexdigest()


def read_cases(path: Path) -> list[Case]:
    """Return the cases in a file, without duplicates; raises StartError for the first fault."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise StartError(f"{path}: it cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise StartError(f"{path}: it is not UTF-8: convert it.") from None
    lines = enumerate(text.split("\n"), 1)
    cases = [_parse_case(line, f"{path}, line {number}") for number, line in lines if line.strip()]
    if not cases:
        raise StartError(f"{path}: there are no questions in it.")
    return list(dict.fromkeys(cases))


def _parse_case(line: str, place: str) -> Case:
    try:
        return Case.model_validate_json(line)
    except ValidationError as error:
        raise StartError(
            f"{place}: {_describe_fault(error.errors(include_url=False, include_input=False)[0])}."
        ) from None


def _describe_fault(fault: ErrorDetails) -> str:
    if fault["type"] == "json_invalid":
        return "it is no JSON object"
    if fault["type"] == "extra_forbidden":
        return f"{fault['loc'][0]}: there is no such field, but question, must, must_not and source"
    field = fault["loc"][0] if fault["loc"] else ""
    return re.sub(r"^: ", "", f"{field}: {fault['msg'].removeprefix('Value error, ')}")
