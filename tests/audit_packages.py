"""Audit what is installed, for `make audit`: known vulnerabilities, and licences against one policy.

The code is under the MIT licence and ships none of its packages: pip installs them beside it, unchanged. So permissive
licences are fine, and those that reach no further than their own files or library (MPL, LGPL) are. What would reach the
code around it (GPL, AGPL, SSPL), forbids a use or isn't known at all is refused, unless it stands in SETTLED.

Exit status: 1 for a refused licence or a known vulnerability; 0 otherwise, also where no advisory could be looked up,
which the last line then says. With AUDIT_STRICT=1, for a release, that is 1 too.
"""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from enum import Enum

PERMISSIVE = re.compile(
    r"MIT(?:-0|-CMU)?(?: License)?|(?:3-Clause )?BSD(?:-[23]-Clause| License)?|0BSD|ISC(?: License)?|Zlib"
    r"|Apache(?:-2\.0| 2\.0| License, Version 2\.0| Software)(?: License)?(?: WITH LLVM-exception)?"
    r"|Python Software Foundation License|PSF-2\.0|CNRI-Python|CC0-1\.0|Unlicense|BSL-1\.0|ZPL-2\.1|HPND"
)
OWN_FILES = re.compile(r"MPL-2\.0|Mozilla Public License 2\.0|LGPL.*|GNU L(?:esser|ibrary).*")
SETTLED = {
    "atheris": "Apache-2.0 in its repository, its metadata say nothing; a tool for `make fuzz` only",
}
UNREACHED = "not found on PyPI"


class Verdict(Enum):
    """What an audit comes to, as its last line says it."""

    GOOD = "good"
    BAD = "NOT GOOD, see above"
    UNCHECKED = "NOT CHECKED, see above: nothing is known of them (AUDIT_STRICT=1 makes this a failure)"


def list_licences() -> list[tuple[str, str, str]]:
    """Give name, version and licence of every package."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--with-system"]
    rows = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return sorted((row["Name"], row["Version"], row["License"].split("\n")[0].strip()) for row in rows)


def judge(name: str, licence: str) -> str:
    """Tell why a licence is refused; empty when it isn't. Of "A OR B" one is enough, of "A AND B" or "A; B" all."""
    if name in SETTLED:
        return ""
    for part in re.split(r" AND |; ", re.sub(r" \((?:MPL 2\.0|ISCL)\)", "", licence)):
        choices = [choice.strip(" ()") for choice in part.split(" OR ")]
        if not any(PERMISSIVE.fullmatch(choice) or OWN_FILES.fullmatch(choice) for choice in choices):
            return f"'{part}' is not among the licences that the policy takes"
    return ""


def audit_licences() -> Verdict:
    """Print every package by its licence; good when all are taken."""
    packages = list_licences()
    by_licence: defaultdict[str, list[str]] = defaultdict(list)
    for name, version, licence in packages:
        by_licence[licence].append(f"{name} {version}")
    print(f"== Licences of {len(packages)} packages")
    for licence, names in sorted(by_licence.items(), key=lambda each: (-len(each[1]), each[0])):
        print(f"{licence}: {', '.join(names)}")
    for name, reason in SETTLED.items():
        print(f"settled: {name}: {reason}")
    refused = {name: reason for name, _, licence in packages if (reason := judge(name, licence))}
    for name, reason in refused.items():
        print(f"REFUSED: {name}: {reason}")
    return Verdict.BAD if refused else Verdict.GOOD


def audit_vulnerabilities() -> Verdict:
    """Print what pip-audit knows of each package, and give what that comes to."""
    print("== Known vulnerabilities (pip-audit)")
    command = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off", "--skip-editable"]
    ended = subprocess.run(command, capture_output=True, text=True)
    verdict, lines = read_report(ended.stdout, ended.stderr)
    print(*lines, sep="\n")
    return verdict


def read_report(report: str, errors: str = "") -> tuple[Verdict, list[str]]:
    """Read what pip-audit wrote: unsafe where a vulnerability is known, unchecked where packages weren't looked up."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        return Verdict.UNCHECKED, [f"NOT CHECKED: pip-audit reaches no service ({errors.strip().splitlines()[-1:]})"]
    known = {package["name"]: package["vulns"] for package in packages if package.get("vulns")}
    skipped = [package["name"] for package in packages if UNREACHED in package.get("skip_reason", "")]
    lines = [f"UNSAFE: {name}: {', '.join(each['id'] for each in found)}" for name, found in known.items()]
    lines.append(f"{len(packages) - len(skipped)} packages looked up, {len(known)} with a known vulnerability")
    if skipped:
        lines.append(
            f"NOT CHECKED: of {len(packages)} packages {len(skipped)} are unknown to the advisory service that this "
            "machine reaches. A mirror of packages has no advisories: run `make audit` beside the public index."
        )
    return Verdict.BAD if known else Verdict.UNCHECKED if skipped else Verdict.GOOD, lines


def main() -> int:
    """Audit; give 1 when anything is wrong, and with AUDIT_STRICT=1 also when something could not be looked up."""
    verdicts = {"licences": audit_licences(), "vulnerabilities": audit_vulnerabilities()}
    print("== " + ", ".join(f"{name}: {verdict.value}" for name, verdict in verdicts.items()))
    return exit_status(verdicts.values(), strict=os.environ.get("AUDIT_STRICT") == "1")


def exit_status(verdicts: Iterable[Verdict], strict: bool) -> int:
    """Give 1 when something is bad, or, where that is asked for, not known to be good."""
    return int(any(each is Verdict.BAD or (strict and each is Verdict.UNCHECKED) for each in verdicts))


if __name__ == "__main__":
    sys.exit(main())
