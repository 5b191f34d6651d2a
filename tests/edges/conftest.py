"""The real application, page included, and a client from elsewhere."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from chatbot.api import create_api
from chatbot.ui import mount_page
from tests.edges.asking import open_client
from tests.fake_chatbot import FakeService


@pytest.fixture(scope="module")
def application() -> FastAPI:
    service = FakeService()
    return mount_page(create_api(service), service)


@pytest.fixture
def client(application: FastAPI) -> TestClient:
    return open_client(application)
