"""What happens in this process is counted here; the text that Prometheus reads goes out, of all processes together.

Every label has few values: routes by their template, never a path; methods and outcomes from lists in the code.
"""

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from chatbot.telemetry.processes import list_processes, settled, shared_folder

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
disable_created_metrics()  # they double the text
REGISTRY = CollectorRegistry()
REQUESTS = Counter("chatbot_requests", "Requests.", ["route", "method", "code"], registry=REGISTRY)
REQUEST_SECONDS = Histogram(
    "chatbot_request_seconds",
    "Seconds from a request to the end of its response, streams included.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
REFUSALS = Counter("chatbot_refusals", "Requests refused, by reason.", ["reason"], registry=REGISTRY)
ANSWERS = Counter(
    "chatbot_answers",
    "Answers by their status; failed and abandoned ones too.",
    ["status", "generator", "channel"],
    registry=REGISTRY,
)
ANSWER_SECONDS = Histogram(
    "chatbot_answer_seconds",
    "Seconds from a question to its whole answer, the wait for its turn included.",
    ["channel"],
    buckets=(0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
STAGE_SECONDS = Histogram(
    "chatbot_stage_seconds",
    "Seconds of an answer by stage, without those of the stages within it.",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
    registry=REGISTRY,
)
SHED = Counter("chatbot_shed", "Questions refused since too many waited already.", ["channel"], registry=REGISTRY)
UNDER_WAY = Gauge("chatbot_answers_under_way", "Answers computed now.", registry=REGISTRY, multiprocess_mode="livesum")
WAITING = Gauge(
    "chatbot_answers_waiting", "Questions that wait for their turn.", registry=REGISTRY, multiprocess_mode="livesum"
)
MODEL = Counter(
    "chatbot_model", "Sentences kept or dropped and answers written or not, by outcome.", ["outcome"], registry=REGISTRY
)


def render_metrics(collector: Collector) -> bytes:
    """Write the figures of all processes, and those that a collector gives of the application that is asked."""
    own = CollectorRegistry()
    own.register(collector)
    folder = shared_folder()
    if folder is None:
        ProcessCollector(registry=own)
        return generate_latest(REGISTRY) + generate_latest(own)
    added = CollectorRegistry()
    MultiProcessCollector(added, str(folder))
    with settled(folder):
        own.register(_Processes(list_processes(folder)))
        return generate_latest(added) + generate_latest(own)


class _Processes(Collector):
    """Memory, processor time and files of several processes, each under its number."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = pids

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for pid in self._pids:
            for family in ProcessCollector(registry=None, pid=lambda pid=pid: pid).collect():  # type: ignore[misc]
                kind = CounterMetricFamily if family.type == "counter" else GaugeMetricFamily
                found = families.setdefault(family.name, kind(family.name, family.documentation, labels=["pid"]))
                for sample in family.samples:
                    found.add_sample(sample.name, {"pid": str(pid)}, sample.value)
        return families.values()
