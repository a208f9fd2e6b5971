"""Listening and serving: the socket is made here so that the address is known, and taken, before anything is told to anyone."""

import signal
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from registry.kernel.errors import Unavailable

# Connections that may wait to be accepted.
_BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes a free one. Unavailable when the address can't be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it: an answer in two writes must not wait 40 ms for the client's acknowledgement of the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        raise Unavailable(f"can't listen on {host}:{port}: {error.strerror}; choose another port, 0 takes a free one") from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Where the socket listens, for a browser on this machine."""
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def server(app: FastAPI) -> uvicorn.Server:
    """Serves the app once it runs on a listening socket. No access log: paths may carry the key of /rpc."""
    return uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning", server_header=False, proxy_headers=False, ws="none"))


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serves until SIGINT or SIGTERM, then returns, so that what stands below the app ends in order. For the main thread."""
    # The server heeds the signal, and raises it again when it is done.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _heeded)
    server(app).run(sockets=[listener])


def _heeded(_number: int, _frame: FrameType | None) -> None:
    """The signal was heeded already."""
