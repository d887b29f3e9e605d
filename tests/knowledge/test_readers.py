"""What is read of a document of each kind, and what is said of one that cannot be read."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.knowledge.documents.extraction import KINDS, MAX_BYTES, READ_APART, Unreadable, _explain_end, extract_text
from twin.knowledge.documents.readers import read_document

from ..support import documents
from ..support.service import ROOT

READ_HERE = [kind for kind in KINDS if kind not in READ_APART]
SAMPLES = {".pdf": documents.cv(), ".docx": documents.word_cv(), ".html": documents.saved_page().encode()}
NOBODY = 65534
Write = Callable[[str, bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a document into the test's folder."""

    def write_file(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write_file


def why_unreadable(path: Path, seconds: float = 60) -> str:
    with pytest.raises(Unreadable) as error:
        extract_text(path, seconds)
    return str(error.value)


def why_nothing(kind: str, data: bytes) -> str:
    """Read without starting a process, which takes a third of a second."""
    with pytest.raises(Unreadable) as error:
        read_document(kind, data)
    return str(error.value)


def text_or_reason(kind: str, data: bytes) -> str:
    try:
        return read_document(kind, data).text
    except Unreadable as reason:
        return str(reason)


def assert_is_clean(text: str) -> None:
    text.encode()
    assert text == text.strip()
    assert "\n\n\n" not in text


# Text


@pytest.mark.parametrize("ending", [".txt", ".md", ".TXT"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reads_text(write: Write, ending: str, encoding: str) -> None:
    path = write("me" + ending, "\n# Café 😀\r\nNext\rLast\n\n \n\n  End \n".encode(encoding))
    assert extract_text(path).text == "# Café 😀\nNext\nLast\n\n  End"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfea", "it is not UTF-8"),
        (b"a\0b", "it is no text"),
        (b"", "it holds no text"),
        (b"\xef\xbb\xbf \n", "it holds no text"),
    ],
)
def test_says_why_text_is_unreadable(write: Write, data: bytes, reason: str) -> None:
    assert why_unreadable(write("me.md", data)) == reason


def test_reads_json_as_a_person_would(write: Write) -> None:
    path = write("me.json", rb'{"name": "Zo\u00eb \ud83d\ude00", "half": "\ud800!", "likes": ["tea", NaN]}')
    assert extract_text(path).text == '{\n "name": "Zoë 😀",\n "half": "�!",\n "likes": [\n  "tea",\n  NaN\n ]\n}'


def test_reads_json_lines(write: Write) -> None:
    path = write("talks.jsonl", b'{"a":  "\\u00e9"}\r\n\n \n["\xe2\x80\xa8"]\n')
    assert extract_text(path).text == '{"a": "é"}\n["\u2028"]'


def test_numbers_in_json_keep_their_digits(write: Write) -> None:
    path = write("prices.json", b"[1.10, 2.5, 0.12345678901234567890]")
    assert extract_text(path).text == '[\n "1.10",\n 2.5,\n "0.12345678901234567890"\n]'


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("me.json", b'{"a":\n\n1,}', "it is not valid JSON (line 3)"),
        ("me.json", b"", "it is not valid JSON (line 1)"),
        ("me.jsonl", b'{"a": 1}\n\n{"a"\n', "it is not valid JSON (line 3)"),
        ("me.json", b"[" * 100_000 + b"]" * 100_000, "it is nested too deeply"),
        ("me.json", b"[" * 2_000 + b"]" * 2_000, "it is nested too deeply"),
        ("me.jsonl", b"[" * 100_000, "it is nested too deeply"),
        ("me.json", b"9" * 5_000, "it holds a number that is too long"),
        ("me.json", b"[" * 200 + b"0," * 150_000 + b"0" + b"]" * 200, "its text is larger than 20 MB"),
    ],
    ids=range(8),
)
def test_says_why_json_is_unreadable(write: Write, name: str, data: bytes, reason: str) -> None:
    assert why_unreadable(write(name, data)) == reason


# PDF


def test_reads_a_pdf_column_by_column_with_its_links(write: Write) -> None:
    assert extract_text(write("cv.pdf", documents.cv())).text.split("\n") == [
        "Ada Lovelace",
        "Experience",
        "Analyst at Babbage & Co (https://babbage.example/engine?part=1)",
        "for the Analytical Engine,",
        "1842 to 1843",
        "Skills",
        "Bernoulli numbers (ada@lovelace.example)",
        "French, Italian",
    ]


def test_reads_a_linkedin_profile_with_its_whole_address(write: Write) -> None:
    text = extract_text(write("Profile.PDF", documents.linkedin_profile())).text
    address = "https://www.linkedin.com/in/ada-lovelace-1815"
    assert f"www.linkedin.com/in/ada-lovelace-1815\n(LinkedIn) ({address})\nTop Skills\nPoetical science" in text
    assert "Number theory\nAda Lovelace\nCountess" in text


