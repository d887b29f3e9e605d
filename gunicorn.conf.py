# How production serves the twin; `gunicorn wsgi:app` reads this file by itself and needs no flags.

from gevent import monkey

monkey.patch_all()  # before anything imports ssl or another user of sockets

import gc
import math
import os
import resource
from contextlib import suppress

from twin import create_app
from twin.cli.terminal import stop_in_one_line
from twin.memory import SESSION_WAIT_SECONDS
from twin.telemetry.board import Board
from twin.web.launch import require_free_port, require_model
from twin.web.metrics_port import METRICS_HOST
from twin.web.worker import HEADER_SECONDS, JsonLogger, TwinWorker, make_tls_context

# A fault that would stop a worker stops the start here, once and in one line; the workers share what this imports.
with stop_in_one_line():
    twin = create_app().extensions["twin"]  # kept, and with it the embedded model, whichever worker ends
settings = twin.settings


def on_starting(arbiter):
    """Stop in one line where the embedded model cannot start, or its port is taken, unless sockets are inherited."""
    arbiter.board = Board()  # the workers' metrics, which a reload leaves as they are
    with stop_in_one_line():
        if not {"GUNICORN_FD", "LISTEN_FDS"} & os.environ.keys():
            for address in arbiter.cfg.address:
                if isinstance(address, tuple):
                    is_metrics = address == (METRICS_HOST, settings.metrics_port)
                    require_free_port(*address, "METRICS_PORT" if is_metrics else "PORT")
        require_model(twin)  # which goes on loading while the workers begin


def pre_fork(arbiter, worker):
    """Give a worker its place among the metrics."""
    worker.row = arbiter.board.claim()


def child_exit(arbiter, worker):
    """Take the place of a worker that has ended back, with what it has counted."""
    worker.row.release()


def post_worker_init(worker):
    """Do before the first visitor comes what would delay that visitor, and spare the garbage collector."""
    worker.wsgi.extensions["twin"].metrics.join(worker.row)
    worker.wsgi.extensions["twin"].warm_up()
    # Objects made at start-up stay; scanning them in each collection took a quarter of a chat's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


# systemd and shells allow 1,024 files by default; each chat takes two: the visitor's connection and the model's.
_, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
with suppress(ValueError, OSError):  # where "unlimited" is not for everybody
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))

worker_class = TwinWorker
logger_class = JsonLogger  # the app logs each request when all of it is sent; gunicorn's own line would hold its query
ssl_context = make_tls_context
# gunicorn's own convention: a container or a platform sets PORT to have the service reached from outside.
reached_from = "0.0.0.0" if "port" in settings.model_fields_set else "127.0.0.1"  # noqa: S104
bind = [f"{reached_from}:{settings.port}"]
if settings.metrics_port is not None:
    bind.append(f"{METRICS_HOST}:{settings.metrics_port}")
workers = settings.web_concurrency
worker_connections = 4_000
sendfile = False  # which would overtake a head that waits for it
keepalive = HEADER_SECONDS  # also ends connections whose headers come a byte at a time
# A chat in flight always finishes, after the one before it in its session.
graceful_timeout = math.ceil(settings.chat_deadline) + 5 + (math.ceil(SESSION_WAIT_SECONDS) if settings.memory else 0)
control_socket_disable = True
forwarded_allow_ips = ""  # TRUSTED_PROXIES alone says whose headers count
secure_scheme_headers = {}
forwarder_headers = ""  # SCRIPT_NAME and PATH_INFO are not for clients to set
