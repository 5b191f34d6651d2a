"""`make audit`: which licences are taken, and what it comes to where advisories are known, unknown or out of reach."""

import json
from typing import Any

import pytest

from tests.audit_packages import Verdict, exit_status, judge, read_report

UNREACHED = {"name": "b", "skip_reason": "Dependency not found on PyPI and could not be audited: b (1)"}


@pytest.mark.parametrize(
    ("packages", "verdict", "words"),
    [
        pytest.param([{"name": "a", "vulns": []}], Verdict.GOOD, "1 packages looked up, 0 with", id="safe"),
        pytest.param([{"name": "a", "vulns": [{"id": "CVE-1"}]}], Verdict.BAD, "UNSAFE: a: CVE-1", id="unsafe"),
        pytest.param([{"name": "a", "vulns": []}, UNREACHED], Verdict.UNCHECKED, "NOT CHECKED: of 2", id="unknown"),
        pytest.param([{"name": "a", "vulns": [{"id": "CVE-1"}]}, UNREACHED], Verdict.BAD, "UNSAFE", id="both"),
    ],
)
def test_what_pip_audit_reports(packages: list[dict[str, Any]], verdict: Verdict, words: str) -> None:
    found, lines = read_report(json.dumps({"dependencies": packages}))
    assert found is verdict
    assert words in "\n".join(lines)


def test_no_report_at_all_is_nothing_checked() -> None:
    found, [line] = read_report("", "Traceback\nConnectionError: no route")
    assert found is Verdict.UNCHECKED
    assert "ConnectionError: no route" in line


@pytest.mark.parametrize(
    ("verdicts", "usual", "strict"),
    [
        pytest.param([Verdict.GOOD, Verdict.GOOD], 0, 0, id="all good"),
        pytest.param([Verdict.GOOD, Verdict.UNCHECKED], 0, 1, id="not checked"),
        pytest.param([Verdict.BAD, Verdict.UNCHECKED], 1, 1, id="a refused licence"),
        pytest.param([Verdict.GOOD, Verdict.BAD], 1, 1, id="a vulnerability"),
    ],
)
def test_only_what_is_known_to_be_bad_fails_unless_all_is_asked_for(
    verdicts: list[Verdict], usual: int, strict: int
) -> None:
    assert exit_status(verdicts, strict=False) == usual
    assert exit_status(verdicts, strict=True) == strict


@pytest.mark.parametrize(
    ("licence", "taken"),
    [
        pytest.param("MIT", True, id="permissive"),
        pytest.param("MPL-2.0 AND (Apache-2.0 OR MIT)", True, id="each part"),
        pytest.param("GPL-3.0 OR MIT", True, id="one to choose"),
        pytest.param("MIT AND GPL-3.0", False, id="one that reaches our code"),
        pytest.param("AGPL-3.0", False, id="one that reaches further"),
        pytest.param("UNKNOWN", False, id="unknown"),
    ],
)
def test_licences_are_held_to_the_policy(licence: str, taken: bool) -> None:
    assert (judge("some-package", licence) == "") is taken
