"""Reads /metrics, for the tests: what was counted between two readings, since one process counts for all its tests."""

from collections.abc import Mapping
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read_metrics(client: Any) -> Figures:
    """Read every figure by its name and labels."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return parse_metrics(response.text)


def parse_metrics(text: str) -> Figures:
    """Parse the text that Prometheus reads."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def count(after: Figures, before: Figures, name: str, **labels: str) -> float:
    """Give by how much the figures of this name that have these labels rose, together."""
    return _sum(after, name, labels) - _sum(before, name, labels)


def _sum(figures: Figures, name: str, labels: Mapping[str, str]) -> float:
    return sum(
        value for (other, had), value in figures.items() if other == name and labels.items() <= dict(had).items()
    )