def test_reads_every_page(write: Write) -> None:
    text = extract_text(write("book.pdf", documents.long_pdf(3))).text
    assert text.index("Page 0 tells") < text.index("\n\nPage 1 tells") < text.index("\n\nPage 2 tells")


def test_reads_a_pdf_that_is_odd() -> None:
    assert read_document(".pdf", documents.odd_pdf()).text == "e-mail of the office"


@pytest.mark.parametrize("method", ["RC4", "AES_128", "AES_256"])
def test_reads_a_pdf_that_only_its_owner_may_change(method: str) -> None:
    assert read_document(".pdf", documents.encrypted_pdf("", method)).text == "Not to be printed"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (documents.encrypted_pdf("secret"), "it is encrypted"),
        (documents.scan(), "it holds no text (a scan?)"),
        (documents.cv()[:400], "it is broken, or no PDF"),
        (b"", "it is broken, or no PDF"),
        (bytes(range(256)) * 10, "it is broken, or no PDF"),
    ],
    ids=["encrypted", "scan", "truncated", "empty", "noise"],
)
def test_says_why_a_pdf_is_unreadable(data: bytes, reason: str) -> None:
    assert why_nothing(".pdf", data) == reason


def test_gives_a_pdf_up_that_takes_too_long(write: Write) -> None:
    assert why_unreadable(write("cv.pdf", documents.endless_pdf()), 1) == "reading it takes longer than 1 seconds"


# Word


def test_reads_a_word_file_with_its_header_and_footer(write: Write) -> None:
    assert extract_text(write("cv.docx", documents.word_cv())).text == (
        "ada@lovelace.example +44 20 1815\n\nLinkedIn (https://www.linkedin.com/in/ada)\n\n"
        "# Ada Lovelace\n\n# Work\n\nYears | What\n1842–1843 | Notes on the engine\n- French\n\n"
        "See the notes (https://notes.example/g)\n\nAs of 1843"
    )


def test_reads_a_text_box_once() -> None:
    assert read_document(".docx", documents.text_box()).text.startswith("ada@lovelace.example\nLondon\n\n# Ada")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (documents.OLE, "it is encrypted, or no .docx"),
        (documents.zipped({"a.txt": b"no Word file"}), "it is no .docx"),
        (b"", "it is no .docx"),
        (bytes(range(256)) * 10, "it is no .docx"),
        (documents.word_cv()[:5000], "it is no .docx"),
        (documents.zipped({"word/document.xml": b"<w"}), "it is broken (ParseError)"),
        (documents.bomb, "it unpacks to more than 100 MB"),
    ],
    ids=["OLE", "zip", "empty", "noise", "truncated", "no XML", "bomb"],
)
def test_says_why_a_word_file_is_unreadable(data: bytes | Callable[[], bytes], reason: str) -> None:
    assert why_nothing(".docx", data if isinstance(data, bytes) else data()) == reason


# HTML


def test_reads_what_a_saved_page_shows(write: Write) -> None:
    assert extract_text(write("me.html", documents.saved_page().encode())).text == (
        "Ada & her engine\nAll about Ada\n\n# Ada Lovelace\n\n"
        "Read the notes (https://lovelace.example/ada/notes.html), write to me (ada@lovelace.example)"
        " or call +44 (20) 18-15.\nCode: https://git.example/ada\n\n## Work\n\nYears: 1842 1843 | What: Notes\n\n"
        "### Languages\n- French\n- Italian\n\n### Hobbies\nHorses\n\nif engine:\n    weave(  )"
    )


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ('<base href="https://a.example/b/">', "https://a.example/b/cv.pdf"),
        ('<link rel="canonical" href="https://a.example/b/">', "https://a.example/b/cv.pdf"),
        ('<meta property="og:url" content="https://a.example/b">', "https://a.example/cv.pdf"),
        ('<base href="/b/"><link rel="canonical" href="https://a.example/">', "https://a.example/cv.pdf"),
    ],
)
def test_finds_where_relative_links_lead(head: str, address: str) -> None:
    assert read_document(".html", f'{head}<a href="cv.pdf">CV</a>'.encode()).text == f"CV ({address})"


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ('<a href="cv.pdf">CV</a>', "CV"),
        ('<a href="http://[">CV</a>', "CV"),
        ('<a href="data:text/plain,x">CV</a>', "CV"),
        ('<a href="https://a.example"><img src="x"></a>', "https://a.example"),
        ('<a href="mailto:ada%40a.example">Ada</a>', "Ada (ada@a.example)"),
        ('<a href="mailto:ada@a.example">ada@a.example</a>', "ada@a.example"),
        ('<a href="tel:+44-20">Call</a>', "Call (+44-20)"),
        ("<a>CV</a>", "CV"),
        (
            '<a href="https://www.google.com/url?q=https://a.example/b%3Fc%3D1&amp;sa=D">CV</a>',
            "CV (https://a.example/b?c=1)",
        ),
        (
            '<a href="https://eu.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example&data=1">CV</a>',
            "CV (https://a.example)",
        ),
        (
            "<style>.c1{vertical-align:super}.c2,p.c3{color:red;text-decoration:line-through}</style>"
            '10<span class="c1">6</span> ports, <span class="c2">9</span> 8<p class="c3">7',
            "10^6 ports, 8",
        ),
        ("10<sup>6</sup> ports, <del>9</del> 8", "10^6 ports, 8"),
        ("CO<sub>2</sub>, 101<sub>2</sub>, the 1<sup>st</sup>, M<sup>me</sup> Curie", "CO2, 101_2, the 1st, Mme Curie"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢字"),
        ("<ol start=3><li>Dig<ul><li>deep</ul><li value=9>Fill</ol>", "3. Dig\n- deep\n9. Fill"),
        ("<ol type=A reversed><li>Dig<li>Fill</ol>", "B. Dig\nA. Fill"),
        ("<ol type=i start=4><li>Dig</ol>", "iv. Dig"),
    ],
)
def test_writes_where_a_link_leads_once(link: str, text: str) -> None:
    assert read_document(".html", f"<p>{link}</p>".encode()).text == text


