from gevent import monkey

monkey.patch_all()  # before ssl, and all else that uses sockets, is imported

# How production serves the twin; `gunicorn wsgi:app` reads this file by itself and needs no flags.

import errno
import gc
import math
import os
import resource
import ssl
from contextlib import contextmanager, suppress

import gevent.socket
import gevent.ssl
from gunicorn.glogging import Logger
from gunicorn.http.errors import (
    ExpectationFailed,
    ForbiddenProxyRequest,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.ggevent import GeventWorker

from twin import create_app
from twin.cli.terminal import stop_in_one_line
from twin.memory import WAIT_SECONDS
from twin.system.fairness import Fairness
from twin.telemetry.logs import make_formatter
from twin.web.headers import HEADERS
from twin.web.launch import require_free_port, require_model

# Whatever would stop a worker stops here, once and in one line; the workers share what this imports.
with stop_in_one_line():
    twin = create_app().extensions["twin"]  # stays, and with it the embedded model, whichever worker ends
settings = twin.settings

REFUSALS = {
    LimitRequestLine: (414, "URI Too Long"),
    LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    ExpectationFailed: (417, "Expectation Failed"),
    (ForbiddenProxyRequest, ssl.SSLError): (403, "Forbidden"),
    ParseException: (400, "Bad Request"),
}
MAX_HEADER_BYTES = 16_384  # of one request, all in all
MAX_UNREAD_BYTES = 8_000_000  # so that a client which sends too much still sees its 413, in step with the next
SEND_SECONDS = 30  # that a visitor may take to make room for what is to be sent


class Fair:
    """A visitor's connection that holds up neither the others, by what it sends, nor its chat, by not reading."""

    head = None  # of an answer, which waits for its first piece to leave with it; empty while it is to come

    def __init__(self, *args, **options):
        self.fairness = Fairness()
        super().__init__(*args, **options)

    def recv(self, *args):
        return self.fairness.read(super().recv, *args)

    @contextmanager
    def answering(self):
        """Send a head with its first piece; let others have their turn where one read has brought many requests."""
        self.fairness.give_turn()
        self.head = b""
        try:
            yield
        finally:
            head, self.head = self.head, None
            if head:  # and nothing after it
                with suppress(OSError):
                    self.sendall(head)

    def sendall(self, data, *args):
        """Send all of `data`; whoever makes no room for it within SEND_SECONDS counts as gone."""
        if self.head == b"":
            self.head = data
            return
        data, self.head = (self.head or b"") + data, None
        self.settimeout(SEND_SECONDS)
        try:
            super().sendall(data, *args)
        except TimeoutError:
            raise BrokenPipeError(errno.EPIPE, "the visitor reads too slowly") from None
        finally:
            self.settimeout(None)


class FairSocket(Fair, gevent.socket.socket):
    """One that the visitor's words come over as they are."""


class FairTLSSocket(Fair, gevent.ssl.SSLSocket):
    """One that speaks TLS."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options | {"do_handshake_on_connect": False})  # but where its faults are a visitor's

    def do_handshake(self):
        """Shake hands, as soon as headers have to come; whoever takes longer counts as gone."""
        with gevent.Timeout(keepalive, BrokenPipeError(errno.EPIPE, "the handshake takes too long")):
            super().do_handshake()


class PoliteGeventWorker(GeventWorker):
    """gunicorn's gevent worker, which never takes a client's fault for its own (501, 500)."""

    def handle(self, listener, client, addr):
        if not isinstance(client, ssl.SSLSocket):
            client = FairSocket(client.family, client.type, client.proto, client.detach())
        super().handle(listener, client, addr)

    def handle_error(self, req, client, addr, exc):
        """Refuse what is no request of ours; log neither what it says nor who sent it."""
        status, reason = next((refusal for kind, refusal in REFUSALS.items() if isinstance(exc, kind)), (500, "Error"))
        if status == 500:
            self.log.exception("A connection failed unexpectedly.")
        else:
            self.log.info("A request was refused with %s (%s).", status, type(exc).__name__)
        head = {"Connection": "close", "Content-Length": "0", **HEADERS}
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        with suppress(OSError):
            client.sendall("\r\n".join(lines).encode())

    def handle_request(self, listener_name, req, sock, addr):
        """Answer a request; in the end, read what is left of a refused body, but not without end."""
        if sum(len(name) + len(value) for name, value in req.headers) > MAX_HEADER_BYTES:
            raise LimitRequestHeaders("too many bytes")
        with sock.answering():
            super().handle_request(listener_name, req, sock, addr)
        with suppress(OSError, ParseException), gevent.Timeout(5, False):
            for _ in range(MAX_UNREAD_BYTES // 4096):
                if not req.body.read(4096):
                    return
        raise StopIteration  # closes the connection


class JsonLogger(Logger):
    """gunicorn's own lines, as the twin's are written."""

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(make_formatter(as_json=True))


def on_starting(arbiter):
    """Stop in one line where the embedded model cannot start, or its port is taken, unless sockets are inherited."""
    with stop_in_one_line():
        if not {"GUNICORN_FD", "LISTEN_FDS"} & os.environ.keys():
            for address in arbiter.cfg.address:
                if isinstance(address, tuple):
                    require_free_port(*address)
        require_model(twin)  # which goes on loading while the workers begin


def ssl_context(config, make_default):
    """Return what TLS is spoken with, where a certificate is given."""
    context = make_default()
    context.sslsocket_class = FairTLSSocket
    # A visitor who has sent all may end without TLS's goodbye, and a body that is late is ended: both want an answer.
    # HTTP knows by itself whether all of a request came.
    context.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)  # which OpenSSL does unasked before its version 3
    return context


def post_worker_init(worker):
    """Import openai and start the embedded model before the first visitor waits for them, and spare the collector."""
    worker.wsgi.extensions["twin"].warm_up()
    # What a boot leaves is no garbage, and looking through it again and again took a quarter of a chat's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


# systemd and shells give 1,024 files, of which each chat takes two: the visitor's connection and the model's.
_, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
with suppress(ValueError, OSError):  # where "unlimited" is not for everybody
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))

worker_class = PoliteGeventWorker
# gunicorn's own convention: whoever sets PORT (a container, a platform) wants to be reached from outside.
reached_from = "0.0.0.0" if "port" in settings.model_fields_set else "127.0.0.1"  # noqa: S104
bind = f"{reached_from}:{settings.port}"
workers = settings.web_concurrency
worker_connections = 4_000
sendfile = False  # which would overtake a head that waits for it
keepalive = 15  # seconds; also ends connections whose headers come a byte at a time
# A chat in flight always finishes, after the one before it in its session.
graceful_timeout = math.ceil(settings.chat_deadline) + 5 + (math.ceil(WAIT_SECONDS) if settings.memory else 0)
control_socket_disable = True
forwarded_allow_ips = ""  # TRUSTED_PROXIES alone says whose headers count
secure_scheme_headers = {}
forwarder_headers = ""  # SCRIPT_NAME and PATH_INFO are not for clients to set
logger_class = JsonLogger  # the app logs each request when all of it is sent; gunicorn's own line would hold its query
