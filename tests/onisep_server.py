"""A web server on loopback that serves files as Onisep does, and fails as a network can."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    """What there is to serve, by path, how the next requests fail, and what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    content_type: str = ""
    cut_at: list[int] = field(default_factory=list)  # break the next answers after so many bytes
    statuses: list[int] = field(default_factory=list)  # give these instead, one a request
    weak: bool = False
    headers: dict[str, str] = field(default_factory=dict)  # given with every file
    endless: bool = False  # give a file again and again, without a length, until the client has enough
    requests: list[tuple[str, str, int]] = field(default_factory=list)  # path, what it resumes from, status
    url: str = ""

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]


@contextmanager
def serve(served: Served) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = served.statuses.pop(0) if served.statuses else 0
            body = served.files.get(self.path)
            if body is None or status:
                status = status or 404
                served.requests.append((self.path, "", status))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
            if served.weak:
                etag = f"W/{etag}"
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(asked.group(1)) if asked and self.headers.get("If-Range") == etag else 0
            if self.headers.get("If-None-Match") == etag:
                status = 304
            elif start >= len(body):
                status = 416
            else:
                status = 206 if start else 200
            served.requests.append((self.path, asked.group(1) if asked else "", status))
            self.send_response(status)
            self.send_header("ETag", etag)
            if status in (304, 416):
                self.end_headers()
                return
            kind = "application/zip" if self.path.endswith(".zip") else "application/json"
            self.send_header("Content-Type", served.content_type or kind)
            for name, value in served.headers.items():
                self.send_header(name, value)
            if served.endless:
                self.end_headers()
                with suppress(OSError):
                    while True:
                        self.wfile.write(body)
                return
            self.send_header("Content-Length", str(len(body) - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.end_headers()
            end = start + served.cut_at.pop(0) if served.cut_at else len(body)
            self.wfile.write(body[start:end])

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