@pytest.mark.parametrize(
    "data",
    [
        "<p>Zoë</p>".encode(),
        "\ufeff<p>Zoë</p>".encode("utf-16-le"),
        '<meta charset="iso-8859-1"><p>Zoë</p>'.encode("latin-1"),
        '<meta charset="koi8-u"><p>Zoë</p>'.encode("utf-8-sig"),
        '<meta charset="zlib"><p>Zoë</p>'.encode("windows-1252"),
        "<p>Zoë</p>".encode("windows-1252"),
    ],
    ids=["UTF-8", "UTF-16", "declared", "marked", "declared as nonsense", "not declared"],
)
def test_finds_a_pages_encoding(data: bytes) -> None:
    assert read_document(".htm", data).text == "Zoë"


def test_reads_tables_and_lists_whose_ends_are_left_out() -> None:
    page = b"<table><tr><td>a<td>b<tr><td><td>d</table><ul><li>e<li><p>f</ul>"
    assert read_document(".html", page).text == "a | b\n| d\n- e\n- f"


OTHER_TAGS = ["a href='https://a.example'", "li", "pre", "span hidden"]


@pytest.mark.parametrize(
    "tag", ["div", "table><tr><td", *(pytest.param(tag, marks=pytest.mark.soak) for tag in OTHER_TAGS)]
)
def test_reads_a_page_that_is_nested_deeply(tag: str) -> None:
    assert read_document(".html", b"<p>first</p>" + f"<{tag}>".encode() * 10_000 + b"deep").text.startswith("first")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it holds no text"),
        (b"<script>x</script><!-- y --><p> &nbsp; </p>", "it holds no text"),
        (bytes(range(256)), "it is no text"),
    ],
)
def test_says_why_a_page_is_unreadable(data: bytes, reason: str) -> None:
    assert why_nothing(".html", data) == reason


# Files


