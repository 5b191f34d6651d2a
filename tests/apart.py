"""Work that wants an event loop of its own is run in a thread: in the tests' own Playwright's may be running."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def run_apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run in a thread of its own, and give what that gives."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *args, **kwargs).result()
