"""The index and the search, with the embedded model of vectors, and with an OpenAI-compatible server."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from twin.errors import ModelBusy, ModelFailed
from twin.knowledge.passages import Passage, make_passages
from twin.knowledge.search import Index, Search
from twin.knowledge.search.indexer import index_all
from twin.knowledge.search.question_vectors import MAX_EMBEDDED
from twin.knowledge.search.small_talk import SMALL_TALK
from twin.llm.embeddings import Embeddings, find_embeddings
from twin.settings import Settings
from twin.system.address import Address

from ..support.service import wait_until

FACTS = {
    "work.md": "I led a team of seven people at Northwind.",
    "study.md": "My degree in mathematics is from the university of St Andrews.",
    "home.md": "My house is in a village by the sea, near Crail.",
    "boat.md": "The boat that I sail is called Kittiwake, and was built in 1987.",
    "food.md": "On Sundays I bake bread with rye flour.",
    "music.md": "I play the cello in a quartet.",
}
ALL = len(FACTS) + len(SMALL_TALK)


def make_all(**more: str) -> list[Passage]:
    texts = FACTS | {f"{name}.md": text for name, text in more.items()}
    return [passage for name, text in texts.items() for passage in make_passages(name, "", text)]


def find_names(search: Search, question: str, *before: str) -> list[str]:
    return [hit.passage.document for hit in search.find(question, before).hits]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embeddings]:
    embeddings = find_embeddings(Settings(), tmp_path_factory.mktemp("instance"))
    assert embeddings
    with closing(embeddings):
        yield embeddings


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index(tmp_path / "knowledge.index")) as index:
        yield index


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, embedded: Embeddings) -> Path:
    """The file of an index whose passages all have their vectors."""
    file = tmp_path_factory.mktemp("indexed") / "knowledge.index"
    with closing(Index(file)) as index:
        Search(index, embedded).replace_passages(make_all())
        index_all(index, embedded)
    return file


@pytest.fixture
def search(indexed: Path, tmp_path: Path, embedded: Embeddings) -> Iterator[Search]:
    """A search whose passages all have their vectors."""
    for file in indexed.parent.iterdir():
        shutil.copy(file, tmp_path)
    with closing(Index(tmp_path / "knowledge.index")) as index:
        search = Search(index, embedded)
        search.replace_passages(make_all())
        assert search.count_missing() == (0, ALL)
        yield search


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Where did you go to college?", "study.md"),
        ("Wo wohnst du?", "home.md"),
        ("¿Tocas algún instrumento?", "music.md"),
        ("How old is Kittiwake?", "boat.md"),
        ("1987", "boat.md"),
        ("How many colleagues did you lead?", "work.md"),
    ],
    ids=["meaning", "german", "spanish", "name", "number", "paraphrase"],
)
def test_what_is_meant_is_found_first(search: Search, question: str, name: str) -> None:
    assert find_names(search, question)[0] == name


@pytest.mark.parametrize("question", ["I led a team of seven people at Northwind?"])
def test_a_question_in_the_words_of_its_answer_is_close(search: Search, question: str) -> None:
    assert search.find(question).is_close


@pytest.mark.parametrize(
    "question", ["Which football club won the cup in 1974?", "How do I install a graphics driver?"]
)
def test_what_is_not_there_is_not_close(search: Search, question: str) -> None:
    assert not search.find(question).is_close


@pytest.mark.parametrize("message", ["Hi", "Who are you?", "Qui es-tu ?", "thanks a lot", "Hallo!", "What do you do?"])
def test_who_says_hello_asks_for_nothing_that_could_be_missing(search: Search, message: str) -> None:
    found = search.find(message)
    assert found.is_small_talk
    assert not {hit.passage for hit in found.hits} & set(SMALL_TALK)


@pytest.mark.parametrize("question", ["How old are you?", "What is your blood type?", "Do you have children?"])
def test_a_question_about_the_person_is_no_small_talk(search: Search, question: str) -> None:
    found = search.find(question)
    assert not found.is_small_talk
    assert found.asks


def test_what_was_asked_before_tells_what_is_meant(search: Search) -> None:
    before = "Tell me about the boat that you sail."
    assert find_names(search, "And when was it made?", before)[0] == "boat.md"


def test_a_new_passage_is_found_by_its_words_at_once_and_the_others_as_before(search: Search) -> None:
    search.replace_passages(make_all(bees="I keep bees, Buckfast hives, behind the orchard."))
    assert find_names(search, "Do you keep Buckfast bees?")[0] == "bees.md"
    assert find_names(search, "Where did you go to college?")[0] == "study.md"
    assert search.count_missing() == (1, ALL + 1)


def test_nobody_is_told_that_nothing_is_close_before_the_vectors_are_made(index: Index, embedded: Embeddings) -> None:
    search = Search(index, embedded)
    search.replace_passages(make_all())
    assert search.find("What is the name of your boat, and when was it built?").is_close
    assert not search.find("Which football club won?").is_close


def test_what_was_taken_away_is_not_found_and_not_in_the_file(search: Search, tmp_path: Path) -> None:
    search.replace_passages([passage for passage in make_all() if passage.document != "boat.md"])
    assert "boat.md" not in find_names(search, "What is Kittiwake?")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("knowledge.index"))
    assert b"Crail" in kept or (tmp_path / "knowledge.index-wal").exists()


def test_another_process_finds_the_vectors_that_are_there(search: Search, tmp_path: Path, embedded: Embeddings) -> None:
    with closing(Index(tmp_path / "knowledge.index")) as other:
        second = Search(other, embedded)
        second.replace_passages(make_all())
        assert second.count_missing() == (0, ALL)
        assert find_names(second, "Wo wohnst du?")[0] == "home.md"


def test_a_passage_that_another_process_took_out_is_put_back(
    index: Index, embedded: Embeddings, tmp_path: Path
) -> None:
    search = Search(index, embedded)
    search.replace_passages(make_all(bees="I keep bees."))
    with closing(Index(tmp_path / "knowledge.index")) as other:
        Search(other, embedded).replace_passages(make_all())
    index_all(index, embedded)
    assert search.count_missing() == (1, ALL + 1)
    index_all(index, embedded)
    assert search.count_missing() == (0, ALL + 1)


def test_a_broken_index_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "knowledge.index").write_bytes(b"no database" * 1_000)
    with closing(Index(tmp_path / "knowledge.index")) as index:
        search = Search(index, None)
        search.replace_passages(make_all())
        assert find_names(search, "Kittiwake")[0] == "boat.md"
    assert (tmp_path / "knowledge.index").stat().st_mode & 0o077 == 0


def test_an_index_that_somebody_deletes_is_made_again(index: Index, tmp_path: Path) -> None:
    search = Search(index, None)
    search.replace_passages(make_all())
    for path in tmp_path.glob("knowledge.index*"):
        path.unlink()
    assert find_names(search, "Kittiwake")[0] == "boat.md"


def test_what_is_taken_away_leaves_nothing_in_the_files(index: Index, tmp_path: Path) -> None:
    search = Search(index, None)
    search.replace_passages(make_all(pin="The pin of my Zanzibar cellar is by the door."))
    search.replace_passages(make_all())
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("knowledge.index*"))
    assert b"Crail" in kept
    assert b"zanzibar" not in kept.lower()


def test_who_reads_does_not_wait_for_who_writes(index: Index, tmp_path: Path) -> None:
    Search(index, None).replace_passages(make_all())
    with closing(sqlite3.connect(tmp_path / "knowledge.index", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with closing(Index(tmp_path / "knowledge.index")) as other:
            search = Search(other, None)
            search.replace_passages(make_all())
            assert find_names(search, "Kittiwake")[0] == "boat.md"
        writer.execute("ROLLBACK")


def test_a_locked_index_keeps_nobody_from_what_is_new(index: Index, tmp_path: Path) -> None:
    search = Search(index, None)
    search.replace_passages(make_all())
    with closing(sqlite3.connect(tmp_path / "knowledge.index", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        search.replace_passages(make_all(bees="I keep Buckfast bees.")[1:], seconds=0)
        assert find_names(search, "Do you keep Buckfast bees?")[0] == "bees.md"
        assert find_names(search, "Kittiwake")[0] == "boat.md"
        assert find_names(search, "Northwind") == []  # which was taken away
        assert not search.find("Which football club won?").is_close
        writer.execute("ROLLBACK")
    wait_until(lambda: index.match(["buckfast"], 1), "it was not written")
    wait_until(lambda: not index.match(["northwind"], 1), "it was not removed")


@pytest.fixture
def often_interrupted() -> Iterator[None]:
    """Threads take turns so often that what one may do to another happens within a second."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_a_question_is_answered_from_one_moment_whatever_changes(
    index: Index, remote: Embeddings, often_interrupted: None
) -> None:
    search = Search(index, remote)
    shelves = [make_all(), make_all(**{f"bread{number}": f"I bake bread number {number}." for number in range(60)})[3:]]
    is_over = threading.Event()

    def change() -> None:
        while not is_over.is_set():
            for shelf in shelves:
                search.replace_passages(shelf)
                index_all(index, remote)
                search.count_missing()

    def ask() -> None:
        for number in range(100):
            shelf = shelves[number % 2]
            known = {passage.key: passage for passage in (*shelf, *SMALL_TALK)}
            hits = search.find("Where is the boat Kittiwake, and which bread is baked?", among=known).hits
            assert {hit.passage for hit in hits} <= set(shelf)

    with ThreadPoolExecutor(5) as threads:
        changing = threads.submit(change)
        asking = [threads.submit(ask) for _ in range(4)]
        faults = [each.exception() for each in asking]
        is_over.set()
        assert [*faults, changing.exception()] == [None] * 5


