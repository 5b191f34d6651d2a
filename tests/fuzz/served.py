"""Fuzz a served application, by schemathesis with all its checks: `python -m tests.fuzz.served [SECONDS]`.

It serves what the settings name, on a port of its own and this machine only; exit status 1 when a check fails.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.site import find_port

SECONDS = 600
PATIENCE = 120.0  # seconds until the server is ready


def main() -> int:
    """Serve, fuzz, stop serving."""
    seconds = sys.argv[1] if len(sys.argv) > 1 else str(SECONDS)
    url = f"http://127.0.0.1:{(port := find_port())}"
    settings = os.environ | {"CHATBOT_HOST": "127.0.0.1", "CHATBOT_PORT": str(port)}
    server = subprocess.Popen([sys.executable, "app.py"], env=settings)
    try:
        wait_until_ready(server, f"{url}/api/ready")
        command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json", "--checks", "all"]
        command += ["--max-time", seconds, "--continue-on-failure", "--warnings", "off"]
        with tempfile.TemporaryDirectory() as folder:  # where it leaves its cache
            return subprocess.run(command, cwd=folder).returncode
    finally:
        server.terminate()
        server.wait()


def wait_until_ready(server: subprocess.Popen[bytes], url: str) -> None:
    """Ask until the server can answer; raise when it has ended or takes too long."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError) as error:
            if server.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{url} is not ready: {error}") from error
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