@pytest.mark.parametrize("kind", KINDS)
def test_refuses_a_file_that_is_too_large(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"large{kind}"
    path.touch()
    os.truncate(path, MAX_BYTES + 1)
    assert why_unreadable(path) == "it is larger than 20 MB"


@pytest.mark.parametrize("name", ["me.doc", "me", ".pdf", "me.pdf.exe"])
def test_refuses_other_kinds(write: Write, name: str) -> None:
    assert why_unreadable(write(name, b"x")).startswith("it is of a kind that is not read")


def test_never_opens_what_is_no_regular_file(tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    os.mkfifo(tmp_path / "fifo.txt")
    (tmp_path / "device.md").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.html"))
        reasons = {path.name: why_unreadable(path) for path in tmp_path.iterdir()}
    assert reasons == dict.fromkeys(["folder.pdf", "fifo.txt", "device.md", "socket.html"], "it is no regular file")


@contextmanager
def few_rights() -> Iterator[None]:
    """Be somebody whom files' permissions bind, as root is not."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("name", ["cv.pdf", "me.txt"])
def test_says_that_a_file_is_gone_or_forbidden(write: Write, name: str) -> None:
    path = write(name, b"x")
    path.chmod(0)
    with few_rights():
        assert why_unreadable(path) == "Permission denied"
    path.unlink()
    assert why_unreadable(path) == "No such file or directory"


@pytest.mark.parametrize("kind", SAMPLES)
def test_survives_a_file_that_ends_early(kind: str) -> None:
    data = SAMPLES[kind]
    for end in range(0, len(data), len(data) // 12):
        assert_is_clean(text_or_reason(kind, data[:end]))


@pytest.mark.filterwarnings("ignore")  # bs4's: the process that reads has none either
@settings(max_examples=60)
@given(st.sampled_from(READ_APART), st.binary(max_size=300))
def test_any_bytes_give_text_or_a_reason(kind: str, data: bytes) -> None:
    assert_is_clean(text_or_reason(kind, data))


@settings(max_examples=20)
@given(st.sampled_from(sorted(SAMPLES)), st.floats(0, 0.999), st.binary(min_size=1, max_size=30))
def test_a_document_with_an_injury_gives_text_or_a_reason(kind: str, where: float, injury: bytes) -> None:
    data = SAMPLES[kind]
    start = int(where * len(data))
    assert_is_clean(text_or_reason(kind, data[:start] + injury + data[start + len(injury) :]))


LEAVES = st.none() | st.floats() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9)
BYTES = st.binary() | st.text().map(str.encode) | JSON.map(json.dumps).map(str.encode)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(READ_HERE), BYTES)
def test_any_bytes_as_plain_text_give_text_or_a_reason(tmp_path: Path, kind: str, data: bytes) -> None:
    path = tmp_path / f"any{kind}"
    path.write_bytes(data)
    try:
        said = extract_text(path).text
    except Unreadable as reason:
        said = str(reason)
    assert_is_clean(said)


# Processes


def run_python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program that imports the twin."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_service_loads_no_library_for_documents() -> None:
    program = (
        "import sys, twin.knowledge.documents.folder as _; print({'pypdfium2', 'mammoth', 'bs4'} & {*sys.modules})"
    )
    assert run_python(program).stdout == "set()\n"


def test_the_process_of_a_reader_loads_none_of_the_services_libraries() -> None:
    heavy = {"sqlalchemy", "pydantic", "numpy", "openai", "flask"}
    program = f"import sys, twin.knowledge.documents.extraction_process as _; print({heavy} & {{*sys.modules}})"
    assert run_python(program).stdout == "set()\n"


def test_reads_in_many_threads_from_any_folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [write(f"{number}.html", f"<p>{number}</p>".encode()) for number in range(4)]
    monkeypatch.chdir(paths[0].parent)
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(extract_text, [Path(path.name) for path in paths])
        assert [extraction.text for extraction in found] == list("0123")


GREENLETS = """
from gevent import monkey
monkey.patch_all()
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import gevent
from twin.knowledge.documents.extraction import Unreadable, extract_text
ticks = []
def tick():
    while True:
        gevent.sleep(0.01)
        ticks.append(1)
gevent.spawn(tick)
with ThreadPoolExecutor(2) as threads:
    print([extraction.text for extraction in threads.map(extract_text, [Path(sys.argv[1])] * 2)])
try:
    extract_text(Path(sys.argv[1]), 0.02)
except Unreadable as reason:
    print(reason)
print(len(ticks) > 2)
"""


def test_reads_under_gevent_while_others_go_on(write: Write) -> None:
    done = run_python(GREENLETS, str(write("me.html", b"<p>Ada</p>")))
    assert (done.stderr, done.stdout.split("\n")) == (
        "",
        [str(["Ada"] * 2), "reading it takes longer than 0.02 seconds", "True", ""],
    )


def test_a_reader_has_little_memory() -> None:
    program = (
        "import resource; from twin.knowledge.documents import extraction_process as reader; reader._limit_resources();"
        "print(resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)); bytearray(3 * 10**9)"
    )
    done = run_python(program)
    assert done.stdout == "(2000000000, 2000000000) (61, 61)\n"
    assert done.stderr.endswith("MemoryError\n")


@pytest.mark.parametrize(
    ("returncode", "reason"),
    [
        (-signal.SIGABRT, "reading it takes more than 2 GB of memory, or breaks its reader (SIGABRT)"),
        (-signal.SIGSEGV, "reading it takes more than 2 GB of memory, or breaks its reader (SIGSEGV)"),
        (-signal.SIGALRM, "reading it takes longer than 60 seconds"),
        (1, "it is broken (its reader ended with 1)"),
    ],
)
def test_a_reader_that_ends_early_is_told_as_its_limit(returncode: int, reason: str) -> None:
    assert _explain_end(returncode) == reason


def test_a_pdf_that_unpacks_to_more_than_memory_ends_in_its_limit(write: Write) -> None:
    assert why_unreadable(write("bomb.pdf", documents.pdf_bomb())).startswith("reading it takes more than 2 GB")


def test_a_reader_leaves_nothing_behind(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("cv.pdf", documents.cv())
    (tmp_path / "elsewhere").mkdir()
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    extract_text(path)
    assert [*(tmp_path / "elsewhere").rglob("*")] == []
