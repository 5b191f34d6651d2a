"""Fuzz what reads texts of strangers, led by coverage: `python -m tests.fuzz.run [SECONDS [TARGET…]]`.

The seconds are shared by the targets: those that are named, or all.

What is found stands in `.fuzz/TARGET/crash-…`, `timeout-…` or `oom-…`: try one with `python -m tests.fuzz.run FILE`.
Inputs that reach new code are kept in `.fuzz/TARGET/corpus` for the next run.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(".fuzz")
SECONDS = 600
SLOWEST = 20  # seconds that one input may take
MEMORY = 2048  # MiB


def main() -> int:
    """Run each target in a process of its own; give 1 when any has found something."""
    from tests.fuzz.seeds import SEEDS
    from tests.fuzz.targets import TARGETS

    given = sys.argv[1] if len(sys.argv) > 1 else str(SECONDS)
    if Path(given).is_file():
        return try_file(Path(given))
    chosen = sys.argv[2:] or list(TARGETS)
    seconds, found = max(int(given) // len(chosen), 1), 0
    for name in chosen:
        folder = ROOT / name
        corpus, seeds = folder / "corpus", folder / "seeds"
        for each in (corpus, seeds):
            each.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(SEEDS[name]):
            (seeds / str(number)).write_bytes(seed)
        limits = (f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-rss_limit_mb={MEMORY}", "-max_len=8192")
        command = [sys.executable, "-m", "tests.fuzz.run", "--target", name, *limits]
        command += ["-print_final_stats=1", f"-artifact_prefix={folder}/", str(corpus), str(seeds)]
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        (folder / "log.txt").write_text(ended.stdout, encoding="utf-8")
        runs = re.findall(r"number_of_executed_units:\s*(\d+)", ended.stdout)
        covered = re.findall(r"cov: (\d+)", ended.stdout)
        told = f"{int(runs[-1]):,} inputs" if runs else "no count"
        print(f"{name:13} {told}, {covered[-1] if covered else 0} edges", end="", flush=True)
        print(f", FOUND: see {folder}/log.txt" if ended.returncode else "", flush=True)
        found += bool(ended.returncode)
    return int(bool(found))


def try_file(path: Path) -> int:
    """Give one file to the target that its folder names."""
    from tests.fuzz.targets import TARGETS

    with tempfile.TemporaryDirectory() as folder:
        TARGETS[path.parent.name](path.read_bytes(), Path(folder))
    return 0


def fuzz(name: str, options: list[str]) -> None:
    """Run one target until its time is over; the process ends here."""
    import atheris

    with atheris.instrument_imports(include=["chatbot"]):
        from tests.fuzz.targets import TARGETS

    with tempfile.TemporaryDirectory() as folder:
        atheris.Setup([sys.argv[0], *options], lambda data: TARGETS[name](data, Path(folder)))
        atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--target"]:
        fuzz(sys.argv[2], sys.argv[3:])
    sys.exit(main())
