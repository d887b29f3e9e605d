"""Sockets below TLS, shut down and watched there: an SSLSocket that is shut down would go on in plain text."""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress

TCP_ESTABLISHED = 1  # linux/tcp_states.h


def duplicate(connection: socket.socket) -> socket.socket:
    """Return the same connection as a plain socket, which the caller closes; raises OSError for a closed connection."""
    return socket.socket(fileno=os.dup(connection.fileno()))


def shut_down(connection: socket.socket, how: int) -> None:
    """Shut `connection` down, which wakes a thread that waits for it; `how` is that of socket.shutdown."""
    with suppress(OSError), duplicate(connection) as same:
        same.shutdown(how)


def has_left(connection: socket.socket) -> bool:
    """Whether the other side has closed `connection`, also where its last bytes, such as TLS's goodbye, are unread.

    Does not block, and consumes nothing.
    """
    try:
        if connection.family != socket.AF_UNIX and hasattr(socket, "TCP_INFO"):  # Linux
            return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != TCP_ESTABLISHED
        poll = select.poll()  # select() takes no descriptor over 1023
        with duplicate(connection) as same:
            poll.register(same, select.POLLIN)
            return bool(poll.poll(0)) and not same.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
