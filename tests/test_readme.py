"""The README keeps up with what it tells of: a reason for each package that the project declares."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHOICES = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Choices\n")[1].split("\n## ")[0].lower()


def declared() -> Iterator[str]:
    """Give every package of the dependencies and extras, the project's own extras aside."""
    for requirements in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()):
        for requirement in requirements:
            found = re.match(r"[A-Za-z0-9._-]+(?:\[[a-z,]+\])?", requirement)
            assert found, requirement
            if not found.group().startswith(PROJECT["name"]):
                yield found.group().lower()


@pytest.mark.parametrize("name", sorted(set(declared())))
def test_the_choice_of_a_package_has_its_reason(name: str) -> None:
    assert f"`{name}`" in CHOICES, f"say in the README's Choices why {name} is there"
