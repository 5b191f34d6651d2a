"""The service comes in; the route out that gives Prometheus what was counted and what is loaded."""

from collections.abc import Iterable
from datetime import UTC, datetime

from fastapi import APIRouter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse

from chatbot.api.service import Service
from chatbot.telemetry.metrics import CONTENT_TYPE, render_metrics


class IndexFigures(Collector):
    """What is to be known of the index of one application, read when it is asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterable[Metric]:
        """Give whether there is an index, what it holds and how old that is."""
        index = self._service.open_index()
        yield GaugeMetricFamily("chatbot_ready", "Whether questions are answered.", value=index is not None)
        if index is None:
            return
        degraded = "Whether answers rest on keywords alone, the Chroma server being away."
        yield GaugeMetricFamily("chatbot_degraded", degraded, value=index.degraded)
        yield GaugeMetricFamily("chatbot_sheets", "Sheets loaded.", value=index.sheets)
        yield GaugeMetricFamily("chatbot_chunks", "Chunks indexed.", value=index.chunks)
        now = datetime.now(UTC)
        age = (now - index.indexed_at).total_seconds()
        yield GaugeMetricFamily("chatbot_index_age_seconds", "Seconds since the sheets were indexed.", value=age)
        if index.corpus_date is not None:
            age = (now - index.corpus_date).total_seconds()
            yield GaugeMetricFamily("chatbot_corpus_age_seconds", "Seconds since the sheets last changed.", value=age)


def metrics_routes(service: Service) -> APIRouter:
    """Make the route; it takes no thread of the pool, so that it answers while all of them are busy."""
    routes, figures = APIRouter(), IndexFigures(service)

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> PlainTextResponse:
        """Give the counts that Prometheus collects."""
        return PlainTextResponse(render_metrics(figures), media_type=CONTENT_TYPE)

    return routes
