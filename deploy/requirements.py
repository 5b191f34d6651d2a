"""Print what the image that serves, or the one that indexes, installs of the dependencies in pyproject.toml.

Serving takes neither torch nor sentence-transformers, which weigh more than all the rest; what builds the package comes
with it, for the setuptools that a new environment of Python 3.11 brings is too old.
"""

import sys
import tomllib
from pathlib import Path

INDEXING = ("torch", "sentence-transformers")
EXTRAS = ("ollama", "openai", "mistralai", "mcp")


def main(part: str) -> None:
    declared = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    extras = declared["project"]["optional-dependencies"]
    dependencies = declared["project"]["dependencies"] + [line for name in EXTRAS for line in extras[name]]
    dependencies += declared["build-system"]["requires"]
    wanted = {line for line in dependencies if line.startswith(INDEXING) == (part == "indexing")}
    print("\n".join(sorted(wanted)))


if __name__ == "__main__":
    main(sys.argv[1])
