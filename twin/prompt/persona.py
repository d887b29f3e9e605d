"""The persona: the owner's text about themselves, which begins the system message."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from ..errors import StartError
from ..grounding.support import ADDRESS
from ..knowledge.faq import fold_accents, fold_umlauts
from ..knowledge.passages import Passage
from ..text.sentences import SENTENCE_END
from ..text.tokens import estimate_tokens

PERSONA_FILE = "me.txt"  # in instance/, as the owner wrote it, or beside it, as it ships
PERSONA_TITLE = "About me"
MAX_CHARACTERS = 100_000
FIRST_PERSON = re.compile(
    r"[\s*•-]*(?:i|i['’]m|i['’]ve|we|my [a-z]+ (?:is|are|was|were)|ich|wir|mein\w* \w+ (?:ist|sind|war|waren)"
    r"|je|j['’]\w+|nous|yo|soy|tengo|vivo|trabajo|io|sono|eu|sou|ik|wij)(?!\w)",
    re.IGNORECASE,
)
# A sentence with one of these says how to behave, in the languages that most personas are written in.
INSTRUCTION = re.compile(
    r"(?<!\w)(?:you|your|yours|yourself|du|dich|dir|dein\w*|vous|votre|vos|tu|usted|twin|zwilling\w*|visitors?"
    r"|besucher\w*|visiteurs?|visitantes?|never|always|niemals|immer|jamais|nunca)(?!\w)",
    re.IGNORECASE,
)
# Where a persona says whose it is, in the languages that most are written in; then the name itself.
INTRODUCTION = re.compile(
    r"(?:(?<!\w)(?:i am|i['’]m|you are|this is|ich bin|du bist|soy|eres|je suis|tu es|io sono|sono|sei|eu sou|ik ben"
    r"|name is|named|name|heiße|heisse|llamo|appelle|chiamo|chamo|heet|representing|twin (?:of|for)|zwilling von"
    r"|gemel[oa] digital de|jumeau num[ée]rique de|acting as|speak as):?|^#+)[ \t]+",
    re.IGNORECASE | re.MULTILINE,
)
NAME_WORD = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)*"
NAME = re.compile(rf"{NAME_WORD}(?:[ \t]+(?:[^\W\d_]\.|v[ao]n|de[rnl]?|d[aio]s?|l[ae]|bin|al|ter|{NAME_WORD}))*")
MAX_INTRODUCTION = 2_000  # characters in which the owner's name is looked for
MAX_NAME = 5  # words

logger = logging.getLogger(__name__)


class Persona:
    """The text of instance/me.txt, or of the example that ships without one, read again for each chat.

    If the file breaks, or the owner's is removed, while the service runs, the last good text stays in use, and one line
    in the log says so: the example must not speak for an owner who had a persona.
    """

    def __init__(self, root: Path, max_tokens: int) -> None:
        """Read the file below `root`, or raise StartError; `max_tokens` bounds the estimate of its tokens."""
        self._root = root
        self._own, self._example = root / "instance" / PERSONA_FILE, root / PERSONA_FILE
        self._max_tokens = max_tokens
        self._is_owned = False  # whether the owner's file has ever been there
        self._text = self._read()
        self._fault = ""

    def text(self) -> str:
        """Return the file's present text, stripped, or the last good one."""
        try:
            self._text = self._read()
            self._fault = ""
        except StartError as error:
            if str(error) != self._fault:
                logger.error("%s Its last good text stays in use.", error)
            self._fault = str(error)
        return self._text

    @property
    def name(self) -> str:
        """The path of the file in use, relative to the project's folder."""
        return str(self._find().relative_to(self._root))

    def _find(self) -> Path:
        self._is_owned = self._is_owned or _is_there(self._own)
        return self._own if self._is_owned or not _is_there(self._example) else self._example

    def _read(self) -> str:
        path = self._find()
        # Reading some kilobytes takes less than 0.1 ms; a cache by modification time would miss a
        # change of the same size within the same tick of the file system's clock.
        try:
            with path.open("rb") as file:
                data = file.read(4 * MAX_CHARACTERS + 4)  # as UTF-8, with its mark; more is too long
            text = data.decode("utf-8-sig").strip()
        except FileNotFoundError:
            raise StartError(f"{path} is missing: write there who the twin is.") from None
        except IsADirectoryError:  # a container engine makes one of a missing file
            raise StartError(f"{path} is a folder: make it a text file that says who the twin is.") from None
        except OSError as error:
            raise StartError(f"{path} cannot be read ({error.strerror}): see that the service may.") from None
        except UnicodeDecodeError:
            if len(data) > 4 * MAX_CHARACTERS:  # possibly cut inside a character
                raise StartError(f"{path} is longer than {MAX_CHARACTERS} characters: shorten it.") from None
            raise StartError(f"{path} is not UTF-8: save it in that encoding.") from None
        if not text:
            raise StartError(f"{path} is empty: write there who the twin is.")
        if len(text) > MAX_CHARACTERS or len(data) > 4 * MAX_CHARACTERS + 3:
            raise StartError(f"{path} is longer than {MAX_CHARACTERS} characters: shorten it.")
        if (tokens := estimate_tokens(text)) > self._max_tokens:
            raise StartError(
                f"{path} takes about {tokens} tokens, more than the {self._max_tokens} of MODEL_CONTEXT: "
                "shorten it, or raise that setting if the model has more."
            )
        return text


def cite_persona(text: str) -> Iterator[Passage]:
    """Yield the sentences of a persona that a visitor may be shown as a source: about the owner, no rules."""
    for sentence in SENTENCE_END.split(text):
        is_about_owner = sentence and (FIRST_PERSON.match(sentence) or ADDRESS.search(sentence))
        if is_about_owner and not INSTRUCTION.search(sentence):
            yield Passage(PERSONA_FILE, PERSONA_TITLE, "", sentence.strip())


def find_names(text: str) -> frozenset[str]:
    """Return the words of the owner's name, folded: those with a capital after “I am”, “you are” and the like."""
    names: set[str] = set()
    for introduction in INTRODUCTION.finditer(text[:MAX_INTRODUCTION]):
        if match := NAME.match(text, introduction.end()):
            words = re.findall(NAME_WORD, match.group())[:MAX_NAME]
            names |= {fold(word.casefold()) for word in words for fold in (fold_accents, fold_umlauts)}
    return frozenset(names)


def _is_there(path: Path) -> bool:
    """Return whether there is a file, even an unreadable one or a dangling link: the example must not replace these."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # reading the file will say why
        pass
    return True
