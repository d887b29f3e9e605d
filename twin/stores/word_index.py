"""The index of the words of messages: FTS5 in a SQLite file, a GIN index in PostgreSQL.

A row's id is the conversation's number and the message's position. FTS5 keeps deleted words until `optimize`, which
memory/vacuum.py runs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Select,
    Uuid,
    bindparam,
    column,
    literal_column,
    select,
    table,
    text,
)

from ..text.words import find_words
from .desk_tables import conversations
from .tables import messages

POSITION_BITS = 20  # of a row's id
MAX_WORDS = 5_000  # of one message
MAX_CHARACTERS = 60  # of one word
MISSING_AT_ONCE = 20  # conversations, whose words no chat may wait long for
MAX_MATCHES = 10_000  # messages, the newest first, that a search looks at
ACCENTS = re.compile("[\u0300-\u036f]")

CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE message_words USING fts5 (words, detail = none, columnsize = 0, "
        "prefix = '2 3 4 5', "  # letters: else the beginning of thousands of words takes half a second
        "tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\")"
    ],
    "postgresql": [
        "CREATE TABLE message_words (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX message_words_by_word ON message_words USING gin (words)",
    ],
}
WORDS = {"sqlite": ":words", "postgresql": "array_to_tsvector(string_to_array(:words, ' '))"}
_INSERT = (
    "INSERT INTO message_words (rowid, words) SELECT (CAST(number AS BIGINT) << :bits) + :position, {} "
    "FROM conversations WHERE session_id = :session"
)
INSERT = {  # built once, since building one costs as much as executing it
    dialect: text(_INSERT.format(words)).bindparams(bindparam("session", type_=Uuid))
    for dialect, words in WORDS.items()
}
MISSING = text(
    "SELECT number, session_id FROM conversations WHERE number > :after AND NOT EXISTS (SELECT 1 FROM message_words "
    "WHERE rowid >= (CAST(number AS BIGINT) << :bits) AND rowid < (CAST(number + 1 AS BIGINT) << :bits)) "
    "ORDER BY number LIMIT :count"
).columns(column("number", Integer), column("session_id", Uuid))
MATCH = {  # the condition, what joins the forms of words, and the form of one
    "sqlite": ("message_words MATCH :words", " AND ", '"{}"*'),
    "postgresql": ("words @@ CAST(:words AS tsquery)", " & ", "'{}':*"),
}


def create_index(connection: Connection) -> None:
    """Create the empty index."""
    for statement in CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def index_missing(connection: Connection, after: int) -> int | None:
    """Index the next conversations, by number, of which no message is in the index, as after an update.

    Returns the last one's number, or None where none is left.
    """
    found = connection.execute(MISSING, {"after": after, "bits": POSITION_BITS, "count": MISSING_AT_ONCE}).all()
    said = select(messages.c.session_id, messages.c.position, messages.c.text)
    rows = connection.execute(said.where(messages.c.session_id.in_([each.session_id for each in found]))).all()
    _insert(connection, [_describe(*row) for row in rows])
    return found[-1].number if found else None


def index_messages(connection: Connection, session_id: UUID, said: Iterable[tuple[int, str]]) -> None:
    """Add messages of a session, each a position and a text, which were not added before."""
    _insert(connection, [_describe(session_id, *each) for each in said])


def delete_conversations(connection: Connection, numbers: Sequence[int]) -> None:
    """Remove all messages of conversations."""
    statement = text("DELETE FROM message_words WHERE rowid >= :start AND rowid < :end")
    rows = [{"start": number << POSITION_BITS, "end": (number + 1) << POSITION_BITS} for number in numbers]
    connection.execute(statement, rows)


def delete_messages(connection: Connection, session_id: UUID, positions: Sequence[int]) -> None:
    """Remove messages of a session."""
    found = select(conversations.c.number).where(conversations.c.session_id == session_id)
    if (number := connection.scalar(found)) is not None:
        rows = [{"id": (number << POSITION_BITS) + position} for position in positions]
        connection.execute(text("DELETE FROM message_words WHERE rowid = :id"), rows)


def find_numbers(query: str, dialect: str) -> Select[int] | None:
    """Return a statement for the numbers of conversations in one of whose messages all words of `query` occur.

    A word of the query is found as the beginning of others. Returns None where the query has no word.
    """
    words = list(dict.fromkeys(fold_words(query)))
    if not words:
        return None
    match, joint, form = MATCH[dialect]
    condition = text(match).bindparams(words=joint.join(form.format(word) for word in words))
    rowid = column("rowid", BigInteger)
    found = select(rowid).select_from(table("message_words")).where(condition)
    newest = found.order_by(rowid.desc()).limit(MAX_MATCHES).subquery()
    return select(newest.c.rowid.op(">>")(literal_column(str(POSITION_BITS))))


def fold_words(message: str) -> list[str]:
    """Return the words of a text without case and accents; where no spaces part words, each two adjoining letters."""
    plain = message if message.isascii() else ACCENTS.sub("", unicodedata.normalize("NFKD", message))
    return [word[:MAX_CHARACTERS] for word in find_words(plain)[:MAX_WORDS]]


def _describe(session_id: UUID, position: int, message: str) -> dict[str, Any]:
    words = " ".join(dict.fromkeys(fold_words(message)))
    return {"session": session_id, "bits": POSITION_BITS, "position": position, "words": words}


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if fitting := [row for row in rows if row["position"] < 1 << POSITION_BITS]:
        connection.execute(INSERT[connection.dialect.name], fitting)
