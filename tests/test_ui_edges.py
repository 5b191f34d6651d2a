"""The page with its edges, in a browser: its policy holds, and a refusal is said in French."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect

from tests.fake_chatbot import FakeChatbot
from tests.site import DESK, Site, ask, go, open_page, serve_apart


def test_scripts_and_requests_that_the_policy_does_not_name_are_blocked(
    browser: Browser, site: Site, chatbot: FakeChatbot
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(site.url)
        blocked = page.evaluate(
            """async () => {
                const told = [];
                addEventListener("securitypolicyviolation", (event) => told.push(event.effectiveDirective));
                const script = document.createElement("script");
                script.textContent = "document.title = 'PWNED'";
                document.head.append(script);
                const image = new Image();
                image.src = "http://127.0.0.1:9/x.png";
                document.body.append(image);
                await fetch("http://127.0.0.1:9/x").catch(() => null);
                await new Promise((done) => setTimeout(done));
                return told;
            }"""
        )
        assert {"script-src-elem", "img-src", "connect-src"} <= set(blocked)
        assert page.title() != "PWNED"