def test_vectors_that_have_another_length_now_are_made_again(index: Index, remote: Embeddings, server: Server) -> None:
    search = Search(index, remote)
    search.replace_passages(make_all())
    first, *_ = index.list_without_vector(remote.model, 1)
    index.write_vectors(remote.model, [(first.id, b"\0" * 12)])
    index_all(index, remote)
    assert search.count_missing() == (0, ALL)
    assert find_names(search, "Kittiwake")[0] == "boat.md"


def test_without_an_index_words_find_and_nobody_is_told_that_nothing_is_close(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "knowledge.index").mkdir()
    search = Search(Index(tmp_path / "knowledge.index"), None)
    search.replace_passages(make_all())
    for _ in range(3):
        assert find_names(search, "Kittiwake") == ["boat.md"]
        assert search.find("Which football club won?").is_close
    assert len([record for record in caplog.records if record.name.startswith("twin.knowledge.")]) == 1
    assert "knowledge.index cannot be used" in caplog.text


def test_words_alone_find_names_and_know_what_is_not_there(index: Index) -> None:
    search = Search(index, None)
    search.replace_passages(make_all())
    assert find_names(search, "Where is the boat Kittiwake?")[0] == "boat.md"
    assert search.find("Is the boat called Kittiwake?").is_close
    assert not search.find("Which football club won?").is_close


