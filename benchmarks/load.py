"""Load a served catalogue as a region would; print answers a second, delays, errors and memory as a Markdown table.

Run as `python benchmarks/load.py VECTORSTORE` (extra `load`): it starts `app.py` over an index that exists, on a port
of its own, and asks it questions on every sheet, from clients that each ask again as soon as they are answered.
`--url` loads a service that runs already.
"""

import argparse
import random
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import gevent
import psutil
from locust import FastHttpUser, task
from locust.env import Environment
from locust.stats import StatsEntry
from run import ROOT, SHARED, read_questions, start_server

from chatbot.audit import list_probes
from chatbot.catalogue import Catalogue
from chatbot.index import read_indexed_sheets

SAMPLE_SECONDS = 5
WARMING = 300  # questions before the clock starts


class Asking(FastHttpUser):
    """A client that asks one question after the other."""

    questions: Iterator[str]

    @task
    def ask(self) -> None:
        """Ask the next question; anything but an answer is an error."""
        body = {"question": next(self.questions)}
        with self.rest("POST", "/api/answer", json=body, name="answer") as response:
            if response.status_code == 200 and not (response.js or {}).get("answer"):
                response.failure("no answer")


def main() -> None:
    """Load the service and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectorstore", type=Path, nargs="?", default=ROOT / "vectorstore", help="(%(default)s)")
    parser.add_argument("--url", help="a service that runs already, over the same index")
    parser.add_argument("--pid", type=int, help="its process, whose memory is watched with that of its children")
    parser.add_argument("--workers", type=int, default=2, help="processes to start (%(default)s)")
    parser.add_argument("--chroma", default="", help="address of a Chroma server with the index's vectors")
    parser.add_argument("--clients", type=int, default=32, help="(%(default)s)")
    parser.add_argument("--seconds", type=int, default=60, help="(%(default)s)")
    parser.add_argument("--questions", type=Path, help="file of questions to ask instead, those of ../shared for one")
    options = parser.parse_args()
    questions = read_questions(options.questions) if options.questions else list_questions(options.vectorstore)
    with ExitStack() as stack:
        url, pid = options.url, options.pid
        if not url:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port: int = free.getsockname()[1]
            extra = {"CHATBOT_WORKERS": str(options.workers), "CHATBOT_CHROMA_URL": options.chroma}
            server, _ = stack.enter_context(start_server(options.vectorstore, port, extra))
            url, pid = f"http://127.0.0.1:{port}", server.pid
        stats, memory, processor = load(url, pid, questions, options.clients, options.seconds)
    print(render(stats, memory, processor, len(questions), options.clients))


def list_questions(vectorstore: Path) -> list[str]:
    """Give one question for every fact of every sheet, and the development questions, in random order."""
    catalogue = Catalogue(read_indexed_sheets(vectorstore).values())
    questions = [probe.question for probe in list_probes(catalogue)]
    development = SHARED / "eval" / "questions_dev.jsonl"
    if development.exists():
        questions += read_questions(development) * 8
    random.Random(0).shuffle(questions)
    return questions


def load(
    url: str, pid: int | None, questions: list[str], clients: int, seconds: int
) -> tuple[StatsEntry, list[tuple[float, float]], float]:
    """Ask from all clients at once; give the figures, and of the processes: MiB in the course of time, CPU seconds."""
    turns = iter(range(sys.maxsize))
    Asking.questions = (questions[turn % len(questions)] for turn in turns)
    environment = Environment(user_classes=[Asking], host=url)
    runner = environment.create_local_runner()
    runner.start(clients, spawn_rate=clients)
    while environment.stats.total.num_requests < WARMING:
        gevent.sleep(0.1)
    environment.stats.reset_all()
    started, memory, before = time.monotonic(), [], measure_processor(pid)
    while time.monotonic() < started + seconds:
        if pid:
            memory.append((time.monotonic() - started, measure_memory(pid)))
        gevent.sleep(min(SAMPLE_SECONDS, seconds))
    processor = measure_processor(pid) - before
    runner.quit()
    for error in environment.stats.errors.values():
        print(f"{error.occurrences} times {error.error}", file=sys.stderr)
    return environment.stats.total, memory, processor


def measure_processor(pid: int | None) -> float:
    """Sum the seconds of processor that a process and its children have taken."""
    if not pid:
        return 0.0
    parent = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:2]) for process in (parent, *parent.children(recursive=True)))


def measure_memory(pid: int) -> float:
    """Sum the memory of a process and its children in MiB, shared pages once."""
    parent = psutil.Process(pid)
    return sum(process.memory_full_info().pss for process in (parent, *parent.children(recursive=True))) / 2**20


def render(
    stats: StatsEntry, memory: list[tuple[float, float]], processor: float, questions: int, clients: int
) -> str:
    """Write the table."""
    cuts = {share: stats.get_response_time_percentile(share) for share in (0.5, 0.95, 0.99)}
    rows = [
        ("clients, different questions", f"{clients}, {questions:,}"),
        ("answers a second", f"{stats.total_rps:.0f}"),
        ("median, p95, p99", ", ".join(f"{value:.0f}" for value in cuts.values()) + " ms"),
        ("answers, errors", f"{stats.num_requests:,}, {stats.num_failures:,}"),
    ]
    if processor:
        rows.append(("processor of the service an answer", f"{1000 * processor / max(1, stats.num_requests):.1f} ms"))
    if memory:
        cut = max(1, len(memory) // 3)
        thirds = [memory[start : start + cut] for start in (0, cut, 2 * cut)]
        medians = [f"{statistics.median(size for _, size in third):.0f}" for third in thirds if third]
        rows.append(("memory in each third of the time, caches filling in the first", f"{', '.join(medians)} MiB"))
    return "\n".join(["| measure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


if __name__ == "__main__":
    main()
