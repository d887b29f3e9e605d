"""Sockets below TLS: an SSLSocket that is shut down forgets its keys, and goes on in plain text."""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress

TCP_ESTABLISHED = 1  # linux/tcp_states.h


def duplicate(connection: socket.socket) -> socket.socket:
    """Return the same connection as a plain socket, to be closed; raises OSError where it is closed already."""
    return socket.socket(fileno=os.dup(connection.fileno()))


def shut_down(connection: socket.socket, how: int) -> None:
    """End what another thread waits for on `connection` (`how` as for socket.shutdown); it can still be written to."""
    with suppress(OSError), duplicate(connection) as same:
        same.shutdown(how)


def has_left(connection: socket.socket) -> bool:
    """Whether the other side has closed `connection`, even where the last that it sent, TLS's goodbye, is unread.

    Waits for nothing, and takes nothing that it sent.
    """
    try:
        if connection.family != socket.AF_UNIX and hasattr(socket, "TCP_INFO"):  # which not every system has
            return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != TCP_ESTABLISHED
        poll = select.poll()  # select itself takes no descriptor over 1023
        with duplicate(connection) as same:
            poll.register(same, select.POLLIN)
            return bool(poll.poll(0)) and not same.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
