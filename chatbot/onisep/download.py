"""An address comes in; the file behind it goes out, fetched anew, resumed, or known not to have changed."""

import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

MAX_BYTES = 256 * 1024**2  # the largest export takes some 5 MB
ATTEMPTS = 6
LONGEST_PAUSE = 60.0
TIMEOUT = httpx.Timeout(30.0)
PROGRESS_SECONDS = 2.0
CONTENT_TYPES = {
    ".zip": {"application/zip", "application/x-zip-compressed", "application/octet-stream", "binary/octet-stream"},
    ".json": {"application/json", "text/json", "text/plain", "application/octet-stream", "binary/octet-stream"},
}
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")

Report = Callable[[str], object]


class DownloadError(Exception):
    """A file that could not be fetched; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gives to tell one version of a file from another; empty where it gives none."""

    etag: str = ""
    last_modified: str = ""

    @property
    def strong(self) -> str:
        """Give the one that tells the very bytes, as resuming needs; a weak ETag does not."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


def download(
    client: httpx.Client,
    url: str,
    target: Path,
    known: Validators | None,
    report: Report,
    pause: Callable[[float], None] = time.sleep,
) -> Validators | None:
    """Fetch into `target`, over as many connections as it takes; None when the file is still the known one.

    What is fetched before a break stays beside the target, for the next attempt or the next run.
    """
    download = _Download(client, url, target, known, report)
    for attempt in range(ATTEMPTS):
        try:
            return download.fetch()
        except _Broken as error:
            if attempt + 1 == ATTEMPTS:
                raise DownloadError(f"{url} could not be fetched in {ATTEMPTS} attempts ({error})") from error
            seconds = min(LONGEST_PAUSE, error.wait or 2.0**attempt)
            report(f"{target.stem}: {error}; trying again in {seconds:.0f} s")
            pause(seconds)
    raise AssertionError("unreachable")


class _Broken(Exception):
    """An attempt that failed and may succeed when repeated, after `wait` seconds if the server says so."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class _Download:
    def __init__(
        self, client: httpx.Client, url: str, target: Path, known: Validators | None, report: Report
    ) -> None:
        self._client, self._url, self._target, self._known, self._report = client, url, target, known, report
        self._part = target.with_name(f"{target.name}.part")
        self._notes = target.with_name(f"{target.name}.part.json")

    def fetch(self) -> Validators | None:
        """Make one attempt; raise _Broken or DownloadError."""
        headers = {"Accept-Encoding": "identity"}
        offset, validators = self._find_part()
        if offset:
            headers |= {"Range": f"bytes={offset}-", "If-Range": validators.strong}
        elif self._known and self._known.etag:
            headers["If-None-Match"] = self._known.etag
        elif self._known and self._known.last_modified:
            headers["If-Modified-Since"] = self._known.last_modified
        try:
            with self._client.stream("GET", self._url, headers=headers) as response:
                if response.status_code == 304 and not offset:
                    return None
                self._check(response, offset)
                return self._receive(response, offset if response.status_code == 206 else 0)
        except httpx.TransportError as error:
            raise _Broken(f"the connection failed: {error or type(error).__name__}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DownloadError(f"{self._url} cannot be fetched ({error})") from error

    def _find_part(self) -> tuple[int, Validators]:
        """Give what was fetched of this file before: how many bytes, of which version; none of another address."""
        try:
            notes = json.loads(self._notes.read_text(encoding="utf-8"))
            validators = Validators(notes["etag"], notes["last_modified"])
            if notes["url"] == self._url and validators.strong:
                return self._part.stat().st_size, validators
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return 0, Validators()

    def _check(self, response: httpx.Response, offset: int) -> None:
        status = response.status_code
        if self._url.startswith("https:") and response.url.scheme != "https":
            raise DownloadError(f"{self._url} leads to {response.url}, which is not protected")
        if status == 416:
            self._drop_part()
            raise _Broken("the server has another file than before")
        if status == 206:
            found = CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
            if not found or int(found.group(1)) != offset:
                self._drop_part()
                raise _Broken("the server resumed elsewhere")
        elif status in (408, 425, 429) or status >= 500:
            wait = response.headers.get("Retry-After", "")
            raise _Broken(f"the server answered {status}", float(wait) if wait.isdecimal() else 0.0)
        elif status != 200:
            raise DownloadError(f"{self._url} answered {status} {response.reason_phrase}")
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind and kind not in CONTENT_TYPES[self._target.suffix]:
            raise DownloadError(f"{self._url} gave '{kind}' instead of a {self._target.suffix} file")
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise DownloadError(f"{self._url} gave the file in an encoding that was not asked for")

    def _receive(self, response: httpx.Response, offset: int) -> Validators:
        length = response.headers.get("Content-Length", "")
        total = offset + int(length) if length.isdecimal() else None
        if total is not None and total > MAX_BYTES:
            raise DownloadError(f"{self._url} is too large: {total:,} bytes")
        validators = Validators(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
        self._notes.write_text(json.dumps({"url": self._url, **asdict(validators)}), encoding="utf-8")
        size, last = offset, time.monotonic()
        if offset:
            self._report(f"{self._target.stem}: going on from {_megabytes(offset)}")
        with self._part.open("ab" if offset else "wb") as part:
            for chunk in response.iter_raw():  # as they come: what has come before a break is not lost
                size += len(chunk)
                if size > MAX_BYTES:
                    self._drop_part()
                    raise DownloadError(f"{self._url} is too large: over {MAX_BYTES:,} bytes")
                part.write(chunk)
                if time.monotonic() - last >= PROGRESS_SECONDS:
                    last = time.monotonic()
                    share = f" of {_megabytes(total)} ({size / total:.0%})" if total else ""
                    self._report(f"{self._target.stem}: {_megabytes(size)}{share}")
            part.flush()
            os.fsync(part.fileno())
        if total is not None and size != total:
            raise _Broken(f"{size:,} of {total:,} bytes came")
        os.replace(self._part, self._target)
        self._notes.unlink(missing_ok=True)
        self._report(f"{self._target.stem}: {_megabytes(size)} fetched")
        return validators

    def _drop_part(self) -> None:
        self._part.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