@pytest.mark.parametrize(
    "question", ["?", " ", '" OR NEAR(', "term:x", "*", "\0", "𐍈" * 300, "a " * 10_000, "x" * 20_000]
)
def test_no_question_breaks_the_search(search: Search, question: str) -> None:
    search.find(question, [question])


class Server(ThreadingHTTPServer):
    """An OpenAI-compatible server of vectors, which counts letters and answers with what a test says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: tuple[int, bytes] | None = None
        self.asked: list[tuple[str | None, dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.headers["Authorization"], body))
        status, data = self.server.answer or (200, self.embed(body["input"]))
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def embed(self, texts: list[str]) -> bytes:
        vectors = [[1.0 + text.lower().count(letter) for letter in "abcdefgh"] for text in texts]
        data = [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)]
        return json.dumps({"data": data[::-1]}).encode()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def remote(server: Server, tmp_path: Path) -> Embeddings:
    settings = Settings(
        embedding_model="text-embedding-3-small",
        embedding_base_url=f"http://127.0.0.1:{server.server_port}/v1",
        embedding_api_key=SecretStr("sk-vectors"),
        openai_api_key=SecretStr("sk-chats"),
    )
    embeddings = find_embeddings(settings, tmp_path)
    assert embeddings
    return embeddings


def test_a_compatible_server_makes_the_vectors_that_the_settings_name(remote: Embeddings, server: Server) -> None:
    vectors = remote.embed(["aaaa", "bbbb"], are_queries=True, seconds=5)
    assert vectors.shape == (2, 8)
    assert (vectors[0][0], vectors[1][1]) == (vectors[0].max(), vectors[1].max())
    key, body = server.asked[0]
    assert key == "Bearer sk-vectors"
    assert body == {"model": "text-embedding-3-small", "input": ["aaaa", "bbbb"], "encoding_format": "float"}


def test_another_server_never_gets_the_models_key(tmp_path: Path, server: Server) -> None:
    settings = Settings(
        embedding_model="m",
        embedding_base_url=f"http://127.0.0.1:{server.server_port}/v1",
        openai_api_key=SecretStr("sk-chats"),
    )
    embeddings = find_embeddings(settings, tmp_path)
    assert embeddings
    embeddings.embed(["a"], are_queries=True, seconds=5)
    assert server.asked[0][0] == "Bearer none"


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (401, b"{}"),
        (200, b"<html>"),
        (200, b'{"data": []}'),
        (200, b'{"data": [{"index": 0, "embedding": []}]}'),
        (200, b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}'),
        (200, b'{"data": [{"index": 0, "embedding": [0, 0]}]}'),
        (200, b'{"data": [{"index": 0, "embedding": "AAAA"}]}'),
        (200, b'{"data": null}'),
        (200, b"[" * 200_000),
    ],
    ids=["500", "401", "html", "none", "empty", "nan", "zero", "base64", "null", "deep"],
)
def test_a_server_that_fails_leaves_the_words(remote: Embeddings, server: Server, index: Index, answer: Any) -> None:
    search = Search(index, remote)
    search.replace_passages(make_all())
    index_all(index, remote)
    assert search.count_missing() == (0, ALL)
    server.answer = answer
    with pytest.raises(ModelFailed):
        remote.embed(["a"], are_queries=True, seconds=5)
    assert find_names(search, "Where is the boat Kittiwake?")[0] == "boat.md"


def test_a_server_that_fails_again_and_again_is_left_alone(remote: Embeddings, server: Server) -> None:
    server.answer = (500, b"")
    for _ in range(5):
        with pytest.raises(ModelFailed):
            remote.embed(["a"], are_queries=True, seconds=5)
    asked = len(server.asked)
    with pytest.raises(ModelBusy):
        remote.embed(["a"], are_queries=True, seconds=5)
    assert len(server.asked) == asked


def test_vectors_of_another_model_are_not_compared(search: Search, index: Index, remote: Embeddings) -> None:
    other = Search(index, remote)
    other.replace_passages(make_all())
    assert other.count_missing() == (ALL, ALL)
    index_all(index, remote)
    assert other.count_missing() == (0, ALL)
    assert find_names(other, "Kittiwake")[0] == "boat.md"


def test_of_a_long_question_a_part_is_sent_for_its_vector(remote: Embeddings, server: Server, index: Index) -> None:
    search = Search(index, remote)
    search.replace_passages(make_all())
    index_all(index, remote)
    assert search.count_missing() == (0, ALL)
    search.find("begin " + "x " * 9_000 + " end?")
    (text,) = server.asked[-1][1]["input"]
    assert len(text) <= MAX_EMBEDDED + 2
    assert (text[:5], text[-4:]) == ("begin", "end?")


def test_an_address_where_nobody_listens_is_no_end() -> None:
    embeddings = Embeddings("m", Address("http://127.0.0.1:9/v1", "none"))
    with pytest.raises(ModelFailed):
        embeddings.embed(["a"], are_queries=True, seconds=1)
