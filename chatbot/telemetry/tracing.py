"""The standard OTEL_* variables come in; spans to an OpenTelemetry collector go out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chatbot.stages import trace_with

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
NAME = "chatbot-orientation"


def set_up_traces(environment: Mapping[str, str] = os.environ) -> TracerProvider | None:
    """Send spans to the collector that the environment names, if any; each process for itself, after any fork."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or not any(map(environment.get, ENDPOINTS)):
        return None
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    return trace_to(OTLPSpanExporter())  # it reads its own variables: endpoint, headers, certificate, timeout


def trace_to(exporter: SpanExporter) -> TracerProvider:
    """Send spans to an exporter, in batches and from a thread of its own.

    The provider is not made the global one: so no library sends spans of its own there, which might hold a question.
    """
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = Resource.create()
    if named.attributes.get("service.name", "").startswith("unknown_service"):  # type: ignore[union-attr]
        named = named.merge(Resource({"service.name": NAME}))
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace_with(provider.get_tracer("chatbot"))
    return provider
