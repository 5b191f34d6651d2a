"""Print what the image that serves, or the one that indexes, installs of the dependencies in pyproject.toml.

Serving takes neither torch nor sentence-transformers, which weigh more than all the rest.
"""

import sys
import tomllib
from pathlib import Path

INDEXING = ("torch", "sentence-transformers")
EXTRAS = ("ollama", "openai", "mistralai", "mcp")


def main(part: str) -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    dependencies = project["dependencies"] + [line for name in EXTRAS for line in extras[name]]
    wanted = {line for line in dependencies if line.startswith(INDEXING) == (part == "indexing")}
    print("\n".join(sorted(wanted)))


if __name__ == "__main__":
    main(sys.argv[1])
