"""What requests and responses look like, and the limits on what a client sends."""

import re
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, WithJsonSchema
from pydantic.config import JsonDict

from chatbot.answering import Answer

MAX_QUESTION = 2_000
MAX_HISTORY = 40
MAX_MESSAGE = 8_000
MAX_ID = 20
MAX_TEXT = 200
MAX_TITLE = 120
MAX_ASKED = 50
MAX_DOSSIER_SHEETS = 10
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _blank_controls(value: object) -> object:
    return CONTROL.sub(" ", value) if isinstance(value, str) else value


# A question holds at least one letter or sign; a JSON schema can't say "after trimming".
QuestionText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION),
    BeforeValidator(_blank_controls),
    WithJsonSchema({"type": "string", "maxLength": MAX_QUESTION, "pattern": r"[^\s\x00-\x1f\x7f\x85]"}),
]


SheetId = Annotated[str, Path(examples=["MET.854"])]


class MessageBody(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(extra="forbid")
    role: Literal["user", "assistant"]
    content: Annotated[str, StringConstraints(max_length=MAX_MESSAGE), BeforeValidator(_blank_controls)]


class QuestionBody(BaseModel):
    """A question, and the conversation so far, oldest message first."""

    model_config = ConfigDict(extra="forbid")
    question: QuestionText
    history: Annotated[list[MessageBody], Field(max_length=MAX_HISTORY)] = []


class CitationBody(BaseModel):
    """A source of the answer: words of one section of one sheet."""

    id: str
    kind: str
    title: str
    section: str
    excerpt: str
    url: str


class AnswerBody(BaseModel):
    """An answer in Markdown, each claim followed by the marker of its sheet."""

    answer: str
    status: str
    citations: list[CitationBody]
    suggestions: list[str]
    generator: str

    @classmethod
    def of(cls, answer: Answer) -> "AnswerBody":
        """Give an answer the names of the contract."""
        citations = [
            CitationBody(id=c.sheet_id, kind=c.kind, title=c.title, section=c.section, excerpt=c.excerpt, url=c.url)
            for c in answer.citations
        ]
        suggestions = list(answer.suggestions)
        return cls(
            answer=answer.text,
            status=answer.status,
            citations=citations,
            suggestions=suggestions,
            generator=answer.generator,
        )


class ReadyBody(BaseModel):
    """What the open index holds; `corpus_version` names what the sheets say, `corpus_date` is since when they do.

    `degraded` is true while the Chroma server, if there is one, is away: answers rest on keywords alone.
    """

    sheets: int
    chunks: int
    embedding: str
    indexed_at: datetime
    corpus_version: str
    corpus_date: datetime | None
    generator: str
    remote_model: bool
    degraded: bool


class CardBody(BaseModel):
    """A sheet in short; `level` is the minimum level of a métier, the exit level of a formation, '' if unsaid."""

    id: str = Field(validation_alias="sheet_id")
    kind: str
    title: str
    name: str
    level: str
    summary: str
    url: str


class SearchBody(BaseModel):
    """The sheets that a text names, begins to name or is about, best first."""

    results: list[CardBody]


class OptionBody(BaseModel):
    """A value of a filter, and how many sheets it gives under the other filters."""

    value: str
    label: str
    count: int
    selected: bool


class PageBody(BaseModel):
    """One page of the sheets that fit; `filters` holds every value of each filter."""

    total: int
    offset: int
    limit: int
    cards: list[CardBody]
    filters: dict[str, list[OptionBody]] = Field(validation_alias="options")


class CellBody(BaseModel):
    """What one sheet says on one point; an empty section where it says nothing."""

    id: str = Field(validation_alias="sheet_id")
    text: str
    section: str


class RowBody(BaseModel):
    """One point of a comparison."""

    label: str
    cells: list[CellBody]


class ComparisonBody(BaseModel):
    """Sheets of one kind side by side; cells stand in the order of the sheets."""

    kind: str
    sheets: list[CardBody]
    rows: list[RowBody]


class RungBody(BaseModel):
    """A level; `rank` is years after the bac."""

    key: str
    label: str
    rank: float | None


class StepBody(BaseModel):
    """A formation or métier on its level; `duration` is that of the training itself, not years after the bac."""

    id: str = Field(validation_alias="sheet_id")
    kind: str
    title: str
    level: str
    duration: str
    loaded: bool
    sources: list[str]
    url: str


class StageBody(BaseModel):
    """What stands on one rung; `target` marks the level of the sheet itself."""

    rung: RungBody
    target: bool
    steps: list[StepBody]


class ExcerptBody(BaseModel):
    """Words of a section, verbatim."""

    id: str = Field(validation_alias="sheet_id")
    section: str
    subheading: str
    text: str


class ParcoursBody(BaseModel):
    """A ladder, lowest rung first; `apart` holds what has no known level, `text` says the whole in words."""

    id: str = Field(validation_alias="sheet_id")
    kind: str
    title: str
    name: str
    level: str
    duration: str
    url: str
    stages: list[StageBody]
    apart: list[StepBody]
    excerpts: list[ExcerptBody]
    text: str = ""


class AskedBody(BaseModel):
    """A question of the conversation; one that is not kept only helps to understand those after it."""

    model_config = ConfigDict(extra="forbid")
    question: QuestionText
    kept: StrictBool = True


# A dossier holds a sheet, or a question that is kept.
HAS_SHEET: JsonDict = {"properties": {"sheets": {"minItems": 1}}, "required": ["sheets"]}
UNKEPT: JsonDict = {"properties": {"kept": {"const": False}}, "required": ["kept"]}
HAS_KEPT: JsonDict = {"properties": {"questions": {"contains": {"not": UNKEPT}}}, "required": ["questions"]}


class DossierBody(BaseModel):
    """What goes into a dossier: questions in their order, which are answered again, and IDs of sheets."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"anyOf": [HAS_SHEET, HAS_KEPT]})
    format: Literal["html", "md", "pdf"] = "pdf"
    title: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=MAX_TITLE), BeforeValidator(_blank_controls)
    ] = ""
    questions: Annotated[list[AskedBody], Field(max_length=MAX_ASKED)] = []
    sheets: Annotated[
        list[Annotated[str, StringConstraints(max_length=MAX_ID)]], Field(max_length=MAX_DOSSIER_SHEETS)
    ] = []
