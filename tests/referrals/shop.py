"""A merchant's shop for browser tests: a few pages of another origin, with the site script in them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

PAGE = """<!doctype html><html lang="en"><head><title>Shop</title>
<script src="{script}"{options} defer></script></head><body><h1>{title}</h1><form method="post" action="/buy">
<input name="email" value="nora@example.com"><input name="order" value="N-1">
<input type="hidden" name="click_id" data-ambassador="click_id">
<input type="hidden" name="short_code" data-ambassador="mbsy">
<button>Buy</button></form></body></html>"""


class Shop:
    """Its address, the options of the script's tag, and the forms that were sent to it."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.options = ""
        self.bought: list[dict[str, str]] = []
        self.url = ""

    def page(self, title: str) -> bytes:
        return PAGE.format(script=self.script, options=self.options, title=title).encode()


@contextmanager
def shop(script: str) -> Iterator[Shop]:
    """A shop that is open for as long as the block lasts. ``script`` is the address of the site script."""
    opened = Shop(script)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("Welcome")

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            opened.bought.append(
                {name: values[0] for name, values in parse_qs(sent, keep_blank_values=True).items()}
            )
            self._answer("Thank you")

        def _answer(self, title: str) -> None:
            body = opened.page(title)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    opened.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield opened
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
