"""What must hold of every answer, checked against the text of the sheets that it cites."""

import re
import unicodedata
from collections.abc import Mapping

from chatbot.answering import Answer

STATUSES = {"answered", "clarify", "not_found", "off_topic", "support"}
SHEET_ID = re.compile(r"\b(?:MET|FOR)\.\d+\b")
COUNT = re.compile(r"\b\d+ (?:autres? )?(?:formations?|métiers?|fiches?|autres?)\b")
LONGEST = 4_000


def split_tokens(text: str) -> list[str]:
    """Give the words and numbers of a text without case and accents; "2 000" is one number."""
    text = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("\u00ad", ""))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.findall(r"[a-z]+|\d+(?:,\d+)?", re.sub(r"(?<=\d)[\s.](?=\d{3}\b)", "", text))


def find_numbers(text: str) -> set[str]:
    """Give the numbers above 10 of a text."""
    return {number for token in split_tokens(text) for number in re.findall(r"\d+", token) if int(number) > 10}


def find_faults(answer: Answer, asked: str, sheets: Mapping[str, str]) -> list[str]:
    """Name all that is wrong with an answer to `asked`; `sheets` are their texts by ID."""
    faults = [f"unknown status {answer.status}"] * (answer.status not in STATUSES)
    faults += ["no text"] * (not answer.text.strip())
    faults += [f"{len(answer.text)} characters"] * (len(answer.text) > LONGEST)
    faults += ["more than four suggestions"] * (len(answer.suggestions) > 4)
    cited = {citation.sheet_id for citation in answer.citations}
    marked = set(SHEET_ID.findall(answer.text))
    faults += [f"{sheet_id} is marked, not cited" for sheet_id in marked - cited - set(SHEET_ID.findall(asked))]
    faults += [f"{sheet_id} is cited, not marked" for sheet_id in cited - marked]
    pairs = [(citation.sheet_id, citation.section) for citation in answer.citations]
    faults += ["a section is cited twice"] * (len(pairs) != len(set(pairs)))
    for citation in answer.citations:
        where = sheets.get(citation.sheet_id) or "\n".join(sheets.values())  # a title that only a link gives
        source = " ".join(split_tokens(where))
        parts = [" ".join(split_tokens(part)) for part in citation.excerpt.split("…")]
        faults += [f"not in {citation.sheet_id}: {part}" for part in parts if part not in source]
        faults += ["empty excerpt"] * (not any(parts))
        faults += [f"address {citation.url}"] * (
            not citation.url.endswith(f"/{citation.kind}/slug/{citation.sheet_id}")
        )
    if answer.status != "support":
        prose = COUNT.sub(" ", SHEET_ID.sub(" ", re.sub(r"https?://\S+", " ", answer.text)))
        known = find_numbers(asked + " ".join(sheets.get(sheet_id, "") for sheet_id in cited))
        faults += [f"{number} stands in no cited sheet" for number in find_numbers(prose) - known]
    return faults
