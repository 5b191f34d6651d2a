"""Work that wants an event loop of its own is run in a thread: in the tests' own Playwright's may be running."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_apart(work: Callable[..., Any], *given: Any) -> Any:
    """Run in a thread of its own, and give what that gives."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *given).result()
