"""A Chroma server of its own for a test: started, stopped as by a power cut, started again on the same folder."""

import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.site import find_port

PATIENCE = 30.0


class ChromaServer:
    """`chroma run` as a child process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(self.folder)]
        self.process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < end, "chroma run did not start"
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2):
                return True
        except OSError:
            return False

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
