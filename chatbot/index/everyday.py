"""The files of the everyday layer come in; one text per sheet goes out, whether the sheet is loaded or not."""

from dataclasses import dataclass
from pathlib import Path

from chatbot.index.errors import IndexProblem
from chatbot.naming.data import EverydayError, read_everyday_lines

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
    """Read every line of the everyday layer; nothing when the folder has no such files; raise IndexProblem."""
    try:
        return tuple(
            EverydayText(line.sheet_id, line.title, (*line.names, *line.descriptions, *line.questions))
            for line in read_everyday_lines(folder)
        )
    except EverydayError as error:
        raise IndexProblem(f"{error}. Mend or remove that line.") from error
