"""Measure indexing, start-up, latency and memory on a whole catalogue; print a Markdown table.

Run as `python benchmarks/run.py`; nothing of the project's own index is touched. `--latency-only VECTORSTORE` measures
a server over an index that exists.
"""

import argparse
import http.client
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
CLIENTS = 8
READY_SECONDS = 120
ROUNDS = 2

Row = tuple[str, str]


def main() -> None:
    """Measure what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=Path, default=SHARED / "corpus", help="folder of sheets (%(default)s)")
    parser.add_argument("--questions", type=Path, default=SHARED / "eval" / "questions_dev.jsonl", help="(%(default)s)")
    parser.add_argument("--latency-only", type=Path, metavar="VECTORSTORE", help="an index that exists")
    options = parser.parse_args()
    for path in (options.sheets, options.questions):
        if not path.exists():
            sys.exit(f"'{path}' does not exist. Give it with --sheets or --questions.")
    with tempfile.TemporaryDirectory() as name:
        vectorstore = options.latency_only or Path(name) / "vectorstore"
        rows = [] if options.latency_only else list(measure_indexing(options.sheets, Path(name), vectorstore))
        rows += measure_server(vectorstore, read_questions(options.questions))
    machine = f"{os.cpu_count()} cores ({name_processor()}), {count_memory():.0f} GiB of memory"
    print(f"{machine}, Python {platform.python_version()}")
    print("\n| measure | value |\n|---|---|")
    for row in rows:
        print(f"| {row[0]} | {row[1]} |")


def measure_indexing(sheets: Path, folder: Path, vectorstore: Path) -> Iterator[Row]:
    """Index a copy of the sheets from nothing, unchanged, and with one sheet changed."""
    copy = folder / "sheets"
    shutil.copytree(sheets, copy, copy_function=shutil.copyfile)
    files = sorted(copy.rglob("*.md"), key=lambda path: path.stat().st_size)
    count = f"{len(files):,} files"
    yield f"index {count} from nothing", time_indexing(copy, vectorstore)
    yield f"index {count} again, unchanged", time_indexing(copy, vectorstore)
    with files[-1].open("a", encoding="utf-8") as file:
        file.write("\nUne phrase de plus dans cette fiche.\n")
    yield f"index {count}, one sheet changed", time_indexing(copy, vectorstore)


def time_indexing(sheets: Path, vectorstore: Path) -> str:
    """Time one indexing, interpreter included; its memory is the peak of the process."""
    started = time.monotonic()
    command = [sys.executable, "-m", "chatbot", "index", str(sheets)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment_of(vectorstore, 0), stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("Indexing failed.")
    return f"{time.monotonic() - started:.1f} s ({usage.ru_maxrss / 2**20:.2f} GiB at most)"


def measure_server(vectorstore: Path, questions: Sequence[str]) -> Iterator[Row]:
    """Start the server, wait until it is ready, ask it everything with one client and with several."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with start_server(vectorstore, port) as (server, seconds):
        yield "`python app.py` to `/api/ready`", f"{seconds:.1f} s"
        yield "memory when ready", f"{read_memory(server.pid, 'VmRSS'):.0f} MiB"
        for clients in (1, CLIENTS):
            ask_all(port, questions[:20], clients)
            started = time.monotonic()
            latencies = ask_all(port, [*questions] * ROUNDS, clients)
            rate = len(latencies) / (time.monotonic() - started)
            name = "one client" if clients == 1 else f"{clients} clients"
            yield f"`POST /api/answer`, {name}", f"{render_latencies(latencies)}, {rate:.0f} answers/s"
        yield "memory after that", f"{read_memory(server.pid, 'VmRSS'):.0f} MiB"
        yield "memory at most", f"{read_memory(server.pid, 'VmHWM'):.0f} MiB"


@contextmanager
def start_server(
    vectorstore: Path, port: int, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Run app.py until the block ends; give the process and the seconds until it was ready."""
    started = time.monotonic()
    environment = environment_of(vectorstore, port) | settings
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=sys.stderr)
    try:
        while not is_ready(port):
            if process.poll() is not None or time.monotonic() - started > READY_SECONDS:
                sys.exit("The server did not become ready.")
            time.sleep(0.05)
        yield process, time.monotonic() - started
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def is_ready(port: int) -> bool:
    """Tell whether the server answers on /api/ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def ask_all(port: int, questions: Sequence[str], clients: int) -> list[float]:
    """Ask the questions, shared among clients that each keep a connection; give the milliseconds of each answer."""

    def ask(share: Sequence[str]) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        latencies = []
        for question in share:
            started = time.perf_counter()
            connection.request(
                "POST", "/api/answer", json.dumps({"question": question}), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            body = response.read()
            latencies.append((time.perf_counter() - started) * 1000)
            if response.status != 200:
                sys.exit(f"{question!r}: {response.status} {body.decode()}")
        connection.close()
        return latencies

    with ThreadPoolExecutor(clients) as pool:
        return [value for part in pool.map(ask, [questions[n::clients] for n in range(clients)]) for value in part]


def read_questions(path: Path) -> list[str]:
    """Read the first turn of every question."""
    return [json.loads(line)["turns"][0] for line in path.read_text(encoding="utf-8").splitlines()]


def render_latencies(latencies: Sequence[float]) -> str:
    """Write median, 95th and 99th percentile."""
    cuts = statistics.quantiles(latencies, n=100)
    return f"median {statistics.median(latencies):.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms"


def environment_of(vectorstore: Path, port: int) -> dict[str, str]:
    """Give the environment of the measured processes."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CHATBOT_")}
    return ours | {"CHATBOT_VECTORSTORE": str(vectorstore.resolve()), "CHATBOT_PORT": str(port or 7860)}


def read_memory(pid: int, field: str) -> float:
    """Read a figure of a process in MiB (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024


def count_memory() -> float:
    """Count the machine's memory in GiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def name_processor() -> str:
    """Name the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
