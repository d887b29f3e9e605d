"""What formats of mails and office programs say about where lines end, what is hidden, and what stands apart."""

from __future__ import annotations

import pytest

from twin.knowledge.documents.extraction import Unreadable
from twin.knowledge.documents.readers import read_document

from ...support.documents import squeeze, zipped

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "style", "table")
)


def mail(parameters: str, text: str) -> bytes:
    head = f"From: jo@deck.example\nSubject: Tides\nContent-Type: text/plain; charset=utf-8; {parameters}\n\n"
    return (head + text).replace("\n", "\r\n").encode()


def style(name: str, family: str, parent: str = "", display: str = "") -> str:
    properties = f'<style:text-properties text:display="{display}"/>' if display else ""
    based = f' style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="{family}"{based}>{properties}</style:style>'


def letter(styles: str, body: str) -> bytes:
    content = f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body>"
    return zipped(
        {"content.xml": f"<office:document-content {NAMESPACES}>{content}</office:document-content>".encode()}
    )


@pytest.mark.parametrize(
    ("parameters", "text", "read"),
    [
        ("format=flowed", "We sailed \nhome.\nThen we slept.", "We sailed home.\nThen we slept."),
        ("format=flowed; delsp=yes", "潮の満ち \n引きです。", "潮の満ち引きです。"),
        ("FORMAT=Flowed; DelSp=Yes", "https://deck.example/ \ntides", "https://deck.example/tides"),
        ("format=flowed", " From the pier \nwe sailed.", "From the pier we sailed."),
        ("format=flowed", "> You sail \n> well.\n>> Do I? \nYes.", "> You sail well.\n>> Do I? \nYes."),
        ("format=flowed", "Yours\n-- \nJo\nPier 4", "Yours\n-- \nJo\nPier 4"),
        ("format=fixed", "We sailed \nhome.", "We sailed \nhome."),
    ],
)
def test_ends_the_lines_of_a_mail_where_its_writer_did(parameters: str, text: str, read: str) -> None:
    assert read_document(".eml", mail(parameters, text)).text.partition("\n\n")[2] == read


@pytest.mark.parametrize(
    ("styles", "body"),
    [
        ("", '<text:section text:display="condition" text:is-hidden="true"><text:p>no</text:p></text:section>'),
        (style("A", "text", display="none"), '<text:p><text:span text:style-name="A">no</text:span></text:p>'),
        (
            style("A", "paragraph", display="none") + style("B", "paragraph", "A") + style("C", "paragraph", "B"),
            '<text:p text:style-name="C">no</text:p>',
        ),
        ("", '<text:p><text:hidden-paragraph text:is-hidden="true"/>no</text:p>'),
    ],
)  # fmt: skip
def test_leaves_out_what_a_letter_hides(styles: str, body: str) -> None:
    with pytest.raises(Unreadable, match=r"^it holds no text$"):
        read_document(".odt", letter(styles, body))


@pytest.mark.parametrize(
    ("styles", "body"),
    [
        ("", '<text:section text:display="condition" text:is-hidden="false"><text:p>yes</text:p></text:section>'),
        (
            style("A", "text", display="none") + style("B", "text", "A", display="true"),
            '<text:p><text:span text:style-name="B">yes</text:span></text:p>',
        ),
        (style("A", "text", display="none") + style("A", "paragraph"), '<text:p text:style-name="A">yes</text:p>'),
        (style("A", "paragraph", "B") + style("B", "paragraph", "A"), '<text:p text:style-name="A">yes</text:p>'),
    ],
)
def test_reads_what_a_letter_shows(styles: str, body: str) -> None:
    assert read_document(".odt", letter(styles, body)).text == "yes"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"Salt{\super\chftn{\footnote\pard By Brepols.}} roads.\par Next.\par", "Salt roads. Next. By Brepols."),
        (r"One{\*\footnote A.\par B.} two{\footnote C.} three.\par End.", "One two three. End. A. B. C."),
        (r"\trowd\cellx1\cellx2\intbl A{\footnote\pard N.}\cell B\cell\row\pard After.\par", "A | B After. N."),
        (r"It ends{\footnote here", "It ends here"),
    ],
)  # fmt: skip
def test_reads_a_note_apart_from_the_sentence_that_it_stands_in(text: str, read: str) -> None:
    assert squeeze(read_document(".rtf", f"{{\\rtf1\\ansi {text}}}".encode()).text) == read
