"""Kills `python -m chatbot index` at random moments, over a whole catalogue, and sees that nothing is lost by it.

Run as `python -m tests.killed_at_random VECTORSTORE SHEETS [KILLS]` on an index of these sheets that is up to date; a
sheet of one's own is added, and changed before each run. After every kill the index is the old one or the new one,
whole; in the end it is indexed without a kill, answers from the new sheet, and nothing lies about. The seed is printed.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chatbot.index import current_version, read_indexed_sheets
from chatbot.index.integrity import verify_files

SHEET = "LYC.990001"
TEXT = "# dresseur de puces\n**ID:** LYC.990001\n\n## Présentation\n\nCette personne en est à son tour numéro {}.\n"


def run(vectorstore: Path, sheets: str, *command: str) -> "subprocess.Popen[str]":
    """Start a command of the chatbot over these sheets."""
    environment = {**os.environ, "CHATBOT_SHEETS": sheets, "CHATBOT_VECTORSTORE": str(vectorstore)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "chatbot", *command], env=environment, stdout=pipe, text=True)


def read_turn(vectorstore: Path) -> str:
    """See that the current version is whole; give what the sheet says that changes, '' where it is not there."""
    version = current_version(vectorstore)
    assert version, "no index is left"
    verify_files(vectorstore / version)
    sheet = read_indexed_sheets(vectorstore).get(SHEET)
    return sheet.text_of("Présentation").rpartition(" ")[2].rstrip(".") if sheet else ""


def finish(vectorstore: Path, sheets: str) -> float:
    """Index to the end; give the seconds that it takes."""
    started = time.monotonic()
    process = run(vectorstore, sheets, "index")
    process.communicate()
    assert process.returncode == 0
    return time.monotonic() - started


def main(vectorstore: Path, corpus: str, kills: int = 20) -> None:
    """Kill so many times, and tell how many left the old index and the new."""
    seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
    chance, outcomes = random.Random(seed), {"old": 0, "new": 0}
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / f"{SHEET}_dresseur.md"
        sheets = f"{corpus}:{folder}"
        own.write_text(TEXT.format(0), encoding="utf-8")
        finish(vectorstore, sheets)
        own.write_text(TEXT.format(1), encoding="utf-8")
        seconds = finish(vectorstore, sheets)
        print(f"seed {seed}, one indexing takes {seconds:.1f} s", flush=True)
        last = read_turn(vectorstore)
        turn = 1
        while sum(outcomes.values()) < kills:
            turn += 1
            own.write_text(TEXT.format(turn), encoding="utf-8")
            process = run(vectorstore, sheets, "index")
            try:
                process.wait(chance.uniform(0, seconds))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.communicate()
            found = read_turn(vectorstore)
            if process.returncode == 0:  # it came too late
                seconds *= 0.9
            else:
                assert found in (last, str(turn)), f"seed {seed}, kill {turn}: {found!r} after {last!r}"
                outcomes["new" if found == str(turn) else "old"] += 1
            last = found
        own.write_text(TEXT.format("final"), encoding="utf-8")
        finish(vectorstore, sheets)
        assert read_turn(vectorstore) == "final"
        asked = run(vectorstore, sheets, "ask", "Que fait un dresseur de puces ?")
        answer, _ = asked.communicate()
        assert asked.returncode == 0 and SHEET in answer, answer
        versions = [path for path in vectorstore.iterdir() if path.is_dir()]
        old = [path for path in versions if not (path / "REPLACED").exists()]  # those of the last minutes may be open
        assert len(old) <= 2, f"{len(old)} versions are left: {old}"
    print(f"{kills} kills left the old index {outcomes['old']} times, the new one {outcomes['new']} times")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:4]))
