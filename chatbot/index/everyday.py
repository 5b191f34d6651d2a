"""The files of the everyday layer come in; one text per sheet goes out, whether the sheet is loaded or not."""

import json
from dataclasses import dataclass
from pathlib import Path

EVERYDAY_FOLDER = Path(__file__).parent.parent / "data" / "everyday"


@dataclass(frozen=True, slots=True)
class EverydayText:
    """How people call, describe and ask about one sheet: for finding it, never for answering."""

    sheet_id: str
    title: str
    phrases: tuple[str, ...]

    @property
    def text(self) -> str:
        """Give the title and all phrases as one text."""
        return " ".join((self.title, *self.phrases))


def read_everyday_texts(folder: Path = EVERYDAY_FOLDER) -> tuple[EverydayText, ...]:
    """Read every line of the everyday layer; nothing when the folder has no such files."""
    texts = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            questions = row.get("questions", [row["question"]] if "question" in row else [])
            phrases = (*row["names"], *row.get("descriptions", []), *questions)
            texts.append(EverydayText(row["id"], row["title"], phrases))
    return tuple(texts)
