"""What is prose in a plain text and what is not: comments, code of MDX, and bytes that are no UTF-8."""

from __future__ import annotations

import pytest

from twin.knowledge.documents.extraction import Unreadable
from twin.knowledge.documents.readers import read_document

from ...support.documents import squeeze


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("It fell by 20%% in May, by 30%% in June, then rose.", "It fell by 20%% in May, by 30%% in June, then rose."),
        ("%% prints a sign of per cent.\nSo far.\n\n%% again", "%% prints a sign of per cent. So far. %% again"),
        ("%% Load\nWe read it.\n\n%% Plot\nWe draw it.", "%% Load We read it. %% Plot We draw it."),
        ("I sail%%ask more%% daily, %% for this %% too.", "I sail daily, too."),
        ("Seen.\n\n%%\nhidden\n\n- more\n%%\n\nToo.", "Seen. Too."),
        ("Seen.\n\n%% hidden\n\nmore %%\n\nToo.", "Seen. Too."),
        ("- one\n\n%% kanban:settings\n```\n{}\n```\n%%", "- one"),
        ("I wrote <!-- by mistake.\n\nAnd wasps.", "I wrote <!-- by mistake. And wasps."),
    ],
)
def test_leaves_out_comments_and_no_prose(text: str, read: str) -> None:
    found = read_document(".md", text.encode())
    assert squeeze(found.text) == read
    assert found.lost == ()


@pytest.mark.parametrize(
    "text", ["Seen.\n\n<!-- a note\nBees.\n\nWasps.", "Seen.\n%%\na note\n\nWasps.", "Seen.\n%% a note"]
)
def test_tells_what_a_comment_that_is_not_closed_hides(text: str) -> None:
    found = read_document(".md", text.encode())
    assert found.text == "Seen."
    assert found.lost[0].startswith("the comment that begins with “")
    with pytest.raises(Unreadable, match=r"^the comment that begins with “"):
        read_document(".md", text.removeprefix("Seen.").encode())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("import A from './a'\nimport {\n  B,\n} from \"b\";\nimport './c.css'\n\nI weave.", "I weave."),
        ("export const meta = {\n  title: 'x',\n\n  tags: ['y'],\n}\n\nI weave.", "I weave."),
        ("export default function Page(props) {\n  return <main {...props} />\n}\nI weave.", "I weave."),
        ("export { default as X } from './x'\nexport * from './y'\n\nI weave.", "I weave."),
        ("import duties from Asia rose.\n\nexport controls too.", "import duties from Asia rose. export controls too."),
        ("We\nimport tea from China and\nexport default rates.", "We import tea from China and export default rates."),
        ("Write\nimport A from './a'\nfor it.", "Write import A from './a' for it."),
        ("```js\nimport A from './a'\n```", "```js import A from './a' ```"),
        ("export const a = {\n\nI weave.", "I weave."),
    ],
)
def test_leaves_out_the_statements_of_mdx_and_no_prose(text: str, read: str) -> None:
    assert squeeze(read_document(".mdx", text.encode()).text) == read


@pytest.mark.parametrize(
    ("text", "encoding", "spoilt"),
    [
        ("Ich wohne in Köln. " * 300, "utf-8", b"\x92"),
        ("Я преподаю физику. " * 300, "utf-8", b"\xff"),
        ("私は通訳です。" * 300, "utf-8", b"\xe3\x81"),
        ("Ich wohne in Köln. " * 300, "cp1252", b""),
        ("Née à Liège, Ã©tude. ", "cp1252", b""),
    ],
)
def test_reads_utf_8_with_a_broken_character_as_utf_8(text: str, encoding: str, spoilt: bytes) -> None:
    data = text.encode(encoding)
    found = read_document(".txt", data[: len(data) // 2] + spoilt + data[len(data) // 2 :])
    assert found.text.startswith(text[:10])
    assert "encoding" in found.lost[0]
