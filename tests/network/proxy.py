"""A node that is not honest: a real one behind HTTP, whose answers are altered on their way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

# What becomes of a call's result: method, parameters, result.
Lie = Callable[[str, list[Any], Any], Any]


@contextmanager
def lying(url: str, lie: Lie) -> Iterator[str]:
    """The address of such a node while the block lasts."""
    with httpx.Client(trust_env=False, timeout=30.0) as client, ThreadingHTTPServer(("127.0.0.1", 0), handler(client, url, lie)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def handler(client: httpx.Client, url: str, lie: Lie) -> type[BaseHTTPRequestHandler]:
    """Passes requests on, single ones and batches, and alters what comes back."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            told = client.post(url, json=asked).json()
            calls = {call["id"]: call for call in (asked if isinstance(asked, list) else [asked])}
            for answer in told if isinstance(told, list) else [told]:
                if answer.get("result") is not None:
                    call = calls[answer["id"]]
                    answer["result"] = lie(call["method"], call["params"], answer["result"])
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return Handler
