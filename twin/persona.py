"""me.txt as a system prompt, fresh on every chat."""

from __future__ import annotations

import logging
from pathlib import Path

from .errors import StartError

MAX_CHARACTERS = 100_000

logger = logging.getLogger(__name__)


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` has: one for every four bytes of UTF-8, rounded up.

    Exact counts differ by model, and tokenizers are downloads; four bytes is what OpenAI's help pages
    give for English, and is on the safe side for scripts of more bytes a character.
    """
    return -(-len(text.encode()) // 4)


class Persona:
    """The owner's text about themselves, read again whenever it is asked for.

    A file that breaks while the service runs leaves the last good text in use and one line in the log.
    """

    def __init__(self, path: Path, max_tokens: int) -> None:
        """Read `path`, or raise StartError; `max_tokens` is an estimate's upper bound."""
        self._path = path
        self._max_tokens = max_tokens
        self._text = self._read()
        self._fault = ""

    def text(self) -> str:
        """Return the file's present text without white space at its ends, or the last that was good."""
        try:
            self._text = self._read()
            self._fault = ""
        except StartError as error:
            if str(error) != self._fault:
                logger.error("%s Its last good text stays in use.", error)
            self._fault = str(error)
        return self._text

    def _read(self) -> str:
        # Reading some kilobytes takes less than 0.1 ms; a cache by modification time would miss a
        # change of the same size within the same tick of the file system's clock.
        try:
            with self._path.open("rb") as file:
                data = file.read(4 * MAX_CHARACTERS + 4)  # as UTF-8, with its mark; more is too long
            text = data.decode("utf-8-sig").strip()
        except FileNotFoundError:
            raise StartError(f"{self._path} is missing: write there who the twin is.") from None
        except IsADirectoryError:  # as container engines make of a file that is not there
            raise StartError(f"{self._path} is a folder: make it a text file that says who the twin is.") from None
        except OSError as error:
            raise StartError(f"{self._path} cannot be read ({error.strerror}): see that the service may.") from None
        except UnicodeDecodeError:
            if len(data) > 4 * MAX_CHARACTERS:  # possibly cut inside a character
                raise StartError(self._too_long()) from None
            raise StartError(f"{self._path} is not UTF-8: save it in that encoding.") from None
        if not text:
            raise StartError(f"{self._path} is empty: write there who the twin is.")
        if len(text) > MAX_CHARACTERS or len(data) > 4 * MAX_CHARACTERS + 3:
            raise StartError(self._too_long())
        if (tokens := estimate_tokens(text)) > self._max_tokens:
            raise StartError(
                f"{self._path} takes about {tokens} tokens, more than the {self._max_tokens} of MODEL_CONTEXT: "
                "shorten it, or raise that setting if the model has more."
            )
        return text

    def _too_long(self) -> str:
        return f"{self._path} is longer than {MAX_CHARACTERS} characters: shorten it."
