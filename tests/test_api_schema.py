"""Every operation of the OpenAPI document, by schemathesis: documented examples, limits, whatever fits and doesn't.

All its checks hold, none is left out. A longer run, over a served application and the full corpus: `make fuzz`.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from chatbot.answering import Chatbot
from chatbot.api import OpenIndex, create_api
from chatbot.browse import Browser

EXAMPLES = 25  # of each operation, beside those at its limits


class Service:
    """Serves the index that the fixture opens: the document is read before any fixture runs."""

    index: OpenIndex | None = None

    def open_index(self) -> OpenIndex | None:
        return self.index


SERVICE = Service()
schema = schemathesis.openapi.from_asgi("/openapi.json", create_api(SERVICE))


@pytest.fixture(scope="module", autouse=True)
def _served(small_chatbot: Chatbot, small_browser: Browser) -> None:
    sheets, indexed_at = len(small_chatbot.catalogue), datetime(2026, 1, 2, tzinfo=UTC)
    SERVICE.index = OpenIndex(small_chatbot, small_browser, sheets, 1, "fake", indexed_at)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,  # CI tries the same each time, `make fuzz` others
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_keeps_to_its_document(case: Case[Any]) -> None:
    case.call_and_validate()
