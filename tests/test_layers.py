"""The order of the modules: each imports only from those above it, and each third party stays in its files."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "chatbot"
ORDER = [
    *("config", "stages", "telemetry"),
    *("sheets", "catalogue", "citations", "chunks", "embedding", "keywords", "naming", "index", "retrieval"),
    *("onisep", "quality", "checking"),
    *("evidence", "question", "answering", "verification", "prompts", "llm"),
    *("browse", "dossier", "evaluation", "audit"),
    *("api", "ui", "edges", "workers", "live", "assembly", "upkeep", "credentials", "__main__"),
]
HOMES = {
    "anyio": {"api", "edges"},
    "bm25s": {"keywords"},
    "chromadb": {"index"},
    "defusedxml": {"onisep"},
    "dotenv": {"config"},
    "fastapi": {"api", "ui", "live"},
    "fastapi_offline": {"api"},
    "filelock": {"onisep", "index", "edges"},
    "gradio": {"ui"},
    "httpx": {"onisep", "index"},
    "langchain": {"llm"},
    "langchain_core": {"retrieval"},
    "markdown_it": {"dossier", "ui"},
    "msgpack": {"embedding"},
    "numpy": {"embedding", "keywords", "index", "retrieval", "evidence", "question", "evaluation"},
    "opentelemetry": {"stages", "telemetry"},
    "prometheus_client": {"telemetry", "api"},
    "pydantic": {"sheets", "onisep", "quality", "index", "retrieval", "api", "ui"},
    "rapidfuzz": {"naming"},
    "reportlab": {"dossier"},
    "scipy": {"question"},
    "sentence_transformers": {"embedding"},
    "sklearn": {"question"},
    "starlette": {"api", "assembly", "edges", "telemetry"},
    "Stemmer": {"keywords"},
    "threadpoolctl": {"assembly"},
    "torch": {"embedding"},
    "uvicorn": {"edges", "workers"},
}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of everything that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: relative import"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_above(path: Path) -> None:
    module = module_of(path)
    assert module in ORDER, f"give {module!r} its place in ORDER"
    for line, name in imports_of(path):
        root, *rest = name.split(".")
        if root == "chatbot":
            assert rest[0] in ORDER[: ORDER.index(module) + 1], f"{path.name}:{line} imports {name}, which lies below"
        elif root not in sys.stdlib_module_names:
            assert module in HOMES.get(root, ()), f"{path.name}:{line} imports {root}, not at home in {module}"
